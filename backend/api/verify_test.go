package api_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"creel/backend/testkit"
)

// stripeSecret is one of the tests' own. Like a real one it is used as text.
const stripeSecret = "whsec_creel_door_test_7d1f"

// stripeLine signs as Stripe does.
func stripeLine(secret string, at time.Time, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%d.%s", at.Unix(), body)
	return fmt.Sprintf("t=%d,v1=%s", at.Unix(), hex.EncodeToString(mac.Sum(nil)))
}

// stripe sends an event to a path of the catch port.
func stripe(t *testing.T, rig *testkit.Rig, path, line, body string) int64 {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "POST", rig.CatchURL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if line != "" {
		req.Header.Set("Stripe-Signature", line)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var seq int64
	if _, err := fmt.Sscan(resp.Header.Get("X-Creel-Seq"), &seq); err != nil {
		t.Fatalf("post %s: %s without a seq", path, resp.Status)
	}
	return seq
}

// verdict is the answer about a kept request.
type verdict struct {
	Valid        bool
	Reason       string
	AlsoReason   string
	Scheme       string
	Provider     string
	SignedBase64 string
	Expected     string
	Received     string
	Timestamp    string
	JudgedAt     string
	Hints        []string
	Endpoint     string
	SecretSet    bool
	SecretPlace  struct{ Place, Why string }
	Resign       struct {
		Possible  bool
		Text      string
		PublicKey string
	}
}

func verdictOn(rig *testkit.Rig, seq int64) (v verdict) {
	rig.Call("GET", fmt.Sprintf("/api/v1/requests/%d/verdict", seq), nil, &v, 200)
	return v
}

func sigOf(rig *testkit.Rig, seq int64) string {
	var row struct{ Sig string }
	rig.Call("GET", fmt.Sprintf("/api/v1/requests/%d", seq), nil, &row, 200)
	return row.Sig
}

func setSecret(rig *testkit.Rig, slug string, patch map[string]any) {
	rig.Call("PATCH", "/api/v1/endpoints/"+slug, patch, nil, 200)
}

// Every published vector, through the door.
func TestVerifyHoldsEveryVector(t *testing.T) {
	rig := testkit.NewRig(t)
	text, err := os.ReadFile("../sign/testdata/signatures.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		ID, Provider, Scheme, Secret, Method, URL, Expect string
		PublicKey                                         *string `json:"public_key"`
		Headers                                           map[string]string
		Body                                              string  `json:"body_base64"`
		Now                                               *int64  `json:"now"`
		Tolerance                                         *int    `json:"tolerance_s"`
		SignatureHeader                                   *string `json:"signature_header"`
	}
	if err := json.Unmarshal(text, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) < 100 {
		t.Fatalf("only %d vectors", len(vectors))
	}
	for _, v := range vectors {
		pairs := [][2]string{}
		for _, name := range slices.Sorted(maps.Keys(v.Headers)) {
			pairs = append(pairs, [2]string{name, v.Headers[name]})
		}
		var got map[string]any
		rig.Call("POST", "/api/v1/verify", map[string]any{
			"method": v.Method, "url": v.URL, "headers": pairs, "bodyBase64": v.Body, "scheme": v.Scheme,
			"secret": v.Secret, "publicKey": v.PublicKey, "signatureHeader": v.SignatureHeader,
			"toleranceSeconds": v.Tolerance, "now": v.Now,
		}, &got, 200)
		keys(t, v.ID, got, "valid", "reason", "scheme", "hints")
		if got["valid"] != (v.Expect == "valid") {
			t.Errorf("%s: %v, want %s", v.ID, got, v.Expect)
		}
		if got["valid"] == false && len(got["hints"].([]any)) == 0 {
			t.Errorf("%s: no hint why not", v.ID)
		}
	}
}

func TestVerifyShowsWhatIsSigned(t *testing.T) {
	rig := testkit.NewRig(t)
	at, body := time.Unix(1_700_000_000, 0), `{"id":"evt_1"}`
	order := map[string]any{
		"method": "POST", "url": "https://example.com/in", "provider": "stripe", "secret": stripeSecret,
		"headers":    [][2]string{{"Stripe-Signature", stripeLine(stripeSecret, at, body)}},
		"bodyBase64": base64.StdEncoding.EncodeToString([]byte(body)),
	}
	var v verdict
	rig.Call("POST", "/api/v1/verify", order, &v, 200)
	signed, _ := base64.StdEncoding.DecodeString(v.SignedBase64)
	if !v.Valid || v.Reason != "ok" || v.Scheme != "stripe-v1" || string(signed) != "1700000000."+body {
		t.Errorf("by provider: %+v, signed %q", v, signed)
	}
	if v.Timestamp != "2023-11-14T22:13:20.000000Z" || v.JudgedAt != "" {
		t.Errorf("timestamp %q, judged at %q", v.Timestamp, v.JudgedAt)
	}
	order["toleranceSeconds"], order["now"] = 300, at.Unix()+301
	rig.Call("POST", "/api/v1/verify", order, &v, 200)
	if v.Valid || v.Reason != "timestamp_too_old" || v.JudgedAt == "" {
		t.Errorf("a second too late: %+v", v)
	}
	delete(order, "now") // by the machine's clock it is older still
	rig.Call("POST", "/api/v1/verify", order, &v, 200)
	if v.Valid || v.Reason != "timestamp_too_old" {
		t.Errorf("by the machine's clock: %+v", v)
	}
	order["secret"] = ""
	rig.Call("POST", "/api/v1/verify", order, &v, 200)
	if v.Valid || v.Reason != "no_secret" {
		t.Errorf("an empty secret: %+v", v)
	}
	order["secret"] = "another"
	delete(order, "toleranceSeconds")
	rig.Call("POST", "/api/v1/verify", order, &v, 200)
	if v.Valid || v.Expected == "" || v.Received == "" || strings.Contains(v.Received, v.Expected) {
		t.Errorf("another secret: %+v", v)
	}
	for field, order := range map[string]map[string]any{
		"bodyBase64":       {"bodyBase64": "%"},
		"scheme":           {"scheme": "rot13"},
		"toleranceSeconds": {"scheme": "stripe-v1", "toleranceSeconds": -1},
	} {
		var p struct{ Field string }
		rig.Call("POST", "/api/v1/verify", order, &p, 422)
		if p.Field != field {
			t.Errorf("bad %s is told of %q", field, p.Field)
		}
	}
}

// A pasted newline and a body that was written anew are both told.
func TestTwoReasonsAreBothTold(t *testing.T) {
	rig := testkit.NewRig(t)
	signed, arrived := `{"id": "evt_1", "object": "event"}`, `{"id":"evt_1","object":"event"}`
	setSecret(rig, "inbox", map[string]any{"provider": "stripe", "secret": stripeSecret + "\n"})
	seq := stripe(t, rig, "/inbox", stripeLine(stripeSecret, time.Now(), signed), arrived)
	v := verdictOn(rig, seq)
	if v.Reason != "secret_wrong" || v.AlsoReason != "body_changed" || len(v.Hints) != 3 {
		t.Errorf("%s and %s: %q", v.Reason, v.AlsoReason, v.Hints)
	}
}

func TestASecretIsSetReplacedAndRemoved(t *testing.T) {
	rig := testkit.NewRig(t)
	body := `{"id":"evt_1","object":"event","type":"charge.succeeded"}`
	line := stripeLine(stripeSecret, time.Now(), body)
	first := stripe(t, rig, "/inbox", line, body)
	if v := verdictOn(rig, first); v.Valid || v.Reason != "no_secret" || v.SecretSet || v.Endpoint != "inbox" || v.Scheme != "stripe-v1" {
		t.Errorf("before any secret: %+v", v)
	}
	if got := sigOf(rig, first); got != "none" {
		t.Errorf("before any secret the row says %q", got)
	}

	setSecret(rig, "inbox", map[string]any{"provider": "stripe", "secret": stripeSecret})
	if v := verdictOn(rig, first); !v.Valid || !v.SecretSet || v.SecretPlace.Place != "file" || v.JudgedAt == "" {
		t.Errorf("with the secret: %+v", v)
	}
	rig.Await("the row to say so", func() bool { return sigOf(rig, first) == "valid" })

	good := stripe(t, rig, "/inbox", stripeLine(stripeSecret, time.Now(), body), body)
	bad := stripe(t, rig, "/inbox", stripeLine("whsec_else", time.Now(), body), body)
	unsigned := rig.Post("/inbox", body)
	if a, b, c := sigOf(rig, good), sigOf(rig, bad), sigOf(rig, unsigned); a != "valid" || b != "invalid" || c != "invalid" {
		t.Errorf("rows as they were caught: %s, %s, %s", a, b, c)
	}
	var page struct{ Total int }
	rig.Call("GET", "/api/v1/requests?filter=sig:invalid", nil, &page, 200)
	if page.Total != 2 {
		t.Errorf("sig:invalid finds %d", page.Total)
	}

	// Two at a time, while one is being replaced.
	setSecret(rig, "inbox", map[string]any{"secret": "whsec_else\n" + stripeSecret + "\n"})
	rig.Await("both to hold", func() bool { return sigOf(rig, bad) == "valid" && sigOf(rig, good) == "valid" })

	// Another secret can be tried, and is not kept.
	var tried verdict
	rig.Call("POST", fmt.Sprintf("/api/v1/requests/%d/verdict", good), map[string]any{"secret": "whsec_wrong"}, &tried, 200)
	if tried.Valid || !tried.SecretSet {
		t.Errorf("by a wrong secret: %+v", tried)
	}
	if v := verdictOn(rig, good); !v.Valid {
		t.Errorf("after another secret was tried: %+v", v)
	}

	// A change of something else leaves it.
	setSecret(rig, "inbox", map[string]any{"name": "In"})
	if v := verdictOn(rig, good); !v.Valid {
		t.Errorf("after another change: %+v", v)
	}
	for _, none := range []any{nil, "", " \n"} {
		setSecret(rig, "inbox", map[string]any{"secret": none})
		if v := verdictOn(rig, good); v.Reason != "no_secret" || v.SecretSet {
			t.Errorf("removed by %q: %+v", none, v)
		}
		rig.Await("the rows to say none", func() bool { return sigOf(rig, good) == "none" && sigOf(rig, bad) == "none" })
		setSecret(rig, "inbox", map[string]any{"secret": stripeSecret})
	}
}

func TestSigningSettingsAreChecked(t *testing.T) {
	rig := testkit.NewRig(t)
	for field, value := range map[string]any{
		"scheme": "rot13", "publicUrl": "example.com/x", "signatureHeader": "X Sig",
	} {
		var p struct{ Field, Detail string }
		rig.Call("PATCH", "/api/v1/endpoints/inbox", map[string]any{field: value}, &p, 422)
		if p.Field != field || p.Detail == "" {
			t.Errorf("bad %s: %+v", field, p)
		}
	}
	all := map[string]any{
		"slug": "pay", "provider": "twilio", "secret": "tok", "scheme": "twilio", "publicUrl": "https://x.example/in",
		"signatureHeader": "X-Twilio-Signature", "toleranceSeconds": 60, "publicKey": "abc",
	}
	var e map[string]any
	rig.Call("POST", "/api/v1/endpoints", all, &e, 201)
	delete(all, "secret")
	all["toleranceSeconds"] = 60.0
	for name, want := range all {
		if e[name] != want {
			t.Errorf("%s came back as %v, want %v", name, e[name], want)
		}
	}
	if e["secretSet"] != true {
		t.Errorf("secretSet %v", e["secretSet"])
	}
	e = nil
	rig.Call("PATCH", "/api/v1/endpoints/pay", map[string]any{
		"scheme": nil, "publicUrl": nil, "signatureHeader": nil, "toleranceSeconds": nil, "publicKey": "", "secret": nil,
	}, &e, 200)
	for _, name := range []string{"scheme", "publicUrl", "signatureHeader", "toleranceSeconds", "publicKey"} {
		if _, there := e[name]; there {
			t.Errorf("%s is still there: %v", name, e[name])
		}
	}
}

func TestSignaturesAreListed(t *testing.T) {
	rig := testkit.NewRig(t)
	var s struct {
		Providers   []struct{ ID, Name, SecretHint string }
		Schemes     []struct{ ID, Resign, Signs string }
		SecretPlace struct{ Place, Why string }
	}
	rig.Call("GET", "/api/v1/signatures", nil, &s, 200)
	var status struct{ SecretPlace struct{ Place, Why string } }
	rig.Call("GET", "/api/v1/status", nil, &status, 200)
	if status.SecretPlace != s.SecretPlace {
		t.Errorf("the status says %+v", status.SecretPlace)
	}
	if len(s.Providers) < 50 || len(s.Schemes) < 30 || s.SecretPlace.Place != "file" || s.SecretPlace.Why == "" {
		t.Errorf("%d providers, %d schemes, place %+v", len(s.Providers), len(s.Schemes), s.SecretPlace)
	}
}
