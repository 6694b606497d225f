package forward

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"creel/backend/hook"
)

func newGate() *gate {
	return &gate{breaker: breaker{hook.Breaker{State: hook.BreakerClosed}}}
}

func TestBreakerOpensAfterTenAndDoublesItsWait(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	g := newGate()
	for n := range 9 {
		if g.told(false, false, now) || g.breaker.State != hook.BreakerClosed {
			t.Fatalf("open after %d", n+1)
		}
	}
	if !g.told(false, false, now) || g.breaker.State != hook.BreakerOpen {
		t.Fatal("not open after ten")
	}
	for _, want := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 5 * time.Minute, 5 * time.Minute} {
		if limit, wait := g.limit(hook.Policy{}, now, 32); limit != 0 || wait != want {
			t.Errorf("room for %d, in %v, want in %v", limit, wait, want)
		}
		now = now.Add(want)
		if limit, _ := g.limit(hook.Policy{}, now, 32); limit != 1 {
			t.Fatalf("room for %d when the probe is due, want one", limit)
		}
		g.breaker.probing(now)
		if limit, _ := g.limit(hook.Policy{}, now, 32); limit != 0 {
			t.Fatalf("room for %d while the probe is under way", limit)
		}
		if !g.told(false, true, now) {
			t.Fatal("a probe that failed did not open it again")
		}
	}
	g.breaker.probing(now)
	if !g.told(true, true, now) || g.breaker.State != hook.BreakerClosed || g.breaker.Failures != 0 {
		t.Errorf("after a probe that was taken: %+v", g.breaker)
	}
	if n := g.room(4); n != 1 {
		t.Errorf("%d at once to a target that has just come up, want one", n)
	}
}

// Whatever happens: while it is open nothing is let through, it never opens on
// fewer than ten failures in a row, and one success closes it.
func TestBreakerKeepsItsWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now, g, row := time.Unix(1_800_000_000, 0), newGate(), 0
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(-100, 400).Draw(t, "seconds")) * time.Second)
			limit, wait := g.limit(hook.Policy{}, now, 8)
			if limit == 0 {
				if g.breaker.State != hook.BreakerOpen || wait <= 0 || wait > lastProbe {
					t.Fatalf("nothing goes for %v: %+v", wait, g.breaker)
				}
				continue
			}
			probe := g.breaker.State == hook.BreakerOpen
			if probe && limit != 1 {
				t.Fatalf("%d probes", limit)
			}
			if probe {
				g.breaker.probing(now)
			}
			switch rapid.IntRange(0, 3).Draw(t, "outcome") {
			case 0:
				row = 0
				g.told(true, probe, now)
				if g.breaker.State != hook.BreakerClosed {
					t.Fatalf("a success left it %s", g.breaker.State)
				}
			case 1:
				if probe {
					g.breaker.brokenOff(now)
				}
			default:
				row++
				g.told(false, probe, now)
				if opened := g.breaker.State == hook.BreakerOpen; opened != (row >= breakAfter) {
					t.Fatalf("%d failures in a row leave it %s", row, g.breaker.State)
				}
			}
		}
	})
}

// Fault 57: whatever the clock is set to, a breaker that is open is probed
// within the wait it has, counted by the new clock.
func TestABreakerFollowsTheClock(t *testing.T) {
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, leap := range map[string]time.Duration{
		"a year ahead": 365 * 24 * time.Hour, "an hour back": -time.Hour, "a second back": -time.Second, "not": 0,
	} {
		g := newGate()
		for range breakAfter {
			g.told(false, false, began)
		}
		now := began.Add(10*time.Second + leap)
		limit, wait := g.limit(hook.Policy{}, now, 4)
		switch {
		case leap > 0:
			if limit != 1 {
				t.Errorf("%s: room for %d, want the probe: its time is over by the clock", name, limit)
			}
			continue
		case limit != 0 || wait > firstProbe || wait <= 0:
			t.Errorf("%s: room for %d in %v, want none within %v", name, limit, wait, firstProbe)
		}
		for elapsed := time.Duration(0); limit == 0; elapsed += wait {
			if elapsed > firstProbe {
				t.Fatalf("%s: no probe after %v", name, elapsed)
			}
			now = now.Add(wait)
			limit, _ = g.limit(hook.Policy{}, now, 4)
		}
	}
	// One that was written down while the clock was a year ahead, too.
	g := newGate()
	g.breaker.Breaker = hook.Breaker{State: hook.BreakerOpen, Since: began.Add(-time.Minute), ProbeAt: began.AddDate(1, 0, 0), Failures: 10}
	if limit, wait := g.limit(hook.Policy{}, began, 4); limit != 0 || wait != lastProbe {
		t.Errorf("room for %d in %v, want none for %v", limit, wait, lastProbe)
	}
	if limit, _ := g.limit(hook.Policy{}, began.Add(lastProbe), 4); limit != 1 {
		t.Errorf("room for %d after that, want the probe", limit)
	}
}

// Fault 57: a rate neither stops for as long as the clock was set back, nor
// lets a burst go when it is set ahead.
func TestARateFollowsTheClock(t *testing.T) {
	for name, leap := range map[string]time.Duration{"a year ahead": 365 * 24 * time.Hour, "an hour back": -time.Hour} {
		now, g, p := time.Unix(1_800_000_000, 0), newGate(), hook.Policy{RatePerSecond: 2}
		take := func(most int) (n int) {
			for limit, _ := g.limit(p, now, most); n < limit; n++ {
				g.claimed(hook.Delivery{DueAt: now}, now)
			}
			return n
		}
		if n := take(32); n != 1 {
			t.Fatalf("%d at first", n)
		}
		now = now.Add(leap)
		if n := take(32); n > 1 {
			t.Errorf("%s: %d at once, at two a second", name, n)
		}
		now = now.Add(time.Second)
		if n := take(32); n != 1 {
			t.Errorf("%s: %d a second later, want one", name, n)
		}
	}
}

// Fault 58: what was due while the machine slept begins with one at a time, and
// widens with each that the target takes.
func TestLateOnesAreBegunOneAtATime(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	late, fresh := hook.Delivery{DueAt: now.Add(-8 * time.Hour)}, hook.Delivery{DueAt: now.Add(-time.Second)}
	g := newGate()
	g.claimed(fresh, now)
	if g.room(4) != 4 {
		t.Error("what is on time is held back")
	}
	for want, took := range []bool{true, true, false, true, true, true, true} {
		g.claimed(late, now)
		at := []int{1, 2, 3, 1, 2, 3, 4}[want]
		if n := g.room(4); n != at {
			t.Errorf("step %d: %d at once, want %d", want, n, at)
		}
		g.told(took, false, now)
	}
	g = newGate()
	g.claimed(hook.Delivery{DueAt: time.UnixMicro(0)}, now)
	if g.room(4) != 4 {
		t.Error("what a person asked for now counts as late")
	}
}

func TestRateIsKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := rapid.Float64Range(0.01, 1000).Draw(t, "rate")
		now, g := time.Unix(1_800_000_000, 0), newGate()
		began, sent := now, 0
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			limit, wait := g.limit(hook.Policy{RatePerSecond: rate}, now, 32)
			if (limit == 0) != (wait > 0) {
				t.Fatalf("room for %d in %v", limit, wait)
			}
			for range min(limit, rapid.IntRange(0, 32).Draw(t, "due")) {
				g.claimed(hook.Delivery{DueAt: now}, now)
				sent++
			}
			if most := max(1, rate/20) + rate*now.Sub(began).Seconds() + 1e-6; float64(sent) > most {
				t.Fatalf("%d sent in %v at %g a second", sent, now.Sub(began), rate)
			}
			if limit == 0 {
				now = now.Add(wait)
			} else {
				now = now.Add(time.Duration(rapid.Int64Range(0, int64(time.Second)).Draw(t, "pause")))
			}
		}
	})
}
