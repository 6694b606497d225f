package desk

import (
	"sync"
	"sync/atomic"

	"creel/backend/hook"
)

// maxWaiters is how many senders may wait for a target's answer at once. Each
// keeps a connection of the catch port, which has thousands.
const maxWaiters = 256

// waiters are the senders that wait for the first attempt of a delivery.
type waiters struct {
	n  atomic.Int32 // so that nobody else pays for them
	mu sync.Mutex
	by map[string]waiter // by delivery id

	purse *purse
}

type waiter struct {
	target string
	to     chan awaited // has room for one, and gets one
	rest   *overflow
}

// awaited is what a waiter gets: an attempt, or why there will be none soon.
type awaited struct {
	attempt hook.Attempt
	why     string // a fallback's word; "" with an attempt
	text    string // the same for people
}

func newWaiters() *waiters { return &waiters{by: map[string]waiter{}, purse: newPurse()} }

// add makes a waiter for that delivery, before it can be sent; ok is false when
// there are too many.
func (w *waiters) add(delivery, target string) (one waiter, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.by) >= maxWaiters {
		return waiter{}, false
	}
	one = waiter{target, make(chan awaited, 1), &overflow{purse: w.purse}}
	w.by[delivery] = one
	w.n.Store(int32(len(w.by)))
	return one, true
}

// rest takes what of the answer to that delivery is not kept; nil when nobody
// waits for it.
func (w *waiters) rest(delivery string) *overflow {
	if w.n.Load() == 0 {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.by[delivery].rest
}

// drop forgets a waiter; what comes for it later is of no interest. What it
// holds is for its owner to release.
func (w *waiters) drop(delivery string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forget(delivery)
}

// forget is drop for who holds mu.
func (w *waiters) forget(delivery string) {
	delete(w.by, delivery)
	w.n.Store(int32(len(w.by)))
}

// tell hands an attempt to who waits for it, if anybody does.
func (w *waiters) tell(a hook.Attempt) { w.give(a.Delivery, awaited{attempt: a}) }

// give hands who waits for that delivery what there is, if anybody does.
func (w *waiters) give(delivery string, got awaited) {
	if w.n.Load() == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if one, ok := w.by[delivery]; ok {
		w.forget(delivery)
		one.to <- got
	}
}

// giveUp tells those who wait in vain why: of each target that why knows
// something of, those whose delivery is not underWay.
func (w *waiters) giveUp(why func(target string) (awaited, bool), underWay func(delivery string) bool) {
	if w.n.Load() == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for delivery, one := range w.by {
		if got, ok := why(one.target); ok && !underWay(delivery) {
			w.forget(delivery)
			one.to <- got
		}
	}
}

// rename follows a target.
func (w *waiters) rename(was, target string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for delivery, one := range w.by {
		if one.target == was {
			one.target = target
			w.by[delivery] = one
		}
	}
}
