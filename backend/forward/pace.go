package forward

import (
	"math"
	"time"

	"creel/backend/hook"
)

// late is by how much a delivery must be overdue to count as left over from
// when the machine slept, Creel was closed or the clock was set.
const late = time.Minute

// widest is the most tries to one target at once that a policy may ask for.
const widest = 32

// gate holds what is sent to one target back to what it can and may take. The
// outbox's mu guards it.
type gate struct {
	breaker breaker
	// tokens are the tries that the rate allows now, as of filled.
	tokens float64
	filled time.Time
	// width, unless 0, is how many tries may run at once: what is late is begun
	// with one, and one more for each that was taken, so that a target that has
	// just come up is not stampeded.
	width int
	// behind says that what was claimed last was late.
	behind bool
}

// parallel is how many tries to a target may run at once.
func parallel(p hook.Policy, usual int) int {
	switch {
	case p.InOrder:
		return 1
	case p.Parallel > 0:
		return p.Parallel
	}
	return usual
}

// room is how many tries of at most most may run at once now.
func (g *gate) room(most int) int {
	if g.width > 0 {
		return min(g.width, most)
	}
	return most
}

// fill makes tokens of the time that passed. A tick of 50 ms is saved up at
// most, so that "10 a second" does not come as ten at once.
func (g *gate) fill(rate float64, now time.Time) {
	most := max(1, rate/20)
	passed := now.Sub(g.filled)
	if g.filled.IsZero() || passed < 0 || passed > time.Hour {
		g.tokens, g.filled = most, now
		return
	}
	g.tokens, g.filled = min(most, g.tokens+rate*passed.Seconds()), now
}

// allowed is how many tries the rate allows now, and how long until the next
// when that is none. A rate of 0 is no limit.
func (g *gate) allowed(rate float64, now time.Time) (n int, wait time.Duration) {
	if rate <= 0 {
		return math.MaxInt, 0
	}
	g.fill(rate, now)
	if g.tokens >= 1 {
		return int(g.tokens), 0
	}
	return 0, time.Duration((1-g.tokens)/rate*float64(time.Second)) + time.Millisecond
}

// claimed notes a delivery that was taken to be sent.
func (g *gate) claimed(d hook.Delivery, now time.Time) {
	g.tokens = max(0, g.tokens-1)
	overdue := d.DueAt.Unix() > 0 && now.Sub(d.DueAt) > late
	if overdue && !g.behind {
		g.width = 1
	}
	g.behind = overdue
}

// told takes the outcome of a try: taken says that the target took it. It
// says whether the breaker changed.
func (g *gate) told(taken, probe bool, now time.Time) bool {
	if !taken {
		g.width = min(g.width, 1)
		return g.breaker.failed(now, probe)
	}
	if g.width > 0 {
		g.width++
	}
	if g.width > widest {
		g.width = 0
	}
	closed := g.breaker.succeeded(now)
	if closed {
		g.width = 1
	}
	return closed
}

// counts reports whether an attempt says anything about its target.
func counts(a hook.Attempt) bool {
	if a.Err == nil {
		return true
	}
	switch a.Err.Kind {
	case hook.ErrCancelled, hook.ErrBadURL, hook.ErrLoop, hook.ErrInternal:
		return false
	}
	return true
}
