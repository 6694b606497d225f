package compare

import "slices"

// item pairs the elements of two arrays, by their places among the children.
type item struct {
	l, r int32 // -1 on a side that lacks it
	// moved says that l and r are the same element at places that cross
	// others. It stands in the list twice, at its place on each side: once
	// with here 'l', once with here 'r'.
	moved bool
	here  byte
}

// side is one array in an alignment.
type side struct {
	d    *doc
	kids []uint32
	tok  []uint64 // what tells elements apart: their id, else their value
	mate []int32  // the partner's place, -1 for none
	move []bool   // the partner stands across others
}

func newSide(d *doc, kids []uint32) *side {
	s := &side{d: d, kids: kids, tok: make([]uint64, len(kids)), mate: make([]int32, len(kids)), move: make([]bool, len(kids))}
	for i, k := range kids {
		s.mate[i] = -1
		if n := &d.nodes[k]; !n.ignored {
			s.tok[i] = n.hash
		}
	}
	return s
}

func (s *side) node(i int32) *node { return &s.d.nodes[s.kids[i]] }

// alignment pairs the elements of two arrays: first those that are equal or
// bear the same id and stand in the same order, then whole elements that
// moved, then, between these, elements that resemble each other.
type alignment struct {
	a, b *side
	ids  bool // elements are told apart by an id
	sims *int // comparisons of likeness that may still be made
}

// align returns the pairs in order. flip looks at it from the other side, so
// that the answer is the mirror image when the sides are swapped.
func align(l *doc, lk []uint32, r *doc, rk []uint32, flip bool, sims *int) []item {
	ls, rs := newSide(l, lk), newSide(r, rk)
	g := alignment{a: ls, b: rs, sims: sims}
	if flip {
		g.a, g.b = rs, ls
	}
	g.ids = useIDs(g.a, g.b)
	for _, m := range lcs(g.a.tok, g.b.tok) {
		g.pair(m.a, m.b)
	}
	g.moves(func(n *node) bool { return n.count > 0 })
	g.gaps()
	g.moves(func(n *node) bool { return true })
	return list(ls, rs)
}

func (g *alignment) pair(i, j int32) { g.a.mate[i], g.b.mate[j] = j, i }

// moves pairs what is left over on both sides with equal tokens, the first
// with the first.
func (g *alignment) moves(of func(*node) bool) {
	left := make(map[uint64][]int32)
	for i, m := range g.a.mate {
		if n := g.a.node(int32(i)); m < 0 && of(n) && !n.ignored {
			left[g.a.tok[i]] = append(left[g.a.tok[i]], int32(i))
		}
	}
	if len(left) == 0 {
		return
	}
	for j, m := range g.b.mate {
		if n := g.b.node(int32(j)); m >= 0 || !of(n) || n.ignored {
			continue
		}
		if is := left[g.b.tok[j]]; len(is) > 0 {
			left[g.b.tok[j]] = is[1:]
			g.pair(is[0], int32(j))
			g.a.move[is[0]], g.b.move[j] = true, true
		}
	}
}

// gaps pairs the left-over elements between two neighbouring pairs.
func (g *alignment) gaps() {
	var la, lb []int32
	j := 0
	for i := 0; i <= len(g.a.mate); i++ {
		if i < len(g.a.mate) && (g.a.mate[i] < 0 || g.a.move[i]) {
			if g.a.mate[i] < 0 {
				la = append(la, int32(i))
			}
			continue
		}
		end := len(g.b.mate)
		if i < len(g.a.mate) {
			end = int(g.a.mate[i])
		}
		for ; j < end; j++ {
			if g.b.mate[j] < 0 {
				lb = append(lb, int32(j))
			}
		}
		j = end + 1
		if len(la) > 0 && len(lb) > 0 {
			g.gap(la, lb)
		}
		la, lb = la[:0], lb[:0]
	}
}

// smallGap is up to how many elements on each side are paired in the best
// way; larger gaps look at the next few only.
const (
	smallGap  = 32
	gapWindow = 8
)

func (g *alignment) gap(la, lb []int32) {
	if len(la) <= smallGap && len(lb) <= smallGap && *g.sims > 0 {
		g.best(la, lb)
		return
	}
	next := 0
	for i, a := range la {
		if next >= len(lb) {
			return
		}
		if *g.sims <= 0 { // no more looking: pair by place
			next = max(next, i)
			if next < len(lb) {
				g.pair(a, lb[next])
				next++
			}
			continue
		}
		at, top := -1, leastLike-1
		for j := next; j < min(next+gapWindow, len(lb)); j++ {
			if s := g.likeness(a, lb[j]); s > top {
				at, top = j, s
			}
		}
		if at >= 0 {
			g.pair(a, lb[at])
			next = at + 1
		}
	}
}

// best pairs so that the likeness of all pairs together is greatest.
func (g *alignment) best(la, lb []int32) {
	n, m := len(la), len(lb)
	sim := make([]int, n*m)
	sum := make([]int, (n+1)*(m+1)) // of the ends la[i:], lb[j:]
	w := m + 1
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			s := g.likeness(la[i], lb[j])
			top := max(sum[(i+1)*w+j], sum[i*w+j+1])
			if s >= leastLike {
				sim[i*m+j] = s
				top = max(top, s+sum[(i+1)*w+j+1])
			}
			sum[i*w+j] = top
		}
	}
	for i, j := 0, 0; i < n && j < m; {
		s := sim[i*m+j]
		switch {
		case s > 0 && sum[i*w+j] == s+sum[(i+1)*w+j+1]:
			g.pair(la[i], lb[j])
			i, j = i+1, j+1
		case sum[i*w+j] == sum[(i+1)*w+j]:
			i++
		default:
			j++
		}
	}
}

// From how much likeness on two elements are told as one that changed. Those
// with other ids are two, unless nearly all else is alike.
const (
	leastLike    = 300
	leastLikeIDs = 600
)

// likeness says how much two elements have in common, 0…1000, looking at the
// first few parts of each only.
func (g *alignment) likeness(i, j int32) int {
	*g.sims--
	a, b := g.a.node(i), g.b.node(j)
	switch {
	case a.ignored || b.ignored:
		if a.ignored && b.ignored {
			return 1000
		}
		return 0
	case a.kind == b.kind && a.hash == b.hash:
		return 1000
	case a.kind == kindObject && b.kind == kindObject:
		s := g.likeObjects(g.a.kids[i], g.b.kids[j])
		if g.ids && s < leastLikeIDs {
			return 0
		}
		return s
	case a.kind == kindArray && b.kind == kindArray:
		return g.likeArrays(g.a.kids[i], g.b.kids[j])
	case a.kind == b.kind:
		return 320
	case a.kind < kindArray && b.kind < kindArray:
		return 310
	}
	return 300
}

const likeParts = 16 // parts looked at

func (g *alignment) likeObjects(i, j uint32) int {
	a, b := firstKids(g.a.d, i), firstKids(g.b.d, j)
	score := 0
	for p, k := range a {
		q := p
		if q >= len(b) || g.a.d.rawKey(k) != g.b.d.rawKey(b[q]) {
			q = slices.IndexFunc(b, func(o uint32) bool { return g.a.d.rawKey(k) == g.b.d.rawKey(o) })
		}
		if q < 0 {
			continue
		}
		*g.sims--
		if x, y := &g.a.d.nodes[k], &g.b.d.nodes[b[q]]; x.hash == y.hash || x.ignored {
			score += 1000
		} else {
			score += 350
		}
	}
	return score / max(1, len(a), len(b))
}

func (g *alignment) likeArrays(i, j uint32) int {
	a, b := firstKids(g.a.d, i), firstKids(g.b.d, j)
	score := 0
	for p, k := range a {
		h := g.a.d.nodes[k].hash
		q := slices.IndexFunc(b, func(o uint32) bool { return g.b.d.nodes[o].hash == h })
		switch {
		case q >= 0:
			score += 1000
		case p < len(b):
			score += 350
		}
	}
	*g.sims -= len(a)
	return score / max(1, len(a), len(b))
}

// firstKids returns the first few children.
func firstKids(d *doc, i uint32) []uint32 {
	n := &d.nodes[i]
	out := make([]uint32, 0, likeParts)
	for k := i + 1; k < n.next && len(out) < likeParts; k = d.nodes[k].next {
		out = append(out, k)
	}
	return out
}

// list puts the pairs in order: what stands between two pairs, left first,
// then the pair.
func list(l, r *side) []item {
	out := make([]item, 0, max(len(l.kids), len(r.kids)))
	j := 0
	rights := func(end int) {
		for ; j < end; j++ {
			it := item{l: -1, r: int32(j)}
			if r.move[j] {
				it = item{l: r.mate[j], r: int32(j), moved: true, here: 'r'}
			}
			out = append(out, it)
		}
	}
	for i, m := range l.mate {
		switch {
		case m < 0:
			out = append(out, item{l: int32(i), r: -1})
		case l.move[i]:
			out = append(out, item{l: int32(i), r: m, moved: true, here: 'l'})
		default:
			rights(int(m))
			out = append(out, item{l: int32(i), r: m})
			j++
		}
	}
	rights(len(r.mate))
	return out
}
