package sample

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"net/url"
	"slices"
	"strings"
)

// sign computes a header value by a scheme. The secrets are published with
// the samples: they prove nothing but that verification works.
func (m *maker) sign(scheme string, args ...string) (string, error) {
	secret, at := m.entry.Secret, m.unix()
	switch scheme {
	case "stripe-v1":
		return "t=" + at + ",v1=" + m.hmacHex(sha256.New, secret, at, ".", string(m.body)), nil
	case "paddle-h1":
		return "ts=" + at + ";h1=" + m.hmacHex(sha256.New, secret, at, ":", string(m.body)), nil
	case "github-sha256":
		return "sha256=" + m.hmacHex(sha256.New, secret, string(m.body)), nil
	case "github-sha1":
		return "sha1=" + m.hmacHex(sha1.New, secret, string(m.body)), nil
	case "slack-v0":
		return "v0=" + m.hmacHex(sha256.New, secret, "v0:", at, ":", string(m.body)), nil
	case "shopify":
		return mac64(sha256.New, []byte(secret), string(m.body)), nil
	case "standard-webhooks-v1":
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		return "v1," + mac64(sha256.New, key, strings.Join(args, ""), ".", at, ".", string(m.body)), err
	case "gitlab-token":
		return secret, nil
	case "twilio":
		return m.twilio()
	case "mailgun-body":
		// Inside the body: it covers the token alone.
		return m.hmacHex(sha256.New, secret, at, strings.Join(args, "")), nil
	case "discord-ed25519":
		return hex.EncodeToString(ed25519.Sign(discordKey(), []byte(at+string(m.body)))), nil
	case "sendgrid-ecdsa":
		key, err := sendgridKey()
		if err != nil {
			return "", err
		}
		sum := sha256.Sum256([]byte(at + string(m.body)))
		// No randomness: RFC 6979, so that equal samples are equal.
		sig, err := key.Sign(nil, sum[:], crypto.SHA256)
		return base64.StdEncoding.EncodeToString(sig), err
	}
	return "", fmt.Errorf("there is no scheme %q", scheme)
}

// twilio signs the address and the form's values in the order of their names.
func (m *maker) twilio() (string, error) {
	form, err := url.ParseQuery(string(m.body))
	if err != nil {
		return "", err
	}
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	text := m.url
	for _, name := range names {
		text += name + form.Get(name)
	}
	return mac64(sha1.New, []byte(m.entry.Secret), text), nil
}

func (m *maker) hmacHex(h func() hash.Hash, key string, parts ...string) string {
	return hex.EncodeToString(mac(h, []byte(key), parts))
}

func mac64(h func() hash.Hash, key []byte, parts ...string) string {
	return base64.StdEncoding.EncodeToString(mac(h, key, parts))
}

func mac(h func() hash.Hash, key []byte, parts []string) []byte {
	w := hmac.New(h, key)
	for _, p := range parts {
		w.Write([]byte(p)) // never fails: hash.Hash promises so
	}
	return w.Sum(nil)
}

// discordKey is a test key that anyone can make: its seed is the hash of a
// phrase.
func discordKey() ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("creel sample key: discord"))
	return ed25519.NewKeyFromSeed(seed[:])
}

func discordPublicKey() string {
	// The second half of a private key is its public key.
	return hex.EncodeToString(discordKey()[ed25519.SeedSize:])
}

// sendgridKey is a test key made as discordKey is.
func sendgridKey() (*ecdsa.PrivateKey, error) {
	scalar := sha256.Sum256([]byte("creel sample key: sendgrid"))
	return ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar[:])
}

func sendgridPublicKey() string {
	key, err := sendgridKey()
	if err != nil {
		return ""
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return ""
	}
	return base64.StdEncoding.EncodeToString(der)
}
