package forward_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"creel/backend/forward"
	"creel/backend/hook"
	"creel/backend/testkit"
)

// between is a ledger in which something happens between a claim and its
// answer, or right before a request is read.
type between struct {
	*ledger
	claimed  func()
	prepared func(ctx context.Context)
	once     sync.Once
}

func (l *between) Claim(ctx context.Context, c hook.Claim) ([]hook.Delivery, error) {
	ds, err := l.ledger.Claim(ctx, c)
	if l.claimed != nil && len(ds) > 0 {
		l.once.Do(l.claimed)
	}
	return ds, err
}

func (l *between) Prepare(ctx context.Context, d hook.Delivery, t *hook.Target) (hook.Prepared, error) {
	if l.prepared != nil {
		l.once.Do(func() { l.prepared(ctx) })
	}
	if ctx.Err() != nil {
		return hook.Prepared{}, ctx.Err()
	}
	return l.ledger.Prepare(ctx, d, t)
}

// A breaker that opens while a claim is made spends no tries on what the claim
// brings.
func TestABreakerThatOpensDuringAClaim(t *testing.T) {
	target := testkit.NewTarget(t)
	target.Usual(testkit.Step{Status: 500})
	l := newLedger()
	l.target(hook.Target{Name: "app", URL: target.URL(), Policy: hook.Policy{Parallel: 32}})
	gate := make(chan struct{})
	for range 10 {
		target.Script(testkit.Step{Status: 500, Gate: gate})
	}
	first := l.add("app", target.URL(), 10)
	race := &between{ledger: l}
	b, _ := runOutbox(t, race, forward.OutboxOptions{})
	target.Await(10)
	// The next claim brings more, and before it says so all ten have failed.
	race.claimed = func() {
		close(gate)
		l.until(func() bool { return l.states()[hook.Waiting] == len(first) })
	}
	l.add("app", target.URL(), 10)
	b.Wake()
	l.until(func() bool {
		return b.Breaker("app").State == hook.BreakerOpen && l.states()[hook.Waiting] == 20
	})
	if n := len(target.Seen()); n != 10 {
		t.Errorf("%d sent, want ten and none after the breaker opened", n)
	}
}

// What was claimed goes on under the new name of its target.
func TestARenamedTargetLosesNothing(t *testing.T) {
	target := testkit.NewTarget(t)
	gate := make(chan struct{})
	target.Script(testkit.Step{Gate: gate})
	l := newLedger()
	l.target(hook.Target{Name: "app", URL: target.URL(), Policy: hook.Policy{Parallel: 1}})
	ids := l.add("app", target.URL(), 12)
	b, _ := runOutbox(t, l, forward.OutboxOptions{})
	target.Await(1)
	l.mu.Lock()
	delete(l.targets, "app")
	l.targets["shop"] = hook.Target{Name: "shop", URL: target.URL(), Policy: hook.Policy{Parallel: 1}}
	for _, d := range l.ds {
		d.Target = "shop"
	}
	l.mu.Unlock()
	b.Rename("app", "shop")
	close(gate)
	l.await(ids, hook.Delivered)
	if n := len(target.Seen()); n != 12 {
		t.Errorf("%d sent, want 12", n)
	}
}

// A try that is broken off before its request was read ends as what broke it
// off says, and not as one that can never be sent.
func TestBrokenOffBeforeItIsRead(t *testing.T) {
	for want, how := range map[hook.DeliveryState]string{hook.Cancelled: "by the person", hook.Waiting: "by closing"} {
		t.Run(how, func(t *testing.T) {
			l := newLedger()
			ids := l.add("app", "http://127.0.0.1:1", 1)
			race := &between{ledger: l}
			reading := make(chan struct{})
			var b *forward.Outbox
			race.prepared = func(ctx context.Context) {
				if want == hook.Cancelled {
					b.Cancel(ids[0])
					return
				}
				close(reading)
				<-ctx.Done() // the grace is over
			}
			b = forward.NewOutbox(race, newSender(t, forward.Options{}), forward.OutboxOptions{Grace: time.Millisecond})
			stop := run(t, b)
			if want == hook.Waiting {
				<-reading
				if err := stop(); err != nil {
					t.Fatal(err)
				}
			}
			l.await(ids, want)
			if as := l.tries(ids[0]); len(as) != 1 || as[0].Err == nil || as[0].Err.Kind != hook.ErrCancelled {
				t.Errorf("attempts %+v", as)
			}
		})
	}
}
