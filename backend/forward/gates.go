package forward

import (
	"context"
	"slices"
	"strings"
	"time"

	"creel/backend/hook"
)

// limit is how many deliveries of a target may be claimed now, at most most,
// and how long until there may be one when that is none.
func (g *gate) limit(p hook.Policy, now time.Time, most int) (int, time.Duration) {
	if g.breaker.State == hook.BreakerHalfOpen {
		return 0, 0 // the probe is under way; its end makes room
	}
	if wait := g.breaker.wait(now); wait > 0 {
		return 0, wait
	}
	if g.breaker.State == hook.BreakerOpen {
		most = 1
	}
	allowed, wait := g.allowed(p.RatePerSecond, now)
	return min(most, allowed), wait
}

// learn takes note of what an attempt says about its target. A breaker that
// opens puts back what was claimed ahead: no tries are spent on it. The caller
// holds mu.
func (b *Outbox) learn(j *job, a hook.Attempt, to hook.DeliveryState) {
	if j.gate == nil {
		return
	}
	if !counts(a) {
		if j.probe {
			j.gate.breaker.brokenOff(b.o.Now())
			b.telling()
		}
		return
	}
	changed := j.gate.told(to == hook.Delivered, j.probe, b.o.Now())
	if !changed {
		return
	}
	b.thirst()
	if j.gate.breaker.State == hook.BreakerOpen {
		b.putBack(strings.TrimPrefix(j.lane, byHand))
		b.o.Log.Info("target rests: it failed too often in a row", "target", j.d.Target, "failures", j.gate.breaker.Failures, "until", j.gate.breaker.ProbeAt)
	}
	b.telling()
}

// holdBack puts back what a claim brought of targets whose breakers opened while
// it was made. The caller holds mu.
func (b *Outbox) holdBack() {
	for name, l := range b.lanes {
		if l.gate != nil && l.gate.breaker.State != hook.BreakerClosed {
			b.putBack(name)
		}
	}
}

// putBack makes what is queued in a lane wait again, but for a probe. The caller
// holds mu.
func (b *Outbox) putBack(name string) {
	l := b.lanes[name]
	if l == nil || b.closing {
		return
	}
	var ids []string
	l.queue = slices.DeleteFunc(l.queue, func(j *job) bool {
		if j.probe {
			return false
		}
		ids = append(ids, j.d.ID)
		j.cancel(nil)
		delete(b.jobs, j.d.ID)
		return true
	})
	if len(ids) == 0 {
		return
	}
	b.queued -= len(ids)
	// Until it is written nothing else of the lane may be claimed.
	l.recording++
	b.work.Go(func() {
		b.persist("deliveries not put back", func(ctx context.Context) error { return b.ledger.PutBack(ctx, ids) })
		b.mu.Lock()
		defer b.mu.Unlock()
		if l.recording--; l.idle() && b.lanes[l.name] == l {
			delete(b.lanes, l.name)
		}
		b.thirst()
		b.nudge()
	})
}

// persist does write until the ledger takes it or Creel shuts.
func (b *Outbox) persist(what string, write func(context.Context) error) {
	for pause := time.Duration(0); ; {
		err := write(b.recordCtx)
		if err == nil || b.recordCtx.Err() != nil {
			return
		}
		pause = backoff(pause)
		b.o.Log.Warn(what+", trying again", "err", err, "in", pause)
		select {
		case <-b.recordCtx.Done():
			return
		case <-b.o.After(pause):
		}
	}
}

// telling has the breakers written down soon. The caller holds mu.
func (b *Outbox) telling() {
	b.untold = true
	b.nudge()
}

// tell writes down the breakers when one has changed; whoever watches the
// history learns of it so.
func (b *Outbox) tell(ctx context.Context) {
	b.mu.Lock()
	untold := b.untold
	b.untold = false
	breakers := b.opened()
	b.mu.Unlock()
	if !untold {
		return
	}
	if err := b.ledger.KeepBreakers(ctx, breakers); err != nil && ctx.Err() == nil {
		b.o.Log.Warn("breakers not written down", "err", err)
		b.mu.Lock()
		b.untold = true
		b.mu.Unlock()
	}
}

// opened are the breakers of targets that rest. The caller holds mu.
func (b *Outbox) opened() map[string]hook.Breaker {
	out := map[string]hook.Breaker{}
	for name, g := range b.gates {
		if g.breaker.State != hook.BreakerClosed {
			out[name] = g.breaker.Breaker
		}
	}
	return out
}

// remember takes up the breakers of the last run. A probe that was under way
// then told nothing.
func (b *Outbox) remember(ctx context.Context) {
	breakers, err := b.ledger.Breakers(ctx)
	if err != nil {
		b.o.Log.Warn("breakers of the last run not read", "err", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for name, k := range breakers {
		g := b.gateOf(name)
		g.breaker.Breaker = k
		g.breaker.brokenOff(b.o.Now())
		b.untold = true // who waits for its answer learns that it rests
	}
}

// Breaker is that of a target.
func (b *Outbox) Breaker(target string) hook.Breaker {
	b.mu.Lock()
	defer b.mu.Unlock()
	if g := b.gates[target]; g != nil {
		return g.breaker.Breaker
	}
	return hook.Breaker{State: hook.BreakerClosed}
}

// TryNow lets the next delivery to a target through whose breaker is open. It
// says whether it was open.
func (b *Outbox) TryNow(target string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	g := b.gates[target]
	if g == nil || g.breaker.State != hook.BreakerOpen {
		return false
	}
	g.breaker.ProbeAt = b.o.Now()
	b.untold = true
	b.thirst()
	b.nudge()
	return true
}

// Rename moves what is known of a target, and what is under way to it, to its
// new name; "" forgets it.
func (b *Outbox) Rename(was, target string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if was == target {
		return
	}
	if target != "" {
		b.moveLane(was, target)
		b.moveLane(byHand+was, byHand+target)
	}
	g := b.gates[was]
	if g == nil {
		return
	}
	delete(b.gates, was)
	if target != "" {
		b.gates[target] = g
	}
	b.untold = true
	b.nudge()
}

// moveLane renames a lane, so that what is claimed next stands behind what is
// under way. The caller holds mu.
func (b *Outbox) moveLane(was, name string) {
	l := b.lanes[was]
	if l == nil || b.lanes[name] != nil {
		return
	}
	delete(b.lanes, was)
	l.name, b.lanes[name] = name, l
	for _, j := range b.jobs {
		if j.lane == was {
			j.lane = name
		}
	}
}
