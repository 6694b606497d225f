package store_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"creel/backend/hook"

	"github.com/google/go-cmp/cmp"
)

// owe records a delivery by hand to a URL and returns its id.
func (r *rig) owe(seq int64, url string, edits ...func(*hook.Delivery)) string {
	r.t.Helper()
	d := hook.Delivery{Request: seq, URL: url, Kind: hook.Replay, CreatedAt: r.clock.now()}
	for _, f := range edits {
		f(&d)
	}
	ds := []hook.Delivery{d}
	r.must(r.AddDeliveries(ctx, ds))
	return ds[0].ID
}

func (r *rig) claim(n int, skip ...string) []string {
	r.t.Helper()
	c := hook.Claim{Now: r.clock.now(), Most: n, Limits: map[string]int{}}
	for _, lane := range skip {
		c.Limits[lane] = 0
	}
	ds, err := r.Claim(ctx, c)
	r.must(err)
	ids := []string{}
	for _, d := range ds {
		if d.State != hook.Sending {
			r.t.Errorf("claimed delivery is %s", d.State)
		}
		ids = append(ids, d.ID)
	}
	return ids
}

func (r *rig) delivery(id string) hook.Delivery {
	r.t.Helper()
	d, err := r.Delivery(ctx, id)
	r.must(err)
	return d
}

func (r *rig) wantIDs(got []string, want ...string) {
	r.t.Helper()
	if want == nil {
		want = []string{}
	}
	if d := cmp.Diff(want, got); d != "" {
		r.t.Errorf("deliveries differ (-want +got):\n%s", d)
	}
}

func claimOrder(t *testing.T, r *rig) {
	r.keep()
	if due, err := r.NextDue(ctx, hook.Claim{}); err != nil || !due.IsZero() {
		t.Errorf("next due is %v (%v) with nothing waiting", due, err)
	}
	later := r.owe(1, "http://a/", func(d *hook.Delivery) { d.NextAt = r.clock.now().Add(time.Minute) })
	first := r.owe(1, "http://b/")
	r.clock.add(time.Second)
	second := r.owe(1, "http://a/", func(d *hook.Delivery) {
		d.Draft = &hook.Draft{Method: "PUT", URL: "http://a/", Headers: hook.Headers{{Name: "A", Value: "ü"}}, Body: []byte{0, 255}}
	})
	due, err := r.NextDue(ctx, hook.Claim{})
	r.must(err)
	if want := r.clock.now().Add(-time.Second); !due.Equal(want) {
		t.Errorf("next due is %v, want %v", due, want)
	}
	if d := r.delivery(later); !d.NextAt.Equal(r.clock.now().Add(59*time.Second)) || d.State != hook.Waiting {
		t.Errorf("delivery for later is %+v", d)
	}
	r.wantIDs(r.claim(1), first)
	r.wantIDs(r.claim(9), second)
	r.wantIDs(r.claim(9))
	if d := r.delivery(second); d.Draft == nil || !bytes.Equal(d.Draft.Body, []byte{0, 255}) || d.Draft.Headers[0].Value != "ü" {
		t.Errorf("draft came back as %+v", d.Draft)
	}
	r.clock.add(time.Minute)
	r.wantIDs(r.claim(9), later)
	if w := r.row(1).Waiting; w != 3 {
		t.Errorf("%d wait, want 3: those being sent count", w)
	}
	u, err := r.Usage(ctx)
	r.must(err)
	if u.Waiting != 3 {
		t.Errorf("usage says %d wait", u.Waiting)
	}
}

func claimSkipsLanes(t *testing.T, r *rig) {
	r.keep()
	r.must(r.PutTarget(ctx, "", hook.Target{Name: "app", URL: "http://a:1/x"}))
	app := r.owe(1, "http://a:1/x", func(d *hook.Delivery) { d.Target, d.Kind = "app", hook.Forward })
	r.clock.add(time.Second)
	hand := r.owe(1, "http://a:1/x", func(d *hook.Delivery) { d.Target = "app" })
	r.clock.add(time.Second)
	pasted := r.owe(1, "http://A:1/y")
	r.clock.add(time.Second)
	other := r.owe(1, "http://b:1/")
	r.wantIDs(r.claim(9, "app", "\x01app", "url:a:1"), other)
	r.wantIDs(r.claim(9, "app", "\x01app"), pasted)
	r.wantIDs(r.claim(9, "app"), hand)
	r.wantIDs(r.claim(9), app)
}

// attempt is an answered try of a delivery.
func (r *rig) attempt(delivery, id string, edits ...func(*hook.Attempt)) hook.Attempt {
	a := hook.Attempt{ID: id, Delivery: delivery, N: 1, StartedAt: r.clock.now(), Method: "POST", URL: "http://a/", Status: 200,
		Phases:   hook.Phases{DNS: time.Microsecond, Connect: 2 * time.Microsecond, FirstByte: 3 * time.Millisecond, Total: 4 * time.Millisecond},
		SentHead: []byte("POST / HTTP/1.1\r\n\r\n"), SentBody: []byte("sent"), AnswerHead: []byte("HTTP/1.1 200 OK\r\n\r\n"),
		AnswerBody: bytes.Repeat([]byte("a"), 5000), AnswerBytes: 5005, AnswerTruncated: true, Changes: -1}
	for _, f := range edits {
		f(&a)
	}
	return a
}

func finish(t *testing.T, r *rig) {
	r.keep()
	id := r.owe(1, "http://a/")
	r.claim(1)
	a := r.attempt(id, "attempt-1")
	r.must(r.Finish(ctx, a, hook.Delivered, time.Time{}))
	r.wants(hook.Conflict, r.Finish(ctx, a, hook.Delivered, time.Time{}))
	row := r.row(1)
	if d := cmp.Diff(hook.Tally{Delivered: 1}, row.Tally); d != "" {
		t.Errorf("tally differs:\n%s", d)
	}
	if d := cmp.Diff(&hook.Last{AttemptID: "attempt-1", Status: 200, Changes: -1}, row.Last); d != "" {
		t.Errorf("last differs:\n%s", d)
	}
	got, seq, err := r.Attempt(ctx, "attempt-1")
	r.must(err)
	if d := cmp.Diff(a, got); d != "" || seq != 1 {
		t.Errorf("attempt of request %d differs:\n%s", seq, d)
	}
	ds, err := r.Deliveries(ctx, 1)
	r.must(err)
	if len(ds) != 1 || ds[0].State != hook.Delivered || len(ds[0].Attempts) != 1 {
		t.Fatalf("deliveries are %+v", ds)
	}
	if in := ds[0].Attempts[0]; in.SentBody != nil || in.AnswerBody != nil || in.AnswerBytes != a.AnswerBytes {
		t.Errorf("attempt in the list is %+v", in)
	}
}

func finishAgain(t *testing.T, r *rig) {
	r.keep()
	id := r.owe(1, "http://a/")
	r.claim(1)
	failed := r.attempt(id, "one", func(a *hook.Attempt) {
		a.Status, a.Err, a.SentBody, a.AnswerHead, a.AnswerBody, a.AnswerBytes, a.AnswerTruncated = 0,
			&hook.AttemptError{Kind: hook.ErrRefused, Text: "nothing listens there"}, nil, nil, nil, 0, false
	})
	retry := r.clock.now().Add(5 * time.Second)
	r.must(r.Finish(ctx, failed, hook.Waiting, retry))
	if d := r.delivery(id); d.State != hook.Waiting || !d.NextAt.Equal(retry) {
		t.Errorf("delivery is %+v, want it again at %v", d, retry)
	}
	if l := r.row(1).Last; l == nil || l.ErrorKind != "refused" || l.Status != 0 {
		t.Errorf("last is %+v", l)
	}
	got, _, err := r.Attempt(ctx, "one")
	r.must(err)
	if d := cmp.Diff(failed, got); d != "" {
		t.Errorf("attempt differs:\n%s", d)
	}
	r.wantIDs(r.claim(1))
	r.clock.add(5 * time.Second)
	r.wantIDs(r.claim(1), id)
	r.must(r.Finish(ctx, r.attempt(id, "two", func(a *hook.Attempt) { a.N, a.SentBody = 0, []byte{} }), hook.Dead, time.Time{}))
	d := r.delivery(id)
	if d.State != hook.Dead || len(d.Attempts) != 2 || d.Attempts[1].N != 2 || !d.NextAt.IsZero() {
		t.Errorf("delivery is %+v", d)
	}
	if got, _, err := r.Attempt(ctx, "two"); err != nil || got.SentBody == nil {
		t.Errorf("an empty body sent came back as %v (%v)", got.SentBody, err)
	}
	if row := r.row(1); row.Tally != (hook.Tally{Failed: 1}) {
		t.Errorf("tally is %+v", row.Tally)
	}
}

func move(t *testing.T, r *rig) {
	r.keep()
	id := r.owe(1, "http://a/")
	r.must(r.Move(ctx, id, []hook.DeliveryState{hook.Waiting}, hook.Cancelled))
	r.wants(hook.Conflict, r.Move(ctx, id, []hook.DeliveryState{hook.Waiting}, hook.Cancelled))
	if row := r.row(1); row.Tally != (hook.Tally{Failed: 1}) {
		t.Errorf("tally is %+v", row.Tally)
	}
	r.wantIDs(r.claim(1))
	r.must(r.Move(ctx, id, []hook.DeliveryState{hook.Failed, hook.Cancelled}, hook.Waiting))
	r.wantIDs(r.claim(1), id)
	// Cancelled while it is being sent: it stays so, unless it got there.
	r.must(r.Move(ctx, id, []hook.DeliveryState{hook.Sending}, hook.Cancelled))
	r.must(r.Finish(ctx, r.attempt(id, "x", func(a *hook.Attempt) { a.Status = 500 }), hook.Waiting, r.clock.now()))
	if d := r.delivery(id); d.State != hook.Cancelled {
		t.Errorf("delivery is %s after it was cancelled", d.State)
	}
	r.wants(hook.Invalid, r.Move(ctx, id, []hook.DeliveryState{hook.Cancelled}, hook.Delivered))
	r.wants(hook.NotFound, r.Move(ctx, "nope", nil, hook.Waiting))
}

func release(t *testing.T, r *rig) {
	r.keep()
	id := r.owe(1, "http://a/")
	r.wantIDs(r.claim(1), id)
	n, err := r.Release(ctx)
	r.must(err)
	if n != 0 {
		t.Errorf("released %d of this run's own", n)
	}
	r.reopen()
	r.wantIDs(r.claim(1))
	n, err = r.Release(ctx)
	r.must(err)
	if n != 1 {
		t.Errorf("released %d, want 1", n)
	}
	r.wantIDs(r.claim(1), id)
}

func lastAnswer(t *testing.T, r *rig) {
	r.keep()
	got, err := r.LastAnswer(ctx, 1, "http://a/", "")
	r.must(err)
	if got != nil {
		t.Errorf("answer of nothing sent is %+v", got)
	}
	for i, status := range []int{200, 201, 0, 202} {
		id := r.owe(1, "http://a/")
		r.claim(1)
		r.clock.add(time.Second)
		r.must(r.Finish(ctx, r.attempt(id, fmt.Sprint("try-", i), func(a *hook.Attempt) { a.Status, a.AnswerBody = status, bytes.Repeat([]byte("a"), hook.MaxAnswer) }), hook.Delivered, time.Time{}))
	}
	got, err = r.LastAnswer(ctx, 1, "http://a/", "try-3")
	r.must(err)
	if got == nil || got.ID != "try-1" || len(got.AnswerBody) != hook.MaxAnswer {
		t.Errorf("last answer is %+v", got)
	}
	got, err = r.LastAnswer(ctx, 1, "http://b/", "")
	r.must(err)
	if got != nil {
		t.Errorf("answer by another URL is %+v", got)
	}
}

func missing(t *testing.T, r *rig) {
	_, err := r.Row(ctx, 9)
	r.wants(hook.NotFound, err)
	_, err = r.Raw(ctx, 9)
	r.wants(hook.NotFound, err)
	_, err = r.Delivery(ctx, "x")
	r.wants(hook.NotFound, err)
	_, _, err = r.Attempt(ctx, "x")
	r.wants(hook.NotFound, err)
	_, err = r.Restore(ctx, 9)
	r.wants(hook.NotFound, err)
	r.wants(hook.NotFound, r.Finish(ctx, hook.Attempt{ID: "a", Delivery: "x"}, hook.Failed, time.Time{}))
	ds := []hook.Delivery{{Request: 9, URL: "http://a/"}}
	r.wants(hook.NotFound, r.AddDeliveries(ctx, ds))
	all, err := r.Deliveries(ctx, 9)
	r.must(err)
	if len(all) != 0 {
		t.Errorf("a delivery of a missing request was recorded: %+v", all)
	}
	_, err = r.Keep(ctx, capture(func(c *hook.Capture) { c.State = "odd" }), nil)
	r.wants(hook.Invalid, err)
}

// A delivery and its attempts are read as of one moment, while it is tried.
func deliveryAtOneMoment(t *testing.T, r *rig) {
	r.keep()
	id, began := r.owe(1, "http://a/"), r.clock.now()
	due := func(tries int) time.Time { return began.Add(time.Duration(tries) * time.Second) }
	r.must(r.Finish(ctx, r.attempt(id, "attempt-1"), hook.Waiting, due(1)))
	done := make(chan error, 1)
	go func() {
		for n := 2; n <= 200; n++ {
			if err := r.Finish(ctx, r.attempt(id, fmt.Sprintf("attempt-%d", n)), hook.Waiting, due(n)); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for {
		ds, err := r.Deliveries(ctx, 1)
		r.must(err)
		for _, d := range append(ds, r.delivery(id)) {
			if n := len(d.Attempts); !d.NextAt.Equal(due(n)) {
				t.Fatalf("%d attempts, and due at %v, which is after %v", n, d.NextAt, d.NextAt.Sub(began))
			}
		}
		select {
		case err := <-done:
			r.must(err)
			return
		default:
		}
	}
}
