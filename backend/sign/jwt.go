package sign

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// jwt is a compact JWS, taken apart and not believed yet.
type jwt struct {
	alg    algorithm
	signed string // header.payload
	sig    []byte
	body   map[string]json.RawMessage
}

// parseJWT takes a token apart. Only HMACs are allowed, and of those the ones
// in algs: "none" and public keys passed off as secrets are refused here.
func parseJWT(text string, algs []algorithm) (jwt, *problem) {
	malformed := func(what string) (jwt, *problem) {
		return jwt{}, &problem{HeaderMalformed, "It is no JWT: " + what + ". It reads: " + quoted(text)}
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return malformed(fmt.Sprintf("it should have three parts with dots between, and has %d", len(parts)))
	}
	var head struct {
		Alg  string   `json:"alg"`
		Crit []string `json:"crit"`
	}
	raw, ok := base64URLText.decode(parts[0])
	if !ok || json.Unmarshal(raw, &head) != nil {
		return malformed("its first part is not base64url of JSON")
	}
	i := slices.IndexFunc(algs, func(a algorithm) bool {
		return strings.TrimPrefix(string(a), "HMAC-SHA") == strings.TrimPrefix(head.Alg, "HS")
	})
	if i < 0 || !strings.HasPrefix(head.Alg, "HS") || head.Crit != nil {
		return jwt{}, &problem{AlgorithmRefused, fmt.Sprintf("The token names the algorithm %q, which is not taken: whoever could choose the algorithm could forge tokens.", head.Alg)}
	}
	t := jwt{alg: algs[i], signed: parts[0] + "." + parts[1]}
	raw, ok = base64URLText.decode(parts[1])
	if !ok || json.Unmarshal(raw, &t.body) != nil || t.body == nil {
		return malformed("its second part is not base64url of a JSON object")
	}
	if t.sig, ok = base64URLText.decode(parts[2]); !ok {
		return malformed("its third part is not base64url")
	}
	return t, nil
}

func (t jwt) text(claim string) (string, bool) { return plain(t.body[claim]) }

// time reads a claim in unix seconds; zero when it is missing.
func (t jwt) time(claim string) (time.Time, bool) {
	var n float64
	raw, ok := t.body[claim]
	if !ok {
		return time.Time{}, true
	}
	if json.Unmarshal(raw, &n) != nil || math.Abs(n) > 1e12 {
		return time.Time{}, false
	}
	return time.UnixMilli(int64(n * 1000)).UTC(), true
}

// claimJWT reads the token from its header; what it says is for afterJWT.
func claimJWT(s *spec, m Message, w where) (claims, *problem) {
	set, p := s.lines(m.Headers, w)
	if p != nil {
		return claims{}, p
	}
	text := m.Headers.Get(set.signature)
	c := claims{received: text}
	token, _ := cutFold(text, "Bearer ")
	t, p := parseJWT(strings.TrimSpace(token), jwtAlgorithms(s.id))
	if p != nil {
		p.hint = "The header " + set.signature + " cannot be taken. " + p.hint
		return c, p
	}
	c.alg, c.payload = t.alg, payload{[]byte(t.signed)}
	c.sigs = []signature{{text, t.sig}}
	var ok, fine bool
	c.notBefore, ok = t.time("nbf")
	c.expires, fine = t.time("exp")
	if !ok || !fine {
		return c, &problem{TimestampMalformed, "The token's nbf or exp is not a number of seconds."}
	}
	if issued, ok := t.time("iat"); ok && !issued.IsZero() {
		c.stamp = itoa(int(issued.Unix()))
	}
	return c, nil
}

func jwtAlgorithms(id string) []algorithm {
	if id == "messagebird-jwt" {
		return []algorithm{hmacSHA256, hmacSHA384, hmacSHA512}
	}
	return []algorithm{hmacSHA256}
}

// afterJWT looks at the claims of a token whose signature holds.
func afterJWT(s *spec, m Message, c claims) *problem {
	token, _ := cutFold(c.received, "Bearer ")
	t, p := parseJWT(strings.TrimSpace(token), jwtAlgorithms(s.id))
	if p != nil {
		return p
	}
	switch s.id {
	case "netlify-jws":
		if p := t.must("iss", "netlify"); p != nil {
			return p
		}
		return t.hashOf("sha256", m.Body, true)
	case "messagebird-jwt":
		return t.messageBird(m, c)
	}
	return t.monday(m, c)
}

func (t jwt) must(claim, want string) *problem {
	if got, _ := t.text(claim); !equal(got, want) {
		return &problem{ClaimWrong, fmt.Sprintf("The token's signature holds, but its claim %s is %s and should be %q.", claim, quoted(got), want)}
	}
	return nil
}

// hashOf compares a claim with the SHA-256 of the body.
func (t jwt) hashOf(claim string, body []byte, required bool) *problem {
	got, there := t.text(claim)
	switch {
	case !there && required:
		return &problem{ClaimWrong, "The token's signature holds, but it has no claim " + claim + ", so nothing stands for the body."}
	case there && !equal(strings.ToLower(got), fmt.Sprintf("%x", sha256.Sum256(body))):
		return &problem{BodyChanged, "The token's signature holds, but the body does not have the SHA-256 that its claim " + claim + " says: the body was changed on the way."}
	}
	return nil
}

func (t jwt) messageBird(m Message, c claims) *problem {
	if p := t.must("iss", "MessageBird"); p != nil {
		return p
	}
	if c.notBefore.IsZero() || c.expires.IsZero() {
		return &problem{ClaimWrong, "The token's signature holds, but its claim nbf or exp is missing."}
	}
	if got, _ := t.text("url_hash"); !equal(got, fmt.Sprintf("%x", sha256.Sum256([]byte(m.URL)))) {
		return &problem{URLDiffers, "The token's signature holds, but it was made for another URL: its claim url_hash is not the SHA-256 of " + m.URL + "."}
	}
	if _, there := t.text("payload_hash"); there && len(m.Body) == 0 {
		return &problem{BodyChanged, "The token's signature holds, but it stands for a body, and the body is empty: it was lost on the way."}
	}
	return t.hashOf("payload_hash", m.Body, len(m.Body) > 0)
}

func (t jwt) monday(m Message, c claims) *problem {
	if c.expires.IsZero() {
		return &problem{ClaimWrong, "The token's signature holds, but it has no claim exp, so it would hold for ever."}
	}
	var all []string
	if one, ok := t.text("aud"); ok {
		all = []string{one}
	} else if json.Unmarshal(t.body["aud"], &all) != nil || len(all) == 0 {
		return &problem{ClaimWrong, "The token's signature holds, but it has no claim aud, so it does not say whom it is for."}
	}
	if !slices.Contains(all, m.URL) {
		return &problem{URLDiffers, fmt.Sprintf("The token's signature holds, but it was made for another URL: its claim aud is %s, not %s.", quoted(strings.Join(all, " ")), m.URL)}
	}
	return nil
}

// writeJWT makes a token with fresh times. Claims of the message's own token
// that say neither time nor place are kept, as monday's accountId.
func writeJWT(s *spec, m Message, k signer) (Message, error) {
	name := s.header(k.where)
	old := m.Headers.Get(name)
	token, bearer := cutFold(old, "Bearer ")
	body := map[string]any{}
	alg := hmacSHA256
	if t, p := parseJWT(token, jwtAlgorithms(s.id)); p == nil {
		alg = t.alg
		for claim, raw := range t.body {
			body[claim] = raw
		}
	}
	now := k.now.Unix()
	switch s.id {
	case "netlify-jws":
		body["iss"], body["sha256"] = "netlify", fmt.Sprintf("%x", sha256.Sum256(m.Body))
	case "messagebird-jwt":
		body["iss"], body["nbf"], body["iat"], body["exp"] = "MessageBird", now, now, now+60
		body["url_hash"] = fmt.Sprintf("%x", sha256.Sum256([]byte(m.URL)))
		delete(body, "payload_hash")
		if len(m.Body) > 0 {
			body["payload_hash"] = fmt.Sprintf("%x", sha256.Sum256(m.Body))
		}
	default:
		body["aud"], body["iat"], body["exp"] = m.URL, now, now+300
	}
	claimText, err := json.Marshal(body)
	if err != nil {
		return m, err
	}
	head := fmt.Sprintf(`{"alg":"HS%s","typ":"JWT"}`, strings.TrimPrefix(string(alg), "HMAC-SHA"))
	signed := base64URLText.encode([]byte(head)) + "." + base64URLText.encode(claimText)
	text := signed + "." + base64URLText.encode(alg.digest(k.key.key, payload{[]byte(signed)}))
	if bearer {
		text = "Bearer " + text
	}
	m.Headers = setLine(m.Headers, name, text)
	return m, nil
}
