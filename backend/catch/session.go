package catch

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"

	"creel/backend/hook"
)

// session is the catcher while it listens on one address.
type session struct {
	*Catcher
	ln     net.Listener
	tls    atomic.Pointer[tls.Config] // nil: plain
	ctx    context.Context            // of the Keeper's calls
	cancel context.CancelFunc
	wg     sync.WaitGroup // the accept loop and every connection

	draining atomic.Bool // about to close: takes what waits to be accepted, no more
	closing  atomic.Bool
	shut     chan struct{} // closed with closing
	drainBy  time.Time     // set before draining
	deaf     chan struct{} // closed when the accept loop has ended
	unbound  chan struct{} // closed when the address is free

	h2     *http2.Server
	h2base *http.Server // of h2; Shutdown tells every connection to come to its end
	http2s atomic.Int32 // connections that speak HTTP/2

	mu    sync.Mutex
	conns map[*conn]struct{}
}

// Pauses between tries to accept while the machine refuses (no file
// descriptors left, most likely).
const (
	minPause = 5 * time.Millisecond
	maxPause = time.Second
)

// accept runs until the listener is closed. It outlives every other error:
// running out of file descriptors ends when connections do.
func (s *session) accept() {
	defer close(s.deaf)
	pause, last := time.Duration(0), false
	for {
		nc, err := s.ln.Accept()
		switch {
		case err == nil:
			pause = 0
			s.welcome(nc)
			s.drainOn()
		case s.closing.Load() || errors.Is(err, net.ErrClosed) || last:
			return
		case s.draining.Load():
			last = true // the deadline may have passed before this got to run
			s.drainOn()
		default:
			if pause == 0 {
				s.o.Log.Warn("accept on the catch port: trying again", "error", err)
			}
			pause = min(max(2*pause, minPause), maxPause)
			s.evict()
			if !s.wait(pause) {
				return
			}
		}
	}
}

// To close a listener resets the connections that wait to be accepted, and
// their senders may have sent their request already. So a listener about to be
// closed accepts on until nobody has come for drainPause, at most drainMost.
const (
	drainPause = 5 * time.Millisecond
	drainMost  = 250 * time.Millisecond
)

// drain has the accept loop take what waits and end.
func (s *session) drain() {
	ln, ok := s.ln.(interface{ SetDeadline(time.Time) error })
	if !ok {
		return
	}
	s.drainBy = time.Now().Add(drainMost)
	s.draining.Store(true)
	_ = ln.SetDeadline(time.Now().Add(drainPause))
	t := time.NewTimer(drainMost)
	defer t.Stop()
	select {
	case <-s.deaf:
	case <-t.C:
	}
}

// drainOn grants the accept loop another pause after it accepted.
func (s *session) drainOn() {
	now := time.Now()
	if !s.draining.Load() || !now.Before(s.drainBy) {
		return
	}
	if ln, ok := s.ln.(interface{ SetDeadline(time.Time) error }); ok {
		_ = ln.SetDeadline(now.Add(drainPause))
	}
}

// wait returns true after d, false at once when the session closes.
func (s *session) wait(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-s.shut:
		return false
	}
}

// welcome starts a connection, or turns it away when there are too many.
func (s *session) welcome(nc net.Conn) {
	s.mu.Lock()
	n := len(s.conns)
	s.mu.Unlock()
	full := n >= s.o.MaxConns && !s.evict()
	// An eighth more may be there to be turned away.
	if full && n >= s.o.MaxConns+max(s.o.MaxConns/8, 16) {
		_ = nc.Close()
		return
	}
	c := s.newConn(nc)
	s.mu.Lock()
	s.conns[c] = struct{}{}
	s.mu.Unlock()
	if full {
		s.wg.Go(c.turnAway)
		return
	}
	s.wg.Go(c.serve)
}

// turnAway says 503 without reading a request.
func (c *conn) turnAway() {
	defer c.end()
	c.answer(&hook.Answer{
		Status: http.StatusServiceUnavailable, Headers: hook.Headers{{Name: "Retry-After", Value: "1"}},
	}, ending{})
	c.linger()
}

// evict closes a connection that waits for a head: of a sample, the one that
// has waited longest. It reports whether there was one.
func (s *session) evict() bool {
	const sample = 64
	s.mu.Lock()
	var oldest *conn
	var since int64
	n := 0
	for c := range s.conns { // in random order
		if at := c.waiting.Load(); at != 0 {
			if oldest == nil || at < since {
				oldest, since = c, at
			}
			if n++; n == sample {
				break
			}
		}
	}
	if oldest != nil {
		delete(s.conns, oldest)
	}
	s.mu.Unlock()
	if oldest == nil {
		return false
	}
	_ = oldest.under.Close()
	return true
}

func (s *session) forget(c *conn) {
	s.mu.Lock()
	delete(s.conns, c)
	s.mu.Unlock()
}

func (s *session) close(ctx context.Context) error {
	s.drain()
	s.closing.Store(true)
	close(s.shut)
	_ = s.ln.Close()
	close(s.unbound)
	_ = s.h2base.Shutdown(ctx) // it has no listeners to close
	s.each(func(c *conn) {
		switch {
		case c.idle.Load():
			c.wake()
		case c.shaking.Load():
			_ = c.under.SetReadDeadline(time.Now().Add(drainMost))
		}
	})
	done := make(chan struct{})
	go func() { s.wg.Wait(); close(done) }()
	select {
	case <-done:
		s.cancel()
		return nil
	case <-ctx.Done():
	}
	s.cancel()
	s.each(func(c *conn) { _ = c.under.Close() })
	return ctx.Err()
}

func (s *session) each(do func(*conn)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		do(c)
	}
}
