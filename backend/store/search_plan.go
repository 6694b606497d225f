package store

import (
	"strings"

	"creel/backend/filter"
)

// plan is what the index can say of a filter: requests that it rules out do
// not match. nil rules out nothing.
type plan struct {
	grams []bucketRange // all of them must be there
	all   []*plan       // each of them must hold
	any   []*plan       // one of them must hold
}

// planOf makes the plan of a filter. Only text that stands in the request as
// it is looked for can be planned: not what is decoded first, and not what must
// be missing.
func planOf(n filter.Node) *plan {
	switch n := n.(type) {
	case filter.Word:
		return planText(n.Text)
	case filter.Field:
		return planField(n)
	case filter.And:
		p := &plan{}
		for _, t := range n.Terms {
			if q := planOf(t); q != nil {
				p.all = append(p.all, q)
			}
		}
		if len(p.all) == 0 {
			return nil
		}
		return p
	case filter.Or:
		p := &plan{}
		for _, t := range n.Terms {
			q := planOf(t)
			if q == nil {
				return nil
			}
			p.any = append(p.any, q)
		}
		return p
	}
	return nil
}

func planText(text string) *plan {
	if g := needleGrams(text); g != nil {
		return &plan{grams: g}
	}
	return nil
}

// planField plans the fields that are compared with text as it was sent.
func planField(f filter.Field) *plan {
	switch {
	case f.Name == "body" && f.Key != "":
		return planJSON(f)
	case f.Name == "header":
		return planAll(planText(f.Key+":"), planValue(f))
	case f.Name == "path" || f.Name == "body":
		return planValue(f)
	}
	return nil
}

func planValue(f filter.Field) *plan {
	switch f.Op {
	case filter.Equal, filter.Contains, filter.Prefix:
		return planText(f.Value)
	case filter.Glob:
		var parts []*plan
		for part := range strings.SplitSeq(f.Value, "*") {
			parts = append(parts, planText(part))
		}
		return planAll(parts...)
	}
	return nil
}

// planAll joins what is not nil.
func planAll(parts ...*plan) *plan {
	p := &plan{}
	for _, q := range parts {
		if q != nil {
			p.all = append(p.all, q)
		}
	}
	if len(p.all) == 0 {
		return nil
	}
	return p
}

// finder holds plans against segments; its memory is reused.
type finder struct {
	buf  []byte
	free []bitset
}

func (f *finder) get(words int) bitset {
	for i, b := range f.free {
		if cap(b) >= words {
			f.free[i] = f.free[len(f.free)-1]
			f.free = f.free[:len(f.free)-1]
			b = b[:words]
			clear(b)
			return b
		}
	}
	return make(bitset, words)
}

func (f *finder) put(b bitset) { f.free = append(f.free, b) }

// candidates returns the requests of a segment that p does not rule out.
func (f *finder) candidates(s *segment, p *plan) (bitset, error) {
	set, err := f.eval(s, p)
	if err != nil {
		return nil, err
	}
	for _, id := range s.Always {
		set[id/64] |= 1 << (id % 64)
	}
	return set, nil
}

// few is so little that narrowing it down costs more than reading it.
const few = 2

func (f *finder) eval(s *segment, p *plan) (bitset, error) {
	words := s.span() / 64
	set := f.get(words)
	switch {
	case p.any != nil:
		for _, q := range p.any {
			other, err := f.eval(s, q)
			if err != nil {
				return nil, err
			}
			set.or(other)
			f.put(other)
		}
		return set, nil
	case p.all != nil:
		for i := range set {
			set[i] = ^uint64(0)
		}
		for _, q := range p.all {
			other, err := f.eval(s, q)
			if err != nil {
				return nil, err
			}
			left := set.and(other)
			f.put(other)
			if !left {
				break
			}
		}
		return set, nil
	}
	var err error
	for i, r := range p.grams {
		if i == 0 {
			if f.buf, err = s.lookUp(r, set, f.buf); err != nil {
				return nil, err
			}
			continue
		}
		other := f.get(words)
		if f.buf, err = s.lookUp(r, other, f.buf); err != nil {
			return nil, err
		}
		left := set.and(other)
		f.put(other)
		if !left || set.count() <= few {
			break
		}
	}
	return set, nil
}
