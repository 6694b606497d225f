package compare

// slide moves stretches that only one side has along equal neighbours until
// they meet another such stretch, where they can: [5 5 5] and [7 5 5] then
// differ in one place instead of two. As many matches stay. Each stretch
// moves no farther than the next one, so it is linear.
func slide(a, b []uint64, ms []match) {
	gap := func(k int) (al, ah, bl, bh int) { // before match k
		ah, bh = len(a), len(b)
		if k < len(ms) {
			ah, bh = int(ms[k].a), int(ms[k].b)
		}
		if k > 0 {
			al, bl = int(ms[k-1].a)+1, int(ms[k-1].b)+1
		}
		return al, ah, bl, bh
	}
	empty := func(k int) bool {
		al, ah, bl, bh := gap(k)
		return al == ah && bl == bh
	}
	for k := 1; k <= len(ms); k++ { // towards the start
		al, ah, bl, bh := gap(k)
		da, db := ah-al, bh-bl
		if (da == 0) == (db == 0) {
			continue
		}
		for t := k - 1; t >= 0 && shifts(a, b, ms[t], da, db); t-- {
			if !empty(t) {
				shift(ms[t:k], da, db)
				break
			}
		}
	}
	for k := len(ms) - 1; k >= 0; k-- { // towards the end
		al, ah, bl, bh := gap(k)
		da, db := ah-al, bh-bl
		if (da == 0) == (db == 0) {
			continue
		}
		for t := k; t < len(ms) && shifts(a, b, ms[t], -da, -db); t++ {
			if !empty(t + 1) {
				shift(ms[k:t+1], -da, -db)
				break
			}
		}
	}
}

// shifts reports whether m would still match da and db further.
func shifts(a, b []uint64, m match, da, db int) bool {
	return a[int(m.a)+da] == b[int(m.b)+db]
}

func shift(ms []match, da, db int) {
	for i := range ms {
		ms[i].a += int32(da)
		ms[i].b += int32(db)
	}
}
