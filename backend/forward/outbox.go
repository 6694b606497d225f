package forward

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/google/uuid"

	"creel/backend/hook"
)

// OutboxOptions are what an Outbox is made of. The zero value is usable.
type OutboxOptions struct {
	Now func() time.Time // nil is time.Now
	// After is the clock behind waits; nil is time.After.
	After func(time.Duration) <-chan time.Time
	// Random varies waits, 0 ≤ x < 1; nil is math/rand.
	Random func() float64
	// Parallel is how many sends run at once in all, 0 is 32, and PerLane how
	// many to a target whose policy does not say, 0 is 4. A lane in which nothing
	// runs may start one send even when all places are taken (up to four times
	// Parallel), so that dead targets never hold up a live one.
	Parallel, PerLane int
	// Grace is how long sends under way may go on once Run's context has
	// ended; 0 is 3 s.
	Grace time.Duration
	Log   *slog.Logger
}

// Causes for which a send is broken off, beside errClosing.
var errByPerson = errors.New("cancelled by the person")

// Outbox drives waiting deliveries out of a Ledger. Deliveries of one lane
// start in the order they were claimed; lanes do not wait for each other.
type Outbox struct {
	ledger   Ledger
	sender   *Sender
	o        OutboxOptions
	schedule schedule
	wake     chan struct{}

	mu        sync.Mutex
	lanes     map[string]*lane
	rested    map[string]rested // by lane
	gates     map[string]*gate  // by target
	jobs      map[string]*job   // by delivery id: queued, sending or being recorded
	running   int               // sends under way
	queued    int               // claimed, not yet started
	recording int               // sent, outcome not yet written
	// dry says that the last claim found less than it could take: claiming
	// again is of no use until something new is due.
	dry bool
	// held says that the last claim skipped lanes: one that has room again
	// makes claiming useful.
	held bool
	// due is when something waiting is next due (zero is never), as far as
	// dueKnown.
	due      time.Time
	dueKnown bool
	untold   bool // a breaker has changed and is not written down
	closing  bool
	work     sync.WaitGroup
	// recordCtx ends when outcomes are recorded no more.
	recordCtx context.Context
	giveUp    context.CancelFunc
}

// job is one claimed delivery.
type job struct {
	d      hook.Delivery
	lane   string
	gate   *gate // nil for a pasted URL
	probe  bool  // it is let through to see whether its target is back
	ctx    context.Context
	cancel context.CancelCauseFunc
	// sent says that the try has ended: it can no longer be cancelled.
	sent bool
}

// NewOutbox makes an Outbox; Run makes it work.
func NewOutbox(l Ledger, s *Sender, o OutboxOptions) *Outbox {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.After == nil {
		o.After = time.After
	}
	if o.Parallel <= 0 {
		o.Parallel = 32
	}
	if o.PerLane <= 0 {
		o.PerLane = parallelPerTarget
	}
	setDefault(&o.Grace, 3*time.Second)
	if o.Random == nil {
		o.Random = rand.Float64
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	b := &Outbox{
		ledger: l, sender: s, o: o, wake: make(chan struct{}, 1),
		lanes: map[string]*lane{}, rested: map[string]rested{}, gates: map[string]*gate{}, jobs: map[string]*job{},
		schedule: schedule{o.Now, o.Random},
	}
	b.recordCtx, b.giveUp = context.WithCancel(context.Background())
	return b
}

// Wake says that there may be new deliveries. It never blocks and may be
// called at any time.
func (b *Outbox) Wake() {
	b.mu.Lock()
	b.thirst()
	b.mu.Unlock()
	b.nudge()
}

// thirst makes the next round claim again. The caller holds mu.
func (b *Outbox) thirst() { b.dry, b.dueKnown = false, false }

// nudge ends the wait of Run.
func (b *Outbox) nudge() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// Cancel breaks off a delivery that was claimed and says whether it did. The
// delivery is then recorded as Cancelled. False means that it is not here or
// that its try has just ended.
func (b *Outbox) Cancel(deliveryID string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	j := b.jobs[deliveryID]
	if j == nil || j.sent || b.closing {
		return false
	}
	j.cancel(errByPerson)
	// One that still queues would wait for its lane to be told.
	l := b.lanes[j.lane]
	for i, q := range l.queue {
		if q == j {
			l.queue = append(l.queue[:i:i], l.queue[i+1:]...)
			b.queued--
			b.begin(l, j)
			break
		}
	}
	return true
}

// Holds reports whether a delivery was claimed and what came of it is not
// written down, so that it will be.
func (b *Outbox) Holds(deliveryID string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.jobs[deliveryID] != nil
}

// Run sends what is due until ctx ends. Sends under way then have the grace
// to end; what is left is broken off and goes back to Waiting. It returns nil
// after that, and an error only when what was left could not be put back: the
// next start does it.
func (b *Outbox) Run(ctx context.Context) error {
	if _, err := b.ledger.Release(ctx); err != nil && ctx.Err() == nil {
		b.o.Log.Warn("deliveries of an earlier run not put back", "err", err)
	}
	b.remember(ctx)
	pause := time.Duration(0)
	for ctx.Err() == nil {
		err := b.claim(ctx)
		if err != nil && ctx.Err() == nil {
			pause = backoff(pause)
			b.o.Log.Warn("deliveries not claimed, trying again", "err", err, "in", pause)
		} else {
			pause = 0
		}
		b.tell(ctx)
		b.wait(ctx, pause)
	}
	return b.shut(ctx)
}

// wait returns when there may be something to do; pause is how long to wait
// after a failed claim, else 0.
func (b *Outbox) wait(ctx context.Context, pause time.Duration) {
	failed := pause > 0
	if !failed {
		pause = b.untilDue(ctx)
	}
	var timer <-chan time.Time
	if pause > 0 {
		timer = b.o.After(pause)
	}
	wake := b.wake
	if failed {
		wake = nil // news do not mend a ledger
	}
	select {
	case <-ctx.Done():
	case <-wake:
	case <-timer:
		b.mu.Lock()
		b.thirst()
		b.mu.Unlock()
	}
}

// untilDue is how long nothing is due that may be sent; 0 is until somebody
// wakes the outbox. The wait is cut into short ones, since the machine's timers
// stand still while it sleeps and its clock may be set.
func (b *Outbox) untilDue(ctx context.Context) time.Duration {
	const atMost, atLeast = 15 * time.Second, 5 * time.Millisecond
	b.mu.Lock()
	dry, known, due := b.dry, b.dueKnown, b.due
	c, gated := b.limits(b.o.Now())
	b.mu.Unlock()
	if !dry {
		return 0 // there is no room, and whoever makes some wakes the outbox
	}
	if !known {
		var err error
		if due, err = b.ledger.NextDue(ctx, c); err != nil {
			return time.Second
		}
		b.mu.Lock()
		if b.dry && gated == 0 { // else a gate that opens changes it
			b.due, b.dueKnown = due, true
		}
		b.mu.Unlock()
	}
	switch {
	case due.IsZero() && gated == 0:
		return 0
	case due.IsZero():
		return min(max(gated, atLeast), atMost)
	case gated == 0:
		gated = atMost
	}
	return min(max(due.Sub(b.o.Now()), atLeast), gated, atMost)
}

// backoff doubles a pause, from 50 ms to 5 s.
func backoff(d time.Duration) time.Duration {
	return min(max(2*d, 50*time.Millisecond), 5*time.Second)
}

// newAttempt is the attempt of a delivery that did not come to be sent.
func (b *Outbox) newAttempt(d hook.Delivery, kind hook.ErrorClass, text string) hook.Attempt {
	return hook.Attempt{
		ID: uuid.Must(uuid.NewV7()).String(), Delivery: d.ID, N: len(d.Attempts) + 1,
		StartedAt: b.o.Now().UTC(), URL: d.URL, Changes: -1,
		Err: &hook.AttemptError{Kind: kind, Text: text},
	}
}
