package catch

import (
	"net"

	"golang.org/x/net/http2"
)

// ServeConn serves one connection in the calling goroutine, on a catcher that
// listens nowhere.
func (c *Catcher) ServeConn(nc net.Conn) {
	s := c.newSession(nil)
	s.newConn(nc).serve()
	s.cancel()
}

// OpenOn starts to catch on a listener of the test's.
func (c *Catcher) OpenOn(ln net.Listener) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.session = c.newSession(ln)
	c.session.wg.Go(c.session.accept)
}

// MemoryInUse is what of the budget is taken.
func (c *Catcher) MemoryInUse() (n int64) {
	c.memory.mu.Lock()
	defer c.memory.mu.Unlock()
	for _, l := range c.memory.lanes {
		n += l.used
	}
	return n
}

// Waiters counts requests that wait for memory.
func (c *Catcher) Waiters() (n int) {
	c.memory.mu.Lock()
	defer c.memory.mu.Unlock()
	for _, l := range c.memory.lanes {
		n += len(l.queue)
	}
	return n
}

// MaxSlow is how many answers may drip or stay away.
const MaxSlow = maxSlow

// Slow counts the answers that drip or stay away.
func (c *Catcher) Slow() int { return int(c.slow.n.Load()) }

// Refusal is what net/http2 was seen to refuse.
type Refusal struct {
	Kind   http2.FrameType
	Stream uint32
	Code   http2.ErrCode
}

// Spoken follows what is written in pieces.
func Spoken(b []byte, piece func(left int) int) (got []Refusal) {
	var s spoken
	for len(b) > 0 {
		n := piece(len(b))
		s.watch(b[:n], func(kind http2.FrameType, stream uint32, code http2.ErrCode) {
			got = append(got, Refusal{kind, stream, code})
		})
		b = b[n:]
	}
	return got
}
