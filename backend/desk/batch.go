package desk

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"creel/backend/compare"
	"creel/backend/filter"
	"creel/backend/hook"
)

// Limits of runs.
const (
	MaxRunRequests  = 100_000
	MaxRunItems     = 200_000
	MaxRunParallel  = 32
	MaxRunPlaces    = 20
	maxRunsAtOnce   = 8
	maxRunTimes     = 100
	maxRunDelay     = 60_000
	maxRunRate      = 1000
	maxSimulated    = 100 // requests of one simulation
	maxRealTime     = 60_000
	sweepFlights    = 2 * time.Second
	closedInBetween = "Creel was closed while it worked: what was in the outbox was sent all the same; go on with the rest, or leave it"
)

// batches are the runs at work, and which deliveries are theirs.
type batches struct {
	mu      sync.Mutex
	working map[int64]*runner
	flights map[string]*runner // by delivery
	takeUp  sync.Mutex         // one run is gone on with at a time

	ctx   context.Context // ends when Creel shuts
	after func(time.Duration) <-chan time.Time
	done  *sync.WaitGroup
}

func newBatches(after func(time.Duration) <-chan time.Time, done *sync.WaitGroup) *batches {
	if after == nil {
		after = time.After
	}
	return &batches{working: map[int64]*runner{}, flights: map[string]*runner{}, after: after, done: done}
}

func (b *batches) begin(ctx context.Context) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ctx = ctx
}

// tried tells the run of a delivery how a try of it ended.
func (b *batches) tried(e ending) {
	b.mu.Lock()
	r := b.flights[e.delivery]
	delete(b.flights, e.delivery)
	b.mu.Unlock()
	if r != nil {
		r.ended <- e // has room for all that is in flight
	}
}

// startRuns ends what an earlier start left working; what of it is in the
// outbox is still waited for.
func (d *Desk) startRuns(ctx, run context.Context) error {
	d.batches.begin(run)
	open, err := d.store.InterruptRuns(ctx, closedInBetween)
	if err != nil {
		return err
	}
	for _, id := range open {
		r, err := d.store.Run(ctx, id)
		if err != nil {
			return err
		}
		d.work(newRunner(d, r, true))
	}
	return nil
}

// work lets a runner work in the background.
func (d *Desk) work(r *runner) {
	b := d.batches
	b.mu.Lock()
	b.working[r.run.ID] = r
	ctx := b.ctx
	b.mu.Unlock()
	b.done.Go(func() {
		defer close(r.over)
		r.do(ctx)
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.working, r.run.ID)
	})
}

// StartRun lists the items of a run and begins to send them. It returns once
// they are listed.
func (d *Desk) StartRun(ctx context.Context, o hook.RunOrder) (hook.Run, error) {
	if err := d.checkOrder(&o); err != nil {
		return hook.Run{}, err
	}
	if err := d.roomForRun(); err != nil {
		return hook.Run{}, err
	}
	seqs, err := d.whatToSend(ctx, o)
	if err != nil {
		return hook.Run{}, err
	}
	run, err := d.store.AddRun(ctx, hook.Run{Order: o, State: hook.RunPlanning})
	if err != nil {
		return hook.Run{}, err
	}
	if err = d.plan(ctx, run, seqs); err == nil {
		err = d.store.SetRun(ctx, run.ID, hook.RunRunning, "")
	}
	if err != nil {
		_ = d.store.DeleteRun(context.WithoutCancel(ctx), run.ID) // else the next start does it
		return hook.Run{}, err
	}
	d.work(newRunner(d, run, false))
	return d.store.Run(ctx, run.ID)
}

// RepeatRun starts a run with the same order as an earlier one. Its filter is
// looked up anew.
func (d *Desk) RepeatRun(ctx context.Context, id int64) (hook.Run, error) {
	was, err := d.store.Run(ctx, id)
	if err != nil {
		return hook.Run{}, err
	}
	return d.StartRun(ctx, was.Order)
}

// ResumeRun goes on with the items of a run that were not sent.
func (d *Desk) ResumeRun(ctx context.Context, id int64) (hook.Run, error) {
	run, err := d.resumable(ctx, id)
	if err != nil {
		return run, err
	}
	if err := d.batches.awaitEnd(ctx, id); err != nil {
		return run, err
	}
	if err := d.roomForRun(); err != nil {
		return run, err
	}
	if run, err = d.takeUp(ctx, id); err != nil {
		return run, err
	}
	d.work(newRunner(d, run, false))
	return d.store.Run(ctx, id)
}

// resumable returns a run that can be gone on with, or why it cannot.
func (d *Desk) resumable(ctx context.Context, id int64) (hook.Run, error) {
	run, err := d.store.Run(ctx, id)
	if err != nil {
		return run, err
	}
	if run.State == hook.RunRunning || run.State == hook.RunPlanning {
		return run, hook.Faultf(hook.Conflict, "go on with run %d: it is still at work", id)
	}
	left, err := d.store.Items(ctx, id, hook.ItemCursor{Limit: 1, Only: hook.OnlyPending})
	if err == nil && len(left) == 0 {
		err = hook.Faultf(hook.Conflict, "go on with run %d: all of it was sent; run it again instead", id)
	}
	return run, err
}

// takeUp marks a run as at work, for one caller only, and returns it as it
// stood. Another may have gone on with it, and even ended it, by then.
func (d *Desk) takeUp(ctx context.Context, id int64) (hook.Run, error) {
	d.batches.takeUp.Lock()
	defer d.batches.takeUp.Unlock()
	run, err := d.resumable(ctx, id)
	if err != nil {
		return run, err
	}
	return run, d.store.SetRun(ctx, id, hook.RunRunning, "")
}

// awaitEnd waits for the last moves of a run whose end is recorded.
func (b *batches) awaitEnd(ctx context.Context, id int64) error {
	b.mu.Lock()
	r := b.working[id]
	b.mu.Unlock()
	if r == nil {
		return nil
	}
	select {
	case <-r.over:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// CancelRun starts nothing more of a run and breaks off what is under way. It
// returns when that is done.
func (d *Desk) CancelRun(ctx context.Context, id int64) (hook.Run, error) {
	d.batches.mu.Lock()
	r := d.batches.working[id]
	d.batches.mu.Unlock()
	if r != nil {
		r.cancel()
		select {
		case <-r.over:
		case <-ctx.Done():
			return hook.Run{}, ctx.Err()
		}
	}
	run, err := d.store.Run(ctx, id)
	// It may have ended by itself just before it was told to.
	if err == nil && run.State != hook.RunRunning && (r == nil || run.State != hook.RunCancelled) {
		err = hook.Faultf(hook.Conflict, "cancel run %d: it is not at work", id)
	}
	return run, err
}

// DeleteRun forgets a run that is not at work; its deliveries stay.
func (d *Desk) DeleteRun(ctx context.Context, id int64) error {
	run, err := d.store.Run(ctx, id)
	if err != nil {
		return err
	}
	if run.State == hook.RunRunning || run.State == hook.RunPlanning {
		return hook.Faultf(hook.Conflict, "forget run %d: it is at work; cancel it first", id)
	}
	return d.store.DeleteRun(ctx, id)
}

// Run returns one run as it stands.
func (d *Desk) Run(ctx context.Context, id int64) (hook.Run, error) { return d.store.Run(ctx, id) }

// Runs returns the newest runs, newest first.
func (d *Desk) Runs(ctx context.Context, most int) ([]hook.Run, error) {
	return d.store.Runs(ctx, most)
}

// RunItems returns a stretch of a run's items, and the rows of their requests
// that still exist.
func (d *Desk) RunItems(ctx context.Context, id int64, cur hook.ItemCursor) ([]hook.RunItem, []hook.Row, error) {
	if _, err := d.store.Run(ctx, id); err != nil {
		return nil, nil, err
	}
	items, err := d.store.Items(ctx, id, cur)
	if err != nil || len(items) == 0 {
		return items, nil, err
	}
	seqs := make([]int64, len(items))
	for i, it := range items {
		seqs[i] = it.Request
	}
	slices.Sort(seqs)
	rows, err := d.store.Rows(ctx, slices.Compact(seqs))
	return items, rows, err
}

func (d *Desk) roomForRun() error {
	d.batches.mu.Lock()
	defer d.batches.mu.Unlock()
	if d.batches.ctx == nil {
		return hook.Faultf(hook.Unavailable, "start run: creel is still starting; try again in a moment")
	}
	if len(d.batches.working) >= maxRunsAtOnce {
		return hook.Faultf(hook.Busy, "start run: %d are at work already; wait for one of them, or cancel one", maxRunsAtOnce)
	}
	return nil
}

// checkOrder fills in what an order leaves open and refuses what makes no
// sense.
func (d *Desk) checkOrder(o *hook.RunOrder) error {
	o.Times = max(o.Times, 1)
	if o.Parallel == 0 {
		o.Parallel = 1
	}
	if err := d.checkPlaces(o); err != nil {
		return err
	}
	for _, bound := range []struct {
		field    string
		is       float64
		from, to float64
	}{
		{"parallel", float64(o.Parallel), 1, MaxRunParallel},
		{"ratePerSecond", o.RatePerSecond, 0, maxRunRate},
		{"delayMs", float64(o.DelayMs), 0, maxRunDelay},
		{"times", float64(o.Times), 1, maxRunTimes},
		{"realTimeMs", float64(o.RealTimeMs), 0, maxRealTime},
	} {
		if bound.is < bound.from || bound.is > bound.to {
			return invalidRun(bound.field, fmt.Sprintf("%s is from %g to %g", bound.field, bound.from, bound.to))
		}
	}
	for _, pattern := range o.Ignore {
		if err := compare.CheckPattern(pattern); err != nil {
			return invalidRun("ignore", err.Error())
		}
	}
	return checkSimulation(*o)
}

func (d *Desk) checkPlaces(o *hook.RunOrder) error {
	switch {
	case o.Last && len(o.To) > 0:
		return invalidRun("to", "start run: say where to, or where each last went, not both")
	case !o.Last && len(o.To) == 0:
		return invalidRun("to", "start run: say where to, with a target or a url")
	case len(o.To) > MaxRunPlaces:
		return invalidRun("to", fmt.Sprintf("start run: at most %d places at once", MaxRunPlaces))
	}
	s := d.setup.Load()
	for i := range o.To {
		p := &o.To[i]
		if (p.Target == "") == (p.URL == "") {
			return invalidRun("to", "start run: each place is either a target or a url")
		}
		if p.Target != "" {
			if _, ok := s.byName[p.Target]; !ok {
				return &hook.Fault{Kind: hook.NotFound, Field: "to", Text: fmt.Sprintf("start run: there is no target named %q", p.Target)}
			}
			continue
		}
		clean, err := d.roads.Clean(p.URL)
		if err != nil {
			return invalidRun("to", err.Error())
		}
		p.URL = clean
	}
	return nil
}

func invalidRun(field, text string) error {
	return &hook.Fault{Kind: hook.Invalid, Field: field, Text: text}
}

// whatToSend finds the requests of an order.
func (d *Desk) whatToSend(ctx context.Context, o hook.RunOrder) ([]int64, error) {
	seqs := o.Seqs
	if len(seqs) == 0 {
		expr, err := filter.Parse(o.Filter)
		if err != nil {
			return nil, err
		}
		if seqs, err = d.store.Seqs(ctx, expr, MaxRunRequests+1); err != nil {
			return nil, err
		}
	}
	places := max(1, len(o.To))
	twice := 1
	if o.Duplicate {
		twice = 2
	}
	switch {
	case len(seqs) == 0:
		return nil, invalidRun("filter", "start run: no request matches the filter")
	case len(seqs) > MaxRunRequests:
		return nil, invalidRun("filter", fmt.Sprintf("start run: more than %d requests match; narrow the filter", MaxRunRequests))
	case len(seqs)*places*o.Times*twice > MaxRunItems:
		return nil, invalidRun("times", fmt.Sprintf("start run: that is more than %d sendings; send fewer requests, or fewer times", MaxRunItems))
	case o.Simulate != "" && len(seqs) > maxSimulated:
		return nil, invalidRun("filter", fmt.Sprintf("simulate: at most %d requests at once", maxSimulated))
	}
	return seqs, nil
}
