package forward

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"creel/backend/hook"
)

// Roads works out where requests go. It has no state; it exists so that the
// desk can ask for these functions through an interface of its own.
type Roads struct{}

// URLFor is the function URLFor.
func (Roads) URLFor(t hook.Target, slug, requestTarget string) (string, error) {
	return URLFor(t, slug, requestTarget)
}

// Clean is NormalizeURL followed by CheckURL.
func (Roads) Clean(url string) (string, error) {
	u := NormalizeURL(url)
	return u, CheckURL(u)
}

// CheckRule is the function CheckRule.
func (Roads) CheckRule(r hook.HeaderRule) error { return CheckRule(r) }

// CheckTarget is CheckPath (with hook.PathTemplate), CheckPolicy and
// CheckConnection.
func (Roads) CheckTarget(t hook.Target) error {
	if t.PathMode == hook.PathTemplate {
		if err := CheckPath(t.Path); err != nil {
			return err
		}
	}
	if err := CheckPolicy(t.Policy); err != nil {
		return err
	}
	return CheckConnection(t.Connection)
}

// Attempts is the function Attempts.
func (Roads) Attempts(p hook.Policy) int { return Attempts(p) }

// Tried is how many attempts of d its schedule counts.
func (Roads) Tried(d hook.Delivery) int { return tries(d) }

// NormalizeURL turns what a person typed into a URL that CheckURL can judge:
// blanks around it are dropped, a missing "http://" is added ("localhost:3000/x",
// ":3000/x"), and blanks and letters outside ASCII after the host are
// percent-encoded as browsers do. It changes nothing else; doing it twice is
// doing it once.
func NormalizeURL(typed string) string {
	u := strings.TrimSpace(typed)
	if u == "" {
		return ""
	}
	switch scheme, _, ok := strings.Cut(u, "://"); {
	case ok && isScheme(scheme):
	case strings.HasPrefix(u, "//"):
		u = "http:" + u
	case strings.HasPrefix(u, ":") && len(u) > 1 && isDigit(u[1]):
		u = "http://localhost" + u
	default:
		u = "http://" + u
	}
	at := strings.Index(u, "://") + 3
	end := strings.IndexAny(u[at:], "/?#")
	if end < 0 {
		return u
	}
	return u[:at+end] + escape(u[at+end:], func(c byte) bool { return c == ' ' || c >= 0x80 })
}

// CheckURL refuses what Creel cannot send to, as a hook.Invalid fault with
// Field "url" and a sentence that says what to write instead. A URL is
// absolute, http or https (in any case), with a host, and has no user name,
// blanks or control characters.
func CheckURL(url string) error {
	if _, err := parsePlace(url); err != nil {
		return err
	}
	return nil
}

// URLFor is the URL that a request caught for the endpoint slug is sent to.
// With hook.PathExact it is the target's URL, with hook.PathTemplate what
// fillTemplate says. Otherwise what followed the slug
// in the request-target is appended, its percent-encodings kept byte for byte,
// and the queries of both are joined with "&"; a request-target that does not
// begin with the slug (the inbox catches any path) is appended whole.
//
// What cannot stand in a URL (blanks, controls, "#", bytes that are not UTF-8)
// is percent-encoded. A path whose ".." would leave the path of the target's
// URL is refused as hook.Invalid: the sender must not choose another part of
// the target's site than the person did.
func URLFor(t hook.Target, endpointSlug, requestTarget string) (string, error) {
	base, err := parsePlace(t.URL)
	if err != nil {
		return "", err
	}
	if t.PathMode == hook.PathExact {
		return t.URL, nil
	}
	rest := afterSlug(pathOf(requestTarget), endpointSlug)
	path, query, asked := strings.Cut(rest, "?")
	if t.PathMode == hook.PathTemplate {
		return fillTemplate(t, base, endpointSlug, path, query)
	}
	if t.DropQuery {
		query, asked = "", false
	}
	basePath, baseQuery, baseAsked := strings.Cut(base.target, "?")
	if basePath != "/" && climbs(path) {
		return "", badURL("send to %s: the path %q climbs out of the target's path with \"..\"; give the target a URL without a path if that is wanted", t.URL, clip(path))
	}
	joined := basePath
	if path != "" {
		joined = strings.TrimSuffix(basePath, "/") + escape(path, mustEscape)
	}
	query = escape(query, mustEscape)
	switch {
	case baseQuery != "" && query != "":
		joined += "?" + baseQuery + "&" + query
	case baseQuery != "":
		joined += "?" + baseQuery
	case asked || baseAsked:
		joined += "?" + query
	}
	return base.origin + joined, nil
}

// pathOf reduces a request-target to path and query: the absolute form loses
// scheme and authority, "*" is nothing.
func pathOf(requestTarget string) string {
	p := requestTarget
	if scheme, rest, ok := strings.Cut(p, "://"); ok && isScheme(scheme) {
		p = ""
		if i := strings.IndexAny(rest, "/?"); i >= 0 {
			p = rest[i:]
		}
	}
	switch {
	case p == "*" || p == "":
		return ""
	case p[0] == '/' || p[0] == '?':
		return p
	}
	return "/" + p
}

// afterSlug drops the first segment of path when it is slug, byte for byte: the
// desk picks endpoints the same way.
func afterSlug(path, slug string) string {
	rest, ok := strings.CutPrefix(path, "/"+slug)
	if !ok || slug == "" {
		return path
	}
	if rest == "" || rest[0] == '/' || rest[0] == '?' {
		return rest
	}
	return path
}

// climbs reports whether the dot segments of path lead above where it starts,
// in any spelling that some server resolves.
func climbs(path string) bool {
	depth := 0
	p := strings.NewReplacer("%2e", ".", "%2E", ".", "%2f", "/", "%2F", "/", "%5c", "/", "%5C", "/", `\`, "/").Replace(path)
	for seg := range strings.SplitSeq(strings.TrimPrefix(p, "/"), "/") {
		switch name, _, _ := strings.Cut(seg, ";"); name {
		case "..":
			if depth--; depth < 0 {
				return true
			}
		case ".", "": // an empty segment is dropped by servers that clean paths
		default:
			depth++
		}
	}
	return false
}

// place is a URL taken apart as far as sending needs it.
type place struct {
	secure    bool
	host      string // name or address, without brackets
	port      string // never empty
	authority string // for the Host line: as typed, without a default port
	target    string // path and query as typed, at least "/"
	origin    string // scheme and authority as typed, without a slash
}

// address is the host:port to connect to.
func (p place) address() string {
	if strings.Contains(p.host, ":") {
		return "[" + p.host + "]:" + p.port
	}
	return p.host + ":" + p.port
}

func parsePlace(url string) (place, error) {
	for i := range len(url) {
		switch c := url[i]; {
		case c == ' ':
			return place{}, badURL("the URL has a blank in it; write it as %%20")
		case c < ' ' || c == 0x7f:
			return place{}, badURL("the URL has a control character in it, at byte %d", i+1)
		}
	}
	scheme, rest, ok := strings.Cut(url, "://")
	if url == "" || !ok {
		return place{}, badURL("%q is no URL to send to; write it as http://host:port/path", clip(url))
	}
	p := place{port: "80"}
	switch strings.ToLower(scheme) {
	case "http":
	case "https":
		p.secure, p.port = true, "443"
	default:
		return place{}, badURL("creel sends to http and https only, not to %q", clip(scheme))
	}
	rest, _, _ = strings.Cut(rest, "#")
	authority := rest
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		authority, p.target = rest[:i], rest[i:]
	}
	if !strings.HasPrefix(p.target, "/") {
		p.target = "/" + p.target
	}
	p.origin = scheme + "://" + authority
	return p, p.readAuthority(authority)
}

func (p *place) readAuthority(authority string) error {
	if strings.Contains(authority, "@") {
		return badURL("the URL carries a user name or password; set an Authorization header instead")
	}
	var host, port string
	var colon bool
	if strings.HasPrefix(authority, "[") {
		end := strings.IndexByte(authority, ']')
		if end < 0 {
			return badURL("the address %q lacks its closing bracket", clip(authority))
		}
		ip, err := netip.ParseAddr(authority[1:end])
		if err != nil || ip.Is4() || ip.Zone() != "" {
			return badURL("%q is no IPv6 address to send to", clip(authority[1:end]))
		}
		host = authority[1:end]
		if port, colon = strings.CutPrefix(authority[end+1:], ":"); !colon && port != "" {
			return badURL("what follows the address in %q is no port", clip(authority))
		}
	} else {
		host, port, colon = strings.Cut(authority, ":")
		if err := checkHost(host); err != nil {
			return err
		}
	}
	p.host = host
	if colon && port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 || !isDigit(port[0]) {
			return badURL("%q is no port; ports are 1 to 65535", clip(port))
		}
		if text := strconv.FormatUint(n, 10); text == p.port {
			colon = false
		} else {
			p.port = text
		}
	}
	p.authority = authority
	if !colon || port == "" {
		p.authority = authority[:len(authority)-len(port)]
		p.authority = strings.TrimSuffix(p.authority, ":")
	}
	return nil
}

func checkHost(host string) error {
	if host == "" {
		return badURL("the URL names no host; write it as http://host:port/path")
	}
	if len(host) > 253 {
		return badURL("the host name is longer than 253 bytes")
	}
	for i := range len(host) {
		c := host[i]
		switch {
		case c >= 0x80:
			return badURL("the host %q has letters outside ASCII; write its xn-- form", clip(host))
		case isAlpha(c), isDigit(c), c == '-', c == '.', c == '_', c == '~':
		default:
			return badURL("the host %q has a %q in it", clip(host), string(rune(c)))
		}
	}
	return nil
}

// badURL makes the fault for a URL that cannot be sent to.
func badURL(format string, args ...any) error {
	f := hook.Faultf(hook.Invalid, format, args...)
	f.Field = "url"
	return f
}

// clip shortens text for a sentence.
func clip(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// mustEscape picks the ASCII bytes that cannot stand in a path or query.
func mustEscape(c byte) bool { return c <= ' ' || c == 0x7f || c == '#' }

// escape percent-encodes the bytes that pick chooses, and those that are not
// UTF-8: a URL is kept and shown as text.
func escape(s string, pick func(byte) bool) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); {
		_, n := utf8.DecodeRuneInString(s[i:])
		broken := n == 1 && s[i] >= utf8.RuneSelf
		for _, c := range []byte(s[i : i+n]) {
			if broken || pick(c) {
				b.Write([]byte{'%', hex[c>>4], hex[c&15]})
			} else {
				b.WriteByte(c)
			}
		}
		i += n
	}
	return b.String()
}

func isAlpha(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isScheme(s string) bool {
	if s == "" || !isAlpha(s[0]) {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isAlpha(c) && !isDigit(c) && c != '+' && c != '-' && c != '.' {
			return false
		}
	}
	return true
}
