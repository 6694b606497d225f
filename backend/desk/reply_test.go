package desk_test

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"creel/backend/hook"
	"creel/backend/testkit"
)

// answers has inbox reply so.
func answers(t *testing.T, rig *testkit.Rig, change func(r *hook.Reply)) {
	t.Helper()
	if _, err := rig.Desk.ChangeEndpoint(t.Context(), hook.Inbox, func(e *hook.Endpoint) { change(&e.Reply) }); err != nil {
		t.Fatal(err)
	}
}

// send posts to the catch port and reads the answer.
func send(t *testing.T, rig *testkit.Rig, path, body string) (*http.Response, string) {
	t.Helper()
	resp, err := http.Post(rig.CatchURL()+path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

// told waits until the row of the newest request says how it was answered.
func told(t *testing.T, rig *testkit.Rig, seq int64, status int, how string) {
	t.Helper()
	var row hook.Row
	rig.Await("the row to say "+how, func() bool {
		var err error
		row, err = rig.Desk.Row(t.Context(), seq)
		if err != nil {
			t.Fatal(err)
		}
		return row.Told == how
	})
	if row.Status != status {
		t.Errorf("row %d says status %d (%s), want %d", seq, row.Status, row.Told, status)
	}
}

func TestReplyIsFilledAfterTheRequestIsKept(t *testing.T) {
	rig := testkit.NewRig(t)
	answers(t, rig, func(r *hook.Reply) {
		r.Status, r.Headers = 201, hook.Headers{{Name: "Content-Type", Value: "application/json"}, {Name: "Location", Value: "/orders/{{body.id}}"}}
		r.Body = `{"got":"{{body.id}}","at":"{{path}}","seq":{{seq}}}`
	})
	resp, body := send(t, rig, "/inbox/order?x=1", `{"id":"a\"b"}`)
	if want := `{"got":"a\"b","at":"/inbox/order","seq":1}`; body != want || resp.StatusCode != 201 || resp.Header.Get("Location") != `/orders/a"b` {
		t.Errorf("%s, %v %s", resp.Status, resp.Header, body)
	}
	told(t, rig, 1, 201, "")
}

func TestRulesAndFaultsAreWrittenDown(t *testing.T) {
	rig := testkit.NewRig(t)
	answers(t, rig, func(r *hook.Reply) {
		r.Rules = []hook.ReplyRule{
			{When: "body.kind:order", Reply: hook.Reply{Status: 202, Body: "rule {{body.kind}}"}},
			{When: "path:*/broken", Reply: hook.Reply{Fault: hook.ReplyFault{Kind: hook.FaultReset}}},
			{When: "path:*/down", Reply: hook.Reply{Fault: hook.ReplyFault{Kind: hook.FaultStatus, Status: 503}}},
			{When: "path:*/short", Reply: hook.Reply{Status: 207, Body: "0123456789", Fault: hook.ReplyFault{Kind: hook.FaultCut, AfterBytes: 3}}},
		}
	})
	if resp, body := send(t, rig, "/inbox", `{"kind":"order"}`); resp.StatusCode != 202 || body != "rule order" {
		t.Errorf("%s %s", resp.Status, body)
	}
	if _, err := http.Post(rig.CatchURL()+"/inbox/broken", "text/plain", strings.NewReader("x")); err == nil {
		t.Error("a connection that is reset gave an answer")
	}
	if resp, body := send(t, rig, "/inbox/down", "x"); resp.StatusCode != 503 || body != "failed on purpose\n" {
		t.Errorf("%s %s", resp.Status, body)
	}
	resp, err := http.Post(rig.CatchURL()+"/inbox/short", "text/plain", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if string(b) != "012" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%q, %v", b, err)
	}
	if resp, body := send(t, rig, "/inbox/usual", "x"); resp.StatusCode != 200 || body != "ok" {
		t.Errorf("%s %s", resp.Status, body)
	}
	for seq, want := range map[int64]struct {
		status int
		told   string
	}{1: {202, "rule:1"}, 2: {0, "rule:2,fault:reset"}, 3: {503, "rule:3,fault:status"}, 4: {207, "rule:4,fault:cut"}, 5: {200, ""}} {
		told(t, rig, seq, want.status, want.told)
	}
}

func TestWhatCannotBeAnsweredIsRefused(t *testing.T) {
	rig := testkit.NewRig(t)
	for field, reply := range map[string]hook.Reply{
		"reply.body":                            {Body: "{{nope}}"},
		"reply.pass.target":                     {Mode: hook.ReplyTarget},
		"reply.rules[0].when":                   {Rules: []hook.ReplyRule{{When: "nope:"}}},
		"reply.rules[0].reply.pass.target":      {Rules: []hook.ReplyRule{{When: "method:GET", Reply: hook.Reply{Mode: hook.ReplyTarget, Pass: hook.ReplyPass{Target: "ghost"}}}}},
		"reply.rules[0].reply.fault.afterBytes": {Rules: []hook.ReplyRule{{When: "method:GET", Reply: hook.Reply{Fault: hook.ReplyFault{Kind: hook.FaultCut, AfterBytes: -1}}}}},
	} {
		_, err := rig.Desk.ChangeEndpoint(t.Context(), hook.Inbox, func(e *hook.Endpoint) { e.Reply = reply })
		var f *hook.Fault
		if !errors.As(err, &f) || f.Field != field {
			t.Errorf("%v, want field %s", err, field)
		}
	}
	if _, body := send(t, rig, "/inbox", "x"); body != "ok" {
		t.Errorf("a refused reply is given: %s", body)
	}
}

// passing has inbox answer with the answer of the target app, and forward to
// the other ones too.
func passing(t *testing.T, rig *testkit.Rig, url string, timeoutMs int, others ...hook.Target) {
	t.Helper()
	for _, target := range append([]hook.Target{{Name: "local, app", URL: url, TimeoutMs: 30_000, Policy: hook.Policy{Attempts: 1}}}, others...) {
		aim(t, rig, target, "")
	}
	answers(t, rig, func(r *hook.Reply) {
		r.Mode, r.Pass = hook.ReplyTarget, hook.ReplyPass{Target: "local, app", TimeoutMs: timeoutMs}
	})
}

func TestTheTargetsAnswerIsPassedOn(t *testing.T) {
	rig := testkit.NewRig(t)
	app, other := testkit.NewTarget(t), testkit.NewTarget(t)
	app.Usual(testkit.Step{
		Status: 418, Body: []byte("short and stout"),
		Headers: [][2]string{{"Content-Type", "text/tea"}, {"X-Pot", "1"}, {"x-pot", "2"}, {"Connection", "close, X-Hop"}, {"X-Hop", "1"}, {"X-Creel-Seq", "99"}},
	})
	passing(t, rig, app.URL(), 30_000, hook.Target{Name: "other", URL: other.URL()})
	resp, body := send(t, rig, "/inbox/tea", `{"cups":2}`)
	if resp.StatusCode != 418 || body != "short and stout" || resp.Header.Get("Content-Type") != "text/tea" {
		t.Errorf("%s %v %q", resp.Status, resp.Header, body)
	}
	if got := resp.Header.Values("X-Pot"); !slices.Equal(got, []string{"1", "2"}) || resp.Header.Get("X-Hop") != "" {
		t.Errorf("headers %v", resp.Header)
	}
	if got := resp.Header.Values("X-Creel-Seq"); !slices.Equal(got, []string{"1"}) {
		t.Errorf("X-Creel-Seq %v", got)
	}
	told(t, rig, 1, 418, "target:local, app")
	ds := done(t, rig, 1)
	if len(ds) != 2 || len(app.Seen()) != 1 || len(other.Seen()) != 1 {
		t.Fatalf("%d deliveries, seen %d and %d", len(ds), len(app.Seen()), len(other.Seen()))
	}
	for _, d := range ds {
		if d.Kind != hook.Forward || len(d.Attempts) != 1 {
			t.Errorf("delivery %+v", d)
		}
	}
}

// What a HEAD is told of the length is what the target told.
func TestTheTargetsAnswerToAHead(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	app.Script(
		testkit.Step{Raw: []byte("HTTP/1.1 200 OK\r\nContent-Length: 70008\r\n\r\n")},
		testkit.Step{Raw: []byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")},
		testkit.Step{Raw: []byte("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")},
	)
	passing(t, rig, app.URL(), 30_000)
	for i, want := range []string{"70008", "", "0"} {
		resp, err := http.Head(rig.CatchURL() + "/inbox/x")
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil {
			t.Error(err)
		}
		if got := resp.Header.Get("Content-Length"); resp.StatusCode != 200 || got != want || resp.Close {
			t.Errorf("%s, Content-Length %q, want %q; closes: %v", resp.Status, got, want, resp.Close)
		}
		told(t, rig, int64(i+1), 200, "target:local, app")
	}
}

func TestTargetTooSlow(t *testing.T) {
	rig := testkit.NewRig(t)
	app, gate := testkit.NewTarget(t), make(chan struct{})
	app.Usual(testkit.Step{Gate: gate, Status: 200, Body: []byte("late")})
	passing(t, rig, app.URL(), 100)
	resp, body := send(t, rig, "/inbox", "x")
	if resp.StatusCode != 504 || !strings.Contains(body, "did not answer within 100ms") || resp.Header.Get("X-Creel-Seq") != "1" {
		t.Errorf("%s %v %s", resp.Status, resp.Header, body)
	}
	told(t, rig, 1, 504, "fallback:timeout")
	answers(t, rig, func(r *hook.Reply) {
		r.Status, r.Body, r.Pass.Fallback = 202, "taken as {{seq}}", hook.FallbackReply
	})
	if resp, body = send(t, rig, "/inbox", "x"); resp.StatusCode != 202 || body != "taken as 2" {
		t.Errorf("%s %s", resp.Status, body)
	}
	close(gate) // the deliveries have gone on all the while
	for seq := range int64(2) {
		if ds := done(t, rig, seq+1); ds[0].State != hook.Delivered {
			t.Errorf("delivery %+v", ds[0])
		}
	}
}

func TestTargetDead(t *testing.T) {
	rig := testkit.NewRig(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	passing(t, rig, "http://"+ln.Addr().String(), 30_000)
	_ = ln.Close()
	resp, body := send(t, rig, "/inbox", "x")
	if resp.StatusCode != 502 || !strings.Contains(body, "kept, but without an answer of the target local, app: ") {
		t.Errorf("%s %s", resp.Status, body)
	}
	told(t, rig, 1, 502, "fallback:refused")
}

// The sender hangs up; what it sent is kept and delivered, and others are
// answered meanwhile.
func TestSenderGoneWhileWaiting(t *testing.T) {
	rig := testkit.NewRig(t)
	app, gate := testkit.NewTarget(t), make(chan struct{})
	app.Script(testkit.Step{Gate: gate, Body: []byte("nobody reads this")})
	passing(t, rig, app.URL(), 30_000)
	nc, err := net.Dial("tcp", rig.Catcher.Addr())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(nc, "POST /inbox HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx"); err != nil {
		t.Fatal(err)
	}
	app.Await(1)
	_ = nc.Close()
	if resp, _ := send(t, rig, "/inbox", "y"); resp.StatusCode != 200 {
		t.Errorf("the next one: %s", resp.Status)
	}
	close(gate)
	if ds := done(t, rig, 1); ds[0].State != hook.Delivered || string(app.Seen()[0].Body) != "x" {
		t.Errorf("delivery %+v", ds[0])
	}
	told(t, rig, 1, 200, "target:local, app")
}

// What is not forwarded has no answer to wait for.
func TestNothingToWaitFor(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	passing(t, rig, app.URL(), 30_000)
	got := rig.Raw("POST /inbox HTTP/1.1\r\nHost: h\r\nSec-Fetch-Site: cross-site\r\nConnection: close\r\n\r\n")
	if !strings.HasPrefix(got, "HTTP/1.1 502 ") || !strings.Contains(got, "this request is not forwarded") {
		t.Errorf("%q", got)
	}
	told(t, rig, 1, 502, "fallback:not-forwarded")
	if len(app.Seen()) != 0 {
		t.Error("it was forwarded all the same")
	}
}

// Many senders wait at once, and a plain endpoint is answered all the while.
func TestManyWaitAtOnce(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	app.Usual(testkit.Step{Status: 201, Body: []byte("made")})
	passing(t, rig, app.URL(), 30_000)
	if _, err := rig.Desk.CreateEndpoint(t.Context(), hook.Endpoint{Slug: "plain", Reply: hook.DefaultReply()}); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			resp, err := http.Post(rig.CatchURL()+"/inbox", "application/json", strings.NewReader("{}"))
			if err != nil {
				t.Error(err)
				return
			}
			_ = resp.Body.Close()
			if resp.StatusCode != 201 {
				t.Errorf("%s", resp.Status)
			}
		})
	}
	if resp, _ := send(t, rig, "/plain", "{}"); resp.StatusCode != 200 {
		t.Errorf("%s", resp.Status)
	}
	all.Wait()
}

// Closing does not wait for targets.
func TestClosingAnswersWhoWaits(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	app.Usual(testkit.Step{Hang: true})
	passing(t, rig, app.URL(), 30_000)
	got := make(chan string)
	go func() {
		got <- rig.Raw("POST /inbox HTTP/1.1\r\nHost: h\r\n\r\n")
	}()
	app.Await(1)
	rig.Close()
	if a := <-got; !strings.HasPrefix(a, "HTTP/1.1 502 ") || !strings.Contains(a, "Creel is closing") {
		t.Errorf("%q", a)
	}
}

func TestRenamedTargetIsStillAsked(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	app.Usual(testkit.Step{Status: 204})
	passing(t, rig, app.URL(), 30_000)
	if _, err := rig.Desk.ChangeTarget(t.Context(), "local, app", func(t *hook.Target) { t.Name = "shop" }); err != nil {
		t.Fatal(err)
	}
	if resp, _ := send(t, rig, "/inbox", "x"); resp.StatusCode != 204 {
		t.Errorf("%s", resp.Status)
	}
	told(t, rig, 1, 204, "target:shop")
}

// What the chance says, happens: a third fails when a third is to fail.
func TestFaultsByChance(t *testing.T) {
	rig := testkit.NewRig(t)
	answers(t, rig, func(r *hook.Reply) {
		r.Fault = hook.ReplyFault{Kind: hook.FaultStatus, Status: 500, Percent: 50}
	})
	seen := map[int]int{}
	for range 64 {
		resp, _ := send(t, rig, "/inbox", "x")
		seen[resp.StatusCode]++
	}
	if seen[200] == 0 || seen[500] == 0 || seen[200]+seen[500] != 64 {
		b, _ := json.Marshal(seen)
		t.Errorf("%s", b)
	}
}
