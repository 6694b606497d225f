package desk_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"creel/backend/hook"
	"creel/backend/testkit"
)

// forwards has inbox forward to a target and returns its name.
func forwards(t *testing.T, rig *testkit.Rig, target hook.Target) {
	t.Helper()
	if _, err := rig.Desk.CreateTarget(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	_, err := rig.Desk.ChangeEndpoint(t.Context(), hook.Inbox, func(e *hook.Endpoint) { e.Targets = append(e.Targets, target.Name) })
	if err != nil {
		t.Fatal(err)
	}
}

// tried waits until the newest delivery of a request has an attempt.
func tried(t *testing.T, rig *testkit.Rig, seq int64) hook.Delivery {
	t.Helper()
	var last hook.Delivery
	rig.Await(fmt.Sprintf("a try of request %d", seq), func() bool {
		ds, err := rig.Desk.Deliveries(t.Context(), seq)
		if err != nil {
			t.Fatal(err)
		}
		if len(ds) == 0 || len(ds[0].Attempts) == 0 {
			return false
		}
		last = ds[0]
		return true
	})
	return last
}

// Fault 19: bytes that are no text arrive at the target as they came, and are
// kept so.
func TestOddBytesGoOnAsTheyCame(t *testing.T) {
	rig := testkit.NewRig(t)
	target := testkit.NewTarget(t)
	forwards(t, rig, hook.Target{Name: "app", URL: target.URL(), Policy: hook.Policy{InOrder: true}})
	bodies := [][]byte{
		{0xff, 0xfe, 'a', 0, 'b', 0}, {0xef, 0xbb, 0xbf, '{', '}'}, {0, 1, 2, 0}, {0xc3, 0x28}, {0xed, 0xa0, 0x80},
		[]byte("a\r\n\r\nGET / HTTP/1.1\r\n\r\n"), bytes.Repeat([]byte{0x80}, 70_000),
	}
	for _, body := range bodies {
		resp, err := http.Post(rig.CatchURL()+"/inbox", "application/octet-stream", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	for i, seen := range target.Await(len(bodies)) {
		if !bytes.Equal(seen.Body, bodies[i]) {
			t.Errorf("body %d arrived as %.60q, want %.60q", i+1, seen.Body, bodies[i])
		}
		var detail struct{ SHA256 string }
		rig.Call("GET", fmt.Sprintf("/api/v1/requests/%d", i+1), nil, &detail, 200)
		if want := sha256.Sum256(bodies[i]); detail.SHA256 != hex.EncodeToString(want[:]) {
			t.Errorf("body %d is kept with the sum %s", i+1, detail.SHA256)
		}
	}
}

// Fault 68: Creel's own catch URL as a target goes round once, whether it is
// named itself or reached by way of another server.
func TestOwnCatchURLAsATargetDoesNotGoRound(t *testing.T) {
	rig := testkit.NewRig(t)
	forwards(t, rig, hook.Target{Name: "self", URL: rig.CatchURL() + "/inbox"})
	seq := rig.Post("/inbox", "{}")
	d := tried(t, rig, seq)
	if a := d.Attempts[0]; a.Err == nil || a.Err.Kind != hook.ErrLoop || d.State != hook.Failed {
		t.Errorf("it is %s: %+v", d.State, a.Err)
	}
	// A server that sends everything back, mark and all.
	back := testkit.NewTarget(t)
	forwards(t, rig, hook.Target{Name: "mirror", URL: back.URL()})
	rig.Post("/inbox", "{}")
	seen := back.Await(1)[0]
	for _, line := range seen.Lines() {
		if id, ok := strings.CutPrefix(line, hook.DeliveryHeader+": "); ok {
			rig.Raw("POST /inbox HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + hook.DeliveryHeader + ": " + id + "\r\nContent-Length: 2\r\n\r\n{}")
		}
	}
	u, err := rig.Desk.Usage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ds, err := rig.Desk.Deliveries(t.Context(), 3)
	if err != nil || u.Requests != 3 || len(ds) != 0 {
		t.Errorf("%d requests, and what came back is owed %d times (%v)", u.Requests, len(ds), err)
	}
}

// Fault 61: an answer that drips, and one without an end, take their place no
// longer than the target's limit, and hold up nobody behind them for good.
func TestEndlessAnswersGiveTheirPlaceBack(t *testing.T) {
	rig := testkit.NewRig(t)
	target := testkit.NewTarget(t)
	gate := make(chan struct{})
	t.Cleanup(func() { close(gate) })
	target.Script(
		testkit.Step{Hang: true},
		testkit.Step{Raw: []byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ndrip")}, // and no more
		testkit.Step{Raw: []byte(strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 1000))},
	)
	forwards(t, rig, hook.Target{Name: "app", URL: target.URL(), TimeoutMs: 200, Policy: hook.Policy{InOrder: true, Attempts: 1}})
	for range 4 {
		rig.Post("/inbox", "{}")
	}
	rig.Await("the last to be delivered", func() bool {
		ds, err := rig.Desk.Deliveries(t.Context(), 4)
		return err == nil && len(ds) == 1 && ds[0].State == hook.Delivered
	})
	for seq, want := range []hook.ErrorClass{hook.ErrTimeout, hook.ErrTimeout, hook.ErrProtocol} {
		d := tried(t, rig, int64(seq+1))
		if a := d.Attempts[0]; a.Err == nil || a.Err.Kind != want || d.State != hook.Dead {
			t.Errorf("request %d is %s: %+v, want %s", seq+1, d.State, a.Err, want)
		}
	}
}

// A target that was mended gets what waits for it at its new URL.
func TestWhatWaitsFollowsItsTargetsURL(t *testing.T) {
	rig := testkit.NewRig(t)
	wrong, right := testkit.NewTarget(t), testkit.NewTarget(t)
	wrong.Usual(testkit.Step{Status: 404})
	forwards(t, rig, hook.Target{Name: "app", URL: wrong.URL() + "/old"})
	seq := rig.Post("/inbox/order?x=1", "{}")
	d := tried(t, rig, seq)
	if d.State != hook.Waiting || d.NextAt.IsZero() {
		t.Fatalf("it is %s until %v", d.State, d.NextAt)
	}
	_, err := rig.Desk.ChangeTarget(t.Context(), "app", func(target *hook.Target) { target.URL = right.URL() + "/new" })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rig.Desk.Retry(t.Context(), d.ID); err != nil {
		t.Fatal(err)
	}
	if line := right.Await(1)[0].Lines()[0]; line != "POST /new/order?x=1 HTTP/1.1" {
		t.Errorf("sent %q", line)
	}
	rig.Await("it to be delivered", func() bool {
		d, err := rig.Desk.Deliveries(t.Context(), seq)
		return err == nil && d[0].State == hook.Delivered && d[0].URL == right.URL()+"/new/order?x=1"
	})
}
