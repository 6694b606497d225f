package forward

import (
	"context"
	"time"

	"creel/backend/failpoint"
	"creel/backend/hook"
)

// lane is the deliveries of one queue that were claimed.
type lane struct {
	name      string
	gate      *gate // nil for a pasted URL
	most      int   // how many may run at once
	inOrder   bool
	running   int
	recording int // sent, outcome not yet written
	queue     []*job
	// ahead is how many may be claimed in advance. It doubles while the queue
	// runs dry before the next claim, so that a fast target is kept busy and a
	// slow one has little claimed.
	ahead int
	// more says that the ledger may have more that is due.
	more bool
}

// Bounds of lane.ahead.
const (
	leastAhead = 16
	mostAhead  = 1024
)

// low is the length of the queue below which more is claimed.
func (l *lane) low() int { return max(l.room(), l.ahead/2) }

// idle reports whether nothing of the lane is under way.
func (l *lane) idle() bool { return l.running == 0 && l.recording == 0 && len(l.queue) == 0 }

// room is how many of the lane may run at once now.
func (l *lane) room() int {
	if l.gate == nil {
		return l.most
	}
	return l.gate.room(l.most)
}

// rested is what is remembered of a lane that has nothing under way.
type rested struct {
	ahead int
	since time.Time
}

// drop forgets a lane, but for a moment not how far ahead it claimed: a fast
// target is done with all of it before the next claim. The caller holds mu.
func (b *Outbox) drop(l *lane) {
	delete(b.lanes, l.name)
	if len(b.rested) > mostAhead {
		clear(b.rested)
	}
	b.rested[l.name] = rested{l.ahead, b.o.Now()}
}

// aheadOf is how far ahead a lane begins to claim. The caller holds mu.
func (b *Outbox) aheadOf(name string) int {
	r, ok := b.rested[name]
	if !ok || b.o.Now().Sub(r.since).Abs() > time.Second {
		return leastAhead
	}
	return max(leastAhead, r.ahead)
}

// claim fills the lanes until nothing more is due or there is no room.
func (b *Outbox) claim(ctx context.Context) error {
	for ctx.Err() == nil {
		c, ok := b.room()
		if !ok {
			return nil
		}
		ds, err := b.ledger.Claim(ctx, c)
		if len(ds) > 0 {
			failpoint.At(failpoint.AfterClaim)
		}
		b.mu.Lock()
		if err != nil || len(ds) >= c.Most {
			b.thirst()
		}
		b.widen(c, ds)
		for _, d := range ds {
			b.enqueue(ctx, d)
		}
		b.holdBack()
		b.startAll()
		b.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

// widen takes note of which lanes got all that was asked for. The caller holds
// mu.
func (b *Outbox) widen(c hook.Claim, ds []hook.Delivery) {
	got := map[string]int{}
	for _, d := range ds {
		got[Lane(d)]++
	}
	for name, l := range b.lanes {
		limit, limited := c.Limits[name]
		if limited && limit == 0 {
			continue
		}
		if l.more = limited && got[name] >= limit; l.more && len(l.queue) == 0 {
			l.ahead = min(2*l.ahead, mostAhead)
		}
	}
	for name, n := range got {
		limit, limited := c.Limits[name]
		if r, ok := b.rested[name]; ok && limited && b.lanes[name] == nil && n >= limit {
			b.rested[name] = rested{min(2*r.ahead, mostAhead), r.since}
		}
		if limited && b.lanes[name] == nil {
			b.lanes[name] = &lane{name: name, ahead: b.aheadOf(name), more: n >= limit}
		}
	}
}

// room says what to claim; ok is false when there is no room for anything. It
// notes that the claim is made before it is, so that a Wake that comes during
// the claim counts.
func (b *Outbox) room() (c hook.Claim, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.dry || b.running >= b.most() || b.recording >= 2*b.most() {
		return c, false
	}
	c, _ = b.limits(b.o.Now())
	b.dry, b.dueKnown = true, false
	return c, true
}

// limits works out how much of which lane may be claimed: nothing of those
// that have enough claimed ahead to be busy until the next claim and, when all
// places are taken, of those in which something runs; and of targets what
// their gates let through. gated is how long until a gate that lets nothing
// through may do so; 0 is that there is none. The caller holds mu.
func (b *Outbox) limits(now time.Time) (c hook.Claim, gated time.Duration) {
	c = hook.Claim{Now: now, Most: mostAhead, Limits: map[string]int{}, Ordered: map[string]bool{}}
	full := b.running >= b.o.Parallel || b.queued >= 4*mostAhead
	b.held = false
	for name, l := range b.lanes {
		switch {
		case len(l.queue) >= l.low() || full && l.running > 0:
			c.Limits[name], b.held, l.more = 0, true, true
		default:
			c.Limits[name] = l.ahead - len(l.queue)
		}
	}
	for _, t := range b.ledger.Targets() {
		l, g := b.lanes[t.Name], b.gates[t.Name]
		if g == nil && t.Policy.RatePerSecond > 0 {
			g = b.gateOf(t.Name)
		}
		limit, wait := b.aheadOf(t.Name), time.Duration(0)
		if l != nil {
			limit = c.Limits[t.Name]
		}
		if g != nil {
			limit, wait = g.limit(t.Policy, now, limit)
		}
		if t.Policy.InOrder {
			c.Ordered[t.Name], limit = true, min(limit, 1)
		}
		// What goes one by one goes when the one before is written down.
		single := t.Policy.InOrder || g != nil && g.breaker.State != hook.BreakerClosed
		if single && l != nil && !l.idle() {
			limit, b.held = 0, true
		}
		c.Limits[t.Name] = limit
		if wait > 0 && (gated == 0 || wait < gated) {
			gated = wait
		}
	}
	return c, gated
}

// most is how many sends run at once at the very most.
func (b *Outbox) most() int { return 4 * b.o.Parallel }

// gateOf is the gate of a target. The caller holds mu.
func (b *Outbox) gateOf(target string) *gate {
	g := b.gates[target]
	if g == nil {
		g = &gate{breaker: breaker{hook.Breaker{State: hook.BreakerClosed}}}
		b.gates[target] = g
	}
	return g
}

// enqueue makes a job of a claimed delivery. The caller holds mu.
func (b *Outbox) enqueue(ctx context.Context, d hook.Delivery) {
	j := &job{d: d, lane: Lane(d)}
	j.ctx, j.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
	l := b.lanes[j.lane]
	if l == nil {
		l = &lane{name: j.lane, ahead: b.aheadOf(j.lane)}
		b.lanes[j.lane] = l
	}
	l.most = b.o.PerLane
	if d.Target != "" {
		j.gate = b.gateOf(d.Target)
	}
	if j.lane == d.Target && d.Target != "" {
		t, _ := b.ledger.Target(d.Target)
		l.gate, l.most, l.inOrder = j.gate, parallel(t.Policy, b.o.PerLane), t.Policy.InOrder
		now := b.o.Now()
		j.gate.claimed(d, now)
		if k := &j.gate.breaker; k.State == hook.BreakerOpen && k.wait(now) == 0 {
			k.probing(now)
			j.probe, b.untold = true, true
		}
	}
	l.queue = append(l.queue, j)
	b.jobs[d.ID] = j
	b.queued++
}

// startAll starts what the lanes have room for. The caller holds mu.
func (b *Outbox) startAll() {
	for _, l := range b.lanes {
		b.start(l)
	}
}

// start starts queued jobs of one lane. The caller holds mu.
func (b *Outbox) start(l *lane) {
	for len(l.queue) > 0 && l.running < l.room() && !b.closing {
		if b.running >= b.most() || b.running >= b.o.Parallel && l.running > 0 {
			return
		}
		j := l.queue[0]
		l.queue = l.queue[1:]
		b.queued--
		b.begin(l, j)
	}
}

// begin runs one job. The caller holds mu.
func (b *Outbox) begin(l *lane, j *job) {
	l.running++
	b.running++
	b.work.Go(func() { b.do(j) })
}

// sentOne gives the place of a job to the next one and takes note of what the
// try says about its target.
func (b *Outbox) sentOne(j *job, a hook.Attempt, to hook.DeliveryState) {
	b.mu.Lock()
	defer b.mu.Unlock()
	full := b.running >= b.o.Parallel
	j.sent = true
	b.running--
	b.recording++
	l := b.lanes[j.lane]
	l.running--
	l.recording++
	b.learn(j, a, to)
	b.start(l)
	if full {
		b.startAll() // it was the place that another lane waited for
	}
	if b.held && full || l.more && len(l.queue) < l.low() {
		l.more = false
		b.thirst()
	}
	if !b.dry {
		b.nudge()
	}
}

// recorded forgets a job. again says that its delivery waits for another try.
func (b *Outbox) recorded(j *job, again bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	j.cancel(nil)
	b.recording--
	l := b.lanes[j.lane]
	l.recording--
	if b.jobs[j.d.ID] == j { // it may have been claimed anew already
		delete(b.jobs, j.d.ID)
	}
	if again || l.inOrder || j.probe {
		b.thirst()
	}
	if l.idle() {
		b.drop(l)
	}
	if !b.dry {
		b.nudge()
	}
}
