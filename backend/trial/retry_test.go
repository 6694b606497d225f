//go:build linux

package trial

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"creel/backend/hook"
	"creel/backend/testkit"
)

// aims makes a data folder whose inbox is forwarded to these targets.
func aims(t *testing.T, targets ...map[string]any) string {
	t.Helper()
	dir := t.TempDir()
	c := start(t, launch{dir: dir})
	var names []string
	for _, target := range targets {
		c.ask("POST", "/targets", target, nil)
		names = append(names, target["name"].(string))
	}
	c.ask("PATCH", "/endpoints/inbox", map[string]any{"targets": names}, nil)
	c.stop()
	return dir
}

// Fault 34, again and again: killed under load at no moment in particular.
// Every acknowledged request is sent on at least once, none more often than it
// was in flight at a kill, and each under one id.
func TestKilledAgainAndAgainWhileSendingOn(t *testing.T) {
	t.Parallel()
	target, l := newReceiver(t), newLedger()
	dir := forwards(t, target.URL)
	flying := 0
	for kill := range 5 {
		c := start(t, launch{dir: dir})
		w := l.send(c, 8, 2048)
		enough := target.n.Load() + int64(150*(kill+1))
		await(t, "requests to be sent on", func() bool { return target.n.Load() >= enough })
		c.kill()
		w.halt()
		flying += sending(t, dir)
	}
	c := start(t, launch{dir: dir})
	await(t, "all to be sent on", func() bool { return c.status().History.Waiting == 0 })
	again := target.twice(t, l)
	t.Logf("%d acknowledged, %d came twice, %d were in flight at the kills", l.acks(), again, flying)
	if again > flying {
		t.Errorf("%d came twice, only %d were in flight", again, flying)
	}
	c.stop()
	l.check(t, dir, nil)
}

// The schedule outlives the program: what failed before a kill is tried again
// when it is due, under its id, and its tries go on counting.
func TestAScheduleOutlivesAKill(t *testing.T) {
	t.Parallel()
	target, l := testkit.NewTarget(t), newLedger()
	target.Script(testkit.Step{Status: 503}, testkit.Step{Status: 503, Headers: [][2]string{{"Retry-After", "2"}}})
	dir := aims(t, map[string]any{"name": "app", "url": target.URL(), "policy": map[string]any{"waitsMs": []int{0, 50, 50, 50}}})
	c := start(t, launch{dir: dir})
	seq := l.must(c, l.body(500))
	target.Await(2)
	var ds []struct {
		ID, State, NextAt string
		Attempts          []struct{ N, Status int }
	}
	path := fmt.Sprintf("/requests/%d/deliveries", seq)
	await(t, "the second try to be recorded", func() bool {
		c.ask("GET", path, nil, &ds)
		return len(ds) == 1 && len(ds[0].Attempts) == 2
	})
	due, err := time.Parse(time.RFC3339, ds[0].NextAt)
	if err != nil || ds[0].State != "waiting" {
		t.Fatalf("it is %s until %q (%v)", ds[0].State, ds[0].NextAt, err)
	}
	c.kill()
	c = start(t, launch{dir: dir})
	seen := target.Await(3)
	if early := time.Until(due); early > 0 {
		t.Errorf("tried again %v before it was due", early)
	}
	await(t, "it to be delivered", func() bool { c.ask("GET", path, nil, &ds); return ds[0].State == "delivered" })
	for i, a := range ds[0].Attempts {
		if a.N != i+1 {
			t.Errorf("attempt %d has the number %d", i+1, a.N)
		}
	}
	for _, s := range seen {
		if !slices.Contains(s.Lines(), hook.DeliveryHeader+": "+ds[0].ID) {
			t.Errorf("sent without its id: %q", s.Lines())
		}
	}
	c.stop()
}

// Fault 58: what came due while the machine slept is sent when it wakes, few at
// a time.
func TestAsleepWhileDeliveriesComeDue(t *testing.T) {
	t.Parallel()
	const many = 60
	var down atomic.Bool
	down.Store(true)
	var now, top, taken atomic.Int64
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := now.Add(1)
		defer now.Add(-1)
		for high := top.Load(); at > high && !top.CompareAndSwap(high, at); high = top.Load() {
		}
		_, _ = io.Copy(io.Discard, r.Body)
		if down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		taken.Add(1)
	}))
	t.Cleanup(app.Close)
	dir := aims(t, map[string]any{"name": "app", "url": app.URL, "policy": map[string]any{"waitsMs": []int{0, 1000}, "attempts": 50}})
	c, l := start(t, launch{dir: dir}), newLedger()
	for range many {
		l.must(c, l.body(500))
	}
	await(t, "a first try", func() bool { return top.Load() > 0 })
	if err := syscall.Kill(c.PID, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	down.Store(false)
	<-time.After(2 * time.Second) // the sleep: everything comes due in it
	top.Store(0)
	if err := syscall.Kill(c.PID, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	var targets []struct {
		Name    string
		Breaker struct{ State string }
	}
	await(t, "all to be sent on", func() bool {
		c.ask("GET", "/targets", nil, &targets)
		if targets[0].Breaker.State == "open" { // the first tries may have been ten
			c.ask("POST", "/targets/app/try", nil, nil)
		}
		return c.status().History.Waiting == 0
	})
	if n := taken.Load(); n < many {
		t.Errorf("%d were taken, want %d", n, many)
	}
	if n := top.Load(); n > 4 {
		t.Errorf("%d at once after the sleep, want at most 4", n)
	}
	c.stop()
}

// stopwatch is a target that notes how long after its sending each request
// came.
type stopwatch struct {
	*httptest.Server
	mu   sync.Mutex
	took []time.Duration
}

func newStopwatch(tb testing.TB) *stopwatch {
	s := &stopwatch{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var sent struct{ At int64 }
		if json.NewDecoder(r.Body).Decode(&sent) != nil {
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.took = append(s.took, time.Since(time.UnixMicro(sent.At)))
	}))
	tb.Cleanup(s.Close)
	return s
}

func (s *stopwatch) n() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.took)
}

// Fault 66: one dead target among ten: the nine live ones get everything as
// fast as ever, and no tries are spent on the dead one but those that found it
// dead. The ratio is logged; a machine that tests is no measure.
func TestADeadTargetAmongLiveOnes(t *testing.T) {
	const each = 150
	p99 := map[bool]time.Duration{}
	for _, dies := range []bool{false, true} {
		var watches []*stopwatch
		var targets []map[string]any
		hangs := testkit.NewTarget(t)
		hangs.Usual(testkit.Step{Hang: true})
		for i := range 10 {
			w := newStopwatch(t)
			watches = append(watches, w)
			url := w.URL
			if i == 0 && dies {
				url = hangs.URL()
			}
			targets = append(targets, map[string]any{"name": fmt.Sprintf("t%d", i), "url": url, "timeoutMs": 300})
		}
		c := start(t, launch{dir: aims(t, targets...)})
		for range each {
			body := fmt.Sprintf(`{"at":%d}`, time.Now().UnixMicro())
			resp, err := http.Post(c.Catch+"/inbox", "application/json", strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			<-time.After(4 * time.Millisecond) // a steady stream
		}
		var all []time.Duration
		for i, w := range watches {
			if i == 0 && dies {
				continue
			}
			await(t, "a live target to get everything", func() bool { return w.n() == each })
			all = append(all, w.took...)
		}
		slices.Sort(all)
		p99[dies] = all[len(all)*99/100]
		if dies {
			await(t, "the dead one to be found dead", func() bool {
				var target struct{ Breaker struct{ State string } }
				c.ask("GET", "/targets/t0", nil, &target)
				return target.Breaker.State == "open"
			})
			if n := len(hangs.Seen()); n < 10 || n > 13 {
				t.Errorf("%d tries were spent on the dead one, want ten and what was under way", n)
			}
		}
		c.kill()
	}
	t.Logf("p99 of the live ones: %v with all alive, %v with one dead, ratio %.2f", p99[false], p99[true], float64(p99[true])/float64(p99[false]))
}
