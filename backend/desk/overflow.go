package desk

import (
	"sync"

	"creel/backend/hook"
)

const (
	// maxOverflow is how much of the target's answers that senders wait for is
	// held in memory, beside what is kept of each.
	maxOverflow = 64 << 20
	// overflowPart is what is taken of that at once.
	overflowPart = 256 << 10
	// wholeOverflow is what the longest answer needs of it.
	wholeOverflow = hook.MaxPassed - hook.MaxAnswer
)

// purse is what is left of maxOverflow. Shared out as it is asked for, it could
// be spent on the beginnings of many answers of which none is passed on whole;
// so the answer that finds it running low is sure of what it still needs.
type purse struct {
	mu   sync.Mutex
	left int

	sure     *overflow // nil while more is left than the longest answer needs
	promised int       // what of left is for sure alone
}

func newPurse() *purse { return &purse{left: maxOverflow} }

// take reports whether there is room for one more part of o. The caller holds
// o.mu.
func (p *purse) take(o *overflow) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if need := o.need(); p.sure == nil && p.left >= need && p.left < wholeOverflow+overflowPart {
		p.sure, p.promised = o, need
	}
	if p.sure == o {
		p.promised -= overflowPart
	} else if p.left-p.promised < overflowPart {
		return false
	}
	p.left -= overflowPart
	return true
}

// give takes back all that o held, which may be nothing.
func (p *purse) give(o *overflow) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left += len(o.parts) * overflowPart
	if p.sure == o {
		p.sure, p.promised = nil, 0
	}
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
			if o.full = o.need() == 0 || !o.purse.take(o); o.full {
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

// need is how much more room an answer of any length could take. The caller
// holds mu.
func (o *overflow) need() int { return wholeOverflow - len(o.parts)*overflowPart }

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
	o.purse.give(o)
	o.parts, o.bytes, o.full = nil, 0, false
}

// all is what was taken; it must not be used after release.
func (o *overflow) all() [][]byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.parts
}
