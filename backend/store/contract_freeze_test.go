package store_test

import (
	"testing"

	"creel/backend/hook"

	"github.com/google/go-cmp/cmp"
)

// What a transform made stays, however often it is run.
func frozenDrafts(t *testing.T, r *rig) {
	r.fill(1)
	const seq = 1
	id := r.owe(seq, "http://h/", func(d *hook.Delivery) { d.Target = "app" })
	draft := hook.Draft{Method: "PUT", URL: "http://h/new", OwnHead: true, Body: []byte{0, 0xff}, Transformed: true}
	beside := func() []hook.Delivery {
		d := hook.Draft{URL: "http://h/2", OwnHead: true, OwnBody: true, Transformed: true}
		return []hook.Delivery{{Request: seq, Target: "app", URL: d.URL, Kind: hook.Replay, Draft: &d}}
	}
	if _, err := r.Freeze(ctx, id, draft, beside()); hook.KindOf(err) != hook.Conflict {
		t.Errorf("one that waits was frozen: %v", err)
	}
	r.wantIDs(r.claim(10), id)
	if got, err := r.Freeze(ctx, id, draft, beside()); err != nil || cmp.Diff(draft, got) != "" {
		t.Fatalf("%v, %+v", err, got)
	}
	d := r.delivery(id)
	if diff := cmp.Diff(&draft, d.Draft); diff != "" || d.URL != draft.URL || d.State != hook.Sending {
		t.Errorf("%s %s\n%s", d.State, d.URL, diff)
	}
	// Run again, as after a crash before anything was sent: nothing is doubled.
	other := draft
	other.Body = []byte("different")
	if got, err := r.Freeze(ctx, id, other, beside()); err != nil || cmp.Diff(draft, got) != "" {
		t.Errorf("%v, %+v", err, got)
	}
	ds, err := r.Deliveries(ctx, seq)
	r.must(err)
	if len(ds) != 2 || ds[0].State != hook.Waiting || !ds[0].Draft.OwnBody || ds[0].ID == id {
		t.Errorf("%+v", ds)
	}
	row, err := r.Row(ctx, seq)
	r.must(err)
	if row.Waiting != 2 {
		t.Errorf("%d wait, want 2", row.Waiting)
	}
	if _, err := r.Freeze(ctx, "none", draft, nil); hook.KindOf(err) != hook.NotFound {
		t.Errorf("%v", err)
	}
}

// A dropped delivery is no failure.
func droppedDeliveries(t *testing.T, r *rig) {
	r.fill(1)
	const seq = 1
	id := r.owe(seq, "http://h/")
	r.wantIDs(r.claim(1), id)
	a := hook.Attempt{ID: "a", Delivery: id, N: 1, Changes: -1, Err: &hook.AttemptError{Kind: hook.ErrDropped, Text: "nothing"}}
	r.must(r.Finish(ctx, a, hook.Dropped, r.clock.now()))
	tally := func() hook.Tally {
		row, err := r.Row(ctx, seq)
		r.must(err)
		return row.Tally
	}
	if got := tally(); got != (hook.Tally{}) {
		t.Errorf("dropped counts as %+v", got)
	}
	r.must(r.Move(ctx, id, []hook.DeliveryState{hook.Dropped}, hook.Waiting))
	if got := tally(); got != (hook.Tally{Waiting: 1}) {
		t.Errorf("waiting again counts as %+v", got)
	}
}
