package sign

import (
	"slices"
	"strings"

	"creel/backend/hook"
)

// byURL tries the URLs by which the sender may have called, where the URL is
// signed.
func (s *search) byURL() *finding {
	if !s.spec.coverage().URL {
		return nil
	}
	s.tried = append(s.tried, "the URL with http and https, with and without port, slash, query and path prefix, and with the hosts that proxies tell")
	var found *finding
	s.eachURL(func(m Message, what string) bool {
		if s.tryOne(s.spec, m, s.ring) {
			found = &finding{reason: URLDiffers, hint: "The signature holds for another URL: " + what}
		}
		return found == nil
	})
	return found
}

// otherURL says that u was signed, and in what it differs from the one taken.
func (s *search) otherURL(u string) string {
	return u + " was signed, and " + s.m.URL + " was taken for it" + urlDifference(u, s.m.URL) +
		" Give the verifier the URL exactly as it is registered with the sender, not as it arrives."
}

// urlDifference says in what two URLs differ, and why that happens.
func urlDifference(signed, taken string) string {
	a, pathA, queryA := splitURL(signed)
	b, pathB, queryB := splitURL(taken)
	schemeA, hostA, _ := strings.Cut(a, "://")
	schemeB, hostB, _ := strings.Cut(b, "://")
	var parts []string
	if schemeA != schemeB {
		parts = append(parts, "the scheme ("+schemeA+", not "+schemeB+": a proxy or tunnel in front ends TLS)")
	}
	if hostA != hostB {
		parts = append(parts, "the host or port (a proxy or tunnel in front has another name)")
	}
	if pathA != pathB {
		parts = append(parts, "the path (something on the way adds, strips or normalises part of it)")
	}
	if queryA != queryB {
		parts = append(parts, "the query (something on the way drops, orders or escapes it anew)")
	}
	if len(parts) == 0 {
		return "."
	}
	return "; they differ in " + strings.Join(parts, ", and ") + "."
}

// CandidateURLs lists the URLs by which the sender may have called, the
// likeliest first and received among them: what proxies tell in X-Forwarded-…
// and Forwarded, https for http, with and without port. Only the origin
// changes, never path or query.
func CandidateURLs(received string, hs hook.Headers) []string {
	var all []string
	origin, path, query := splitURL(received)
	for _, o := range origins(origin, hs) {
		if u := o + path + query; !slices.Contains(all, u) {
			all = append(all, u)
		}
	}
	return all
}

// origins lists scheme and host as the proxies in front saw them.
func origins(origin string, hs hook.Headers) []string {
	scheme, host, found := strings.Cut(origin, "://")
	if !found {
		return []string{origin}
	}
	hosts, schemes := []string{}, []string{}
	for _, name := range []string{"X-Forwarded-Host", "X-Original-Host", "X-Forwarded-Server"} {
		if first := firstOf(hs.Get(name)); first != "" {
			hosts = append(hosts, first)
		}
	}
	for part := range strings.SplitSeq(firstOf(hs.Get("Forwarded")), ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch value = strings.Trim(value, `"`); strings.ToLower(name) {
		case "host":
			hosts = append(hosts, value)
		case "proto":
			schemes = append(schemes, strings.ToLower(value))
		}
	}
	for _, name := range []string{"X-Forwarded-Proto", "X-Forwarded-Scheme", "X-Url-Scheme"} {
		if first := strings.ToLower(firstOf(hs.Get(name))); first == "http" || first == "https" {
			schemes = append(schemes, first)
		}
	}
	if h := hs.Get("Host"); h != "" {
		hosts = append(hosts, h)
	}
	hosts, schemes = append(hosts, host), append(schemes, scheme, "https", "http")
	var all []string
	for _, h := range hosts {
		for _, sc := range schemes {
			all = append(all, sc+"://"+h)
		}
	}
	for _, o := range all {
		all = append(all, otherPort(o))
	}
	for i, o := range all {
		if p := firstOf(hs.Get("X-Forwarded-Port")); p != "" && i < 4 {
			base := o
			if strings.LastIndexByte(o, ':') > len("https") {
				base = otherPort(o)
			}
			all = append(all, base+":"+p)
		}
	}
	return unique(all)
}

func firstOf(list string) string {
	first, _, _ := strings.Cut(list, ",")
	return strings.TrimSpace(first)
}

func unique(texts []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(texts, func(t string) bool {
		was := seen[t]
		seen[t] = true
		return was
	})
}

// mostURLs bounds how many URLs are tried.
const mostURLs = 400

// urlForms lists URLs to try: those that differ in one thing first.
func urlForms(received string, hs hook.Headers) []string {
	origin, path, query := splitURL(received)
	os, ps, qs := origins(origin, hs), paths(path, hs), queries(query)
	all := CandidateURLs(received, hs)
	for _, p := range ps {
		all = append(all, origin+p+query)
	}
	for _, q := range qs {
		all = append(all, origin+path+q)
	}
	for _, o := range os {
		for _, p := range ps {
			all = append(all, o+p+query)
		}
	}
	for _, o := range os {
		for _, p := range ps {
			for _, q := range qs {
				all = append(all, o+p+q)
			}
		}
	}
	all = slices.DeleteFunc(unique(all), func(u string) bool { return u == received })
	return all[:min(len(all), mostURLs)]
}

// paths lists the path as it may have been before proxies.
func paths(path string, hs hook.Headers) []string {
	all := []string{path}
	if strings.HasSuffix(path, "/") {
		all = append(all, strings.TrimRight(path, "/"))
	} else {
		all = append(all, path+"/")
	}
	for _, name := range []string{"X-Original-Uri", "X-Original-Url", "X-Rewrite-Url", "X-Forwarded-Uri", "X-Forwarded-Path"} {
		if v := hs.Get(name); v != "" {
			_, p, _ := splitURL(v)
			all = append(all, p)
		}
	}
	if prefix := firstOf(hs.Get("X-Forwarded-Prefix")); prefix != "" {
		all = append(all, strings.TrimRight(prefix, "/")+path)
	}
	// Without the first segments, as when a proxy adds its own.
	rest := path
	for range 2 {
		i := strings.IndexByte(strings.TrimPrefix(rest, "/"), '/')
		if i < 0 {
			break
		}
		rest = rest[i+1:]
		all = append(all, rest)
	}
	all = append(all, unescapePath(path), percent(unescapePath(path), "-_.~!$&'()*+,;=:@/"), strings.ReplaceAll(path, "//", "/"), "/", "")
	return unique(all)
}

// queries lists the query as it may have been before proxies.
func queries(query string) []string {
	all := []string{query, ""}
	text := strings.TrimPrefix(query, "?")
	if text == "" {
		return append(all, "?")[1:]
	}
	parts := strings.Split(text, "&")
	sorted := slices.Clone(parts)
	slices.Sort(sorted)
	all = append(all, "?"+strings.Join(sorted, "&"))
	slices.Reverse(parts)
	all = append(all, "?"+strings.Join(parts, "&"),
		strings.ReplaceAll(query, "+", "%20"), strings.ReplaceAll(query, "%20", "+"), "?"+unescape(text))
	if len(parts) > 1 { // one more or one less, as trackers and tunnels have it
		for i := range parts {
			rest := slices.Delete(strings.Split(text, "&"), i, i+1)
			if i < 8 {
				all = append(all, "?"+strings.Join(rest, "&"))
			}
		}
	}
	return unique(all)
}
