package store_test

import (
	"testing"
	"time"

	"creel/backend/hook"
	"creel/backend/store"
)

const year = 365 * 24 * time.Hour

// Fault 57: the clock is set a year ahead and an hour back. Order goes by
// arrival, whatever the clock says.
func TestOrderDoesNotMindTheClock(t *testing.T) {
	c := newClock()
	s := openTemp(t, func(o *store.Options) { o.Now = c.now })
	for _, by := range []time.Duration{0, year, -year - time.Hour, time.Minute, -2 * year} {
		c.add(by)
		keep(t, s, capture())
	}
	p, err := s.List(ctx, nil, hook.Cursor{Limit: 10})
	if err != nil || len(p.Rows) != 5 {
		t.Fatalf("%d rows (%v)", len(p.Rows), err)
	}
	for i, r := range p.Rows {
		if r.Seq != int64(5-i) {
			t.Errorf("row %d has seq %d", i, r.Seq)
		}
	}
	if p, err = s.List(ctx, nil, hook.Cursor{After: 3, Limit: 10}); err != nil || len(p.Rows) != 2 || p.Rows[0].Seq != 5 {
		t.Errorf("after 3: %d rows (%v)", len(p.Rows), err)
	}
}

// Fault 57: a try that was put off while the clock was a year ahead does not
// wait a year when Creel is started with the clock right again: how long it was
// to wait is not known then, so it goes at once.
func TestWaitsAreClampedAtTheStart(t *testing.T) {
	c, dir := newClock(), t.TempDir()
	open := func() *store.Store {
		return openTemp(t, func(o *store.Options) { o.Now, o.Dir = c.now, dir })
	}
	s := open()
	c.add(year)
	if _, err := s.Keep(ctx, capture(), []hook.Delivery{{ID: "a", URL: "http://a/", Kind: hook.Forward}}); err != nil {
		t.Fatal(err)
	}
	claim := func() []hook.Delivery {
		t.Helper()
		ds, err := s.Claim(ctx, hook.Claim{Now: c.now(), Most: 10})
		if err != nil {
			t.Fatal(err)
		}
		return ds
	}
	if ds := claim(); len(ds) != 1 {
		t.Fatalf("claimed %d", len(ds))
	}
	again := c.now().Add(10 * time.Hour)
	if err := s.Finish(ctx, hook.Attempt{ID: "t", Delivery: "a", StartedAt: c.now()}, hook.Waiting, again); err != nil {
		t.Fatal(err)
	}
	if ds := claim(); len(ds) != 0 {
		t.Fatal("claimed before it was due")
	}
	c.add(-year)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open()
	if _, err := s.Release(ctx); err != nil {
		t.Fatal(err)
	}
	if ds := claim(); len(ds) != 1 {
		t.Errorf("claimed %d once the clock was right again, want the one", len(ds))
	}
}

// Fault 57: a clock that is set back by an hour makes nothing wait an hour
// longer: neither what waits for a later try, nor what was due already.
func TestAnHourBackLengthensNoWait(t *testing.T) {
	c := newClock()
	s := openTemp(t, func(o *store.Options) { o.Now = c.now })
	claim := func(limits map[string]int) []hook.Delivery {
		t.Helper()
		ds, err := s.Claim(ctx, hook.Claim{Now: c.now(), Most: 10, Limits: limits})
		if err != nil {
			t.Fatal(err)
		}
		return ds
	}
	for _, d := range []hook.Delivery{
		{ID: "later", URL: "http://a/", Kind: hook.Forward},
		{ID: "held", Target: "rests", URL: "http://b/", Kind: hook.Forward},
	} {
		if _, err := s.Keep(ctx, capture(), []hook.Delivery{d}); err != nil {
			t.Fatal(err)
		}
	}
	hold := map[string]int{"rests": 0}
	if ds := claim(hold); len(ds) != 1 || ds[0].ID != "later" {
		t.Fatalf("claimed %+v", ds)
	}
	again := c.now().Add(30 * time.Second)
	if err := s.Finish(ctx, hook.Attempt{ID: "t", Delivery: "later", StartedAt: c.now()}, hook.Waiting, again); err != nil {
		t.Fatal(err)
	}
	c.add(-time.Hour)
	if ds := claim(hold); len(ds) != 0 {
		t.Fatalf("claimed %+v before its time", ds)
	}
	if d, err := s.Delivery(ctx, "later"); err != nil || !d.NextAt.Equal(again.Add(-time.Hour)) {
		t.Errorf("next try at %v (%v), want %v", d.NextAt, err, again.Add(-time.Hour))
	}
	if ds := claim(nil); len(ds) != 1 || ds[0].ID != "held" {
		t.Errorf("claimed %+v, want what was due before the clock was set", ds)
	}
	c.add(30 * time.Second)
	if ds := claim(nil); len(ds) != 1 || ds[0].ID != "later" {
		t.Errorf("claimed %+v after its wait, want it", ds)
	}
}

// Fault 57: a clock that is set a year ahead makes what waits due, and what is
// put off by it then still comes in its time when the clock is right again.
func TestAYearAheadAndBackKeepsTheWaits(t *testing.T) {
	c := newClock()
	s := openTemp(t, func(o *store.Options) { o.Now = c.now })
	if _, err := s.Keep(ctx, capture(), []hook.Delivery{{ID: "a", URL: "http://a/", Kind: hook.Forward}}); err != nil {
		t.Fatal(err)
	}
	claimed := func() int {
		t.Helper()
		ds, err := s.Claim(ctx, hook.Claim{Now: c.now(), Most: 10})
		if err != nil {
			t.Fatal(err)
		}
		return len(ds)
	}
	putOff := func(id string) {
		t.Helper()
		if err := s.Finish(ctx, hook.Attempt{ID: id, Delivery: "a", StartedAt: c.now()}, hook.Waiting, c.now().Add(10*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if claimed() != 1 {
		t.Fatal("not claimed when it was due")
	}
	putOff("t1")
	if claimed() != 0 {
		t.Fatal("claimed before it was due")
	}
	c.add(year)
	if claimed() != 1 {
		t.Fatal("not claimed though its time is long over by the clock")
	}
	putOff("t2")
	c.add(-year)
	if claimed() != 0 {
		t.Error("claimed at once when the clock was right again")
	}
	c.add(10 * time.Hour)
	if claimed() != 1 {
		t.Error("not claimed when its wait was over")
	}
}

// Fault 57: a clock that is a year ahead for a few minutes does not make
// retention by age take everything; one that stays there is believed.
func TestALeapAheadRemovesNothingByAgeAtOnce(t *testing.T) {
	c := newClock()
	s := openTemp(t, func(o *store.Options) { o.Now = c.now })
	month := hook.Retention{Age: 30 * 24 * time.Hour}
	prune := func() int64 {
		t.Helper()
		n, err := s.Prune(ctx, month)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	keepN(t, s, 5)
	if prune() != 0 {
		t.Fatal("new requests were removed")
	}
	c.add(year)
	for range 15 {
		if n := prune(); n != 0 {
			t.Fatalf("%d requests were removed for a clock that has just leapt", n)
		}
	}
	c.add(-year)
	if prune() != 0 {
		t.Fatal("requests were removed though the clock was right again")
	}
	c.add(year)
	removed := int64(0)
	for range 30 {
		removed += prune()
	}
	if removed != 5 {
		t.Errorf("%d were removed by a clock that stayed ahead, want 5", removed)
	}
}

// What was deleted while the clock was ahead goes for good when its time has
// come by the right clock, and can be restored until then.
func TestTrashFollowsTheClockBack(t *testing.T) {
	c := newClock()
	s := openTemp(t, func(o *store.Options) { o.Now = c.now })
	keepN(t, s, 2)
	c.add(year)
	if _, err := s.Trash(ctx, parse(t, "seq:1"), 0); err != nil {
		t.Fatal(err)
	}
	c.add(-year)
	if n, err := s.Prune(ctx, hook.Retention{}); err != nil || n != 0 {
		t.Errorf("%d gone for good at once (%v)", n, err)
	}
	c.add(3 * time.Minute)
	if n, err := s.Prune(ctx, hook.Retention{}); err != nil || n != 1 {
		t.Errorf("%d gone for good in time (%v), want 1", n, err)
	}
}
