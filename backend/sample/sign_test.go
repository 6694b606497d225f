package sample_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"hash"
	"net/url"
	"sort"
	"strings"
	"testing"

	"creel/backend/sample"
)

func mac(h func() hash.Hash, key, text string) []byte {
	m := hmac.New(h, []byte(key))
	m.Write([]byte(text))
	return m.Sum(nil)
}

const unix = "1795426215" // of at

// checks computes each signature once more, as the provider's receivers do,
// from the message and what Info says alone.
var checks = map[string]func(t *testing.T, i sample.Info, m sample.Message) bool{
	"stripe-v1": func(_ *testing.T, i sample.Info, m sample.Message) bool {
		return m.Headers.Get("Stripe-Signature") == "t="+unix+",v1="+hex.EncodeToString(mac(sha256.New, i.Secret, unix+"."+string(m.Body)))
	},
	"paddle-h1": func(_ *testing.T, i sample.Info, m sample.Message) bool {
		return m.Headers.Get("Paddle-Signature") == "ts="+unix+";h1="+hex.EncodeToString(mac(sha256.New, i.Secret, unix+":"+string(m.Body)))
	},
	"github-sha256": func(_ *testing.T, i sample.Info, m sample.Message) bool {
		return m.Headers.Get("X-Hub-Signature-256") == "sha256="+hex.EncodeToString(mac(sha256.New, i.Secret, string(m.Body))) &&
			m.Headers.Get("X-Hub-Signature") == "sha1="+hex.EncodeToString(mac(sha1.New, i.Secret, string(m.Body)))
	},
	"slack-v0": func(_ *testing.T, i sample.Info, m sample.Message) bool {
		return m.Headers.Get("X-Slack-Request-Timestamp") == unix &&
			m.Headers.Get("X-Slack-Signature") == "v0="+hex.EncodeToString(mac(sha256.New, i.Secret, "v0:"+unix+":"+string(m.Body)))
	},
	"shopify": func(_ *testing.T, i sample.Info, m sample.Message) bool {
		return m.Headers.Get("X-Shopify-Hmac-Sha256") == base64.StdEncoding.EncodeToString(mac(sha256.New, i.Secret, string(m.Body)))
	},
	"standard-webhooks-v1": func(t *testing.T, i sample.Info, m sample.Message) bool {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(i.Secret, "whsec_"))
		if err != nil || len(key) < 24 {
			t.Fatalf("secret of %d bytes: %v", len(key), err)
		}
		text := m.Headers.Get("webhook-id") + "." + m.Headers.Get("webhook-timestamp") + "." + string(m.Body)
		return m.Headers.Get("webhook-timestamp") == unix &&
			m.Headers.Get("webhook-signature") == "v1,"+base64.StdEncoding.EncodeToString(mac(sha256.New, string(key), text))
	},
	"gitlab-token": func(_ *testing.T, i sample.Info, m sample.Message) bool {
		return m.Headers.Get("X-Gitlab-Token") == i.Secret
	},
	"mailgun-body": func(t *testing.T, i sample.Info, m sample.Message) bool {
		var v struct {
			Signature struct{ Token, Timestamp, Signature string }
		}
		if err := json.Unmarshal(m.Body, &v); err != nil {
			t.Fatal(err)
		}
		return v.Signature.Timestamp == unix &&
			v.Signature.Signature == hex.EncodeToString(mac(sha256.New, i.Secret, unix+v.Signature.Token))
	},
	"twilio": func(t *testing.T, i sample.Info, m sample.Message) bool {
		return m.Headers.Get("X-Twilio-Signature") == twilio(t, i.Secret, sample.DefaultURL, m.Body)
	},
	"discord-ed25519": func(t *testing.T, i sample.Info, m sample.Message) bool {
		key, err := hex.DecodeString(i.PublicKey)
		if err != nil {
			t.Fatal(err)
		}
		sig, err := hex.DecodeString(m.Headers.Get("X-Signature-Ed25519"))
		if err != nil {
			t.Fatal(err)
		}
		return ed25519.Verify(key, append([]byte(m.Headers.Get("X-Signature-Timestamp")), m.Body...), sig)
	},
	"sendgrid-ecdsa": func(t *testing.T, i sample.Info, m sample.Message) bool {
		der, err := base64.StdEncoding.DecodeString(i.PublicKey)
		if err != nil {
			t.Fatal(err)
		}
		key, err := x509.ParsePKIXPublicKey(der)
		if err != nil {
			t.Fatal(err)
		}
		sig, err := base64.StdEncoding.DecodeString(m.Headers.Get("X-Twilio-Email-Event-Webhook-Signature"))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(append([]byte(m.Headers.Get("X-Twilio-Email-Event-Webhook-Timestamp")), m.Body...))
		return strings.HasSuffix(string(m.Body), "\r\n") && ecdsa.VerifyASN1(key.(*ecdsa.PublicKey), sum[:], sig)
	},
}

func twilio(t *testing.T, secret, address string, body []byte) string {
	t.Helper()
	form, err := url.ParseQuery(string(body))
	if err != nil {
		t.Fatal(err)
	}
	var pairs []string
	for k, vs := range form {
		pairs = append(pairs, k+vs[0])
	}
	sort.Strings(pairs)
	return base64.StdEncoding.EncodeToString(mac(sha1.New, secret, address+strings.Join(pairs, "")))
}

func TestSignaturesHold(t *testing.T) {
	seen := map[string]bool{}
	for _, info := range sample.All() {
		if info.Scheme == "" {
			if info.Secret != "" || info.PublicKey != "" {
				t.Errorf("%s has a secret and no scheme", info.ID)
			}
			continue
		}
		seen[info.Scheme] = true
		if (info.Secret == "") == (info.PublicKey == "") {
			t.Errorf("%s wants a secret or a public key", info.ID)
		}
		if !checks[info.Scheme](t, info, build(t, info.ID, 5)) {
			t.Errorf("the signature of %s (%s) does not hold", info.ID, info.Scheme)
		}
	}
	for scheme := range checks {
		if !seen[scheme] {
			t.Errorf("no sample is signed by %s", scheme)
		}
	}
}

func TestBuildForSignsTheAddress(t *testing.T) {
	const address = "https://tunnel.example/shop"
	m, err := sample.BuildFor("twilio.message.delivered", address, at, dice(5))
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range sample.All() {
		if i.ID == "twilio.message.delivered" && m.Headers.Get("X-Twilio-Signature") != twilio(t, i.Secret, address, m.Body) {
			t.Error("the signature does not cover the address")
		}
	}
}
