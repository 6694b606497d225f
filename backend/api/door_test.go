package api_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"creel/backend/api"
	"creel/backend/testkit"
)

// keys fails unless every one of them is in the JSON object.
func keys(t *testing.T, what string, object map[string]any, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, ok := object[name]; !ok {
			t.Errorf("%s lacks %q: %v", what, name, object)
		}
	}
}

// The shapes that other programs rely on: keys that must exist.
func TestShapesOfTheContract(t *testing.T) {
	rig := testkit.NewRig(t)
	target := testkit.NewTarget(t)
	rig.Call("POST", "/api/v1/targets", map[string]any{"name": "app", "url": target.URL()}, nil, 201)
	seq := rig.Post("/inbox/a?x=1&y=%20z", `{"type":"thing.done"}`)

	var page map[string]any
	rig.Call("GET", "/api/v1/requests", nil, &page, 200)
	keys(t, "page", page, "items", "total", "next")
	row := page["items"].([]any)[0].(map[string]any)
	rowKeys := []string{
		"seq", "uid", "endpoint", "receivedAt", "method", "target", "host", "contentType", "bodyBytes",
		"state", "status", "sig", "deliveries", "tags", "pinned", "read",
	}
	keys(t, "row", row, rowKeys...)
	keys(t, "row.deliveries", row["deliveries"].(map[string]any), "waiting", "delivered", "failed")

	var detail map[string]any
	rig.Call("GET", fmt.Sprintf("/api/v1/requests/%d", seq), nil, &detail, 200)
	keys(t, "detail", detail, append(rowKeys, "protocol", "remoteAddr", "via", "headers", "trailers", "query", "sha256", "readMs")...)

	var deliveries []map[string]any
	rig.Call("POST", fmt.Sprintf("/api/v1/requests/%d/replay", seq), map[string]any{"target": "app"}, &deliveries, 200)
	keys(t, "delivery", deliveries[0], "id", "request", "url", "kind", "state", "attempts")
	target.Await(1)
	rig.Await("an attempt", func() bool {
		rig.Call("GET", fmt.Sprintf("/api/v1/requests/%d/deliveries", seq), nil, &deliveries, 200)
		return deliveries[0]["state"] == "delivered"
	})
	attempt := deliveries[0]["attempts"].([]any)[0].(map[string]any)
	keys(t, "attempt", attempt, "id", "n", "startedAt", "url", "status", "phasesMs", "answerBytes", "answerTruncated")
	keys(t, "attempt.phasesMs", attempt["phasesMs"].(map[string]any), "dns", "connect", "tls", "firstByte", "total")

	var list []map[string]any
	rig.Call("GET", "/api/v1/endpoints", nil, &list, 200)
	keys(t, "endpoint", list[0], "slug", "name", "secretSet", "reply", "targets", "url")
	keys(t, "endpoint.reply", list[0]["reply"].(map[string]any), "mode", "status")
	rig.Call("GET", "/api/v1/targets", nil, &list, 200)
	keys(t, "target", list[0], "name", "url")

	var comparison map[string]any
	rig.Call("POST", "/api/v1/compare", map[string]any{
		"left": map[string]any{"request": seq}, "right": map[string]any{"attempt": attempt["id"], "side": "sent"},
	}, &comparison, 200)
	keys(t, "comparison", comparison, "same", "sections")
}

// What was sent is given back byte for byte.
func TestExactBytesComeBack(t *testing.T) {
	rig := testkit.NewRig(t)
	head := "POST /Stripe//x%2Fy?b=2&a=1 HTTP/1.1\r\nhOsT: a.example\r\nX-Two: 1\r\nx-two:   2  \r\nConnection: close\r\nContent-Length: 5\r\n\r\n"
	body := "\x00\xff\r\n\n"
	rig.Raw(head + body)

	var got []byte
	rig.Call("GET", "/api/v1/requests/1/head", nil, &got, 200)
	if string(got) != head {
		t.Errorf("head %q\nwant %q", got, head)
	}
	rig.Call("GET", "/api/v1/requests/1/body", nil, &got, 200)
	if string(got) != body {
		t.Errorf("body %q, want %q", got, body)
	}
	var detail api.Detail
	rig.Call("GET", "/api/v1/requests/1", nil, &detail, 200)
	want := [][2]string{{"hOsT", "a.example"}, {"X-Two", "1"}, {"x-two", "2"}, {"Connection", "close"}, {"Content-Length", "5"}}
	if fmt.Sprint(detail.Headers) != fmt.Sprint(want) {
		t.Errorf("headers %v, want %v", detail.Headers, want)
	}
	sum := sha256.Sum256([]byte(body))
	if detail.SHA256 != hex.EncodeToString(sum[:]) || detail.Target != "/Stripe//x%2Fy?b=2&a=1" {
		t.Errorf("sha256 %s, target %s", detail.SHA256, detail.Target)
	}
}

// Nobody comes in without the token, under a foreign name or from a foreign
// page, on any route, however its path is spelled.
func TestNobodyComesInUninvited(t *testing.T) {
	rig := testkit.NewRig(t)
	rig.Post("/inbox", `{"secret":"s3cret"}`)
	paths := []string{
		"/api/v1/requests", "/api/v1/requests/1", "/api/v1/requests/1/body", "/api/v1/live", "/api/v1/status",
		"/api/v1/settings", "/openapi.json", "/api/v1/openapi.json", "/%61pi/v1/requests", "/api/v1/%72equests/1/body",
		"/api/v1//requests", "/api/v1/nothing", "/api/",
	}
	cases := []struct {
		name   string
		edit   func(*http.Request)
		status int
	}{
		{"no token", func(r *http.Request) { r.Header.Del("Authorization") }, 401},
		{"wrong token", func(r *http.Request) { r.Header.Set("Authorization", "Bearer test-tokem") }, 401},
		{"empty token", func(r *http.Request) { r.Header.Set("Authorization", "Bearer ") }, 401},
		{"token of another scheme", func(r *http.Request) { r.Header.Set("Authorization", "Basic test-token") }, 401},
		{"rebound name", func(r *http.Request) { r.Host = "evil.example:80" }, 421},
		{"name that starts like ours", func(r *http.Request) { r.Host = "localhost.evil.example" }, 421},
		{"foreign origin", func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, 403},
		{"null origin", func(r *http.Request) { r.Header.Set("Origin", "null") }, 403},
		{"another port's origin", func(r *http.Request) { r.Header.Set("Origin", "http://127.0.0.1:1") }, 403},
		{"cross-site without origin", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, c := range cases {
		for _, path := range paths {
			for _, method := range []string{"GET", "POST", "DELETE", "OPTIONS"} {
				req, err := http.NewRequest(method, rig.Door+path, nil)
				if err != nil {
					t.Fatal(err)
				}
				req.Header.Set("Authorization", "Bearer "+rig.Token)
				c.edit(req)
				resp, err := client.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				var b bytes.Buffer
				_, _ = b.ReadFrom(resp.Body)
				_ = resp.Body.Close()
				if resp.StatusCode != c.status && !isSafeRedirect(resp) {
					t.Errorf("%s, %s %s: %s, want %d", c.name, method, path, resp.Status, c.status)
				}
				if strings.Contains(b.String(), "s3cret") || resp.Header.Get("Access-Control-Allow-Origin") != "" {
					t.Errorf("%s, %s %s: leaks %q", c.name, method, path, b.String())
				}
			}
		}
	}
	var page api.RowPage
	rig.Call("GET", "/api/v1/requests", nil, &page, 200)
	if page.Total != 1 {
		t.Errorf("%d requests left of 1: something was let through", page.Total)
	}
}

// isSafeRedirect is ServeMux's cleaning of a path: it leads back here.
func isSafeRedirect(resp *http.Response) bool {
	to, err := url.Parse(resp.Header.Get("Location"))
	return err == nil && resp.StatusCode/100 == 3 && to.Host == "" && strings.HasPrefix(to.Path, "/api/")
}

func TestHealthzNeedsNoToken(t *testing.T) {
	rig := testkit.NewRig(t)
	for _, path := range []string{"/healthz", "/api/v1/healthz"} {
		resp, err := http.Get(rig.Door + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != 200 {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
}

// The window's page lives on another origin, so its preflights must pass, for
// every method that the door has.
func TestWindowMayCall(t *testing.T) {
	rig := testkit.NewRig(t)
	document, err := api.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var routes struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(document, &routes); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest("OPTIONS", rig.Door+"/api/v1/requests", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Origin", testkit.WindowOrigin)
	req.Header.Set("Access-Control-Request-Method", "PATCH")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != 204 || resp.Header.Get("Access-Control-Allow-Origin") != testkit.WindowOrigin {
		t.Fatalf("%s, %v", resp.Status, resp.Header)
	}
	allowed := strings.Split(resp.Header.Get("Access-Control-Allow-Methods"), ", ")
	for path, methods := range routes.Paths {
		for method := range methods {
			if !slices.Contains(allowed, strings.ToUpper(method)) {
				t.Errorf("the window may not %s %s: preflights allow %q", method, path, allowed)
			}
		}
	}
}

func TestPageHasItsPolicy(t *testing.T) {
	rig := testkit.NewRig(t)
	seen := map[string]bool{}
	for range 2 {
		resp, err := http.Get(rig.Door + "/")
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		_, _ = b.ReadFrom(resp.Body)
		_ = resp.Body.Close()
		csp := resp.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self';", "frame-ancestors 'none'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("policy %q lacks %q", csp, want)
			}
		}
		if strings.Contains(csp, "unsafe") || strings.Contains(b.String(), "__CSP_NONCE__") {
			t.Errorf("policy %q, page %q", csp, b.String())
		}
		seen[csp] = true
	}
	if len(seen) != 2 {
		t.Error("two loads got the same nonce")
	}
}

// Bad input says what, why and where, and changes nothing.
func TestBadInputIsExplained(t *testing.T) {
	rig := testkit.NewRig(t)
	seq := rig.Post("/inbox", `{}`)
	replay := fmt.Sprintf("/api/v1/requests/%d/replay", seq)
	cases := []struct {
		method, path string
		in           any
		status       int
		kind, field  string
		text         string
	}{
		{"GET", "/api/v1/requests?filter=methud:GET", nil, 422, "invalid", "filter", "method"},
		{"GET", "/api/v1/requests?filter=%28", nil, 422, "invalid", "filter", ""},
		{"GET", "/api/v1/requests/99", nil, 404, "not-found", "", "99"},
		{"GET", "/api/v1/requests?limit=5000", nil, 422, "invalid", "", ""},
		{"POST", replay, map[string]any{}, 422, "invalid", "url", "target"},
		{"POST", replay, map[string]any{"url": "ftp://x/"}, 422, "invalid", "url", "http"},
		{"POST", replay, map[string]any{"target": "nope"}, 404, "not-found", "", "nope"},
		{"POST", replay, map[string]any{"url": "http://127.0.0.1:9/", "edits": map[string]any{"method": "A B"}}, 422, "invalid", "edits.method", ""},
		{"POST", replay, map[string]any{"url": "http://127.0.0.1:9/", "edits": map[string]any{"headers": [][2]string{{"X", "a\nb"}}}}, 422, "invalid", "edits.headers", "line 1"},
		{"POST", replay, map[string]any{"url": "http://127.0.0.1:9/", "edits": map[string]any{"bodyBase64": "*"}}, 422, "invalid", "edits.bodyBase64", ""},
		{"POST", "/api/v1/endpoints", map[string]any{"slug": "inbox"}, 409, "conflict", "slug", "inbox"},
		{"POST", "/api/v1/endpoints", map[string]any{"slug": "A b"}, 422, "invalid", "", ""},
		{"POST", "/api/v1/endpoints", map[string]any{"slug": "x", "targets": []string{"nope"}}, 422, "invalid", "targets", "nope"},
		{"DELETE", "/api/v1/endpoints/inbox", nil, 409, "conflict", "", "inbox"},
		{"PATCH", "/api/v1/endpoints/inbox", map[string]any{"reply": map[string]any{"status": 200, "headers": [][2]string{{"Content-Length", "1"}}}}, 422, "invalid", "reply.headers", ""},
		{"POST", "/api/v1/targets", map[string]any{"name": "x", "url": "javascript:alert(1)"}, 422, "invalid", "url", ""},
		{"PATCH", "/api/v1/settings", map[string]any{"catchAddress": "here"}, 422, "invalid", "catchAddress", "port"},
		{"POST", "/api/v1/samples", map[string]any{"provider": "acme"}, 404, "not-found", "provider", "acme"},
		{"POST", "/api/v1/compare", map[string]any{"left": map[string]any{}, "right": map[string]any{"request": seq}}, 422, "invalid", "left", ""},
		{"POST", "/api/v1/window/front", nil, 404, "not-found", "", "serve"},
		{"GET", "/api/v1/nothing", nil, 404, "not-found", "", "openapi.json"},
		{"DELETE", "/api/v1/compare", nil, 405, "invalid", "", "only POST"},
	}
	for _, c := range cases {
		var p api.FaultProblem
		rig.Call(c.method, c.path, c.in, &p, c.status)
		if p.Kind != c.kind || p.Field != c.field || !strings.Contains(p.Detail, c.text) {
			t.Errorf("%s %s %v: kind %q field %q: %s", c.method, c.path, c.in, p.Kind, p.Field, p.Detail)
		}
	}
	var deliveries []api.Delivery
	rig.Call("GET", fmt.Sprintf("/api/v1/requests/%d/deliveries", seq), nil, &deliveries, 200)
	if len(deliveries) != 0 {
		t.Errorf("refused replays left %d deliveries", len(deliveries))
	}
}

func TestEditedReplayIsSentAsEdited(t *testing.T) {
	rig := testkit.NewRig(t)
	target := testkit.NewTarget(t)
	seq := rig.Post("/inbox", `{"a":1}`)
	rig.Call("POST", fmt.Sprintf("/api/v1/requests/%d/replay", seq), map[string]any{
		"url": target.URL() + "/x", "edits": map[string]any{
			"method": "PUT", "headers": [][2]string{{"X-b", "1"}, {"x-B", "2"}},
			"bodyBase64": base64.StdEncoding.EncodeToString([]byte{0, 255}),
		},
	}, nil, 200)
	seen := target.Await(1)[0]
	if !bytes.Equal(seen.Body, []byte{0, 255}) || seen.Lines()[0] != "PUT /x HTTP/1.1" ||
		!bytes.Contains(seen.Head, []byte("X-b: 1\r\nx-B: 2\r\n")) {
		t.Fatalf("sent %q", seen.Raw())
	}
}
