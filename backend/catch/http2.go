package catch

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"golang.org/x/net/http2"

	"creel/backend/hook"
)

// A sender may fill the windows of all its streams before anybody asks for the
// bytes. The window of a connection holds those of its streams, so that one
// that waits for memory never stops another; and since no more streams than
// maxWaiters wait in all, no more than 16 MiB lie about unread.
const (
	maxHTTP2   = 256 // connections at once
	maxWaiters = 256
	// These two are what a sender counts with until it has read the settings.
	maxStreams   = 100 // requests at once on a connection
	streamWindow = 64 << 10
)

// speaksHTTP2 reports whether HTTP/2 was agreed on.
func (c *conn) speaksHTTP2() bool {
	secure, ok := c.nc.(*tls.Conn)
	return ok && secure.ConnectionState().NegotiatedProtocol == http2.NextProtoTLS
}

// serveHTTP2 answers the requests of a connection that speaks HTTP/2. The
// frames are net/http2's work; the heads are kept by fieldsConn.
func (c *conn) serveHTTP2() {
	if c.http2s.Add(1) > maxHTTP2 {
		c.http2s.Add(-1)
		c.o.Log.Warn("catch over HTTP/2: too many connections, closing one", "limit", maxHTTP2)
		return
	}
	defer c.http2s.Add(-1)
	fields := newFieldsConn(c)
	defer fields.drop()
	_ = c.nc.SetDeadline(time.Time{})
	c.rest()
	if c.closing.Load() {
		return
	}
	h2 := *c.h2 // a copy with the state of the original, which shuts both
	h2.CountError = fields.note
	h2.ServeConn(fields, &http2.ServeConnOpts{
		Context: c.ctx, BaseConfig: c.h2base,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.stream(fields, w, r) }),
	})
}

// rest says that no request is under way on a connection of many.
func (c *conn) rest() {
	c.waiting.Store(time.Now().UnixNano())
	c.idle.Store(true)
}

// stream reads one request, has it kept and answers it.
func (c *conn) stream(fields *fieldsConn, w http.ResponseWriter, r *http.Request) {
	number, h := fields.take(r.Header.Get(streamField))
	if h == nil {
		panic(http.ErrAbortHandler) // it has been shown
	}
	defer fields.forget(number)
	c.streams.Add(1)
	c.idle.Store(false)
	c.waiting.Store(0)
	defer func() {
		if c.streams.Add(-1) == 0 {
			c.rest()
		}
	}()
	// A request of its own: streams run at once, and share no memory of texts.
	s := &stream{conn: conn{session: c.session, remote: c.remote}, w: w, r: r, h: h}
	defer s.release()
	s.serve(fields)
}

// stream is one request over HTTP/2.
type stream struct {
	conn // for the session and the share of the budget; it has no connection
	w    http.ResponseWriter
	r    *http.Request
	h    *streamHead
}

func (s *stream) serve(fields *fieldsConn) {
	x := new(hook.Capture)
	s.stamp(x)
	x.Secure = true
	x.Head = s.h.bytes
	_, sp := fields.state(s.h)
	m := message{http2: true}
	if sp == nil {
		sp = m.parse(x.Head)
	}
	if sp == nil {
		s.describe(x, &m)
		sp = s.readBody(x, &m)
	}
	x.ReadTime = s.o.Now().Sub(s.h.began)
	if sp == nil {
		x.Trailer, sp = fields.state(s.h) // a trailer may have spoilt it meanwhile
	}
	if sp != nil {
		s.spoil(x, sp)
		return
	}
	x.State, x.KeepAlive = hook.Kept, true
	s.seal(x)
	a, ok := s.keep(x)
	x.Raw = hook.Raw{}
	s.release()
	if !ok {
		a = hook.Answer{Status: http.StatusInternalServerError}
	}
	if a.Later != nil {
		a = a.Later(s.shut)
	}
	if a.Done != nil {
		defer a.Done()
	}
	if a.Delay > 0 {
		s.wait(a.Delay)
	}
	if a.Fault != nil {
		s.misbehave(&a)
		return
	}
	s.answer(&a)
}

// readBody reads the body into x, in memory taken from the budget.
func (s *stream) readBody(x *hook.Capture, m *message) *spoilt {
	if m.otherExpect {
		return refuse(http.StatusExpectationFailed, "The request expects something other than 100-continue.")
	}
	limit := s.o.MaxBody()
	if m.length > limit {
		return tooLarge(limit)
	}
	if !s.h.bodied {
		if m.length > 0 {
			return malformed("There is a Content-Length and no body.")
		}
		return nil
	}
	if !s.take(max(m.length, 0)) {
		return noMemory()
	}
	size := m.length
	if size < 0 {
		size = 512
	}
	x.Body = make([]byte, 0, size)
	p := pace{conn: &s.conn, start: time.Now()}
	control := http.NewResponseController(s.w)
	for {
		if sp := s.reserve(x, m.length, limit); sp != nil {
			return sp
		}
		_ = control.SetReadDeadline(p.deadline(len(x.Body)))
		var one [1]byte // to see the end, or one byte too many
		into := x.Body[len(x.Body):cap(x.Body)]
		if len(into) == 0 {
			into = one[:]
		}
		n, err := s.r.Body.Read(into)
		x.Body = append(x.Body, into[:n]...)
		switch {
		case m.length >= 0 && int64(len(x.Body)) > m.length:
			return malformed("The body is longer than its Content-Length.")
		case int64(len(x.Body)) > limit:
			return tooLarge(limit)
		case errors.Is(err, io.EOF):
			if m.length >= 0 && int64(len(x.Body)) < m.length {
				return malformed("The body is shorter than its Content-Length.")
			}
			return nil
		case err != nil:
			what := fmt.Sprintf("%d body bytes", len(x.Body))
			if errors.Is(err, os.ErrDeadlineExceeded) || s.r.Context().Err() == nil {
				return p.spoilt(err, what)
			}
			return cutOff("The stream ended after " + what + ".")
		}
	}
}

// take is conn.take for one of many: too many of those that would have to wait
// are refused at once.
func (s *stream) take(total int64) (ok bool) {
	if s.taken, ok = s.memory.grow(s.taken, total, 0); ok {
		return true
	}
	defer s.waiters.Add(-1)
	if s.waiters.Add(1) > maxWaiters {
		return false
	}
	return s.conn.take(total)
}

// reserve makes place for more of a body of unknown length.
func (s *stream) reserve(x *hook.Capture, length, limit int64) *spoilt {
	have := len(x.Body)
	if length >= 0 || have < cap(x.Body) || int64(have) >= limit {
		return nil
	}
	k := chunks{limit: limit, body: x.Body}
	want := k.grown(1)
	if !s.take(classOf(int64(want), limit)) {
		return noMemory()
	}
	body := make([]byte, have, want)
	copy(body, x.Body)
	x.Body = body
	return nil
}

// spoil leaves a stub of x and tells the sender, whose other requests go on.
func (s *stream) spoil(x *hook.Capture, sp *spoilt) {
	seq := s.stub(x, sp)
	if sp.status == 0 {
		panic(http.ErrAbortHandler)
	}
	a := sp.answer(seq)
	s.answer(&a)
}

// http2 is net/http2 within the bounds of o, and what ends its connections.
func (o *Options) http2() (*http2.Server, *http.Server) {
	base := &http.Server{IdleTimeout: o.IdleTimeout, ReadHeaderTimeout: o.HeadTimeout,
		ErrorLog: slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug)}
	h2 := &http2.Server{
		MaxConcurrentStreams: maxStreams, MaxReadFrameSize: frameMost, IdleTimeout: o.IdleTimeout,
		WriteByteTimeout:         o.WriteTimeout,
		MaxUploadBufferPerStream: streamWindow, MaxUploadBufferPerConnection: maxStreams * streamWindow,
		MaxDecoderHeaderTableSize: tableBytes, MaxEncoderHeaderTableSize: tableBytes,
	}
	if err := http2.ConfigureServer(base, h2); err != nil {
		o.Log.Error("prepare HTTP/2", "err", err) // it judges a TLS config, and base has none
	}
	return h2, base
}
