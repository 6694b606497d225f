package desk_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"creel/backend/api"
	"creel/backend/desk"
	"creel/backend/hook"
	"creel/backend/testkit"
)

func deliveries(t *testing.T, rig *testkit.Rig, seq int64) []hook.Delivery {
	t.Helper()
	ds, err := rig.Desk.Deliveries(t.Context(), seq)
	if err != nil {
		t.Fatal(err)
	}
	return ds
}

// aim makes a target and gives it to inbox.
func aim(t *testing.T, rig *testkit.Rig, target hook.Target, filter string) {
	t.Helper()
	if _, err := rig.Desk.CreateTarget(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	_, err := rig.Desk.ChangeEndpoint(t.Context(), hook.Inbox, func(e *hook.Endpoint) {
		e.Targets, e.Filter = append(e.Targets, target.Name), filter
	})
	if err != nil {
		t.Fatal(err)
	}
}

// done waits until every delivery of the request has come to an end.
func done(t *testing.T, rig *testkit.Rig, seq int64) []hook.Delivery {
	t.Helper()
	var ds []hook.Delivery
	rig.Await("deliveries to end", func() bool {
		ds = deliveries(t, rig, seq)
		for _, d := range ds {
			if d.State == hook.Waiting || d.State == hook.Sending {
				return false
			}
		}
		return len(ds) > 0
	})
	return ds
}

func TestNewRequestIsForwarded(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	aim(t, rig, hook.Target{
		Name: "app", URL: app.URL() + "/base", HeaderRules: []hook.HeaderRule{{Op: "set", Name: "X-Env", Value: "dev"}},
	}, "")
	seq := rig.Post("/inbox/order?id=1", `{"a":1}`)
	seen := app.Await(1)[0]
	if seen.Lines()[0] != "POST /base/order?id=1 HTTP/1.1" || string(seen.Body) != `{"a":1}` {
		t.Errorf("sent %q", seen.Raw())
	}
	ds := done(t, rig, seq)
	for _, line := range []string{"X-Env: dev", "Creel-Delivery: " + ds[0].ID, "Content-Type: application/json"} {
		if !strings.Contains(string(seen.Head), "\r\n"+line+"\r\n") {
			t.Errorf("sent without %q: %q", line, seen.Head)
		}
	}
	row, err := rig.Desk.Row(t.Context(), seq)
	if err != nil || row.Delivered != 1 || row.Last == nil || row.Last.Status != 200 {
		t.Errorf("row %+v, %v", row, err)
	}
}

// What must not be forwarded by itself: pages of other sites, what Creel
// itself sent, what the filter leaves out, and what was not kept whole.
func TestSomeRequestsAreNeverForwarded(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	aim(t, rig, hook.Target{Name: "app", URL: app.URL()}, "method:POST")
	for name, head := range map[string]string{
		"cross-site":                       "POST /inbox HTTP/1.1\r\nHost: h\r\nSec-Fetch-Site: cross-site\r\n",
		"foreign origin":                   "POST /inbox HTTP/1.1\r\nHost: h\r\nOrigin: https://evil.example\r\n",
		"a page of a browser on a network": "POST /inbox HTTP/1.1\r\nHost: h\r\nOrigin: https://evil.example\r\nUser-Agent: Mozilla/5.0 (X11) Gecko/20100101\r\nX-Signature: 1\r\n",
		"our own mark":                     "POST /inbox HTTP/1.1\r\nHost: h\r\ncreel-delivery: x\r\n",
		"left out":                         "PUT /inbox HTTP/1.1\r\nHost: h\r\n",
		"malformed":                        "POST /inbox HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n",
	} {
		rig.Raw(head + "Connection: close\r\n\r\n")
		page, err := rig.Desk.List(t.Context(), "", hook.Cursor{Limit: 1})
		if err != nil || len(page.Rows) != 1 {
			t.Fatalf("%s: %v, %v", name, page, err)
		}
		if ds := deliveries(t, rig, page.Rows[0].Seq); len(ds) != 0 {
			t.Errorf("%s: owes %d deliveries", name, len(ds))
		}
	}
	// The usual one is, and so is what a server with an Origin of its own sends.
	seq := rig.Post("/inbox", "{}")
	done(t, rig, seq)
	rig.Raw("POST /inbox HTTP/1.1\r\nHost: h\r\nOrigin: https://api.gocardless.com\r\nUser-Agent: gocardless-webhook-service/1.1\r\n" +
		"Webhook-Signature: 00\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n")
	done(t, rig, seq+1)
	if n := len(app.Seen()); n != 2 {
		t.Errorf("the target saw %d requests, want 2", n)
	}
}

// The first segment of the path says the endpoint, in whatever form the target
// is written; a query never does.
func TestEndpointOfATarget(t *testing.T) {
	rig := testkit.NewRig(t)
	if _, err := rig.Desk.CreateEndpoint(t.Context(), hook.Endpoint{Slug: "stripe", Reply: hook.DefaultReply()}); err != nil {
		t.Fatal(err)
	}
	for target, want := range map[string]string{
		"/stripe": "stripe", "/stripe/": "stripe", "/stripe?a=1": "stripe", "/stripe/a?b=http://h/inbox": "stripe",
		"http://h/stripe/a": "stripe", "https://h/stripe?x": "stripe",
		"http://h?to=/stripe": hook.Inbox, "http://h?to=http://h/stripe": hook.Inbox, "http://h": hook.Inbox,
		"/?to=/stripe": hook.Inbox, "//stripe": hook.Inbox, "/Stripe": hook.Inbox, "/%73tripe": hook.Inbox,
		"/x://h/stripe": hook.Inbox, "/striped": hook.Inbox,
	} {
		rig.Raw("POST " + target + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
		page, err := rig.Desk.List(t.Context(), "", hook.Cursor{Limit: 1})
		if err != nil || len(page.Rows) != 1 || page.Rows[0].Endpoint != want {
			t.Errorf("%s: %+v, %v; want %s", target, page.Rows, err, want)
		}
	}
}

// Forwarding to Creel's own catch port would go round for ever.
func TestLoopIsStopped(t *testing.T) {
	rig := testkit.NewRig(t)
	aim(t, rig, hook.Target{Name: "self", URL: rig.CatchURL() + "/inbox"}, "")
	ds := done(t, rig, rig.Post("/inbox", "{}"))
	if a := ds[0].Attempts; ds[0].State != hook.Failed || a[0].Err == nil || a[0].Err.Kind != hook.ErrLoop {
		t.Fatalf("delivery %+v", ds[0])
	}
	if page, err := rig.Desk.List(t.Context(), "", hook.Cursor{Limit: 10}); err != nil || page.Total != 1 {
		t.Errorf("%d requests, %v; want the one that was posted", page.Total, err)
	}
}

func TestAnswerIsComparedWithTheOneBefore(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	jsonly := [][2]string{{"Content-Type", "application/json"}}
	app.Script(
		testkit.Step{Headers: jsonly, Body: []byte(`{"state":"open","n":1.0}`)},
		testkit.Step{Headers: jsonly, Body: []byte(`{"n":1,"state":"open"}`)},
		testkit.Step{Headers: jsonly, Body: []byte(`{"state":"paid","n":1,"x":2}`)},
		testkit.Step{Status: 500, Headers: jsonly, Body: []byte(`{"state":"paid","n":1,"x":2}`)},
	)
	seq := rig.Post("/inbox", "{}")
	var last *hook.Last
	for i, want := range []int{-1, 0, 2, 1} {
		if _, err := rig.Desk.Replay(t.Context(), seq, desk.ReplayOrder{URL: app.URL()}); err != nil {
			t.Fatal(err)
		}
		ds := done(t, rig, seq)
		if len(ds) != i+1 || ds[0].Attempts[0].Changes != want {
			t.Fatalf("replay %d: %d deliveries, %d changes, want %d", i+1, len(ds), ds[0].Attempts[0].Changes, want)
		}
		row, err := rig.Desk.Row(t.Context(), seq)
		if err != nil || row.Last.Changes != want {
			t.Fatalf("row after replay %d: %+v, %v", i+1, row.Last, err)
		}
		last = row.Last
	}
	if last.Status != 500 {
		t.Errorf("last status %d, want 500", last.Status)
	}
	if row, err := rig.Desk.Row(t.Context(), seq); err != nil || row.Delivered != 3 || row.Failed != 1 {
		t.Errorf("tally %+v, %v", row.Tally, err)
	}
}

func TestRetryAndCancel(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	app.Script(testkit.Step{Status: 503}, testkit.Step{}, testkit.Step{Hang: true})
	seq := rig.Post("/inbox", "{}")
	made, err := rig.Desk.Replay(t.Context(), seq, desk.ReplayOrder{URL: app.URL()})
	if err != nil {
		t.Fatal(err)
	}
	if d := done(t, rig, seq)[0]; d.State != hook.Failed {
		t.Fatalf("503 left it %s", d.State)
	}
	if _, err := rig.Desk.Retry(t.Context(), made[0].ID); err != nil {
		t.Fatal(err)
	}
	app.Await(2)
	d := done(t, rig, seq)[0]
	if d.State != hook.Delivered || len(d.Attempts) != 2 || d.Attempts[1].N != 2 {
		t.Fatalf("after retry: %s with %d attempts", d.State, len(d.Attempts))
	}
	if _, err := rig.Desk.Retry(t.Context(), made[0].ID); hook.KindOf(err) != hook.Conflict {
		t.Errorf("retry of a delivered one: %v", err)
	}

	made, err = rig.Desk.Replay(t.Context(), seq, desk.ReplayOrder{URL: app.URL()})
	if err != nil {
		t.Fatal(err)
	}
	app.Await(3)
	if _, err := rig.Desk.Cancel(t.Context(), made[0].ID); err != nil {
		t.Fatal(err)
	}
	if d := done(t, rig, seq)[0]; d.State != hook.Cancelled {
		t.Errorf("after cancel: %s", d.State)
	}
}

func TestDeleteAndUndo(t *testing.T) {
	rig := testkit.NewRig(t)
	for i := range 5 {
		rig.Post(fmt.Sprintf("/inbox/%d", i), "{}")
	}
	count := func() int64 {
		page, err := rig.Desk.List(t.Context(), "", hook.Cursor{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		return page.Total
	}
	before := rig.Desk.Change()
	one, err := rig.Desk.TrashOne(t.Context(), 2)
	if err != nil || one.Count != 1 || count() != 4 {
		t.Fatalf("delete one: %+v, %v, %d left", one, err, count())
	}
	all, err := rig.Desk.Trash(t.Context(), "", 4)
	if err != nil || all.Count != 3 || count() != 1 {
		t.Fatalf("delete up to 4: %+v, %v, %d left", all, err, count())
	}
	if rig.Desk.Change().Epoch == before.Epoch {
		t.Error("the epoch stands still though requests disappeared")
	}
	if _, err := rig.Desk.TrashOne(t.Context(), 2); hook.KindOf(err) != hook.NotFound {
		t.Errorf("delete what is deleted: %v", err)
	}
	if n, err := rig.Desk.Restore(t.Context(), all.ID); err != nil || n != 3 || count() != 4 {
		t.Errorf("undo: %d, %v, %d left", n, err, count())
	}
}

func TestRetentionPrunes(t *testing.T) {
	rig := testkit.NewRig(t)
	for range 6 {
		rig.Post("/inbox", "{}")
	}
	pin := true
	if _, err := rig.Desk.Mark(t.Context(), 1, hook.MarksPatch{Pinned: &pin}); err != nil {
		t.Fatal(err)
	}
	if _, err := rig.Desk.ChangeSettings(t.Context(), func(s *hook.Settings) { s.Keep.Count = 2 }); err != nil {
		t.Fatal(err)
	}
	var seqs []int64
	rig.Await("pruning", func() bool {
		page, err := rig.Desk.List(t.Context(), "", hook.Cursor{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		seqs = nil
		for _, r := range page.Rows {
			seqs = append(seqs, r.Seq)
		}
		return len(seqs) <= 2
	})
	if fmt.Sprint(seqs) != "[6 1]" {
		t.Errorf("kept %v, want two, the pinned one among them", seqs)
	}
	if rig.Post("/inbox", "{}") != 7 {
		t.Error("a seq was used twice")
	}
}

func TestSampleComesThroughTheCatchPort(t *testing.T) {
	rig := testkit.NewRig(t)
	for _, info := range rig.Desk.Samples() {
		sent, err := rig.Desk.SendSample(t.Context(), desk.SampleOrder{ID: info.ID, Endpoint: hook.Inbox})
		if err != nil || sent.Status != 200 {
			t.Fatalf("%s: %+v, %v", info.ID, sent, err)
		}
		row, err := rig.Desk.Row(t.Context(), sent.Seq)
		if err != nil || row.Via != hook.ViaSample || row.State != hook.Kept {
			t.Errorf("%s: via %s, %s %v", info.ID, row.Via, row.State, err)
		}
		if info.Provider != "generic" && (row.Provider != info.Provider || row.Event != info.Event) {
			t.Errorf("%s: recognised as %s %s", info.ID, row.Provider, row.Event)
		}
	}
	row, err := rig.Desk.Row(t.Context(), rig.Post("/inbox", "{}"))
	if err != nil || row.Via != hook.ViaDirect {
		t.Errorf("a plain request came via %s, %v", row.Via, err)
	}
}

// Twilio signs the URL: it must be the one that the sample is sent to.
func TestSampleIsSignedForTheURLItIsSentTo(t *testing.T) {
	rig := testkit.NewRig(t)
	const id = "twilio.message.delivered"
	var secret string
	for _, info := range rig.Desk.Samples() {
		if info.ID == id {
			secret = info.Secret
		}
	}
	if _, err := rig.Desk.CreateEndpoint(t.Context(), hook.Endpoint{Slug: "texts", Name: "texts", Reply: hook.DefaultReply()}); err != nil {
		t.Fatal(err)
	}
	sent, err := rig.Desk.SendSample(t.Context(), desk.SampleOrder{ID: id, Endpoint: "texts"})
	if err != nil {
		t.Fatal(err)
	}
	var got api.Detail
	rig.Call("GET", fmt.Sprintf("/api/v1/requests/%d", sent.Seq), nil, &got, 200)
	body, err := rig.Desk.Body(t.Context(), sent.Seq, false)
	if err != nil {
		t.Fatal(err)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + got.Host + got.Target
	if address != rig.CatchURL()+"/texts" {
		t.Errorf("sent to %s", address)
	}
	signed := address
	for _, name := range slices.Sorted(maps.Keys(form)) {
		signed += name + form.Get(name)
	}
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write([]byte(signed))
	want := base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for _, h := range got.Headers {
		if h[0] == "X-Twilio-Signature" && h[1] == want {
			return
		}
	}
	t.Errorf("no X-Twilio-Signature %s over %s in %v", want, address, got.Headers)
}

func TestTakenPortThenAnother(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	rig := testkit.RigOn(t, dir, taken.Addr().String())
	l := rig.Desk.Listening()
	if l.Open || hook.KindOf(l.Err) != hook.Busy || l.Addr != taken.Addr().String() {
		t.Fatalf("taken port: %+v", l)
	}
	var st api.Status
	rig.Call("GET", "/api/v1/status", nil, &st, 200)
	if st.Catch.Listening || st.Catch.Error == nil || !strings.Contains(st.Catch.Error.Text, taken.Addr().String()) {
		t.Errorf("status %+v", st.Catch)
	}
	rig.Call("POST", "/api/v1/listen", map[string]any{}, nil, 409) // retry while it is still taken
	if err := taken.Close(); err != nil {
		t.Fatal(err)
	}
	rig.Call("POST", "/api/v1/listen", map[string]any{}, nil, 200)
	if rig.Post("/inbox", "{}") != 1 {
		t.Error("not caught after retry")
	}
	rig.Call("POST", "/api/v1/listen", map[string]any{"address": "0", "remember": true}, nil, 200)
	addr := rig.Catcher.Addr()
	if addr == taken.Addr().String() || rig.Desk.Settings().CatchAddr != addr {
		t.Errorf("remembered %s, open on %s", rig.Desk.Settings().CatchAddr, addr)
	}
	rig.Close()
	again := testkit.RigOn(t, dir, "")
	if again.Catcher.Addr() != addr {
		t.Errorf("after a restart open on %q, want %q", again.Catcher.Addr(), addr)
	}
}

// Settings are changed together or not at all, and a free port is moved to.
func TestCatchAddressMovesWithTheSettings(t *testing.T) {
	rig := testkit.NewRig(t)
	before := rig.Catcher.Addr()
	rig.Call("PATCH", "/api/v1/settings", map[string]any{"catchAddress": "0", "maxBodyBytes": 1 << 20, "keepCount": -1}, nil, 422)
	_, err := rig.Desk.ChangeSettings(t.Context(), func(s *hook.Settings) { s.CatchAddr, s.MaxBodyBytes = "127.0.0.1:0", 5 })
	if hook.KindOf(err) != hook.Invalid || rig.Catcher.Addr() != before {
		t.Fatalf("a bad size moved the port from %s to %s: %v", before, rig.Catcher.Addr(), err)
	}
	var set api.Settings
	rig.Call("PATCH", "/api/v1/settings", map[string]any{"catchAddress": "0", "maxBodyBytes": 1 << 20}, &set, 200)
	if after := rig.Catcher.Addr(); after == before || set.CatchAddress != after || set.MaxBodyBytes != 1<<20 {
		t.Fatalf("from %s to %s, settings %+v", before, after, set)
	}
	if rig.Post("/inbox", "{}") != 1 {
		t.Error("not caught on the new port")
	}
}

func TestRenamedEndpointTakesItsRequestsAlong(t *testing.T) {
	rig := testkit.NewRig(t)
	rig.Call("POST", "/api/v1/endpoints", map[string]any{"slug": "old", "reply": map[string]any{"status": 202, "body": "later"}}, nil, 201)
	resp, err := http.Post(rig.CatchURL()+"/old/x", "text/plain", strings.NewReader("a"))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != 202 {
		t.Errorf("replied %s, want 202", resp.Status)
	}
	rig.Call("PATCH", "/api/v1/endpoints/old", map[string]any{"slug": "new"}, nil, 200)
	for filter, want := range map[string]int64{"endpoint:new": 1, "endpoint:old": 0, "endpoint:inbox": 0} {
		page, err := rig.Desk.List(t.Context(), filter, hook.Cursor{Limit: 10})
		if err != nil || page.Total != want {
			t.Errorf("%s: %d, %v; want %d", filter, page.Total, err, want)
		}
	}
	rig.Call("DELETE", "/api/v1/endpoints/new", nil, nil, 204)
	if row, err := rig.Desk.Row(t.Context(), 1); err != nil || row.Endpoint != "new" {
		t.Errorf("after deleting the endpoint: %+v, %v", row, err)
	}
	if row, err := rig.Desk.Row(t.Context(), rig.Post("/new/y", "{}")); err != nil || row.Endpoint != hook.Inbox {
		t.Errorf("its URL then leads to %s, %v", row.Endpoint, err)
	}
}
