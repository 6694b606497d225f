package catch

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// streamField carries a stream's number to its handler.
const streamField = "creel-stream"

const (
	frameHead = 9        // bytes of a frame's head (RFC 9113, 4.1)
	frameMost = 16 << 10 // bytes of a payload, as net/http2 announces by default
	openMost  = 256      // heads kept for streams whose handler has not ended
	// trailerMost is the most bytes of a trailer: its memory is nobody's share.
	trailerMost = 16 << 10
	tableBytes  = 4096 // of the dynamic table, both ways
)

// streamHead is a head as it came over HTTP/2: like one of HTTP/1.1, with its
// header lines in the order and spelling they were sent in.
type streamHead struct {
	bytes   []byte // request line, header lines, empty line
	trailer []byte // lines after the body, without the empty line
	spoilt  *spoilt
	began   time.Time
	held    share // of the memory budget, for bytes
	bodied  bool  // a body follows
	taken   bool  // a handler has it
}

// fieldsConn sits between a connection and net/http2, which gives header
// fields away as a map. It reads the header blocks itself, keeps them in
// order, and hands on short ones in their place: enough to open the stream.
// Everything else passes through as it is.
type fieldsConn struct {
	net.Conn
	c  *conn
	in *bufio.Reader

	out     bytes.Buffer // to be read next
	pass    int          // bytes of a payload that pass through as they come
	started bool         // the preface has passed
	dec     *hpack.Decoder
	enc     *hpack.Encoder
	block   bytes.Buffer // of enc

	newest   uint32         // of the streams that were opened
	said     spoken         // what net/http2 writes
	handlers sync.WaitGroup // that have a head

	mu    sync.Mutex
	heads map[uint32]*streamHead
	over  bool   // no handler gets a head any more
	shown bool   // why the connection ends
	word  string // of net/http2, for what it refuses next
}

func newFieldsConn(c *conn) *fieldsConn {
	f := &fieldsConn{Conn: c.nc, c: c, in: bufio.NewReaderSize(c.nc, bufSize), heads: map[uint32]*streamHead{}}
	f.dec = hpack.NewDecoder(tableBytes, nil)
	f.dec.SetMaxStringLength(2 * c.o.MaxHead) // what is over MaxHead is told so
	f.enc = hpack.NewEncoder(&f.block)
	return f
}

// Read is what net/http2 reads.
func (f *fieldsConn) Read(p []byte) (int, error) {
	for f.out.Len() == 0 {
		if f.pass > 0 {
			n, err := f.in.Read(p[:min(len(p), f.pass)])
			f.pass -= n
			return n, err
		}
		if err := f.next(); err != nil {
			return 0, err
		}
	}
	return f.out.Read(p)
}

// next reads what the next frame begins with; of a header block, all of it.
func (f *fieldsConn) next() error {
	if !f.started {
		f.started = true
		return f.greeting()
	}
	var head [frameHead]byte
	if _, err := io.ReadFull(f.in, head[:]); err != nil {
		return err
	}
	length := int(head[0])<<16 | int(head[1])<<8 | int(head[2])
	if length > frameMost {
		return f.fail(http2.ErrCodeFrameSize, "A frame of HTTP/2 is larger than Creel allows.")
	}
	if http2.FrameType(head[3]) != http2.FrameHeaders {
		f.out.Write(head[:])
		f.pass = length
		return nil
	}
	// A block that has begun comes to its end, however slow everything else is.
	now := time.Now()
	f.c.readUntil(now.Add(f.c.o.HeadTimeout))
	err := f.headers(head, length)
	f.c.readUntil(time.Time{})
	return err
}

// streamOf is the stream that a frame belongs to.
func streamOf(head [frameHead]byte) uint32 { return binary.BigEndian.Uint32(head[5:]) & (1<<31 - 1) }

// headers reads the block that begins with a HEADERS frame and writes the one
// that stands for it.
func (f *fieldsConn) headers(head [frameHead]byte, length int) error {
	flags, stream := http2.Flags(head[4]), streamOf(head)
	ends := flags.Has(http2.FlagHeadersEndStream)
	h, opens, err := f.head(stream, !ends)
	if err != nil {
		return err
	}
	lines := headLines{f: f, h: h, opens: opens, most: f.c.o.MaxHead}
	if !opens {
		lines.most = trailerMost
	}
	f.dec.SetEmitEnabled(true)
	f.dec.SetEmitFunc(lines.add)
	if err := f.readBlock(&lines, head, length); err != nil {
		if opens {
			f.forget(stream)
		}
		return err
	}
	lines.end()
	return f.standIn(stream, ends, &lines)
}

// readBlock reads all frames of a header block into l.
func (f *fieldsConn) readBlock(l *headLines, head [frameHead]byte, length int) error {
	flags := http2.Flags(head[4])
	for end := flags.Has(http2.FlagHeadersEndHeaders); ; {
		payload := make([]byte, length)
		if _, err := io.ReadFull(f.in, payload); err != nil {
			return f.lost(l, err)
		}
		if l.came == 0 {
			var ok bool
			if payload, ok = unpadded(payload, flags); !ok {
				return f.fail(http2.ErrCodeProtocol, "A frame of HTTP/2 has more padding than payload.")
			}
		}
		if sp := l.afford(length); sp != nil {
			return f.fail(http2.ErrCodeEnhanceYourCalm, sp.reason)
		}
		if _, err := f.dec.Write(payload); err != nil {
			return f.unreadable()
		}
		if end {
			break
		}
		var err error
		if length, end, err = f.continuation(l, streamOf(head)); err != nil {
			return err
		}
	}
	if f.dec.Close() != nil {
		return f.unreadable()
	}
	return nil
}

// unreadable ends the connection: with a block that cannot be read, the ones
// behind it cannot be either.
func (f *fieldsConn) unreadable() error {
	return f.fail(http2.ErrCodeCompression, "A header block of HTTP/2 is broken, or has a line over every limit.")
}

// head finds the head that a block on that stream belongs to: a new one, or
// the one that it is the trailer of, which nobody may want any more. A sender
// has no even streams: net/http2 refuses them.
func (f *fieldsConn) head(stream uint32, bodied bool) (h *streamHead, opens bool, err error) {
	if stream <= f.newest || stream%2 == 0 {
		f.mu.Lock()
		defer f.mu.Unlock()
		if h = f.heads[stream]; h == nil {
			h = &streamHead{}
		}
		return h, false, nil
	}
	f.newest = stream
	h = &streamHead{began: f.c.o.Now(), bodied: bodied}
	f.mu.Lock()
	full := len(f.heads) >= openMost
	if !full {
		f.heads[stream] = h
	}
	f.mu.Unlock()
	if full {
		return nil, false, f.fail(http2.ErrCodeEnhanceYourCalm, "Too many requests were under way at once on its connection.")
	}
	return h, true, nil
}

// continuation reads the head of the frame that a block goes on with.
func (f *fieldsConn) continuation(l *headLines, stream uint32) (length int, end bool, err error) {
	var head [frameHead]byte
	if _, err := io.ReadFull(f.in, head[:]); err != nil {
		return 0, false, f.lost(l, err)
	}
	length = int(head[0])<<16 | int(head[1])<<8 | int(head[2])
	switch {
	case http2.FrameType(head[3]) != http2.FrameContinuation || streamOf(head) != stream:
		return 0, false, f.fail(http2.ErrCodeProtocol, "A header block of HTTP/2 is broken off by another frame.")
	case length > frameMost:
		return 0, false, f.fail(http2.ErrCodeFrameSize, "A frame of HTTP/2 is larger than Creel allows.")
	}
	return length, http2.Flags(head[4]).Has(http2.FlagContinuationEndHeaders), nil
}

// unpadded takes padding and priority off a HEADERS payload.
func unpadded(p []byte, flags http2.Flags) (fragment []byte, ok bool) {
	pad := 0
	if flags.Has(http2.FlagHeadersPadded) {
		if len(p) == 0 {
			return nil, false
		}
		pad, p = int(p[0]), p[1:]
	}
	if flags.Has(http2.FlagHeadersPriority) {
		if len(p) < 5 {
			return nil, false
		}
		p = p[5:]
	}
	if pad > len(p) {
		return nil, false
	}
	return p[:len(p)-pad], true
}

// standIn writes the block that net/http2 gets to see.
func (f *fieldsConn) standIn(stream uint32, ends bool, l *headLines) error {
	f.block.Reset()
	if l.opens {
		method := http.MethodPost
		if l.method == http.MethodHead {
			method = l.method // it gets no body in its answer
		}
		fields := []hpack.HeaderField{
			{Name: ":method", Value: method}, {Name: ":scheme", Value: "https"},
			{Name: ":authority", Value: "creel"}, {Name: ":path", Value: "/"},
			{Name: streamField, Value: strconv.FormatUint(uint64(stream), 10)},
		}
		if l.expects {
			fields = append(fields, hpack.HeaderField{Name: "expect", Value: "100-continue"})
		}
		for _, field := range fields {
			if err := f.enc.WriteField(field); err != nil {
				return err
			}
		}
	}
	flags := http2.FlagHeadersEndHeaders
	if ends {
		flags |= http2.FlagHeadersEndStream
	}
	return http2.NewFramer(&f.out, nil).WriteRawFrame(http2.FrameHeaders, flags, stream, f.block.Bytes())
}

// take gives the head of a stream to its handler, which must forget it; nil
// when there is none, or none any more.
func (f *fieldsConn) take(number string) (stream uint32, h *streamHead) {
	n, err := strconv.ParseUint(number, 10, 32)
	if err != nil {
		return 0, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if h = f.heads[uint32(n)]; h == nil || f.over {
		return 0, nil
	}
	h.taken = true
	f.handlers.Add(1)
	return uint32(n), h
}

// state is what has become so far of a head that a handler has.
func (f *fieldsConn) state(h *streamHead) (trailer []byte, sp *spoilt) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return h.trailer, h.spoilt
}

// forget drops the head of a stream.
func (f *fieldsConn) forget(stream uint32) {
	f.mu.Lock()
	h := f.heads[stream]
	delete(f.heads, stream)
	f.mu.Unlock()
	if h == nil {
		return
	}
	f.c.memory.give(h.held)
	if h.taken {
		f.handlers.Done()
	}
}

// drop shows the requests that had no handler when the connection ended, and
// waits for the handlers of the others.
func (f *fieldsConn) drop() {
	f.mu.Lock()
	f.over = true
	left := slices.Sorted(maps.Keys(f.heads))
	f.mu.Unlock()
	for _, stream := range left {
		f.withdraw(stream, cutOff("The connection ended before the request was read."))
	}
	f.handlers.Wait()
}
