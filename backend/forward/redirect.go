package forward

import (
	"net/url"
	"strings"

	"creel/backend/hook"
)

// maxRedirects is how many a target may ask to be followed.
const maxRedirects = 3

// follow makes the message that the answer of a asks for, nil when it asks for
// none or the target is not to be followed any further. a's hops grow by it.
//
// 307 and 308 keep method and body. After 301, 302 and 303 a GET without a
// body is sent, as browsers do (HEAD stays HEAD).
func (m message) follow(a hook.Attempt, t *hook.Target) (*message, *hook.AttemptError) {
	if t == nil || a.Err != nil || len(a.Hops) >= min(t.Connection.Redirects, maxRedirects) {
		return nil, nil
	}
	switch a.Status {
	case 301, 302, 303, 307, 308:
	default:
		return nil, nil
	}
	_, headers := hook.ParseHead(a.AnswerHead)
	location := headers.Get("Location")
	if location == "" {
		return nil, nil
	}
	next, err := m.leadTo(location, a.Status, t)
	if err != nil {
		return nil, failed(hook.ErrBlocked, "refused to follow the redirect to %q: %v", clip(printable([]byte(location))), err)
	}
	return next, nil
}

// leadTo is m sent to where location points from m's URL.
func (m message) leadTo(location string, status int, t *hook.Target) (*message, error) {
	base, err := url.Parse(m.url)
	if err != nil {
		return nil, badURL("the URL it came from cannot be read")
	}
	to, err := base.Parse(location)
	if err != nil {
		return nil, badURL("it is no URL")
	}
	to.Fragment = ""
	next := m
	next.url = to.String()
	if next.place, err = parsePlace(next.url); err != nil {
		return nil, err
	}
	if status < 307 {
		next.body, next.drafted = nil, true
		if !strings.EqualFold(m.method, "HEAD") {
			next.method = "GET"
		}
	}
	next.lines = m.linesFor(next, t)
	next.serialise()
	return &next, nil
}

// linesFor are m's header lines as they may go to next. To another host, port
// or scheme no credentials go: neither the request's own nor what the target's
// rules set.
func (m message) linesFor(next message, t *hook.Target) []line {
	away := !strings.EqualFold(m.place.host, next.place.host) || m.place.port != next.place.port || m.place.secure && !next.place.secure
	out := make([]line, 0, len(m.lines))
	for _, l := range m.lines {
		lower := strings.ToLower(l.name)
		switch {
		case lower == "host" && away:
			out = append(out, newLine(l.name, next.place.authority))
		case away && isCredential(lower, t):
		case len(next.body) == 0 && len(m.body) > 0 && (lower == "content-length" || lower == "content-type" || lower == "content-encoding"):
		case lower == "content-length" && next.method != m.method:
		default:
			out = append(out, l)
		}
	}
	return out
}

// isCredential knows the headers, in lower case, that let in whoever has them.
func isCredential(lower string, t *hook.Target) bool {
	switch lower {
	case "authorization", "cookie", "cookie2", "www-authenticate", "x-api-key", "api-key", "x-auth-token":
		return true
	}
	for _, r := range t.HeaderRules {
		if r.Op == "set" && strings.EqualFold(r.Name, lower) {
			return true
		}
	}
	return false
}
