package desk

import (
	"sync"
	"sync/atomic"

	"creel/backend/hook"
)

const (
	// maxOverflow is how much of the target's answers that senders wait for is
	// held in memory, beside what is kept of each.
	maxOverflow = 64 << 20
	// overflowPart is what is taken of that at once.
	overflowPart = 256 << 10
)

// purse is what is left of maxOverflow.
type purse struct{ left atomic.Int64 }

func newPurse() *purse {
	p := &purse{}
	p.left.Store(maxOverflow)
	return p
}

func (p *purse) take(n int64) bool {
	if p.left.Add(-n) >= 0 {
		return true
	}
	p.left.Add(n)
	return false
}

// overflow holds what of an answer is longer than what is kept, for the sender
// that waits for it: up to hook.MaxPassed of the whole answer, and as long as
// the purse lets it. What has no room is left out, and the sender sees that the
// answer was cut.
type overflow struct {
	purse *purse

	mu    sync.Mutex
	parts [][]byte
	bytes int
	full  bool // it takes nothing more of this answer
	over  bool // nor of any other: nobody waits any more
}

// Write takes what of p there is room for; it never fails.
func (o *overflow) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for rest := p; len(rest) > 0 && !o.full && !o.over; {
		last := len(o.parts) - 1
		if last < 0 || len(o.parts[last]) == cap(o.parts[last]) {
			if o.full = o.bytes >= hook.MaxPassed-hook.MaxAnswer || !o.purse.take(overflowPart); o.full {
				break
			}
			o.parts = append(o.parts, make([]byte, 0, overflowPart))
			last++
		}
		n := min(len(rest), cap(o.parts[last])-len(o.parts[last]))
		o.parts[last] = append(o.parts[last], rest[:n]...)
		rest, o.bytes = rest[n:], o.bytes+n
	}
	return len(p), nil
}

// Reset forgets what was taken: another answer follows.
func (o *overflow) Reset() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.empty()
}

// release gives the memory back and takes nothing more, whatever still comes.
func (o *overflow) release() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.empty()
	o.over = true
}

// empty gives the memory back. The caller holds mu.
func (o *overflow) empty() {
	o.purse.left.Add(int64(len(o.parts)) * overflowPart)
	o.parts, o.bytes, o.full = nil, 0, false
}

// all is what was taken; it must not be used after release.
func (o *overflow) all() [][]byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.parts
}
