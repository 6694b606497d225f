package filter

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"creel/backend/hook"
)

// Parse reads a filter. Blank text matches everything. The error is a
// *hook.Fault of kind Invalid with Field "filter", the column in runes from 1,
// and a sentence that says what was expected there.
//
// Dates and times without a zone are taken in the zone of the machine, when
// they are parsed.
func Parse(src string) (*Expr, error) {
	if len(src) > MaxSource {
		return nil, &hook.Fault{Kind: hook.Invalid, Field: "filter", Column: 1,
			Text: "the filter is longer than 4,096 bytes: split it, or search for less"}
	}
	p := &parser{src: src}
	if i := invalidUTF8(src); i >= 0 {
		return nil, p.fault(i, "this byte is not UTF-8 text")
	}
	p.blanks()
	if p.end() {
		return &Expr{Source: src}, nil
	}
	root, err := p.either(0)
	if err != nil {
		return nil, err
	}
	if !p.end() {
		return nil, p.fault(p.pos, "there is no ( for this )")
	}
	return &Expr{Root: root, Source: src}, nil
}

func invalidUTF8(s string) int {
	for i, r := range s {
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD") {
			return i
		}
	}
	return -1
}

// parser is a recursive descent over src; pos is in bytes.
type parser struct {
	src   string
	pos   int
	terms int
}

func (p *parser) end() bool { return p.pos == len(p.src) }

func (p *parser) fault(at int, text string) *hook.Fault {
	return &hook.Fault{Kind: hook.Invalid, Field: "filter", Column: p.column(at), Text: text}
}

func (p *parser) column(at int) int { return utf8.RuneCountInString(p.src[:at]) + 1 }

// next returns the rune at pos, or -1 at the end.
func (p *parser) next() rune {
	if p.end() {
		return -1
	}
	r, _ := utf8.DecodeRuneInString(p.src[p.pos:])
	return r
}

func (p *parser) blanks() {
	for !p.end() {
		r, n := utf8.DecodeRuneInString(p.src[p.pos:])
		if !unicode.IsSpace(r) {
			return
		}
		p.pos += n
	}
}

// delimits says that a bare word ends before r.
func delimits(r rune) bool { return r < 0 || r == '(' || r == ')' || unicode.IsSpace(r) }

// bare returns the text up to the end of the word, without moving.
func (p *parser) bare() string { return p.bareAt(p.pos) }

func (p *parser) bareAt(at int) string {
	rest := p.src[at:]
	if i := strings.IndexFunc(rest, delimits); i >= 0 {
		return rest[:i]
	}
	return rest
}

// operator moves over the word and the blanks behind it when it comes next.
func (p *parser) operator(word string) bool {
	if p.bare() != word {
		return false
	}
	p.pos += len(word)
	p.blanks()
	return true
}

// either reads terms joined by OR.
func (p *parser) either(depth int) (Node, error) {
	var terms []Node
	for {
		n, err := p.all(depth)
		if err != nil {
			return nil, err
		}
		if or, ok := n.(Or); ok {
			terms = append(terms, or.Terms...)
		} else {
			terms = append(terms, n)
		}
		if !p.operator("OR") {
			break
		}
	}
	if len(terms) == 1 {
		return terms[0], nil
	}
	return Or{terms}, nil
}

// all reads terms joined by AND or standing side by side, up to OR, ")" or
// the end.
func (p *parser) all(depth int) (Node, error) {
	var terms []Node
	for {
		n, err := p.term(depth)
		if err != nil {
			return nil, err
		}
		if and, ok := n.(And); ok {
			terms = append(terms, and.Terms...)
		} else {
			terms = append(terms, n)
		}
		p.blanks()
		if p.operator("AND") {
			continue
		}
		if p.end() || p.next() == ')' || p.bare() == "OR" {
			break
		}
	}
	if len(terms) == 1 {
		return terms[0], nil
	}
	return And{terms}, nil
}

// term reads one word, field, group or negation.
func (p *parser) term(depth int) (Node, error) {
	at := p.pos
	if depth > MaxDepth {
		return nil, p.fault(at, "groups and negations are nested more than 50 deep")
	}
	switch p.next() {
	case -1:
		return nil, p.fault(at, "expected a word, a field or a group here")
	case ')':
		return nil, p.fault(at, "expected a word, a field or a group before this )")
	case '(':
		return p.group(depth)
	case '-':
		p.pos++
		if delimits(p.next()) && p.next() != '(' {
			return nil, p.fault(p.pos, `expected what to leave out right after the -; for the sign itself write "-"`)
		}
		return p.negation(depth)
	case '"':
		if err := p.count(at); err != nil {
			return nil, err
		}
		text, err := p.quoted()
		if err != nil {
			return nil, err
		}
		if text == "" {
			return nil, p.fault(at, "expected text between the quotes")
		}
		return newWord(text), p.ended()
	}
	switch word := p.bare(); word {
	case "AND", "OR":
		return nil, p.fault(at, "expected a word, a field or a group before "+word+`; for the word itself write "`+word+`"`)
	case "NOT":
		p.pos += len(word)
		p.blanks()
		return p.negation(depth)
	}
	if err := p.count(at); err != nil {
		return nil, err
	}
	return p.wordOrField()
}

func (p *parser) group(depth int) (Node, error) {
	open := p.pos
	p.pos++
	p.blanks()
	n, err := p.either(depth + 1)
	if err != nil {
		return nil, err
	}
	if p.end() {
		return nil, p.fault(open, "expected a ) for this (")
	}
	p.pos++
	return n, nil
}

func (p *parser) negation(depth int) (Node, error) {
	n, err := p.term(depth + 1)
	if err != nil {
		return nil, err
	}
	return Not{n}, nil
}

func (p *parser) count(at int) error {
	if p.terms++; p.terms > MaxTerms {
		return p.fault(at, "there are more than 200 terms: search for fewer")
	}
	return nil
}

// quoted reads text in double quotes; \" and \\ are escapes, any other
// backslash is itself.
func (p *parser) quoted() (string, error) {
	open := p.pos
	var b strings.Builder
	for p.pos++; !p.end(); p.pos++ {
		c := p.src[p.pos]
		if c == '"' {
			p.pos++
			return b.String(), nil
		}
		if rest := p.src[p.pos:]; strings.HasPrefix(rest, `\"`) || strings.HasPrefix(rest, `\\`) {
			p.pos++
			c = p.src[p.pos]
		}
		b.WriteByte(c)
	}
	return "", p.fault(open, `expected a closing " for this one`)
}

// ended faults when something sticks to the end of a closed value.
func (p *parser) ended() error {
	if delimits(p.next()) {
		return nil
	}
	return p.fault(p.pos, "expected a blank here, after the closing mark")
}
