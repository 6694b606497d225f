package catch

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"strings"

	"golang.org/x/net/http2"

	"creel/backend/hook"
)

// greeting lets the preface pass. On anything else net/http2 would close
// without a word.
func (f *fieldsConn) greeting() error {
	const want = http2.ClientPreface
	for n := 1; ; n = min(len(want), max(n+1, f.in.Buffered())) {
		got, err := f.in.Peek(n)
		switch {
		case string(got) != want[:len(got)]:
			came, _ := f.in.Peek(f.in.Buffered())
			f.show("The sender agreed on HTTP/2 and then spoke something else.", bytes.Clone(came))
			return http2.ConnectionError(http2.ErrCodeProtocol)
		case err != nil:
			return err
		case n == len(want):
			f.pass = n
			return nil
		}
	}
}

// fail ends the connection: it leaves a stub that says why, and has net/http2
// say so in its way.
func (f *fieldsConn) fail(code http2.ErrCode, reason string) error {
	f.show(reason, nil)
	return http2.ConnectionError(code)
}

// show leaves the stub of a connection that is ended, once; head is what there
// is to be seen.
func (f *fieldsConn) show(reason string, head []byte) {
	f.mu.Lock()
	shown := f.shown
	f.shown = true
	f.mu.Unlock()
	if !shown {
		f.stub(&streamHead{began: f.c.o.Now(), bytes: head}, refuse(0, reason))
	}
}

// stub leaves the stub of a head that no handler has. The goroutines that read
// and that write call it.
func (f *fieldsConn) stub(h *streamHead, sp *spoilt) {
	s := &conn{session: f.c.session, remote: f.c.remote}
	x := new(hook.Capture)
	s.stamp(x)
	x.Secure, x.Protocol = true, "HTTP/2.0"
	x.Head = h.bytes
	x.ReadTime = x.ReceivedAt.Sub(h.began)
	s.stub(x, sp)
}

// lost shows a block whose end did not come; lines are those that did.
func (f *fieldsConn) lost(l *headLines, err error) error {
	if f.c.closing.Load() || !l.opens {
		return err // a trailer's handler tells
	}
	if l.end(); l.method == "" {
		l.h.bytes = nil
	}
	sp := cutOff("The connection ended before the head was complete.")
	if errors.Is(err, os.ErrDeadlineExceeded) {
		sp = cutOff("The head was not complete after " + f.c.o.HeadTimeout.String() + ".")
	}
	f.stub(l.h, sp)
	return err
}

// note keeps net/http2's word for what it is about to refuse.
func (f *fieldsConn) note(word string) {
	f.mu.Lock()
	f.word = word
	f.mu.Unlock()
}

// Write is what net/http2 writes. Nothing else tells which streams it refuses,
// and that it ends a connection.
func (f *fieldsConn) Write(p []byte) (int, error) {
	f.said.watch(p, f.refused)
	return f.Conn.Write(p)
}

// refused shows what net/http2 refuses.
func (f *fieldsConn) refused(kind http2.FrameType, stream uint32, code http2.ErrCode) {
	f.mu.Lock()
	reason := broken(code, f.word)
	f.word = ""
	f.mu.Unlock()
	switch {
	case kind == http2.FrameRSTStream:
		f.withdraw(stream, refuse(0, reason))
	case code != http2.ErrCodeNo:
		f.show(reason, nil)
	}
}

// withdraw shows a stream that has no handler, and sees to it that it never
// gets one. What has a handler is shown by that.
func (f *fieldsConn) withdraw(stream uint32, sp *spoilt) {
	f.mu.Lock()
	h := f.heads[stream]
	free := h != nil && !h.taken
	if free {
		delete(f.heads, stream)
	}
	f.mu.Unlock()
	if free {
		f.stub(h, sp)
		f.c.memory.give(h.held)
	}
}

// broken says in words what net/http2 refuses.
func broken(code http2.ErrCode, word string) string {
	switch {
	case strings.Contains(word, "over_max_streams"):
		return "Too many requests were under way at once on its connection."
	case code == http2.ErrCodeEnhanceYourCalm:
		return "The sender took back too many requests at once."
	case code == http2.ErrCodeFlowControl:
		return "The sender did not keep to the windows of HTTP/2's flow control."
	case code == http2.ErrCodeFrameSize:
		return "A frame of HTTP/2 has a length that it may not have."
	case word != "":
		// It is one of net/http2's, nothing of the sender's.
		word = strings.TrimPrefix(word, "conn_"+code.String()+"_")
		word = strings.TrimPrefix(word, "stream_"+code.String()+"_")
		return "A frame of HTTP/2 is malformed, or came where it may not (" + word + ")."
	}
	return "A frame of HTTP/2 is malformed, or came where it may not."
}

// spoken follows the frames that are written, whatever pieces they come in.
type spoken struct {
	head bytes.Buffer // of a frame; of some, the first bytes of its payload too
	more int          // bytes of a payload that head is to have
	skip int          // bytes of a payload that tell nothing
}

// watch calls refused for each frame that ends a stream or the connection.
func (s *spoken) watch(p []byte, refused func(http2.FrameType, uint32, http2.ErrCode)) {
	for len(p) > 0 {
		if s.skip > 0 {
			n := min(s.skip, len(p))
			p, s.skip = p[n:], s.skip-n
			continue
		}
		need := frameHead + s.more
		n := min(need-s.head.Len(), len(p))
		s.head.Write(p[:n])
		if p = p[n:]; s.head.Len() == need {
			s.read(refused)
		}
	}
}

// read is called when head has what it is to have.
func (s *spoken) read(refused func(http2.FrameType, uint32, http2.ErrCode)) {
	b := s.head.Bytes()
	length := int(b[0])<<16 | int(b[1])<<8 | int(b[2])
	kind := http2.FrameType(b[3])
	more := 0
	switch kind {
	case http2.FrameRSTStream:
		more = 4 // the code
	case http2.FrameGoAway:
		more = 8 // the last stream, the code
	}
	if length < more {
		more = 0
	} else if s.more < more {
		s.more = more
		return
	}
	if more > 0 {
		refused(kind, binary.BigEndian.Uint32(b[5:])&(1<<31-1), http2.ErrCode(binary.BigEndian.Uint32(b[len(b)-4:])))
	}
	s.head.Reset()
	s.more, s.skip = 0, length-more
}
