package sign_test

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"creel/backend/hook"
	"creel/backend/sign"
)

func printableRunes() *unicode.RangeTable { return unicode.Letter }

func TestExplainsTheURL(t *testing.T) {
	cases := []struct {
		name, signed, taken, words string
		headers                    hook.Headers
	}{
		{"TLS ends before", "https://hooks.example.com/in", "http://hooks.example.com/in", "scheme", nil},
		{"port", "https://hooks.example.com/in", "https://hooks.example.com:443/in", "port", nil},
		{"tunnel", "https://ab12.ngrok.app/in?x=1", "http://127.0.0.1:4290/in?x=1", "host", hook.Headers{{Name: "X-Forwarded-Host", Value: "ab12.ngrok.app"}, {Name: "X-Forwarded-Proto", Value: "https"}}},
		{"forwarded", "https://ab12.example/in", "http://127.0.0.1:4290/in", "host", hook.Headers{{Name: "Forwarded", Value: `for=1.2.3.4;host="ab12.example";proto=https`}}},
		{"host line", "https://ab12.example/in", "http://127.0.0.1:4290/in", "host", hook.Headers{{Name: "Host", Value: "ab12.example"}}},
		{"slash", "https://hooks.example.com/in/", "https://hooks.example.com/in", "path", nil},
		{"prefix added", "https://hooks.example.com/in", "https://hooks.example.com/api/in", "path", nil},
		{"prefix stripped", "https://hooks.example.com/api/in", "https://hooks.example.com/in", "path", hook.Headers{{Name: "X-Forwarded-Prefix", Value: "/api"}}},
		{"rewritten", "https://hooks.example.com/a/b", "http://10.0.0.1/x", "path", hook.Headers{{Name: "X-Original-URI", Value: "/a/b"}, {Name: "Host", Value: "hooks.example.com"}}},
		{"query lost", "https://hooks.example.com/in", "https://hooks.example.com/in?utm=1", "query", nil},
		{"query order", "https://hooks.example.com/in?a=1&b=2", "https://hooks.example.com/in?b=2&a=1", "query", nil},
		{"both", "https://hooks.example.com/in", "http://hooks.example.com/in?extra=1", "query", nil},
	}
	for _, c := range cases {
		for _, scheme := range []string{"square", "trello", "hubspot-v3", "messagebird-jwt", "monday-jwt"} {
			t.Run(c.name+" "+scheme, func(t *testing.T) {
				v := delivery{scheme: scheme, secret: plain, body: `{"a":1}`, url: c.signed, taken: c.taken, headers: c.headers}.explain(t)
				wants(t, v, sign.URLDiffers, c.words, c.signed, c.taken)
			})
		}
	}
}

// Twilio itself is lenient about the port, and about nothing else.
func TestTwilioAndThePort(t *testing.T) {
	d := delivery{scheme: "twilio", secret: "12345", body: "From=1&To=2", url: "https://hooks.example.com/in", taken: "https://hooks.example.com:443/in",
		headers: hook.Headers{{Name: "Content-Type", Value: "application/x-www-form-urlencoded"}}}
	if v := d.explain(t); !v.Valid {
		t.Errorf("with the port: %s %q", v.Reason, v.Hints)
	}
	d.taken = "http://hooks.example.com/in"
	wants(t, d.explain(t), sign.URLDiffers, "https://hooks.example.com/in", "TLS")
}

func TestCandidateURLs(t *testing.T) {
	got := sign.CandidateURLs("http://127.0.0.1:4290/in?a=1", hook.Headers{{Name: "Host", Value: "x.example"}, {Name: "X-Forwarded-Proto", Value: "https, http"}})
	if got[0] != "https://x.example/in?a=1" || !contains(got, "http://127.0.0.1:4290/in?a=1") {
		t.Errorf("%q", got)
	}
	for _, u := range got {
		if !strings.HasSuffix(u, "/in?a=1") || strings.Contains(u, " ") {
			t.Errorf("%q is another path", u)
		}
	}
}

func contains(all []string, one string) bool {
	for _, a := range all {
		if a == one {
			return true
		}
	}
	return false
}

func TestExplainsTheClock(t *testing.T) {
	hour := time.Hour
	cases := []struct {
		name, scheme, secret string
		off                  time.Duration
		reason               sign.Reason
		words                []string
	}{
		{"late", "stripe-v1", whsec, 3 * time.Hour, sign.TimestampTooOld, []string{"3 hours old", "signed anew"}},
		{"early", "slack-v0", plain, -48 * time.Hour, sign.TimestampInFuture, []string{"2 days in the future", "clock"}},
		{"late token", "monday-jwt", plain, 10 * time.Minute, sign.TimestampTooOld, []string{"expired 5 minutes"}},
		{"early token", "messagebird-jwt", plain, -10 * time.Minute, sign.TimestampInFuture, []string{"10 minutes later"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m, _, err := sign.Sign(sign.Message{Method: "POST", URL: hooks, Body: []byte("{}")}, sign.Key{Secret: c.secret}, sign.SignOptions{Scheme: c.scheme, Now: now()})
			if err != nil {
				t.Fatal(err)
			}
			v := explained(m, sign.Key{Secret: c.secret}, sign.Options{Scheme: c.scheme, Now: now().Add(c.off), Tolerance: &hour})
			wants(t, v, c.reason, c.words...)
			v = explained(m, sign.Key{Secret: c.secret}, sign.Options{Scheme: c.scheme})
			if !v.Valid {
				t.Errorf("without a clock: %s", v.Reason)
			}
		})
	}
}

// A sender that writes milliseconds where seconds belong, or the other way
// round, is told so.
func TestExplainsTheUnit(t *testing.T) {
	five := 5 * time.Minute
	for scheme, stamp := range map[string]string{"slack-v0": "1795447800000", "webflow": "1795447800"} {
		header := map[string]string{"slack-v0": "X-Slack-Request-Timestamp", "webflow": "x-webflow-timestamp"}[scheme]
		between := map[string]string{"slack-v0": "v0:" + stamp + ":", "webflow": stamp + ":"}[scheme]
		prefix := map[string]string{"slack-v0": "v0=", "webflow": ""}[scheme]
		signature := map[string]string{"slack-v0": "X-Slack-Signature", "webflow": "x-webflow-signature"}[scheme]
		m := sign.Message{Method: "POST", Body: []byte("{}"), Headers: hook.Headers{
			{Name: header, Value: stamp}, {Name: signature, Value: prefix + hmacHex(plain, between+"{}")}}}
		v := explained(m, sign.Key{Secret: plain}, sign.Options{Scheme: scheme, Now: time.Unix(1795447800, 0), Tolerance: &five})
		if v.Valid || !strings.Contains(v.Hints[0], "about now if it were") {
			t.Errorf("%s: %s %q", scheme, v.Reason, v.Hints)
		}
	}
}

func TestExplainsTheScheme(t *testing.T) {
	body := `{"a":1}`
	header := func(name, value string) hook.Headers { return hook.Headers{{Name: name, Value: value}} }
	cases := []struct {
		name, scheme string
		headers      hook.Headers
		reason       sign.Reason
		words        []string
	}{
		{"no prefix", "github-sha256", header("X-Hub-Signature-256", hmacHex(plain, body)), sign.SchemeWrong, []string{"prefix"}},
		{"base64 for hex", "circleci-v1", header("circleci-signature", "v1="+hmac64(plain, body)), sign.SchemeWrong, []string{"base64", "hex"}},
		{"hex for base64", "shopify", header("X-Shopify-Hmac-Sha256", hmacHex(plain, body)), sign.SchemeWrong, []string{"hex"}},
		{"other pieces", "stripe-v1", header("Stripe-Signature", "t=1,v1="+hmacHex(plain, body)), sign.SchemeWrong, []string{"{body}", "{timestamp}.{body}"}},
		{"other joint", "slack-v0", append(header("X-Slack-Signature", "v0="+hmacHex(plain, "1."+body)), hook.Header{Name: "X-Slack-Request-Timestamp", Value: "1"}), sign.SchemeWrong, []string{"{timestamp}.{body}"}},
		{"other header", "github-sha256", header("X-Hub-Signature", "sha256="+hmacHex(plain, body)), sign.SchemeWrong, []string{"hub-signature-method"}},
		{"other provider", "github-sha256", header("Stripe-Signature", "t=1,v1=00"), sign.HeaderMissing, []string{"Stripe", "stripe-v1"}},
		{"renamed", "github-sha256", header("X_Hub_Signature_256", "sha256="+hmacHex(plain, body)), sign.HeaderMissing, []string{"X_Hub_Signature_256", "holds", "renamed"}},
		{"named otherwise", "github-sha256", header("X-Own-Hmac", "sha256=00"), sign.HeaderMissing, []string{"X-Hub-Signature-256"}},
		{"nothing", "github-sha256", nil, sign.HeaderMissing, []string{"X-Hub-Signature-256"}},
		{"empty", "github-sha256", header("X-Hub-Signature-256", ""), sign.HeaderMissing, []string{"empty"}},
		{"nonsense", "github-sha256", header("X-Hub-Signature-256", "sha256=zz"), sign.HeaderMalformed, []string{"sha256=<hex>", "zz"}},
		{"only v0", "stripe-v1", header("Stripe-Signature", "t=1,v0="+hmacHex(plain, "1."+body)), sign.VersionUnknown, []string{"v1"}},
		{"only v2", "circleci-v1", header("circleci-signature", "v2="+hmacHex(plain, body)), sign.VersionUnknown, []string{"v1"}},
		{"no timestamp", "stripe-v1", header("Stripe-Signature", "v1="+hmacHex(plain, "."+body)), sign.TimestampMissing, []string{"timestamp"}},
		{"no timestamp line", "zoom-v0", header("x-zm-signature", "v0="+hmacHex(plain, "v0::"+body)), sign.TimestampMissing, []string{"x-zm-request-timestamp"}},
		{"words for a time", "stripe-v1", header("Stripe-Signature", "t=now,v1="+hmacHex(plain, "now."+body)), sign.TimestampMalformed, []string{"now"}},
		{"alg none", "netlify-jws", header("X-Webhook-Signature", "eyJhbGciOiJub25lIn0.eyJpc3MiOiJuZXRsaWZ5In0.AA"), sign.AlgorithmRefused, []string{"none"}},
		{"not a token", "monday-jwt", header("Authorization", "my-token"), sign.HeaderMalformed, []string{"three parts"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := sign.Message{Method: "POST", URL: hooks, Body: []byte(body), Headers: c.headers}
			wants(t, explained(m, sign.Key{Secret: plain}, sign.Options{Scheme: c.scheme, Now: now()}), c.reason, c.words...)
		})
	}
}

// Schemes are named, never guessed over what was asked.
func TestExplainsWhatIsNotThere(t *testing.T) {
	m := sign.Message{Method: "POST", Body: []byte("{}")}
	key := sign.Key{Secret: plain}
	wants(t, explained(m, key, sign.Options{Scheme: "stripe-v9"}), sign.UnknownScheme, "stripe-v9")
	wants(t, explained(m, key, sign.Options{Provider: "nobody"}), sign.NoScheme, "nobody")
	wants(t, explained(m, key, sign.Options{Provider: "datadog"}), sign.NoScheme, "does not sign")
	wants(t, explained(m, key, sign.Options{}), sign.NoScheme, "not be signed")
	wants(t, explained(m, key, sign.Options{Scheme: "square"}), sign.NoURL, "URL")
	wants(t, explained(m, key, sign.Options{Scheme: "hmac-sha256-hex"}), sign.HeaderMissing, "which header")
	wants(t, explained(m, sign.Key{}, sign.Options{Scheme: "stripe-v1"}), sign.NoSecret, "No secret")
	wants(t, explained(m, sign.Key{PublicKey: "x"}, sign.Options{Scheme: "paypal-cert"}), sign.NoSecret, "webhook's id")
	wants(t, explained(m, key, sign.Options{Scheme: "adyen-payload"}), sign.KeyMalformed, "hex")
}

// The likeliest causes are found in the largest bodies, too.
func TestExplainsLargeBodies(t *testing.T) {
	text := strings.Repeat("0123456789 abcdefghijklmnopqrstuvwxyz\n", 25<<20/38)
	cases := []struct {
		name, secret, set, signed, arrives string
		reason                             sign.Reason
	}{
		{"pasted", plain, plain + "\n", text, text, sign.SecretWrong},
		{"trimmed", plain, plain, text, text[:len(text)-1], sign.BodyChanged},
		{"added", plain, plain, text[:len(text)-1], text, sign.BodyChanged},
		{"CRLF", plain, plain, strings.ReplaceAll(text[:24<<20], "\n", "\r\n"), text[:24<<20], sign.BodyChanged},
		{"LF", plain, plain, text[:24<<20], strings.ReplaceAll(text[:24<<20], "\n", "\r\n"), sign.BodyChanged},
		{"quotes", plain, `"` + plain + `"`, text[:20<<20], text[:20<<20], sign.SecretWrong},
	}
	for _, c := range cases {
		v := delivery{scheme: "stripe-v1", secret: c.secret, set: c.set, body: c.signed, arrives: []byte(c.arrives)}.explain(t)
		if v.Reason != c.reason {
			t.Errorf("%s: %s %q", c.name, v.Reason, v.Hints)
		}
	}
	v := delivery{scheme: "stripe-v1", secret: plain, set: "another", body: text}.explain(t)
	if last := v.Hints[len(v.Hints)-1]; v.Reason != sign.SignatureDiffers || !strings.Contains(last, "24 MiB") {
		t.Errorf("%s %q: it should say that not all was tried", v.Reason, v.Hints)
	}
}

// Public-key schemes are explained like the others: the body's changes, and
// the wrong half of the pair.
func TestExplainsPublicKeySchemes(t *testing.T) {
	find := func(id string) vector {
		for _, v := range vectors(t) {
			if v.ID == id {
				return v
			}
		}
		t.Fatalf("no vector %q", id)
		return vector{}
	}
	explain := func(id string, alter func(*sign.Message, *sign.Key)) sign.Verdict {
		v := find(id)
		m, key := v.message(t), v.key()
		alter(&m, &key)
		return explained(m, key, v.options())
	}
	wants(t, explain("sendgrid-valid", func(m *sign.Message, _ *sign.Key) { m.Body = m.Body[:len(m.Body)-2] }), sign.BodyChanged, "CR LF", "trimmed")
	wants(t, explain("discord-ping-valid", func(m *sign.Message, _ *sign.Key) {
		m.Body = []byte(strings.ReplaceAll(string(m.Body), ",", ", "))
	}), sign.BodyChanged, "JSON.stringify")
	wants(t, explain("paypal-valid", func(m *sign.Message, _ *sign.Key) { m.Body = append(m.Body, '\n') }), sign.BodyChanged, "line end")
	wants(t, explain("paypal-valid", func(_ *sign.Message, k *sign.Key) { k.Secret += "\n" }), sign.SecretWrong, "line end", "around the webhook's id are left out")
	wants(t, explain("paypal-valid", func(_ *sign.Message, k *sign.Key) { k.Secret = "another" }), sign.SignatureDiffers, "the webhook's id is another one")
	wants(t, explain("paypal-valid", func(m *sign.Message, _ *sign.Key) {
		for i, h := range m.Headers {
			if h.Name == "PAYPAL-CERT-URL" {
				m.Headers[i].Value = "https://api.paypal.com.evil.example/cert"
			}
		}
	}), sign.CertURLRefused, "paypal.com")
	wants(t, explain("sns-v1-valid", func(m *sign.Message, _ *sign.Key) {
		m.Body = []byte(strings.Replace(string(m.Body), ".amazonaws.com/", ".amazonaws.com.evil.example/", 1))
	}), sign.CertURLRefused, "Amazon")
	v := explain("sendgrid-valid", func(_ *sign.Message, k *sign.Key) { k.PublicKey = "SG.abcdef.ghijkl" })
	if wants(t, v, sign.KeyMalformed, "public key"); !strings.Contains(strings.Join(v.Hints, "\n"), "API key of SendGrid") {
		t.Errorf("hints = %q", v.Hints)
	}
	test := pairOf("discord-ed25519")
	m, _, err := sign.Sign(sign.Message{Method: "POST", Body: []byte("{}")}, test, sign.SignOptions{Scheme: "discord-ed25519", Now: now()})
	if err != nil {
		t.Fatal(err)
	}
	wants(t, explained(m, sign.Key{PublicKey: test.PrivateKey}, sign.Options{Scheme: "discord-ed25519"}), sign.SecretWrong, "private key")
}

func TestExplainsTheTestKey(t *testing.T) {
	for _, v := range vectors(t) {
		if v.Scheme != "sendgrid-ecdsa" && v.Scheme != "discord-ed25519" && v.Scheme != "paypal-cert" {
			continue
		}
		m, note, err := sign.Sign(v.message(t), v.key(), sign.SignOptions{Scheme: v.Scheme, Now: now(), Rand: random(), TestKeys: testKeys()})
		if err != nil || !note.TestKey {
			t.Fatal(note, err)
		}
		wants(t, explained(m, v.key(), sign.Options{Scheme: v.Scheme, TestKeys: testKeys()}), sign.SecretWrong, "Creel's local test key")
	}
}

func TestExplainsHalvesOfAPair(t *testing.T) {
	m := sign.Message{Method: "POST", Body: []byte("bt_signature=the_public_key%7C00&bt_payload=x"), Headers: hook.Headers{{Name: "Content-Encoding", Value: "gzip"}}}
	v := explained(m, sign.Key{Secret: "the_public_key"}, sign.Options{Provider: "braintree"})
	if text := strings.Join(v.Hints, "\n"); v.Reason != sign.SignatureDiffers || !strings.Contains(text, "is the public key") {
		t.Errorf("%s %q", v.Reason, v.Hints)
	}
	m.Headers = append(m.Headers, hook.Header{Name: "X-Hub-Signature-256", Value: "sha256=00"})
	v = explained(m, sign.Key{Secret: plain}, sign.Options{Provider: "github"})
	if text := strings.Join(v.Hints, "\n"); v.Reason != sign.SignatureDiffers || !strings.Contains(text, "decoded it and left the header") {
		t.Errorf("%s %q", v.Reason, v.Hints)
	}
}

func TestExplainsZendesksTest(t *testing.T) {
	v := delivery{scheme: "zendesk", secret: "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==", set: plain, body: "{}"}.explain(t)
	wants(t, v, sign.SecretWrong, "publishes for test")
}

// A signature that is there but not known is never passed over for a token
// that would hold.
func TestNoFallBackToTheToken(t *testing.T) {
	m := sign.Message{Method: "POST", Body: []byte("{}"), Headers: hook.Headers{
		{Name: "X-Gitlab-Token", Value: whsec}, {Name: "webhook-id", Value: "1"}, {Name: "webhook-timestamp", Value: "1"}, {Name: "webhook-signature", Value: "v9,AAAA"}}}
	if v := sign.Verify(m, sign.Key{Secret: whsec}, sign.Options{Provider: "gitlab"}); v.Valid || v.Reason != sign.VersionUnknown {
		t.Errorf("%s by %s", v.Reason, v.Scheme)
	}
	m.Headers = m.Headers[:1]
	if v := sign.Verify(m, sign.Key{Secret: whsec}, sign.Options{Provider: "gitlab"}); !v.Valid {
		t.Errorf("the token alone: %s %q", v.Reason, v.Hints)
	}
}

// Any one of several signatures is enough, in as many lines as they come.
func TestSeveralSignatures(t *testing.T) {
	right := "sha256=" + hmacHex(plain, "{}")
	wrong := "sha256=" + hmacHex("other", "{}")
	for _, lines := range [][]string{{wrong, right}, {right, wrong}, {wrong + ", " + right}, {"nonsense", right}, {right[7:]}} {
		m := sign.Message{Method: "POST", Body: []byte("{}")}
		for _, l := range lines {
			m.Headers = append(m.Headers, hook.Header{Name: "x-mollie-SIGNATURE", Value: l})
		}
		if v := sign.Verify(m, sign.Key{Secret: plain}, sign.Options{Provider: "mollie"}); !v.Valid {
			t.Errorf("%q: %s %q", lines, v.Reason, v.Hints)
		}
	}
}

func TestExplainsTheUnnamedHeader(t *testing.T) {
	m := sign.Message{Method: "POST", Body: []byte("{}"), Headers: hook.Headers{{Name: "X-My-Signature", Value: hmacHex(plain, "{}")}}}
	wants(t, explained(m, sign.Key{Secret: plain}, sign.Options{Scheme: "hmac-sha256-hex"}), sign.HeaderMissing, "Nobody said", "X-My-Signature")
}
