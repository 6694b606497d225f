package api_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"creel/backend/api"
	"creel/backend/testkit"
)

// shop is an app that verifies Stripe's signature as Stripe's library does:
// 400 unless it holds and is at most five minutes old.
type shop struct {
	*httptest.Server
	mu    sync.Mutex
	lines []string
	fail  int // answer so many with 500 first, verified or not
}

func newShop(t *testing.T, secret string) *shop {
	t.Helper()
	s := &shop{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := make([]byte, r.ContentLength)
		if _, err := r.Body.Read(body); err != nil && err.Error() != "EOF" {
			t.Error(err)
		}
		line := r.Header.Get("Stripe-Signature")
		s.mu.Lock()
		defer s.mu.Unlock()
		s.lines = append(s.lines, line)
		if s.fail > 0 {
			s.fail--
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		stamp, _, _ := strings.Cut(strings.TrimPrefix(line, "t="), ",")
		unix, _ := strconv.ParseInt(stamp, 10, 64)
		at := time.Unix(unix, 0)
		if line != stripeLine(secret, at, string(body)) || time.Since(at).Abs() > 5*time.Minute {
			w.WriteHeader(http.StatusBadRequest)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// replayed sends a request on and returns the status it was answered.
func replayed(rig *testkit.Rig, seq int64, order map[string]any) (status int, del map[string]any) {
	var ds []map[string]any
	rig.Call("POST", fmt.Sprintf("/api/v1/requests/%d/replay", seq), order, &ds, 200)
	rig.Await("the delivery to end", func() bool {
		var all []map[string]any
		rig.Call("GET", fmt.Sprintf("/api/v1/requests/%d/deliveries", seq), nil, &all, 200)
		for _, d := range all {
			if d["id"] == ds[0]["id"] && d["state"] != "waiting" && d["state"] != "sending" {
				del = d
				return true
			}
		}
		return false
	})
	attempts := del["attempts"].([]any)
	n, _ := attempts[len(attempts)-1].(map[string]any)["status"].(float64)
	return int(n), del
}

func TestAnOldEventIsAcceptedWhenSignedAnew(t *testing.T) {
	rig := testkit.NewRig(t)
	app := newShop(t, stripeSecret)
	setSecret(rig, "inbox", map[string]any{"secret": stripeSecret})
	body := `{"id":"evt_1","object":"event","type":"charge.succeeded"}`
	seq := stripe(t, rig, "/inbox", stripeLine(stripeSecret, time.Now().Add(-72*time.Hour), body), body)
	if v := verdictOn(rig, seq); v.Reason != "timestamp_too_old" || !v.Resign.Possible {
		t.Errorf("verdict %+v", v)
	}

	if status, del := replayed(rig, seq, map[string]any{"url": app.URL}); status != 400 || del["resigned"] != false {
		t.Errorf("as it was: %d, %v", status, del)
	}
	for name, resign := range map[string]any{"true": true, "an object": map[string]any{}, "a secret of its own": map[string]any{"secret": stripeSecret}} {
		if status, del := replayed(rig, seq, map[string]any{"url": app.URL, "resign": resign}); status != 200 || del["resigned"] != true || del["edited"] != false {
			t.Errorf("signed anew by %s: %d, %v", name, status, del)
		}
	}
	edits := map[string]any{"bodyText": `{"id":"evt_1","object":"event","amount":2}`}
	if status, _ := replayed(rig, seq, map[string]any{"url": app.URL, "edits": edits}); status != 400 {
		t.Errorf("edited, as it was: %d", status)
	}
	if status, del := replayed(rig, seq, map[string]any{"url": app.URL, "edits": edits, "resign": true}); status != 200 || del["edited"] != true {
		t.Errorf("edited and signed anew: %d, %v", status, del)
	}
	if status, _ := replayed(rig, seq, map[string]any{"url": app.URL, "resign": map[string]any{"secret": "whsec_other"}}); status != 400 {
		t.Errorf("signed by another secret: %d", status)
	}
}

func TestEachTryIsSignedAnew(t *testing.T) {
	rig := testkit.NewRig(t)
	app := newShop(t, stripeSecret)
	app.fail = 1
	setSecret(rig, "inbox", map[string]any{"secret": stripeSecret})
	body := `{"id":"evt_1","object":"event"}`
	seq := stripe(t, rig, "/inbox", stripeLine(stripeSecret, time.Unix(1_700_000_000, 0), body), body)
	_, del := replayed(rig, seq, map[string]any{"url": app.URL, "resign": true})
	var again map[string]any
	rig.Call("POST", "/api/v1/deliveries/"+del["id"].(string)+"/retry", nil, &again, 200)
	rig.Await("the second try", func() bool {
		var all []map[string]any
		rig.Call("GET", fmt.Sprintf("/api/v1/requests/%d/deliveries", seq), nil, &all, 200)
		return all[0]["state"] == "delivered"
	})
	app.mu.Lock()
	defer app.mu.Unlock()
	for _, line := range app.lines {
		if strings.HasPrefix(line, "t=1700000000,") {
			t.Errorf("a try carried the old time: %s", line)
		}
	}
	if len(app.lines) != 2 {
		t.Errorf("%d tries", len(app.lines))
	}
}

func TestWhatCannotBeSignedAnewIsRefusedInWords(t *testing.T) {
	rig := testkit.NewRig(t)
	plain := rig.Post("/inbox", `{}`)
	line := stripeLine(stripeSecret, time.Now(), `{}`)
	event := stripe(t, rig, "/inbox", line, `{}`)
	for _, c := range []struct {
		seq    int64
		resign any
		says   string
	}{
		{plain, true, "nothing tells how"},
		{event, true, "no secret is set"},
		{event, map[string]any{"scheme": "rot13", "secret": "x"}, "no scheme"},
	} {
		var p struct{ Field, Detail string }
		rig.Call("POST", fmt.Sprintf("/api/v1/requests/%d/replay", c.seq), map[string]any{"url": "http://127.0.0.1:9", "resign": c.resign}, &p, 422)
		if !strings.HasPrefix(p.Field, "resign") || !strings.Contains(p.Detail, c.says) {
			t.Errorf("resign %v: %+v, want %q", c.resign, p, c.says)
		}
	}
	var ds []any
	rig.Call("GET", fmt.Sprintf("/api/v1/requests/%d/deliveries", event), nil, &ds, 200)
	if len(ds) != 0 {
		t.Errorf("refused, and yet in the outbox: %v", ds)
	}
	for _, bad := range []any{"yes", 1, []any{}} {
		rig.Call("POST", fmt.Sprintf("/api/v1/requests/%d/replay", event), map[string]any{"url": "http://127.0.0.1:9", "resign": bad}, nil, 422)
	}
}

// Without the sender's private key a test key pair signs, and its public key
// is what the app has to be given.
func TestAPrivateKeyIsReplacedByATestKey(t *testing.T) {
	rig := testkit.NewRig(t)
	rig.Call("POST", "/api/v1/endpoints", map[string]any{"slug": "bot", "provider": "discord"}, nil, 201)
	var sent struct{ Seq int64 }
	rig.Call("POST", "/api/v1/samples", map[string]any{"provider": "discord", "endpoint": "bot"}, &sent, 200)
	v := verdictOn(rig, sent.Seq)
	if v.Reason != "no_public_key" || !v.Resign.Possible || v.Resign.PublicKey == "" {
		t.Fatalf("verdict %+v", v)
	}
	target := testkit.NewTarget(t)
	if status, del := replayed(rig, sent.Seq, map[string]any{"url": target.URL(), "resign": true}); status != 200 {
		t.Fatalf("%d, %v", status, del)
	}
	got := target.Await(1)[0]
	var pairs [][2]string
	for _, l := range got.Lines()[1:] {
		if name, value, ok := strings.Cut(l, ":"); ok {
			pairs = append(pairs, [2]string{name, strings.TrimSpace(value)})
		}
	}
	var again verdict
	rig.Call("POST", "/api/v1/verify", map[string]any{
		"provider": "discord", "headers": pairs, "bodyBase64": got.Body, "publicKey": v.Resign.PublicKey, "toleranceSeconds": 300,
	}, &again, 200)
	if !again.Valid {
		t.Errorf("what was sent does not verify by the test key: %+v", again)
	}
}

// A secret goes in and never comes out: not at the door, not in the history,
// not in the document, not in the log.
func TestSecretsComeOutNowhere(t *testing.T) {
	const secret, lent = "whsec_nobody_may_see_me_81", "whsec_lent_nobody_sees_82"
	dir := t.TempDir()
	rig := testkit.RigOn(t, dir, "127.0.0.1:0")
	app := newShop(t, secret)
	rig.Call("POST", "/api/v1/endpoints", map[string]any{"slug": "pay", "provider": "stripe", "secret": "whsec_former_80"}, nil, 201)
	setSecret(rig, "pay", map[string]any{"secret": secret})
	setSecret(rig, "pay", map[string]any{"slug": "paid"}) // it follows the new name
	body := `{"id":"evt_1","object":"event"}`
	seq := stripe(t, rig, "/paid", stripeLine(secret, time.Now(), body), body)
	if v := verdictOn(rig, seq); !v.Valid {
		t.Fatalf("verdict %+v", v)
	}
	for _, resign := range []any{true, map[string]any{"secret": secret + "\n" + lent}} {
		if status, _ := replayed(rig, seq, map[string]any{"url": app.URL, "resign": resign}); status != 200 {
			t.Fatalf("signed anew: %d", status)
		}
	}
	document, err := api.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	seen := string(document)
	for _, path := range []string{
		"/endpoints", "/endpoints/paid", "/signatures", "/settings", "/status", "/targets", "/requests?filter=endpoint:paid",
		fmt.Sprintf("/requests/%d", seq), fmt.Sprintf("/requests/%d/verdict", seq), fmt.Sprintf("/requests/%d/deliveries", seq),
		fmt.Sprintf("/requests/%d/head", seq), "/changes?epoch=0&after=0",
	} {
		var b []byte
		rig.Call("GET", "/api/v1"+path, nil, &b, 200)
		seen += string(b)
	}
	rig.Close()
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "secrets.json" {
			return err
		}
		b, err := os.ReadFile(path)
		seen += string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{secret, lent, "whsec_former_80"} {
		if strings.Contains(seen, s) {
			t.Errorf("%q came out", s)
		}
	}
	kept, err := os.ReadFile(filepath.Join(dir, "secrets.json"))
	if err != nil || strings.Count(string(kept), secret) != 1 || strings.Contains(string(kept), "former") || strings.Contains(string(kept), lent) {
		t.Errorf("the file of secrets: %s, %v", kept, err)
	}

	// After a restart it is there, and goes with its endpoint.
	rig = testkit.RigOn(t, dir, "127.0.0.1:0")
	if v := verdictOn(rig, seq); !v.Valid {
		t.Errorf("after a restart: %+v", v)
	}
	rig.Call("DELETE", "/api/v1/endpoints/paid", nil, nil, 204)
	var left struct{ Secrets map[string]any }
	if kept, err = os.ReadFile(filepath.Join(dir, "secrets.json")); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(kept, &left); err != nil || len(left.Secrets) != 0 {
		t.Errorf("after deleting the endpoint: %s, %v", kept, err)
	}
	if v := verdictOn(rig, seq); v.Valid || v.SecretSet {
		t.Errorf("after deleting the endpoint: %+v", v)
	}
}

// GitHub's older signature, where it came along, is made anew with the other.
func TestBothSignaturesAreMadeAnew(t *testing.T) {
	rig := testkit.NewRig(t)
	target := testkit.NewTarget(t)
	setSecret(rig, "inbox", map[string]any{"provider": "github", "secret": "s3cret"})
	var sent struct{ Seq int64 }
	rig.Call("POST", "/api/v1/samples", map[string]any{"provider": "github", "endpoint": "inbox"}, &sent, 200)
	edits := map[string]any{"bodyText": `{"edited":true}`}
	if status, del := replayed(rig, sent.Seq, map[string]any{"url": target.URL(), "edits": edits, "resign": true}); status != 200 {
		t.Fatalf("%d, %v", status, del)
	}
	got := target.Await(1)[0]
	var pairs [][2]string
	for _, l := range got.Lines()[1:] {
		if name, value, ok := strings.Cut(l, ":"); ok {
			pairs = append(pairs, [2]string{name, strings.TrimSpace(value)})
		}
	}
	for _, scheme := range []string{"github-sha256", "github-sha1"} {
		var v verdict
		rig.Call("POST", "/api/v1/verify", map[string]any{"scheme": scheme, "headers": pairs, "bodyBase64": got.Body, "secret": "s3cret"}, &v, 200)
		if !v.Valid {
			t.Errorf("%s: %s %q", scheme, v.Reason, v.Hints)
		}
	}
}
