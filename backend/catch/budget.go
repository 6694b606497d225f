package catch

import (
	"runtime/debug"
	"sync"
	"time"
)

// smallBody is up to what size a body may use the whole budget.
const smallBody = 1 << 20

// budget shares out the bytes of bodies in flight. Small bodies may use all
// of it, large ones all but a fifth; each lane is first come, first served.
type budget struct {
	mu     sync.Mutex
	used   int64
	limits [2]int64 // by lane
	queues [2][]*share
}

// The lanes of a budget.
const (
	smallLane = iota
	largeLane
)

type share struct {
	need    int64
	granted chan struct{}
}

func newBudget(limit int64) *budget {
	return &budget{limits: [2]int64{smallLane: limit, largeLane: limit - limit/5}}
}

// grow takes what a holder of held bytes needs to hold total, waiting at most
// wait. It returns what is held now, which is at most all that the lane has,
// and false, with nothing changed, when there is not enough.
func (b *budget) grow(held, total int64, wait time.Duration) (int64, bool) {
	lane := smallLane
	if total > smallBody {
		lane = largeLane
	}
	b.mu.Lock()
	want := min(total, b.limits[lane])
	need := want - held
	if need <= 0 {
		b.mu.Unlock()
		return held, true
	}
	if len(b.queues[lane]) == 0 && b.used+need <= b.limits[lane] {
		b.used += need
		b.mu.Unlock()
		return want, true
	}
	if wait <= 0 {
		b.mu.Unlock()
		return held, false
	}
	s := &share{need: need, granted: make(chan struct{})}
	b.queues[lane] = append(b.queues[lane], s)
	b.mu.Unlock()
	if b.await(lane, s, wait) {
		return want, true
	}
	return held, false
}

func (b *budget) await(lane int, s *share, wait time.Duration) bool {
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-s.granted:
		return true
	case <-t.C:
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, q := range b.queues[lane] {
		if q == s {
			b.queues[lane] = append(b.queues[lane][:i], b.queues[lane][i+1:]...)
			b.serve() // those behind may fit where this one did not
			return false
		}
	}
	return true // granted at the last moment
}

// give returns n bytes.
func (b *budget) give(n int64) {
	if n == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= n
	b.serve()
}

// serve grants what fits. The caller holds mu.
func (b *budget) serve() {
	for lane := range b.queues {
		for len(b.queues[lane]) > 0 && b.used+b.queues[lane][0].need <= b.limits[lane] {
			s := b.queues[lane][0]
			b.queues[lane] = b.queues[lane][1:]
			b.used += s.need
			close(s.granted)
		}
	}
}

// litter counts the bytes of large bodies that are done with. They are
// collected before others of their size are let in: the collector by itself
// would let the heap grow to twice what is in use, and keep it.
type litter struct {
	mu sync.Mutex
	n  int64
}

// add notes n bytes that nothing refers to any more.
func (l *litter) add(n int64) {
	const most = 8 << 20
	if n <= smallBody {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.n += n; l.n >= most {
		debug.FreeOSMemory()
		l.n = 0
	}
}
