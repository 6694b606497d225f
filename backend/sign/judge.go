package sign

import (
	"crypto"
	"crypto/hmac"
	"crypto/sha256"
	"hash/crc32"
	"strconv"
	"strings"
)

// weigh judges m against the keys, the clock aside.
func (s *spec) weigh(m Message, w where, ring keyring) outcome {
	if s.judge != nil {
		return s.judge(s, m, w, ring)
	}
	w.keyName = ring.name
	c, p := s.read(m, w)
	if p != nil {
		return p.outcome(c)
	}
	found := outcome{reason: SignatureDiffers, claims: c, received: c.received}
	shared := ring.shared
	if len(shared) == 0 {
		shared = []sharedKey{{}} // by public key alone
	}
	for _, key := range shared {
		payloads, p := s.payloads(m, c, []byte(key.text))
		if p != nil {
			return p.outcome(c)
		}
		for _, pl := range payloads {
			o, matches := s.compare(c, pl, key.key, ring.public)
			if found.signed == nil || matches {
				found.signed, found.expected = pl, o.expected
			}
			if !matches {
				continue
			}
			found.reason, found.received = OK, o.received
			if s.after != nil {
				if p := s.after(s, m, c); p != nil {
					found.reason, found.hint = p.reason, p.hint
				}
			}
			return found
		}
	}
	return found
}

// compare looks for a signature that fits the payload.
func (s *spec) compare(c claims, pl payload, key []byte, public []crypto.PublicKey) (outcome, bool) {
	alg := s.alg
	if c.alg != "" {
		alg = c.alg
	}
	if alg.asymmetric() {
		for _, sig := range c.sigs {
			for _, k := range public {
				if alg.holds(k, pl, sig.bytes) {
					return outcome{received: sig.text}, true
				}
			}
		}
		return outcome{}, false
	}
	want := alg.digest(key, pl)
	o := outcome{expected: s.spell(alg, want)}
	if s.format.kind == jws {
		o.expected = string(pl.join()) + "." + o.expected
	}
	for _, sig := range c.sigs {
		if hmac.Equal(sig.bytes, want) {
			o.received = sig.text
			return o, true
		}
	}
	return o, false
}

// spell writes a signature as it stands in the header, the timestamp aside.
func (s *spec) spell(alg algorithm, sig []byte) string {
	text := s.enc.encode(sig)
	switch s.format.kind {
	case method:
		return alg.method() + "=" + text
	case pairs:
		return s.format.version + "=" + text
	case entries:
		return s.format.version + "," + text
	}
	return s.format.prefix + text
}

func (s *spec) payloads(m Message, c claims, secret []byte) ([]payload, *problem) {
	if c.payload != nil {
		return []payload{c.payload}, nil
	}
	if s.compose != nil {
		return s.compose(s, m, c, secret)
	}
	return []payload{s.fill(m, c, secret)}, nil
}

// fill replaces the template's words by what the message has.
func (s *spec) fill(m Message, c claims, secret []byte) payload {
	var p payload
	rest := s.signs
	for rest != "" {
		text, after, found := strings.Cut(rest, "{")
		if text != "" {
			p = append(p, []byte(text))
		}
		if !found {
			break
		}
		var word string
		word, rest, _ = strings.Cut(after, "}")
		p = append(p, word2bytes(word, m, c, secret))
	}
	// So that what was signed is not nil, even if it is nothing.
	if p == nil {
		p = payload{{}}
	}
	return p
}

func word2bytes(word string, m Message, c claims, secret []byte) []byte {
	switch word {
	case "body":
		return m.Body
	case "timestamp":
		return []byte(c.stamp)
	case "id":
		return []byte(c.id)
	case "url":
		return []byte(m.URL)
	case "method":
		return []byte(m.Method)
	case "secret":
		return secret
	case "crc32":
		return strconv.AppendUint(nil, uint64(crc32.ChecksumIEEE(m.Body)), 10)
	}
	return nil
}

// equal compares texts in a time that does not depend on where they differ,
// nor on how long the secret is.
func equal(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return hmac.Equal(x[:], y[:])
}

// holds says whether the message would pass with these keys.
func (s *spec) holds(m Message, w where, ring keyring) bool {
	return s.weigh(m, w, ring).reason == OK
}
