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
	by map[string]chan hook.Attempt // by delivery id
}

func newWaiters() *waiters { return &waiters{by: map[string]chan hook.Attempt{}} }

// add makes a waiter for that delivery, before it can be sent; nil when there
// are too many.
func (w *waiters) add(delivery string) <-chan hook.Attempt {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.by) >= maxWaiters {
		return nil
	}
	ch := make(chan hook.Attempt, 1)
	w.by[delivery] = ch
	w.n.Store(int32(len(w.by)))
	return ch
}

// drop forgets a waiter; what comes for it later is of no interest.
func (w *waiters) drop(delivery string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.by, delivery)
	w.n.Store(int32(len(w.by)))
}

// tell hands an attempt to who waits for it, if anybody does.
func (w *waiters) tell(a hook.Attempt) {
	if w.n.Load() == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	ch, ok := w.by[a.Delivery]
	if !ok {
		return
	}
	delete(w.by, a.Delivery)
	w.n.Store(int32(len(w.by)))
	ch <- a // has room for one, and gets one
}
