package desk_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"creel/backend/hook"
	"creel/backend/testkit"
)

const slackAsks = `{"token":"Jhj5","challenge":"3eZbrw1a","type":"url_verification"}`

// ask sends a request of that method and reads the answer's status and body.
func ask(t *testing.T, rig *testkit.Rig, method, path, body string, headers ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(method, rig.CatchURL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func TestHandshakesByMode(t *testing.T) {
	rig := testkit.NewRig(t)
	change := func(f func(e *hook.Endpoint)) {
		t.Helper()
		if _, err := rig.Desk.ChangeEndpoint(t.Context(), hook.Inbox, f); err != nil {
			t.Fatal(err)
		}
	}
	seq := int64(0)
	expect := func(what, method, path, body, want, how string) {
		t.Helper()
		seq++
		if _, got := ask(t, rig, method, path, body); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
		told(t, rig, seq, 200, how)
	}
	// No provider is chosen: only what cannot be mistaken.
	expect("auto", "POST", "/inbox", slackAsks, "3eZbrw1a", "handshake:slack")
	expect("auto, could be anything", "GET", "/inbox?challenge=abc", "", "ok", "")
	expect("auto, an ordinary request", "POST", "/inbox", `{"challenge":"a"}`, "ok", "")
	change(func(e *hook.Endpoint) { e.Provider = "dropbox" })
	expect("dropbox", "GET", "/inbox?challenge=abc", "", "abc", "handshake:dropbox")
	expect("dropbox, asked by Slack", "POST", "/inbox", slackAsks, "ok", "")
	change(func(e *hook.Endpoint) {
		e.Reply.Handshakes = hook.Handshakes{Mode: hook.HandshakesChosen, IDs: []string{"monday"}}
	})
	expect("chosen", "POST", "/inbox", `{"challenge":"a"}`, `{"challenge":"a"}`, "handshake:monday")
	expect("not chosen", "GET", "/inbox?challenge=abc", "", "ok", "")
	change(func(e *hook.Endpoint) { e.Provider, e.Reply.Handshakes.Mode = "slack", hook.HandshakesOff })
	expect("off", "POST", "/inbox", slackAsks, "ok", "")
	change(func(e *hook.Endpoint) {
		e.Reply.Handshakes = hook.Handshakes{}
		e.Reply.Rules = []hook.ReplyRule{{When: "body.type:url_verification", Reply: hook.Reply{Body: "mine"}}}
	})
	expect("a rule comes first", "POST", "/inbox", slackAsks, "mine", "rule:1")
}

// A fault on purpose is for events; the handshake that comes before them works.
func TestHandshakeComesBeforeTheUsualReply(t *testing.T) {
	rig := testkit.NewRig(t)
	answers(t, rig, func(r *hook.Reply) { r.Status, r.Body, r.Fault = 500, "no", hook.ReplyFault{Kind: hook.FaultReset} })
	if status, body := ask(t, rig, "POST", "/inbox", slackAsks); status != 200 || body != "3eZbrw1a" {
		t.Errorf("%d %s", status, body)
	}
}

// With the target's answer the target is asked, and it gets the handshake.
func TestTargetIsAskedForHandshakes(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	app.Usual(testkit.Step{Body: []byte("by the app")})
	passing(t, rig, app.URL(), 30_000)
	if _, body := ask(t, rig, "POST", "/inbox", slackAsks); body != "by the app" {
		t.Errorf("%s", body)
	}
	answers(t, rig, func(r *hook.Reply) {
		r.Handshakes = hook.Handshakes{Mode: hook.HandshakesChosen, IDs: []string{"slack"}}
	})
	if _, body := ask(t, rig, "POST", "/inbox", slackAsks); body != "3eZbrw1a" {
		t.Errorf("%s", body)
	}
	app.Await(2)
}

// Without the secret there is nothing to answer with: the usual reply is given,
// and the request says what is missing.
func TestHandshakeThatNeedsASecret(t *testing.T) {
	rig := testkit.NewRig(t)
	const zoom = `{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}`
	if _, body := ask(t, rig, "POST", "/inbox", zoom); body != "ok" {
		t.Errorf("%s", body)
	}
	g := greeting(t, rig, 1)
	if g == nil || g.ID != "zoom" || g.Answered || !g.Lacks || g.Needs != "secret" {
		t.Errorf("%+v", g)
	}
	if _, err := rig.Desk.ChangeEndpoint(t.Context(), hook.Inbox, func(e *hook.Endpoint) { e.Secret = "zoom-secret-token" }); err != nil {
		t.Fatal(err)
	}
	if _, body := ask(t, rig, "POST", "/inbox", zoom); !strings.Contains(body, "d9e0d764a78494688ba3f2d5c0ed4ca311394b4834d959759213424d2df961e3") {
		t.Errorf("%s", body)
	}
	if g := greeting(t, rig, 2); g == nil || !g.Answered || g.Lacks {
		t.Errorf("%+v", g)
	}
}

type seen struct {
	ID, Needs, Token, ConfirmURL string
	Answered, Lacks              bool
}

func greeting(t *testing.T, rig *testkit.Rig, seq int64) *seen {
	t.Helper()
	row, err := rig.Desk.Row(t.Context(), seq)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := rig.Desk.Raw(t.Context(), seq)
	if err != nil {
		t.Fatal(err)
	}
	g := rig.Desk.GreetingIn(row, raw)
	if g == nil {
		return nil
	}
	return &seen{g.ID, g.Needs, g.Token, g.ConfirmURL, g.Answered, g.Lacks}
}

func TestTokensAreShown(t *testing.T) {
	rig := testkit.NewRig(t)
	ask(t, rig, "POST", "/inbox", `{"verification_token":"secret_abc"}`)
	if g := greeting(t, rig, 1); g == nil || g.ID != "notion" || g.Token != "secret_abc" {
		t.Errorf("%+v", g)
	}
	ask(t, rig, "POST", "/inbox", "{}", "X-Hook-Secret", "s3c")
	if g := greeting(t, rig, 2); g == nil || g.ID != "asana" || g.Token != "s3c" || !g.Answered {
		t.Errorf("%+v", g)
	}
	ask(t, rig, "POST", "/inbox", `{"challenge":"x"}`)
	if g := greeting(t, rig, 3); g != nil {
		t.Errorf("an ordinary request passes for %+v", g)
	}
}

// Nothing is fetched by itself, nothing from anybody but SNS.
func TestSubscriptionIsNotConfirmedByItself(t *testing.T) {
	rig := testkit.NewRig(t)
	trap := testkit.NewTarget(t)
	sns := func(url string) string {
		return `{"Type":"SubscriptionConfirmation","SubscribeURL":"` + url + `"}`
	}
	const mark = "X-Amz-Sns-Message-Type"
	if status, body := ask(t, rig, "POST", "/inbox", sns(trap.URL()+"/?Action=ConfirmSubscription&Token=1"), mark, "SubscriptionConfirmation"); status != 200 || body != "" {
		t.Errorf("%d %q", status, body)
	}
	if _, err := rig.Desk.Confirm(t.Context(), 1); hook.KindOf(err) != hook.Invalid {
		t.Errorf("confirmed at %s: %v", trap.URL(), err)
	}
	ask(t, rig, "POST", "/inbox", "{}")
	if _, err := rig.Desk.Confirm(t.Context(), 2); hook.KindOf(err) != hook.Conflict {
		t.Errorf("confirmed what asks for nothing: %v", err)
	}
	for seq := int64(1); seq <= 2; seq++ {
		if ds := deliveries(t, rig, seq); len(ds) != 0 {
			t.Errorf("deliveries of %d: %+v", seq, ds)
		}
	}
	if len(trap.Seen()) != 0 {
		t.Error("the address was opened")
	}
}

func TestPreviewOfAReply(t *testing.T) {
	rig := testkit.NewRig(t)
	e := hook.Endpoint{Slug: hook.Inbox, Targets: []string{}, Reply: hook.DefaultReply()}
	e.Reply.Body = "got {{body.id}} at {{path}}"
	p, err := rig.Desk.PreviewReply(t.Context(), e, 0, false)
	if err != nil || p.Seq != 0 || string(p.Answer.Body) != "got  at /inbox" {
		t.Errorf("%+v, %v", p, err)
	}
	rig.Post("/inbox/a", `{"id":7}`)
	rig.Post("/inbox/b", slackAsks)
	if p, err = rig.Desk.PreviewReply(t.Context(), e, 1, false); err != nil || string(p.Answer.Body) != "got 7 at /inbox/a" {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err = rig.Desk.PreviewReply(t.Context(), e, 0, false); err != nil || p.Seq != 2 || p.Told != "handshake:slack" {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err = rig.Desk.PreviewReply(t.Context(), e, 0, true); err != nil || p.Told != "handshake:slack" || string(p.Answer.Body) != "got  at /inbox/b" {
		t.Errorf("its own: %+v, %v", p, err)
	}
	e.Reply.Rules = []hook.ReplyRule{{When: "path:*/b", Reply: hook.Reply{Status: 409, Body: "rule", Fault: hook.ReplyFault{Kind: hook.FaultReset}}}}
	if p, err = rig.Desk.PreviewReply(t.Context(), e, 0, false); err != nil || p.Told != "rule:1" || p.Answer.Status != 409 || p.Fault.Kind != hook.FaultReset {
		t.Errorf("%+v, %v", p, err)
	}
	waits := hook.Endpoint{Slug: hook.Inbox, Targets: []string{"app"}, Reply: hook.DefaultReply()}
	if _, err := rig.Desk.CreateTarget(t.Context(), hook.Target{Name: "app", URL: "http://127.0.0.1:9"}); err != nil {
		t.Fatal(err)
	}
	waits.Reply.Mode = hook.ReplyTarget
	if p, err = rig.Desk.PreviewReply(t.Context(), waits, 1, true); err != nil || p.Waits != "app" || p.Answer.Status != 504 {
		t.Errorf("without an answer: %+v, %v", p, err)
	}
	fresh := hook.Endpoint{Targets: []string{}, Reply: hook.DefaultReply()}
	if p, err = rig.Desk.PreviewReply(t.Context(), fresh, 0, true); err != nil || p.Seq != 2 || string(p.Answer.Body) != "ok" {
		t.Errorf("of an endpoint that is being made: %+v, %v", p, err)
	}
	e.Reply.Body = "{{nope}}"
	if _, err = rig.Desk.PreviewReply(t.Context(), e, 0, false); hook.KindOf(err) != hook.Invalid {
		t.Errorf("%v", err)
	}
	if got, err := rig.Desk.Endpoint(hook.Inbox); err != nil || got.Reply.Body != "ok" {
		t.Errorf("the preview changed the endpoint: %+v, %v", got, err)
	}
}
