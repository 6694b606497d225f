package store_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"creel/backend/filter"
	"creel/backend/hook"

	"github.com/google/go-cmp/cmp"
)

// toApp makes a delivery a forward to the target app.
func toApp(d *hook.Delivery) { d.Target, d.Kind = "app", hook.Forward }

// end records an attempt that leaves the delivery in that state.
func (r *rig) end(id string, to hook.DeliveryState, nextAt time.Time) {
	r.t.Helper()
	d := r.delivery(id)
	a := r.attempt(id, fmt.Sprintf("%s-%d", id, len(d.Attempts)+1), func(a *hook.Attempt) { a.N, a.Status = 0, 500 })
	r.must(r.Finish(ctx, a, to, nextAt))
}

// In an ordered lane only the oldest is taken, and those behind it wait for
// it, whatever they are due at and whatever the clock said when they came.
func claimInOrder(t *testing.T, r *rig) {
	r.keep()
	r.must(r.PutTarget(ctx, "", hook.Target{Name: "app", URL: "http://a/"}))
	first := r.owe(1, "http://a/", toApp)
	r.clock.add(-time.Hour) // the clock was set back
	second := r.owe(1, "http://a/", toApp)
	r.clock.add(2 * time.Hour)
	c := hook.Claim{Most: 9, Ordered: map[string]bool{"app": true}}
	claim := func() []string {
		c.Now = r.clock.now()
		ds, err := r.Claim(ctx, c)
		r.must(err)
		ids := []string{}
		for _, d := range ds {
			ids = append(ids, d.ID)
		}
		return ids
	}
	r.wantIDs(claim(), first)
	retry := r.clock.now().Add(time.Minute)
	r.end(first, hook.Waiting, retry)
	r.wantIDs(claim())
	if due, err := r.NextDue(ctx, c); err != nil || !due.Equal(retry) {
		t.Errorf("next due is %v (%v), want the head's retry at %v", due, err, retry)
	}
	r.clock.add(time.Minute)
	r.wantIDs(claim(), first)
	r.end(first, hook.Dead, time.Time{})
	r.wantIDs(claim(), second)
	r.must(r.PutBack(ctx, []string{second, "unknown"}))
	if d := r.delivery(second); d.State != hook.Waiting || len(d.Attempts) != 0 {
		t.Errorf("put back: %+v", d)
	}
	r.wantIDs(claim(), second)
}

func claimWithinLimits(t *testing.T, r *rig) {
	r.keep()
	r.must(r.PutTarget(ctx, "", hook.Target{Name: "app", URL: "http://a/"}))
	var ids []string
	for range 5 {
		ids = append(ids, r.owe(1, "http://a/", toApp))
		r.clock.add(time.Second)
	}
	other := r.owe(1, "http://b/")
	c := hook.Claim{Now: r.clock.now(), Most: 9, Limits: map[string]int{"app": 2}}
	ds, err := r.Claim(ctx, c)
	r.must(err)
	got := []string{}
	for _, d := range ds {
		got = append(got, d.ID)
	}
	r.wantIDs(got, ids[0], ids[1], other)
	c.Limits["app"] = 0
	if due, err := r.NextDue(ctx, c); err != nil || !due.IsZero() {
		t.Errorf("next due is %v (%v), though nothing may be taken", due, err)
	}
}

// What a person asks for now goes before all else, and its schedule begins
// anew only when it had ended.
func tryNow(t *testing.T, r *rig) {
	r.keep()
	waits, dead := r.owe(1, "http://a/"), r.owe(1, "http://a/")
	r.wantIDs(r.claim(9), waits, dead)
	r.end(waits, hook.Waiting, r.clock.now().Add(time.Hour))
	r.end(dead, hook.Dead, time.Time{})
	r.clock.add(-time.Minute)
	early := r.owe(1, "http://a/")
	r.clock.add(time.Minute)
	r.must(r.Move(ctx, waits, []hook.DeliveryState{hook.Waiting}, hook.Waiting))
	r.must(r.Move(ctx, dead, []hook.DeliveryState{hook.Dead}, hook.Waiting))
	r.wantIDs(r.claim(9), waits, dead, early)
	if a, b := r.delivery(waits), r.delivery(dead); a.Base != 0 || b.Base != 1 || len(b.Attempts) != 1 {
		t.Errorf("schedules begin at %d and %d, want 0 and 1", a.Base, b.Base)
	}
}

func redrive(t *testing.T, r *rig) {
	r.must(r.PutTarget(ctx, "", hook.Target{Name: "app", URL: "http://a/"}))
	var dead []string
	for i := range 6 {
		r.keep(func(c *hook.Capture) { c.Target = fmt.Sprintf("/inbox/%d", i%2) })
		dead = append(dead, r.owe(int64(i+1), "http://a/", toApp))
	}
	failed, made := r.owe(1, "http://b/"), r.owe(2, "http://b/")
	r.claim(9)
	for _, id := range dead {
		r.end(id, hook.Dead, time.Time{})
	}
	r.end(failed, hook.Failed, time.Time{})
	r.must(r.Finish(ctx, r.attempt(made, "made"), hook.Delivered, time.Time{}))
	d, f, err := r.Ended(ctx)
	r.must(err)
	if diff := cmp.Diff([]map[string]int64{{"app": 6}, {"": 1}}, []map[string]int64{d, f}); diff != "" {
		t.Errorf("ended differ:\n%s", diff)
	}
	odd, err := filter.Parse("path:/inbox/1 is:dead")
	r.must(err)
	step, err := r.Redrive(ctx, odd, hook.Redrive{Target: "app", States: []hook.DeliveryState{hook.Dead}, Most: 2})
	r.must(err)
	if step.Moved != 2 || step.Left != 1 {
		t.Errorf("first step: %+v", step)
	}
	r.wantIDs(r.claim(9), dead[1], dead[3])
	r.end(dead[1], hook.Dead, time.Time{}) // failing again does not bring it up again
	r.end(dead[3], hook.Delivered, time.Time{})
	step, err = r.Redrive(ctx, odd, hook.Redrive{Target: "app", States: []hook.DeliveryState{hook.Dead}, Most: 2, After: step.After})
	r.must(err)
	if step.Moved != 1 || step.Left != 0 {
		t.Errorf("second step: %+v", step)
	}
	r.wantIDs(r.claim(9), dead[5])
	step, err = r.Redrive(ctx, nil, hook.Redrive{IDs: []string{dead[0], made, "unknown"}, Most: 9})
	r.must(err)
	if step.Moved != 1 || step.Left != 0 {
		t.Errorf("by id: %+v", step)
	}
	if row := r.row(2); row.Delivered != 1 || row.Failed != 1 {
		t.Errorf("tally of 2: %+v", row.Tally)
	}
	step, err = r.Redrive(ctx, nil, hook.Redrive{Most: 9})
	r.must(err)
	if left, failing, err := r.Ended(ctx); err != nil || len(left) != 0 || len(failing) != 0 || step.Moved != 4 {
		t.Errorf("all: %+v, left %v %v (%v)", step, left, failing, err)
	}
	queues, err := r.Queues(ctx)
	r.must(err)
	if diff := cmp.Diff(map[string]int64{"app": 5, "": 1}, queues); diff != "" {
		t.Errorf("queues differ:\n%s", diff)
	}
}

// A dead letter follows its target's new name, so that it can be sent again.
func deadFollowARename(t *testing.T, r *rig) {
	r.keep()
	r.must(r.PutTarget(ctx, "", hook.Target{Name: "app", URL: "http://a/"}))
	dead, hand := r.owe(1, "http://a/", toApp), r.owe(1, "http://a/", func(d *hook.Delivery) { d.Target = "app" })
	r.claim(9)
	r.end(dead, hook.Dead, time.Time{})
	r.end(hand, hook.Failed, time.Time{})
	r.must(r.PutTarget(ctx, "app", hook.Target{Name: "shop", URL: "http://a/"}))
	_, err := r.Redrive(ctx, nil, hook.Redrive{Target: "shop", Most: 9})
	r.must(err)
	c := hook.Claim{Now: r.clock.now(), Most: 9, Limits: map[string]int{"\x01shop": 0}}
	ds, err := r.Claim(ctx, c)
	r.must(err)
	if len(ds) != 1 || ds[0].ID != dead || ds[0].Target != "shop" {
		t.Errorf("claimed %+v", ds)
	}
}

func breakers(t *testing.T, r *rig) {
	now := r.clock.now()
	want := map[string]hook.Breaker{"app": {State: hook.BreakerOpen, Since: now, ProbeAt: now.Add(time.Minute), Failures: 12, Probes: 1}}
	before := r.Change().Rev
	r.must(r.KeepBreakers(ctx, want))
	if r.Change().Rev == before {
		t.Error("nobody is told")
	}
	r.reopen()
	got, err := r.Breakers(ctx)
	r.must(err)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("breakers differ:\n%s", d)
	}
}

func hopsAreKept(t *testing.T, r *rig) {
	r.keep()
	id := r.owe(1, "http://a/", func(d *hook.Delivery) { d.Target, d.Retry = "app", true })
	a := r.attempt(id, "x", func(a *hook.Attempt) {
		a.Unverified, a.URL, a.Hops = true, "http://a/new", []hook.Hop{{Status: 307, URL: "https://b/"}}
	})
	r.must(r.Finish(ctx, a, hook.Delivered, time.Time{}))
	got, _, err := r.Attempt(ctx, "x")
	r.must(err)
	if d := cmp.Diff(a, got); d != "" {
		t.Errorf("attempt differs:\n%s", d)
	}
	if d := r.delivery(id); d.URL != "http://a/new" || !d.Retry {
		t.Errorf("delivery is %+v", d)
	}
}

func rawsAtOnce(t *testing.T, r *rig) {
	r.keep()
	r.keep(func(c *hook.Capture) { c.Body = bytes.Repeat([]byte("x"), 100<<10); c.SHA256 = sha256.Sum256(c.Body) })
	r.keep()
	got, err := r.Raws(ctx, []int64{1, 2, 3, 9})
	r.must(err)
	if len(got) != 2 {
		t.Errorf("%d read, want the two small ones", len(got))
	}
	for seq, raw := range got {
		want, err := r.Raw(ctx, seq)
		r.must(err)
		if d := cmp.Diff(want, raw); d != "" {
			t.Errorf("request %d differs:\n%s", seq, d)
		}
	}
}
