package catch

import (
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

// Up to what size a body is in which lane.
const (
	smallBody  = 64 << 10
	mediumBody = 1 << 20
)

// maxWaiting is how many may wait for a lane while they hold a share of a
// lower one; further ones are refused at once.
const maxWaiting = 64

// budget shares out the bytes of bodies in flight, in lanes that have nothing
// to do with each other: whatever the large ones do, the usual ones pass. Each
// lane is first come, first served.
//
// A share never grows within its lane by waiting, and who waits for one lane
// holds at most a share of a lower one. So nobody waits for somebody who waits
// for him.
type budget struct {
	mu    sync.Mutex
	lanes [3]lane // of small, medium and large bodies
}

type lane struct {
	limit, used int64
	queue       []*wish
}

// share is what somebody holds of a budget.
type share struct {
	lane int
	n    int64
}

type wish struct {
	need    int64
	granted chan struct{}
}

func newBudget(limit int64) *budget {
	part := limit / 11
	return &budget{lanes: [3]lane{{limit: 2 * part}, {limit: part}, {limit: limit - 3*part}}}
}

func laneOf(n int64) int {
	switch {
	case n <= smallBody:
		return 0
	case n <= mediumBody:
		return 1
	}
	return 2
}

// classOf is the most that something of unknown size, n bytes so far and at
// most limit, takes before it needs another lane.
func classOf(n, limit int64) int64 {
	switch laneOf(n) {
	case 0:
		return min(smallBody, limit)
	case 1:
		return min(mediumBody, limit)
	}
	return max(n, limit)
}

// grow turns a share into one of n bytes, or all of its lane when that is
// less, waiting at most wait. It returns what is held then, and false, with
// nothing changed, when there is not enough.
func (b *budget) grow(have share, n int64, wait time.Duration) (share, bool) {
	want := share{lane: max(laneOf(n), have.lane)}
	l := &b.lanes[want.lane]
	want.n = min(n, l.limit)
	need := want.n
	if want.lane == have.lane {
		need -= have.n
	}
	if need <= 0 {
		return have, true
	}
	if !b.acquire(l, need, wait, have.n > 0) {
		return have, false
	}
	if want.lane != have.lane {
		b.give(have)
	}
	return want, true
}

func (b *budget) acquire(l *lane, need int64, wait time.Duration, holds bool) bool {
	b.mu.Lock()
	if len(l.queue) == 0 && l.used+need <= l.limit {
		l.used += need
		b.mu.Unlock()
		return true
	}
	if wait <= 0 || holds && len(l.queue) >= maxWaiting {
		b.mu.Unlock()
		return false
	}
	w := &wish{need: need, granted: make(chan struct{})}
	l.queue = append(l.queue, w)
	b.mu.Unlock()
	return b.await(l, w, wait)
}

func (b *budget) await(l *lane, w *wish, wait time.Duration) bool {
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-w.granted:
		return true
	case <-t.C:
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, q := range l.queue {
		if q == w {
			l.queue = append(l.queue[:i], l.queue[i+1:]...)
			l.serve() // those behind may fit where this one did not
			return false
		}
	}
	return true // granted at the last moment
}

// give returns a share.
func (b *budget) give(s share) {
	if s.n == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	l := &b.lanes[s.lane]
	l.used -= s.n
	l.serve()
}

// wanted reports whether somebody waits for the lane of a larger share.
func (b *budget) wanted(s share) bool {
	if s.lane == 0 {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.lanes[s.lane].queue) > 0
}

// serve grants what fits. The caller holds the budget's mu.
func (l *lane) serve() {
	for len(l.queue) > 0 && l.used+l.queue[0].need <= l.limit {
		w := l.queue[0]
		l.queue = l.queue[1:]
		l.used += w.need
		close(w.granted)
	}
}

// litter counts the bytes of large bodies and heads that are done with. They
// are collected before many others are let in: the collector by itself would
// let the heap grow to twice what is in use, and keep it.
type litter struct {
	mu sync.Mutex
	n  int64
}

// add notes n bytes that nothing refers to any more.
func (l *litter) add(n int64) {
	const most = 16 << 20
	if n <= smallBody {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.n += n; l.n >= most {
		collect(l.n)
		l.n = 0
	}
}

// collect has n bytes collected that nothing refers to any more. A goroutine
// that was stopped in the middle of something may keep them for a cycle.
func collect(n int64) {
	before := heapInUse()
	for range 3 {
		if debug.FreeOSMemory(); heapInUse() <= before-n/2 {
			return
		}
	}
}

func heapInUse() int64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return int64(s[0].Value.Uint64())
}
