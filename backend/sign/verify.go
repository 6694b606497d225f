package sign

import "creel/backend/hook"

// Verify says whether the signature of m holds, and if not a first reason. It
// compares in constant time, takes any one of several signatures, and never
// falls back to a version it does not know.
func Verify(m Message, key Key, o Options) Verdict {
	return Verdict{Reason: UnknownScheme, Scheme: o.Scheme}
}

// Explain is Verify, and for a signature that does not hold it tries what
// would have to be otherwise, so that Reason and Hints tell why. Its work is
// bounded: for a body of 25 MiB it takes a few hundred milliseconds at most.
func Explain(m Message, key Key, o Options) Verdict { return Verify(m, key, o) }

// Sign signs m anew and returns it with the headers, or where the signature is
// inside it the body, changed; m itself is not written to. Header lines that
// are there keep their place and the spelling of their name. It is a Fault of
// kind Invalid, Field set, when the secret is missing or malformed, or the
// message cannot carry such a signature.
func Sign(m Message, key Key, o SignOptions) (Message, Note, error) {
	return m, Note{}, hook.Faultf(hook.Invalid, "there is no scheme %q", o.Scheme)
}

// Detect recognises by header lines, body and query who sent a message and how
// it is signed: a Provider.ID and a Scheme.ID, or "" for what it cannot tell.
// It checks nothing. rawQuery is without the question mark.
func Detect(hs hook.Headers, body []byte, rawQuery string) (provider, scheme string) {
	return "", ""
}

// SchemeFor returns the scheme that a message of this provider uses, by the
// header lines it has; the provider's best when none is there, "" when the
// provider signs nothing or is unknown.
func SchemeFor(provider string, hs hook.Headers, body []byte) string { return "" }

// Schemes lists all schemes, in the order of their ids. The slice is the caller's.
func Schemes() []Scheme { return nil }

// Providers lists all providers, by name. The slice is the caller's.
func Providers() []Provider { return nil }

// Secrets splits the text of Key.Secret: one secret a line, when there are
// several lines with something on them; else the text as it is, blanks and a
// line end at its end included, for they are part of what was given.
func Secrets(text string) []string { return nil }

// TestKey is the local test key pair of a scheme with NeedsPublicKey, always
// the same; ok is false for other schemes. Anyone can make its private key: it
// proves nothing but that verification works.
func TestKey(scheme string) (key Key, ok bool) { return Key{}, false }

// CandidateURLs lists the URLs by which the sender may have called, the
// likeliest first and received among them: what proxies tell in X-Forwarded-…
// and Forwarded, https for http, with and without port.
func CandidateURLs(received string, hs hook.Headers) []string { return nil }
