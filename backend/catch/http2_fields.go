package catch

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"creel/backend/hook"
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

var errFrame = errors.New("frames are out of order or too large")

// streamHead is a head as it came over HTTP/2: like one of HTTP/1.1, with its
// header lines in the order and spelling they were sent in.
type streamHead struct {
	bytes   []byte // request line, header lines, empty line
	trailer []byte // lines after the body, without the empty line
	spoilt  *spoilt
	began   time.Time
	held    share // of the memory budget, for bytes
	bodied  bool  // a body follows
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

	mu    sync.Mutex
	heads map[uint32]*streamHead
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
		f.pass = len(http2.ClientPreface)
		return nil
	}
	var head [frameHead]byte
	if _, err := io.ReadFull(f.in, head[:]); err != nil {
		return err
	}
	length := int(head[0])<<16 | int(head[1])<<8 | int(head[2])
	if length > frameMost {
		return errFrame
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

// headers reads the block that begins with a HEADERS frame and writes the one
// that stands for it.
func (f *fieldsConn) headers(head [frameHead]byte, length int) error {
	flags, stream := http2.Flags(head[4]), binary.BigEndian.Uint32(head[5:])&(1<<31-1)
	payload := make([]byte, length)
	if _, err := io.ReadFull(f.in, payload); err != nil {
		return err
	}
	payload, err := unpadded(payload, flags)
	if err != nil {
		return err
	}
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
	for end := flags.Has(http2.FlagHeadersEndHeaders); ; {
		if _, err := f.dec.Write(payload); err != nil {
			return f.unreadable(err)
		}
		if end {
			break
		}
		if payload, end, err = f.continuation(stream); err != nil {
			return err
		}
	}
	if err := f.dec.Close(); err != nil {
		return f.unreadable(err)
	}
	lines.end()
	return f.standIn(stream, ends, &lines)
}

// unreadable leaves a stub that says why the connection ends: with a block that
// cannot be read, the ones behind it cannot be either.
func (f *fieldsConn) unreadable(err error) error {
	x := new(hook.Capture)
	f.c.stamp(x)
	f.c.stub(x, &spoilt{state: hook.Refused, reason: "A header block of HTTP/2 is broken, or has a line over every limit."})
	return err
}

// head finds the head that a block on that stream belongs to: a new one, or
// the one that it is the trailer of.
func (f *fieldsConn) head(stream uint32, bodied bool) (h *streamHead, opens bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if h := f.heads[stream]; h != nil {
		return h, false, nil
	}
	if len(f.heads) >= openMost {
		return nil, false, errFrame
	}
	h = &streamHead{began: f.c.o.Now(), bodied: bodied}
	f.heads[stream] = h
	return h, true, nil
}

func (f *fieldsConn) continuation(stream uint32) (payload []byte, end bool, err error) {
	var head [frameHead]byte
	if _, err := io.ReadFull(f.in, head[:]); err != nil {
		return nil, false, err
	}
	length := int(head[0])<<16 | int(head[1])<<8 | int(head[2])
	same := binary.BigEndian.Uint32(head[5:])&(1<<31-1) == stream
	if http2.FrameType(head[3]) != http2.FrameContinuation || !same || length > frameMost {
		return nil, false, errFrame
	}
	payload = make([]byte, length)
	_, err = io.ReadFull(f.in, payload)
	return payload, http2.Flags(head[4]).Has(http2.FlagContinuationEndHeaders), err
}

// unpadded takes padding and priority off a HEADERS payload.
func unpadded(p []byte, flags http2.Flags) ([]byte, error) {
	pad := 0
	if flags.Has(http2.FlagHeadersPadded) {
		if len(p) == 0 {
			return nil, errFrame
		}
		pad, p = int(p[0]), p[1:]
	}
	if flags.Has(http2.FlagHeadersPriority) {
		if len(p) < 5 {
			return nil, errFrame
		}
		p = p[5:]
	}
	if pad > len(p) {
		return nil, errFrame
	}
	return p[:len(p)-pad], nil
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

// take gives the head of a stream to its handler.
func (f *fieldsConn) take(number string) *streamHead {
	n, err := strconv.ParseUint(number, 10, 32)
	if err != nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.heads[uint32(n)]
}

// forget drops the head of a stream.
func (f *fieldsConn) forget(number string) {
	n, _ := strconv.ParseUint(number, 10, 32) // it was taken by that number
	f.mu.Lock()
	h := f.heads[uint32(n)]
	delete(f.heads, uint32(n))
	f.mu.Unlock()
	if h != nil {
		f.c.memory.give(h.held)
	}
}

// drop gives back what streams without a handler hold.
func (f *fieldsConn) drop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for n, h := range f.heads {
		f.c.memory.give(h.held)
		delete(f.heads, n)
	}
}

// headLines makes a head, or a trailer, of the fields of one block.
type headLines struct {
	f       *fieldsConn
	h       *streamHead
	opens   bool
	most    int // bytes
	expects bool
	spoilt  *spoilt

	method, scheme, authority, path string
	pseudo                          int
	host                            *string
	lines                           bytes.Buffer
	count                           int
}

// add is called for each field in order.
func (l *headLines) add(field hpack.HeaderField) {
	if l.spoilt != nil {
		return
	}
	if l.spoilt = l.field(field); l.spoilt != nil {
		l.f.dec.SetEmitEnabled(false)
	}
}

func (l *headLines) field(field hpack.HeaderField) *spoilt {
	if strings.HasPrefix(field.Name, ":") {
		return l.pseudoField(field)
	}
	if strings.ToLower(field.Name) != field.Name || !isToken(field.Name) {
		return malformed("A header name is not a token in lower case.")
	}
	if !isValue(field.Value) || field.Value != string(trim([]byte(field.Value))) {
		return malformed("A header value has a control character in it, or blanks around it.")
	}
	switch field.Name {
	case "connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade":
		return malformed("There is a header line that HTTP/2 does not have: " + field.Name + ".")
	case "te":
		if field.Value != "trailers" {
			return malformed("The te line is something other than trailers.")
		}
	case "host":
		l.host = &field.Value
	case "expect":
		l.expects = l.expects || strings.EqualFold(field.Value, "100-continue")
	}
	if l.count++; l.count > l.f.c.o.MaxLines {
		return refuse(http.StatusRequestHeaderFieldsTooLarge, "The head has too many header lines.")
	}
	return l.line(field.Name, field.Value)
}

func (l *headLines) line(name, value string) *spoilt {
	size := l.lines.Len() + len(name) + len(value) + len(": \r\n")
	if size > l.most {
		return refuse(http.StatusRequestHeaderFieldsTooLarge, "The head is too large.")
	}
	if l.opens && size > bufSize && int64(size) > l.h.held.n {
		held, ok := l.f.c.memory.grow(l.h.held, classOf(int64(size), int64(l.f.c.o.MaxHead)), l.f.c.o.MemoryWait)
		if l.h.held = held; !ok {
			return noMemory()
		}
	}
	l.lines.WriteString(name)
	l.lines.WriteString(": ")
	l.lines.WriteString(value)
	l.lines.WriteString("\r\n")
	return nil
}

func (l *headLines) pseudoField(field hpack.HeaderField) *spoilt {
	at := map[string]*string{":method": &l.method, ":scheme": &l.scheme, ":authority": &l.authority, ":path": &l.path}[field.Name]
	switch {
	case !l.opens || at == nil:
		return malformed("There is a pseudo-header that requests do not have.")
	case l.count > 0:
		return malformed("A pseudo-header comes after header lines.")
	case *at != "":
		return malformed("A pseudo-header is there twice.")
	case field.Value == "" || !isVisible(field.Value):
		return malformed("A pseudo-header is empty or has a blank or control character in it.")
	}
	l.pseudo += len(field.Value)
	if l.pseudo > l.f.c.o.MaxHead {
		return refuse(http.StatusRequestURITooLong, "The request line is too long.")
	}
	*at = field.Value
	return nil
}

// end makes the head, or the trailer, of the lines.
func (l *headLines) end() {
	l.f.mu.Lock() // the handler of a stream with a trailer is at work
	defer l.f.mu.Unlock()
	if !l.opens {
		l.h.trailer = bytes.Clone(l.lines.Bytes())
		l.h.spoilt = l.spoilt
		return
	}
	line := l.method + " " + l.path + " HTTP/2.0\r\n"
	if l.host == nil && l.authority != "" {
		line += "host: " + l.authority + "\r\n"
	}
	l.h.bytes = append(append([]byte(line), l.lines.Bytes()...), "\r\n"...)
	switch {
	case l.spoilt != nil:
	case l.method == "" || l.scheme == "" || l.path == "":
		l.spoilt = malformed("The method, the scheme or the path is missing.")
	case l.host != nil && l.authority != "" && *l.host != l.authority:
		l.spoilt = malformed("The host line and :authority disagree.")
	}
	l.h.spoilt = l.spoilt
}
