package api_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"creel/backend/api"
	"creel/backend/hook"
	"creel/backend/sign"
	"creel/backend/testkit"
)

// A preview of a sample can be sent as it was seen, and keeps nothing by itself.
func TestSamplePreviewIsWhatIsSent(t *testing.T) {
	rig := testkit.NewRig(t)
	var samples []api.Sample
	rig.Call("GET", "/api/v1/samples", nil, &samples, 200)
	var seen []api.SampleMessage
	for _, info := range samples {
		var m api.SampleMessage
		rig.Call("GET", "/api/v1/samples/"+info.ID+"?endpoint=inbox", nil, &m, 200)
		body, err := base64.StdEncoding.DecodeString(m.BodyBase64)
		if err != nil || len(body) == 0 || m.Method != info.Method || !strings.HasPrefix(m.URL, rig.CatchURL()+"/inbox") {
			t.Errorf("%s: %s %s, %d bytes, %v", info.ID, m.Method, m.URL, len(body), err)
		}
		if !slices.ContainsFunc(m.Headers, func(h [2]string) bool {
			return h[0] == "Content-Type" && strings.HasPrefix(h[1], info.ContentType)
		}) {
			t.Errorf("%s: headers %v", info.ID, m.Headers)
		}
		if (info.Scheme == "") != (m.Signing.By == "nobody") || m.Signing.By == "endpoint" || m.Signing.Secret != info.Secret && m.Signing.By == "test" {
			t.Errorf("%s of scheme %q is signed as %+v", info.ID, info.Scheme, m.Signing)
		}
		seen = append(seen, m)
	}
	var page api.RowPage
	rig.Call("GET", "/api/v1/requests", nil, &page, 200)
	if len(page.Items) != 0 {
		t.Errorf("previews left %d requests", len(page.Items))
	}
	for i, info := range samples {
		if i%5 != 0 { // each takes a connection and a commit
			continue
		}
		var sent api.SampleSent
		rig.Call("POST", "/api/v1/samples", map[string]any{"id": info.ID, "seed": seen[i].Seed}, &sent, 200)
		var got api.Detail
		rig.Call("GET", fmt.Sprintf("/api/v1/requests/%d", sent.Seq), nil, &got, 200)
		var kept [][2]string
		for _, h := range got.Headers {
			if h[0] != "Host" && h[0] != "Content-Length" {
				kept = append(kept, h)
			}
		}
		for n, h := range seen[i].Headers {
			if n >= len(kept) || kept[n][0] != h[0] || (kept[n][1] != h[1] && !slices.Contains(seen[i].Signing.Headers, h[0])) {
				t.Errorf("%s: line %d is %v, seen was %v", info.ID, n+1, kept[n], h)
			}
		}
	}
}

func TestSampleFaults(t *testing.T) {
	rig := testkit.NewRig(t)
	var p api.FaultProblem
	rig.Call("GET", "/api/v1/samples/acme.thing", nil, &p, 404)
	rig.Call("GET", "/api/v1/samples/..", nil, nil, 404)
	rig.Call("GET", "/api/v1/samples/github.push?endpoint=nowhere", nil, &p, 404)
	push := map[string]any{"id": "github.push"}
	for _, c := range []struct {
		with        map[string]any
		status      int
		field, text string
	}{
		{map[string]any{"id": "", "provider": "github", "event": "pushed"}, 404, "event", "pull_request.closed"},
		{map[string]any{"id": "", "provider": "githup"}, 404, "provider", "githup"},
		{map[string]any{"seed": "abc"}, 422, "seed", "preview"},
		{map[string]any{"seed": "_____________________________w"}, 422, "seed", "preview"},
		{map[string]any{"body": "x", "bodyBase64": "eA=="}, 422, "body", "not both"},
		{map[string]any{"bodyBase64": "?"}, 422, "bodyBase64", "base64"},
		{map[string]any{"headers": [][2]string{{"A b", "c"}}}, 422, "headers", "line 1"},
		{map[string]any{"headers": [][2]string{{"A", "b\r\nC: d"}}}, 422, "headers", "line break"},
		{map[string]any{"set": []map[string]string{{"path": "commits.9.id", "value": "1"}}}, 422, "set", "2 elements"},
		{map[string]any{"times": 1001}, 422, "body.times", ""},
		{map[string]any{"id": "adyen.AUTHORISATION", "body": "not what Adyen sends"}, 422, "body", "sign sample"},
		{map[string]any{"endpoint": "nowhere"}, 404, "", "nowhere"},
	} {
		in := map[string]any{}
		for k, v := range push {
			in[k] = v
		}
		for k, v := range c.with {
			in[k] = v
		}
		var p api.FaultProblem
		rig.Call("POST", "/api/v1/samples", in, &p, c.status)
		if c.field != "body.times" && (p.Field != c.field || !strings.Contains(p.Detail, c.text)) {
			t.Errorf("%v: field %q: %s", c.with, p.Field, p.Detail)
		}
	}
	var page api.RowPage
	rig.Call("GET", "/api/v1/requests", nil, &page, 200)
	if len(page.Items) != 0 {
		t.Errorf("refused samples left %d requests", len(page.Items))
	}
}

// keptVerdict verifies a kept request as its receiver would.
func keptVerdict(t *testing.T, rig *testkit.Rig, seq int64, key sign.Key, scheme string) sign.Verdict {
	t.Helper()
	var got api.Detail
	rig.Call("GET", fmt.Sprintf("/api/v1/requests/%d", seq), nil, &got, 200)
	body, err := rig.Desk.Body(t.Context(), seq, false)
	if err != nil {
		t.Fatal(err)
	}
	m := sign.Message{Method: got.Method, URL: "http://" + got.Host + got.Target, Body: body}
	for _, h := range got.Headers {
		m.Headers = append(m.Headers, hook.Header{Name: h[0], Value: h[1]})
	}
	near := time.Minute
	return sign.Verify(m, key, sign.Options{Scheme: scheme, Provider: got.Provider, Now: time.Now(), Tolerance: &near})
}

func TestEditedSampleIsSignedAfterEditing(t *testing.T) {
	rig := testkit.NewRig(t)
	secret := sign.Key{Secret: "whsec_creel_test_secret_stripe"}
	var sent api.SampleSent
	send := func(with map[string]any) int64 {
		in := map[string]any{"provider": "stripe", "event": "charge.refunded"}
		for k, v := range with {
			in[k] = v
		}
		rig.Call("POST", "/api/v1/samples", in, &sent, 200)
		return sent.Seq
	}
	seq := send(map[string]any{"set": []map[string]string{{"path": "data.object.amount_refunded", "value": "4242"}, {"path": "data.object.metadata.why", "value": "too hot"}}})
	if v := keptVerdict(t, rig, seq, secret, "stripe-v1"); !v.Valid {
		t.Errorf("edited by fields: %s %v", v.Reason, v.Hints)
	}
	body, err := rig.Desk.Body(t.Context(), seq, false)
	if err != nil || !strings.Contains(string(body), "\"amount_refunded\": 4242") || !strings.Contains(string(body), "too hot") {
		t.Errorf("%v: %s", err, body)
	}
	seq = send(map[string]any{"body": `{"type":"mine"}`, "headers": [][2]string{{"X-Mine", "1"}, {"Stripe-Signature", "t=1,v1=00"}, {"Content-Length", "999"}}})
	if v := keptVerdict(t, rig, seq, secret, "stripe-v1"); !v.Valid {
		t.Errorf("with a body of its own: %s %v", v.Reason, v.Hints)
	}
	var got api.Detail
	rig.Call("GET", fmt.Sprintf("/api/v1/requests/%d", seq), nil, &got, 200)
	if got.BodyBytes != 15 || len(got.Headers) != 4 || got.Headers[1] != [2]string{"X-Mine", "1"} {
		t.Errorf("%d bytes behind %v", got.BodyBytes, got.Headers)
	}
	seq = send(map[string]any{"unsigned": true, "headers": [][2]string{{"Stripe-Signature", "t=1,v1=00"}}})
	if v := keptVerdict(t, rig, seq, secret, "stripe-v1"); v.Valid {
		t.Error("an unsigned sample with a wrong signature verifies")
	}
}

func TestSampleIsSignedByTheEndpointOfItsProvider(t *testing.T) {
	rig := testkit.NewRig(t)
	own := sign.Key{Secret: "whsec_b3duLXNlY3JldC1vZi10aGUtZW5kcG9pbnQtMDAw"}
	rig.Call("POST", "/api/v1/endpoints", map[string]any{"slug": "mail", "provider": "svix", "secret": own.Secret}, nil, 201)
	for id, by := range map[string]string{"svix.invoice.sent": "endpoint", "resend.email.bounced": "endpoint", "openai.batch.completed": "test", "github.push": "test", "discord.ping": "testKey"} {
		var m api.SampleMessage
		rig.Call("GET", "/api/v1/samples/"+id+"?endpoint=mail", nil, &m, 200)
		if m.Signing.By != by || (by == "endpoint") != (m.Signing.Secret == "" && m.Signing.PublicKey == "") || strings.Contains(fmt.Sprint(m.Signing), own.Secret) {
			t.Errorf("%s is signed as %+v", id, m.Signing)
		}
	}
	var sent api.SampleSent
	rig.Call("POST", "/api/v1/samples", map[string]any{"id": "resend.email.bounced", "endpoint": "mail"}, &sent, 200)
	if v := keptVerdict(t, rig, sent.Seq, own, "svix-v1"); !v.Valid {
		t.Errorf("%s %v", v.Reason, v.Hints)
	}
}

// Each sample that a secret signs is shown as valid when its endpoint is of its
// provider, and as invalid when the endpoint has another secret.
func TestSamplesVerifyAtTheirEndpoints(t *testing.T) {
	rig := testkit.NewRig(t)
	var samples []api.Sample
	rig.Call("GET", "/api/v1/samples", nil, &samples, 200)
	made := map[string]bool{}
	for _, info := range samples {
		if info.Secret == "" || info.Provider == "paypal" { // paypal wants a certificate, too
			continue
		}
		if !made[info.Provider] {
			made[info.Provider] = true
			rig.Call("POST", "/api/v1/endpoints", map[string]any{"slug": info.Provider, "provider": info.Provider, "secret": info.Secret}, nil, 201)
		}
		var sent api.SampleSent
		rig.Call("POST", "/api/v1/samples", map[string]any{"id": info.ID, "endpoint": info.Provider}, &sent, 200)
		var row api.Detail
		rig.Call("GET", fmt.Sprintf("/api/v1/requests/%d", sent.Seq), nil, &row, 200)
		if row.Sig != "valid" {
			var v map[string]any
			rig.Call("GET", fmt.Sprintf("/api/v1/requests/%d/verdict", sent.Seq), nil, &v, 200)
			t.Errorf("%s is shown as %q: %v %v", info.ID, row.Sig, v["reason"], v["hints"])
		}
	}
	if len(made) < 30 {
		t.Errorf("only %d providers", len(made))
	}
	rig.Call("POST", "/api/v1/endpoints", map[string]any{"slug": "other", "provider": "github", "secret": "right"}, nil, 201)
	var seen api.SampleMessage
	rig.Call("GET", "/api/v1/samples/github.star?endpoint=inbox", nil, &seen, 200)
	var sent api.SampleSent
	rig.Call("POST", "/api/v1/samples", map[string]any{"id": "github.star", "endpoint": "other", "unsigned": true, "seed": seen.Seed, "headers": seen.Headers}, &sent, 200)
	var row api.Detail
	if rig.Call("GET", fmt.Sprintf("/api/v1/requests/%d", sent.Seq), nil, &row, 200); row.Sig != "invalid" {
		t.Errorf("signed with another secret it is shown as %q", row.Sig)
	}
}

func TestSampleSentManyTimesHasIdsOfItsOwn(t *testing.T) {
	rig := testkit.NewRig(t)
	for _, with := range []map[string]any{{}, {"headers": [][2]string{{"svix-id", "msg_mine"}, {"svix-timestamp", "1"}, {"svix-signature", "x"}}}} {
		in := map[string]any{"provider": "svix", "times": 3}
		for k, v := range with {
			in[k] = v
		}
		var sent api.SampleSent
		rig.Call("POST", "/api/v1/samples", in, &sent, 200)
		ids := map[string]bool{}
		for _, seq := range sent.Seqs {
			var got api.Detail
			rig.Call("GET", fmt.Sprintf("/api/v1/requests/%d", seq), nil, &got, 200)
			for _, h := range got.Headers {
				if h[0] == "svix-id" {
					ids[h[1]] = true
				}
			}
		}
		if len(ids) != 3 || len(sent.Seqs) != 3 || sent.Seq != sent.Seqs[2] {
			b, _ := json.Marshal(sent)
			t.Errorf("%s with ids %v", b, ids)
		}
		if with["headers"] != nil && !ids["msg_mine"] {
			t.Errorf("the id that was given is not among %v", ids)
		}
	}
}
