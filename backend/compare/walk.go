package compare

import "slices"

// maxSims bounds how many parts of elements are compared for likeness in one
// comparison.
const maxSims = 20_000_000

// trust says what is known about two values before they are looked at.
type trust uint8

const (
	unknown  trust = iota // equal hashes are to be verified
	equal                 // verified: only rows are wanted
	distrust              // verification failed: hashes say nothing from here on
)

// walker goes down two JSON values together, where they differ, and records
// changes; with rows it goes everywhere and records the lines too.
type walker struct {
	l, r *doc
	rec  *record
	rows *rows // nil when only the changes are wanted
	path []step
	flip bool // align from the right (see align)
	sims int
}

// place is where two values stand.
type place struct {
	ll, rl int // lines, from 1; 0 on a side that lacks it
	depth  int
	lc, rc bool // a comma follows
	trust  trust
}

// compareJSON compares two scanned bodies.
func compareJSON(l, r *doc, h hasher, rec *record, rs *rows) {
	l.ignore(h, rec.ignore)
	r.ignore(h, rec.ignore)
	w := walker{l: l, r: r, rec: rec, rows: rs, sims: maxSims}
	w.flip = len(l.src) > len(r.src) || len(l.src) == len(r.src) && l.src > r.src
	w.value(0, 0, place{ll: 1, rl: 1})
}

func (w *walker) value(ln, rn uint32, at place) {
	a, b := &w.l.nodes[ln], &w.r.nodes[rn]
	if a.ignored || b.ignored {
		w.zip(ln, rn, at, rowRef{op: RowSame, change: -1, faint: true})
		return
	}
	if at.trust == unknown && a.kind == b.kind && a.hash == b.hash {
		at.trust = distrust
		if same(w.l, ln, w.r, rn) {
			at.trust = equal
		}
	}
	if at.trust == equal && w.rows == nil {
		return
	}
	switch {
	case a.kind == kindObject && b.kind == kindObject:
		w.object(ln, rn, at)
	case a.kind == kindArray && b.kind == kindArray:
		w.array(ln, rn, at)
	case at.trust == equal, a.kind < kindArray && sameScalar(w.l, ln, w.r, rn):
		spelled := a.kind < kindArray && w.l.text(ln) != w.r.text(rn)
		w.zip(ln, rn, at, rowRef{op: RowSame, change: -1, faint: spelled})
	default:
		i := w.change(Replace, ln, rn, at)
		w.zip(ln, rn, at, rowRef{op: RowReplace, change: i})
	}
}

// object compares two objects, member by member.
func (w *walker) object(ln, rn uint32, at place) {
	ms := members(w.l, ln, w.r, rn)
	lastL, lastR := -1, -1
	for i, m := range ms {
		if m.l != none {
			lastL = i
		}
		if m.r != none {
			lastR = i
		}
	}
	w.openRow(ln, rn, at)
	in := place{ll: at.ll + 1, rl: at.rl + 1, depth: at.depth + 1, trust: at.trust}
	for i, m := range ms {
		in.lc, in.rc = i != lastL, i != lastR
		w.path = append(w.path, step{key: m.key, nth: m.nth})
		switch {
		case m.l == none:
			w.oneSided(Add, m.r, in)
		case m.r == none:
			w.oneSided(Remove, m.l, in)
		default:
			w.value(m.l, m.r, in)
		}
		w.path = w.path[:len(w.path)-1]
		if m.l != none {
			in.ll += int(w.l.nodes[m.l].lines)
		}
		if m.r != none {
			in.rl += int(w.r.nodes[m.r].lines)
		}
	}
	w.closeRow(ln, rn, at)
}

// array compares two arrays by their aligned elements.
func (w *walker) array(ln, rn uint32, at place) {
	lk, rk := w.l.kids(ln), w.r.kids(rn)
	var items []item
	if at.trust == equal {
		items = positional(w.l, lk, w.r, rk)
	} else {
		items = align(w.l, lk, w.r, rk, w.flip, &w.sims)
	}
	ll, rl := lineStarts(w.l, lk, at.ll), lineStarts(w.r, rk, at.rl)
	w.openRow(ln, rn, at)
	var moved map[int32]int // change of a moved element, by its left place
	for _, it := range items {
		in := place{depth: at.depth + 1, trust: at.trust}
		if it.l >= 0 {
			in.ll, in.lc = ll[it.l], int(it.l) < len(lk)-1
		}
		if it.r >= 0 {
			in.rl, in.rc = rl[it.r], int(it.r) < len(rk)-1
		}
		w.path = append(w.path, step{index: true, l: int(it.l), r: int(it.r)})
		switch {
		case it.moved:
			i, ok := moved[it.l]
			if !ok {
				i = w.move(lk[it.l], rk[it.r], in)
				if moved == nil {
					moved = make(map[int32]int)
				}
				moved[it.l] = i
			}
			w.movedRows(it, lk, rk, in, i)
		case it.l < 0:
			w.oneSided(Add, rk[it.r], in)
		case it.r < 0:
			w.oneSided(Remove, lk[it.l], in)
		default:
			w.value(lk[it.l], rk[it.r], in)
		}
		w.path = w.path[:len(w.path)-1]
	}
	w.closeRow(ln, rn, at)
}

// lineStarts returns the line of each element of an array that starts at
// line.
func lineStarts(d *doc, kids []uint32, line int) []int {
	out := make([]int, len(kids))
	line++
	for i, k := range kids {
		out[i] = line
		line += int(d.nodes[k].lines)
	}
	return out
}

// move records that an element moved, and what changed inside it.
func (w *walker) move(ln, rn uint32, at place) int {
	i := w.change(Move, ln, rn, at)
	rows := w.rows
	w.rows = nil
	w.value(ln, rn, at)
	w.rows = rows
	return i
}

// movedRows shows a moved element at its place on one side.
func (w *walker) movedRows(it item, lk, rk []uint32, at place, change int) {
	if it.here == 'l' {
		at.rl = 0
		w.sideRows(Remove, lk[it.l], at, rowRef{op: RowRemove, change: change})
		return
	}
	at.ll = 0
	w.sideRows(Add, rk[it.r], at, rowRef{op: RowAdd, change: change})
}

// oneSided records a value that only one side has.
func (w *walker) oneSided(op Op, n uint32, at place) {
	d, row := w.l, rowRef{op: RowRemove, change: -1}
	if op == Add {
		d, row.op = w.r, RowAdd
		at.ll = 0
	} else {
		at.rl = 0
	}
	if d.nodes[n].ignored {
		row.faint = true
	} else {
		row.change = w.change(op, n, n, at)
	}
	w.sideRows(op, n, at, row)
}

// change records a change at the current path.
func (w *walker) change(op Op, ln, rn uint32, at place) int {
	if !w.rec.room(false) {
		return -1
	}
	ch := Change{Op: op, Path: renderPath(w.path, op == Add), LeftLine: at.ll, RightLine: at.rl}
	var l, r string
	if op != Add {
		l = w.l.compact(ln)
	}
	if op != Remove {
		r = w.r.compact(rn)
	}
	switch op {
	case Add:
		ch.Right = new(clip(r))
	case Remove:
		ch.Left = new(clip(l))
	default:
		l, r = clipPair(l, r)
		ch.Left, ch.Right = &l, &r
		indexed := func(s step) bool { return s.index && s.l != s.r }
		if slices.ContainsFunc(w.path, indexed) {
			ch.To = renderPath(w.path, true)
		}
	}
	return w.rec.keep(ch)
}

// compact is the value's source text without blanks between tokens; a long
// container only as far as a change shows it.
func (d *doc) compact(i uint32) string {
	text := d.text(i)
	if d.nodes[i].kind < kindArray {
		return text
	}
	out := make([]byte, 0, min(len(text), MaxText+8))
	quoted := false
	for j := 0; j < len(text) && len(out) < MaxText+8; j++ {
		c := text[j]
		switch {
		case quoted && c == '\\':
			out = append(out, c)
			j++
			c = text[j]
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ' ' || c == '\n' || c == '\t' || c == '\r'):
			continue
		}
		out = append(out, c)
	}
	return string(out)
}
