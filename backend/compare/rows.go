package compare

import "strings"

// RowOp says what a row of the side-by-side text is.
type RowOp string

// The kinds of row.
const (
	RowSame    RowOp = "same"
	RowAdd     RowOp = "add"     // only right has the line
	RowRemove  RowOp = "remove"  // only left has the line
	RowReplace RowOp = "replace" // both have one, and they differ
	RowSkip    RowOp = "skip"    // stands for Skipped equal rows that are left out
)

// Row is one line of the side-by-side text.
type Row struct {
	Op RowOp
	// LeftNo and RightNo are line numbers from 1, 0 on a side that has no
	// line here; of the first row left out for RowSkip.
	LeftNo, RightNo int
	// Left and Right are the lines, cut to MaxText bytes around the first
	// difference with "…" at each cut.
	Left, Right string
	// LeftRanges and RightRanges are the differing stretches of a replaced
	// row, [from, to) in UTF-16 code units, as JavaScript counts.
	LeftRanges, RightRanges [][2]int
	// Change is the index in Sides.Changes of the change that the row is part
	// of, -1 when it is of none, or of one that is only counted.
	Change int
	// Faint marks a row that is left out of the comparison by Options.Ignore,
	// or that differs in spelling only.
	Faint bool
	// Skipped is how many equal rows a RowSkip stands for.
	Skipped int
}

// MaxRows is how many rows SideBySide returns at most.
const MaxRows = 20_000

// rowContext is how many equal rows stay around each difference when there
// are more than MaxRows rows in all.
const rowContext = 40

// form is which part of a value a line shows.
type form uint8

const (
	formNone  form = iota // no line on this side
	formOpen              // the opening bracket
	formClose             // the closing bracket
	formWhole             // all of it
)

// lineRef is a line that is not rendered yet: part of a JSON node, or a line
// of a text by its index.
type lineRef struct {
	ref   uint32
	form  form
	comma bool
}

// rowRef is a row that is not rendered yet.
type rowRef struct {
	l, r     lineRef
	lno, rno int
	depth    int
	op       RowOp
	change   int
	faint    bool
	plain    bool // do not look for differing stretches
}

// rows collects the side-by-side text within MaxRows. Equal rows far from any
// difference are left out when not all fit.
type rows struct {
	render    func(right bool, ref lineRef, depth int) string
	all       bool // all rows fit
	out       []Row
	ring      []rowRef // the last equal rows, not shown yet
	first     int      // the oldest in ring, when it is full
	after     int      // equal rows still to show after a difference
	skipped   int      // rows that fell out of ring
	skipL     int      // line numbers of the first of them
	skipR     int
	words     int // pairs of words that may still be compared (see inline)
	truncated bool
}

func newRows(total int, render func(right bool, ref lineRef, depth int) string) *rows {
	return &rows{render: render, all: total <= MaxRows, after: rowContext, words: maxInline}
}

// put adds a row; a nil receiver takes none.
func (rs *rows) put(ref rowRef) {
	switch {
	case rs == nil || rs.truncated:
	case ref.op != RowSame:
		rs.flush()
		rs.show(ref)
		rs.after = rowContext
	case rs.all || rs.after > 0:
		rs.after--
		rs.show(ref)
	case len(rs.ring) < rowContext:
		rs.ring = append(rs.ring, ref)
	default:
		old := rs.ring[rs.first]
		if rs.skipped == 0 {
			rs.skipL, rs.skipR = old.lno, old.rno
		}
		rs.skipped++
		rs.ring[rs.first] = ref
		rs.first = (rs.first + 1) % rowContext
	}
}

// flush shows the equal rows just before a difference.
func (rs *rows) flush() {
	rs.skip()
	for i := range rs.ring {
		rs.show(rs.ring[(rs.first+i)%len(rs.ring)])
	}
	rs.ring, rs.first = rs.ring[:0], 0
}

func (rs *rows) skip() {
	if rs.skipped > 0 && !rs.truncated {
		rs.out = append(rs.out, Row{Op: RowSkip, LeftNo: rs.skipL, RightNo: rs.skipR, Skipped: rs.skipped, Change: -1})
		rs.skipped = 0
	}
}

// finish closes the list.
func (rs *rows) finish() []Row {
	if n := len(rs.ring); n > 0 {
		if rs.skipped == 0 {
			rs.skipL, rs.skipR = rs.ring[0].lno, rs.ring[0].rno
		}
		rs.skipped += n
	}
	rs.skip()
	if rs.out == nil {
		return []Row{}
	}
	return rs.out
}

// show renders a row.
func (rs *rows) show(ref rowRef) {
	if len(rs.out) >= MaxRows {
		rs.truncated = true
		return
	}
	row := Row{Op: ref.op, Change: ref.change, Faint: ref.faint}
	if ref.l.form != formNone {
		row.LeftNo, row.Left = ref.lno, rs.render(false, ref.l, ref.depth)
	}
	if ref.r.form != formNone {
		row.RightNo, row.Right = ref.rno, rs.render(true, ref.r, ref.depth)
	}
	row.Left, row.Right = clipPair(row.Left, row.Right)
	if ref.op == RowReplace && !ref.plain && ref.l.form != formNone && ref.r.form != formNone {
		row.LeftRanges, row.RightRanges = inline(bare(row.Left, ref.l), bare(row.Right, ref.r), &rs.words)
	}
	rs.out = append(rs.out, row)
}

// bare is the line without the comma after it, which is no difference.
func bare(line string, ref lineRef) string {
	if ref.comma {
		return strings.TrimSuffix(line, ",")
	}
	return line
}

// flatLine is one line of a pretty-printed subtree.
type flatLine struct {
	lineRef
	depth int
}

// flatten returns the lines of a subtree, no more than MaxRows.
func (d *doc) flatten(i uint32, depth int, comma bool, out []flatLine) []flatLine {
	n := &d.nodes[i]
	if len(out) > MaxRows {
		return out
	}
	if n.count == 0 {
		return append(out, flatLine{lineRef{i, formWhole, comma}, depth})
	}
	out = append(out, flatLine{lineRef{i, formOpen, false}, depth})
	for k := i + 1; k < n.next; k = d.nodes[k].next {
		out = d.flatten(k, depth+1, d.nodes[k].next < n.next, out)
	}
	return append(out, flatLine{lineRef{i, formClose, comma}, depth})
}

// sideRows shows a subtree that stands on one side only.
func (w *walker) sideRows(op Op, n uint32, at place, row rowRef) {
	if w.rows == nil || w.rows.truncated {
		return
	}
	d, comma := w.l, at.lc
	if op == Add {
		d, comma = w.r, at.rc
	}
	for i, f := range d.flatten(n, at.depth, comma, nil) {
		row.depth = f.depth
		if op == Add {
			row.r, row.rno = f.lineRef, at.rl+i
		} else {
			row.l, row.lno = f.lineRef, at.ll+i
		}
		w.rows.put(row)
	}
}

// zip shows two subtrees line beside line.
func (w *walker) zip(ln, rn uint32, at place, row rowRef) {
	if w.rows == nil || w.rows.truncated {
		return
	}
	if w.l.nodes[ln].count == 0 && w.r.nodes[rn].count == 0 {
		row.l, row.r = lineRef{ln, formWhole, at.lc}, lineRef{rn, formWhole, at.rc}
		row.lno, row.rno, row.depth = at.ll, at.rl, at.depth
		w.rows.put(row)
		return
	}
	ls := w.l.flatten(ln, at.depth, at.lc, nil)
	rs := w.r.flatten(rn, at.depth, at.rc, nil)
	for i := range max(len(ls), len(rs)) {
		one := row
		one.plain = i > 0
		if i < len(ls) {
			one.l, one.lno, one.depth = ls[i].lineRef, at.ll+i, ls[i].depth
		}
		if i < len(rs) {
			one.r, one.rno = rs[i].lineRef, at.rl+i
			one.depth = max(one.depth, rs[i].depth)
		}
		switch {
		case row.op == RowSame:
		case i >= len(ls):
			one.op = RowAdd
		case i >= len(rs):
			one.op = RowRemove
		}
		w.rows.put(one)
	}
}

// openRow shows the opening brackets of two containers; an empty one is a
// line by itself.
func (w *walker) openRow(ln, rn uint32, at place) {
	if w.rows == nil {
		return
	}
	row := rowRef{lno: at.ll, rno: at.rl, depth: at.depth, op: RowSame, change: -1, plain: true}
	row.l, row.r = lineRef{ln, formOpen, false}, lineRef{rn, formOpen, false}
	if w.l.nodes[ln].count == 0 {
		row.l.form, row.l.comma = formWhole, at.lc
	}
	if w.r.nodes[rn].count == 0 {
		row.r.form, row.r.comma = formWhole, at.rc
	}
	if row.l.form != row.r.form {
		row.op = RowReplace
	}
	w.rows.put(row)
}

// closeRow shows the closing brackets.
func (w *walker) closeRow(ln, rn uint32, at place) {
	a, b := &w.l.nodes[ln], &w.r.nodes[rn]
	if w.rows == nil || a.count == 0 && b.count == 0 {
		return
	}
	row := rowRef{depth: at.depth, op: RowSame, change: -1, plain: true}
	if a.count > 0 {
		row.l, row.lno = lineRef{ln, formClose, at.lc}, at.ll+int(a.lines)-1
	} else {
		row.op = RowAdd
	}
	if b.count > 0 {
		row.r, row.rno = lineRef{rn, formClose, at.rc}, at.rl+int(b.lines)-1
	} else {
		row.op = RowRemove
	}
	w.rows.put(row)
}
