package desk_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"creel/backend/catch"
	"creel/backend/desk"
	"creel/backend/forward"
	"creel/backend/hook"
	"creel/backend/testkit"
)

// hands is a clock that moves only when somebody waits: each wait takes no
// time and moves the clock by its length.
type hands struct {
	mu    sync.Mutex
	t     time.Time
	waits []time.Duration
	leap  time.Duration // the clock is set by that once, during the first wait
}

func (h *hands) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.t
}

// after never fires for the long waits in which a run only looks after what is
// under way: the test's answers come by themselves.
func (h *hands) after(d time.Duration) <-chan time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := make(chan time.Time, 1)
	if d < 2*time.Second {
		h.t = h.t.Add(d + h.leap)
		h.leap = 0
		h.waits = append(h.waits, d)
		c <- h.t
	}
	return c
}

// pacedDesk is a desk by that clock, with a real outbox, and requests in it.
func pacedDesk(t *testing.T, h *hands, requests int) (*desk.Desk, []int64) {
	t.Helper()
	st := testkit.Store(t)
	d, err := desk.New(t.Context(), desk.Options{Store: st, Roads: forward.Roads{}, Now: h.now, After: h.after})
	if err != nil {
		t.Fatal(err)
	}
	sender := forward.New(forward.Options{})
	catcher := catch.New(d, catch.Options{MaxBody: d.MaxBody})
	if err := d.Start(t.Context(), catcher, forward.NewOutbox(d, sender, forward.OutboxOptions{Now: h.now, Log: slog.New(slog.DiscardHandler)}), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Shut(context.Background()); err != nil {
			t.Error(err)
		}
		sender.Close()
	})
	seqs := make([]int64, requests)
	for i := range seqs {
		c := hook.Capture{Raw: hook.Raw{Head: []byte("POST /inbox HTTP/1.1\r\n\r\n")}}
		c.Endpoint, c.Method, c.Target, c.State, c.ReceivedAt = hook.Inbox, "POST", "/inbox", hook.Kept, h.now()
		c.Via, c.Sig = hook.ViaDirect, "none"
		if seqs[i], err = st.Keep(t.Context(), &c, nil); err != nil {
			t.Fatal(err)
		}
	}
	return d, seqs
}

// startsOf is when the items of a run that has ended were started, by their
// deliveries.
func startsOf(t *testing.T, d *desk.Desk, id int64) []time.Duration {
	t.Helper()
	items, _, err := d.RunItems(t.Context(), id, hook.ItemCursor{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	var starts []time.Duration
	var first time.Time
	for _, it := range items {
		ds, err := d.Deliveries(t.Context(), it.Request)
		if err != nil || len(ds) != 1 {
			t.Fatalf("deliveries %v, %v", ds, err)
		}
		if first.IsZero() {
			first = ds[0].CreatedAt
		}
		starts = append(starts, ds[0].CreatedAt.Sub(first))
	}
	return starts
}

func awaitRun(t *testing.T, d *desk.Desk, id int64) hook.Run {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		run, err := d.Run(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if run.State != hook.RunRunning {
			return run
		}
		<-tick.C
	}
}

func TestRunKeepsItsRate(t *testing.T) {
	h := &hands{t: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	d, seqs := pacedDesk(t, h, 9)
	app := testkit.NewTarget(t)
	run, err := d.StartRun(t.Context(), hook.RunOrder{Seqs: seqs, To: to(app.URL()), Parallel: 4, RatePerSecond: 5})
	if err != nil {
		t.Fatal(err)
	}
	if end := awaitRun(t, d, run.ID); end.Delivered != 9 {
		t.Fatalf("the run ended as %+v", end)
	}
	for i, at := range startsOf(t, d, run.ID) {
		if want := time.Duration(i) * 200 * time.Millisecond; at < want {
			t.Errorf("item %d started after %v, want no sooner than %v", i+1, at, want)
		}
	}
}

func TestOrderedRunPausesAfterEachAnswer(t *testing.T) {
	h := &hands{t: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	d, seqs := pacedDesk(t, h, 4)
	app := testkit.NewTarget(t)
	run, err := d.StartRun(t.Context(), hook.RunOrder{Seqs: seqs, To: to(app.URL()), DelayMs: 700})
	if err != nil {
		t.Fatal(err)
	}
	awaitRun(t, d, run.ID)
	starts := startsOf(t, d, run.ID)
	for i := 1; i < len(starts); i++ {
		if starts[i]-starts[i-1] < 700*time.Millisecond {
			t.Errorf("item %d started %v after the one before, want 700ms", i+1, starts[i]-starts[i-1])
		}
	}
}

// Only pauses up to the bound are really waited; the longer are reported.
func TestSimulationWaitsReallyUpToABound(t *testing.T) {
	h := &hands{t: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	d, seqs := pacedDesk(t, h, 1)
	app := testkit.NewTarget(t)
	app.Usual(testkit.Step{Status: 500})
	run, err := d.StartRun(t.Context(), hook.RunOrder{Seqs: seqs, To: to(app.URL()), Simulate: "slack", RealTimeMs: 1500})
	if err != nil {
		t.Fatal(err)
	}
	if end := awaitRun(t, d, run.ID); end.Total != 4 {
		t.Fatalf("the run ended as %+v", end)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.waits) != 1 || h.waits[0] != time.Second {
		t.Errorf("really waited %v, want once 1s", h.waits)
	}
}

// Fault 57: a clock that is set while a run is paced neither stops it nor has
// the rest of it sent at once.
func TestARunFollowsTheClock(t *testing.T) {
	for name, leap := range map[string]time.Duration{"an hour back": -time.Hour, "a year ahead": 365 * 24 * time.Hour} {
		for how, o := range map[string]hook.RunOrder{"a rate": {RatePerSecond: 2}, "a pause": {DelayMs: 500}} {
			t.Run(name+", "+how, func(t *testing.T) {
				h := &hands{t: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), leap: leap}
				d, seqs := pacedDesk(t, h, 5)
				o.Seqs, o.To = seqs, to(testkit.NewTarget(t).URL())
				run, err := d.StartRun(t.Context(), o)
				if err != nil {
					t.Fatal(err)
				}
				if end := awaitRun(t, d, run.ID); end.Delivered != 5 {
					t.Fatalf("the run ended as %+v", end)
				}
				h.mu.Lock()
				defer h.mu.Unlock()
				waited := time.Duration(0)
				for _, w := range h.waits {
					waited += w
				}
				// The wait in which the clock was set may count for nothing, or be begun
				// anew.
				if waited < 1500*time.Millisecond || waited > 3*time.Second {
					t.Errorf("waited %v for five, want about 2s", waited)
				}
			})
		}
	}
}
