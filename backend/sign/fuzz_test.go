package sign_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"creel/backend/hook"
	"creel/backend/sign"
)

// Whatever a stranger sends as signature, nothing panics, nothing is valid,
// and every refusal says why.
func fuzzHeaders(f *testing.F, body string, key sign.Key, schemes ...string) {
	f.Helper()
	headers := map[string]sign.Scheme{}
	for _, s := range sign.Schemes() {
		headers[s.ID] = s
	}
	minute := time.Minute
	f.Fuzz(func(t *testing.T, first, second, third string) {
		for _, id := range schemes {
			s, known := headers[id]
			if !known {
				t.Fatalf("no scheme %q", id)
			}
			m := sign.Message{Method: "POST", URL: hooks, Body: []byte(body)}
			for i, name := range s.Headers {
				m.Headers = append(m.Headers, hook.Header{Name: name, Value: []string{first, second, third}[i%3]})
			}
			for _, judge := range []func(sign.Message, sign.Key, sign.Options) sign.Verdict{sign.Verify, explained} {
				v := judge(m, key, sign.Options{Scheme: id, Now: now(), Tolerance: &minute})
				if v.Valid || v.Reason == sign.OK || len(v.Hints) == 0 || v.Scheme != id {
					t.Fatalf("%s: %+v", id, v)
				}
			}
			sign.Detect(m.Headers, m.Body, first)
		}
	})
}

func FuzzPairs(f *testing.F) {
	f.Add("t=1,v1=00", "", "")
	f.Add("ts=1;h1=00;h1=11", "", "")
	f.Add("t=1764000000000, v1=iiQpmBUnzuRbznCXWt1QGxv8ZoEFrSBzYFkLPG1wST0", "", "")
	f.Add(",,=,t=,v1==", "", "")
	fuzzHeaders(f, "{}", sign.Key{Secret: "whsec_x"}, "stripe-v1", "paddle-h1", "workos", "sanity-v1", "calendly-v1", "circleci-v1", "pagerduty-v1", "elevenlabs-v0")
}

func FuzzEntries(f *testing.F) {
	f.Add("v1,AAAA v1a,AAAA v2,x", "msg_1", "1764000000")
	f.Add("v1, v1,,", "", "9999999999999999999999")
	fuzzHeaders(f, "{}", sign.Key{Secret: whsec, PublicKey: "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="}, "standard-webhooks-v1", "standard-webhooks-v1a", "standard-webhooks-v1-rawkey", "svix-v1", "svix-v1a")
}

func FuzzTokens(f *testing.F) {
	f.Add("eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJ4IiwiZXhwIjoxfQ.AAAA", "", "")
	f.Add("Bearer eyJhbGciOiJub25lIn0.e30.", "", "")
	f.Add("Basic dXNlcjpwYXNz", "", "")
	fuzzHeaders(f, "{}", sign.Key{Secret: "a secret nobody guesses"}, "netlify-jws", "monday-jwt", "messagebird-jwt", "basic-auth", "bearer-token", "authorization-static")
}

func FuzzBareSignatures(f *testing.F) {
	f.Add("sha256=00", "1764000000", "x")
	f.Add("sha1=,v0=", "2025-11-24T16:00:00Z", "x-contentful-crn,a,,b")
	f.Add("AAAA=", "1", "HmacSHA256")
	fuzzHeaders(f, "a=1&b=2", sign.Key{Secret: "a secret nobody guesses"}, "github-sha256", "hub-signature-method", "mollie", "slack-v0", "shopify", "contentful", "twilio", "square", "box", "twitch", "plivo-v2", "plivo-v3", "docusign", "hubspot-v1", "hubspot-v3", "cloudinary-sha1", "zendesk", "cashfree", "gitlab-token")
}

// The same for bodies that carry the signature, and what signing edits stays
// JSON.
func FuzzBodies(f *testing.F) {
	for _, seed := range []string{
		`{"signature":{"timestamp":"1","token":"t","signature":"00"}}`, `{"notificationItems":[{"NotificationRequestItem":{"pspReference":"a","additionalData":{"hmacSignature":"AA=="}}}]}`,
		`{"Type":"Notification","Signature":"AAAA","SignatureVersion":"1","SigningCertURL":"https://sns.us-east-1.amazonaws.com/x.pem"}`,
		`{"value":[{"clientState":"x"}]}`, `bt_signature=a%7C00&bt_payload=x`, `timestamp=1&token=t&signature=00`, `{"webhookTimestamp":1,"webhookTimestamp":{}}`, `[[{"a":"\""}]]`, `{}`, ``,
	} {
		f.Add([]byte(seed))
	}
	key := sign.Key{Secret: strings.Repeat("ab", 32)}
	key.PublicKey = pairOf("aws-sns").PublicKey
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, id := range []string{"mailgun-body", "adyen-item", "aws-sns", "graph-clientstate", "braintree", "linear"} {
			m := sign.Message{Method: "POST", URL: hooks, Body: bytes.Clone(body), Headers: hook.Headers{{Name: "Linear-Signature", Value: "00"}}}
			k := key
			if id == "braintree" {
				k.PublicKey = "pub"
			}
			if v := explained(m, k, sign.Options{Scheme: id, Now: now()}); v.Valid || len(v.Hints) == 0 {
				t.Fatalf("%s: %+v", id, v)
			}
			if !bytes.Equal(m.Body, body) {
				t.Fatalf("%s: explaining wrote to the body", id)
			}
			sign.Detect(m.Headers, body, "")
			done, _, err := sign.Sign(m, k, sign.SignOptions{Scheme: id, Now: now(), Rand: random(), TestKeys: testKeys()})
			if err != nil {
				continue
			}
			if json.Valid(body) && !json.Valid(done.Body) {
				t.Fatalf("%s: %s became %s", id, body, done.Body)
			}
			if v := sign.Verify(done, k, sign.Options{Scheme: id, Now: now()}); !v.Valid {
				t.Fatalf("%s: %s became %s: %s %q", id, body, done.Body, v.Reason, v.Hints)
			}
		}
	})
}

// Keys come from the clipboard: anything may be in it.
func FuzzKeys(f *testing.F) {
	for _, s := range sign.Schemes() {
		key := pairOf(s.ID)
		f.Add(whsec, key.PublicKey, key.PrivateKey)
	}
	f.Add("-----BEGIN", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "whsk_AAAA")
	f.Fuzz(func(t *testing.T, secret, public, private string) {
		for _, id := range []string{"svix-v1", "adyen-payload", "discord-ed25519", "sendgrid-ecdsa", "paypal-cert"} {
			m := sign.Message{Method: "POST", URL: hooks, Body: []byte("{}")}
			key := sign.Key{Secret: secret, PublicKey: public, PrivateKey: private}
			done, note, err := sign.Sign(m, key, sign.SignOptions{Scheme: id, Now: now(), Rand: random(), TestKeys: testKeys()})
			if err == nil && note.Text == "" {
				t.Fatalf("%s: no note", id)
			}
			if v := explained(done, key, sign.Options{Scheme: id, Now: now()}); v.Valid != (v.Reason == sign.OK) || (!v.Valid && len(v.Hints) == 0) {
				t.Fatalf("%s: %+v", id, v)
			}
		}
	})
}

// URLs and what proxies say of them.
func FuzzURLs(f *testing.F) {
	f.Add("https://a.example:443/in/?b=1&a=%20+", "x.example, y", `host="z";proto=https`)
	f.Add("://?#", "", ";;=")
	f.Add("http://[::1]:80", ":", "host")
	f.Fuzz(func(t *testing.T, url, host, forwarded string) {
		hs := hook.Headers{{Name: "X-Forwarded-Host", Value: host}, {Name: "Forwarded", Value: forwarded}, {Name: "X-Forwarded-Prefix", Value: host}, {Name: "X-Original-URL", Value: forwarded}, {Name: "X-Forwarded-Port", Value: host}}
		found := false
		for _, u := range sign.CandidateURLs(url, hs) {
			found = found || u == strings.SplitN(url, "#", 2)[0]
		}
		if !found {
			t.Fatalf("%q is not among its own candidates", url)
		}
		m := sign.Message{Method: "POST", URL: url, Headers: append(hs, hook.Header{Name: "x-square-hmacsha256-signature", Value: "AAAA"}), Body: []byte("x")}
		for _, id := range []string{"square", "twilio", "hubspot-v3", "plivo-v3", "contentful"} {
			if v := explained(m, sign.Key{Secret: "s"}, sign.Options{Scheme: id}); v.Valid {
				t.Fatalf("%s: valid", id)
			}
		}
	})
}
