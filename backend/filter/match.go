package filter

import (
	"net/url"
	"slices"
	"strings"

	"creel/backend/hook"
)

// NeedsRaw reports whether Match may ask for the bytes of a request.
func (e *Expr) NeedsRaw() bool { return e != nil && e.Root != nil && needsRaw(e.Root) }

func needsRaw(n Node) bool {
	switch n := n.(type) {
	case And:
		return slices.ContainsFunc(n.Terms, needsRaw)
	case Or:
		return slices.ContainsFunc(n.Terms, needsRaw)
	case Not:
		return needsRaw(n.Term)
	case Word:
		return true
	case Field:
		return n.Name == "header" || n.Name == "body"
	}
	return false
}

// Match reports whether the request is meant. raw is called at most once, and
// only when the row alone does not decide; nil stands for no bytes.
func (e *Expr) Match(row hook.Row, raw func() hook.Raw) bool {
	if e == nil || e.Root == nil {
		return true
	}
	return (&subject{row: &row, fetch: raw}).holds(e.Root)
}

// subject is the request that an expression is held against.
type subject struct {
	row   *hook.Row
	fetch func() hook.Raw
	got   bool
	lines string // header lines as sent
	body  string
}

func (s *subject) raw() {
	if s.got || s.fetch == nil {
		return
	}
	s.got = true
	raw := s.fetch()
	_, s.lines, _ = strings.Cut(string(raw.Head), "\n")
	s.body = string(raw.Body)
}

func (s *subject) holds(n Node) bool {
	switch n := n.(type) {
	case And:
		return !s.some(n.Terms, false)
	case Or:
		return s.some(n.Terms, true)
	case Not:
		return !s.holds(n.Term)
	case Word:
		return s.word(n)
	case Field:
		return s.field(n)
	}
	return false
}

// some reports whether a term comes out as want, asking first those that need
// no bytes.
func (s *subject) some(terms []Node, want bool) bool {
	for _, bytes := range []bool{false, true} {
		for _, t := range terms {
			if needsRaw(t) == bytes && s.holds(t) == want {
				return true
			}
		}
	}
	return false
}

func (s *subject) word(w Word) bool {
	n := w.look
	if n == nil {
		n = newNeedle(w.Text)
	}
	if n.in(s.row.Target) {
		return true
	}
	s.raw()
	return n.in(s.lines) || n.in(s.body)
}

func (s *subject) field(f Field) bool {
	switch f.Name {
	case "method":
		return f.holds(s.row.Method)
	case "path":
		return f.holds(PathOf(s.row.Target))
	case "endpoint":
		return f.holds(s.row.Endpoint)
	case "provider":
		return f.holds(s.row.Provider)
	case "event":
		return f.holds(s.row.Event)
	case "note":
		return f.holds(s.row.Note)
	case "tag":
		if f.Op == Equal && f.Value == "" {
			return len(s.row.Tags) == 0
		}
		return f.any(s.row.Tags)
	case "status":
		return f.within(int64(s.row.Status))
	case "size":
		return f.within(s.row.BodyBytes)
	case "seq":
		return f.within(s.row.Seq)
	case "after", "before":
		at := s.row.ReceivedAt.UTC().Format(TimeLayout)
		return (at >= f.Value) == (f.Op == AtLeast)
	case "query":
		return f.any(QueryValues(s.row.Target, f.Key))
	case "header":
		s.raw()
		return f.any(HeaderValues(s.lines, f.Key))
	case "body":
		s.raw()
		return f.holds(s.body)
	}
	return s.flag(f)
}

func (s *subject) flag(f Field) bool {
	r := s.row
	switch f.Name + ":" + f.Value {
	case "is:pinned":
		return r.Pinned
	case "is:unread":
		return !r.Read
	case "is:cut":
		return r.State == hook.Cut
	case "is:refused":
		return r.State == hook.Refused
	case "is:forwarded":
		return r.Waiting+r.Delivered+r.Failed > 0
	case "is:failed":
		return r.Failed > 0
	case "has:note":
		return r.Note != ""
	case "has:tag":
		return len(r.Tags) > 0
	case "has:attempt":
		return r.Last != nil
	}
	return false
}

func (f Field) any(values []string) bool { return slices.ContainsFunc(values, f.holds) }

// holds compares a text value.
func (f Field) holds(v string) bool {
	p := f.ready()
	switch f.Op {
	case Equal:
		return foldPrefix(v, p.parts[0]) == len(v)
	case Prefix:
		return foldPrefix(v, p.parts[0]) >= 0
	case Contains:
		return p.look.in(v)
	case Glob:
		return globFold(v, p.parts)
	case Regexp:
		return p.re != nil && p.re.MatchString(v)
	}
	return false
}

// within compares a number.
func (f Field) within(v int64) bool {
	p := f.ready()
	switch f.Op {
	case Equal:
		return v == p.lo
	case Greater:
		return v > p.lo
	case AtLeast:
		return v >= p.lo
	case Less:
		return v < p.lo
	case AtMost:
		return v <= p.lo
	case Range:
		return p.lo <= v && v <= p.hi
	}
	return false
}

// PathOf returns what the field path is held against: the target before "?".
func PathOf(target string) string {
	path, _, _ := strings.Cut(target, "?")
	return path
}

// QueryValues returns the values of a query name, ignoring case, in the order
// of the target, decoded where they can be.
func QueryValues(target, name string) []string {
	_, query, _ := strings.Cut(target, "?")
	var vs []string
	for pair := range strings.SplitSeq(query, "&") {
		k, v, _ := strings.Cut(pair, "=")
		if pair != "" && strings.EqualFold(unescape(k), name) {
			vs = append(vs, unescape(v))
		}
	}
	return vs
}

func unescape(s string) string {
	if t, err := url.QueryUnescape(s); err == nil {
		return t
	}
	return s
}

// HeaderValues returns the values of the header lines of that name, ignoring
// case, in wire order and without blanks around them. lines is the head of a
// request without the request line.
func HeaderValues(lines, name string) []string {
	var vs []string
	for line := range strings.Lines(lines) {
		if len(line) > len(name) && line[len(name)] == ':' && strings.EqualFold(line[:len(name)], name) {
			vs = append(vs, strings.Trim(line[len(name)+1:], " \t\r\n"))
		}
	}
	return vs
}
