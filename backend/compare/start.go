package compare

import (
	"net/url"
	"strings"
)

// startLine is a start line in its parts.
type startLine struct {
	raw    string
	answer bool
	// parts in the order they are compared: method, path, version, or
	// version, status, reason
	parts [3]string
	query string
}

func lineNames(answer bool) [3]string {
	if answer {
		return [3]string{"version", "status", "reason"}
	}
	return [3]string{"method", "path", "version"}
}

// splitLine takes a message's start line and query apart.
func splitLine(m Message) startLine {
	s := startLine{raw: m.Line, query: strings.TrimPrefix(m.Query, "?")}
	first, rest, _ := strings.Cut(m.Line, " ")
	if strings.HasPrefix(first, "HTTP/") {
		s.answer = true
		status, reason, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
		s.parts = [3]string{first, status, strings.TrimSpace(reason)}
		return s
	}
	target, version := rest, ""
	if i := strings.LastIndexByte(rest, ' '); i >= 0 {
		target, version = rest[:i], rest[i+1:]
	}
	path, query, _ := strings.Cut(target, "?")
	if s.query == "" {
		s.query = query
	}
	s.parts = [3]string{first, path, version}
	return s
}

// compareLine compares part by part. The reason is only a rendering of the
// status, so it is faint, and left out when the status differs; a path that
// differs in its percent-encoding only is faint too.
func compareLine(l, r startLine, rec *record) Section {
	switch {
	case rec.ignore.covered():
	case l.raw == "" && r.raw == "":
	case l.raw == "":
		rec.add(Change{Op: Add, Right: &r.raw})
	case r.raw == "":
		rec.add(Change{Op: Remove, Left: &l.raw})
	case l.answer != r.answer:
		rec.add(Change{Op: Replace, Left: &l.raw, Right: &r.raw})
	default:
		lineParts(l, r, rec)
	}
	return rec.section(SectionLine, KindLine, len(l.raw), len(r.raw))
}

func lineParts(l, r startLine, rec *record) {
	for i, name := range lineNames(l.answer) {
		a, b := l.parts[i], r.parts[i]
		if a == b || rec.ignore.covers(step{key: name}) {
			continue
		}
		ch := Change{Op: Replace, Path: name, Left: &a, Right: &b}
		switch name {
		case "reason":
			if l.parts[1] != r.parts[1] {
				continue
			}
			ch.Faint = true
		case "path":
			ch.Faint = samePath(a, b)
		}
		rec.add(ch)
	}
}

// samePath reports whether two paths name the same once percent-decoded. A
// decoded slash is not a slash.
func samePath(a, b string) bool {
	keep := strings.NewReplacer("%2F", "%252F", "%2f", "%252F")
	x, errX := url.PathUnescape(keep.Replace(a))
	y, errY := url.PathUnescape(keep.Replace(b))
	return errX == nil && errY == nil && x == y
}
