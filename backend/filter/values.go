package filter

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// numeric reads N, >N, >=N, <N, <=N and N..M.
func (p *parser) numeric(f *Field, spec field) error {
	at := p.pos
	word := p.bare()
	p.pos += len(word)
	if lo, hi, ok := strings.Cut(word, ".."); ok {
		a, err := p.number(f, spec, lo, at)
		if err != nil {
			return err
		}
		b, err := p.number(f, spec, hi, at+len(lo)+2)
		if err != nil {
			return err
		}
		if a > b {
			return p.fault(at, "this range is empty: write the smaller number first")
		}
		f.Op, f.Lo, f.Hi = Range, strconv.FormatInt(a, 10), strconv.FormatInt(b, 10)
		return nil
	}
	if spec.shape == number && f.Name != "seq" && len(word) == 3 && '1' <= word[0] && word[0] <= '5' && strings.EqualFold(word[1:], "xx") {
		f.Op, f.Lo, f.Hi = Range, word[:1]+"00", word[:1]+"99"
		return nil
	}
	op, rest := comparison(word)
	n, err := p.number(f, spec, rest, at+len(word)-len(rest))
	if err != nil {
		return err
	}
	f.Op, f.Value = op, strconv.FormatInt(n, 10)
	return nil
}

func comparison(word string) (Op, string) {
	for _, c := range []struct {
		sign string
		op   Op
	}{{">=", AtLeast}, {"<=", AtMost}, {">", Greater}, {"<", Less}} {
		if rest, ok := strings.CutPrefix(word, c.sign); ok {
			return c.op, rest
		}
	}
	return Equal, word
}

// number reads a whole number from 0, for sizes with a unit and perhaps a
// fraction.
func (p *parser) number(f *Field, spec field, s string, at int) (int64, error) {
	if spec.shape == number {
		// Fifteen digits are more than any number here has.
		if n, err := strconv.ParseUint(s, 10, 63); err == nil && len(s) <= 15 {
			return int64(n), nil
		}
		text := "expected a number for NAME, as in NAME:200, NAME:>=400, NAME:400..499 or NAME:4xx"
		if f.Name == "seq" {
			text = "expected a number for seq, as in seq:12, seq:>=400 or seq:400..499"
		}
		return 0, p.fault(at, strings.ReplaceAll(text, "NAME", f.Name))
	}
	digits := strings.TrimRight(s, "kKmMgGiIbB")
	unit, ok := unitOf(strings.ToLower(s[len(digits):]))
	if ok && len(digits) <= 15 && strings.Trim(digits, "0123456789.") == "" {
		v, err := strconv.ParseFloat(digits, 64)
		if v = math.Round(v * unit); err == nil && v < 1<<53 {
			return int64(v), nil
		}
	}
	return 0, p.fault(at, "expected a size in bytes, as in size:0, size:>10k, size:1Mi..8Mi")
}

func unitOf(s string) (float64, bool) {
	switch strings.TrimSuffix(s, "b") {
	case "":
		return 1, true
	case "k":
		return 1e3, true
	case "m":
		return 1e6, true
	case "g":
		return 1e9, true
	case "ki":
		return 1 << 10, true
	case "mi":
		return 1 << 20, true
	case "gi":
		return 1 << 30, true
	}
	return 0, false
}

// moment reads a date or time, bare or quoted.
func (p *parser) moment(f *Field) error {
	at := p.pos
	var word string
	if p.next() == '"' {
		var err error
		if word, err = p.quoted(); err != nil {
			return err
		}
		if err := p.ended(); err != nil {
			return err
		}
	} else {
		word = p.bare()
		p.pos += len(word)
	}
	t, ok := parseTime(word)
	if !ok {
		return p.fault(at, fmt.Sprintf("expected a date or time after %s:, as in 2026-11-23, 2026-11-23T09:30 or 2026-11-23T09:30:00Z", f.Name))
	}
	f.Op = AtLeast
	if f.Name == "before" {
		f.Op = Less
	}
	f.Value = t.UTC().Format(TimeLayout)
	return nil
}

func parseTime(s string) (time.Time, bool) {
	s = strings.ToUpper(s)
	for _, layout := range []string{
		time.RFC3339Nano, "2006-01-02", "2006-01-02T15:04", "2006-01-02T15:04:05.999999999",
		"2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04Z07:00",
	} {
		t, err := time.ParseInLocation(layout, s, time.Local)
		// A zone can carry the first or last day out of four-digit years.
		if y := t.UTC().Year(); err == nil && y >= 0 && y <= 9999 {
			return t, true
		}
	}
	return time.Time{}, false
}
