package desk_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"creel/backend/hook"
	"creel/backend/testkit"
)

// posts keeps n requests with the bodies {"n":1}, {"n":2} … and returns their
// seqs.
func posts(rig *testkit.Rig, n int) []int64 {
	seqs := make([]int64, n)
	for i := range seqs {
		seqs[i] = rig.Post("/inbox/order", fmt.Sprintf(`{"n":%d}`, i+1))
	}
	return seqs
}

// startRun starts a run, which must be taken.
func startRun(t *testing.T, rig *testkit.Rig, o hook.RunOrder) hook.Run {
	t.Helper()
	run, err := rig.Desk.StartRun(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// ended waits until a run is at work no longer.
func ended(t *testing.T, rig *testkit.Rig, id int64) hook.Run {
	t.Helper()
	var run hook.Run
	rig.Await("run to end", func() bool {
		var err error
		if run, err = rig.Desk.Run(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		return run.State != hook.RunRunning
	})
	return run
}

func itemsOf(t *testing.T, rig *testkit.Rig, id int64, only string) []hook.RunItem {
	t.Helper()
	items, _, err := rig.Desk.RunItems(t.Context(), id, hook.ItemCursor{Limit: 1000, Only: only})
	if err != nil {
		t.Fatal(err)
	}
	return items
}

// bodies are what a target received, in its order.
func bodies(seen []testkit.Seen) string {
	all := make([]string, len(seen))
	for i, s := range seen {
		all[i] = string(s.Body)
	}
	return strings.Join(all, " ")
}

func to(url string) []hook.Place { return []hook.Place{{URL: url}} }

func wantCounts(t *testing.T, got hook.Run, state hook.RunState, want hook.RunCounts) {
	t.Helper()
	if got.State != state || got.RunCounts != want {
		t.Errorf("run is %s with %+v (%s), want %s with %+v", got.State, got.RunCounts, got.Reason, state, want)
	}
}

func TestRunSendsAFilterInOrder(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	posts(rig, 5)
	rig.Post("/inbox/other", `{}`)
	run := ended(t, rig, startRun(t, rig, hook.RunOrder{Filter: "path:/inbox/order", To: to(app.URL() + "/in")}).ID)
	wantCounts(t, run, hook.RunDone, hook.RunCounts{Total: 5, Sent: 5, Delivered: 5})
	if got, want := bodies(app.Seen()), `{"n":1} {"n":2} {"n":3} {"n":4} {"n":5}`; got != want {
		t.Errorf("the target saw %s, want %s", got, want)
	}
	if run.EndedAt.IsZero() {
		t.Error("the run has no end")
	}
	for i, it := range itemsOf(t, rig, run.ID, "") {
		d, err := rig.Store.Delivery(t.Context(), it.Delivery)
		if err != nil || d.Kind != hook.Replay || len(d.Attempts) != 1 || d.Attempts[0].ID != it.Attempt {
			t.Errorf("item %d has the delivery %+v (%v)", i, d, err)
		}
		if it.State != hook.ItemDelivered || it.Status != 200 || it.Took <= 0 || it.Changes != -1 || it.URL != app.URL()+"/in" {
			t.Errorf("item %d is %+v", i, it)
		}
	}
}

func TestRunStopsAtTheFirstFailureAndGoesOn(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	app.Script(testkit.Step{}, testkit.Step{Status: 500})
	posts(rig, 4)
	run := ended(t, rig, startRun(t, rig, hook.RunOrder{To: to(app.URL()), StopAtFirstFailure: true}).ID)
	wantCounts(t, run, hook.RunStopped, hook.RunCounts{Total: 4, Sent: 2, Delivered: 1, Failed: 1})
	if !strings.Contains(run.Reason, "request 2") || !strings.Contains(run.Reason, "500") {
		t.Errorf("the reason is %q", run.Reason)
	}
	if n := len(app.Seen()); n != 2 {
		t.Errorf("the target saw %d requests after the stop, want 2", n)
	}
	if _, err := rig.Desk.ResumeRun(t.Context(), run.ID); err != nil {
		t.Fatal(err)
	}
	run = ended(t, rig, run.ID)
	wantCounts(t, run, hook.RunDone, hook.RunCounts{Total: 4, Sent: 4, Delivered: 3, Failed: 1})
	if got, want := bodies(app.Seen()), `{"n":1} {"n":2} {"n":3} {"n":4}`; got != want {
		t.Errorf("the target saw %s, want %s", got, want)
	}
	if _, err := rig.Desk.ResumeRun(t.Context(), run.ID); hook.KindOf(err) != hook.Conflict {
		t.Errorf("a run that is done goes on: %v", err)
	}
	failed := itemsOf(t, rig, run.ID, hook.OnlyFailed)
	if len(failed) != 1 || failed[0].N != 2 || failed[0].Status != 500 {
		t.Errorf("failed items are %+v", failed)
	}
}

func TestRunIsCancelled(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	app.Script(testkit.Step{}, testkit.Step{Hang: true})
	posts(rig, 5)
	run := startRun(t, rig, hook.RunOrder{To: to(app.URL())})
	app.Await(2)
	run, err := rig.Desk.CancelRun(t.Context(), run.ID)
	if err != nil {
		t.Fatal(err)
	}
	wantCounts(t, run, hook.RunCancelled, hook.RunCounts{Total: 5, Sent: 2, Delivered: 1, Cancelled: 1})
	if n := len(app.Seen()); n != 2 {
		t.Errorf("the target saw %d requests, want 2", n)
	}
	if _, err := rig.Desk.CancelRun(t.Context(), run.ID); hook.KindOf(err) != hook.Conflict {
		t.Errorf("cancelling twice: %v", err)
	}
	if n := len(itemsOf(t, rig, run.ID, hook.OnlyPending)); n != 3 {
		t.Errorf("%d items are left, want 3", n)
	}
}

// Parallel: so many are under way at once, and no more.
func TestRunInParallel(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	gate := make(chan struct{})
	app.Usual(testkit.Step{Gate: gate})
	posts(rig, 8)
	run := startRun(t, rig, hook.RunOrder{To: to(app.URL()), Parallel: 3})
	app.Await(3)
	rig.Await("three to be under way", func() bool { return len(itemsOf(t, rig, run.ID, hook.OnlyOpen)) == 3 })
	if n := len(app.Seen()); n != 3 {
		t.Errorf("%d were sent before the first answer, want 3", n)
	}
	close(gate)
	wantCounts(t, ended(t, rig, run.ID), hook.RunDone, hook.RunCounts{Total: 8, Sent: 8, Delivered: 8})
}

func TestRunToManyPlaces(t *testing.T) {
	rig := testkit.NewRig(t)
	one, two := testkit.NewTarget(t), testkit.NewTarget(t)
	two.Usual(testkit.Step{Status: 422, Body: []byte("no")})
	if _, err := rig.Desk.CreateTarget(t.Context(), hook.Target{Name: "two", URL: two.URL()}); err != nil {
		t.Fatal(err)
	}
	seq := rig.Post("/inbox/x", `{"a":1}`)
	dead := "http://127.0.0.1:1/"
	run := startRun(t, rig, hook.RunOrder{Seqs: []int64{seq}, To: []hook.Place{{URL: one.URL()}, {Target: "two"}, {URL: dead}}, Parallel: 3})
	wantCounts(t, ended(t, rig, run.ID), hook.RunDone, hook.RunCounts{Total: 3, Sent: 3, Delivered: 1, Failed: 2})
	items := itemsOf(t, rig, run.ID, "")
	if items[0].Status != 200 || items[1].Status != 422 || items[1].URL != two.URL()+"/x" || items[2].Status != 0 || items[2].Note == "" {
		t.Errorf("items are %+v", items)
	}
}

// The loop: each request goes to where it last went, and what changed in the
// answers is told, also that there is none any more.
func TestRunTellsWhatChanged(t *testing.T) {
	rig := testkit.NewRig(t)
	app, other := testkit.NewTarget(t), testkit.NewTarget(t)
	answer := func(body string) testkit.Step {
		return testkit.Step{Headers: [][2]string{{"Content-Type", "application/json"}}, Body: []byte(body)}
	}
	seqs := posts(rig, 3)
	app.Script(answer(`{"ok":true,"id":1}`), answer(`{"ok":true,"id":2}`))
	other.Script(answer(`{}`))
	first := hook.RunOrder{Seqs: seqs[:2], To: to(app.URL())}
	ended(t, rig, startRun(t, rig, first).ID)
	ended(t, rig, startRun(t, rig, hook.RunOrder{Seqs: seqs[2:], To: to(other.URL())}).ID)

	app.Script(answer(`{"ok":true,"id":1}`), testkit.Step{Status: 500, Body: []byte("boom")})
	other.Close()
	run := ended(t, rig, startRun(t, rig, hook.RunOrder{Seqs: seqs, Last: true}).ID)
	wantCounts(t, run, hook.RunDone, hook.RunCounts{Total: 3, Sent: 3, Delivered: 1, Failed: 2, Changed: 2, Same: 1})
	items := itemsOf(t, rig, run.ID, hook.OnlyChanged)
	if len(items) != 2 || items[0].Was != 200 || items[0].Status != 500 || items[0].Against == "" || items[0].Changes < 1 ||
		items[1].Was != 200 || items[1].Status != 0 || items[1].Against == "" {
		t.Errorf("changed items are %+v", items)
	}

	// A path that is left out counts as no change.
	app.Script(answer(`{"ok":true,"id":7}`), testkit.Step{Status: 500, Body: []byte("boom")})
	run = ended(t, rig, startRun(t, rig, hook.RunOrder{Seqs: seqs[:2], Last: true, Ignore: []string{"body.id"}}).ID)
	wantCounts(t, run, hook.RunDone, hook.RunCounts{Total: 2, Sent: 2, Delivered: 1, Failed: 1, Same: 2})

	again, err := rig.Desk.RepeatRun(t.Context(), run.ID)
	if err != nil || again.ID == run.ID || again.Total != 2 || !again.Order.Last {
		t.Errorf("run again is %+v, %v", again, err)
	}
	ended(t, rig, again.ID)
}

func TestRunRepeatsAndDoubles(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	seqs := posts(rig, 2)
	run := ended(t, rig, startRun(t, rig, hook.RunOrder{Seqs: seqs, To: to(app.URL()), Times: 3}).ID)
	wantCounts(t, run, hook.RunDone, hook.RunCounts{Total: 6, Sent: 6, Delivered: 6, Same: 4})
	if got, want := bodies(app.Seen()), `{"n":1} {"n":1} {"n":1} {"n":2} {"n":2} {"n":2}`; got != want {
		t.Errorf("the target saw %s, want %s", got, want)
	}

	// A duplicate does not wait for the answer to the first.
	gate := make(chan struct{})
	app.Usual(testkit.Step{Gate: gate})
	run = startRun(t, rig, hook.RunOrder{Seqs: seqs, To: to(app.URL()), Duplicate: true})
	if got, want := bodies(app.Await(8)[6:]), `{"n":1} {"n":1}`; got != want {
		t.Errorf("together came %s, want %s", got, want)
	}
	close(gate)
	wantCounts(t, ended(t, rig, run.ID), hook.RunDone, hook.RunCounts{Total: 4, Sent: 4, Delivered: 4, Same: 4})
}

func TestShuffledRunSendsEachOnce(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	posts(rig, 30)
	run := ended(t, rig, startRun(t, rig, hook.RunOrder{To: to(app.URL()), Shuffle: true}).ID)
	wantCounts(t, run, hook.RunDone, hook.RunCounts{Total: 30, Sent: 30, Delivered: 30})
	times, sorted := map[int64]int{}, true
	items := itemsOf(t, rig, run.ID, "")
	for i, it := range items {
		times[it.Request]++
		sorted = sorted && (i == 0 || it.Request > items[i-1].Request)
	}
	if len(times) != 30 || sorted {
		t.Errorf("shuffled to %v (in order: %t)", times, sorted)
	}
}

// What cannot be sent fails with its reason, and the others are sent.
func TestRunPassesOverWhatCannotBeSent(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	rig.Raw("POST /inbox HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\nConnection: close\r\n\r\n")
	seqs := posts(rig, 2)
	if _, err := rig.Desk.TrashOne(t.Context(), seqs[0]); err != nil {
		t.Fatal(err)
	}
	run := ended(t, rig, startRun(t, rig, hook.RunOrder{Seqs: []int64{seqs[0] - 1, seqs[0], seqs[1]}, To: to(app.URL())}).ID)
	wantCounts(t, run, hook.RunDone, hook.RunCounts{Total: 3, Sent: 3, Delivered: 1, Failed: 2})
	for _, it := range itemsOf(t, rig, run.ID, hook.OnlyFailed) {
		if it.Note == "" || it.Delivery != "" || it.Attempt != "" {
			t.Errorf("an item that cannot be sent is %+v", it)
		}
	}
	run = ended(t, rig, startRun(t, rig, hook.RunOrder{Seqs: seqs[1:], Last: true}).ID)
	wantCounts(t, run, hook.RunDone, hook.RunCounts{Total: 1, Sent: 1, Delivered: 1, Same: 1})
}

func TestRunsThatMakeNoSense(t *testing.T) {
	rig := testkit.NewRig(t)
	rig.Post("/inbox", "{}")
	at := to("http://127.0.0.1:1")
	for name, c := range map[string]struct {
		order hook.RunOrder
		field string
		kind  hook.FaultKind
	}{
		"nowhere":         {hook.RunOrder{}, "to", hook.Invalid},
		"two wheres":      {hook.RunOrder{To: at, Last: true}, "to", hook.Invalid},
		"no target":       {hook.RunOrder{To: []hook.Place{{Target: "x"}}}, "to", hook.NotFound},
		"bad url":         {hook.RunOrder{To: to("ftp://x")}, "to", hook.Invalid},
		"nothing matches": {hook.RunOrder{To: at, Filter: "method:PUT"}, "filter", hook.Invalid},
		"bad filter":      {hook.RunOrder{To: at, Filter: "size:x"}, "", hook.Invalid},
		"too parallel":    {hook.RunOrder{To: at, Parallel: 33}, "parallel", hook.Invalid},
		"too fast":        {hook.RunOrder{To: at, RatePerSecond: 5000}, "ratePerSecond", hook.Invalid},
		"negative delay":  {hook.RunOrder{To: at, DelayMs: -1}, "delayMs", hook.Invalid},
		"too often":       {hook.RunOrder{To: at, Times: 101}, "times", hook.Invalid},
		"bad ignore":      {hook.RunOrder{To: at, Ignore: []string{"["}}, "ignore", hook.Invalid},
		"no provider":     {hook.RunOrder{To: at, Simulate: "nobody"}, "simulate", hook.Invalid},
		"simulate twice":  {hook.RunOrder{To: at, Simulate: "slack", Times: 2}, "simulate", hook.Invalid},
	} {
		_, err := rig.Desk.StartRun(t.Context(), c.order)
		var f *hook.Fault
		if !errors.As(err, &f) || f.Kind != c.kind || c.field != "" && f.Field != c.field {
			t.Errorf("%s: %v, want %s at %q", name, err, c.kind, c.field)
		}
	}
	if runs, err := rig.Desk.Runs(t.Context(), 10); err != nil || len(runs) != 0 {
		t.Errorf("refused runs were recorded: %v, %v", runs, err)
	}
}

// Creel is closed in the middle of a run: what was in the outbox is sent after
// the start, the rest only when the person says so.
func TestRunAfterARestart(t *testing.T) {
	dir := t.TempDir()
	rig := testkit.RigOn(t, dir, "127.0.0.1:0")
	app := testkit.NewTarget(t)
	app.Script(testkit.Step{}, testkit.Step{Hang: true})
	posts(rig, 4)
	id := startRun(t, rig, hook.RunOrder{To: to(app.URL())}).ID
	app.Await(2)
	rig.Close()

	rig = testkit.RigOn(t, dir, "127.0.0.1:0")
	app.Await(3)
	var run hook.Run
	rig.Await("the open item to be recorded", func() bool {
		run, _ = rig.Desk.Run(t.Context(), id)
		return run.Done() == 2
	})
	wantCounts(t, run, hook.RunInterrupted, hook.RunCounts{Total: 4, Sent: 2, Delivered: 2})
	if run.Reason == "" {
		t.Error("no reason is told")
	}
	rig.Await("the run to rest", func() bool {
		_, err := rig.Desk.ResumeRun(t.Context(), id)
		return err == nil
	})
	wantCounts(t, ended(t, rig, id), hook.RunDone, hook.RunCounts{Total: 4, Sent: 4, Delivered: 4})
	if got, want := bodies(app.Seen()), `{"n":1} {"n":2} {"n":2} {"n":3} {"n":4}`; got != want {
		t.Errorf("the target saw %s, want %s", got, want)
	}
}

func TestRunIsForgotten(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	seq := posts(rig, 1)[0]
	run := ended(t, rig, startRun(t, rig, hook.RunOrder{To: to(app.URL())}).ID)
	if err := rig.Desk.DeleteRun(t.Context(), run.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := rig.Desk.Run(t.Context(), run.ID); hook.KindOf(err) != hook.NotFound {
		t.Errorf("the run is still there: %v", err)
	}
	if ds := deliveries(t, rig, seq); len(ds) != 1 {
		t.Errorf("%d deliveries are left, want 1", len(ds))
	}
}

// Two who go on with a run at once do not both send it.
func TestARunIsGoneOnWithOnce(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	seqs := posts(rig, 3)
	for round := range 10 {
		app.Script(testkit.Step{Status: 500})
		run := ended(t, rig, startRun(t, rig, hook.RunOrder{Seqs: seqs, To: to(app.URL()), StopAtFirstFailure: true}).ID)
		taken := make(chan bool)
		for range 2 {
			go func() {
				_, err := rig.Desk.ResumeRun(t.Context(), run.ID)
				if err != nil && hook.KindOf(err) != hook.Conflict {
					t.Error(err)
				}
				taken <- err == nil
			}()
		}
		if a, b := <-taken, <-taken; a && b {
			t.Error("both went on with it")
		}
		if run = ended(t, rig, run.ID); run.State != hook.RunDone || run.Sent != 3 || run.Delivered != 2 {
			t.Errorf("the run ended as %+v", run)
		}
		if n := len(app.Seen()); n != 3*(round+1) {
			t.Fatalf("round %d: %d sent, want %d", round, n, 3*(round+1))
		}
	}
}
