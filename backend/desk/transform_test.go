package desk_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"creel/backend/desk"
	"creel/backend/hook"
	"creel/backend/testkit"
)

func transforming(app *testkit.Target, source string) hook.Target {
	return hook.Target{Name: "app", URL: app.URL(), Transform: source, Policy: hook.Policy{WaitsMs: []int64{0, 1, 1, 1}}}
}

// A retry sends what the first try sent, though the transform would make
// something else by now.
func TestWhatATransformMadeIsFrozen(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	app.Script(testkit.Step{Status: 500}, testkit.Step{Status: 500})
	aim(t, rig, transforming(app, "function transform(r) { r.json.at = Math.random(); return r }"), "")
	seq := rig.Post("/a", "{}")
	seen := app.Await(3)
	ds := done(t, rig, seq)
	if len(ds) != 1 || ds[0].State != hook.Delivered || len(ds[0].Attempts) != 3 {
		t.Fatalf("%+v", ds)
	}
	for _, s := range seen {
		if string(s.Raw()) != string(seen[0].Raw()) || !strings.HasPrefix(string(s.Body), `{"at":0.`) {
			t.Errorf("sent %q after %q", s.Raw(), seen[0].Raw())
		}
	}
}

// Several requests are several deliveries, made once, each with its own id and
// its own tries.
func TestSeveralRequestsAreSeveralDeliveries(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	app.Script(testkit.Step{Status: 500})
	aim(t, rig, transforming(app, "function transform(r) { return r.json.map((n) => ({ ...r, json: n, method: 'PUT' })) }"), "")
	seq := rig.Post("/a", "[1,2,3]")
	app.Await(4)
	ds := done(t, rig, seq)
	ids, bodies := map[string]bool{}, []string{}
	for _, d := range ds {
		ids[d.ID] = true
		bodies = append(bodies, string(d.Draft.Body))
		if d.State != hook.Delivered || d.Kind != hook.Forward || d.Target != "app" {
			t.Errorf("%+v", d)
		}
	}
	slices.Sort(bodies)
	if len(ids) != 3 || !slices.Equal(bodies, []string{"1", "2", "3"}) || len(app.Seen()) != 4 {
		t.Errorf("%d ids, bodies %q, %d sent", len(ids), bodies, len(app.Seen()))
	}
}

// What a crash between freezing and sending leaves is a claimed delivery with
// its draft: prepared again it sends the same, and makes no more deliveries.
func TestPreparingAgainMultipliesNothing(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	gate := make(chan struct{})
	app.Usual(testkit.Step{Gate: gate})
	target := transforming(app, "function transform(r) { return [1, 2].map((n) => ({ ...r, body: n + ' ' + Math.random() })) }")
	aim(t, rig, target, "")
	seq := rig.Post("/a", "{}")
	app.Await(2)
	before := deliveries(t, rig, seq)
	for _, d := range before {
		for _, stale := range []bool{false, true} {
			again := d
			if stale {
				again.Draft = nil // as it was read before it was frozen
			}
			p, err := rig.Desk.Prepare(t.Context(), again, &target)
			if err != nil || p.Draft == nil || string(p.Draft.Body) != string(d.Draft.Body) {
				t.Errorf("%v, %+v after %s", err, p.Draft, d.Draft.Body)
			}
		}
	}
	close(gate)
	if after := done(t, rig, seq); len(before) != 2 || len(after) != 2 || len(app.Seen()) != 2 {
		t.Errorf("%d deliveries, then %d, %d sent", len(before), len(after), len(app.Seen()))
	}
}

func TestADroppedOrFailedTransformCanBeTriedAgain(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	for _, c := range []struct {
		source string
		state  hook.DeliveryState
		kind   hook.ErrorClass
	}{
		{"function transform() { return null }", hook.Dropped, hook.ErrDropped},
		{"function transform(r) { return r.no.way }", hook.Failed, hook.ErrTransform},
		{"function transform(r) { return 'x'.repeat(1e9) + r }", hook.Failed, hook.ErrTransform},
		{"function transform(r) { return { url: 'http://elsewhere.example/' } }", hook.Failed, hook.ErrTransform},
	} {
		target := transforming(app, c.source)
		target.Name = fmt.Sprintf("app %d", len(rig.Desk.Targets()))
		if _, err := rig.Desk.CreateTarget(t.Context(), target); err != nil {
			t.Fatal(err)
		}
		seq := rig.Post("/a", "{}")
		if _, err := rig.Desk.Replay(t.Context(), seq, desk.ReplayOrder{Target: target.Name, Retry: true}); err != nil {
			t.Fatal(err)
		}
		d := done(t, rig, seq)[0]
		if d.State != c.state || len(d.Attempts) != 1 || d.Attempts[0].Err == nil || d.Attempts[0].Err.Kind != c.kind {
			t.Fatalf("%s: %+v", c.source, d)
		}
		sent := len(app.Seen())
		if _, err := rig.Desk.ChangeTarget(t.Context(), target.Name, func(t *hook.Target) { t.Transform = "const transform = (r) => r" }); err != nil {
			t.Fatal(err)
		}
		if _, err := rig.Desk.Retry(t.Context(), d.ID); err != nil {
			t.Fatal(err)
		}
		app.Await(sent + 1)
		if d := done(t, rig, seq)[0]; d.State != hook.Delivered || len(d.Attempts) != 2 {
			t.Errorf("after mending: %+v", d)
		}
	}
}

func TestAnEditedRequestIsTransformedAsEdited(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	if _, err := rig.Desk.CreateTarget(t.Context(), transforming(app, "function transform(r) { r.body += '!'; return r }")); err != nil {
		t.Fatal(err)
	}
	seq := rig.Post("/a", "arrived")
	body, headers := []byte("edited"), hook.Headers{{Name: "X-Edited", Value: "yes"}}
	if _, err := rig.Desk.Replay(t.Context(), seq, desk.ReplayOrder{Target: "app", Edits: &desk.Edits{Body: &body, Headers: &headers}}); err != nil {
		t.Fatal(err)
	}
	got := app.Await(1)[0]
	if string(got.Body) != "edited!" || !strings.Contains(string(got.Head), "X-Edited: yes") || strings.Contains(string(got.Head), "Content-Type") {
		t.Errorf("sent %q", got.Raw())
	}
	if d := done(t, rig, seq)[0]; !d.Draft.Edited || !d.Draft.Transformed {
		t.Errorf("%+v", d.Draft)
	}
}

// A target that moved is where its transform's requests go.
func TestATransformSeesWhereTheTargetIsNow(t *testing.T) {
	rig := testkit.NewRig(t)
	app, moved := testkit.NewTarget(t), testkit.NewTarget(t)
	gate := make(chan struct{})
	app.Usual(testkit.Step{Gate: gate})
	target := transforming(app, "function transform(r) { r.headers.set('X-Url', r.url); return r }")
	target.Policy.InOrder = true
	aim(t, rig, target, "")
	rig.Post("/a", "{}")
	app.Await(1)
	seq := rig.Post("/b?x", "{}")
	if _, err := rig.Desk.ChangeTarget(t.Context(), "app", func(t *hook.Target) { t.URL = moved.URL() + "/new" }); err != nil {
		t.Fatal(err)
	}
	close(gate)
	got := moved.Await(1)[0]
	if got.Lines()[0] != "POST /new/b?x HTTP/1.1" || !strings.Contains(string(got.Head), "X-Url: "+moved.URL()+"/new/b?x\r\n") {
		t.Errorf("sent %q", got.Raw())
	}
	done(t, rig, seq)
}

func TestLeavingATrialEndsIt(t *testing.T) {
	rig := testkit.NewRig(t)
	seq := rig.Post("/a", "{}")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := rig.Desk.TryTransform(ctx, desk.Trial{Source: "function transform() { for (;;); }", Request: seq}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// What a transform writes with console.log is kept with the delivery it made,
// with one that it failed or dropped, and not with what it made beside it.
func TestWhatATransformWritesIsKept(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	app.Script(testkit.Step{Status: 500})
	aim(t, rig, transforming(app, `function transform(r) {
		console.log("order", r.json.id, { paid: true });
		console.warn("twice");
		if (r.json.id === 2) throw new Error("no such order");
		return r.json.id === 3 ? null : [r, r];
	}`), "")
	want := func(id int) []string { return []string{fmt.Sprintf(`order %d {"paid":true}`, id), "twice"} }
	for id, n := range map[int]int{1: 2, 2: 1, 3: 1} {
		ds := done(t, rig, rig.Post("/a", fmt.Sprintf(`{"id":%d}`, id)))
		said := 0
		for _, d := range ds {
			if len(d.Logs) > 0 {
				said++
				if !slices.Equal(d.Logs, want(id)) {
					t.Errorf("order %d wrote %q, want %q", id, d.Logs, want(id))
				}
			}
		}
		if len(ds) != n || said != 1 {
			t.Errorf("order %d: %d deliveries, %d of which say what was written", id, len(ds), said)
		}
	}
}
