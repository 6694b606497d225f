package sign_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"creel/backend/hook"
	"creel/backend/sign"
)

// explained explains for a caller who waits to the end.
func explained(m sign.Message, key sign.Key, o sign.Options) sign.Verdict {
	v, err := sign.Explain(context.Background(), m, key, o)
	if err != nil {
		panic(err)
	}
	return v
}

// Two things that are wrong at once are both named, each with what to do.
func TestExplainsTwoThingsAtOnce(t *testing.T) {
	spaced, tight := `{"a": 1, "b": [1, 2], "c": "é"}`, `{"a":1,"b":[1,2],"c":"é"}`
	cases := []struct {
		name   string
		d      delivery
		second sign.Reason
		words  []string // of the hints about the secret and about the other
	}{
		{"newline, JSON written anew", delivery{scheme: "github-sha256", secret: plain, set: plain + "\n", body: spaced, arrives: []byte(tight)}, sign.BodyChanged, []string{"newline", "json.dumps"}},
		{"quotes, line end lost", delivery{scheme: "stripe-v1", secret: whsec, set: `"` + whsec + `"`, body: tight + "\n", arrives: []byte(tight)}, sign.BodyChanged, []string{"quotes", "line end"}},
		{"not decoded, indented on the way", delivery{scheme: "standard-webhooks-v1", secret: whsec, set: whsec, body: tight, arrives: []byte("{\n\"a\":1,\"b\":[1,2],\"c\":\"é\"}"), options: sign.Options{Scheme: "standard-webhooks-v1-rawkey"}}, sign.BodyChanged, []string{"decoded from base64", "JSON.stringify"}},
		{"malformed key, line end lost", delivery{scheme: "standard-webhooks-v1-rawkey", secret: "my own, secret", body: tight + "\n", arrives: []byte(tight), options: sign.Options{Scheme: "standard-webhooks-v1"}}, sign.BodyChanged, []string{"used as text", "line end"}},
		{"newline, https behind a proxy", delivery{scheme: "square", secret: plain, set: plain + "\n", body: tight, taken: "http://hooks.example.com/in"}, sign.URLDiffers, []string{"newline", "ends TLS"}},
		{"newline, form escaped anew", delivery{scheme: "slack-v0", secret: plain, set: plain + "\r\n", body: "text=a%20b&x=1", arrives: []byte("text=a+b&x=1")}, sign.BodyChanged, []string{"newline", "%20"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			v := c.d.explain(t)
			wants(t, v, sign.SecretWrong, "Two things", "the secret")
			if v.Also != c.second || len(v.Hints) < 3 || !strings.Contains(v.Hints[1], c.words[0]) || !strings.Contains(v.Hints[2], c.words[1]) {
				t.Errorf("also %q, hints %q", v.Also, v.Hints)
			}
			for _, more := range v.Hints[3:] {
				if strings.Contains(more, "does not match") || strings.Contains(more, "in vain") {
					t.Errorf("what was found is also said not to be known: %q", more)
				}
			}
		})
	}
}

// What one change explains is never blamed on two, and what two do not explain
// stays unexplained.
func TestPairsSayNoMoreThanIsKnown(t *testing.T) {
	v := delivery{scheme: "github-sha256", secret: plain, set: plain + "\n", body: `{"a": 1}`}.explain(t)
	if v.Reason != sign.SecretWrong || v.Also != "" {
		t.Errorf("%s and %q: %q", v.Reason, v.Also, v.Hints)
	}
	v = delivery{scheme: "github-sha256", secret: plain, set: "another\n", body: `{"a": 1}`, arrives: []byte(`{"a":1}`)}.explain(t)
	if v.Reason != sign.SignatureDiffers || v.Also != "" || !strings.Contains(strings.Join(v.Hints, " "), "together with") {
		t.Errorf("%s and %q: %q", v.Reason, v.Also, v.Hints)
	}
	// An edit is none of the usual changes.
	v = delivery{scheme: "github-sha256", secret: plain, set: plain + "\n", body: `{"a":1}`, arrives: []byte(`{"a":2}`)}.explain(t)
	if v.Reason != sign.SignatureDiffers || v.Also != "" {
		t.Errorf("%s and %q: %q", v.Reason, v.Also, v.Hints)
	}
}

// Any paste with any usual change of a JSON body is found.
func TestAnyPasteWithAnyRewriteIsFound(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		body := rapid.SampledFrom([]string{`{"a": 1}`, `[{"k": "ö"}, null]`, "{\n  \"a\": {}\n}"}).Draw(rt, "body")
		paste := rapid.SampledFrom([]string{"%s\n", " %s", `"%s"`, "'%s' ", "KEY=%s"}).Draw(rt, "paste")
		change := rapid.SampledFrom([]func(string) string{
			func(b string) string { return b + "\n" },
			func(b string) string { return "\ufeff" + b },
			func(b string) string { return b + " \r\n" },
		}).Draw(rt, "change")
		m := sign.Message{Method: "POST", Body: []byte(change(body)), Headers: hook.Headers{{Name: "X-Hub-Signature-256", Value: "sha256=" + hmacHex(plain, body)}}}
		v := explained(m, sign.Key{Secret: fmt.Sprintf(paste, plain)}, sign.Options{Scheme: "github-sha256"})
		if v.Valid || v.Reason != sign.SecretWrong || v.Also != sign.BodyChanged {
			rt.Fatalf("%s and %q: %q", v.Reason, v.Also, v.Hints)
		}
	})
}

// The URL that a proxy tells is right, so that only what else is wrong is
// named.
func TestAForwardedURLIsNoSecondReason(t *testing.T) {
	told := sign.Options{URLs: []string{"https://public.example/in"}}
	v := delivery{scheme: "square", secret: plain, set: plain + "\n", body: "{}", url: "https://public.example/in", taken: "http://127.0.0.1/in", options: told}.explain(t)
	if v.Reason != sign.SecretWrong || v.Also != "" {
		t.Errorf("the secret: %s and %q: %q", v.Reason, v.Also, v.Hints)
	}
	v = delivery{scheme: "square", secret: plain, body: "{}\n", arrives: []byte("{}"), url: "https://public.example/in", taken: "http://127.0.0.1/in", options: told}.explain(t)
	if v.Reason != sign.BodyChanged || v.Also != "" {
		t.Errorf("the body: %s and %q: %q", v.Reason, v.Also, v.Hints)
	}
}

// A paste and a lost line end are found even of the largest bodies.
func TestExplainsTwoThingsOfALargeBody(t *testing.T) {
	body := string(bytes.Repeat([]byte("x"), 25<<20))
	v := delivery{scheme: "hmac-sha256-hex", secret: plain, set: plain + "\n", body: body + "\n", arrives: []byte(body)}.explain(t)
	if v.Reason != sign.SecretWrong || v.Also != sign.BodyChanged {
		t.Errorf("%s and %q: %q", v.Reason, v.Also, v.Hints)
	}
}

// gone is a caller who goes when asked for the nth time whether he is there.
type gone struct {
	context.Context
	left *int
}

func (g gone) Err() error {
	if *g.left--; *g.left < 0 {
		return context.Canceled
	}
	return nil
}

// Explaining ends with its caller, between two trials, and never calls what it
// did not finish valid.
func TestExplainingEndsWithItsCaller(t *testing.T) {
	m := sign.Message{Method: "POST", Body: []byte(`{"a": 1}`), Headers: hook.Headers{{Name: "X-Hub-Signature-256", Value: "sha256=00"}}}
	asked := func(most int) (asked int, err error) {
		left := most
		v, err := sign.Explain(gone{t.Context(), &left}, m, sign.Key{Secret: plain + "\n"}, sign.Options{Scheme: "github-sha256"})
		if v.Valid {
			t.Error("valid")
		}
		return most - left, err
	}
	const whole = 1 << 20
	n, err := asked(whole)
	if err != nil || n < 300 {
		t.Fatalf("to the end it asks %d times: %v", n, err)
	}
	for _, after := range []int{0, 1, 10, 100} {
		if _, err := asked(after); !errors.Is(err, context.Canceled) {
			t.Errorf("gone after %d trials: %v", after, err)
		}
	}
	left := 0
	big := m
	big.Body = bytes.Repeat([]byte("x"), 1<<20)
	if v, err := sign.Explain(gone{t.Context(), &left}, big, sign.Key{Secret: plain}, sign.Options{Scheme: "github-sha256"}); err == nil || v.Valid {
		t.Errorf("gone before the first trial: %v %v", v.Reason, err)
	}
}
