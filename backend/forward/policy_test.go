package forward_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"creel/backend/forward"
	"creel/backend/hook"
	"creel/backend/testkit"
)

// leaps is a clock that jumps ahead by whatever is waited for.
type leaps struct {
	mu  sync.Mutex
	now time.Time
}

func newLeaps() *leaps { return &leaps{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)} }

func (c *leaps) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *leaps) after(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return time.After(0)
}

// drive runs an outbox on a leaping clock without jitter, its attempts stamped
// by that clock.
func drive(t *testing.T, l *ledger, c *leaps) *forward.Outbox {
	t.Helper()
	s := newSender(t, forward.Options{Now: c.read})
	b := forward.NewOutbox(l, s, forward.OutboxOptions{Now: c.read, After: c.after, Random: func() float64 { return 0.5 }})
	run(t, b)
	return b
}

func (l *ledger) target(t hook.Target) { l.targets[t.Name] = t }

// when are the times at which the tries of a delivery began, since the first.
func (l *ledger) when(id string) (out []time.Duration) {
	tries := l.tries(id)
	for _, a := range tries {
		out = append(out, a.StartedAt.Sub(tries[0].StartedAt))
	}
	return out
}

// tried is how many attempts have been made in all.
func (l *ledger) tried() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, as := range l.attempts {
		n += len(as)
	}
	return n
}

// until returns when ok holds; it is asked again whenever the ledger changes.
func (l *ledger) until(ok func() bool) {
	for {
		l.mu.Lock()
		news := l.news
		l.mu.Unlock()
		if ok() {
			return
		}
		<-news
	}
}

// The whole standard schedule of one delivery: ten tries, then a dead letter.
func TestTheScheduleIsKeptToTheEnd(t *testing.T) {
	target := testkit.NewTarget(t)
	target.Usual(testkit.Step{Status: 503})
	l, c := newLedger(), newLeaps()
	ids := l.add("app", target.URL(), 1)
	drive(t, l, c)
	l.await(ids, hook.Dead)
	want, sum := []time.Duration{0}, time.Duration(0)
	for _, wait := range forward.StandardWaits()[1:] {
		sum += wait
		want = append(want, sum)
	}
	got := l.when(ids[0])
	if len(got) != 10 || len(target.Seen()) != 10 {
		t.Fatalf("%d tries, %d seen, want 10", len(got), len(target.Seen()))
	}
	for i := range want {
		// The outbox looks again every 15 s at the latest.
		if late := got[i] - want[i]; late < 0 || late > time.Minute {
			t.Errorf("try %d after %v, want %v", i+1, got[i], want[i])
		}
	}
}

func TestGoneIsDeadAtOnceAndRetryAfterIsWaitedFor(t *testing.T) {
	target := testkit.NewTarget(t)
	target.Script(testkit.Step{Status: 503, Headers: [][2]string{{"Retry-After", "3600"}}}, testkit.Step{Status: 410})
	l, c := newLedger(), newLeaps()
	ids := l.add("app", target.URL(), 1)
	drive(t, l, c)
	l.await(ids, hook.Dead)
	if got := l.when(ids[0]); len(got) != 2 || got[1] < time.Hour || got[1] > time.Hour+time.Minute {
		t.Errorf("tries at %v, want the second after an hour and no third", got)
	}
}

// Fault 66: a target that fails ten times in a row is sent nothing, no tries
// are spent on it, and one delivery at a time finds out whether it is back.
func TestABreakerSparesTheTries(t *testing.T) {
	target := testkit.NewTarget(t)
	target.Usual(testkit.Step{Status: 500})
	l, c := newLedger(), newLeaps()
	l.target(hook.Target{Name: "app", URL: target.URL(), Policy: hook.Policy{InOrder: true, WaitsMs: []int64{0, 1}, Attempts: 100}})
	ids := l.add("app", target.URL(), 40)
	gate := make(chan struct{})
	for range 13 {
		target.Script(testkit.Step{Status: 500})
	}
	target.Script(testkit.Step{Status: 200, Gate: gate})
	target.Usual(testkit.Step{})
	b := drive(t, l, c)
	target.Await(14)
	if k := b.Breaker("app"); k.State != hook.BreakerHalfOpen || k.Failures != 13 {
		t.Errorf("the breaker while the probe is under way: %+v", k)
	}
	if n := l.tried(); n != 13 {
		t.Errorf("%d tries before the probe that is taken, want 10 and 3 probes", n)
	}
	close(gate)
	l.await(ids, hook.Delivered)
	if k := b.Breaker("app"); k.State != hook.BreakerClosed || k.Failures != 0 {
		t.Errorf("the breaker in the end: %+v", k)
	}
	at := l.when(ids[0])
	for i, least := range map[int]time.Duration{10: 30 * time.Second, 11: time.Minute, 12: 2 * time.Minute, 13: 4 * time.Minute} {
		if gap := at[i] - at[i-1]; gap < least {
			t.Errorf("probe %d came %v after the try before, want %v", i-9, gap, least)
		}
	}
	if n := len(target.Seen()); n != 14+39 {
		t.Errorf("%d sent, want %d", n, 14+39)
	}
}

// What was claimed ahead goes back without a try when the breaker opens.
func TestWhatWasClaimedAheadIsPutBack(t *testing.T) {
	target := testkit.NewTarget(t)
	target.Usual(testkit.Step{Status: 500})
	l := newLedger()
	l.add("app", target.URL(), 100)
	b, _ := runOutbox(t, l, forward.OutboxOptions{})
	l.until(func() bool { return b.Breaker("app").State == hook.BreakerOpen && l.states()[hook.Sending] == 0 })
	if n := len(target.Seen()); n < 10 || n > 13 {
		t.Errorf("%d tries were spent, want ten and what was under way", n)
	}
	if s := l.states(); s[hook.Waiting] != 100 {
		t.Errorf("states: %v", s)
	}
	l.mu.Lock()
	kept := l.breakers["app"]
	l.mu.Unlock()
	l.until(func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		kept = l.breakers["app"]
		return kept.State == hook.BreakerOpen
	})
	if kept.ProbeAt.Sub(kept.Since) != 30*time.Second {
		t.Errorf("written down: %+v", kept)
	}
}

// A breaker outlives the program, and Try now does not wait for it.
func TestABreakerOfTheLastRunHoldsUntilTried(t *testing.T) {
	target, other := testkit.NewTarget(t), testkit.NewTarget(t)
	l := newLedger()
	now := time.Now()
	l.breakers = map[string]hook.Breaker{"app": {State: hook.BreakerOpen, Since: now, ProbeAt: now.Add(time.Hour), Failures: 10}}
	held := l.add("app", target.URL(), 20)
	free := l.add("other", other.URL(), 20)
	hand := l.add("app", other.URL(), 1)
	l.ds[40].Kind = hook.Replay
	l.targets["app"] = hook.Target{Name: "app", URL: target.URL(), PathMode: hook.PathExact}
	target.Script(testkit.Step{Status: 502}, testkit.Step{Status: 502})
	b, _ := runOutbox(t, l, forward.OutboxOptions{})
	l.await(free, hook.Delivered)
	l.await(hand, hook.Failed) // what a person sends is not held, and 502 is no proof
	if n := len(target.Seen()); n != 1 {
		t.Errorf("%d sent to the target that rests, want the one by hand", n)
	}
	if b.TryNow("other") || !b.TryNow("app") {
		t.Error("Try now is for targets that rest")
	}
	l.until(func() bool {
		return b.Breaker("app").State == hook.BreakerOpen && l.states()[hook.Waiting] == 20 && l.tried() == 22
	})
	if n := len(target.Seen()); n != 2 {
		t.Errorf("%d sent to the target that rests after a probe that failed, want the one by hand and the probe", n)
	}
	b.TryNow("app")
	l.await(held[1:], hook.Delivered)
}

// Strictly in order: one that fails holds up the others until it is delivered.
func TestInOrderAHeadThatFailsHoldsTheLane(t *testing.T) {
	target := testkit.NewTarget(t)
	target.Script(testkit.Step{}, testkit.Step{Status: 500}, testkit.Step{Status: 500}, testkit.Step{}, testkit.Step{Status: 410})
	l, c := newLedger(), newLeaps()
	l.target(hook.Target{Name: "app", URL: target.URL(), Policy: hook.Policy{InOrder: true, Parallel: 8}})
	ids := l.add("app", target.URL(), 30)
	drive(t, l, c)
	rest := append(slices.Clone(ids[:2]), ids[3:]...)
	l.await(rest, hook.Delivered)
	var got []string
	for _, s := range target.Seen() {
		for _, line := range s.Lines() {
			if id, ok := strings.CutPrefix(line, hook.DeliveryHeader+": "); ok {
				got = append(got, id)
			}
		}
	}
	want := append([]string{"d1", "d2", "d2", "d2", "d3"}, ids[3:]...)
	if !slices.Equal(got, want) {
		t.Errorf("sent in the order %v", got)
	}
	if s := l.states(); s[hook.Dead] != 1 || s[hook.Delivered] != 29 {
		t.Errorf("states: %v", s)
	}
}

func TestARateIsKeptAndOthersAreNotHeldUp(t *testing.T) {
	slow, fast := testkit.NewTarget(t), testkit.NewTarget(t)
	l, c := newLedger(), newLeaps()
	l.target(hook.Target{Name: "slow", URL: slow.URL(), Policy: hook.Policy{RatePerSecond: 0.5}})
	paced, free := l.add("slow", slow.URL(), 12), l.add("fast", fast.URL(), 12)
	drive(t, l, c)
	l.await(append(paced, free...), hook.Delivered)
	var at []time.Time
	for _, id := range paced {
		at = append(at, l.claimed[id])
	}
	slices.SortFunc(at, time.Time.Compare)
	if took := at[11].Sub(at[0]); took < 20*time.Second {
		t.Errorf("twelve at one in two seconds took %v", took)
	}
}
