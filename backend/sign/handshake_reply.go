package sign

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"regexp"
	"strings"

	"creel/backend/hook"
)

// answerKeys are the secrets to answer with, the first of them where there is
// only one answer. Unlike where signatures are explained, blanks around them are
// none of them.
func answerKeys(secret string) []string { return strings.Fields(secret) }

func echoValue(m Met, _ Key) (hook.Answer, bool) { return textAnswer(200, m.value), true }

func replyMeta(m Met, _ Key) (hook.Answer, bool) {
	q := question{Message: m.message}
	named, _ := q.param("hub.verify_token")
	if m.verify != "" && subtle.ConstantTimeCompare([]byte(named), []byte(m.verify)) != 1 {
		return textAnswer(403, "the verify token is another one"), true
	}
	return textAnswer(200, m.value), true
}

func replyX(m Met, k Key) (hook.Answer, bool) {
	keys := answerKeys(k.Secret)
	if len(keys) == 0 {
		return hook.Answer{}, false
	}
	sum := hmac.New(sha256.New, []byte(keys[0]))
	sum.Write([]byte(m.value))
	return jsonAnswer(`{"response_token":"sha256=` + base64.StdEncoding.EncodeToString(sum.Sum(nil)) + `"}`), true
}

func replyZoom(m Met, k Key) (hook.Answer, bool) {
	keys := answerKeys(k.Secret)
	if len(keys) == 0 {
		return hook.Answer{}, false
	}
	sum := hmac.New(sha256.New, []byte(keys[0]))
	sum.Write([]byte(m.value))
	return jsonAnswer(`{"plainToken":` + asJSON(m.value) + `,"encryptedToken":"` + hex.EncodeToString(sum.Sum(nil)) + `"}`), true
}

// replyBraintree signs with the SHA-1 of the private key.
func replyBraintree(m Met, k Key) (hook.Answer, bool) {
	keys, public := answerKeys(k.Secret), strings.TrimSpace(k.PublicKey)
	if len(keys) == 0 || public == "" {
		return hook.Answer{}, false
	}
	key := sha1.Sum([]byte(keys[0]))
	sum := hmac.New(sha1.New, key[:])
	sum.Write([]byte(m.value))
	return textAnswer(200, public+"|"+hex.EncodeToString(sum.Sum(nil))), true
}

func replyCloudEvents(m Met, _ Key) (hook.Answer, bool) {
	rate := m.message.Headers.Get("WebHook-Request-Rate")
	if rate == "" || strings.Trim(rate, "0123456789") != "" {
		rate = "*"
	}
	return emptyAnswer(200,
		hook.Header{Name: "Allow", Value: "POST"},
		hook.Header{Name: "WebHook-Allowed-Origin", Value: m.value},
		hook.Header{Name: "WebHook-Allowed-Rate", Value: rate}), true
}

// replyXero tells right signatures from wrong ones, all of them: that is what
// Xero tries.
func replyXero(m Met, k Key) (hook.Answer, bool) {
	keys := answerKeys(k.Secret)
	if len(keys) == 0 {
		return hook.Answer{}, false
	}
	given, err := base64.StdEncoding.DecodeString(m.value)
	for _, key := range keys {
		sum := hmac.New(sha256.New, []byte(key))
		sum.Write(m.message.Body)
		if err == nil && hmac.Equal(sum.Sum(nil), given) {
			return emptyAnswer(200), true
		}
	}
	return emptyAnswer(401), true
}

// discordAnswer is right for signatures that hold. The application's public key
// stands in PublicKey; who pasted it as the secret meant it all the same.
func discordAnswer(m Met, k Key, right hook.Answer) (hook.Answer, bool) {
	var keys []ed25519.PublicKey
	for _, word := range append(answerKeys(k.PublicKey), answerKeys(k.Secret)...) {
		if b, err := hex.DecodeString(word); err == nil && len(b) == ed25519.PublicKeySize {
			keys = append(keys, b)
		}
	}
	if len(keys) == 0 {
		return hook.Answer{}, false
	}
	given, err := hex.DecodeString(m.value)
	signed := append([]byte(m.message.Headers.Get("X-Signature-Timestamp")), m.message.Body...)
	for _, key := range keys {
		if err == nil && ed25519.Verify(key, signed, given) {
			return right, true
		}
	}
	return textAnswer(401, "invalid request signature"), true
}

var snsHost = regexp.MustCompile(`^sns\.[a-z0-9-]{3,}\.amazonaws\.com(\.cn)?$`)

// CheckConfirmURL refuses, as hook.Invalid, what is no address of AWS SNS to
// confirm a subscription at: anybody can send a request that looks like one.
func CheckConfirmURL(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Scheme != "https" || u.User != nil || u.Port() != "" && u.Port() != "443":
		return hook.Faultf(hook.Invalid, "confirm the subscription: %q is not a plain https address", address)
	case !snsHost.MatchString(u.Hostname()):
		return hook.Faultf(hook.Invalid, "confirm the subscription: %s is not a host of AWS SNS, so nothing is fetched from it", u.Hostname())
	case u.Path != "/" && u.Path != "" || u.Query().Get("Action") != "ConfirmSubscription" || u.Query().Get("Token") == "":
		return hook.Faultf(hook.Invalid, "confirm the subscription: the address is not one that confirms (Action=ConfirmSubscription with a Token)")
	}
	return nil
}
