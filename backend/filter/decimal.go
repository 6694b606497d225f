package filter

import (
	"cmp"
	"strconv"
	"strings"
)

// decimal is a number as it is written, exact: 0.digits × 10^point. Zero has no
// digits.
type decimal struct {
	negative bool
	digits   string // without zeros at either end
	point    int
}

// maxExponent bounds what an exponent can say; beyond it numbers are the same.
const maxExponent = 1_000_000_000

// isNumber reports whether s is spelled as a number in JSON.
func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole := digits(s)
	if whole == 0 || whole > 1 && s[0] == '0' {
		return false
	}
	if s = s[whole:]; strings.HasPrefix(s, ".") {
		n := digits(s[1:])
		if n == 0 {
			return false
		}
		s = s[1+n:]
	}
	if s != "" && (s[0] == 'e' || s[0] == 'E') {
		if s = s[1:]; s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		n := digits(s)
		return n > 0 && n == len(s)
	}
	return s == ""
}

// digits counts the digits at the start.
func digits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}

// decimalOf reads what isNumber accepts.
func decimalOf(s string) decimal {
	var d decimal
	s, d.negative = strings.CutPrefix(s, "-")
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		n, err := strconv.Atoi(s[i+1:])
		if err != nil { // out of range: Atoi gives the end of the range
			n = maxExponent * cmp.Compare(n, 0)
		}
		d.point = max(-maxExponent, min(n, maxExponent))
		s = s[:i]
	}
	whole, fraction, _ := strings.Cut(s, ".")
	d.point += len(whole)
	if d.digits = whole; fraction != "" {
		d.digits += fraction
	}
	n := len(d.digits)
	d.digits = strings.TrimLeft(d.digits, "0")
	d.point -= n - len(d.digits)
	if d.digits = strings.TrimRight(d.digits, "0"); d.digits == "" {
		return decimal{}
	}
	return d
}

// compare is -1, 0 or 1 as d is less than, equal to or more than e.
func (d decimal) compare(e decimal) int {
	if s := cmp.Compare(d.sign(), e.sign()); s != 0 || d.sign() == 0 {
		return s
	}
	c := cmp.Compare(d.point, e.point)
	if c == 0 {
		// Without zeros at the end, text order is the order of fractions.
		c = cmp.Compare(d.digits, e.digits)
	}
	return c * d.sign()
}

func (d decimal) sign() int {
	switch {
	case d.digits == "":
		return 0
	case d.negative:
		return -1
	}
	return 1
}
