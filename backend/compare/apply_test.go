package compare_test

import (
	"slices"
	"strconv"
	"strings"

	"pgregory.net/rapid"

	"creel/backend/compare"
)

// list is an array that can grow in place.
type list struct{ items []any }

// at is one part of a parsed path: a key, or an index when isIndex.
type at struct {
	key     string
	index   int
	isIndex bool
}

// parsePath reads what compare writes as a path.
func parsePath(t rapid.TB, s string) []at {
	var out []at
	for s != "" {
		switch {
		case strings.HasPrefix(s, `["`):
			q, err := strconv.QuotedPrefix(s[1:])
			if err != nil {
				t.Fatalf("parse path %q: %v", s, err)
			}
			key, _ := strconv.Unquote(q)
			out = append(out, at{key: key})
			s = s[len(q)+2:]
		case s[0] == '[':
			n, rest, _ := strings.Cut(s[1:], "]")
			i, err := strconv.Atoi(n)
			if err != nil {
				t.Fatalf("parse path %q: %v", s, err)
			}
			out = append(out, at{index: i, isIndex: true})
			s = rest
		default:
			s = strings.TrimPrefix(s, ".")
			end := strings.IndexAny(s, ".[")
			if end < 0 {
				end = len(s)
			}
			out = append(out, at{key: s[:end]})
			s = s[end:]
		}
	}
	return out
}

// order sorts paths so that a container comes before what is in it, and
// elements by index.
func order(a, b []at) int {
	return slices.CompareFunc(a, b, func(x, y at) int {
		if x.isIndex && y.isIndex {
			return x.index - y.index
		}
		return strings.Compare(x.key, y.key)
	})
}

// grow makes the arrays of a decoded value able to grow in place; shrink
// undoes it.
func grow(v any) any {
	switch v := v.(type) {
	case []any:
		l := &list{}
		for _, e := range v {
			l.items = append(l.items, grow(e))
		}
		return l
	case map[string]any:
		for k, e := range v {
			v[k] = grow(e)
		}
	}
	return v
}

func shrink(v any) any {
	switch v := v.(type) {
	case *list:
		out := []any{}
		for _, e := range v.items {
			out = append(out, shrink(e))
		}
		return out
	case map[string]any:
		for k, e := range v {
			v[k] = shrink(e)
		}
	}
	return v
}

// edit is a change ready to be applied.
type edit struct {
	path []at
	set  any
	move int // the change it belongs to, for a move; -1 else
}

// apply makes the right value from the left one: replaces by their left
// paths, then takes out what is removed or moves away, last first, then puts
// in what is added or moves here, first first.
func apply(t rapid.TB, v any, changes []compare.Change) any {
	root := &list{items: []any{grow(v)}} // so that "" has a parent
	parse := func(p string) []at { return append([]at{{isIndex: true}}, parsePath(t, p)...) }
	var outs, ins []edit
	for i, c := range changes {
		switch c.Op {
		case compare.Replace:
			put(t, root, parse(c.Path), grow(decode(t, *c.Right)), true)
		case compare.Remove:
			outs = append(outs, edit{parse(c.Path), nil, -1})
		case compare.Add:
			ins = append(ins, edit{parse(c.Path), grow(decode(t, *c.Right)), -1})
		case compare.Move:
			to := c.To
			if to == "" {
				to = c.Path
			}
			outs = append(outs, edit{parse(c.Path), nil, i})
			ins = append(ins, edit{parse(to), nil, i})
		}
	}
	slices.SortFunc(outs, func(a, b edit) int { return order(b.path, a.path) })
	slices.SortFunc(ins, func(a, b edit) int { return order(a.path, b.path) })
	taken := make(map[int]any)
	for _, e := range outs {
		taken[e.move] = take(t, root, e.path)
	}
	for _, e := range ins {
		if e.move >= 0 {
			e.set = taken[e.move]
		}
		put(t, root, e.path, e.set, false)
	}
	return shrink(root.items[0])
}

// parent walks to the container of the last part.
func parent(t rapid.TB, v any, path []at) any {
	for _, p := range path[:len(path)-1] {
		switch c := v.(type) {
		case *list:
			if !p.isIndex || p.index >= len(c.items) {
				t.Fatalf("no element %+v in %v", p, c.items)
			}
			v = c.items[p.index]
		case map[string]any:
			v = c[p.key]
		}
	}
	return v
}

func put(t rapid.TB, v any, path []at, set any, replace bool) {
	last := path[len(path)-1]
	switch c := parent(t, v, path).(type) {
	case *list:
		if replace {
			c.items[last.index] = set
		} else {
			c.items = slices.Insert(c.items, last.index, set)
		}
	case map[string]any:
		if _, ok := c[last.key]; ok != replace {
			t.Fatalf("put %+v: there already is %v", path, ok)
		}
		c[last.key] = set
	default:
		t.Fatalf("put %+v into %v", path, c)
	}
}

func take(t rapid.TB, v any, path []at) any {
	last := path[len(path)-1]
	var old any
	switch c := parent(t, v, path).(type) {
	case *list:
		old = c.items[last.index]
		c.items = slices.Delete(c.items, last.index, last.index+1)
	case map[string]any:
		old = c[last.key]
		delete(c, last.key)
	default:
		t.Fatalf("take %+v from %v", path, c)
	}
	return old
}
