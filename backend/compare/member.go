package compare

import "slices"

// member pairs the members of two objects that have the same name. A name
// that comes again is paired by its turn: the second with the second.
type member struct {
	key  string
	nth  int    // from 1
	l, r uint32 // nodes; none on a side that lacks it
}

// none stands for a node that is not there. No child has it: it is the root.
const none = 0

// smallObject is up to how many members are looked up without an index.
const smallObject = 12

// members pairs the members of object ln of l with those of rn of r, in the
// order of the left ones; what only right has stands after what it follows on
// the right.
func members(l *doc, ln uint32, r *doc, rn uint32) []member {
	lk, rk := l.kids(ln), r.kids(rn)
	out := make([]member, len(lk), max(len(lk), len(rk)))
	nth := turns(l, lk)
	for i, k := range lk {
		out[i] = member{key: l.keyOf(k), nth: nth[i], l: k}
	}
	at := 0
	for at < len(lk) && at < len(rk) && l.rawKey(lk[at]) == r.rawKey(rk[at]) {
		out[at].r = rk[at]
		at++
	}
	if at == len(lk) && at == len(rk) {
		return out
	}
	return weave(out, pairRest(out, r, rk))
}

// extra is a member that only right has and the place, in the left order,
// that it follows.
type extra struct {
	after int // -1 is the start
	m     member
}

// pairRest finds the partner of every right member and returns those without.
func pairRest(out []member, r *doc, rk []uint32) []extra {
	type name struct {
		key string
		nth int
	}
	var index map[name]int
	if len(out) > smallObject {
		index = make(map[name]int, len(out))
		for i, m := range out {
			index[name{m.key, m.nth}] = i
		}
	}
	nth := turns(r, rk)
	var extras []extra
	last := -1
	for j, k := range rk {
		n := name{r.keyOf(k), nth[j]}
		i, ok := index[n]
		if index == nil {
			i = slices.IndexFunc(out, func(m member) bool { return m.key == n.key && m.nth == n.nth })
			ok = i >= 0
		}
		if ok {
			out[i].r = k
			last = i
		} else {
			extras = append(extras, extra{last, member{key: n.key, nth: n.nth, r: k}})
		}
	}
	return extras
}

// weave puts the extras where they belong.
func weave(ms []member, extras []extra) []member {
	if len(extras) == 0 {
		return ms
	}
	slices.SortStableFunc(extras, func(a, b extra) int { return a.after - b.after })
	out := make([]member, 0, len(ms)+len(extras))
	e := 0
	for i := -1; i < len(ms); i++ {
		if i >= 0 {
			out = append(out, ms[i])
		}
		for ; e < len(extras) && extras[e].after == i; e++ {
			out = append(out, extras[e].m)
		}
	}
	return out
}

// turns says for each member which one of its name it is, from 1.
func turns(d *doc, kids []uint32) []int {
	out := make([]int, len(kids))
	if len(kids) > smallObject {
		seen := make(map[string]int, len(kids))
		for i, k := range kids {
			key := d.keyOf(k)
			seen[key]++
			out[i] = seen[key]
		}
		return out
	}
	for i, k := range kids {
		out[i] = 1
		for j := i - 1; j >= 0; j-- {
			if d.keyOf(kids[j]) == d.keyOf(k) {
				out[i] = out[j] + 1
				break
			}
		}
	}
	return out
}

// same reports whether two values are equal, leaving out what is ignored. It
// is asked when the hashes are equal, which makes "no" all but impossible.
func same(l *doc, ln uint32, r *doc, rn uint32) bool {
	if l.text(ln) == r.text(rn) {
		return true
	}
	return sameParts(l, ln, r, rn)
}

func sameParts(l *doc, ln uint32, r *doc, rn uint32) bool {
	a, b := &l.nodes[ln], &r.nodes[rn]
	if a.kind != b.kind || a.hash != b.hash {
		return false
	}
	switch a.kind {
	case kindArray:
		lk, rk := l.heeded(ln), r.heeded(rn)
		if len(lk) != len(rk) {
			return false
		}
		for i := range lk {
			if !sameParts(l, lk[i], r, rk[i]) {
				return false
			}
		}
		return true
	case kindObject:
		for _, m := range members(l, ln, r, rn) {
			switch {
			case m.l != none && l.nodes[m.l].ignored, m.r != none && r.nodes[m.r].ignored:
			case m.l == none, m.r == none, !sameParts(l, m.l, r, m.r):
				return false
			}
		}
		return true
	}
	return sameScalar(l, ln, r, rn)
}

// sameScalar reports whether two scalars are equal by value.
func sameScalar(l *doc, ln uint32, r *doc, rn uint32) bool {
	a, b := &l.nodes[ln], &r.nodes[rn]
	if a.kind != b.kind {
		return false
	}
	lt, rt := l.text(ln), r.text(rn)
	switch a.kind {
	case kindString:
		return lt == rt || decodeString(lt[1:len(lt)-1]) == decodeString(rt[1:len(rt)-1])
	case kindNumber:
		return lt == rt || parseNumber(lt) == parseNumber(rt)
	}
	return true
}

// heeded returns the children that are not ignored.
func (d *doc) heeded(i uint32) []uint32 {
	return slices.DeleteFunc(d.kids(i), func(k uint32) bool { return d.nodes[k].ignored })
}

// ignore marks what the patterns cover and hashes containers anew without
// it.
func (d *doc) ignore(h hasher, ps patterns) {
	if len(ps) > 0 {
		d.ignoreIn(h, 0, ps)
	}
}

func (d *doc) ignoreIn(h hasher, i uint32, ps patterns) {
	n := &d.nodes[i]
	if n.ignored = ps.covered(); n.ignored || n.kind < kindArray {
		return
	}
	var sum uint64
	var count uint32
	at := 0
	for k := i + 1; k < n.next; k = d.nodes[k].next {
		s := step{index: true, l: at, r: at}
		var key uint64
		if n.kind == kindObject {
			s = step{key: d.keyOf(k)}
			key = h.text(s.key)
		}
		at++
		if rest := ps.step(s, nil); len(rest) > 0 {
			d.ignoreIn(h, k, rest)
		}
		if c := &d.nodes[k]; !c.ignored {
			count++
			sum = h.fold(n.kind, sum, key, c.hash)
		}
	}
	n.hash = h.containerHash(n.kind, sum, count)
}
