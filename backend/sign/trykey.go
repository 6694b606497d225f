package sign

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// keyForm is a way in which a secret may have been meant.
type keyForm struct {
	key  sharedKey
	hint string
	// odd: it takes more than a careless paste, or a wrong guess at how the
	// secret becomes the key.
	odd bool
}

// byKey tries other forms of the secrets that are set.
func (s *search) byKey() *finding {
	if s.spec.alg.asymmetric() {
		return s.byPublicKey()
	}
	secrets := Secrets(s.key.Secret)
	s.tried = append(s.tried, "the secret without blanks, quotes and prefixes, with a line end, decoded and not decoded")
	for _, secret := range secrets[:min(4, len(secrets))] {
		for _, f := range s.spec.forms(secret) {
			if s.try(s.spec, s.m, s.with(f)) {
				return &finding{reason: SecretWrong, hint: f.hint}
			}
		}
	}
	if s.spec.id == "braintree" && s.ring.name != "" {
		ring := s.ring
		if ring.name = ""; s.try(s.spec, s.m, ring) {
			return &finding{reason: SecretWrong, hint: "The signature of another public key in bt_signature matches: the public key that is set does not belong to this private key."}
		}
	}
	return nil
}

// with are the keys, f in place of the secrets.
func (s *search) with(f keyForm) keyring {
	return keyring{shared: []sharedKey{f.key}, public: s.ring.public, name: s.ring.name}
}

// byPaste tries only what is cheap and likely: blanks pasted along.
func (s *search) byPaste() *finding {
	trimmed := strings.TrimSpace(s.key.Secret)
	if key, err := s.spec.keying.key(trimmed); err == nil && trimmed != s.key.Secret && !s.spec.alg.asymmetric() {
		if s.try(s.spec, s.m, keyring{shared: []sharedKey{{trimmed, key}}, name: s.ring.name}) {
			return &finding{reason: SecretWrong, hint: s.spec.texts(s.key.Secret)[0].hint}
		}
	}
	return nil
}

// byPublicKey tries a private key set in place of the public one, for schemes
// where the two are told apart by nothing but their length.
func (s *search) byPublicKey() *finding {
	if s.spec.needsSecret() {
		for _, secret := range Secrets(s.key.Secret) {
			if clean := strings.TrimSpace(secret); clean != secret {
				ring := s.ring
				ring.shared = []sharedKey{{clean, []byte(clean)}}
				if s.try(s.spec, s.m, ring) {
					return &finding{reason: SecretWrong, hint: s.pasted()}
				}
			}
		}
	}
	ring := s.ring
	if private, err := privateKey(s.spec.alg, s.key.PublicKey); err == nil {
		ring.public = append(ring.public[:0:0], private.Public())
		if s.try(s.spec, s.m, ring) {
			return &finding{reason: SecretWrong, hint: "What is set as public key is the private key. Set the public key, and keep the private key where messages are signed."}
		}
	}
	if s.o.TestKeys != nil {
		ring.public = append(ring.public[:0:0], s.o.TestKeys.private(s.spec.alg).Public())
		if s.try(s.spec, s.m, ring) {
			return &finding{reason: SecretWrong, hint: "This was signed with Creel's local test key, as samples and requests signed anew are, and the public key that is set is another one. For those set the test public key; the provider's own requests need the provider's."}
		}
		s.tried = append(s.tried, "Creel's test key")
	}
	return nil
}

// pasted says that what is set as secret has blanks around it.
func (s *search) pasted() string {
	return "The signature matches when the blanks or the line end around " + s.spec.thing() + " are left out: enter it again without them."
}

// forms lists what a secret may have been meant as: first texts that were
// pasted badly, then keys made from the text in another way.
func (s *spec) forms(secret string) []keyForm {
	var all []keyForm
	seen := map[string]bool{}
	if key, err := s.keying.key(secret); err == nil {
		seen[string(key)] = true
	}
	addKey := func(text string, key []byte, hint string, odd bool) {
		if len(key) > 0 && !seen[string(key)] {
			seen[string(key)] = true
			all = append(all, keyForm{sharedKey{text, key}, hint, odd})
		}
	}
	for _, t := range s.texts(secret) {
		if key, err := s.keying.key(t.text); err == nil && t.text != secret {
			addKey(t.text, key, t.hint, len(t.text) >= len(secret))
		}
	}
	if s.alg == tokenOnly {
		return all
	}
	for _, k := range s.derived(secret) {
		addKey(string(k.key), k.key, k.hint, false)
	}
	if s.id == "zendesk" {
		addKey(zendeskTest, []byte(zendeskTest), "This was signed with the secret that Zendesk publishes for test requests: it is a test of the webhook before it was made. Real requests are signed with the secret that Zendesk then shows.", true)
	}
	return all
}

type textForm struct{ text, hint string }

// zendeskTest signs Zendesk's test requests; it is published.
const zendeskTest = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="

// texts are the secret as it may have been before it was pasted.
func (s *spec) texts(secret string) []textForm {
	trimmed := strings.TrimSpace(secret)
	what := "a blank"
	if strings.ContainsAny(secret, "\r\n") {
		what = "a line end (newline)"
	}
	ts := []textForm{{trimmed, "The secret that is set begins or ends with " + what + " that was pasted along; without it the signature matches. Enter the secret again without it."}}
	add := func(text, hint string) { ts = append(ts, textForm{text, hint}) }
	if unquoted := strings.TrimSpace(strings.Trim(trimmed, "\"'`“”‘’")); unquoted != trimmed {
		add(unquoted, "The secret that is set stands in quotes; without them the signature matches. Enter the secret again without the quotes.")
	}
	if name, value, found := strings.Cut(trimmed, "="); found && strings.ToUpper(name) == name && value != "" {
		add(strings.Trim(value, "\"' "), "What is set is a whole line of settings ("+name+"=…); with the part after the equals sign alone the signature matches. Enter only that.")
	}
	if clean := printable(trimmed); clean != trimmed {
		add(clean, "The secret that is set has invisible characters in it; without them the signature matches. Type it, or paste it from a plain text.")
	}
	for _, prefix := range []string{"Bearer ", "Basic ", "Token "} {
		if rest, found := cutFold(trimmed, prefix); found {
			add(strings.TrimSpace(rest), fmt.Sprintf("The secret that is set begins with “%s”; without it it matches. Enter only what follows.", strings.TrimSpace(prefix)))
		}
		add(prefix+trimmed, fmt.Sprintf("The sender puts “%s” before the secret. Either make that part of the secret that is set, or take it off at the sender.", strings.TrimSpace(prefix)))
	}
	if plain, err := url.PathUnescape(trimmed); err == nil && plain != trimmed {
		add(plain, "The secret that is set is percent-escaped, as in a URL; unescaped it matches. Enter it without the escapes.")
	}
	if plain := html.UnescapeString(trimmed); plain != trimmed {
		add(plain, "The secret that is set has HTML escapes (&amp; and the like); unescaped it matches. Enter it without them.")
	}
	if s.id == "basic-auth" {
		if login, err := base64.StdEncoding.DecodeString(trimmed); err == nil {
			add(string(login), "The secret that is set is base64 of user:password; enter user:password itself.")
		}
		if _, login, found := strings.Cut(trimmed, "://"); found {
			login, _, _ = strings.Cut(login, "@")
			add(unescapePath(login), "What is set is the whole URL; enter only user:password.")
		}
	}
	add(strings.ToLower(trimmed), "The secret matches in small letters: capitals matter. Enter it exactly as the provider shows it.")
	add(strings.ToUpper(trimmed), "The secret matches in capital letters: capitals matter. Enter it exactly as the provider shows it.")
	for _, end := range []string{"\n", "\r\n", " "} {
		add(trimmed+end, "The sender signs with this secret followed by "+map[string]string{"\n": "a line end (newline)", "\r\n": "a line end (CR LF)", " ": "a blank"}[end]+": it was pasted along there, or read from a file without trimming. Mend it at the sender.")
	}
	return ts
}

func unescapePath(text string) string {
	if t, err := url.PathUnescape(text); err == nil {
		return t
	}
	return text
}

// printable leaves out what cannot be seen.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) && r != '\u00a0' && r != '\u00ad' {
			return r
		}
		return -1
	}, text)
}

type derivedKey struct {
	key  []byte
	hint string
}

// derived are keys made from the secret in another way than the scheme's.
func (s *spec) derived(secret string) []derivedKey {
	var ks []derivedKey
	trimmed := strings.TrimSpace(secret)
	rest := strings.TrimPrefix(trimmed, standardSecret)
	note := "; " + s.name + " takes " + s.shape + ". Either the sender makes its key wrongly, or this is another scheme's secret."
	add := func(key []byte, hint string) { ks = append(ks, derivedKey{key, hint + note}) }
	if s.keying != asText {
		add([]byte(trimmed), "The signature matches when the secret is used as text, not decoded (whsec_ and all, if it has that)")
	}
	if rest != trimmed {
		add([]byte(rest), "The signature matches when what follows whsec_ is used as text, without the prefix and not decoded")
	}
	if raw, ok := looseBase64(rest); ok {
		what := "The signature matches when the secret is decoded from base64"
		if rest != trimmed {
			what = "The signature matches when what follows whsec_ is decoded from base64, as Standard Webhooks and Svix do"
		}
		add(raw, what)
	}
	if raw, err := hex.DecodeString(rest); err == nil {
		add(raw, "The signature matches when the secret is decoded from hex")
	}
	add([]byte(base64.StdEncoding.EncodeToString([]byte(trimmed))), "The signature matches when the secret is encoded as base64 once more")
	add([]byte(hex.EncodeToString([]byte(trimmed))), "The signature matches when the secret is encoded as hex once more")
	add(plainSHA256.digest(nil, payload{[]byte(trimmed)}), "The signature matches when the SHA-256 of the secret is the key")
	return ks
}

// shape says what the secret looks like, if that is not a secret of this
// scheme.
func (s *search) shape() []string {
	var hints []string
	given := Secrets(s.key.Secret)
	if s.spec.alg.asymmetric() {
		given = append(given, s.key.PublicKey)
	}
	for _, secret := range given {
		secret = strings.TrimSpace(secret)
		for _, k := range kinds() {
			fine := strings.Fields(k.fine)
			if strings.HasPrefix(secret, k.prefix) && !slices.Contains(fine, s.provider) && !slices.Contains(fine, s.spec.id) {
				hints = append(hints, fmt.Sprintf("What is set begins with %s, as %s does: that is not what signs here. %s", k.prefix, k.what, s.secretHint()))
				break
			}
		}
		if hint := s.standardShape(secret); hint != "" {
			hints = append(hints, hint)
		}
	}
	if form, ok := formOf(s.m); ok && s.spec.id == "braintree" {
		if pairs, _ := field(form, "bt_signature"); strings.Contains("&"+pairs, "&"+strings.TrimSpace(s.key.Secret)+"|") {
			hints = append(hints, "What is set as secret is the public key, which stands in bt_signature. Set the private key of the same pair.")
		}
	}
	if len(hints) == 0 && s.provider != "" {
		hints = append(hints, s.secretHint())
	}
	return slices.DeleteFunc(hints, func(h string) bool { return h == "" })
}

func (s *search) standardShape(secret string) string {
	rest, found := strings.CutPrefix(secret, standardSecret)
	_, err := hex.DecodeString(rest)
	switch {
	case found && s.spec.keying == asStandard && err == nil && len(rest) == 64:
		return "The secret is whsec_ and 64 hex digits, as “stripe listen” prints it: it is Stripe's, not one of Standard Webhooks or Svix."
	case found && s.spec.id == "stripe-v1" && strings.ContainsAny(rest, "+/="):
		return "The secret is whsec_ and base64 with + / or =, as Standard Webhooks and Svix have it; Stripe's has letters and digits only."
	case !found && s.spec.id == "stripe-v1" && !strings.Contains(secret, "_"):
		return "A signing secret of Stripe begins with whsec_; this one does not. " + s.secretHint()
	case s.spec.keying == asStandard && strings.HasPrefix(secret, standardPublic):
		return "The secret begins with whpk_: that is a public key, for signatures of version v1a."
	case s.spec.keying == asStandard && !s.spec.alg.asymmetric() && len(s.ring.shared) > 0 && len(s.ring.shared[0].key) < 24:
		return fmt.Sprintf("The secret decodes to %d bytes, and such secrets have 24 to 64: part of it may be missing.", len(s.ring.shared[0].key))
	}
	return ""
}

// secretHint tells where the right secret is, when the provider is known.
func (s *search) secretHint() string {
	if p, known := providerOf(s.provider); known {
		return "Where the right one is: " + p.SecretHint
	}
	for _, p := range providerTable {
		for _, id := range p.Schemes {
			if id == s.spec.id {
				return "Where the right one is: " + p.SecretHint
			}
		}
	}
	return ""
}

// kind is what a secret's first letters say it is. fine are the schemes and
// providers whose secret it may be.
type kind struct{ prefix, what, fine string }

func kinds() []kind {
	return []kind{
		{"sk_live_", "a secret API key", "paystack"},
		{"sk_test_", "a secret API key", "paystack"},
		{"pk_live_", "a public API key", ""},
		{"pk_test_", "a public API key", ""},
		{"rk_live_", "a restricted API key", ""},
		{"rk_test_", "a restricted API key", ""},
		{"whsec_", "a secret of Stripe, Svix or Standard Webhooks", "stripe-v1 standard-webhooks-v1 svix-v1 standard-webhooks-v1-rawkey svix standard-webhooks"},
		{"ghp_", "a personal access token of GitHub", ""},
		{"github_pat_", "a personal access token of GitHub", ""},
		{"glpat-", "a personal access token of GitLab", ""},
		{"xoxb-", "a bot token of Slack", ""},
		{"xoxp-", "a user token of Slack", ""},
		{"xapp-", "an app-level token of Slack", ""},
		{"shpat_", "an access token of Shopify", ""},
		{"pdl_live_apikey_", "an API key of Paddle", ""},
		{"pdl_sdbx_apikey_", "an API key of Paddle", ""},
		{"pdl_ntfset_", "a notification secret of Paddle", "paddle-h1 paddle"},
		{"SG.", "an API key of SendGrid", ""},
		{"key-", "an API key of Mailgun", ""},
		{"lin_api_", "an API key of Linear", ""},
		{"lin_wh_", "a webhook secret of Linear", "linear"},
		{"re_", "an API key of Resend", ""},
		{"rzp_live_", "an API key's id of Razorpay", ""},
		{"rzp_test_", "an API key's id of Razorpay", ""},
		{"ntn_", "an integration token of Notion", ""},
		{"EAA", "an access token of Meta", ""},
		{"sk-", "an API key of OpenAI", ""},
		{"-----BEGIN", "a key or certificate", "discord-ed25519 telnyx-ed25519 sendgrid-ecdsa kick-rsa paypal-cert aws-sns standard-webhooks-v1a svix-v1a"},
	}
}
