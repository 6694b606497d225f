package filter

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// shape says what values a field takes.
type shape int

const (
	whole  shape = iota // text, the whole value
	within              // text, anywhere in the value
	pathly              // text, anywhere or anchored by "/"
	scalar              // a value in JSON: a number by value, else text, the whole
	number
	amount
	moment
	span
	flag
	oneOf
	outcome
)

type field struct {
	name  string
	keyed bool // wants .NAME
	shape shape
	flags []string // what flag and oneOf take
}

// known lists the fields in the order that messages name them.
func known() []field {
	return []field{
		{name: "method"}, {name: "path", shape: pathly},
		{name: "query", keyed: true}, {name: "header", keyed: true, shape: within},
		{name: "body", shape: within}, {name: "endpoint"}, {name: "provider"}, {name: "event"},
		{name: "size", shape: amount}, {name: "status", shape: number}, {name: "seq", shape: number},
		{name: "sig", shape: oneOf, flags: []string{"none", "valid", "invalid"}},
		{name: "target", shape: within}, {name: "attempt", shape: outcome},
		{name: "age", shape: span}, {name: "after", shape: moment}, {name: "before", shape: moment},
		{name: "tag"}, {name: "note", shape: within},
		{name: "is", shape: flag, flags: []string{"pinned", "unread", "cut", "refused", "replayed", "forwarded", "failed", "dead"}},
		{name: "has", shape: flag, flags: []string{"note", "tag", "attempt"}},
	}
}

// wordOrField reads a term that begins with a plain character.
func (p *parser) wordOrField() (Node, error) {
	at := p.pos
	word := p.bare()
	if len(word) > 5 && strings.EqualFold(word[:4], "body") && (word[4] == '.' || word[4] == '[') {
		key, ok, err := p.jsonPath()
		if err != nil {
			return nil, err
		}
		if ok {
			return p.fieldValue(Field{Name: "body", Key: key, Column: p.column(at)}, field{shape: scalar})
		}
	}
	name, rest, ok := strings.Cut(word, ":")
	// A name is letters first; what starts like an address is a word to
	// search for, since people paste addresses.
	base, key, dotted := strings.Cut(name, ".")
	base = strings.ToLower(base)
	fs := known()
	i := slices.IndexFunc(fs, func(f field) bool { return f.name == base })
	if !ok || !isName(name) || (i < 0 && strings.HasPrefix(rest, "//")) {
		p.pos += len(word)
		return newWord(word), nil
	}
	switch {
	case i < 0:
		return nil, p.fault(at, unknown(name, base))
	case fs[i].keyed && key == "":
		return nil, p.fault(at, fmt.Sprintf("expected a name after %s, as in %s.NAME:value", base, base))
	case !fs[i].keyed && dotted:
		return nil, p.fault(at+len(base), fmt.Sprintf("%s takes no name after it: write %s:value", base, base))
	}
	p.pos += len(name) + 1
	return p.fieldValue(Field{Name: base, Key: key, Column: p.column(at)}, fs[i])
}

func (p *parser) fieldValue(f Field, spec field) (Node, error) {
	if err := p.value(&f, spec); err != nil {
		return nil, err
	}
	f.prep = f.prepare()
	return f, nil
}

func isName(s string) bool {
	for i, r := range s {
		letter := r < 0x80 && unicode.IsLetter(r)
		// Behind the letters and a dot comes a header or query name: anything.
		if r == '.' && i > 0 {
			return true
		}
		if !letter && (i == 0 || !strings.ContainsRune("-_0123456789", r)) {
			return false
		}
	}
	return s != ""
}

// unknown says that there is no such field, and what may have been meant.
func unknown(name, base string) string {
	quote := fmt.Sprintf(`to search for the text, put it in quotes: "%s:…"`, name)
	if strings.Contains(name, "-") {
		return fmt.Sprintf("there is no field %s; for a header line write header.%s:value; %s", name, name, quote)
	}
	var names []string
	for _, f := range known() {
		if f.keyed {
			f.name += ".NAME"
		}
		names = append(names, f.name)
	}
	text := fmt.Sprintf("there is no field %s", name)
	if near := nearest(base); near != "" {
		text += fmt.Sprintf(" (did you mean %s?)", near)
	}
	return fmt.Sprintf("%s; there are %s; %s", text, strings.Join(names, ", "), quote)
}

// nearest returns the field that is fewest edits from s, or "" when none is
// near.
func nearest(s string) string {
	best, name := 3, ""
	for _, f := range known() {
		if d := edits(s, f.name); d < best && d < max(len(s), len(f.name)) {
			best, name = d, f.name
		}
	}
	return name
}

// edits is the Levenshtein distance; it gives up on long input, which is
// never near.
func edits(a, b string) int {
	if len(a) > 16 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// value reads what stands behind the colon.
func (p *parser) value(f *Field, spec field) error {
	at := p.pos
	switch {
	case delimits(p.next()) && p.next() != '(':
		return p.fault(at, fmt.Sprintf("expected a value right after %s:", f.name()))
	case p.next() == '(':
		return p.fault(at, fmt.Sprintf(`a group cannot be a value: write (%s:a OR %s:b), or quote the text`, f.name(), f.name()))
	}
	switch spec.shape {
	case number, amount:
		return p.numeric(f, spec)
	case moment:
		return p.moment(f)
	case span:
		return p.span(f)
	case outcome:
		return p.outcome(f)
	case flag, oneOf:
		return p.flag(f, spec)
	case scalar:
		return p.jsonValue(f)
	}
	if p.next() == '/' {
		done, err := p.regexp(f, spec)
		if done || err != nil {
			return err
		}
	}
	if p.next() == '>' || p.next() == '<' {
		return p.fault(at, fmt.Sprintf("%s is text, and > and < compare numbers; for the sign itself put the value in quotes", f.name()))
	}
	return p.text(f, spec)
}

func (p *parser) text(f *Field, spec field) error {
	if p.next() == '"' {
		text, err := p.quoted()
		if err != nil {
			return err
		}
		f.Value = text
		f.Op = plainOp(text, spec.shape)
		return p.ended()
	}
	f.Value = p.bare()
	p.pos += len(f.Value)
	f.Op = plainOp(f.Value, spec.shape)
	if !strings.Contains(f.Value, "*") {
		return nil
	}
	f.Op = Glob
	if spec.shape == within && f.Name == "body" {
		f.Value = "*" + strings.Trim(f.Value, "*") + "*"
	}
	return nil
}

func plainOp(text string, s shape) Op {
	switch {
	case s == whole || text == "":
		return Equal
	case s == pathly && strings.HasPrefix(text, "/"):
		return Prefix
	}
	return Contains
}

// regexp reads /…/. On path, where plain values begin with a slash too, it
// leaves alone what is not closed at the end of the word.
func (p *parser) regexp(f *Field, spec field) (done bool, err error) {
	open := p.pos
	var b strings.Builder
	for i := open + 1; i < len(p.src); i++ {
		c := p.src[i]
		switch {
		case c == '\\' && i+1 < len(p.src):
			i++
			if p.src[i] != '/' {
				b.WriteByte(c)
			}
			b.WriteByte(p.src[i])
			continue
		case spec.shape == pathly && blankAt(p.src[i:]):
			return false, nil
		case c != '/':
			b.WriteByte(c)
			continue
		}
		p.pos = i + 1
		if !delimits(p.next()) {
			if spec.shape == pathly {
				p.pos = open
				return false, nil
			}
			return true, p.fault(p.pos, `expected a blank after the closing /; inside a regexp write \/`)
		}
		return true, p.compile(f, b.String(), open)
	}
	if spec.shape == pathly {
		return false, nil
	}
	return true, p.fault(open, "expected a closing / for this regexp; for plain text put the value in quotes")
}

func blankAt(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsSpace(r)
}

func (p *parser) compile(f *Field, source string, at int) error {
	if source == "" {
		return p.fault(at, "expected a regexp between the slashes")
	}
	if _, err := regexp.Compile(source); err != nil {
		text := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
		return p.fault(at, "this regexp cannot be read: "+text)
	}
	f.Op, f.Value = Regexp, source
	return nil
}

// flag reads one word of a list.
func (p *parser) flag(f *Field, spec field) error {
	at := p.pos
	word := p.bare()
	p.pos += len(word)
	f.Op, f.Value = Flag, strings.ToLower(word)
	if spec.shape == oneOf {
		f.Op = Equal
	}
	if slices.Contains(spec.flags, f.Value) {
		return nil
	}
	return p.fault(at, fmt.Sprintf("expected one of %s after %s:", strings.Join(spec.flags, ", "), f.Name))
}
