package sign

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"creel/backend/hook"
)

// exam is one verification: what is asked, once it is clear.
type exam struct {
	spec     *spec
	m        Message
	key      Key
	o        Options
	w        where
	ring     keyring
	provider string
}

// Verify says whether the signature of m holds, and if not a first reason. It
// compares in constant time, takes any one of several signatures, and never
// falls back to a version it does not know.
func Verify(m Message, key Key, o Options) Verdict {
	x, trouble := prepare(m, key, o)
	if trouble != nil {
		return x.refuse(trouble)
	}
	return x.verdict(x.weigh())
}

// prepare finds the scheme and the keys.
func prepare(m Message, key Key, o Options) (*exam, *problem) {
	x := &exam{m: m, key: key, o: o, provider: o.Provider}
	_, _, query := splitURL(m.URL)
	id := o.Scheme
	if id == "" && o.Provider != "" {
		p, known := providerOf(o.Provider)
		switch id = SchemeFor(o.Provider, m.Headers, m.Body); {
		case !known:
			return x, &problem{NoScheme, fmt.Sprintf("No provider is called %q here. Choose one of the list, or name the scheme.", o.Provider)}
		case id == "":
			return x, &problem{NoScheme, p.Name + " does not sign what it sends. " + p.SecretHint}
		}
	}
	if id == "" {
		if x.provider, id = Detect(m.Headers, m.Body, strings.TrimPrefix(query, "?")); id == "" {
			return x, &problem{NoScheme, "Nothing in the headers or the body tells how this request is signed; it may not be signed at all. If it is, choose the provider or the scheme."}
		}
	}
	s, known := lookUp(strings.ToLower(id))
	if !known {
		return x, &problem{UnknownScheme, fmt.Sprintf("There is no scheme called %q.", id)}
	}
	x.spec = s
	x.w = where{header: signatureHeader(s, o.SignatureHeader, x.provider, m.Headers)}
	ring, trouble := s.ring(key, x.provider)
	x.ring, x.w.keyName = ring, ring.name
	if trouble != nil {
		return x, trouble
	}
	if s.wantsURL() && m.URL == "" {
		return x, &problem{NoURL, s.name + " signs the URL too, and none was given. Give the URL exactly as the sender calls it."}
	}
	return x, nil
}

// signatureHeader is the header of a scheme that many share; "" lets the
// scheme choose.
func signatureHeader(s *spec, asked, provider string, hs hook.Headers) string {
	if asked != "" || len(s.sets) > 0 || s.inBody {
		return asked
	}
	if p, known := providerOf(provider); known && slices.Contains(p.Schemes, s.id) {
		return p.SignatureHeader
	}
	for _, p := range providerTable {
		if slices.Contains(p.Schemes, s.id) && len(hs.Values(p.SignatureHeader)) > 0 {
			return p.SignatureHeader
		}
	}
	return ""
}

// ring reads the keys in the form that the scheme wants.
func (s *spec) ring(key Key, provider string) (keyring, *problem) {
	var r keyring
	if s.needsSecret() {
		secrets := Secrets(key.Secret)
		if len(secrets) == 0 || strings.TrimSpace(key.Secret) == "" {
			what := "No secret is set"
			if s.alg.asymmetric() {
				what = "Nothing is set as secret, which here is " + s.shape
			}
			return r, &problem{NoSecret, what + ", so there is nothing to check the signature by. Set the secret that the sender has."}
		}
		var last error
		for _, text := range secrets {
			if s.keying == asStandard && strings.EqualFold(provider, "openai") && !strings.HasPrefix(text, standardSecret) {
				// Its library takes a secret without the prefix as text.
				r.shared = append(r.shared, sharedKey{text, []byte(text)})
			}
			k, err := s.keying.key(text)
			if err != nil {
				last = err
				continue
			}
			r.shared = append(r.shared, sharedKey{text, k})
		}
		if len(r.shared) == 0 {
			return r, &problem{KeyMalformed, "The secret does not have the form of a secret of " + s.name + ": " + last.Error() + "."}
		}
	}
	if !s.alg.asymmetric() {
		r.name = strings.TrimSpace(key.PublicKey)
		return r, nil
	}
	if strings.TrimSpace(key.PublicKey) == "" {
		return r, &problem{NoPublicKey, "No public key is set, so there is nothing to check the signature by. Set the one that the provider shows."}
	}
	var err error
	if r.public, err = publicKeys(s.alg, key.PublicKey); err != nil {
		return r, &problem{KeyMalformed, "The public key cannot be read: " + err.Error() + "."}
	}
	return r, nil
}

// urlWork bounds what is hashed to try other URLs, in bytes.
const urlWork = 64 << 20

// weigh judges by the message's URL and the others that count as it.
func (x *exam) weigh() outcome {
	found := x.spec.weigh(x.m, x.w, x.ring)
	if found.reason == OK || !x.spec.coverage().URL {
		return found
	}
	left := urlWork
	for _, u := range x.o.URLs {
		if left -= x.spec.cost(x.m); left < 0 {
			break
		}
		m := x.m
		m.URL = u
		if o := x.spec.weigh(m, x.w, x.ring); o.reason == OK {
			return o
		}
	}
	return found
}

// refuse is the verdict when it did not come to judging.
func (x *exam) refuse(p *problem) Verdict {
	v := Verdict{Reason: p.reason, Provider: x.provider, Hints: []string{p.hint}}
	if x.spec != nil {
		v.Scheme = x.spec.id
	}
	return v
}

// verdict adds the clock to an outcome.
func (x *exam) verdict(f outcome) Verdict {
	v := Verdict{Reason: f.reason, Scheme: x.spec.id, Provider: x.provider, Expected: f.expected, Received: f.received}
	if f.signed != nil {
		v.Signed = f.signed.join()
	}
	if f.hint != "" {
		v.Hints = append(v.Hints, f.hint)
	}
	at, readable := stampTime(x.spec.unit, f.claims.stamp)
	if readable {
		v.Timestamp = at
	}
	if v.Reason == OK && x.spec.id == "paypal-cert" {
		p, hint := x.certified(f.claims)
		if p != nil {
			v.Reason, hint = p.reason, p.hint
		}
		if hint != "" {
			v.Hints = append(v.Hints, hint)
		}
	}
	late := x.clock(f.claims, at, readable)
	switch {
	case v.Reason == OK && late != nil:
		v.Reason = late.reason
		v.Hints = append(v.Hints, late.hint)
	case v.Reason == SignatureDiffers && f.hint == "":
		v.Hints = append(v.Hints, x.spec.mismatch())
	case v.Reason == TokenDiffers:
		v.Hints = append(v.Hints, "The token sent is not the secret that is set.")
	}
	judged := v.Reason == SignatureDiffers || v.Reason == BodyChanged || v.Reason == URLDiffers || v.Reason == ClaimWrong
	if judged && late != nil {
		v.Hints = append(v.Hints, "Besides, with a matching signature it would still be refused: "+late.hint)
	}
	v.Valid = v.Reason == OK
	return v
}

// thing is what stands in place of a secret where a public key checks, in a
// few words.
func (s *spec) thing() string {
	thing, _, _ := strings.Cut(s.shape, ",")
	return thing
}

// mismatch says that the signature does not match, and what that can mean.
func (s *spec) mismatch() string {
	what := "the secret is not the one that signed this"
	if s.alg.asymmetric() {
		what = "the public key is not the sender's"
		if s.needsSecret() {
			what += ", " + s.thing() + " is another one"
		}
	}
	return "The signature does not match: either " + what + ", or what is signed was changed on the way."
}

// clock checks the times that a message claims; nil when they are fine.
func (x *exam) clock(c claims, at time.Time, readable bool) *problem {
	now, unit := x.o.Now, x.spec.unit
	switch {
	case unit == NoTime:
		return nil
	case unit == JWTTime:
		return tokenClock(c, now)
	case !readable && x.o.Tolerance == nil && x.spec.tolerance == 0:
		return nil // signed, but for nobody to compare
	case c.stamp == "":
		return &problem{TimestampMissing, "There is no timestamp to compare with the clock."}
	case !readable:
		return &problem{TimestampMalformed, fmt.Sprintf("The timestamp %s is not %s.", quoted(c.stamp), unitText(unit))}
	case x.o.Tolerance == nil || now.IsZero():
		return nil
	}
	tolerance := *x.o.Tolerance
	age := now.Sub(at)
	switch {
	case age < 0 && x.spec.notFuture:
		return &problem{TimestampInFuture, "The timestamp lies " + span(-age) + " in the future, and " + x.spec.name + " allows none at all: one of the two clocks is wrong."}
	case age > tolerance:
		return &problem{TimestampTooOld, "The timestamp is " + span(age) + " old, and only " + span(tolerance) + " are allowed" + unitHint(x.spec.unit, c.stamp, now, tolerance)}
	case age < -tolerance && !x.spec.oldOnly:
		return &problem{TimestampInFuture, "The timestamp lies " + span(-age) + " in the future, and only " + span(tolerance) + " are allowed" + unitHint(x.spec.unit, c.stamp, now, tolerance)}
	}
	return nil
}

// leeway is what the clocks of token makers and takers may differ.
const leeway = time.Second

func tokenClock(c claims, now time.Time) *problem {
	switch {
	case now.IsZero():
		return nil
	case !c.expires.IsZero() && !now.Before(c.expires.Add(leeway)):
		return &problem{TimestampTooOld, "The token expired " + span(now.Sub(c.expires)) + " before. A request kept for longer must be signed anew before it is sent again."}
	case !c.notBefore.IsZero() && now.Before(c.notBefore.Add(-leeway)):
		return &problem{TimestampInFuture, "The token holds only " + span(c.notBefore.Sub(now)) + " later: one of the two clocks is wrong."}
	}
	return nil
}

// unitHint ends the sentence: with the unit that was taken for another, or
// with what to do.
func unitHint(u Unit, stamp string, now time.Time, tolerance time.Duration) string {
	for _, other := range []Unit{Seconds, Millis} {
		at, ok := stampTime(other, stamp)
		if ok && other != u && now.Sub(at).Abs() <= max(tolerance, time.Hour) {
			return fmt.Sprintf(". It would be about now if it were %s, but this scheme writes %s.", unitText(other), unitText(u))
		}
	}
	return ". Either it was sent again as it was, and must be signed anew, or one of the two clocks is wrong."
}

func unitText(u Unit) string {
	switch u {
	case Millis:
		return "a time in milliseconds since 1970"
	case RFC3339:
		return "a time like 2026-11-23T15:30:00Z"
	}
	return "a time in seconds since 1970"
}

// stampTime reads a timestamp, UTC.
func stampTime(u Unit, text string) (time.Time, bool) {
	if u == RFC3339 {
		at, err := time.Parse(time.RFC3339Nano, text)
		return at.UTC(), err == nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || u == NoTime || n < -1<<53 || n > 1<<53 {
		return time.Time{}, false
	}
	if u == Millis {
		return time.UnixMilli(n).UTC(), true
	}
	return time.Unix(n, 0).UTC(), true
}

// span writes a duration for people.
func span(d time.Duration) string {
	units := []struct {
		name string
		size time.Duration
	}{{"days", 24 * time.Hour}, {"hours", time.Hour}, {"minutes", time.Minute}, {"seconds", time.Second}}
	for _, u := range units {
		if d >= 2*u.size {
			return fmt.Sprintf("%d %s", d/u.size, u.name)
		}
	}
	return fmt.Sprintf("%.1f seconds", d.Seconds())
}
