package compare

import "slices"

// match pairs index a of one sequence with index b of the other.
type match struct{ a, b int32 }

const (
	smallEdit = 64  // edits to look for before anything else
	largeEdit = 800 // edits to look for when anchors alone would not be exact
	maxRounds = 8   // levels of anchors inside anchors
)

// lcs returns pairs of equal tokens, increasing on both sides, as many as it
// finds within its budget. When the sequences differ by fewer than largeEdit
// insertions and removals, or no token repeats, the answer is a longest
// common subsequence; beyond that, tokens that occur once on each side are
// anchors and the stretches between them are looked at by themselves. Work is
// O((n+m) log(n+m)), with no quadratic case.
func lcs(a, b []uint64) []match {
	s := sequences{a: a, b: b, budget: 1<<20 + 48*(len(a)+len(b))}
	s.box(0, len(a), 0, len(b), maxRounds)
	slide(a, b, s.out)
	return s.out
}

type sequences struct {
	a, b   []uint64
	out    []match
	budget int // steps that searching for shortest edits may still take
}

// box appends the matches of a[al:ah] with b[bl:bh], in order.
func (s *sequences) box(al, ah, bl, bh, rounds int) {
	for al < ah && bl < bh && s.a[al] == s.b[bl] {
		s.out = append(s.out, match{int32(al), int32(bl)})
		al, bl = al+1, bl+1
	}
	tail := 0
	for al < ah && bl < bh && s.a[ah-1] == s.b[bh-1] {
		ah, bh, tail = ah-1, bh-1, tail+1
	}
	if al < ah && bl < bh && rounds > 0 {
		s.inner(al, ah, bl, bh, rounds)
	}
	for i := range tail {
		s.out = append(s.out, match{int32(ah + i), int32(bh + i)})
	}
}

// inner is box without common ends. The cheap exact search comes first, then
// the one that is exact when no token repeats, then the dear ones.
func (s *sequences) inner(al, ah, bl, bh, rounds int) {
	if s.shortest(al, ah, bl, bh, smallEdit) {
		return
	}
	anchors, all := s.anchors(al, ah, bl, bh)
	if !all && s.shortest(al, ah, bl, bh, largeEdit) {
		return
	}
	if all {
		s.out = append(s.out, anchors...)
		return
	}
	pa, pb := al, bl
	for _, m := range anchors {
		if int(m.a) > pa && int(m.b) > pb {
			s.box(pa, int(m.a), pb, int(m.b), rounds-1)
		}
		s.out = append(s.out, m)
		pa, pb = int(m.a)+1, int(m.b)+1
	}
	if len(anchors) > 0 {
		s.box(pa, ah, pb, bh, rounds-1)
	}
}

// shortest is Myers' greedy search for the shortest edit of at most limit
// insertions and removals. It reports false when there is none so short, or
// the budget ran out; nothing is appended then.
func (s *sequences) shortest(al, ah, bl, bh, limit int) bool {
	n, m := ah-al, bh-bl
	limit = min(limit, n+m)
	if n-m > limit || m-n > limit {
		return false
	}
	// v[off+k] is how far diagonal k (x-y) reached; trace keeps v[-d..d] as it
	// was before round d.
	off := limit + 1
	v := make([]int32, 2*limit+3)
	var trace [][]int32
	for d := 0; d <= limit; d++ {
		trace = append(trace, slices.Clone(v[off-d:off+d+1]))
		for k := -d; k <= d; k += 2 {
			x := int(v[off+k-1]) + 1
			if k == -d || (k != d && v[off+k-1] < v[off+k+1]) {
				x = int(v[off+k+1])
			}
			if d == 0 {
				x = 0
			}
			x0 := x
			for x < n && x-k < m && s.a[al+x] == s.b[bl+x-k] {
				x++
			}
			v[off+k] = int32(x)
			s.budget -= x - x0 + 1
			if x >= n && x-k >= m {
				s.backtrack(trace, al, bl, n, m)
				return true
			}
		}
		if s.budget < 0 {
			return false
		}
	}
	return false
}

// backtrack walks the trace of shortest from the end to the start and appends
// the matches on the way, first one first.
func (s *sequences) backtrack(trace [][]int32, al, bl, x, y int) {
	first := len(s.out)
	for d := len(trace) - 1; d >= 0; d-- {
		k := x - y
		at := func(k int) int { // v[k] before round d; beyond its ends nothing was reached
			if k < -d || k > d {
				return -1
			}
			return int(trace[d][k+d])
		}
		px, pk := 0, 0
		if d > 0 {
			pk = k - 1
			if k == -d || (k != d && at(k-1) < at(k+1)) {
				pk = k + 1
			}
			px = at(pk)
		}
		py := px - pk
		for x > px && y > py {
			x, y = x-1, y-1
			s.out = append(s.out, match{int32(al + x), int32(bl + y)})
		}
		x, y = px, py
	}
	slices.Reverse(s.out[first:])
}

// anchors returns the longest increasing run of tokens that occur exactly
// once on each side of the box; all says that no token repeats on either
// side, so that the run is a longest common subsequence.
func (s *sequences) anchors(al, ah, bl, bh int) (run []match, all bool) {
	const many = -1
	where := make(map[uint64]int32, bh-bl)
	all = true
	for j := bl; j < bh; j++ {
		if _, ok := where[s.b[j]]; ok {
			where[s.b[j]], all = many, false
		} else {
			where[s.b[j]] = int32(j)
		}
	}
	seen := make(map[uint64]int32, ah-al)
	for i := al; i < ah; i++ {
		if _, ok := where[s.a[i]]; ok {
			seen[s.a[i]]++
			all = all && seen[s.a[i]] == 1
		}
	}
	var ms []match
	for i := al; i < ah; i++ {
		if j, ok := where[s.a[i]]; ok && j != many && seen[s.a[i]] == 1 {
			ms = append(ms, match{int32(i), j})
		}
	}
	return increasing(ms), all
}

// increasing returns a longest subsequence of ms whose b grows; a grows
// already.
func increasing(ms []match) []match {
	if len(ms) == 0 {
		return nil
	}
	tops := make([]int32, 0, len(ms)) // tops[k]: the end of the best run of k+1
	back := make([]int32, len(ms))
	for i, m := range ms {
		k, _ := slices.BinarySearchFunc(tops, m.b, func(t, b int32) int { return int(ms[t].b) - int(b) })
		back[i] = -1
		if k > 0 {
			back[i] = tops[k-1]
		}
		if k == len(tops) {
			tops = append(tops, int32(i))
		} else {
			tops[k] = int32(i)
		}
	}
	run := make([]match, len(tops))
	at := tops[len(tops)-1]
	for k := len(run) - 1; k >= 0; k-- {
		run[k] = ms[at]
		at = back[at]
	}
	return run
}
