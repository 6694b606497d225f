package filter

import (
	"slices"
	"strings"
)

// Mark says what text of a matching request to highlight, and where.
type Mark struct {
	// In is where the text stands: "any" (the request-target, the header lines
	// and the body), "path", "query", "header" and "body" with Key, or the name
	// of another text field.
	In string
	// Key is the name of a header line or of the query, or the path into JSON; ""
	// on body is the body as text.
	Key string
	// Text is to be found ignoring case; "" with Regexp, and where the value as
	// a whole is meant (numbers in JSON, patterns without text).
	Text string
	// Regexp is RE2 source, case kept; else "".
	Regexp string
}

// Marks returns what to highlight in the requests that e means: the text of
// all terms but those under an odd number of negations, each once, in the
// order of the filter. Fields that hold no text have none.
func Marks(e *Expr) []Mark {
	ms := []Mark{}
	if e == nil || e.Root == nil {
		return ms
	}
	collect(e.Root, true, func(m Mark) {
		if !slices.Contains(ms, m) {
			ms = append(ms, m)
		}
	})
	return ms
}

func collect(n Node, wanted bool, add func(Mark)) {
	switch n := n.(type) {
	case And:
		for _, t := range n.Terms {
			collect(t, wanted, add)
		}
	case Or:
		for _, t := range n.Terms {
			collect(t, wanted, add)
		}
	case Not:
		collect(n.Term, !wanted, add)
	case Word:
		if wanted {
			add(Mark{In: "any", Text: n.Text})
		}
	case Field:
		if wanted {
			n.marks(add)
		}
	}
}

func (f Field) marks(add func(Mark)) {
	m := Mark{In: f.Name, Key: f.Key}
	switch f.Name {
	case "status", "size", "seq", "sig", "attempt", "age", "after", "before", "is", "has":
		return
	}
	switch f.Op {
	case Regexp:
		m.Regexp = f.Value
		add(m)
	case Glob:
		found := false
		for part := range strings.SplitSeq(f.Value, "*") {
			if m.Text = part; part != "" {
				add(m)
				found = true
			}
		}
		if !found && f.Key != "" {
			m.Text = ""
			add(m)
		}
	case Equal, Contains, Prefix:
		if m.Text = f.Value; f.Value != "" {
			add(m)
		}
	default: // numbers in JSON
		add(m)
	}
}
