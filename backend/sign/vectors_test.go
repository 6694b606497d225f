package sign_test

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"sort"
	"testing"
	"time"

	"creel/backend/hook"
	"creel/backend/sign"
)

// vector is one line of testdata/signatures.json: requests with signatures
// published by providers, taken from their libraries' tests, or made anew with
// OpenSSL, Node or Python.
type vector struct {
	ID              string            `json:"id"`
	Provider        string            `json:"provider"`
	Scheme          string            `json:"scheme"`
	Secret          string            `json:"secret"`
	PublicKey       string            `json:"public_key"`
	Method          string            `json:"method"`
	URL             string            `json:"url"`
	Headers         map[string]string `json:"headers"`
	Body            string            `json:"body_base64"`
	Now             int64             `json:"now"`
	Tolerance       *int              `json:"tolerance_s"`
	SignatureHeader string            `json:"signature_header"`
	SigningKey      string            `json:"signing_key"`
	Expect          string            `json:"expect"`
	Case            string            `json:"case"`
}

func vectors(t *testing.T) []vector {
	t.Helper()
	text, err := os.ReadFile("testdata/signatures.json")
	if err != nil {
		t.Fatal(err)
	}
	var vs []vector
	if err := json.Unmarshal(text, &vs); err != nil {
		t.Fatal(err)
	}
	return vs
}

func (v vector) message(t *testing.T) sign.Message {
	t.Helper()
	body, err := base64.StdEncoding.DecodeString(v.Body)
	if err != nil {
		t.Fatal(err)
	}
	m := sign.Message{Method: v.Method, URL: v.URL, Body: body}
	for name, value := range v.Headers {
		m.Headers = append(m.Headers, hook.Header{Name: name, Value: value})
	}
	sort.Slice(m.Headers, func(i, j int) bool { return m.Headers[i].Name < m.Headers[j].Name })
	return m
}

func (v vector) options() sign.Options {
	o := sign.Options{Scheme: v.Scheme, Provider: v.Provider, SignatureHeader: v.SignatureHeader, Now: time.Unix(v.Now, 0)}
	if v.Tolerance != nil {
		d := time.Duration(*v.Tolerance) * time.Second
		o.Tolerance = &d
	}
	return o
}

func (v vector) key() sign.Key { return sign.Key{Secret: v.Secret, PublicKey: v.PublicKey} }

// reasons are what a case may be called.
func reasons(of string) []sign.Reason {
	switch of {
	case "stale-timestamp":
		return []sign.Reason{sign.TimestampTooOld}
	case "future-timestamp":
		return []sign.Reason{sign.TimestampInFuture}
	case "tampered-token":
		return []sign.Reason{sign.TokenDiffers, sign.SignatureDiffers}
	case "tampered-url":
		return []sign.Reason{sign.SignatureDiffers, sign.URLDiffers}
	case "tampered-body":
		return []sign.Reason{sign.SignatureDiffers, sign.BodyChanged}
	case "tampered-signature":
		return []sign.Reason{sign.SignatureDiffers, sign.HeaderMalformed}
	}
	return []sign.Reason{sign.SignatureDiffers}
}

func TestVectors(t *testing.T) {
	vs := vectors(t)
	if len(vs) < 150 {
		t.Fatalf("only %d vectors", len(vs))
	}
	for _, v := range vs {
		t.Run(v.ID, func(t *testing.T) {
			m, o := v.message(t), v.options()
			for name, got := range map[string]sign.Verdict{"verify": sign.Verify(m, v.key(), o), "explain": explained(m, v.key(), o)} {
				if got.Valid != (v.Expect == "valid") || got.Valid != (got.Reason == sign.OK) {
					t.Fatalf("%s: valid = %v (%s), want %s: %q", name, got.Valid, got.Reason, v.Expect, got.Hints)
				}
				if got.Scheme != v.Scheme {
					t.Errorf("%s: scheme = %q", name, got.Scheme)
				}
				if got.Valid {
					continue
				}
				found := false
				for _, r := range reasons(v.Case) {
					found = found || got.Reason == r
				}
				if !found || len(got.Hints) == 0 {
					t.Errorf("%s: reason = %s with %q, want one of %v", name, got.Reason, got.Hints, reasons(v.Case))
				}
			}
		})
	}
}

// The provider alone must lead to the scheme and to the header.
func TestVectorsByProvider(t *testing.T) {
	for _, v := range vectors(t) {
		o := v.options()
		o.SignatureHeader = ""
		o.Scheme = ""
		got := sign.Verify(v.message(t), v.key(), o)
		if got.Valid != (v.Expect == "valid") {
			t.Errorf("%s: valid = %v (%s by %s): %q", v.ID, got.Valid, got.Reason, got.Scheme, got.Hints)
		}
	}
}

// What signs itself must be found by its headers and body alone.
func TestVectorsDetected(t *testing.T) {
	same := map[string]string{
		// Nothing in these requests names the provider: the headers are shared.
		"openai": "standard-webhooks", "bigcommerce": "standard-webhooks", "clerk": "svix", "resend": "svix",
		"meta": "", "intercom": "", "okta": "", "lemon-squeezy": "lemon-squeezy",
	}
	for _, v := range vectors(t) {
		m := v.message(t)
		provider, scheme := sign.Detect(m.Headers, m.Body, "")
		want, shared := same[v.Provider]
		if !shared {
			want = v.Provider
		}
		if v.ID == "svix-v1-unbranded" {
			want = "standard-webhooks" // Svix under the shared names
		}
		if provider != want && (!shared || provider != v.Provider) {
			t.Errorf("%s: detected %q by %q, want %q", v.ID, provider, scheme, want)
		}
		if scheme == "" {
			t.Errorf("%s: no scheme detected", v.ID)
		}
	}
}
