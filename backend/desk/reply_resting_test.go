package desk_test

import (
	"net/http"
	"strings"
	"testing"

	"creel/backend/hook"
	"creel/backend/testkit"
)

// sendSoon sends in the background; the answer is its status and body.
func sendSoon(rig *testkit.Rig, path string) <-chan string {
	got := make(chan string, 1)
	request := "POST " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx"
	go func() { got <- rig.Raw(request) }()
	return got
}

// oneAtATime has the target that answers inbox take one request at once.
func oneAtATime(t *testing.T, rig *testkit.Rig) {
	t.Helper()
	if _, err := rig.Desk.ChangeTarget(t.Context(), "local, app", func(t *hook.Target) { t.Policy.InOrder = true }); err != nil {
		t.Fatal(err)
	}
}

// A sender is not kept waiting for a target that nothing is sent to for now.
func TestARestingTargetIsNotWaitedFor(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	app.Usual(testkit.Step{Status: 500, Body: []byte("broken")})
	passing(t, rig, app.URL(), 30_000)
	for range 10 {
		if resp, body := send(t, rig, "/inbox", "x"); resp.StatusCode != 500 || body != "broken" {
			t.Fatalf("%s %s", resp.Status, body)
		}
	}
	rig.Await("the target to rest", func() bool { return rig.Desk.Breaker("local, app").State == hook.BreakerOpen })
	resp, body := send(t, rig, "/inbox", "x")
	if resp.StatusCode != http.StatusBadGateway || !strings.Contains(body, "it failed 10 times in a row, so nothing is sent to it until it is tried again at ") {
		t.Errorf("%s %s", resp.Status, body)
	}
	told(t, rig, 11, 502, "fallback:resting")
	answers(t, rig, func(r *hook.Reply) {
		r.Status, r.Body, r.Pass.Fallback = 202, "taken as {{seq}}", hook.FallbackReply
	})
	if resp, body := send(t, rig, "/inbox", "x"); resp.StatusCode != 202 || body != "taken as 12" {
		t.Errorf("%s %s", resp.Status, body)
	}
	told(t, rig, 12, 202, "fallback:resting")
	if n := len(app.Seen()); n != 10 {
		t.Errorf("the target saw %d requests, want 10: one was sent while it rested", n)
	}
	// What was owed meanwhile is sent once it is tried again.
	app.Usual(testkit.Step{})
	if err := rig.Desk.TryTarget("local, app"); err != nil {
		t.Fatal(err)
	}
	for _, seq := range []int64{11, 12} {
		if ds := done(t, rig, seq); ds[0].State != hook.Delivered {
			t.Errorf("delivery %+v", ds[0])
		}
	}
}

// Those who wait already are told when the target comes to rest, but the one
// whose request is on its way gets its answer.
func TestWhoWaitsLearnsThatTheTargetRests(t *testing.T) {
	rig := testkit.NewRig(t)
	app, gate := testkit.NewTarget(t), make(chan struct{})
	for range 9 {
		app.Script(testkit.Step{Status: 500})
	}
	app.Script(testkit.Step{Status: 503, Gate: gate, Body: []byte("the tenth")})
	passing(t, rig, app.URL(), 30_000)
	oneAtATime(t, rig)
	for range 9 {
		if resp, _ := send(t, rig, "/inbox", "x"); resp.StatusCode != 500 {
			t.Fatal(resp.Status)
		}
	}
	tenth := sendSoon(rig, "/inbox")
	app.Await(10)
	behind := sendSoon(rig, "/inbox")
	rig.Await("the next one to be kept", func() bool { _, err := rig.Desk.Row(t.Context(), 11); return err == nil })
	close(gate)
	if got := <-tenth; !strings.HasPrefix(got, "HTTP/1.1 503 ") || !strings.Contains(got, "the tenth") {
		t.Errorf("%q", got)
	}
	if got := <-behind; !strings.HasPrefix(got, "HTTP/1.1 502 ") || !strings.Contains(got, "failed 10 times in a row") {
		t.Errorf("%q", got)
	}
	told(t, rig, 11, 502, "fallback:resting")
	if n := len(app.Seen()); n != 10 {
		t.Errorf("the target saw %d requests, want 10", n)
	}
}

// A delivery that is given up before it was tried has no answer to wait for.
func TestWhoWaitsForACancelledDeliveryIsAnswered(t *testing.T) {
	rig := testkit.NewRig(t)
	app, gate := testkit.NewTarget(t), make(chan struct{})
	app.Script(testkit.Step{Gate: gate, Body: []byte("the first")})
	passing(t, rig, app.URL(), 30_000)
	oneAtATime(t, rig)
	first := sendSoon(rig, "/inbox")
	app.Await(1)
	waiting := func(seq int64) (<-chan string, hook.Delivery) {
		got := sendSoon(rig, "/inbox")
		rig.Await("it to be kept", func() bool { _, err := rig.Desk.Row(t.Context(), seq); return err == nil })
		ds, err := rig.Desk.Deliveries(t.Context(), seq)
		if err != nil || len(ds) != 1 {
			t.Fatalf("%d deliveries (%v)", len(ds), err)
		}
		return got, ds[0]
	}
	byHand, d := waiting(2)
	if _, err := rig.Desk.Cancel(t.Context(), d.ID); err != nil {
		t.Fatal(err)
	}
	if got := <-byHand; !strings.HasPrefix(got, "HTTP/1.1 502 ") || !strings.Contains(got, "its delivery was cancelled") {
		t.Errorf("%q", got)
	}
	told(t, rig, 2, 502, "fallback:cancelled")
	withTarget, _ := waiting(3)
	if err := rig.Desk.DeleteTarget(t.Context(), "local, app"); err != nil {
		t.Fatal(err)
	}
	if got := <-withTarget; !strings.Contains(got, "the target was deleted") {
		t.Errorf("%q", got)
	}
	close(gate)
	if got := <-first; !strings.Contains(got, "the first") {
		t.Errorf("what was on its way was not passed on: %q", got)
	}
}
