package sign

import (
	"crypto"
	"io"
	"strconv"
	"strings"
	"time"

	"creel/backend/hook"
)

// signer is what a message is signed with.
type signer struct {
	key     sharedKey
	private crypto.Signer
	where   where
	now     time.Time
	stamp   string // now, as the scheme writes it
	rnd     io.Reader
	keepID  bool
}

// stampText writes a time in a scheme's unit.
func stampText(u Unit, at time.Time) string {
	switch u {
	case Millis:
		return strconv.FormatInt(at.UnixMilli(), 10)
	case RFC3339:
		return at.UTC().Format("2006-01-02T15:04:05.000Z07:00")
	}
	return strconv.FormatInt(at.Unix(), 10)
}

// writeLines signs by header lines.
func (s *spec) writeLines(m Message, k signer) (Message, error) {
	set, p := s.lines(m.Headers, k.where)
	if p != nil { // none is there yet
		set = lineSet{signature: s.header(k.where)}
		if len(s.sets) > 0 {
			set.id, set.stamp = s.sets[0].id, s.sets[0].stamp
		}
	}
	c := claims{stamp: k.stamp, id: m.Headers.Get(set.id)}
	if set.id != "" && (c.id == "" || !k.keepID) {
		id, err := s.fresh.draw(k.rnd)
		if err != nil {
			return m, err
		}
		// GitLab sends its id twice.
		if same := m.Headers.Get("Idempotency-Key"); same != "" && same == c.id {
			m.Headers = setLine(m.Headers, "Idempotency-Key", id)
		}
		c.id = id
		m.Headers = setLine(m.Headers, set.id, id)
	}
	if set.stamp != "" {
		m.Headers = setLine(m.Headers, set.stamp, c.stamp)
	}
	for _, f := range s.fixed {
		m.Headers = setLine(m.Headers, f.name, f.value)
	}
	alg, old := s.algorithmOf(m, set), m.Headers.Get(set.signature)
	payloads, p := s.payloads(m, c, []byte(k.key.text))
	if p != nil {
		return m, errBody(p.hint)
	}
	var sig []byte
	var err error
	if alg.asymmetric() {
		sig, err = alg.sign(k.private, payloads[0])
	} else {
		sig = alg.digest(k.key.key, payloads[0])
	}
	if err != nil {
		return m, err
	}
	text := s.spell(alg, sig)
	if s.format.stamp != "" {
		text = s.format.stamp + "=" + c.stamp + s.format.between + text
	}
	m.Headers = setLine(m.Headers, set.signature, text)
	for i, h := range m.Headers { // Attio sends its signature twice
		if old != "" && h.Value == old {
			m.Headers[i].Value = text
		}
	}
	if s.also != "" && s.also != set.signature {
		m.Headers = dropLines(m.Headers, s.also) // of another key, and stale
	}
	return m, nil
}

// algorithmOf keeps the algorithm that the message was signed by, where the
// scheme leaves the choice to the sender.
func (s *spec) algorithmOf(m Message, set lineSet) algorithm {
	old := m.Headers.Get(set.signature)
	switch {
	case s.format.kind == method:
		name, _, _ := strings.Cut(old, "=")
		if alg, known := byMethod(name); known {
			return alg
		}
	case s.id == "cloudinary-sha1" && len(old) == 2*32:
		return plainSHA256
	}
	return s.alg
}

// writeContentful lists the signed headers before they are signed.
func writeContentful(s *spec, m Message, k signer) (Message, error) {
	m.Headers = setLine(m.Headers, contentfulTime, k.stamp)
	if m.Headers.Get(contentfulSigned) == "" {
		m.Headers = setLine(m.Headers, contentfulSigned, contentfulSigned+","+contentfulTime)
	}
	m.Headers = setLine(m.Headers, contentfulSigned, strings.Join(contentfulNames(m), ","))
	return s.writeLines(m, k)
}

// writeTwilio renews the hash of the body in the URL before signing that.
func writeTwilio(s *spec, m Message, k signer) (Message, error) {
	origin, path, query := splitURL(m.URL)
	form := strings.HasPrefix(strings.ToLower(m.Headers.Get("Content-Type")), "application/x-www-form-urlencoded")
	_, hashed := field(pairsOf(strings.TrimPrefix(query, "?")), twilioHash)
	if hashed || (!form && len(m.Body) > 0) {
		sum := hexText.encode(plainSHA256.digest(nil, payload{m.Body}))
		query = "?" + string(setPair([]byte(strings.TrimPrefix(query, "?")), pair{twilioHash, sum}))
		m.URL = origin + path + query
	}
	return s.writeLines(m, k)
}

// docuSignHeader is the first of up to a hundred.
const docuSignHeader = "X-DocuSign-Signature-1"

// claimDocuSign takes any of the numbered headers, one for each key.
func claimDocuSign(s *spec, m Message, w where) (claims, *problem) {
	if w.header != "" {
		return s.readLines(m, w)
	}
	var lines []string
	for _, h := range m.Headers {
		n, found := cutFold(h.Name, docuSignHeader[:len(docuSignHeader)-1])
		if i, err := strconv.Atoi(n); found && err == nil && 1 <= i && i <= 100 {
			lines = append(lines, h.Value)
		}
	}
	if len(lines) == 0 {
		return s.readLines(m, w)
	}
	var c claims
	return c, s.parse(&c, docuSignHeader, lines)
}

func writeDocuSign(s *spec, m Message, k signer) (Message, error) {
	for i := 2; i <= 100; i++ {
		name := docuSignHeader[:len(docuSignHeader)-1] + itoa(i)
		if len(m.Headers.Values(name)) > 0 {
			m.Headers = dropLines(m.Headers, name)
		}
	}
	return s.writeLines(m, k)
}

// claimCloudinary tells by the length which of the two hashes it is.
func claimCloudinary(s *spec, m Message, w where) (claims, *problem) {
	c, p := s.readLines(m, w)
	if p == nil && len(c.sigs[0].bytes) == 32 {
		c.alg = plainSHA256
	}
	return c, p
}

// Sign signs m anew and returns it with the headers, or where the signature is
// inside it the body, changed; m itself is not written to. Header lines that
// are there keep their place and the spelling of their name. Where the URL is
// signed it is m.URL, which should be the one sent to; Twilio's hash of a JSON
// body stands in it and is renewed, so send to the URL that comes back. Of
// several secrets the first signs. A bearer token that stands in the URL is
// put there.
//
// It is a Fault of kind Invalid, Field set ("secret", "privateKey", "scheme",
// "url", "body"), when something is missing or malformed, or the message
// cannot carry such a signature.
func Sign(m Message, key Key, o SignOptions) (Message, Note, error) {
	s, provider, err := signScheme(m, o)
	if err != nil {
		return m, Note{}, err
	}
	k := signer{now: o.Now, stamp: stampText(s.unit, o.Now), rnd: o.Rand, keepID: o.KeepID}
	k.where.header = signatureHeader(s, o.SignatureHeader, provider, m.Headers)
	if s.header(k.where) == "" && !s.inBody {
		return m, Note{}, fault("signatureHeader", "name the header for the signature: %s is used by many providers, each in a header of its own", s.name)
	}
	if s.wantsURL() && m.URL == "" {
		return m, Note{}, fault("url", "give the URL to send to: %s signs it too", s.name)
	}
	note, err := s.keys(&k, key, o.TestKeys)
	if err != nil {
		return m, Note{}, err
	}
	write := s.write
	if write == nil {
		write = (*spec).writeLines
	}
	signed, err := write(s, m, k)
	if err != nil {
		return m, Note{}, err
	}
	return signed, note, nil
}

func fault(field, text string, args ...any) *hook.Fault {
	f := hook.Faultf(hook.Invalid, text, args...)
	f.Field = field
	return f
}

// signScheme finds the scheme to sign by.
func signScheme(m Message, o SignOptions) (*spec, string, error) {
	id, provider := o.Scheme, o.Provider
	if id == "" && provider != "" {
		id = SchemeFor(provider, m.Headers, m.Body)
	} else if id == "" {
		_, _, query := splitURL(m.URL)
		provider, id = Detect(m.Headers, m.Body, strings.TrimPrefix(query, "?"))
	}
	if id == "" {
		return nil, "", fault("scheme", "choose a provider or a scheme to sign by: nothing in the request tells which one it has")
	}
	s, known := lookUp(strings.ToLower(id))
	if !known {
		return nil, "", fault("scheme", "choose another scheme: there is none called %q", id)
	}
	return s, provider, nil
}

// keys takes from key what s signs with, and says so.
func (s *spec) keys(k *signer, key Key, test *TestKeys) (Note, error) {
	note := Note{Scheme: s.id}
	if s.needsSecret() {
		secrets := Secrets(key.Secret)
		if strings.TrimSpace(key.Secret) == "" {
			return note, fault("secret", "set a secret to sign with: none is set")
		}
		raw, err := s.keying.key(secrets[0])
		if err != nil {
			return note, fault("secret", "correct the secret: it does not have the form of a secret of %s: %v", s.name, err)
		}
		k.key = sharedKey{secrets[0], raw}
		k.where.keyName = strings.TrimSpace(key.PublicKey)
	}
	if !s.alg.asymmetric() {
		note.Unchanged = s.public().Resign == ResignNothing
		note.Text = s.noteText()
		return note, nil
	}
	if strings.TrimSpace(key.PrivateKey) != "" {
		var err error
		if k.private, err = privateKey(s.alg, key.PrivateKey); err != nil {
			return note, fault("privateKey", "correct the private key: %v", err)
		}
		note.Text = "Signed by " + s.name + " with the private key that is set."
		return note, nil
	}
	if test == nil {
		return note, fault("privateKey", "give a private key: %s is signed with one", s.name)
	}
	var err error
	k.private, note.TestKey = test.private(s.alg), true
	if note.PublicKey, err = publicText(s, k.private); err != nil {
		return note, err
	}
	note.Text = "Signed with Creel's local test key, which was made for this installation alone: the private key of " + s.name + " is with the provider. The receiver accepts this only when it is given the test public key in place of the provider's."
	return note, nil
}

// noteText says what was signed anew, for people.
func (s *spec) noteText() string {
	switch s.public().Resign {
	case ResignToken:
		return "The secret itself was put into the request, as " + s.name + " does."
	case ResignBody:
		return "Signed anew by " + s.name + ": the body was edited, since the signature, or the time it covers, stands inside it."
	case ResignURL:
		return "Signed anew by " + s.name + " for the URL sent to, which is part of what is signed."
	case ResignFresh:
		return "Signed anew by " + s.name + " with a fresh timestamp."
	}
	return "Signed anew by " + s.name + " over the body as it is sent."
}
