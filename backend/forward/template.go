package forward

import (
	"strconv"
	"strings"

	"creel/backend/hook"
)

// fillTemplate is the URL of a target with hook.PathTemplate: the origin of its
// URL and its Path, in which these stand for parts of the request:
//
//	{endpoint}      the endpoint's slug
//	{path}          what followed the slug, without the first slash
//	{1}, {2}, …     its first, second … segment, "" when there is none
//	{query.name}    the first value of that query parameter, "" when it is missing
//
// The request's query is appended unless DropQuery. Values keep their
// percent-encodings; one with ".." in it is refused as hook.Invalid.
func fillTemplate(t hook.Target, base place, slug, path, query string) (string, error) {
	parts, err := splitTemplate(t.Path)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, p := range parts {
		value := p.text
		switch {
		case !p.name:
		case p.text == "endpoint":
			value = escape(slug, mustEscape)
		case p.text == "path":
			value = escape(strings.TrimPrefix(path, "/"), mustEscape)
		case strings.HasPrefix(p.text, "query."):
			value = queryValue(query, p.text[len("query."):])
		default:
			value = segment(path, p.text)
		}
		if p.name && climbs("/"+value) {
			return "", badURL("send to %s: {%s} is %q, which climbs with \"..\"", t.URL, p.text, clip(value))
		}
		b.WriteString(value)
	}
	filled := b.String()
	if !strings.HasPrefix(filled, "/") {
		filled = "/" + filled
	}
	if query = escape(query, mustEscape); query != "" && !t.DropQuery {
		glue := "?"
		if strings.Contains(filled, "?") {
			glue = "&"
		}
		filled += glue + query
	}
	return base.origin + filled, nil
}

// segment is the nth segment of path, which begins with a slash.
func segment(path, nth string) string {
	n, err := strconv.Atoi(nth)
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if err != nil || n < 1 || n > len(segments) {
		return ""
	}
	return escape(segments[n-1], mustEscape)
}

// queryValue is the first value of that name, as it was sent but for what
// could end a path segment.
func queryValue(query, name string) string {
	for pair := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(pair, "=")
		if key == name {
			return escape(value, func(c byte) bool { return mustEscape(c) || c == '/' || c == '?' || c == '\\' })
		}
	}
	return ""
}

// piece is a part of a template: text as it is, or the name of a value.
type piece struct {
	text string
	name bool
}

// splitTemplate reads the path template of a target.
func splitTemplate(template string) ([]piece, error) {
	var out []piece
	for rest := template; rest != ""; {
		before, after, open := strings.Cut(rest, "{")
		if strings.Contains(before, "}") {
			return nil, badTemplate("%q has a } without its {", clip(template))
		}
		out = append(out, piece{text: before})
		if !open {
			break
		}
		name, tail, closed := strings.Cut(after, "}")
		n, err := strconv.Atoi(name)
		switch {
		case !closed:
			return nil, badTemplate("%q has a { without its }", clip(template))
		case name == "endpoint", name == "path", strings.HasPrefix(name, "query.") && len(name) > len("query."):
		case err != nil || n < 1 || n > 99:
			return nil, badTemplate("{%s} stands for nothing: use {endpoint}, {path}, {1} to {99} or {query.name}", clip(name))
		}
		out = append(out, piece{name, true})
		rest = tail
	}
	for _, p := range out {
		if !p.name && escape(p.text, mustEscape) != p.text {
			return nil, badTemplate("%q has a blank or another character in it that no path has; write it as %%20", clip(p.text))
		}
	}
	return out, nil
}

// CheckPath refuses, as hook.Invalid, a path template that cannot be filled.
func CheckPath(template string) error {
	if !strings.HasPrefix(template, "/") {
		return badTemplate("a path begins with /, as in /hooks/{path}")
	}
	_, err := splitTemplate(template)
	return err
}

func badTemplate(format string, args ...any) error {
	f := hook.Faultf(hook.Invalid, format, args...)
	f.Field = "path"
	return f
}
