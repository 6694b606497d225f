package forward_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"creel/backend/forward"
	"creel/backend/hook"
	"creel/backend/testkit"
)

// ledger is a Ledger in memory that can be told to fail.
type ledger struct {
	mu       sync.Mutex
	ds       []*hook.Delivery
	targets  map[string]hook.Target
	attempts map[string][]hook.Attempt
	news     chan struct{}
	// failFinish, failClaim and failLoad are how many calls fail yet.
	failFinish, failClaim, failLoad int
	gone                            bool
	refused                         *hook.AttemptError
	breakers                        map[string]hook.Breaker
	backs                           int // deliveries put back
	claimed                         map[string]time.Time
}

func newLedger() *ledger {
	return &ledger{targets: map[string]hook.Target{}, attempts: map[string][]hook.Attempt{}, news: make(chan struct{}), claimed: map[string]time.Time{}}
}

func (l *ledger) add(target, url string, n int) (ids []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for range n {
		id := fmt.Sprintf("d%d", len(l.ds)+1)
		l.ds = append(l.ds, &hook.Delivery{ID: id, Request: 1, Target: target, URL: url, Kind: hook.Forward, State: hook.Waiting})
		if _, ok := l.targets[target]; !ok && target != "" {
			l.targets[target] = hook.Target{Name: target, URL: url}
		}
		ids = append(ids, id)
	}
	return ids
}

func (l *ledger) changed() {
	close(l.news)
	l.news = make(chan struct{})
}

var errLedger = errors.New("the disk is on fire")

func (l *ledger) Claim(_ context.Context, c hook.Claim) ([]hook.Delivery, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failClaim > 0 {
		l.failClaim--
		return nil, errLedger
	}
	var out []hook.Delivery
	taken, headed := map[string]int{}, map[string]bool{}
	for _, d := range l.ds {
		lane := forward.Lane(*d)
		limit, limited := c.Limits[lane]
		behind := c.Ordered[lane] && headed[lane]
		headed[lane] = headed[lane] || d.State == hook.Waiting
		if len(out) >= c.Most || d.State != hook.Waiting || d.NextAt.After(c.Now) || limited && taken[lane] >= limit || behind {
			continue
		}
		taken[lane]++
		d.State, l.claimed[d.ID] = hook.Sending, c.Now
		given := *d
		given.Attempts = slices.Clone(l.attempts[d.ID])
		out = append(out, given)
	}
	return out, nil
}

func (l *ledger) NextDue(_ context.Context, c hook.Claim) (due time.Time, _ error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	headed := map[string]bool{}
	for _, d := range l.ds {
		lane := forward.Lane(*d)
		limit, limited := c.Limits[lane]
		if d.State != hook.Waiting || limited && limit == 0 || c.Ordered[lane] && headed[lane] {
			continue
		}
		headed[lane] = true
		at := d.NextAt
		if at.IsZero() {
			at = time.Unix(1, 0)
		}
		if due.IsZero() || at.Before(due) {
			due = at
		}
	}
	return due, nil
}

func (l *ledger) Targets() []hook.Target {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Collect(maps.Values(l.targets))
}

func (l *ledger) PutBack(_ context.Context, ids []string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, d := range l.ds {
		if slices.Contains(ids, d.ID) && d.State == hook.Sending {
			d.State = hook.Waiting
			l.backs++
		}
	}
	l.changed()
	return nil
}

func (l *ledger) Breakers(context.Context) (map[string]hook.Breaker, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.breakers), nil
}

func (l *ledger) KeepBreakers(_ context.Context, breakers map[string]hook.Breaker) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.breakers = maps.Clone(breakers)
	l.changed()
	return nil
}

func (l *ledger) Prepare(_ context.Context, d hook.Delivery, _ *hook.Target) (hook.Prepared, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gone {
		return hook.Prepared{}, hook.Faultf(hook.NotFound, "no such request")
	}
	if l.failLoad > 0 {
		l.failLoad--
		return hook.Prepared{}, errLedger
	}
	return hook.Prepared{
		Request: hook.Request{Seq: 1, Method: "POST"}, Draft: d.Draft, Refused: l.refused,
		Raw: hook.Raw{Head: []byte("POST / HTTP/1.1\r\nHost: h\r\n\r\n"), Body: []byte("{}")},
	}, nil
}

func (l *ledger) Delivery(_ context.Context, id string) (hook.Delivery, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, d := range l.ds {
		if d.ID == id {
			return *d, nil
		}
	}
	return hook.Delivery{}, hook.Faultf(hook.NotFound, "no such delivery")
}

func (l *ledger) Target(name string) (hook.Target, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, ok := l.targets[name]
	return t, ok
}

func (l *ledger) Finish(_ context.Context, a hook.Attempt, to hook.DeliveryState, nextAt time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failFinish > 0 {
		l.failFinish--
		return errLedger
	}
	for _, d := range l.ds {
		if d.ID == a.Delivery {
			d.State, d.NextAt = to, nextAt
		}
	}
	l.attempts[a.Delivery] = append(l.attempts[a.Delivery], a)
	l.changed()
	return nil
}

func (l *ledger) Release(context.Context) (n int64, _ error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, d := range l.ds {
		if d.State == hook.Sending {
			d.State = hook.Waiting
			n++
		}
	}
	return n, nil
}

// await returns when ok holds of the state of every delivery with these ids.
func (l *ledger) await(ids []string, want hook.DeliveryState) {
	for {
		l.mu.Lock()
		left, news := 0, l.news
		for _, d := range l.ds {
			if slices.Contains(ids, d.ID) && d.State != want {
				left++
			}
		}
		l.mu.Unlock()
		if left == 0 {
			return
		}
		<-news
	}
}

func (l *ledger) states() map[hook.DeliveryState]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	m := map[hook.DeliveryState]int{}
	for _, d := range l.ds {
		m[d.State]++
	}
	return m
}

func (l *ledger) tries(id string) []hook.Attempt {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.attempts[id])
}

// soon makes every wait of the outbox one millisecond.
func soon(time.Duration) <-chan time.Time { return time.After(time.Millisecond) }

// runOutbox runs an outbox until stop is called or the test ends.
func runOutbox(t *testing.T, l forward.Ledger, o forward.OutboxOptions) (b *forward.Outbox, stop func() error) {
	t.Helper()
	b = forward.NewOutbox(l, newSender(t, forward.Options{}), o)
	return b, run(t, b)
}

// run runs b until stop is called or the test ends.
func run(t *testing.T, b *forward.Outbox) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	stop = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() { _ = stop() })
	return stop
}

func TestOutboxSendsWhatIsDue(t *testing.T) {
	target := testkit.NewTarget(t)
	target.Script(testkit.Step{Status: 204}, testkit.Step{Status: 500})
	l := newLedger()
	l.targets["a"] = hook.Target{Name: "a", URL: target.URL(), Policy: hook.Policy{Attempts: 1}}
	ids := l.add("a", target.URL(), 1)
	b, stop := runOutbox(t, l, forward.OutboxOptions{})
	l.await(ids, hook.Delivered)
	bad := l.add("a", target.URL(), 1)
	b.Wake()
	l.await(bad, hook.Dead)
	more := l.add("a", target.URL(), 300)
	b.Wake()
	l.await(more, hook.Delivered)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if n := len(target.Seen()); n != 302 {
		t.Errorf("the target saw %d requests, want 302", n)
	}
	if a := l.tries(bad[0]); len(a) != 1 || a[0].Status != 500 || a[0].N != 1 {
		t.Errorf("attempts of the failed one: %+v", a)
	}
	if target.Opened() > 8 {
		t.Errorf("%d connections for one target", target.Opened())
	}
}

// Dead targets, more of them than there are places, cost a live one nothing.
func TestDeadLanesDoNotHoldUpALiveOne(t *testing.T) {
	dead, live := make([]*testkit.Target, 12), testkit.NewTarget(t)
	l := newLedger()
	for i := range dead {
		dead[i] = testkit.NewTarget(t)
		dead[i].Usual(testkit.Step{Hang: true})
		l.add(fmt.Sprintf("dead%d", i), dead[i].URL(), 60)
	}
	ids := l.add("live", live.URL(), 200)
	_, stop := runOutbox(t, l, forward.OutboxOptions{Parallel: 8, PerLane: 2, Grace: time.Millisecond})
	l.await(ids, hook.Delivered)
	for _, d := range dead {
		d.Await(1)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if s := l.states(); s[hook.Delivered] != 200 || s[hook.Waiting] != 720 {
		t.Errorf("states after closing: %v", s)
	}
	for _, d := range dead {
		if n := len(d.Seen()); n > 2 {
			t.Errorf("a dead target was sent %d at once, want at most 2", n)
		}
	}
}

func TestClosingGivesGraceThenPutsBack(t *testing.T) {
	slow, stuck := testkit.NewTarget(t), testkit.NewTarget(t)
	gate, grace := make(chan struct{}), make(chan time.Time)
	slow.Usual(testkit.Step{Gate: gate, Close: true})
	stuck.Usual(testkit.Step{Hang: true})
	l := newLedger()
	first, second := l.add("slow", slow.URL(), 1), l.add("stuck", stuck.URL(), 1)
	asked := make(chan struct{})
	_, stop := runOutbox(t, l, forward.OutboxOptions{Grace: 2345 * time.Millisecond, After: func(d time.Duration) <-chan time.Time {
		if d == 2345*time.Millisecond {
			close(asked)
			return grace
		}
		return time.After(d)
	}})
	slow.Await(1)
	stuck.Await(1)
	ended := make(chan error)
	go func() { ended <- stop() }()
	<-asked
	close(gate)
	l.await(first, hook.Delivered)
	grace <- time.Time{}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	l.await(second, hook.Waiting)
	if a := l.tries(second[0]); len(a) != 1 || a[0].Err == nil || a[0].Err.Kind != hook.ErrCancelled {
		t.Errorf("attempt broken off: %+v", a)
	}
}

func TestCancelBreaksOffOneThatIsSentAndOneThatQueues(t *testing.T) {
	stuck := testkit.NewTarget(t)
	stuck.Usual(testkit.Step{Hang: true})
	l := newLedger()
	ids := l.add("stuck", stuck.URL(), 3)
	b, _ := runOutbox(t, l, forward.OutboxOptions{PerLane: 1, Grace: time.Millisecond})
	stuck.Await(1)
	for _, id := range []string{ids[2], ids[0]} {
		if !b.Cancel(id) {
			t.Fatalf("%s was not there to cancel", id)
		}
		l.await([]string{id}, hook.Cancelled)
	}
	stuck.Await(2)
	if a := l.tries(ids[2]); len(a) != 1 || a[0].SentHead != nil {
		t.Errorf("the one that queued was sent: %+v", a)
	}
	if b.Cancel("unknown") {
		t.Error("cancelled what was not there")
	}
}

func TestNoOutcomeIsLostWhileTheLedgerFails(t *testing.T) {
	target := testkit.NewTarget(t)
	l := newLedger()
	l.failClaim, l.failLoad, l.failFinish = 3, 3, 7
	ids := l.add("a", target.URL(), 2)
	_, _ = runOutbox(t, l, forward.OutboxOptions{After: soon})
	l.await(ids, hook.Delivered)
	if n := len(target.Seen()); n != 2 {
		t.Errorf("sent %d times, want once each", n)
	}
}

func TestDeletedTargetAndRequestAreCancelled(t *testing.T) {
	target := testkit.NewTarget(t)
	l := newLedger()
	ids := l.add("a", target.URL(), 1)
	delete(l.targets, "a")
	b, _ := runOutbox(t, l, forward.OutboxOptions{})
	l.await(ids, hook.Cancelled)
	more := l.add("b", target.URL(), 1)
	l.mu.Lock()
	l.gone = true
	l.mu.Unlock()
	b.Wake()
	l.await(more, hook.Cancelled)
	if len(target.Seen()) != 0 {
		t.Error("something was sent")
	}
}
