package sign_test

import (
	"encoding/base64"
	"encoding/json"
	"flag"
	"net/url"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"creel/backend/hook"
	"creel/backend/sign"
)

const word = `[A-Za-z0-9_\-]{8,40}`

func jsonBody(t *rapid.T, v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// carrier draws a message that can carry a signature of that scheme, and a key
// of the shape it wants.
func carrier(t *rapid.T, s sign.Scheme) (sign.Message, sign.Key, sign.SignOptions) {
	m := sign.Message{
		Method: rapid.SampledFrom([]string{"POST", "PUT"}).Draw(t, "method"),
		URL:    "https://" + rapid.StringMatching(`[a-z]{3,9}\.example(:8443)?/[a-z]{1,8}(\?a=[a-z0-9%]{0,4})?`).Draw(t, "url"),
		Headers: hook.Headers{
			{Name: "Host", Value: "hooks.example"},
			{Name: "X-Other", Value: rapid.StringMatching(word).Draw(t, "other")},
		},
		Body: rapid.SliceOfN(rapid.Byte(), 1, 200).Draw(t, "body"),
	}
	text := func(name string) string { return rapid.StringMatching(word).Draw(t, name) }
	form := func(names ...string) {
		q := url.Values{}
		for _, n := range names {
			q.Add(n, text(n))
		}
		m.Body = []byte(q.Encode())
		m.Headers = append(m.Headers, hook.Header{Name: "Content-Type", Value: "application/x-www-form-urlencoded"})
	}
	switch s.ID {
	case "adyen-item":
		var items []any
		for range rapid.IntRange(1, 3).Draw(t, "items") {
			item := map[string]any{"pspReference": text("psp"), "merchantReference": text("ref"), "eventCode": "AUTHORISATION", "success": "true", "amount": map[string]any{"value": 1130, "currency": "EUR"}}
			switch rapid.IntRange(0, 2).Draw(t, "extra") {
			case 0:
				item["additionalData"] = map[string]any{}
			case 1:
				item["additionalData"] = map[string]any{"a": 1, "hmacSignature": "old"}
			}
			items = append(items, map[string]any{"NotificationRequestItem": item})
		}
		m.Body = jsonBody(t, map[string]any{"live": "false", "notificationItems": items})
	case "mailgun-body":
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 0:
			form("event", "token", "timestamp", "signature")
		case 1:
			m.Body = jsonBody(t, map[string]any{"event-data": map[string]any{"event": text("event")}})
		case 2:
			m.Body = jsonBody(t, map[string]any{"event-data": 1, "signature": map[string]any{"token": "a", "signature": "b", "timestamp": "1"}})
		}
	case "braintree":
		form("bt_payload")
	case "aws-sns":
		m.Body = jsonBody(t, map[string]any{"Type": rapid.SampledFrom([]string{"Notification", "SubscriptionConfirmation"}).Draw(t, "type"), "Message": rapid.String().Draw(t, "message"), "TopicArn": "arn:aws:sns:us-west-2:123456789012:T", "Token": "t", "SubscribeURL": "https://sns.us-west-2.amazonaws.com/?x",
			"SignatureVersion": rapid.SampledFrom([]string{"1", "2"}).Draw(t, "version"), "Subject": text("subject")})
	case "graph-clientstate":
		m.Body = jsonBody(t, map[string]any{"value": []any{map[string]any{"id": 1, "subscriptionId": "s"}, map[string]any{"id": 2, "clientState": "old"}}})
	case "linear":
		m.Body = jsonBody(t, map[string]any{"action": "create", "data": text("data"), "webhookTimestamp": 5})
	case "twilio", "plivo-v3":
		form("From", "To", text("name"))
	}
	return m, keyFor(t, s), signOptions(s)
}

func signOptions(s sign.Scheme) sign.SignOptions {
	o := sign.SignOptions{Scheme: s.ID}
	if s.NeedsHeader {
		o.SignatureHeader = "X-Own-Signature"
	}
	return o
}

func keyFor(t *rapid.T, s sign.Scheme) sign.Key {
	key := pairOf(s.ID)
	if !s.NeedsSecret {
		return key
	}
	key.Secret = rapid.StringMatching(word).Draw(t, "secret")
	raw := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "key")
	switch {
	case strings.HasPrefix(s.ID, "adyen"):
		key.Secret = strings.ToUpper(hexOf(raw))
	case strings.HasPrefix(s.SecretShape, "whsec_ and base64"):
		key.Secret = "whsec_" + base64.StdEncoding.EncodeToString(raw)
	case s.ID == "basic-auth":
		key.Secret = "user:" + key.Secret
	}
	return key
}

func hexOf(b []byte) string {
	const digits = "0123456789abcdef"
	var s strings.Builder
	for _, c := range b {
		s.WriteByte(digits[c>>4])
		s.WriteByte(digits[c&15])
	}
	return s.String()
}

// TestMain draws fewer messages than rapid would by itself, unless asked: there
// are some seventy schemes, and each has its properties. Use -rapid.checks for
// more.
func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("rapid.checks"); f != nil && f.Value.String() == f.DefValue {
		if err := f.Value.Set("30"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// eachScheme runs a property for every scheme there is.
func eachScheme(t *testing.T, property func(t *rapid.T, s sign.Scheme)) {
	t.Helper()
	all := sign.Schemes()
	if len(all) < 60 {
		t.Fatalf("only %d schemes", len(all))
	}
	for _, s := range all {
		t.Run(s.ID, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { property(t, s) })
		})
	}
}
