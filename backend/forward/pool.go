package forward

import (
	"bufio"
	"net"
	"sync"
	"time"
)

// idleInAll bounds the idle connections to all hosts together.
const idleInAll = 128

// link is one connection to a target.
type link struct {
	key  string // what it may be reused for: scheme and address
	conn net.Conn
	br   *bufio.Reader
	// watched receives what ended the watch while the link was idle.
	watched chan error
}

// pool keeps connections open between requests. Each idle connection is
// watched by one goroutine, so that one the target has closed leaves at once
// and is never picked, and one that was idle too long is closed.
type pool struct {
	perHost int
	idleFor time.Duration

	mu     sync.Mutex
	idle   map[string][]*link // the longest idle first
	count  int
	closed bool
	watch  sync.WaitGroup
}

func newPool(perHost int, idleFor time.Duration) *pool {
	return &pool{perHost: perHost, idleFor: idleFor, idle: map[string][]*link{}}
}

// take returns an idle connection that was alive a moment ago, or nil.
func (p *pool) take(key string) *link {
	for {
		p.mu.Lock()
		links := p.idle[key]
		if len(links) == 0 {
			p.mu.Unlock()
			return nil
		}
		l := links[len(links)-1]
		p.forget(l)
		p.mu.Unlock()
		// A deadline in the past ends the watch. Only a timeout says that the
		// target neither closed nor said something nobody asked for.
		_ = l.conn.SetReadDeadline(time.Unix(1, 0))
		if err := <-l.watched; err != nil && isTimeout(err) && l.br.Buffered() == 0 {
			return l
		}
		_ = l.conn.Close()
	}
}

// give keeps l for the next request, or closes it.
func (p *pool) give(l *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.idle[l.key]) >= p.perHost || p.count >= idleInAll ||
		l.conn.SetDeadline(time.Now().Add(p.idleFor)) != nil {
		_ = l.conn.Close()
		return
	}
	l.watched = make(chan error, 1)
	p.idle[l.key] = append(p.idle[l.key], l)
	p.count++
	p.watch.Go(func() { p.tend(l) })
}

// tend waits until an idle connection says or ends something.
func (p *pool) tend(l *link) {
	_, err := l.br.Peek(1)
	p.mu.Lock()
	if p.forget(l) {
		_ = l.conn.Close()
	}
	p.mu.Unlock()
	l.watched <- err
}

// forget takes l out of the pool and says whether it was in it. The caller
// holds mu.
func (p *pool) forget(l *link) bool {
	links := p.idle[l.key]
	for i, other := range links {
		if other != l {
			continue
		}
		p.count--
		if len(links) == 1 {
			delete(p.idle, l.key)
		} else {
			p.idle[l.key] = append(links[:i:i], links[i+1:]...)
		}
		return true
	}
	return false
}

func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	for _, links := range p.idle {
		for _, l := range links {
			_ = l.conn.Close()
		}
	}
	p.mu.Unlock()
	p.watch.Wait()
}
