package filter

import (
	"regexp"
	"strconv"
	"strings"
)

// prepared is what a field's comparison needs besides the value compared, so
// that it is worked out once and not for every request.
type prepared struct {
	parts  []string // folded text, cut at the stars of a Glob
	look   *needle
	re     *regexp.Regexp
	lo, hi int64
	// of body.PATH
	path     []step
	mark     []byte
	from, to decimal
}

func newWord(text string) Word { return Word{Text: text, look: newNeedle(text)} }

// ready returns what Parse prepared, or prepares a field made by hand.
func (f Field) ready() *prepared {
	if f.prep != nil {
		return f.prep
	}
	return f.prepare()
}

func (f Field) prepare() *prepared {
	p := &prepared{}
	if f.Name == "body" && f.Key != "" {
		p.prepareJSON(f)
	}
	switch f.Op {
	case Equal, Prefix, Greater, AtLeast, Less, AtMost:
		p.parts = []string{Fold(f.Value)}
		// Text and times leave this 0 and never look at it.
		p.lo, _ = strconv.ParseInt(f.Value, 10, 64)
	case Glob:
		p.parts = strings.Split(Fold(f.Value), "*")
	case Contains:
		p.look, p.parts = newNeedle(f.Value), []string{Fold(f.Value)}
	case Regexp:
		// Parse has compiled it before; by hand a bad one matches nothing.
		p.re, _ = regexp.Compile(f.Value)
	case Range:
		p.lo, _ = strconv.ParseInt(f.Lo, 10, 64)
		p.hi, _ = strconv.ParseInt(f.Hi, 10, 64)
	}
	return p
}

func (p *prepared) prepareJSON(f Field) {
	p.path = stepsOf(f.Key)
	p.mark = markOf(p.path)
	from, to := f.Value, f.Value
	if f.Op == Range {
		from, to = f.Lo, f.Hi
	}
	if isNumber(from) && isNumber(to) {
		p.from, p.to = decimalOf(from), decimalOf(to)
	}
}
