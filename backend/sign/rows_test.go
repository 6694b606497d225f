package sign_test

import (
	"crypto/sha1"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"creel/backend/hook"
	"creel/backend/sign"
)

// The literals of this file were made with OpenSSL and Python's hmac, for rows
// of the table of schemes that the vectors leave out.

const event = `{"id":"evt_1","name":"Jörg"}`

const kickKey = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqqVvvunWAB5ctDxsUf91
V/AvXiHCxn9ekylwwT+Bb90NSnM2IFz+SlcDt1NRgoVvSK2SKHXQ2gOQmNZX2hgk
UCkfOBy0x/kz8ViiZCeRZ4RinupFoZ5i80eZBkv69dFM+NcmMHVd/UuslTkthHeI
t6eIa14UKsatJqMhncbmGgEDj439gIWuykJy8aGDZnML+JbBXUjLB0oUT8bsTJOp
c9GZ+WiFNsIanFxsHnqQCxQbW4tj8Yix5wn2iRIQb7LSH2hdAFXvlx47DhFU6nEF
+WTdJdpuz3Yvfj8qXJi7GeTh8HLBt/L2KZg90kU1sKvWXoY8e7U4D0YrmLmmBjc8
iQIDAQAB
-----END PUBLIC KEY-----
`

const kickSignature = "ZzyScOV4T1PYBzZhC6/8YgswpJg1t39o77z1+yjmog/hkx1sxjIfmmOEXn5CLMlpvk245oUeClcfKLYyjhvg2+LnRrTUBqGxFistU+dOndOWDvvmHu62ng9U77xa2Ew7CWdV1UB6rMLmEBX4y8dUHcDiQOz0mwb127/lwucLebvL5Q1PbZml/GAtQJ9d84UJnABuwI8eBaRZMiXCJLbKW4de5T5rYuEE4mm3hqFbM1qbt0eesGEZ26iX6iK5oYz1E/GKQopHWnbets8o91jGGHwnBi4uRcRdbhdcWNoBwKuH02JdIEpnC1t3dYDxtnkz2SI5IBN9Ih0c2FID/mNe4A=="

const messageBirdToken = "eyJhbGciOiAiSFMyNTYiLCAidHlwIjogIkpXVCJ9.eyJpc3MiOiAiTWVzc2FnZUJpcmQiLCAibmJmIjogMTc2NDAwMDAwMCwgImV4cCI6IDE3NjQwMDAwNjAsICJqdGkiOiAiajEiLCAidXJsX2hhc2giOiAiNzY2MGQ0ODM3M2I0YjEwYWIyMTQ4YmI0NTJhNGYyNDUzNDNmNTdhODlmYmNiNTY4ZDUzMGEyYmM5NThkZmVmNCIsICJwYXlsb2FkX2hhc2giOiAiZmYxZjhiNjYxYjdkOWYzZmExMDRjODk5NDdlMTY5MDJhZjFkOWQzNzllZThjNDI0NDFlOGI4ZjExMWQ2ODFlYiJ9."

type row struct {
	name, scheme, provider string
	key                    sign.Key
	method, url, body      string
	headers                []string // name, value, …
}

func (r row) verify(alter func(*sign.Message)) sign.Verdict {
	m := sign.Message{Method: r.method, URL: r.url, Body: []byte(r.body)}
	if m.Method == "" {
		m.Method = "POST"
	}
	for i := 0; i < len(r.headers); i += 2 {
		m.Headers = append(m.Headers, hook.Header{Name: r.headers[i], Value: r.headers[i+1]})
	}
	alter(&m)
	minute := time.Minute
	return sign.Verify(m, r.key, sign.Options{Scheme: r.scheme, Provider: r.provider, Now: time.Unix(1764000000, 0), Tolerance: &minute})
}

func secret(s string) sign.Key { return sign.Key{Secret: s} }

func rows() []row {
	const url, nonce, form = "https://hooks.example.com/in", "12345678901234567890", "application/x-www-form-urlencoded"
	const edKey = "RFBl5zCO5EIiNixt3oTmgdj5IpY8BpAdt0GSwyk3rAk="
	return []row{
		{name: "docusign 7", provider: "docusign", key: secret("connect-key"), body: event + "\r\n", headers: []string{"X-Authorization-Digest", "HMACSHA256", "X-DocuSign-Signature-1", "AAAA", "X-DocuSign-Signature-7", "0U7XLYXeEdohVWKQEIjcHD7ECh8GGXyqdHyJf880F7A="}},
		{name: "x", provider: "x", key: secret("consumer-secret"), body: event, headers: []string{"x-twitter-webhooks-signature", "sha256=NbG/4jEkQiXTfGL3WXSqc+aHdbYy+dPCetD4ZrwbZzs="}},
		{name: "sanity", provider: "sanity", key: secret("sanity-secret"), body: event, headers: []string{"sanity-webhook-signature", "t=1764000000000, v1=iiQpmBUnzuRbznCXWt1QGxv8ZoEFrSBzYFkLPG1wST0"}},
		{name: "cloudinary", provider: "cloudinary", key: secret("cld-secret"), body: event, headers: []string{"X-Cld-Signature", "c93ee22ee99781aec896add93da727ddb65918af", "X-Cld-Timestamp", "1764000000"}},
		{name: "cloudinary, SHA-256", provider: "cloudinary", key: secret("cld-secret"), body: event, headers: []string{"X-Cld-Signature", "d3e98ce192c695ca8908bc71c2dbd9914c933edaeb1bdaab4be279e541a088e5", "X-Cld-Timestamp", "1764000000"}},
		{name: "gitea", provider: "gitea", key: secret("gitea-secret"), body: event, headers: []string{"X-Gitea-Signature", "fe45b4bb3432047662c3ee48d8c35b47f1d5a043cbc2e62dbd59d08d01ef693f"}},
		{name: "forgejo", provider: "forgejo", key: secret("gitea-secret"), body: event, headers: []string{"X-Forgejo-Signature", "fe45b4bb3432047662c3ee48d8c35b47f1d5a043cbc2e62dbd59d08d01ef693f"}},
		{name: "fourthwall", provider: "fourthwall", key: secret("fw-secret"), body: event, headers: []string{"X-Fourthwall-Hmac-SHA256", "Y3umzH18cCVVcGs5CZyDK1Kz/UiGJ95nKJsaccDOE2E="}},
		{name: "elevenlabs", provider: "elevenlabs", key: secret("el-secret"), body: event, headers: []string{"ElevenLabs-Signature", "t=1764000000,v0=7ef551f533061ab1c464127de8cf84f2d9c1c8a55e2a75d07e53291238cc8f04"}},
		{name: "cashfree", provider: "cashfree", key: secret("cf-secret"), body: event, headers: []string{"x-webhook-signature", "8lkMlxLM0sTLf8SklK8uM69tvJEJgIEkKqS3guCAB0A=", "x-webhook-timestamp", "1764000000000"}},
		{name: "checkout", provider: "checkout", key: secret("cko-secret"), body: event, headers: []string{"Cko-Signature", "cdb0b43f52237bb9b810e7cd792e53d4c8f04606edf758212ae81e0ee02ee6d1"}},
		{name: "contentful", provider: "contentful", key: secret(strings.Repeat("a", 64)), url: "https://h.example/hooks/in?x=1&y=a%20b", body: event, headers: []string{"Content-Type", "application/json", "X-Contentful-CRN", " crn:1 ",
			"x-contentful-signature", "91af984705ec5096ee94426e284d3704307249e08c4f9846048330284958d28d", "x-contentful-timestamp", "1764000000000",
			"x-contentful-signed-headers", "content-type,x-contentful-crn,x-contentful-signed-headers,x-contentful-timestamp"}},
		{name: "plivo v2", scheme: "plivo-v2", key: secret("plivo-token"), url: url + "?a=1", headers: []string{"X-Plivo-Signature-V2", "cOyDmHP5VvITOV363xvXfryO48J3mL+bnpyhet23YxA=", "X-Plivo-Signature-V2-Nonce", nonce}},
		{name: "plivo v3", provider: "plivo", key: secret("plivo-token"), url: url + "?b=2&a=1&a=0", body: "From=%2B1555&CallUUID=xyz", headers: []string{"Content-Type", form, "X-Plivo-Signature-V3", "syuGn4xXED6Atxo+eflZSoQUhjkXmGJRR0MfVQk1BtI=", "X-Plivo-Signature-V3-Nonce", nonce}},
		{name: "plivo v3, GET", provider: "plivo", method: "GET", key: secret("plivo-token"), url: url + "?b=2&a=1&a=0", headers: []string{"X-Plivo-Signature-V3", "xvzzZZ2OVA+YZeRv72kfpzOJ8Z71P7f8fVpM5iOpRd8=", "X-Plivo-Signature-V3-Nonce", nonce}},
		{name: "plivo v3, no query", provider: "plivo", key: secret("plivo-token"), url: url, body: "CallUUID=xyz", headers: []string{"X-Plivo-Signature-V3", "y+4413KfOjqDi6VW5nP1vdq3ibgtB6mEzHkl91NTBko=", "X-Plivo-Signature-V3-Nonce", nonce}},
		{name: "messagebird", provider: "messagebird", key: secret("mb-key"), url: url + "?x=1", body: event, headers: []string{"MessageBird-Signature-JWT", messageBirdToken + "8sdu0tTUBOxZdZl3wm-7xhbsTDgNSakmXL7py1EXIXM"}},
		{name: "messagebird, no body", provider: "messagebird", key: secret("mb-key"), method: "GET", url: url + "?x=1", headers: []string{"MessageBird-Signature-JWT",
			"eyJhbGciOiAiSFMyNTYiLCAidHlwIjogIkpXVCJ9.eyJpc3MiOiAiTWVzc2FnZUJpcmQiLCAibmJmIjogMTc2NDAwMDAwMCwgImV4cCI6IDE3NjQwMDAwNjAsICJ1cmxfaGFzaCI6ICI3NjYwZDQ4MzczYjRiMTBhYjIxNDhiYjQ1MmE0ZjI0NTM0M2Y1N2E4OWZiY2I1NjhkNTMwYTJiYzk1OGRmZWY0In0.pqftlmjetDf6Gr_nUhsw5Hf3CyijzFXoP1aPKBeN2Ys"}},
		{name: "hubspot v3, escaped", provider: "hubspot", key: secret("hs-secret"), url: url + "?q=a%3Ab", body: event, headers: []string{"X-HubSpot-Signature-v3", "LH+kE4D8a/ZTWFGksmzU22Qc/aHaVfiE0YB0gfZvfKU=", "X-HubSpot-Request-Timestamp", "1764000000000"}},
		{name: "twilio, apostrophe", provider: "twilio", key: secret("12345"), url: url + "?q=it's", body: "B=2&A=1", headers: []string{"Content-Type", form, "X-Twilio-Signature", "Bi+oOn/AUlnLZq3lZLN/qa8aGAU="}},
		{name: "twilio, port and login", provider: "twilio", key: secret("12345"), url: "https://user:pw@hooks.example.com:443/in", body: "B=2&A=1", headers: []string{"Content-Type", form, "X-Twilio-Signature", "GBYxz6jpEqG6qsBXkZUajfc2hhk="}},
		{name: "mailgun, form", provider: "mailgun", key: secret("mg-key"), body: "event=opened&timestamp=1764000000&token=tok&signature=056860d75350161b017190c11a7957125a5620c0703e9fda6415e67cf057a645", headers: []string{"Content-Type", form}},
		{name: "mailgun, multipart", provider: "mailgun", key: secret("mg-key"), body: "--b\r\nContent-Disposition: form-data; name=\"timestamp\"\r\n\r\n1764000000\r\n--b\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\ntok\r\n--b\r\nContent-Disposition: form-data; name=\"signature\"\r\n\r\n056860d75350161b017190c11a7957125a5620c0703e9fda6415e67cf057a645\r\n--b--\r\n",
			headers: []string{"Content-Type", "multipart/form-data; boundary=b"}},
		{name: "hub, SHA-1", scheme: "hub-signature-method", key: secret("hub-secret"), body: event, headers: []string{"X-Hub-Signature", "sha1=abae011650d6dc407fb7969dc69731ae22cffeaa"}},
		{name: "hub, SHA-384", scheme: "hub-signature-method", key: secret("hub-secret"), body: event, headers: []string{"X-Hub-Signature", "sha384=ea9fc003766c7b817c69667d976fdd05a08ca29f3bebd2a57614bae1f79fcb9dd9a21e78443f7d4fe1f3b17dc8264766"}},
		{name: "hub, SHA-512", scheme: "hub-signature-method", key: secret("hub-secret"), body: event, headers: []string{"X-Hub-Signature", "sha512=6094a9b590bf49cd0fc45516dfa9b1929f300b1c929907b75814dcd87f4dece195b3a7b8609b10a9700d8c4ffab38845c0288a878542d3826f5c9f8a6313a556"}},
		{name: "telnyx", provider: "telnyx", key: sign.Key{PublicKey: edKey}, body: event, headers: []string{"telnyx-signature-ed25519", "rIhruvLLOO6RMXexuu4B2PX2Z1tw/oG556qQx5UPUUyPK0naDDHCTqLS3T8/lZggJKR0sRkhdXhedb8R/bJQCw==", "telnyx-timestamp", "1764000000"}},
		{name: "svix v1a", provider: "svix", key: sign.Key{PublicKey: "whpk_" + edKey}, body: event, headers: []string{"svix-id", "msg_1", "svix-timestamp", "1764000000", "svix-signature", "v1a,fh7K6MaFFkvK7Rn7rLAJDHbMBEOO7WaqPpiF15ykltQPLm/LDSIw2bQWQ9sm60wDi+wvlBO+091Vp014r2p9BQ=="}},
		{name: "kick", provider: "kick", key: sign.Key{PublicKey: kickKey}, body: event, headers: []string{"Kick-Event-Message-Id", "01KICK", "Kick-Event-Message-Timestamp", "2025-11-24T16:00:00Z", "Kick-Event-Signature", kickSignature}},
		{name: "polar", provider: "polar", key: secret("plain-secret"), body: event, headers: []string{"webhook-id", "msg_1", "webhook-timestamp", "1764000000", "webhook-signature", "v1a,AAAA v1,OGvEL2jnXcTBLAfdqXWlZqGQnHk46nmDzx5i6vBxJcU="}},
		{name: "openai, secret as text", provider: "openai", key: secret("plain-secret"), body: event, headers: []string{"webhook-id", "msg_1", "webhook-timestamp", "1764000000", "webhook-signature", "v1,OGvEL2jnXcTBLAfdqXWlZqGQnHk46nmDzx5i6vBxJcU="}},
		// The answer that Braintree's own tests publish for this text and key.
		{name: "braintree", provider: "braintree", key: sign.Key{Secret: "integration_private_key", PublicKey: "integration_public_key"},
			body: "bt_signature=other%7C00%26integration_public_key%7Cd9b899556c966b3f06945ec21311865d35df3ce4&bt_payload=20f9f8ed05f77439fe955c977e4c8a53", headers: []string{"Content-Type", form}},
		{name: "auth0", provider: "auth0", key: secret("Bearer abc"), headers: []string{"Authorization", "Bearer abc"}},
		{name: "datadog, own header", scheme: "authorization-static", key: secret("abc"), headers: []string{"Authorization", "abc"}},
		{name: "brevo", provider: "brevo", key: secret("abc"), headers: []string{"authorization", "bearer abc"}},
		{name: "chargebee", provider: "chargebee", key: secret("user:pass"), headers: []string{"Authorization", "Basic dXNlcjpwYXNz"}},
	}
}

func TestRows(t *testing.T) {
	for _, r := range rows() {
		t.Run(r.name, func(t *testing.T) {
			if v := r.verify(func(*sign.Message) {}); !v.Valid || v.Reason != sign.OK {
				t.Fatalf("%s by %s: %q; signed %q, expected %s", v.Reason, v.Scheme, v.Hints, v.Signed, v.Expected)
			}
			other := r
			other.key.Secret = strings.Replace(r.key.Secret, "e", "f", 1)
			if v := other.verify(func(*sign.Message) {}); other.key.Secret != r.key.Secret && v.Valid {
				t.Error("valid with another secret")
			}
			v := r.verify(func(m *sign.Message) {
				for i := range m.Headers {
					m.Headers[i].Value += "0"
				}
				m.Body = append(m.Body, 'x')
			})
			if v.Valid && len(r.headers) > 2 {
				t.Error("valid with other headers and another body")
			}
		})
	}
}

// What must be refused though it looks signed.
func TestRowsRefuse(t *testing.T) {
	find := func(name string) row {
		for _, r := range rows() {
			if r.name == name {
				return r
			}
		}
		t.Fatalf("no row %q", name)
		return row{}
	}
	set := func(name, value string) func(*sign.Message) {
		return func(m *sign.Message) {
			for i, h := range m.Headers {
				if strings.EqualFold(h.Name, name) {
					m.Headers[i].Value = value
				}
			}
		}
	}
	cases := []struct {
		row    string
		alter  func(*sign.Message)
		reason sign.Reason
	}{
		{"docusign 7", set("X-Authorization-Digest", "HMACSHA1"), sign.AlgorithmRefused},
		{"hub, SHA-1", set("X-Hub-Signature", "md5=abae011650d6dc407fb7969dc69731ae"), sign.HeaderMalformed},
		{"sanity", set("sanity-webhook-signature", "t=1764000000000,v2=iiQpmBUnzuRbznCXWt1QGxv8ZoEFrSBzYFkLPG1wST0"), sign.VersionUnknown},
		{"braintree", func(m *sign.Message) {
			m.Body = []byte(strings.Replace(string(m.Body), "integration_public_key", "another_key", 1))
		}, sign.SignatureMissing},
		{"messagebird", func(m *sign.Message) { m.Body = nil }, sign.BodyChanged},
		{"messagebird, no body", func(m *sign.Message) { m.Body = []byte("x") }, sign.ClaimWrong},
		{"messagebird", func(m *sign.Message) { m.URL += "&y=2" }, sign.URLDiffers},
		{"contentful", set("Content-Type", "text/plain"), sign.SignatureDiffers},
		{"contentful", set("x-contentful-signed-headers", "x-contentful-crn"), sign.SignatureDiffers},
		{"telnyx", set("telnyx-timestamp", "1764000001"), sign.SignatureDiffers},
		{"plivo v2", set("X-Plivo-Signature-V2-Nonce", "1"), sign.SignatureDiffers},
		{"brevo", set("Authorization", "abc"), sign.HeaderMalformed},
		{"chargebee", set("Authorization", "Bearer dXNlcjpwYXNz"), sign.HeaderMalformed},
		{"polar", set("webhook-signature", "v1a,OGvEL2jnXcTBLAfdqXWlZqGQnHk46nmDzx5i6vBxJcU= v2,OGvEL2jnXcTBLAfdqXWlZqGQnHk46nmDzx5i6vBxJcU="), sign.VersionUnknown},
	}
	for _, c := range cases {
		if v := find(c.row).verify(c.alter); v.Valid || v.Reason != c.reason {
			t.Errorf("%s: %s %q, want %s", c.row, v.Reason, v.Hints, c.reason)
		}
	}
}

// The known answers of section 3 of the list of providers hold for the pieces
// here, too: SHA-1 of a private key as HMAC key.
func TestBraintreeKey(t *testing.T) {
	sum := sha1.Sum([]byte("integration_private_key"))
	m := sign.Message{Method: "POST", Body: []byte("bt_payload=abc"), Headers: hook.Headers{{Name: "Content-Type", Value: "application/x-www-form-urlencoded"}}}
	m, _, err := sign.Sign(m, sign.Key{Secret: "integration_private_key", PublicKey: "pub"}, sign.SignOptions{Scheme: "braintree", Now: now()})
	if err != nil {
		t.Fatal(err)
	}
	want := "bt_payload=abc&bt_signature=pub%7C" + hex.EncodeToString(hmacSHA1(sum[:], "abc"))
	if string(m.Body) != want {
		t.Errorf("body = %s, want %s", m.Body, want)
	}
}

// CloudEvents lets the token stand in the query.
func TestTokenInTheQuery(t *testing.T) {
	m := sign.Message{Method: "POST", URL: hooks + "?a=1&access_token=s%2Bcret"}
	if v := sign.Verify(m, secret("s+cret"), sign.Options{Provider: "cloudevents"}); !v.Valid {
		t.Errorf("%s %q", v.Reason, v.Hints)
	}
	if v := sign.Verify(m, secret("other"), sign.Options{Provider: "cloudevents"}); v.Reason != sign.TokenDiffers {
		t.Errorf("another: %s", v.Reason)
	}
	if done, _, err := sign.Sign(m, secret("new one"), sign.SignOptions{Scheme: "bearer-token"}); err != nil || done.URL != hooks+"?a=1&access_token=new+one" || len(done.Headers) > 0 {
		t.Errorf("signed: %+v, %v", done, err)
	}
	m.Headers = hook.Headers{{Name: "Authorization", Value: "Bearer wrong"}}
	if v := sign.Verify(m, secret("s+cret"), sign.Options{Provider: "cloudevents"}); v.Valid {
		t.Error("a wrong header was passed over for the query")
	}
}

func TestSignatureThatSaysThereIsNone(t *testing.T) {
	m := sign.Message{Method: "POST", Headers: hook.Headers{{Name: "X-Cal-Signature-256", Value: "no-secret-provided"}}}
	wants(t, explained(m, secret("x"), sign.Options{Provider: "cal-com"}), sign.HeaderMissing, "Cal.com has no secret")
}
