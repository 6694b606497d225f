package sign

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// work bounds what Explain reads and hashes in its trials of one change, in
// bytes. Trials that write or parse pay for more than they read.
const work = 176 << 20

// finding is a trial that matched: why the signature does not hold as it is.
type finding struct {
	reason Reason
	hint   string
	// also is the second of two reasons, more what is said of each; "" and nil
	// when there is one.
	also Reason
	more []string
}

// search tries what would have to be otherwise.
type search struct {
	*exam
	ctx  context.Context
	left int
	// tried names what was tried in vain; short says that something was left
	// out because the body is large; notes are hints to add if nothing matches.
	tried, notes []string
	short        bool
}

// pay takes n from the bytes that may still be worked on. Nothing may be once
// the caller has gone.
func (s *search) pay(n int) bool {
	if n > s.left || s.ctx.Err() != nil {
		s.short = true
		return false
	}
	s.left -= n
	return true
}

// try judges a message and keys in place of the given ones, by every URL that
// the sender may rightly have called.
func (s *search) try(sp *spec, m Message, ring keyring) bool {
	if s.tryOne(sp, m, ring) {
		return true
	}
	if !sp.coverage().URL {
		return false
	}
	for _, u := range s.o.URLs {
		if u == s.m.URL {
			continue
		}
		if m.URL = u; s.tryOne(sp, m, ring) {
			return true
		}
	}
	return false
}

// tryOne is try by the URL of m alone.
func (s *search) tryOne(sp *spec, m Message, ring keyring) bool {
	times := max(1, len(ring.shared)) * max(1, len(ring.public))
	return s.pay(times*sp.cost(m)) && sp.holds(m, s.w, ring)
}

// Explain is Verify, and for a signature that does not hold it tries what
// would have to be otherwise, one thing at first and then two at once, so that
// Reason and Hints tell why. Its work is bounded: for a body of 25 MiB it takes
// a few hundred milliseconds. The error is that of ctx, when the caller went
// before the end; it is looked at between trials.
func Explain(ctx context.Context, m Message, key Key, o Options) (Verdict, error) {
	x, trouble := prepare(m, key, o)
	s := &search{exam: x, ctx: ctx, left: work}
	if trouble != nil {
		v := x.refuse(trouble)
		if trouble.reason == KeyMalformed {
			f := s.byKey()
			if f == nil {
				f = s.byPairs()
			}
			s.tried = nil // there was no key to try anything with
			v.take(f, s)
		}
		return v, ctx.Err()
	}
	v := x.verdict(x.weigh())
	switch v.Reason {
	case SignatureDiffers, TokenDiffers:
		v.take(s.all(), s)
	case HeaderMalformed:
		f := s.byScheme()
		s.tried = nil
		v.take(f, s)
	case HeaderMissing, SignatureMissing, VersionUnknown, TimestampMissing:
		v.take(s.elsewhere(), s)
	case BodyChanged:
		v.take(s.byBody(), s)
	case URLDiffers:
		v.take(s.byURL(), s)
	}
	return v, ctx.Err()
}

// all runs every kind of trial, the likeliest first.
func (s *search) all() *finding {
	kinds := []func() *finding{s.byKey, s.byURL, s.byBody, s.byScheme, s.byPairs}
	if len(s.m.Body) > 4<<20 {
		kinds = []func() *finding{s.byURL, s.byPaste, s.byBody, s.byKey, s.byScheme, s.byPairs}
	}
	for _, kind := range kinds {
		if f := kind(); f != nil {
			return f
		}
	}
	return nil
}

// take puts a finding in front, or says what was tried in vain.
func (v *Verdict) take(f *finding, s *search) {
	if f != nil {
		if len(v.Hints) > 0 && (v.Reason == SignatureDiffers || v.Reason == TokenDiffers) {
			v.Hints = v.Hints[1:] // it said that it does not match; this says why
		}
		v.Reason, v.Also = f.reason, f.also
		v.Hints = slices.Concat([]string{f.hint}, f.more, v.Hints)
		return
	}
	v.Hints = append(v.Hints, s.notes...)
	if v.Reason == SignatureDiffers || v.Reason == TokenDiffers || v.Reason == KeyMalformed {
		v.Hints = append(v.Hints, s.shape()...)
	}
	if len(s.tried) > 0 {
		text := "Tried in vain: " + strings.Join(s.tried, "; ") + "."
		if v.Reason == SignatureDiffers {
			what := "secret"
			if s.spec.alg.asymmetric() {
				what = "key"
			}
			text += " So most likely it was signed with another " + what + ", or the body was edited."
		}
		v.Hints = append(v.Hints, text)
	}
	if s.short {
		v.Hints = append(v.Hints, fmt.Sprintf("The body has %d MiB, so not every possibility was tried.", len(s.m.Body)>>20))
	}
}

// elsewhere looks for the signature of another scheme, when that of this one
// is not there.
func (s *search) elsewhere() *finding {
	provider, id := Detect(s.m.Headers, s.m.Body, "")
	if other, known := lookUp(id); known && id != s.spec.id {
		name := other.name
		if p, known := providerOf(provider); known {
			name = p.Name
		}
		text := fmt.Sprintf("This request carries the signature of %s (scheme %s) instead: choose that.", name, id)
		o := s.o
		o.Scheme, o.Provider = id, provider
		if Verify(s.m, s.key, o).Valid {
			return &finding{reason: SchemeWrong, hint: text + " With the secret that is set it holds."}
		}
		return &finding{reason: HeaderMissing, hint: text}
	}
	return s.renamed()
}

// renamed tries the other headers that may carry the signature.
func (s *search) renamed() *finding {
	own := s.spec.public().Headers
	for _, h := range s.m.Headers {
		name := strings.ToLower(h.Name)
		known := slices.ContainsFunc(own, func(o string) bool { return strings.EqualFold(o, name) })
		if known || s.spec.inBody || !strings.Contains(name, "sign") && !strings.Contains(name, "hmac") {
			continue
		}
		was := s.w
		s.w.header = h.Name
		holds := s.try(s.spec, s.m, s.ring)
		if s.w = was; holds {
			name := s.spec.header(was)
			if name == "" {
				return &finding{reason: HeaderMissing, hint: fmt.Sprintf("Nobody said which header carries the signature, and %s has one that holds. Set that as the signature's header.", h.Name)}
			}
			return &finding{reason: HeaderMissing, hint: fmt.Sprintf("The header %s is missing, and %s carries its signature, which holds: something on the way renamed it, or the sender uses a name of its own. Set that as the signature's header.", name, h.Name)}
		}
		s.notes = append(s.notes, fmt.Sprintf("There is a header called %s. If it carries the signature, this is another scheme: choose the provider, or name the header.", h.Name))
	}
	return nil
}

// byScheme tries other ways of signing the same with the same secret.
func (s *search) byScheme() *finding {
	if s.spec.alg == tokenOnly || s.spec.alg.asymmetric() || s.spec.judge != nil || s.spec.format.kind == jws {
		return nil
	}
	s.tried = append(s.tried, "other algorithms, encodings and ways of joining timestamp and body")
	for _, alt := range s.variants() {
		if s.try(&alt.spec, s.m, s.ring) {
			return &finding{reason: SchemeWrong, hint: alt.hint}
		}
	}
	return nil
}

type variant struct {
	spec spec
	hint string
}

// variants are specs that differ in one piece.
func (s *search) variants() []variant {
	var all []variant
	base := *s.spec
	add := func(alt spec, hint string, args ...any) { all = append(all, variant{alt, fmt.Sprintf(hint, args...)}) }
	if base.format.prefix != "" && !base.format.prefixOptional {
		alt := base
		alt.format.prefixOptional = true
		add(alt, "The signature matches, but it does not begin with %q as %s writes it: the sender left the prefix out.", base.format.prefix, base.name)
	}
	for _, enc := range []encoding{hexText, base64Text, base64URLText} {
		if alt := base; enc != base.enc {
			alt.enc = enc
			add(alt, "The signature matches when it is read as %s; %s writes %s. The sender encodes it wrongly.", enc, base.name, base.enc)
		}
	}
	if base.format.kind != method && strings.HasPrefix(string(base.alg), "HMAC-") {
		for _, alg := range []algorithm{hmacSHA1, hmacSHA256, hmacSHA384, hmacSHA512} {
			if alt := base; alg != base.alg {
				alt.alg = alg
				add(alt, "The signature matches as %s; %s wants %s. The sender uses the wrong hash, or this is another scheme.", alg, base.name, base.alg)
			}
		}
		alt := base
		alt.alg, alt.signs, alt.compose = plainSHA256, "{secret}"+base.signs, nil
		add(alt, "The signature matches as a plain SHA-256 of the secret followed by what is signed; %s wants an HMAC.", base.name)
	}
	if base.compose == nil && base.claim == nil {
		for _, signs := range []string{"{body}", "{timestamp}.{body}", "{timestamp}{body}", "{timestamp}:{body}", "{body}{timestamp}", "{body}.{timestamp}", "{id}.{body}", "{timestamp}.{id}.{body}", "v0:{timestamp}:{body}", "{url}{body}", "{body}{url}"} {
			if alt := base; signs != base.signs {
				alt.signs = signs
				add(alt, "The signature matches when %s is signed; %s signs %s. The sender puts the pieces together wrongly.", signs, base.name, base.signs)
			}
		}
	}
	return all
}
