package filter

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"creel/backend/hook"
)

// units of an age in microseconds, largest first.
func units() []struct {
	name string
	us   int64
} {
	const second = 1_000_000
	return []struct {
		name string
		us   int64
	}{{"w", 7 * 86400 * second}, {"d", 86400 * second}, {"h", 3600 * second}, {"m", 60 * second}, {"s", second}, {"ms", 1000}}
}

// maxAge is a hundred thousand days.
const maxAge = 100_000 * 86400 * 1_000_000

// span reads an age: <2h, >=3d, 1h..90m.
func (p *parser) span(f *Field) error {
	at := p.pos
	word := p.bare()
	p.pos += len(word)
	if lo, hi, ok := strings.Cut(word, ".."); ok {
		a, err := p.duration(lo, at)
		if err != nil {
			return err
		}
		b, err := p.duration(hi, at+len(lo)+2)
		if err != nil {
			return err
		}
		if a > b {
			return p.fault(at, "this range is empty: write the shorter age first")
		}
		f.Op, f.Lo, f.Hi = Range, strconv.FormatInt(a, 10), strconv.FormatInt(b, 10)
		return nil
	}
	op, rest := comparison(word)
	us, err := p.duration(rest, at+len(word)-len(rest))
	if err != nil {
		return err
	}
	if op == Equal {
		return p.fault(at, fmt.Sprintf("expected < or > before the age: age:<%s is younger, age:>%s is older", rest, rest))
	}
	f.Op, f.Value = op, strconv.FormatInt(us, 10)
	return nil
}

// duration reads 90s, 1.5h or 1h30m, as microseconds.
func (p *parser) duration(s string, at int) (int64, error) {
	fault := p.fault(at, "expected an age, as in age:<2h, age:>3d or age:30m..1h30m (units: ms s m h d w)")
	total, rest := 0.0, strings.ToLower(s)
	for rest != "" {
		n := strings.IndexFunc(rest, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
		if n < 1 || n > 15 {
			return 0, fault
		}
		v, err := strconv.ParseFloat(rest[:n], 64)
		if err != nil {
			return 0, fault
		}
		rest = rest[n:]
		end := strings.IndexFunc(rest, func(r rune) bool { return r == '.' || '0' <= r && r <= '9' })
		if end < 0 {
			end = len(rest)
		}
		us := int64(0)
		for _, u := range units() {
			if u.name == rest[:end] {
				us = u.us
			}
		}
		if total += v * float64(us); us == 0 || total > maxAge {
			return 0, fault
		}
		rest = rest[end:]
	}
	if s == "" {
		return 0, fault
	}
	return int64(math.Round(total/1000)) * 1000, nil
}

// spanText spells an age in microseconds out, in one unit.
func spanText(value string) string {
	us, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return value
	}
	for _, u := range units() {
		if u.name != "w" && us%u.us == 0 && us >= u.us {
			return strconv.FormatInt(us/u.us, 10) + u.name
		}
	}
	return "0s"
}

// AnyError is the Value of attempt:error: any attempt without an answer,
// but for those that a transform wanted dropped.
const AnyError = "error"

func errorKinds() []string {
	var kinds []string
	for _, k := range []hook.ErrorClass{hook.ErrRefused, hook.ErrDNS, hook.ErrTLS, hook.ErrTimeout, hook.ErrReset, hook.ErrBlocked,
		hook.ErrProtocol, hook.ErrLoop, hook.ErrCancelled, hook.ErrBadURL, hook.ErrUnreach, hook.ErrInternal,
		hook.ErrTransform, hook.ErrDropped, hook.ErrSign} {
		kinds = append(kinds, string(k))
	}
	return append(kinds, AnyError)
}

// outcome reads what came of an attempt: a status as numbers are read, or why
// there was no answer.
func (p *parser) outcome(f *Field) error {
	at := p.pos
	word := strings.ToLower(p.bare())
	for _, kind := range errorKinds() {
		if word == kind {
			p.pos += len(word)
			f.Op, f.Value = Flag, kind
			return nil
		}
	}
	if strings.IndexAny(word, "0123456789<>") != 0 {
		return p.fault(at, fmt.Sprintf("expected a status or an error after attempt:, as in attempt:5xx, attempt:>=400 or one of %s", strings.Join(errorKinds(), ", ")))
	}
	return p.numeric(f, field{name: f.Name, shape: number})
}
