package catch

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"sync/atomic"
	"time"

	"creel/backend/hook"
)

// bufSize is what an idle connection holds; most requests fit whole.
const bufSize = 4 << 10

// conn is one connection. It belongs to the goroutine that runs serve, but for
// under.Close, wake and the atomics.
type conn struct {
	*session
	nc     net.Conn // speaks TLS when the session does
	under  net.Conn // nc without TLS
	remote string

	base    *[bufSize]byte
	buf     []byte // base, or larger while a head needs it
	r, w    int    // buf[r:w] is read from nc and not used yet
	held    share  // of the memory budget, for buf beyond base
	taken   share  // of the memory budget, for the body in flight
	out     []byte
	readBy  time.Time // the deadlines in force
	writeBy time.Time
	used    bool // a request has begun before

	// idle says that no byte of a next request has come, waiting since when
	// (unix nanoseconds) its head has been waited for; 0: it is not.
	idle    atomic.Bool
	waiting atomic.Int64
	shaking atomic.Bool  // TLS is about to begin
	streams atomic.Int32 // requests under way over HTTP/2

	// Of the previous request: senders repeat themselves, and equal texts need
	// no new memory.
	method, target, host, contentType string
}

func (s *session) newConn(nc net.Conn) *conn {
	base := s.bufs.Get().(*[bufSize]byte)
	c := &conn{session: s, nc: nc, under: nc, base: base, buf: base[:]}
	if config := s.tls.Load(); config != nil {
		c.nc = tls.Server(nc, config)
	}
	if a := nc.RemoteAddr(); a != nil {
		c.remote = a.String()
	}
	return c
}

// serve answers requests in the order they came, until the connection ends.
func (c *conn) serve() {
	defer c.end()
	if !c.shake() {
		return
	}
	if c.speaksHTTP2() {
		c.serveHTTP2()
		return
	}
	for c.one() {
		c.shrink()
	}
}

func (c *conn) end() {
	if p := recover(); p != nil {
		c.o.Log.Error("catch request: the catcher itself failed", "panic", p, "stack", string(debug.Stack()))
	}
	_ = c.nc.Close()
	c.forget(c)
	c.memory.give(c.held)
	c.memory.give(c.taken)
	c.bufs.Put(c.base)
}

// one reads a request, has it kept and answers it. It reports whether another
// one may follow.
func (c *conn) one() bool {
	if !c.await() {
		return false
	}
	first := c.o.Now()
	x := new(hook.Capture)
	var m message
	var sp *spoilt
	x.Head, sp = c.readHead()
	c.stamp(x)
	if sp == nil {
		sp = m.parse(x.Head)
	}
	if sp == nil {
		c.describe(x, &m)
		sp = c.readBody(x, &m)
	}
	x.ReadTime = c.o.Now().Sub(first)
	if sp != nil {
		c.spoil(x, sp)
		return false
	}
	x.State = hook.Kept
	x.KeepAlive = !m.close && !c.closing.Load()
	c.seal(x)
	e := ending{head: string(m.method) == http.MethodHead, http10: m.http10, keep: x.KeepAlive}
	a, ok := c.keep(x)
	x.Raw = hook.Raw{} // whoever still has x does not hold the body
	c.release()
	if !ok {
		a = hook.Answer{Status: http.StatusInternalServerError}
		e.keep = false
	}
	if a.Later != nil {
		a = a.Later(c.shut)
	}
	if a.Done != nil {
		defer a.Done()
	}
	if a.Delay > 0 {
		c.wait(a.Delay)
	}
	if a.Fault != nil {
		return c.misbehave(&a, e)
	}
	open := c.answer(&a, e)
	if !open && c.r < c.w {
		c.linger() // closing on unread bytes would reset the connection under the answer
	}
	return open
}

// release gives back what the body in flight took. The body must not be used
// afterwards.
func (c *conn) release() {
	c.litter.add(c.taken.n)
	c.memory.give(c.taken)
	c.taken = share{}
}

// await returns true when the first byte of a request is there.
func (c *conn) await() bool {
	if c.r < c.w {
		return !c.closing.Load()
	}
	c.r, c.w = 0, 0
	limit, look := c.o.IdleTimeout, drainPause
	if !c.used {
		limit, look = c.o.HeadTimeout, drainMost
	}
	c.used = true
	now := time.Now()
	// Setting a deadline is dear; one that is up to a quarter late will do.
	if left := c.readBy.Sub(now); left < limit || left > limit+limit/4 {
		c.readUntil(now.Add(limit + limit/4))
	}
	c.waiting.Store(now.UnixNano())
	c.idle.Store(true)
	n := 0
	if !c.closing.Load() { // after idle is set: Shut looks the other way round
		n, _ = c.nc.Read(c.buf)
	}
	if n == 0 && c.closing.Load() {
		// What is on its way was sent before anybody said that this ends.
		n, _ = c.read(c.buf, time.Now().Add(look))
	}
	c.idle.Store(false)
	c.w = n
	return n > 0
}

// wake ends the reading of an idle connection.
func (c *conn) wake() { _ = c.under.SetReadDeadline(time.Unix(1, 0)) }

func (c *conn) readUntil(by time.Time) {
	c.readBy = by
	_ = c.nc.SetReadDeadline(by)
}

// read reads into p by then. A wake that came just too late is slept through.
func (c *conn) read(p []byte, by time.Time) (int, error) {
	for {
		c.readUntil(by)
		n, err := c.nc.Read(p)
		if n > 0 {
			return n, nil
		}
		if errors.Is(err, os.ErrDeadlineExceeded) && time.Now().Before(by) {
			continue
		}
		if err != nil {
			return 0, err
		}
	}
}

// readHead returns the head in memory of its own. When it is spoilt, what
// came of it is returned all the same.
func (c *conn) readHead() ([]byte, *spoilt) {
	defer c.waiting.Store(0)
	var o outline
	var by time.Time
	for {
		end, sp := o.scan(c.buf[c.r:c.w], c.o.MaxHead, c.o.MaxLines)
		if sp != nil {
			return c.headSoFar(&o), sp
		}
		if end > 0 {
			head := c.buf[c.r+o.start : c.r+end : c.r+end]
			if c.r += end; len(c.buf) > smallBody && c.w-c.r <= bufSize {
				// A large head keeps the buffer, which was its alone.
				c.r, c.w, c.buf = 0, copy(c.base[:], c.buf[c.r:c.w]), c.base[:]
				return head, nil
			}
			return bytes.Clone(head), nil
		}
		if by.IsZero() {
			now := time.Now()
			by = now.Add(c.o.HeadTimeout)
			c.waiting.Store(now.UnixNano())
		}
		if !c.room(c.o.MaxHead) {
			return c.headSoFar(&o), noMemory()
		}
		n, err := c.read(c.buf[c.w:], by)
		c.w += n
		switch {
		case err == nil:
		case errors.Is(err, os.ErrDeadlineExceeded):
			return c.headSoFar(&o), tooSlow("The head was not complete after " + c.o.HeadTimeout.String() + ".")
		case errors.Is(err, net.ErrClosed): // by evict
			return c.headSoFar(&o), cutOff("The head was not complete yet when its connection was needed for another sender.")
		default:
			return c.headSoFar(&o), cutOff("The connection ended before the head was complete.")
		}
	}
}

// headSoFar is what has come of a head that is not complete, up to the line
// that spoilt it.
func (c *conn) headSoFar(o *outline) []byte {
	b := c.buf[c.r:c.w]
	if o.bad > 0 {
		b = b[:o.bad]
	}
	b = b[min(o.start, len(b)):]
	return append([]byte(nil), b[:min(len(b), stubHead)]...)
}

// room makes place at the end of buf, which will need to hold up to limit
// bytes, within the memory budget.
func (c *conn) room(limit int) bool {
	if c.w < len(c.buf) {
		return true
	}
	if c.r > 0 {
		c.w = copy(c.buf, c.buf[c.r:c.w])
		c.r = 0
		return true
	}
	size := 2 * len(c.buf)
	if size > smallBody {
		size = max(size, min(limit, mediumBody)) // as large as its share
	}
	held, ok := c.memory.grow(c.held, classOf(int64(size), int64(max(limit, size))), c.o.MemoryWait)
	if !ok {
		return false
	}
	c.held = held
	buf := make([]byte, size)
	c.w = copy(buf, c.buf[:c.w])
	c.buf = buf
	return true
}

// shrink gives back what a large head needed.
func (c *conn) shrink() {
	if c.held.n == 0 || c.w-c.r > bufSize {
		return
	}
	c.w = copy(c.base[:], c.buf[c.r:c.w])
	c.r = 0
	c.buf = c.base[:]
	c.litter.add(6 * c.held.n) // the head and its copies for keeping it
	c.memory.give(c.held)
	c.held = share{}
}

func (c *conn) stamp(x *hook.Capture) {
	x.ReceivedAt = c.o.Now().UTC().Round(0)
	x.UID = newUID(x.ReceivedAt)
	x.RemoteAddr = c.remote
	x.Via = hook.ViaDirect
	_, x.Secure = c.nc.(*tls.Conn)
}

// describe fills the row from a head that has been read strictly.
func (c *conn) describe(x *hook.Capture, m *message) {
	x.Method = again(&c.method, m.method)
	x.Target = again(&c.target, m.target)
	x.Host = again(&c.host, m.host)
	x.ContentType = again(&c.contentType, m.contentType)
	switch {
	case m.http2:
		x.Protocol = "HTTP/2.0"
	case m.http10:
		x.Protocol = "HTTP/1.0"
	default:
		x.Protocol = "HTTP/1.1"
	}
	x.CrossSite = m.crossSite
}

// again returns b as a string, the one of last time when it is equal.
func again(last *string, b []byte) string {
	if *last != string(b) {
		*last = string(b)
	}
	return *last
}

// seal takes the measure of the body.
func (c *conn) seal(x *hook.Capture) {
	x.BodyBytes = int64(len(x.Body))
	x.SHA256 = sha256.Sum256(x.Body)
}

// keep hands x over. A Keeper that panics costs this request only; ok is then
// false.
func (c *conn) keep(x *hook.Capture) (a hook.Answer, ok bool) {
	defer func() {
		if p := recover(); p != nil {
			a, ok = hook.Answer{}, false
			c.o.Log.Error("keep request: panic", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	return c.keeper.Keep(c.ctx, x), true
}
