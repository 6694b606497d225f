package store_test

import (
	"fmt"
	"testing"
	"time"

	"creel/backend/hook"

	"github.com/google/go-cmp/cmp"
)

func (r *rig) run(id int64) hook.Run {
	r.t.Helper()
	run, err := r.Run(ctx, id)
	r.must(err)
	return run
}

func (r *rig) items(run int64, cur hook.ItemCursor) []hook.RunItem {
	r.t.Helper()
	if cur.Limit == 0 {
		cur.Limit = 1000
	}
	items, err := r.Items(ctx, run, cur)
	r.must(err)
	return items
}

func nsOf(items []hook.RunItem) []int64 {
	ns := []int64{}
	for _, i := range items {
		ns = append(ns, i.N)
	}
	return ns
}

// newRun records a run of these requests to a URL.
func (r *rig) newRun(seqs ...int64) int64 {
	r.t.Helper()
	run, err := r.AddRun(ctx, hook.Run{State: hook.RunPlanning, Order: hook.RunOrder{Seqs: seqs, To: []hook.Place{{URL: "http://a/"}}}})
	r.must(err)
	items := make([]hook.RunItem, len(seqs))
	for i, seq := range seqs {
		items[i] = hook.RunItem{Request: seq, Repeat: 1}
	}
	r.must(r.AddItems(ctx, run.ID, items))
	r.must(r.SetRun(ctx, run.ID, hook.RunRunning, ""))
	return run.ID
}

// sendItem puts one item in the outbox and returns its delivery.
func (r *rig) sendItem(run, n, seq int64) string {
	r.t.Helper()
	ds := []hook.Delivery{{ID: fmt.Sprintf("d%d-%d", run, n), Request: seq, URL: "http://a/", Kind: hook.Replay}}
	r.must(r.SendItems(ctx, run, []int64{n}, ds))
	return ds[0].ID
}

// settleItem records one item and returns its outcome as it was completed.
func (r *rig) settleItem(run, n int64, state hook.ItemState, o hook.RunOutcome) hook.RunOutcome {
	r.t.Helper()
	items := []hook.SettledItem{{N: n, State: state, RunOutcome: o}}
	r.must(r.SettleItems(ctx, run, items))
	return items[0].RunOutcome
}

func runs(t *testing.T, r *rig) {
	r.fill(3)
	id := r.newRun(1, 2, 3)
	want := hook.Run{ID: id, Order: hook.RunOrder{Seqs: []int64{1, 2, 3}, To: []hook.Place{{URL: "http://a/"}}},
		State: hook.RunRunning, CreatedAt: r.clock.now(), RunCounts: hook.RunCounts{Total: 3}}
	if d := cmp.Diff(want, r.run(id)); d != "" {
		t.Errorf("run differs (-want +got):\n%s", d)
	}
	rev := r.Change().Rev
	delivery := r.sendItem(id, 2, 2)
	if now := r.Change().Rev; now <= rev {
		t.Error("sending an item is no news")
	}
	if row := r.row(2); row.Waiting != 1 {
		t.Errorf("the request has %d deliveries waiting, want 1", row.Waiting)
	}
	r.wants(hook.Conflict, r.SendItems(ctx, id, []int64{2}, []hook.Delivery{{ID: "twice", Request: 2, URL: "http://a/", Kind: hook.Replay}}))
	if row := r.row(2); row.Waiting != 1 {
		t.Errorf("a refused item left %d deliveries waiting, want 1", row.Waiting)
	}
	r.wants(hook.NotFound, r.SendItems(ctx, id, []int64{3}, []hook.Delivery{{ID: "gone", Request: 9, URL: "http://a/", Kind: hook.Replay}}))
	if open := r.items(id, hook.ItemCursor{Only: hook.OnlyOpen}); len(open) != 1 || open[0].Delivery != delivery || open[0].URL != "http://a/" {
		t.Errorf("open items are %+v", open)
	}

	rev = r.Change().Rev
	o := r.settleItem(id, 2, hook.ItemDelivered, hook.RunOutcome{Attempt: "a", Status: 200, Took: 1500 * time.Microsecond, Changes: 0})
	if now := r.Change().Rev; now <= rev || o.Was != 0 {
		t.Errorf("settling an item is no news, or was %d", o.Was)
	}
	r.must(r.SettleItems(ctx, id, []hook.SettledItem{
		{N: 2, State: hook.ItemFailed, RunOutcome: hook.RunOutcome{Changes: -1}},               // it has ended
		{N: 1, State: hook.ItemFailed, RunOutcome: hook.RunOutcome{Changes: -1, Note: "gone"}}, // never in the outbox
	}))
	if d := cmp.Diff(hook.RunCounts{Total: 3, Sent: 2, Delivered: 1, Failed: 1, Same: 1}, r.run(id).RunCounts); d != "" {
		t.Errorf("counts differ (-want +got):\n%s", d)
	}
	if i := r.items(id, hook.ItemCursor{})[1]; i.Took != 1500*time.Microsecond || i.State != hook.ItemDelivered || i.Attempt != "a" {
		t.Errorf("the item is %+v", i)
	}
	for only, want := range map[string][]int64{"": {1, 2, 3}, hook.OnlyFailed: {1}, hook.OnlyPending: {3}, hook.OnlyChanged: {}, hook.OnlyOpen: {}} {
		if d := cmp.Diff(want, nsOf(r.items(id, hook.ItemCursor{Only: only}))); d != "" {
			t.Errorf("items %q differ (-want +got):\n%s", only, d)
		}
	}
	if d := cmp.Diff([]int64{3}, nsOf(r.items(id, hook.ItemCursor{After: 1, Offset: 1, Limit: 1}))); d != "" {
		t.Errorf("page differs (-want +got):\n%s", d)
	}
	r.clock.add(time.Minute)
	r.must(r.SetRun(ctx, id, hook.RunStopped, "why"))
	if run := r.run(id); run.State != hook.RunStopped || run.Reason != "why" || !run.EndedAt.Equal(r.clock.now()) {
		t.Errorf("the run ended as %+v", run)
	}
	r.wants(hook.NotFound, r.SetRun(ctx, 99, hook.RunDone, ""))
	if _, err := r.Run(ctx, 99); hook.KindOf(err) != hook.NotFound {
		t.Errorf("a run that never was: %v", err)
	}
}

// The answer before is found, also when there is none now.
func runLooksBack(t *testing.T, r *rig) {
	r.keep()
	answer := func(delivery, id string, status int, against string) {
		r.claim(9)
		to := hook.Delivered
		if status == 0 {
			to = hook.Failed
		}
		r.must(r.Finish(ctx, hook.Attempt{ID: id, Delivery: delivery, StartedAt: r.clock.now(), URL: "http://a/", Status: status, Changes: -1, Against: against}, to, time.Time{}))
		r.clock.add(time.Second)
	}
	answer(r.owe(1, "http://a/"), "first", 201, "")
	id := r.newRun(1, 1)
	answer(r.sendItem(id, 1, 1), "second", 500, "first")
	o := r.settleItem(id, 1, hook.ItemFailed, hook.RunOutcome{Attempt: "second", Status: 500, Changes: 2, Against: "first"})
	if o.Was != 201 {
		t.Errorf("was %d, want 201", o.Was)
	}
	answer(r.sendItem(id, 2, 1), "third", 0, "")
	o = r.settleItem(id, 2, hook.ItemFailed, hook.RunOutcome{Attempt: "third", Changes: -1})
	if o.Was != 500 || o.Against != "second" || !o.IsChanged() {
		t.Errorf("without an answer: %+v", o)
	}
	if run := r.run(id); run.Changed != 2 || run.Failed != 2 {
		t.Errorf("counts are %+v", run.RunCounts)
	}
	if p, err := r.LastPlace(ctx, 1); err != nil || p != (hook.Place{URL: "http://a/"}) {
		t.Errorf("last place is %+v, %v", p, err)
	}
	if _, err := r.LastPlace(ctx, 2); hook.KindOf(err) != hook.NotFound {
		t.Errorf("last place of nothing: %v", err)
	}
}

func runRestart(t *testing.T, r *rig) {
	r.fill(2)
	working, idle := r.newRun(1, 2), r.newRun(1)
	r.sendItem(working, 1, 1)
	half, err := r.AddRun(ctx, hook.Run{State: hook.RunPlanning})
	r.must(err)
	r.must(r.AddItems(ctx, half.ID, []hook.RunItem{{Request: 1}}))
	done := r.newRun(2)
	r.must(r.SetRun(ctx, done, hook.RunDone, ""))
	r.reopen()
	open, err := r.InterruptRuns(ctx, "closed")
	r.must(err)
	if d := cmp.Diff([]int64{working}, open); d != "" {
		t.Errorf("open runs differ (-want +got):\n%s", d)
	}
	for id, want := range map[int64]hook.RunState{working: hook.RunInterrupted, idle: hook.RunInterrupted, done: hook.RunDone} {
		if got := r.run(id).State; got != want {
			t.Errorf("run %d is %s, want %s", id, got, want)
		}
	}
	if _, err := r.Run(ctx, half.ID); hook.KindOf(err) != hook.NotFound {
		t.Errorf("a run whose items were not all listed is there: %v", err)
	}
}

func runsAreForgotten(t *testing.T, r *rig) {
	r.keep()
	first := r.newRun(1)
	for range 200 {
		run, err := r.AddRun(ctx, hook.Run{State: hook.RunDone})
		r.must(err)
		r.must(r.SetRun(ctx, run.ID, hook.RunDone, ""))
	}
	if r.run(first).State != hook.RunRunning {
		t.Error("a run at work was forgotten")
	}
	r.must(r.SetRun(ctx, first, hook.RunDone, ""))
	_, err := r.AddRun(ctx, hook.Run{State: hook.RunPlanning})
	r.must(err)
	if _, err := r.Run(ctx, first); hook.KindOf(err) != hook.NotFound {
		t.Errorf("the oldest of too many runs is there: %v", err)
	}
	if left := r.items(first, hook.ItemCursor{}); len(left) != 0 {
		t.Errorf("it left %d items", len(left))
	}
	all, err := r.Runs(ctx, 500)
	r.must(err)
	if len(all) != 201 || all[0].ID < all[1].ID {
		t.Errorf("%d runs are left", len(all))
	}
}

func seqsOldestFirst(t *testing.T, r *rig) {
	r.fill(5)
	r.keep(body("other"))
	got, err := r.Seqs(ctx, parse(t, "-body:other"), 100)
	r.must(err)
	if d := cmp.Diff([]int64{1, 2, 3, 4, 5}, got); d != "" {
		t.Errorf("seqs differ (-want +got):\n%s", d)
	}
	got, err = r.Seqs(ctx, nil, 2)
	r.must(err)
	if d := cmp.Diff([]int64{5, 6}, got); d != "" {
		t.Errorf("the newest two differ (-want +got):\n%s", d)
	}
}
