// Package compare says what differs between two messages: line, headers,
// query and body, by structure where there is one. It is pure: no I/O, no
// state, no clock; the same two messages always give the same answer, and
// comparing them the other way round gives as many changes.
//
// Every part is bounded. Time is close to linear in the size of the bodies
// whatever they hold: aligning sequences works within a budget and settles
// for a coarser (never a wrong) answer when it is used up.
package compare

import (
	"creel/backend/hook"
)

// Message is one side of a comparison.
type Message struct {
	// Line is the start line, "POST /a?x=1 HTTP/1.1" or "HTTP/1.1 200 OK"; ""
	// when there is none (a file, a pasted text).
	Line string
	// Query is the raw query. When it is "" the one in Line is used.
	Query   string
	Headers hook.Headers
	// ContentType is a hint only: a body that parses as JSON is JSON.
	ContentType string
	// Body is compared as it is: the caller undoes Content-Encoding first.
	Body []byte
}

// Op is what happened to a value on the way from left to right.
type Op string

// The operations.
const (
	Add     Op = "add"     // only right has it
	Remove  Op = "remove"  // only left has it
	Replace Op = "replace" // both have it, with different values
	Move    Op = "move"    // an array element, or lines of a list, at another place
)

// The names of sections, in their order.
const (
	SectionLine    = "line"
	SectionHeaders = "headers"
	SectionQuery   = "query"
	SectionBody    = "body"
)

// The kinds of section. The first three are the kinds of the sections of the
// same name, the others are kinds of body.
const (
	KindLine    = "line"
	KindHeaders = "headers"
	KindQuery   = "query"
	KindJSON    = "json"
	KindForm    = "form"
	KindText    = "text"
	KindBytes   = "bytes"
	KindEmpty   = "empty" // neither side has one
)

// Change is one difference.
type Change struct {
	Op Op
	// Path is where, inside the section: "data.items[3].amount", "date",
	// "set-cookie[1]", "status", "lines 3-5", "byte 17"; "" is all of it.
	// Indexes count from 0 on the left, for Add on the right. A key with odd
	// characters is quoted (data["a.b"]); the second member of the same name
	// in one object is data.a#2.
	Path string
	// To is the path on the right where it is not Path: other indexes, or
	// where a moved element went. "" when it is the same, or there is none.
	To string
	// Left and Right are the values as text, digits and escapes as in the
	// source, blanks between JSON tokens left out; nil on the side that has
	// none. Long ones are cut to MaxText bytes, around the first difference,
	// and "…" marks each cut.
	Left, Right *string
	// Faint marks what differs in order, case or spelling only. It does not
	// count as a difference.
	Faint bool
	// LeftLine and RightLine are the lines, from 1, in the text that
	// SideBySide shows; 0 when there is none.
	LeftLine, RightLine int
}

// Section is the comparison of one part of the messages.
type Section struct {
	Name    string   // "line", "headers", "query" or "body"
	Kind    string   // one of the kinds
	Changes []Change // in the order of the left side; never nil
	// Count is how many changes are not faint. It is more than Changes holds
	// when Truncated.
	Count     int
	Truncated bool // there are more changes than Options.MaxChanges
	// LeftBytes and RightBytes are the sizes of the section as given.
	LeftBytes, RightBytes int
	// Note is a sentence about how it was compared, or what differs without
	// being a change (spacing, key order); "" when there is nothing to say.
	Note string
}

// Result is a whole comparison.
type Result struct {
	Same     bool      // Count is 0
	Sections []Section // line, headers and query only when a side has one; body always
	Count    int       // changes that are not faint, in all sections
}

// MaxText is the longest value text in a Change or a Row, in bytes.
const MaxText = 4 << 10

// DefaultMaxChanges is the MaxChanges of zero Options.
const DefaultMaxChanges = 10_000

// maxSectionText bounds the text that all changes of a section carry
// together, so that ten thousand long values stay a few MB.
const maxSectionText = 8 << 20

// Options say what to leave out and how much to return. The zero value
// leaves out nothing.
type Options struct {
	// Ignore lists patterns of paths to leave out, each with its section in
	// front: "headers.date", "query.ts", "line.version",
	// "body.data.items[*].updated_at", `body["a.b"].c`. A pattern covers all
	// that lies under it. In it "*" stands for any characters of one key or
	// for one whole key or index, "[*]" for any index and "**" for any number
	// of keys and indexes. Header names ignore case. A pattern that makes no
	// sense matches nothing; CheckPattern says why. An index in a pattern
	// counts on either side.
	Ignore []string
	// MaxChanges is how many changes a section returns; 0 is
	// DefaultMaxChanges. More are counted but not returned.
	MaxChanges int
}

// Compare compares left with right.
func Compare(left, right Message, o Options) Result {
	pats := compilePatterns(o.Ignore)
	var secs []Section
	l, r := splitLine(left), splitLine(right)
	if left.Line != "" || right.Line != "" {
		secs = append(secs, compareLine(l, r, newRecord(o, pats.in(SectionLine))))
	}
	if len(left.Headers) > 0 || len(right.Headers) > 0 {
		secs = append(secs, compareHeaders(left.Headers, right.Headers, newRecord(o, pats.in(SectionHeaders))))
	}
	if l.query != "" || r.query != "" {
		rec := newRecord(o, pats.in(SectionQuery))
		secs = append(secs, compareQuery(l.query, r.query, rec))
	}
	body, _ := compareBody(left, right, newRecord(o, pats.in(SectionBody)), false)
	secs = append(secs, body)

	res := Result{Sections: secs}
	for _, s := range secs {
		res.Count += s.Count
	}
	res.Same = res.Count == 0
	return res
}

// record gathers the changes of one section within its bounds.
type record struct {
	ignore    patterns
	max       int
	text      int // bytes of text still to spend
	changes   []Change
	count     int
	truncated bool
}

func newRecord(o Options, ignore patterns) *record {
	n := o.MaxChanges
	if n <= 0 {
		n = DefaultMaxChanges
	}
	return &record{ignore: ignore, max: n, text: maxSectionText}
}

// room counts a change and says whether it is to be kept too.
func (c *record) room(faint bool) bool {
	if !faint {
		c.count++
	}
	if len(c.changes) >= c.max || c.text <= 0 {
		c.truncated = true
		return false
	}
	return true
}

// keep stores a change that there is room for and returns its index.
func (c *record) keep(ch Change) int {
	c.text -= len(ch.Path) + len(ch.To)
	if ch.Left != nil {
		c.text -= len(*ch.Left)
	}
	if ch.Right != nil {
		c.text -= len(*ch.Right)
	}
	c.changes = append(c.changes, ch)
	return len(c.changes) - 1
}

// add counts and stores ch with its texts cut; it returns its index, or -1
// when it was only counted.
func (c *record) add(ch Change) int {
	if !c.room(ch.Faint) {
		return -1
	}
	switch {
	case ch.Left != nil && ch.Right != nil:
		l, r := clipPair(*ch.Left, *ch.Right)
		ch.Left, ch.Right = &l, &r
	case ch.Left != nil:
		ch.Left = new(clip(*ch.Left))
	case ch.Right != nil:
		ch.Right = new(clip(*ch.Right))
	}
	return c.keep(ch)
}

// section closes the record.
func (c *record) section(name, kind string, leftBytes, rightBytes int) Section {
	chs := c.changes
	if chs == nil {
		chs = []Change{}
	}
	return Section{
		Name: name, Kind: kind, Changes: chs, Count: c.count, Truncated: c.truncated,
		LeftBytes: leftBytes, RightBytes: rightBytes,
	}
}
