package sign

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// splitURL cuts a URL's text into what stands before the path, the path, and
// the query with its question mark, without changing a byte.
func splitURL(text string) (origin, path, query string) {
	at := 0
	if i := strings.Index(text, "://"); i >= 0 {
		at = i + 3
	}
	text, _, _ = strings.Cut(text, "#")
	end := len(text)
	if i := strings.IndexAny(text[min(at, len(text)):], "/?"); i >= 0 {
		end = at + i
	}
	origin, path = text[:end], text[end:]
	if i := strings.IndexByte(path, '?'); i >= 0 {
		path, query = path[:i], path[i:]
	}
	return origin, path, query
}

// otherPort is the origin without its port, or with the default one when it
// has none.
func otherPort(origin string) string {
	scheme, host, found := strings.Cut(origin, "://")
	if !found {
		return origin
	}
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexAny(host, "]@") {
		return scheme + "://" + host[:i]
	}
	if strings.EqualFold(scheme, "https") {
		return origin + ":443"
	}
	return origin + ":80"
}

// pair is a name and a value of a form or a query, decoded.
type pair struct{ name, value string }

// pairsOf reads a form or a query leniently: what is badly escaped stays as it
// stands.
func pairsOf(text string) []pair {
	var ps []pair
	for part := range strings.SplitSeq(text, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		ps = append(ps, pair{unescape(name), unescape(value)})
	}
	return ps
}

func unescape(text string) string {
	if t, err := url.QueryUnescape(text); err == nil {
		return t
	}
	return text
}

// field returns the last value of that name.
func field(ps []pair, name string) (string, bool) {
	for _, p := range slices.Backward(ps) {
		if p.name == name {
			return p.value, true
		}
	}
	return "", false
}

// sortedUnique orders pairs by name, then value, and drops repeats.
func sortedUnique(ps []pair) []pair {
	ps = slices.Clone(ps)
	slices.SortFunc(ps, func(a, b pair) int {
		if c := strings.Compare(a.name, b.name); c != 0 {
			return c
		}
		return strings.Compare(a.value, b.value)
	})
	return slices.Compact(ps)
}

const twilioHash = "bodySHA256"

// composeTwilio makes the texts that Twilio may have signed.
func composeTwilio(_ *spec, m Message, _ claims, _ []byte) ([]payload, *problem) {
	origin, path, query := splitURL(m.URL)
	var values strings.Builder
	if _, hashed := field(pairsOf(strings.TrimPrefix(query, "?")), twilioHash); !hashed {
		for _, p := range sortedUnique(pairsOf(string(m.Body))) {
			values.WriteString(p.name + p.value)
		}
	}
	var ps []payload
	for _, o := range []string{origin, otherPort(origin)} {
		queries := []string{query}
		if strings.Contains(query, "'") {
			queries = append(queries, strings.ReplaceAll(query, "'", "%27"))
		}
		queries = append(queries, restrung(query))
		for _, q := range unique(queries) {
			ps = append(ps, payload{[]byte(o + path + q), []byte(values.String())})
		}
	}
	return ps, nil
}

// restrung writes a query as Node's querystring does, once more: repeats
// beside each other, escaped anew.
func restrung(query string) string {
	ps := pairsOf(strings.TrimPrefix(query, "?"))
	var parts []string
	done := map[string]bool{}
	for _, p := range ps {
		for _, q := range ps {
			if q.name == p.name && !done[p.name] {
				parts = append(parts, percent(q.name, "-_.!~*'()")+"="+percent(q.value, "-_.!~*'()"))
			}
		}
		done[p.name] = true
	}
	if len(parts) == 0 {
		return query
	}
	return "?" + strings.Join(parts, "&")
}

// afterTwilio holds the body against the hash in the URL, which alone is
// signed when there is one.
func afterTwilio(_ *spec, m Message, _ claims) *problem {
	_, _, query := splitURL(m.URL)
	want, hashed := field(pairsOf(strings.TrimPrefix(query, "?")), twilioHash)
	if hashed && !equal(strings.ToLower(want), fmt.Sprintf("%x", sha256.Sum256(m.Body))) {
		return &problem{BodyChanged, "The signature of the URL holds, but the body does not have the SHA-256 that bodySHA256 in the URL says: the body was changed on the way."}
	}
	return nil
}

// composeHubSpot decodes some escapes of the URL, as HubSpot's pages have it,
// besides the URL as it stands, as its libraries have it.
func composeHubSpot(s *spec, m Message, c claims, secret []byte) ([]payload, *problem) {
	ps := []payload{s.fill(m, c, secret)}
	const escaped = "%3A:%2F/%3F?%40@%21!%24$%27'%28(%29)%2A*%2C,%3B;"
	decoded := m.URL
	for i := 0; i < len(escaped); i += 4 {
		decoded = strings.ReplaceAll(decoded, escaped[i:i+3], escaped[i+3:i+4])
		decoded = strings.ReplaceAll(decoded, strings.ToLower(escaped[i:i+3]), escaped[i+3:i+4])
	}
	if decoded != m.URL {
		m.URL = decoded
		ps = append(ps, s.fill(m, c, secret))
	}
	return ps, nil
}

// composePlivo2 signs the URL without its query, and the nonce.
func composePlivo2(_ *spec, m Message, c claims, _ []byte) ([]payload, *problem) {
	origin, path, _ := splitURL(m.URL)
	return []payload{{[]byte(origin + path), []byte(c.id)}}, nil
}

// composePlivo3 signs the URL with its query sorted, the sorted values of the
// form, and the nonce.
func composePlivo3(_ *spec, m Message, c claims, _ []byte) ([]payload, *problem) {
	origin, path, query := splitURL(m.URL)
	var q []string
	for _, p := range sortedUnique(pairsOf(strings.TrimPrefix(query, "?"))) {
		q = append(q, p.name+"="+p.value)
	}
	text := origin + path
	var form []pair
	if !strings.EqualFold(m.Method, "GET") {
		form = sortedUnique(pairsOf(string(m.Body)))
	}
	if len(q) > 0 || len(form) > 0 {
		text += "?" + strings.Join(q, "&")
	}
	if len(q) > 0 && len(form) > 0 {
		text += "."
	}
	for _, p := range form {
		text += p.name + p.value
	}
	return []payload{{[]byte(text + "." + c.id)}}, nil
}

const (
	contentfulSigned = "x-contentful-signed-headers"
	contentfulTime   = "x-contentful-timestamp"
)

// composeContentful makes the canonical request: method, path, the headers
// that the sender lists, body.
func composeContentful(_ *spec, m Message, c claims, _ []byte) ([]payload, *problem) {
	if m.Headers.Get(contentfulSigned) == "" {
		return nil, &problem{HeaderMissing, "The header " + contentfulSigned + " is missing: it lists the headers that are signed."}
	}
	_, path, query := splitURL(m.URL)
	if path == "" {
		path = "/"
	}
	if search, _, _ := strings.Cut(strings.TrimPrefix(query, "?"), "?"); search != "" {
		path += "?" + percent(search, "-_.!~*'()")
	}
	head := m.Method + "\n" + percent(path, "-_.!~*'();/?:@&=+$,#") + "\n" + contentfulLines(m, c.stamp) + "\n"
	return []payload{{[]byte(head), m.Body}}, nil
}

func contentfulLines(m Message, stamp string) string {
	names := contentfulNames(m)
	lines := make([]string, len(names))
	for i, name := range names {
		value := strings.TrimSpace(strings.Join(m.Headers.Values(name), ", "))
		switch name {
		case contentfulSigned:
			value = strings.Join(names, ",")
		case contentfulTime:
			value = stamp
		}
		lines[i] = name + ":" + value
	}
	return strings.Join(lines, ";")
}

// contentfulNames are the signed headers that are there, in order.
func contentfulNames(m Message) []string {
	names := []string{contentfulSigned, contentfulTime}
	for name := range strings.SplitSeq(m.Headers.Get(contentfulSigned), ",") {
		if name = strings.ToLower(strings.TrimSpace(name)); len(m.Headers.Values(name)) > 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// percent escapes all but letters, digits and the bytes in keep.
func percent(text, keep string) string {
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		if 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || strings.IndexByte(keep, c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
