package api_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"creel/backend/api"
	"creel/backend/testkit"
)

const form = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n" +
	"--b\r\nContent-Disposition: form-data; name=\"../../x\"; filename=\"/etc/passwd\"\r\nContent-Type: text/html\r\n\r\n" +
	"\x00<script>\xff\r\n\r\n--b--\r\n"

func wire(headers, body string) string {
	return fmt.Sprintf("POST /inbox/form HTTP/1.1\r\nHost: a\r\n%sConnection: close\r\nContent-Length: %d\r\n\r\n%s", headers, len(body), body)
}

// Parts and whole requests are given byte for byte, as attachments that no
// browser renders, and never under a name that the sender chose.
func TestPartsAndWholeRequests(t *testing.T) {
	rig := testkit.NewRig(t)
	sent := wire("Content-Type: multipart/form-data; boundary=b\r\n", form)
	rig.Raw(sent)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(form))
	_ = z.Close()
	rig.Raw(wire("Content-Type: multipart/form-data; boundary=b\r\nContent-Encoding: gzip\r\n", packed.String()))
	chunked := "POST /inbox/chunks HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
	rig.Raw(chunked + "2\r\nab\r\n1\r\nc\r\n0\r\nX-Sum: 6\r\n\r\n")

	for path, want := range map[string]string{
		"/requests/1/parts/0":              "one",
		"/requests/1/parts/1":              "\x00<script>\xff\r\n",
		"/requests/2/parts/1?decoded=true": "\x00<script>\xff\r\n",
		"/requests/1/raw":                  sent,
		"/requests/3/raw":                  chunked + "abcX-Sum: 6\r\n",
	} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", rig.Door+"/api/v1"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+rig.Token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		_, _ = got.ReadFrom(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != 200 || got.String() != want {
			t.Errorf("%s: %s %q, want %q", path, resp.Status, got.String(), want)
		}
		h := resp.Header
		if h.Get("Content-Type") != "application/octet-stream" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Disposition") != "attachment" {
			t.Errorf("%s: headers %v", path, h)
		}
	}

	for path, want := range map[string]struct {
		status int
		text   string
	}{
		"/requests/1/parts/2":    {404, "the body has 2, counted from 0"},
		"/requests/2/parts/0":    {404, "the body has 0"},
		"/requests/3/parts/0":    {404, "not multipart"},
		"/requests/9/parts/0":    {404, "9"},
		"/requests/9/raw":        {404, "9"},
		"/requests/1/parts/-1":   {422, ""},
		"/requests/1/parts/1000": {422, ""},
		"/requests/1/parts/..":   {422, ""},
	} {
		var p api.FaultProblem
		rig.Call("GET", "/api/v1"+strings.ReplaceAll(path, "..", "%2e%2e%2f"), nil, &p, want.status)
		if !strings.Contains(p.Detail, want.text) {
			t.Errorf("%s: %s", path, p.Detail)
		}
	}
}

// What was sent and answered can be taken apart like a request.
func TestPartsOfAttempts(t *testing.T) {
	rig := testkit.NewRig(t)
	target := testkit.NewTarget(t)
	rig.Raw(wire("Content-Type: multipart/form-data; boundary=b\r\n", form))
	rig.Call("POST", "/api/v1/requests/1/replay", map[string]any{"url": target.URL()}, nil, 200)
	target.Await(1)
	var deliveries []api.Delivery
	rig.Await("an attempt", func() bool {
		rig.Call("GET", "/api/v1/requests/1/deliveries", nil, &deliveries, 200)
		return deliveries[0].State == "delivered"
	})
	id := deliveries[0].Attempts[0].ID
	var got []byte
	rig.Call("GET", "/api/v1/attempts/"+id+"/sent/parts/0", nil, &got, 200)
	if string(got) != "one" {
		t.Errorf("part sent is %q", got)
	}
	rig.Call("GET", "/api/v1/attempts/"+id+"/answer/parts/0", nil, nil, 404)
	rig.Call("GET", "/api/v1/attempts/"+id+"/both/parts/0", nil, nil, 422)
	rig.Call("GET", "/api/v1/attempts/nope/sent/parts/0", nil, nil, 404)
}

// The status counts the requests with a failed delivery and keeps up.
func TestStatusCountsFailures(t *testing.T) {
	rig := testkit.NewRig(t)
	rig.Post("/inbox", `{}`)
	rig.Call("POST", "/api/v1/requests/1/replay", map[string]any{"url": "http://127.0.0.1:1/", "times": 2}, nil, 200)
	rig.Await("a failure in the status", func() bool {
		var status api.Status
		rig.Call("GET", "/api/v1/status", nil, &status, 200)
		return status.History.Failed == 1 && status.History.Waiting == 0
	})
	rig.Call("DELETE", "/api/v1/requests/1", nil, nil, 200)
	var status api.Status
	rig.Call("GET", "/api/v1/status", nil, &status, 200)
	if status.History.Failed != 0 {
		t.Errorf("%d failed after it was deleted", status.History.Failed)
	}
}

// What was deleted says until when it can be had back; of nothing there is no
// such time.
func TestDeletingSaysUntilWhen(t *testing.T) {
	rig := testkit.NewRig(t)
	rig.Post("/inbox", `{}`)
	var none, one api.Trash
	rig.Call("DELETE", "/api/v1/requests?filter=method:PUT", nil, &none, 200)
	rig.Call("DELETE", "/api/v1/requests?filter=method:POST", nil, &one, 200)
	if none != (api.Trash{}) {
		t.Errorf("deleting nothing answers %+v", none)
	}
	if _, err := time.Parse(time.RFC3339, one.Until); one.Count != 1 || err != nil {
		t.Errorf("deleting one answers %+v (%v)", one, err)
	}
}
