package compare

import (
	"strconv"
	"strings"
	"unicode"

	"creel/backend/hook"
)

// step is one part of a path: a member of an object or an element of an
// array, whose index may differ between the sides.
type step struct {
	key   string
	nth   int // which member of that name, from 1
	index bool
	l, r  int // the element's index; -1 on a side that lacks it
}

// renderPath writes steps with the indexes of the right or the left side.
func renderPath(steps []step, right bool) string {
	var b strings.Builder
	for i, s := range steps {
		if !s.index {
			writeKey(&b, s.key, i == 0)
			if s.nth > 1 {
				b.WriteByte('#')
				b.WriteString(strconv.Itoa(s.nth))
			}
			continue
		}
		n := s.l
		if right {
			n = s.r
		}
		b.WriteByte('[')
		b.WriteString(strconv.Itoa(n))
		b.WriteByte(']')
	}
	return b.String()
}

// writeKey appends a member name, quoted when it would be ambiguous bare.
func writeKey(b *strings.Builder, key string, first bool) {
	if !plainKey(key) {
		b.WriteByte('[')
		b.WriteString(strconv.Quote(key))
		b.WriteByte(']')
		return
	}
	if !first {
		b.WriteByte('.')
	}
	b.WriteString(key)
}

// plainKey reports whether a key can stand in a path without quotes.
func plainKey(key string) bool {
	if key == "" {
		return false
	}
	for _, r := range key {
		switch r {
		case '.', '[', ']', '"', '#', '*', '\\', unicode.ReplacementChar:
			return false
		}
		if !unicode.IsGraphic(r) || unicode.IsSpace(r) {
			return false
		}
	}
	return true
}

// part is one part of a pattern.
type part struct {
	name  string // a key; with glob "*" in it stands for any characters
	glob  bool
	index int  // for "[3]"; -1 else
	any   bool // "*": any key or index
	each  bool // "[*]": any index
	deep  bool // "**": any number of parts
}

// pattern is a compiled path of Options.Ignore.
type pattern []part

// patterns are alternatives.
type patterns []pattern

// CheckPattern reports a pattern of Options.Ignore that can match nothing, as
// a hook.Fault of kind Invalid.
func CheckPattern(text string) error {
	p, why := parsePattern(text)
	if why == "" {
		switch p[0].name {
		case SectionLine, SectionHeaders, SectionQuery, SectionBody:
			return nil
		}
		if p[0].any || p[0].deep || p[0].glob {
			return nil
		}
		why = "begin it with line, headers, query or body"
	}
	return hook.Faultf(hook.Invalid, "ignore %q: %s", text, why)
}

func compilePatterns(texts []string) patterns {
	var ps patterns
	for _, t := range texts {
		if p, why := parsePattern(t); why == "" {
			ps = append(ps, p)
		}
	}
	return ps
}

// in returns what the patterns say about the paths inside a section.
func (ps patterns) in(section string) patterns {
	var out patterns
	for _, p := range ps {
		out = p.advance(step{key: section}, out)
	}
	return out
}

// step returns the patterns that remain after one step of a path, appended to
// out. An empty pattern among them covers everything from there on.
func (ps patterns) step(s step, out patterns) patterns {
	for _, p := range ps {
		out = p.advance(s, out)
	}
	return out
}

// advance appends what is left of p after the step s, if s matches.
func (p pattern) advance(s step, out patterns) patterns {
	for len(p) > 0 && p[0].deep {
		out = out.with(p) // "**" takes the step and stays
		p = p[1:]         // or stands for nothing here
	}
	if len(p) > 0 && p[0].matches(s) {
		out = out.with(p[1:])
	}
	return out
}

// with appends p unless it is there: two ways to the same rest of the same
// pattern are one, or "**" would multiply.
func (ps patterns) with(p pattern) patterns {
	for _, q := range ps {
		if len(q) == len(p) && (len(p) == 0 || &q[0] == &p[0]) {
			return ps
		}
	}
	return append(ps, p)
}

// covered reports whether a pattern has come to its end.
func (ps patterns) covered() bool {
	for _, p := range ps {
		rest := p
		for len(rest) > 0 && rest[0].deep {
			rest = rest[1:]
		}
		if len(rest) == 0 {
			return true
		}
	}
	return false
}

// covers reports whether the path of steps is left out.
func (ps patterns) covers(steps ...step) bool {
	for _, s := range steps {
		if ps.covered() {
			return true
		}
		ps = ps.step(s, nil)
	}
	return ps.covered()
}

func (p part) matches(s step) bool {
	switch {
	case p.any:
		return true
	case s.index:
		return p.each || p.index >= 0 && (p.index == s.l || p.index == s.r)
	case p.each || p.index >= 0:
		return false
	case p.glob:
		return globMatch(p.name, s.key)
	}
	return p.name == s.key
}

// globMatch matches s with a text in which "*" stands for any characters.
func globMatch(glob, s string) bool {
	parts := strings.Split(glob, "*")
	last := len(parts) - 1
	if !strings.HasPrefix(s, parts[0]) {
		return false
	}
	s = s[len(parts[0]):]
	for _, p := range parts[1:last] {
		i := strings.Index(s, p)
		if i < 0 {
			return false
		}
		s = s[i+len(p):]
	}
	return strings.HasSuffix(s, parts[last])
}

// parsePattern reads a pattern; why says what is wrong with it, or is "".
func parsePattern(text string) (p pattern, why string) {
	rest := text
	for rest != "" {
		var one part
		if rest[0] == '[' {
			one, rest, why = parseBracket(rest)
		} else {
			if len(p) > 0 {
				if rest[0] != '.' {
					return nil, "put a dot or a bracket between keys"
				}
				rest = rest[1:]
			}
			one, rest, why = parseName(rest)
		}
		if why != "" {
			return nil, why
		}
		p = append(p, one)
	}
	if len(p) == 0 {
		return nil, "it is empty"
	}
	if p[0].name == SectionHeaders {
		for i := range p[1:] {
			p[1+i].name = strings.ToLower(p[1+i].name)
		}
	}
	return p, ""
}

func parseName(rest string) (one part, after, why string) {
	end := strings.IndexAny(rest, ".[")
	if end < 0 {
		end = len(rest)
	}
	name := rest[:end]
	one = part{name: name, index: -1}
	switch {
	case name == "":
		return one, "", "a key is missing (quote an empty one: [\"\"])"
	case name == "*":
		one.any = true
	case name == "**":
		one.deep = true
	default:
		one.glob = strings.Contains(name, "*")
	}
	return one, rest[end:], ""
}

func parseBracket(rest string) (one part, after, why string) {
	one = part{index: -1}
	if strings.HasPrefix(rest, "[*]") {
		one.each = true
		return one, rest[3:], ""
	}
	if strings.HasPrefix(rest, `["`) {
		quoted, err := strconv.QuotedPrefix(rest[1:])
		if err != nil || !strings.HasPrefix(rest[1+len(quoted):], "]") {
			return one, "", "close the quotes and the bracket"
		}
		one.name, _ = strconv.Unquote(quoted)
		return one, rest[2+len(quoted):], ""
	}
	end := strings.IndexByte(rest, ']')
	if end < 0 {
		return one, "", "close the bracket"
	}
	n, err := strconv.ParseUint(rest[1:end], 10, 31)
	if err != nil {
		return one, "", "put a number, * or a quoted key into the brackets"
	}
	one.index = int(n)
	return one, rest[end+1:], ""
}
