package catch

import (
	"net"
	"sync/atomic"
	"time"

	"creel/backend/hook"
)

// maxSlow is how many answers may drip or stay away at once. Each keeps a
// connection, of which there are some thousands; further ones are given up at
// once.
const maxSlow = 64

// maxDrip is how long a dripping answer may take; what is left then is not
// sent.
const maxDrip = hook.MaxFaultSeconds * time.Second

// maxIgnored is how many bytes are read of a sender that is not answered.
const maxIgnored = 1 << 20

// slow counts the answers that drip or stay away.
type slow struct{ n atomic.Int32 }

func (s *slow) begin() bool {
	if s.n.Add(1) > maxSlow {
		s.n.Add(-1)
		return false
	}
	return true
}

func (s *slow) end() { s.n.Add(-1) }

// misbehave does with the answer what its Fault says, and reports whether the
// connection stays open.
func (c *conn) misbehave(a *hook.Answer, e ending) bool {
	switch f := a.Fault; f.Kind {
	case hook.FaultReset:
		c.reset()
	case hook.FaultCut:
		out, body, _ := c.spell(a, e)
		_ = c.write(out, body[:min(f.AfterBytes, len(body))]) // the connection ends either way
		c.cut()
	case hook.FaultDrip:
		return c.drip(a, e)
	case hook.FaultSilent:
		c.silence(time.Duration(f.HoldMs) * time.Millisecond)
	default:
		return c.answer(a, e)
	}
	return false
}

// reset has the connection end by RST: nothing that was not acknowledged is
// sent any more, and the sender sees a connection that broke.
func (c *conn) reset() {
	if tcp, ok := c.under.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // without it the connection ends by FIN, which is a fault, too
	}
	_ = c.under.Close()
}

// cut ends the connection where it is, by FIN; over TLS without the notice
// that a proper end has. What the sender still writes is read and thrown away,
// lest the system should reset the connection under what was sent.
func (c *conn) cut() {
	if tcp, ok := c.under.(*net.TCPConn); ok && tcp.CloseWrite() == nil {
		c.ignore(time.Now().Add(c.o.LingerTimeout), maxIgnored)
	}
	_ = c.under.Close()
}

// drip writes the answer at BytesPerSecond, head and all, a slice at a time.
func (c *conn) drip(a *hook.Answer, e ending) bool {
	if !c.slow.begin() {
		return false
	}
	defer c.slow.end()
	out, body, keep := c.spell(a, e)
	pieces := [][]byte{append(out, body...)}
	if body != nil {
		pieces = append(pieces, a.Rest...)
	}
	perSlice := max(1, a.Fault.BytesPerSecond/dripsPerSecond)
	pause := time.Duration(perSlice) * time.Second / time.Duration(a.Fault.BytesPerSecond)
	until := time.Now().Add(maxDrip)
	for _, out := range pieces {
		for len(out) > 0 {
			n := min(perSlice, len(out))
			if time.Now().After(until) {
				return false
			}
			c.writeWithin()
			if _, err := c.nc.Write(out[:n]); err != nil {
				return false
			}
			// Closing, nobody waits for the rest.
			if out = out[n:]; len(out) > 0 && !c.wait(pause) {
				return false
			}
		}
	}
	if a.IsCut() && body != nil {
		c.cut()
	}
	return keep
}

// dripsPerSecond is how often a fast drip falls.
const dripsPerSecond = 20

// silence holds the connection without a word until the time has passed, the
// sender goes away, or the catcher closes.
func (c *conn) silence(hold time.Duration) {
	if !c.slow.begin() {
		return
	}
	defer c.slow.end()
	c.ignore(time.Now().Add(hold), maxIgnored)
}

// ignore reads and throws away what comes until then, or so many bytes. It
// ends when the sender closes its side, and when the catcher does.
func (c *conn) ignore(until time.Time, most int) {
	c.idle.Store(true) // Shut wakes it
	defer c.idle.Store(false)
	for most > 0 && !c.closing.Load() && time.Now().Before(until) {
		_ = c.under.SetReadDeadline(until)
		if c.closing.Load() {
			return // Shut may have come before the deadline was set
		}
		n, err := c.under.Read(c.base[:])
		most -= n
		if err != nil {
			return
		}
	}
	if most <= 0 {
		c.wait(time.Until(until))
	}
}
