package compare

import "slices"

// idKeys are the members that are taken for an element's id, the first that
// serves.
func idKeys() []string {
	return []string{"id", "uuid", "_id", "uid", "guid", "key", "sku", "slug", "code", "name", "email", "sha", "url"}
}

// idLook is among how many first members the id is looked for.
const idLook = 24

// useIDs makes ids the tokens of two arrays of objects when they serve: most
// elements have one, hardly any comes twice, and the sides share at least
// half. Elements without an id of their own keep their value as token.
func useIDs(a, b *side) bool {
	if len(a.kids) < 2 && len(b.kids) < 2 || !mostlyObjects(a) || !mostlyObjects(b) {
		return false
	}
	for _, key := range idKeys() {
		ia, seenA, ok := ids(a, key)
		if !ok {
			continue
		}
		ib, seenB, ok := ids(b, key)
		if !ok || !overlap(seenA, seenB) {
			continue
		}
		take := func(s *side, own []uint64) {
			for i, id := range own {
				if id != 0 && seenA[id] <= 1 && seenB[id] <= 1 {
					s.tok[i] = id
				}
			}
		}
		take(a, ia)
		take(b, ib)
		return true
	}
	return false
}

func mostlyObjects(s *side) bool {
	n := 0
	for _, k := range s.kids {
		if s.d.nodes[k].kind == kindObject {
			n++
		}
	}
	return n > 0 && n*4 >= len(s.kids)*3
}

// ids returns each element's id by that key (0 for none) and how often each
// comes; ok says that most elements have one and hardly any repeats.
func ids(s *side, key string) (own []uint64, seen map[uint64]int, ok bool) {
	own = make([]uint64, len(s.kids))
	have := 0
	for i, k := range s.kids {
		if !s.d.nodes[k].ignored {
			own[i] = idOf(s.d, k, key)
		}
		if own[i] != 0 {
			have++
		}
		if i == 8 && have == 0 {
			return nil, nil, false // not worth looking on
		}
	}
	if have*4 < len(own)*3 {
		return nil, nil, false
	}
	seen = make(map[uint64]int, have)
	for _, id := range own {
		if id != 0 {
			seen[id]++
		}
	}
	return own, seen, len(seen)*10 >= have*9
}

// idOf is the hash of the string or number under key, 0 when there is none.
func idOf(d *doc, i uint32, key string) uint64 {
	n := &d.nodes[i]
	if n.kind != kindObject {
		return 0
	}
	k := i + 1
	for c := 0; k < n.next && c < idLook; c++ {
		v := &d.nodes[k]
		if (v.kind == kindString || v.kind == kindNumber) && !v.ignored && d.rawKey(k) == key {
			return v.hash | 1
		}
		k = v.next
	}
	return 0
}

// overlap reports whether the smaller set shares at least half with the
// other.
func overlap(a, b map[uint64]int) bool {
	if len(b) < len(a) {
		a, b = b, a
	}
	n := 0
	for id := range a {
		if b[id] > 0 {
			n++
		}
	}
	return n*2 >= len(a)
}

// positional pairs two arrays of equal values place by place, leaving
// ignored elements by themselves.
func positional(l *doc, lk []uint32, r *doc, rk []uint32) []item {
	var out []item
	i, j := 0, 0
	for i < len(lk) || j < len(rk) {
		switch {
		case i < len(lk) && l.nodes[lk[i]].ignored && (j >= len(rk) || !r.nodes[rk[j]].ignored):
			out = append(out, item{l: int32(i), r: -1})
			i++
		case j < len(rk) && r.nodes[rk[j]].ignored && (i >= len(lk) || !l.nodes[lk[i]].ignored):
			out = append(out, item{l: -1, r: int32(j)})
			j++
		default:
			out = append(out, item{l: int32(i), r: int32(j)})
			i, j = i+1, j+1
		}
	}
	return slices.Clip(out)
}
