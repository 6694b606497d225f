package compare

import (
	"strings"
	"unicode/utf8"
)

// Sides is the bodies of two messages as two columns of aligned lines: JSON
// pretty-printed with two blanks, the right one in the key order of the left
// one; a form as one "name = value" a line; text as it is; other bytes as
// hex around the first difference.
type Sides struct {
	Kind string // as in the body's Section
	Rows []Row  // at most MaxRows; never nil
	// Truncated says that rows are missing at the end.
	Truncated bool
	// Changes are those of the body's Section.
	Changes []Change
	// Count and Note are those of the body's Section.
	Count int
	Note  string
}

// SideBySide lays the bodies side by side. Its changes are those that Compare
// finds with the same options.
func SideBySide(left, right Message, o Options) Sides {
	rec := newRecord(o, compilePatterns(o.Ignore).in(SectionBody))
	sec, rs := compareBody(left, right, rec, true)
	return Sides{
		Kind: sec.Kind, Rows: rs.finish(), Truncated: rs.truncated,
		Changes: sec.Changes, Count: sec.Count, Note: sec.Note,
	}
}

// maxIndent is the deepest level that is still indented further.
const maxIndent = 60

// jsonRows collects rows of two scanned bodies.
func jsonRows(l, r *doc) *rows {
	total := int(l.nodes[0].lines) + int(r.nodes[0].lines)
	return newRows(total, func(right bool, ref lineRef, depth int) string {
		d := l
		if right {
			d = r
		}
		return d.line(ref, depth)
	})
}

// line renders one line of pretty-printed JSON.
func (d *doc) line(ref lineRef, depth int) string {
	n := &d.nodes[ref.ref]
	var b strings.Builder
	for range min(depth, maxIndent) {
		b.WriteString("  ")
	}
	if n.key != noKey && ref.form != formClose {
		b.WriteString(d.src[n.key:n.keyEnd])
		b.WriteString(": ")
	}
	open, shut := "[", "]"
	if n.kind == kindObject {
		open, shut = "{", "}"
	}
	switch {
	case ref.form == formOpen:
		b.WriteString(open)
	case ref.form == formClose:
		b.WriteString(shut)
	case n.kind < kindArray:
		b.WriteString(d.text(ref.ref))
	default:
		b.WriteString(open + shut)
	}
	if ref.comma {
		b.WriteByte(',')
	}
	return b.String()
}

// maxInline bounds the comparing of lines word by word, in pairs of words: of
// two lines, and of all lines shown. Beyond it only the ends that lines have
// in common are told apart.
const (
	maxInlineRow = 1_000_000
	maxInline    = 60_000_000
)

// inline returns the stretches in which two lines differ, in UTF-16 code
// units. It takes what it costs from budget.
func inline(l, r string, budget *int) (lr, rr [][2]int) {
	p := runeStart(l, commonPrefix(l, r))
	q := commonSuffix(l[p:], r[p:])
	for q > 0 && !utf8.RuneStart(l[len(l)-q]) {
		q--
	}
	lm, rm := l[p:len(l)-q], r[p:len(r)-q]
	base := utf16Len(l[:p])
	lt, rt := words(lm), words(rm)
	var ms []match
	if cost := len(lt) * len(rt); cost <= maxInlineRow && cost <= *budget {
		*budget -= cost
		ids := make(map[string]uint64)
		ms = lcs(intern(ids, lt), intern(ids, rt))
	}
	kept := 0
	for _, m := range ms {
		kept += len(lt[m.a])
	}
	if kept*3 < min(len(lm), len(rm)) { // too little in common to be told piece by piece
		ms = nil
	}
	lhit, rhit := make([]bool, len(lt)), make([]bool, len(rt))
	for _, m := range ms {
		lhit[m.a], rhit[m.b] = true, true
	}
	return ranges(lt, lhit, base), ranges(rt, rhit, base)
}

// ranges joins the words that were not hit.
func ranges(words []string, hit []bool, at int) [][2]int {
	var out [][2]int
	for i, w := range words {
		end := at + utf16Len(w)
		if !hit[i] {
			if n := len(out); n > 0 && out[n-1][1] == at {
				out[n-1][1] = end
			} else {
				out = append(out, [2]int{at, end})
			}
		}
		at = end
	}
	return out
}

// words splits a line into runs of letters and digits, runs of blanks and
// single other characters.
func words(s string) []string {
	var out []string
	for s != "" {
		r, n := utf8.DecodeRuneInString(s)
		c := class(r)
		for c != 0 && n < len(s) {
			r, m := utf8.DecodeRuneInString(s[n:])
			if class(r) != c {
				break
			}
			n += m
		}
		out = append(out, s[:n])
		s = s[n:]
	}
	return out
}

func class(r rune) int {
	switch {
	case r == ' ' || r == '\t':
		return 1
	case r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z' || r == '_' || r >= utf8.RuneSelf:
		return 2
	}
	return 0
}

// intern gives equal texts equal tokens.
func intern(ids map[string]uint64, texts []string) []uint64 {
	out := make([]uint64, len(texts))
	for i, t := range texts {
		id, ok := ids[t]
		if !ok {
			id = uint64(len(ids) + 1)
			ids[t] = id
		}
		out[i] = id
	}
	return out
}

// utf16Len is how many UTF-16 code units s takes.
func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}
