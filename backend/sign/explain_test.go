package sign_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"creel/backend/hook"
	"creel/backend/sign"
)

const (
	plain   = "It's a Secret to Everybody"
	whsec   = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	hooks   = "https://hooks.example.com/in"
	numbers = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
)

// delivery is a message signed with one key and verified with another, or
// altered in between.
type delivery struct {
	scheme  string
	secret  string // signs
	set     string // verifies; "" for secret
	url     string // called
	taken   string // for the URL; "" for url
	body    string
	arrives []byte // nil for body
	headers hook.Headers
	alter   func(*sign.Message)
	options sign.Options
}

func (d delivery) explain(t *testing.T) sign.Verdict {
	t.Helper()
	if d.url == "" {
		d.url = hooks
	}
	m := sign.Message{Method: "POST", URL: d.url, Headers: d.headers, Body: []byte(d.body)}
	o := sign.SignOptions{Scheme: d.scheme, Now: now(), Rand: strings.NewReader(strings.Repeat("seed", 100))}
	if strings.HasPrefix(d.scheme, "hmac-") {
		o.SignatureHeader = "X-Signature"
	}
	m, _, err := sign.Sign(m, sign.Key{Secret: d.secret}, o)
	if err != nil {
		t.Fatal(err)
	}
	if d.set == "" {
		d.set = d.secret
	}
	if d.arrives != nil {
		m.Body = d.arrives
	}
	if d.taken != "" {
		m.URL = d.taken
	}
	if d.alter != nil {
		d.alter(&m)
	}
	if d.options.SignatureHeader == "" {
		d.options.SignatureHeader = o.SignatureHeader
	}
	if d.options.Scheme == "" {
		d.options.Scheme = d.scheme
	}
	d.options.Now = now()
	return explained(m, sign.Key{Secret: d.set}, d.options)
}

// wants checks the reason, and that the first hint says so in words.
func wants(t *testing.T, v sign.Verdict, reason sign.Reason, words ...string) {
	t.Helper()
	if v.Valid || v.Reason != reason || len(v.Hints) == 0 {
		t.Fatalf("%s %q, want %s", v.Reason, v.Hints, reason)
	}
	for _, w := range words {
		if !strings.Contains(v.Hints[0], w) {
			t.Errorf("first hint %q does not speak of %q", v.Hints[0], w)
		}
	}
}

func TestExplainsTheSecret(t *testing.T) {
	stripeCLI := "whsec_" + numbers
	cases := []struct {
		name  string
		d     delivery
		words []string
	}{
		{"newline", delivery{scheme: "github-sha256", secret: plain, set: plain + "\n"}, []string{"newline", "pasted"}},
		{"blank", delivery{scheme: "stripe-v1", secret: whsec, set: " " + whsec}, []string{"blank"}},
		{"newline, decoded", delivery{scheme: "svix-v1", secret: whsec, set: whsec + "\r\n"}, []string{"newline"}},
		{"quotes", delivery{scheme: "shopify", secret: plain, set: `"` + plain + `"`}, []string{"quotes"}},
		{"settings", delivery{scheme: "stripe-v1", secret: whsec, set: "STRIPE_SECRET=" + whsec}, []string{"line of settings"}},
		{"invisible", delivery{scheme: "slack-v0", secret: "8f742231b10e8888", set: "8f742231\u200bb10e8888"}, []string{"invisible"}},
		{"capitals", delivery{scheme: "slack-v0", secret: "8f742231b10e8888", set: "8F742231B10E8888"}, []string{"small letters"}},
		{"newline at the sender", delivery{scheme: "github-sha256", secret: plain + "\n", set: plain}, []string{"sender signs", "newline"}},
		{"decoded where it is text", delivery{scheme: "standard-webhooks-v1", secret: whsec, set: whsec, options: sign.Options{Scheme: "standard-webhooks-v1-rawkey"}}, []string{"decoded from base64"}},
		{"text where it is decoded", delivery{scheme: "standard-webhooks-v1-rawkey", secret: whsec, options: sign.Options{Scheme: "standard-webhooks-v1"}}, []string{"used as text", "not decoded"}},
		{"text without its prefix", delivery{scheme: "standard-webhooks-v1-rawkey", secret: whsec[6:], set: whsec, options: sign.Options{Scheme: "standard-webhooks-v1"}}, []string{"without the prefix"}},
		{"not base64", delivery{scheme: "standard-webhooks-v1-rawkey", secret: "my own, secret", options: sign.Options{Scheme: "standard-webhooks-v1"}}, []string{"used as text"}},
		{"hex decoded", delivery{scheme: "adyen-payload", secret: numbers, options: sign.Options{Scheme: "hmac-sha256-base64"}, alter: moved("HmacSignature", "X-Signature")}, []string{"hex"}},
		{"percent", delivery{scheme: "basic-auth", secret: "user:p@ss wörd", set: "user:p%40ss%20w%C3%B6rd"}, []string{"percent"}},
		{"basic, encoded", delivery{scheme: "basic-auth", secret: "user:pass", set: "dXNlcjpwYXNz"}, []string{"base64"}},
		{"bearer", delivery{scheme: "authorization-static", secret: "Bearer my-token", set: "my-token"}, []string{"Bearer"}},
		{"bearer taken along", delivery{scheme: "bearer-token", secret: "my-token", set: "Bearer my-token"}, []string{"Bearer"}},
		{"stripe listen", delivery{scheme: "stripe-v1", secret: stripeCLI, set: "'" + stripeCLI + "'"}, []string{"quotes"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.d.body = `{"a":1}`
			if strings.HasPrefix(c.name, "hex") {
				c.d.options.SignatureHeader = "X-Signature"
			}
			v := c.d.explain(t)
			wants(t, v, sign.SecretWrong, c.words...)
			if v.Expected == v.Received && v.Expected != "" {
				t.Error("expected and received are the same")
			}
		})
	}
}

// moved renames a header.
func moved(from, to string) func(*sign.Message) {
	return func(m *sign.Message) {
		for i, h := range m.Headers {
			if strings.EqualFold(h.Name, from) {
				m.Headers[i].Name = to
			}
		}
	}
}

// A secret of the wrong kind is named as what it is, with where the right one
// stands; nothing is claimed to match.
func TestExplainsTheShapeOfTheSecret(t *testing.T) {
	cases := []struct{ scheme, right, set, words string }{
		{"stripe-v1", whsec, "sk_live_51H8abcdef", "API key"},
		{"stripe-v1", whsec, "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "Svix"},
		{"svix-v1", whsec, "whsec_" + numbers, "stripe listen"},
		{"slack-v0", "8f742231b10e8888abcd99yyyzzz85a5", "xoxb-1234-abcd", "bot token"},
		{"shopify", "hush", "shpat_0123456789", "access token"},
		{"github-sha256", plain, "ghp_0123456789abcdef", "personal access token"},
		{"paddle-h1", "pdl_ntfset_01", "pdl_live_apikey_01", "API key"},
		{"twilio", "12345", whsec, "Stripe, Svix"},
	}
	for _, c := range cases {
		v := delivery{scheme: c.scheme, secret: c.right, set: c.set, body: `{"a":1}`}.explain(t)
		if v.Reason != sign.SignatureDiffers || !strings.Contains(strings.Join(v.Hints, "\n"), c.words) {
			t.Errorf("%s given %s: %s %q", c.scheme, c.set, v.Reason, v.Hints)
		}
	}
	v := delivery{scheme: "stripe-v1", secret: whsec, set: "whsec_otherotherother", body: "{}"}.explain(t)
	if text := strings.Join(v.Hints, "\n"); v.Reason != sign.SignatureDiffers || !strings.Contains(text, "Tried in vain") || strings.Contains(text, "begins with") {
		t.Errorf("a secret of the right kind: %s %q", v.Reason, v.Hints)
	}
}

func zipped(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestExplainsTheBody(t *testing.T) {
	const doc = `{"b":1,"a":["x/y","é<€"],"n":{}}`
	const form = "name=J%C3%B6rg+Mu%20ller&b=2&a=1%2F2"
	var deflated bytes.Buffer
	w := zlib.NewWriter(&deflated)
	if _, err := w.Write([]byte(doc)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	coding := func(name string) hook.Headers { return hook.Headers{{Name: "Content-Encoding", Value: name}} }
	cases := []struct {
		name, signed, arrives, words string
		headers                      hook.Headers
	}{
		{"compact", doc, "{ \"b\": 1,\n \"a\": [ \"x/y\", \"é<€\" ], \"n\": {} }", "JSON.stringify", nil},
		{"python", `{"b": 1, "a": ["x/y", "\u00e9<\u20ac"], "n": {}}`, doc, "Python", nil},
		{"python utf-8", `{"b": 1, "a": ["x/y", "é<€"], "n": {}}`, doc, "Python", nil},
		{"pretty", "{\n  \"b\": 1,\n  \"a\": [\n    \"x/y\",\n    \"é<€\"\n  ],\n  \"n\": {}\n}", doc, "indented by two", nil},
		{"pretty, line end", "{\n    \"b\": 1,\n    \"a\": [\n        \"x/y\",\n        \"é<€\"\n    ],\n    \"n\": {}\n}\n", doc, "indented by four", nil},
		{"sorted", `{"a":["x/y","é<€"],"b":1,"n":{}}`, doc, "sorted", nil},
		{"php", `{"b":1,"a":["x\/y","\u00e9<\u20ac"],"n":{}}`, doc, "PHP", nil},
		{"escaped", `{"b":1, "a":["x/y","\u00e9<\u20ac"] ,"n":{}}`, `{"b":1, "a":["x/y","é<€"] ,"n":{}}`, `\u escapes`, nil},
		{"unescaped", `{"b":1, "a":["é"] }`, `{"b":1, "a":["\u00e9"] }`, `without \u escapes`, nil},
		{"slashes", `{"b":1, "a":["x\/y"] }`, `{"b":1, "a":["x/y"] }`, `\/`, nil},
		{"go", `{"b":1,"a":["x/y","é\u003c€"],"n":{}}`, doc, "Go", nil},
		{"javascript numbers", `{"id":820982911946154500,"f":1}`, `{"id":820982911946154508,"f":1.0}`, "JavaScript", nil},
		{"trimmed", doc + "\n", doc, "line end", nil},
		{"trimmed CRLF", "[1]\r\n", "[1]", "CR LF", nil},
		{"added", doc, doc + "\n", "line end", nil},
		{"CRLF", "a: 1\r\nb: 2\r\n", "a: 1\nb: 2\n", "CR LF", nil},
		{"LF", "a: 1\nb: 2\n", "a: 1\r\nb: 2\r\n", "LF", nil},
		{"BOM lost", "\ufeffhello", "hello", "byte order mark", nil},
		{"BOM added", "hello", "\ufeffhello", "byte order mark", nil},
		{"latin", "caf\xe9", "café", "Latin-1", nil},
		{"utf-8", "café", "caf\xe9", "UTF-8", nil},
		{"gzip", doc, string(zipped(t, doc)), "gzip", coding("gzip")},
		{"deflate", doc, deflated.String(), "deflate", coding("deflate")},
		{"br", doc, "BR" + doc, "br", coding("br")},
		{"base64", doc, base64.StdEncoding.EncodeToString([]byte(doc)), "base64", nil},
		{"quoted", `{"a":"b"}`, `"{\"a\":\"b\"}"`, "JSON string", nil},
		{"empty", "", doc, "empty", nil},
		{"form +", "name=J%C3%B6rg+M&b=2", "name=J%C3%B6rg%20M&b=2", "+", nil},
		{"form %20", "name=J%C3%B6rg%20M&b=2", "name=J%C3%B6rg+M&b=2", "%20", nil},
		{"form hex", "name=J%c3%b6rg&b=2", "name=J%C3%B6rg&b=2", "small hex", nil},
		{"form order", "a=1&b=2&c=3", "c=3&b=2&a=1", "sorted", nil},
		{"form decoded", "name=Jörg M&b=2", form[:12] + "rg+M&b=2", "not escaped", nil},
	}
	for _, c := range cases {
		for _, scheme := range []string{"stripe-v1", "github-sha256"} {
			t.Run(c.name+" "+scheme, func(t *testing.T) {
				d := delivery{scheme: scheme, secret: "whsec_x", body: c.signed, arrives: []byte(c.arrives), headers: c.headers}
				d.options.Decode = func(coding string, body []byte) ([]byte, error) {
					if plain, found := strings.CutPrefix(string(body), "BR"); found && coding == "br" {
						return []byte(plain), nil
					}
					return nil, errors.New("no")
				}
				v := d.explain(t)
				wants(t, v, sign.BodyChanged, c.words)
				if string(v.Signed) == c.signed {
					t.Error("what is shown as signed is not what the receiver has")
				}
			})
		}
	}
}

// Whatever JSON is compact at the sender and pretty here, or the other way
// round, is found out; and a changed value is never explained away.
func TestExplainsAnyJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := drawJSON(t, 3)
		compact := jsonBody(t, value)
		var clean, pretty bytes.Buffer
		e := json.NewEncoder(&clean)
		e.SetEscapeHTML(false)
		if err := e.Encode(value); err != nil {
			t.Fatal(err)
		}
		sent := bytes.TrimSpace(clean.Bytes())
		if err := json.Indent(&pretty, sent, "", "  "); err != nil {
			t.Fatal(err)
		}
		for _, pair := range [][2][]byte{{sent, pretty.Bytes()}, {pretty.Bytes(), sent}, {compact, pretty.Bytes()}} {
			m := sign.Message{Method: "POST", Body: pair[0]}
			m, _, err := sign.Sign(m, sign.Key{Secret: plain}, sign.SignOptions{Scheme: "github-sha256", Now: now()})
			if err != nil {
				t.Fatal(err)
			}
			m.Body = pair[1]
			v := explained(m, sign.Key{Secret: plain}, sign.Options{Scheme: "github-sha256"})
			if !v.Valid && v.Reason != sign.BodyChanged {
				t.Fatalf("%s, signed as %s: %s %q", pair[1], pair[0], v.Reason, v.Hints)
			}
			m.Body = []byte(`{"else":` + string(pair[1]) + `}`)
			if v = explained(m, sign.Key{Secret: plain}, sign.Options{Scheme: "github-sha256"}); v.Reason != sign.SignatureDiffers {
				t.Fatalf("another body: %s %q", v.Reason, v.Hints)
			}
		}
	})
}

func drawJSON(t *rapid.T, depth int) any {
	if depth == 0 {
		switch rapid.IntRange(0, 3).Draw(t, "leaf") {
		case 0:
			return rapid.Int().Draw(t, "int")
		case 1:
			return rapid.Bool().Draw(t, "bool")
		}
		return strings.ReplaceAll(strings.ReplaceAll(rapid.StringOf(rapid.RuneFrom(nil, printableRunes())).Draw(t, "text"), "\u2028", ""), "\u2029", "")
	}
	if rapid.Bool().Draw(t, "list") {
		list := []any{}
		for range rapid.IntRange(0, 4).Draw(t, "n") {
			list = append(list, drawJSON(t, depth-1))
		}
		return list
	}
	object := map[string]any{}
	for range rapid.IntRange(1, 4).Draw(t, "n") {
		object[rapid.StringMatching(`[a-zA-Zäé/ ]{1,6}`).Draw(t, "name")] = drawJSON(t, depth-1)
	}
	return object
}
