package catch

import "net"

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
