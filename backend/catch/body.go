package catch

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"creel/backend/hook"
)

// readBody reads the body that m announces into x, in memory taken from the
// budget: see conn.taken.
func (c *conn) readBody(x *hook.Capture, m *message) (sp *spoilt) {
	if m.otherExpect {
		return refuse(http.StatusExpectationFailed, "The request expects something other than 100-continue.")
	}
	limit := c.o.MaxBody()
	if m.length > limit {
		return tooLarge(limit)
	}
	if m.length <= 0 && !m.chunked {
		return nil
	}
	if !c.take(max(m.length, 0)) {
		return noMemory()
	}
	if m.expects && c.r == c.w && !c.goOn() {
		return cutOff("The connection ended before the body began.")
	}
	p := pace{conn: c, start: time.Now()}
	if m.chunked {
		k := chunks{pace: p, limit: limit}
		sp = k.read()
		x.Body, x.Trailer = k.body, k.trailer
		return sp
	}
	x.Body, sp = c.readSized(m.length, &p)
	return sp
}

// take has the body in flight hold total bytes of the memory budget.
func (c *conn) take(total int64) (ok bool) {
	c.taken, ok = c.memory.grow(c.taken, total, c.o.MemoryWait)
	return ok
}

// goOn says 100: the body is wanted.
func (c *conn) goOn() bool {
	c.writeWithin()
	_, err := c.nc.Write([]byte("HTTP/1.1 100 Continue\r\n\r\n"))
	return err == nil
}

func (c *conn) readSized(length int64, p *pace) ([]byte, *spoilt) {
	body := make([]byte, length)
	got := copy(body, c.buf[c.r:c.w])
	c.r += got
	for got < len(body) {
		n, err := c.read(body[got:], p.deadline(got))
		got += n
		if err != nil {
			return bytes.Clone(body[:got]), p.spoilt(err, fmt.Sprintf("%d of %d body bytes", got, length))
		}
	}
	return body, nil
}

// pace holds a body to its timeouts: no pause longer than BodyIdleTimeout,
// and after BodyGrace an average of BodyRate, or of BusyRate while others wait
// for its memory.
type pace struct {
	*conn
	start time.Time
}

func (p *pace) deadline(got int) time.Time {
	idle := time.Now().Add(p.o.BodyIdleTimeout)
	rate := p.o.BodyRate
	if p.memory.wanted(p.taken) {
		rate = max(rate, p.o.BusyRate)
	}
	slow := p.start.Add(p.o.BodyGrace + time.Duration(float64(got)/float64(rate)*float64(time.Second)))
	if slow.Before(idle) {
		return slow
	}
	return idle
}

func (p *pace) spoilt(err error, what string) *spoilt {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return tooSlow("The body came too slowly: " + what + " in " + time.Since(p.start).Round(100*time.Millisecond).String() + ".")
	}
	return cutOff("The connection ended after " + what + ".")
}

// linger stops writing and reads on for a moment, throwing away: to close on
// unread bytes makes the system reset the connection, and the sender would
// lose the answer.
func (c *conn) linger() {
	const most = 64 << 20
	c.r, c.w = 0, 0
	c.shrink()
	if half, ok := c.nc.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	c.readUntil(time.Now().Add(c.o.LingerTimeout))
	c.idle.Store(true)
	if c.closing.Load() {
		return
	}
	c.waiting.Store(time.Now().UnixNano())
	for n := 0; n < most; {
		m, err := c.nc.Read(c.buf)
		if n += m; err != nil {
			return
		}
	}
}
