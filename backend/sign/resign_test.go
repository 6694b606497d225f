package sign_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"creel/backend/hook"
	"creel/backend/sign"
)

func random() *strings.Reader { return strings.NewReader(strings.Repeat("0123456789", 40)) }

// Every request of the vectors can be signed anew, hours later, and then
// verifies: by the vector's own key where that can sign, else by the test key.
func TestVectorsSignedAnew(t *testing.T) {
	later := time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)
	for _, v := range vectors(t) {
		t.Run(v.ID, func(t *testing.T) {
			m, key := v.message(t), v.key()
			m.URL += map[bool]string{true: "&", false: "?"}[strings.Contains(m.URL, "?")] + "elsewhere=1"
			o := v.options()
			if key.PrivateKey = v.SigningKey; strings.HasPrefix(key.Secret, "whsk_") {
				key.PrivateKey = key.Secret
			}
			done, note, err := sign.Sign(m, key, sign.SignOptions{Scheme: o.Scheme, Provider: o.Provider, SignatureHeader: o.SignatureHeader, Now: later, Rand: random(), TestKeys: testKeys()})
			if err != nil {
				t.Fatal(err)
			}
			if note.TestKey {
				key.PublicKey = note.PublicKey
			}
			o.Now = later
			got := sign.Verify(done, key, o)
			if !got.Valid {
				t.Fatalf("%s %q", got.Reason, got.Hints)
			}
			if unit := (sign.Schemes()[indexOf(v.Scheme)]).TimestampUnit; unit != sign.NoTime && !got.Timestamp.Equal(later) {
				t.Errorf("timestamp = %v", got.Timestamp)
			}
			if note.TestKey != (key.PrivateKey == "" && v.PublicKey != "") {
				t.Errorf("note = %+v", note)
			}
		})
	}
}

func indexOf(scheme string) int {
	for i, s := range sign.Schemes() {
		if s.ID == scheme {
			return i
		}
	}
	return -1
}

// Lines keep their place and spelling, repeats go, and others stay.
func TestSigningKeepsTheLines(t *testing.T) {
	m := sign.Message{Method: "POST", Body: []byte("{}"), Headers: hook.Headers{
		{Name: "A", Value: "1"}, {Name: "STRIPE-signature", Value: "t=1,v1=00"}, {Name: "a", Value: "2"}, {Name: "Stripe-Signature", Value: "t=2,v1=11"}, {Name: "B", Value: "3"},
	}}
	done, note, err := sign.Sign(m, sign.Key{Secret: "whsec_x"}, sign.SignOptions{Scheme: "stripe-v1", Now: now()})
	if err != nil {
		t.Fatal(err)
	}
	want := hook.Headers{{Name: "A", Value: "1"}, {Name: "STRIPE-signature", Value: "t=1795447800,v1=" + hmacHex("whsec_x", "1795447800.{}")}, {Name: "a", Value: "2"}, {Name: "B", Value: "3"}}
	if !reflect.DeepEqual(done.Headers, want) {
		t.Errorf("headers = %v, want %v", done.Headers, want)
	}
	if note.TestKey || note.Unchanged || !strings.Contains(note.Text, "fresh timestamp") {
		t.Errorf("note = %+v", note)
	}
	if _, note, err = sign.Sign(m, sign.Key{Secret: "x"}, sign.SignOptions{Scheme: "shopify", Now: now()}); err != nil || !note.Unchanged {
		t.Errorf("a scheme that does not age: %+v, %v", note, err)
	}
}

// A JSON body is edited where it must be, byte for byte the same elsewhere.
func TestSigningKeepsTheBody(t *testing.T) {
	cases := []struct{ scheme, secret, body, want string }{
		{"linear", "s", "{ \"a\" : 1.0,\n \"webhookTimestamp\" : 5 , \"b\":\"\\u00e9\"}", "{ \"a\" : 1.0,\n \"webhookTimestamp\" : 1795447800000 , \"b\":\"\\u00e9\"}"},
		{"linear", "s", `{"a":1}`, `{"webhookTimestamp":1795447800000,"a":1}`},
		{"linear", "s", `{ }`, `{"webhookTimestamp":1795447800000 }`},
		{"linear", "s", `not json`, `not json`},
		{"graph-clientstate", "state", `{"value": [ {"clientState" :"old", "x":1},{"y":2} ]}`, `{"value": [ {"clientState" :"state", "x":1},{"clientState":"state","y":2} ]}`},
		{"mailgun-body", "k", `{"event-data":{"token":"mine"}, "signature":{"token":"t","timestamp":"1","signature":"x"}}`,
			`{"event-data":{"token":"mine"}, "signature":{"token":"t","timestamp":"1795447800","signature":"` + hmacHex("k", "1795447800t") + `"}}`},
		{"mailgun-body", "k", `a=b&token=t&timestamp=1&signature=x&c=%20+`, `a=b&token=t&timestamp=1795447800&signature=` + hmacHex("k", "1795447800t") + `&c=%20+`},
	}
	for _, c := range cases {
		done, _, err := sign.Sign(sign.Message{Method: "POST", Body: []byte(c.body)}, sign.Key{Secret: c.secret}, sign.SignOptions{Scheme: c.scheme, Now: now(), Rand: random(), KeepID: true})
		if err != nil || string(done.Body) != c.want {
			t.Errorf("%s of %s:\n%s, want\n%s (%v)", c.scheme, c.body, done.Body, c.want, err)
		}
	}
}

func TestSigningKeepsIDs(t *testing.T) {
	m := sign.Message{Method: "POST", Body: []byte("{}"), Headers: hook.Headers{{Name: "webhook-id", Value: "msg_mine"}}}
	key := sign.Key{Secret: whsec}
	kept, _, err := sign.Sign(m, key, sign.SignOptions{Scheme: "standard-webhooks-v1", Now: now(), Rand: random(), KeepID: true})
	if err != nil || kept.Headers.Get("webhook-id") != "msg_mine" {
		t.Errorf("kept: %v, %v", kept.Headers, err)
	}
	fresh, _, err := sign.Sign(m, key, sign.SignOptions{Scheme: "standard-webhooks-v1", Now: now(), Rand: random()})
	if id := fresh.Headers.Get("webhook-id"); err != nil || id == "msg_mine" || !strings.HasPrefix(id, "msg_") || len(id) < 20 {
		t.Errorf("fresh: %v, %v", fresh.Headers, err)
	}
}

// Twilio's hash of a JSON body stands in the URL and is renewed.
func TestSigningRenewsTwiliosHash(t *testing.T) {
	m := sign.Message{Method: "POST", URL: "https://h.example/x?bodySHA256=00&a=1", Body: []byte(`{}`), Headers: hook.Headers{{Name: "Content-Type", Value: "application/json"}}}
	done, _, err := sign.Sign(m, sign.Key{Secret: "12345"}, sign.SignOptions{Scheme: "twilio", Now: now()})
	const want = "https://h.example/x?bodySHA256=44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a&a=1"
	if err != nil || done.URL != want {
		t.Fatalf("URL = %s, %v", done.URL, err)
	}
	if v := sign.Verify(done, sign.Key{Secret: "12345"}, sign.Options{Scheme: "twilio"}); !v.Valid {
		t.Errorf("%s %q", v.Reason, v.Hints)
	}
	done.Body = []byte(`{"a":1}`)
	if v := sign.Verify(done, sign.Key{Secret: "12345"}, sign.Options{Scheme: "twilio"}); v.Reason != sign.BodyChanged {
		t.Errorf("another body: %s", v.Reason)
	}
}

// What cannot be signed says what is missing, at its field.
func TestSigningRefuses(t *testing.T) {
	m := sign.Message{Method: "POST", Body: []byte("plain")}
	cases := []struct {
		field string
		key   sign.Key
		o     sign.SignOptions
	}{
		{"secret", sign.Key{}, sign.SignOptions{Scheme: "stripe-v1"}},
		{"secret", sign.Key{Secret: " \n"}, sign.SignOptions{Scheme: "stripe-v1"}},
		{"secret", sign.Key{Secret: "whsec_!!"}, sign.SignOptions{Scheme: "svix-v1"}},
		{"secret", sign.Key{Secret: "xyz"}, sign.SignOptions{Scheme: "adyen-payload"}},
		{"secret", sign.Key{}, sign.SignOptions{Scheme: "paypal-cert"}},
		{"scheme", sign.Key{Secret: "x"}, sign.SignOptions{}},
		{"scheme", sign.Key{Secret: "x"}, sign.SignOptions{Scheme: "none"}},
		{"scheme", sign.Key{Secret: "x"}, sign.SignOptions{Provider: "datadog"}},
		{"signatureHeader", sign.Key{Secret: "x"}, sign.SignOptions{Scheme: "hmac-sha256-hex"}},
		{"url", sign.Key{Secret: "x"}, sign.SignOptions{Scheme: "square"}},
		{"privateKey", sign.Key{PrivateKey: "nonsense"}, sign.SignOptions{Scheme: "discord-ed25519"}},
		{"body", sign.Key{Secret: "00"}, sign.SignOptions{Scheme: "adyen-item"}},
		{"body", sign.Key{Secret: "x"}, sign.SignOptions{Scheme: "braintree"}},
		{"body", sign.Key{}, sign.SignOptions{Scheme: "aws-sns"}},
		{"body", sign.Key{Secret: "x"}, sign.SignOptions{Scheme: "graph-clientstate"}},
	}
	for _, c := range cases {
		c.o.Now, c.o.Rand, c.o.TestKeys = now(), random(), testKeys()
		got, _, err := sign.Sign(m, c.key, c.o)
		var f *hook.Fault
		if !errors.As(err, &f) || f.Kind != hook.Invalid || f.Field != c.field || f.Text == "" {
			t.Errorf("%+v: %v, want a fault of %q", c.o, err, c.field)
		}
		if !reflect.DeepEqual(got, m) {
			t.Errorf("%+v: a message that was refused came back changed", c.o)
		}
	}
}

func TestSecrets(t *testing.T) {
	cases := map[string][]string{"": nil, "a": {"a"}, "a\n": {"a\n"}, " a ": {" a "}, "a\nb": {"a", "b"}, "a\r\n\r\nb\n": {"a", "b"}, "\na": {"\na"}, "\n": {"\n"}}
	for text, want := range cases {
		if got := sign.Secrets(text); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// The table is whole: everything has a name, its providers and their hints.
func TestTheTable(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range sign.Schemes() {
		if seen[s.ID] || s.Name == "" || s.Algorithm == "" || s.Resign == "" || (s.NeedsSecret && s.SecretShape == "") {
			t.Errorf("%+v", s)
		}
		if !s.InBody && !s.NeedsHeader && len(s.Headers) == 0 {
			t.Errorf("%s stands nowhere", s.ID)
		}
		seen[s.ID] = true
	}
	names := map[string]bool{}
	for _, p := range sign.Providers() {
		if names[p.ID] || p.Name == "" || p.SecretHint == "" {
			t.Errorf("%+v", p)
		}
		names[p.ID] = true
		for _, id := range p.Schemes {
			if !seen[id] {
				t.Errorf("%s: no scheme %q", p.ID, id)
			}
			if (strings.HasPrefix(id, "hmac-") || id == "authorization") && p.SignatureHeader == "" {
				t.Errorf("%s: no header for %s", p.ID, id)
			}
		}
	}
	for _, v := range vectors(t) {
		if !names[v.Provider] || !seen[v.Scheme] {
			t.Errorf("%s by %s is not in the table", v.Provider, v.Scheme)
		}
	}
}

// Cashfree's timestamps are in milliseconds.
func TestCashfreesTimestamp(t *testing.T) {
	m := sign.Message{Method: "POST", Body: []byte("{}"), Headers: hook.Headers{{Name: "x-webhook-timestamp", Value: "1617695238078"}, {Name: "x-webhook-signature", Value: hmac64(plain, "1617695238078{}")}}}
	v := sign.Verify(m, sign.Key{Secret: plain}, sign.Options{Scheme: "cashfree"})
	if !v.Valid || v.Timestamp.Year() != 2021 {
		t.Errorf("%s %q, signed at %v", v.Reason, v.Hints, v.Timestamp)
	}
	m, _, err := sign.Sign(m, sign.Key{Secret: plain}, sign.SignOptions{Scheme: "cashfree", Now: now()})
	if got := m.Headers.Get("x-webhook-timestamp"); err != nil || len(got) != 13 {
		t.Errorf("signed anew at %q, %v", got, err)
	}
}

// A signature that stands twice is renewed twice.
func TestASignatureThatStandsTwiceIsRenewedTwice(t *testing.T) {
	old := hmacHex("old", "{}")
	m := sign.Message{Method: "POST", Body: []byte("{}"), Headers: hook.Headers{{Name: "Attio-Signature", Value: old}, {Name: "X-Other", Value: "1"}, {Name: "X-Attio-Signature", Value: old}}}
	got, _, err := sign.Sign(m, sign.Key{Secret: plain}, sign.SignOptions{Provider: "attio", Now: now()})
	want := hmacHex(plain, "{}")
	if err != nil || got.Headers.Get("Attio-Signature") != want || got.Headers.Get("X-Attio-Signature") != want || got.Headers.Get("X-Other") != "1" {
		t.Errorf("%v, %v", got.Headers, err)
	}
	if m.Headers[2].Value != old {
		t.Error("the message that was given was written to")
	}
}

// Signatures beside the best one are known, tokens and versions of the same
// header are none.
func TestAlsoSigned(t *testing.T) {
	for _, c := range []struct {
		provider, scheme string
		lines            []string
		want             []string
	}{
		{"github", "github-sha256", []string{"X-Hub-Signature-256", "sha256=00", "X-Hub-Signature", "sha1=00"}, []string{"github-sha1"}},
		{"github", "github-sha256", []string{"X-Hub-Signature-256", "sha256=00"}, nil},
		{"hubspot", "hubspot-v3", []string{"X-HubSpot-Signature-v3", "AAAA", "X-HubSpot-Request-Timestamp", "1", "X-HubSpot-Signature", "00", "X-HubSpot-Signature-Version", "v2"}, []string{"hubspot-v2"}},
		{"gitlab", "standard-webhooks-v1", []string{"webhook-signature", "v1,AAAA", "webhook-id", "1", "webhook-timestamp", "1", "X-Gitlab-Token", "t"}, nil},
		{"svix", "svix-v1", []string{"svix-signature", "v1,AAAA v1a,AAAA", "svix-id", "1", "svix-timestamp", "1"}, nil},
		{"", "github-sha256", []string{"X-Hub-Signature", "sha1=00"}, nil},
		{"github", "none", []string{"X-Hub-Signature", "sha1=00"}, nil},
	} {
		var hs hook.Headers
		for i := 0; i < len(c.lines); i += 2 {
			hs = append(hs, hook.Header{Name: c.lines[i], Value: c.lines[i+1]})
		}
		if got := sign.AlsoSigned(c.provider, c.scheme, hs, nil); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s by %s: %v, want %v", c.provider, c.scheme, got, c.want)
		}
	}
}
