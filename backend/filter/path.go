package filter

import (
	"fmt"
	"strconv"
	"strings"
)

// maxSteps is how long a path into JSON may be.
const maxSteps = 32

// step is one part of a path into JSON.
type step struct {
	kind stepKind
	name string // of a member, case kept
	n    int    // of an element, from 0; for a name of digits too
}

type stepKind int

const (
	member  stepKind = iota // .name: a member, or, when it is a number, also an element
	element                 // [n]
	every                   // [*]: all elements
	either                  // *: all members or elements
)

// jsonPath reads the path behind body, up to the colon. ok is false, and
// nothing is read, when there is no colon: then the word is a word.
func (p *parser) jsonPath() (key string, ok bool, err error) {
	start := p.pos
	var steps []step
	for p.pos += len("body"); ; {
		s, more, err := p.step()
		if err != nil {
			if !strings.Contains(p.bareAt(start), ":") {
				p.pos = start
				return "", false, nil
			}
			return "", true, err
		}
		if !more {
			break
		}
		if steps = append(steps, s); len(steps) > maxSteps {
			return "", true, p.fault(start, fmt.Sprintf("this path has more than %d parts", maxSteps))
		}
	}
	p.pos++
	return pathText(steps), true, nil
}

// step reads one part; more is false at the colon.
func (p *parser) step() (s step, more bool, err error) {
	at := p.pos
	switch p.next() {
	case ':':
		return s, false, nil
	case '.':
		if p.pos++; p.next() == '[' {
			return p.bracket()
		}
		rest := p.bare()
		if i := strings.IndexAny(rest, `.[:"`); i >= 0 {
			rest = rest[:i]
		}
		p.pos += len(rest)
		switch {
		case rest == "":
			return s, false, p.fault(p.pos, `expected a name after the dot, as in body.data.id:value; quote what is not a plain name: body["a b"]:value`)
		case rest == "*":
			return step{kind: either}, true, nil
		case strings.Contains(rest, "*"):
			return s, false, p.fault(at+1, "expected * alone between dots: it stands for every name there")
		}
		return named(rest), true, nil
	case '[':
		return p.bracket()
	}
	return s, false, p.fault(at, "expected a dot, a bracket or the colon before the value, as in body.items[0].id:value")
}

// bracket reads [n], [*] or ["name"].
func (p *parser) bracket() (s step, more bool, err error) {
	at := p.pos
	p.pos++
	if p.next() == '"' {
		name, err := p.quoted()
		if err != nil {
			return s, false, err
		}
		s = step{kind: member, name: name, n: -1}
	} else {
		rest, _, _ := strings.Cut(p.bare(), "]")
		p.pos += len(rest)
		n, err := strconv.ParseUint(rest, 10, 31)
		switch {
		case rest == "*":
			s = step{kind: every}
		case err != nil || len(rest) > 9:
			return s, false, p.fault(at, `expected a number, * or a quoted name between the brackets, as in body.items[0], body.items[*] or body["a b"]`)
		default:
			s = step{kind: element, n: int(n)}
		}
	}
	if p.next() != ']' {
		return s, false, p.fault(p.pos, "expected a ] here")
	}
	p.pos++
	return s, true, nil
}

func named(name string) step {
	s := step{kind: member, name: name, n: -1}
	if n, err := strconv.ParseUint(name, 10, 31); err == nil && len(name) <= 9 {
		s.n = int(n)
	}
	return s
}

// pathText is the plainest spelling of a path, without the dot in front.
func pathText(steps []step) string {
	var b strings.Builder
	for i, s := range steps {
		switch {
		case s.kind == element:
			fmt.Fprintf(&b, "[%d]", s.n)
		case s.kind == every:
			b.WriteString("[*]")
		case s.kind == either:
			if i > 0 {
				b.WriteByte('.')
			}
			b.WriteByte('*')
		case plainName(s.name) && s.n == named(s.name).n:
			if i > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s.name)
		default:
			b.WriteString("[" + quote(s.name) + "]")
		}
	}
	return b.String()
}

func plainName(s string) bool {
	return s != "" && !strings.ContainsAny(s, `.[:"*`) && !strings.ContainsFunc(s, delimits)
}

// stepsOf reads the Key of body.PATH; nil when it is none.
func stepsOf(key string) []step {
	p := &parser{src: "body." + key + ":"}
	var steps []step
	for p.pos = len("body"); ; {
		s, more, err := p.step()
		switch {
		case err != nil:
			return nil
		case !more:
			return steps
		}
		steps = append(steps, s)
	}
}

// jsonValue reads what a value in JSON is compared with: numbers by value,
// anything else as text.
func (p *parser) jsonValue(f *Field) error {
	at := p.pos
	switch p.next() {
	case '"':
		return p.text(f, field{})
	case '/':
		_, err := p.regexp(f, field{})
		return err
	}
	word := p.bare()
	op, rest := comparison(word)
	lo, hi, ranged := strings.Cut(word, "..")
	switch {
	case op != Equal && !isNumber(rest):
		return p.fault(at+len(word)-len(rest), fmt.Sprintf("expected a number after %s, as in body.amount:>=9.50; for the sign itself put the value in quotes", word[:len(word)-len(rest)]))
	case op != Equal:
		f.Op, f.Value = op, rest
	case ranged && isNumber(lo) && isNumber(hi):
		if decimalOf(lo).compare(decimalOf(hi)) > 0 {
			return p.fault(at, "this range is empty: write the smaller number first")
		}
		f.Op, f.Lo, f.Hi = Range, lo, hi
	case isNumber(word):
		f.Op, f.Value = Number, word
	default:
		return p.text(f, field{})
	}
	p.pos += len(word)
	return nil
}

// looksNumeric says that text would be read as a number in a value of JSON.
func looksNumeric(s string) bool {
	lo, hi, ranged := strings.Cut(s, "..")
	return isNumber(s) || ranged && isNumber(lo) && isNumber(hi)
}
