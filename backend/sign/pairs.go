package sign

import (
	"slices"
	"strings"
)

// pairWork bounds the trials of two changes at once, in bytes, beside work.
const pairWork = 96 << 20

// mostPairs is how many bodies, or URLs, there are about to be paired with each
// form of the secret.
const mostPairs = 80

// byPairs tries two changes at once: a form of the secret with what the body,
// or the URL, may have been. Of a large body only the likeliest pairs are
// within the bound.
func (s *search) byPairs() *finding {
	if s.spec.alg == tokenOnly {
		return nil
	}
	s.left = pairWork
	notes := s.notes // enough said of the body before
	defer func() { s.notes = notes }()
	forms := s.pairForms()
	if len(forms) == 0 {
		return nil
	}
	var found *finding
	if s.spec.coverage().URL {
		s.eachURL(func(m Message, what string) bool {
			found = s.byForms(forms, m, URLDiffers, "The URL: "+what)
			return found == nil
		})
	}
	if found == nil && s.bodyCounts() {
		s.eachBody(func(m Message, what string) bool {
			found = s.byForms(forms, m, BodyChanged, "The body: "+what)
			return found == nil
		})
	}
	if found == nil {
		s.tried = append(s.tried, "a form of the secret together with a change of the body or the URL")
	}
	return found
}

// pairForms are the forms of the secrets, the likeliest first, no more than
// can be paired with most changes within the bound.
func (s *search) pairForms() []keyForm {
	var all []keyForm
	secrets := Secrets(s.key.Secret)
	for _, secret := range secrets[:min(4, len(secrets))] {
		if !s.spec.alg.asymmetric() {
			all = append(all, s.spec.forms(secret)...)
		} else if clean := strings.TrimSpace(secret); s.spec.needsSecret() && clean != secret {
			all = append(all, keyForm{key: sharedKey{clean, []byte(clean)}, hint: s.pasted()})
		}
	}
	slices.SortStableFunc(all, func(a, b keyForm) int {
		switch {
		case a.odd == b.odd:
			return 0
		case b.odd:
			return -1
		}
		return 1
	})
	return all[:min(len(all), max(1, pairWork/2/mostPairs/s.spec.cost(s.m)))]
}

// byForms tries a message that has one change already by each form of the
// secret.
func (s *search) byForms(forms []keyForm, m Message, second Reason, what string) *finding {
	for _, f := range forms {
		holds := s.tryOne
		if second != URLDiffers {
			holds = s.try
		}
		if holds(s.spec, m, s.with(f)) {
			thing := map[Reason]string{URLDiffers: "URL", BodyChanged: "body"}[second]
			return &finding{
				reason: SecretWrong, also: second,
				hint: "Two things are wrong at once, the secret and the " + thing + ": the signature matches when both are mended, and with neither alone.",
				more: []string{"The secret: " + f.hint, what},
			}
		}
	}
	return nil
}

// eachURL calls try with the message, its URL as the sender may have called
// it, and what that tells, until try says false.
func (s *search) eachURL(try func(m Message, what string) bool) {
	for _, u := range urlForms(s.m.URL, s.m.Headers) {
		m := s.m
		if m.URL = u; !try(m, s.otherURL(u)) {
			return
		}
	}
}
