package desk

import (
	"context"
	"fmt"
	"sync"
	"time"

	"creel/backend/hook"
)

// ending is how a try of a delivery ended. Attempt is nil when it ended
// without one.
type ending struct {
	delivery string
	attempt  *hook.Attempt
	to       hook.DeliveryState
}

// runner sends the items of one run. But for cancel all is done by its own
// goroutine.
type runner struct {
	d     *Desk
	run   hook.Run
	ended chan ending
	over  chan struct{} // closed when it has ended

	once      sync.Once
	cancelled chan struct{}

	flights map[string]hook.RunItem // sent and not ended, by delivery
	swept   time.Time

	pending []hook.RunItem // read ahead
	read    int64          // N of the last item read
	dry     bool           // nothing is left to send

	notBefore time.Time // when the next may start

	repeats *repeats // nil when nothing is sent twice

	end    hook.RunState // what it will end as; "" while it starts items
	reason string
}

// newRunner makes a runner; one that drains only waits for what is in the
// outbox and leaves the run's state alone.
func newRunner(d *Desk, run hook.Run, drains bool) *runner {
	r := &runner{
		d: d, run: run, ended: make(chan ending, 2*MaxRunParallel), over: make(chan struct{}),
		cancelled: make(chan struct{}), flights: map[string]hook.RunItem{},
	}
	if drains {
		r.end = run.State
	}
	r.repeats = newRepeats(r)
	return r
}

func (r *runner) cancel() { r.once.Do(func() { close(r.cancelled) }) }

// do works until the run has ended, or ctx has: the next start of Creel then
// finds it as it stands.
func (r *runner) do(ctx context.Context) {
	drains := r.end != ""
	err := r.adopt(ctx)
	if err == nil && r.run.Order.Simulate != "" && !drains {
		err = r.simulate(ctx)
	} else if err == nil {
		err = r.send(ctx)
	}
	r.letGo()
	switch {
	case ctx.Err() != nil:
		return
	case err != nil:
		r.d.log.Warn("run interrupted", "run", r.run.ID, "err", err)
		r.end, r.reason = hook.RunInterrupted, "it could not be recorded ("+err.Error()+"); go on when that is mended"
	case drains:
		return
	case r.end == "":
		r.end = hook.RunDone
	}
	if err := r.d.store.SetRun(ctx, r.run.ID, r.end, r.reason); err != nil {
		r.d.log.Warn("end of run not recorded", "run", r.run.ID, "err", err)
	}
}

// adopt takes over the items that are in the outbox already.
func (r *runner) adopt(ctx context.Context) error {
	open, err := r.d.store.Items(ctx, r.run.ID, hook.ItemCursor{Limit: 2 * MaxRunParallel, Only: hook.OnlyOpen})
	for _, it := range open {
		r.fly(it, it.Delivery)
	}
	if err != nil {
		return err
	}
	return r.repeats.adopt(ctx)
}

// fly notes that an item is under way.
func (r *runner) fly(it hook.RunItem, delivery string) {
	r.flights[delivery] = it
	b := r.d.batches
	b.mu.Lock()
	defer b.mu.Unlock()
	b.flights[delivery] = r
}

func (r *runner) land(delivery string) {
	delete(r.flights, delivery)
	b := r.d.batches
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.flights, delivery)
}

func (r *runner) letGo() {
	for delivery := range r.flights {
		r.land(delivery)
	}
}

// send works off the items of a run that is no simulation.
func (r *runner) send(ctx context.Context) error {
	for {
		if r.end == "" {
			if err := r.fill(ctx); err != nil {
				return err
			}
		}
		if len(r.flights) == 0 && (r.end != "" || r.dry && len(r.pending) == 0) {
			return nil
		}
		if err := r.wait(ctx); err != nil {
			return err
		}
	}
}

// wait takes the next thing that happens: an ending, the person's cancelling,
// or that it is time for the next item.
func (r *runner) wait(ctx context.Context) error {
	cancelled := r.cancelled
	if r.end == hook.RunCancelled {
		cancelled = nil
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case e := <-r.ended:
		return r.settle(ctx, r.alsoEnded(e)...)
	case <-cancelled:
		r.end, r.reason = hook.RunCancelled, ""
		return r.breakOff(ctx)
	case <-r.d.batches.after(r.pause()):
		return r.sweep(ctx)
	}
}

// group is how many items start together.
func (r *runner) group() int {
	if r.run.Order.Duplicate {
		return 2
	}
	return 1
}

func (r *runner) hasRoom() bool {
	return len(r.flights)+r.group() <= r.run.Order.Parallel*r.group()
}

// fill starts as many items as there is room for now.
func (r *runner) fill(ctx context.Context) error {
	if err := r.readAhead(ctx); err != nil {
		return err
	}
	now := r.d.now()
	// A clock that was set back makes no pause longer than it is.
	if most := max(r.step(), r.rest()); r.notBefore.Sub(now) > most {
		r.notBefore = now.Add(most)
	}
	var start []hook.RunItem
	flying := len(r.flights)
	for len(r.pending) > 0 && flying+r.group() <= r.run.Order.Parallel*r.group() && !now.Before(r.notBefore) {
		n := 1
		for n < len(r.pending) && r.pending[n].Twin {
			n++
		}
		start = append(start, r.pending[:n]...)
		r.pending = r.pending[n:]
		flying += n
		r.paced(now)
	}
	return r.start(ctx, start)
}

// readAhead keeps enough pending items at hand.
func (r *runner) readAhead(ctx context.Context) error {
	const ahead = 4 * MaxRunParallel
	if r.dry || len(r.pending) > ahead/2 {
		return nil
	}
	items, err := r.d.store.Items(ctx, r.run.ID, hook.ItemCursor{After: r.read, Limit: ahead, Only: hook.OnlyPending})
	if err != nil {
		return err
	}
	r.dry = len(items) < ahead
	if n := len(items); n > 0 {
		r.read = items[n-1].N
	}
	r.pending = append(r.pending, items...)
	return nil
}

// alsoEnded adds to an ending those that are there already: they are recorded
// together.
func (r *runner) alsoEnded(first ending) []ending {
	all := []ending{first}
	for {
		select {
		case e := <-r.ended:
			all = append(all, e)
		default:
			return all
		}
	}
}

// settle records how items ended.
func (r *runner) settle(ctx context.Context, all ...ending) error {
	var items []hook.RunItem
	var settled []hook.SettledItem
	for _, e := range all {
		it, ok := r.flights[e.delivery]
		if !ok {
			continue
		}
		state, o, ended := r.reading(ctx, e)
		if !ended {
			r.fly(it, e.delivery)
			continue
		}
		r.land(e.delivery)
		items = append(items, it)
		settled = append(settled, hook.SettledItem{N: it.N, State: state, RunOutcome: o})
	}
	if rest := r.rest(); rest > 0 && len(items) > 0 && len(r.flights) == 0 {
		if after := r.d.now().Add(rest); after.After(r.notBefore) {
			r.notBefore = after
		}
	}
	return r.outcomes(ctx, items, settled)
}

// outcome records one item.
func (r *runner) outcome(ctx context.Context, it hook.RunItem, state hook.ItemState, o hook.RunOutcome) error {
	return r.outcomes(ctx, []hook.RunItem{it}, []hook.SettledItem{{N: it.N, State: state, RunOutcome: o}})
}

// outcomes records items and stops the run when it is to stop at a failure.
func (r *runner) outcomes(ctx context.Context, items []hook.RunItem, settled []hook.SettledItem) error {
	if len(settled) == 0 {
		return nil
	}
	for i := range settled {
		settled[i].Alike = r.repeats.judge(ctx, items[i], settled[i])
	}
	if err := r.d.store.SettleItems(ctx, r.run.ID, settled); err != nil {
		return err
	}
	for i, s := range settled {
		if s.State == hook.ItemFailed && r.run.Order.StopAtFirstFailure && r.end == "" {
			r.end = hook.RunStopped
			r.reason = fmt.Sprintf("stopped at the first failure, request %d: %s", items[i].Request, failureText(s.RunOutcome))
		}
	}
	return nil
}

func failureText(o hook.RunOutcome) string {
	if o.Status != 0 && o.Note == "" {
		return fmt.Sprintf("the answer was %d", o.Status)
	}
	return o.Note
}

// reading reads an ending; ended is false when the delivery is still on its way.
func (r *runner) reading(ctx context.Context, e ending) (state hook.ItemState, o hook.RunOutcome, ended bool) {
	o = hook.RunOutcome{Changes: -1}
	a := e.attempt
	if a != nil {
		o.Attempt, o.Status, o.Took, o.Changes, o.Against = a.ID, a.Status, a.Phases.Total, a.Changes, a.Against
		if a.Err != nil {
			o.Note = a.Err.Text
		}
		r.leaveOut(ctx, &o)
	}
	switch e.to {
	case hook.Delivered:
		return hook.ItemDelivered, o, true
	case hook.Cancelled, hook.Dropped:
		if o.Note == "" {
			o.Note = "cancelled before it was sent"
		}
		return hook.ItemCancelled, o, true
	case hook.Waiting, hook.Sending:
		// Broken off as Creel shuts, it is sent again at the next start.
		if a == nil || a.Err != nil && a.Err.Kind == hook.ErrCancelled {
			return "", o, false
		}
	}
	return hook.ItemFailed, o, true
}

// breakOff cancels what is under way.
func (r *runner) breakOff(ctx context.Context) error {
	for delivery := range r.flights {
		if _, err := r.d.Cancel(ctx, delivery); err != nil && hook.KindOf(err) != hook.Conflict && hook.KindOf(err) != hook.NotFound {
			return err
		}
	}
	return nil
}

// sweep looks after deliveries of which no ending was told: cancelled with
// their target, or gone with their request.
func (r *runner) sweep(ctx context.Context) error {
	now := r.d.now()
	if since := now.Sub(r.swept); since >= 0 && since < sweepFlights {
		return nil // a clock that was set back says nothing
	}
	r.swept = now
	for delivery := range r.flights {
		del, err := r.d.store.Delivery(ctx, delivery)
		e := ending{delivery: delivery, to: del.State}
		switch {
		case hook.KindOf(err) == hook.NotFound:
			e.to = hook.Cancelled
		case err != nil:
			return err
		case del.State == hook.Waiting && len(del.Attempts) == 0, del.State == hook.Sending:
			continue
		}
		if n := len(del.Attempts); n > 0 {
			e.attempt = &del.Attempts[n-1]
		}
		if err := r.settle(ctx, e); err != nil {
			return err
		}
	}
	return nil
}
