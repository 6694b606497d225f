package api_test

import (
	"net/http"
	"strings"
	"testing"

	"creel/backend/testkit"
)

type problem struct {
	Errors []struct{ Location, Message string }
	Detail string
	Field  string
	Column int
}

func TestReplyAtTheDoor(t *testing.T) {
	rig := testkit.NewRig(t)
	in := map[string]any{"slug": "shop", "reply": map[string]any{
		"status": 201, "headers": [][2]string{{"Content-Type", "application/json"}}, "body": `{"id":"{{body.id}}"}`,
		"rules": []any{map[string]any{"when": "method:PUT", "reply": map[string]any{
			"status": 409, "fault": map[string]any{"kind": "cut", "afterBytes": 3, "percent": 20},
		}}},
		"handshakes": map[string]any{"mode": "chosen", "ids": []string{"meta"}, "verifyToken": "tok"},
	}}
	var got struct {
		Reply struct {
			Mode, Body string
			Rules      []struct {
				When  string
				Reply struct {
					Status int
					Fault  struct {
						Kind                string
						Percent, AfterBytes int
					}
				}
			}
			Handshakes struct {
				Mode, VerifyToken string
				IDs               []string
			}
		}
	}
	rig.Call("POST", "/api/v1/endpoints", in, &got, 201)
	r := got.Reply
	if r.Mode != "fixed" || len(r.Rules) != 1 || r.Rules[0].Reply.Fault.Kind != "cut" || r.Rules[0].Reply.Fault.Percent != 20 || r.Handshakes.VerifyToken != "tok" {
		t.Errorf("%+v", r)
	}
	// What a change leaves out of rules and handshakes stays.
	rig.Call("PATCH", "/api/v1/endpoints/shop", map[string]any{"reply": map[string]any{"status": 202, "body": "{{seq}}"}}, &got, 200)
	if len(got.Reply.Rules) != 1 || got.Reply.Handshakes.Mode != "chosen" || got.Reply.Body != "{{seq}}" {
		t.Errorf("%+v", got.Reply)
	}
	rig.Call("PATCH", "/api/v1/endpoints/shop", map[string]any{"reply": map[string]any{"rules": []any{}}}, &got, 200)
	if len(got.Reply.Rules) != 0 {
		t.Errorf("%+v", got.Reply)
	}
	var p problem
	rig.Call("PATCH", "/api/v1/endpoints/shop", map[string]any{"reply": map[string]any{"body": "a {{nope}}"}}, &p, 422)
	if p.Field != "reply.body" || p.Column != 5 {
		t.Errorf("%+v", p)
	}
	rig.Call("PATCH", "/api/v1/endpoints/shop", map[string]any{"reply": map[string]any{"mode": "target"}}, &p, 422)
	if p.Field != "reply.pass.target" {
		t.Errorf("%+v", p)
	}
}

func TestPreviewAndHandshakesAtTheDoor(t *testing.T) {
	rig := testkit.NewRig(t)
	seq := rig.Post("/inbox/a", `{"id":"é"}`)
	var p struct {
		Request    int64
		Status     int
		Text, Told string
		Bytes      int64
		Headers    [][2]string
		Waits      string
	}
	rig.Call("POST", "/api/v1/replies/preview", map[string]any{
		"endpoint": "inbox", "reply": map[string]any{"status": 202, "body": "got {{body.id}}", "headers": [][2]string{{"X-Seq", "{{seq}}"}}},
	}, &p, 200)
	if p.Request != seq || p.Status != 202 || p.Text != "got é" || p.Bytes != 6 || len(p.Headers) != 1 || p.Headers[0][1] != "1" {
		t.Errorf("%+v", p)
	}
	var bad problem
	rig.Call("POST", "/api/v1/replies/preview", map[string]any{"reply": map[string]any{"body": "{{"}}, &bad, 422)
	if bad.Field != "reply.body" || bad.Column != 1 {
		t.Errorf("%+v", bad)
	}
	var hs []struct{ ID, Name, Asks, Answers, Needs string }
	rig.Call("GET", "/api/v1/handshakes", nil, &hs, 200)
	if len(hs) < 20 {
		t.Errorf("%d handshakes", len(hs))
	}
	resp, err := http.Post(rig.CatchURL()+"/inbox", "application/json", strings.NewReader(`{"type":"url_verification","challenge":"c"}`))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	var d struct {
		Told      string
		Handshake struct {
			ID       string
			Answered bool
		}
	}
	rig.Call("GET", "/api/v1/requests/2", nil, &d, 200)
	if d.Told != "handshake:slack" || d.Handshake.ID != "slack" || !d.Handshake.Answered {
		t.Errorf("%+v", d)
	}
	rig.Call("POST", "/api/v1/requests/2/confirm", nil, nil, 409)
}
