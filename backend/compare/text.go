package compare

import (
	"fmt"
	"strings"
)

// maxLines is how many lines a body may have to be compared by lines.
const maxLines = 1_000_000

// splitLines returns the lines without their ends ("\n", "\r\n"). A line end
// at the end of the text begins no further line.
func splitLines(s string) []string {
	s = strings.TrimSuffix(s, "\n")
	out := strings.Split(s, "\n")
	for i, l := range out {
		out[i] = strings.TrimSuffix(l, "\r")
	}
	return out
}

// hunk is a stretch of lines that differs: left [al, ah), right [bl, bh).
type hunk struct{ al, ah, bl, bh int }

// compareText compares by lines. Lines that differ, one after the other, are
// one change. How lines end is faint.
func compareText(l, r string, rec *record, side bool) *rows {
	if rec.ignore.covered() {
		r, rec = l, newRecord(Options{}, nil)
	}
	a, b := splitLines(l), splitLines(r)
	hunks := textHunks(a, b, len(l) > len(r) || len(l) == len(r) && l > r)
	var rs *rows
	if side {
		rs = newRows(max(len(a), len(b)), func(right bool, ref lineRef, _ int) string {
			if right {
				return b[ref.ref]
			}
			return a[ref.ref]
		})
	}
	i, j := 0, 0
	for _, h := range hunks {
		rs.lines(hunk{i, h.al, j, h.bl}, rowRef{op: RowSame, change: -1})
		rs.lines(h, rowRef{op: RowReplace, change: rec.add(textChange(a, b, h))})
		i, j = h.ah, h.bh
	}
	rs.lines(hunk{i, len(a), j, len(b)}, rowRef{op: RowSame, change: -1})
	lineEnds(l, r, len(hunks) == 0, rec)
	return rs
}

// textHunks returns what is between the matching lines.
func textHunks(a, b []string, flip bool) []hunk {
	ids := make(map[string]uint64, len(a))
	ta, tb := intern(ids, a), intern(ids, b)
	ms := lcsFrom(ta, tb, flip)
	var out []hunk
	i, j := 0, 0
	for _, m := range append(ms, match{int32(len(a)), int32(len(b))}) {
		if int(m.a) > i || int(m.b) > j {
			out = append(out, hunk{i, int(m.a), j, int(m.b)})
		}
		i, j = int(m.a)+1, int(m.b)+1
	}
	return out
}

// lcsFrom is lcs, seen from the other side when flip is set.
func lcsFrom(a, b []uint64, flip bool) []match {
	if !flip {
		return lcs(a, b)
	}
	ms := lcs(b, a)
	for i, m := range ms {
		ms[i] = match{m.b, m.a}
	}
	return ms
}

func textChange(a, b []string, h hunk) Change {
	ch := Change{Op: Replace, Path: linesPath(h.al, h.ah)}
	if h.ah > h.al {
		ch.Left, ch.LeftLine = new(joinLines(a[h.al:h.ah])), h.al+1
	} else {
		ch.Op, ch.Path = Add, linesPath(h.bl, h.bh)
	}
	if h.bh > h.bl {
		ch.Right, ch.RightLine = new(joinLines(b[h.bl:h.bh])), h.bl+1
		if to := linesPath(h.bl, h.bh); to != ch.Path {
			ch.To = to
		}
	} else {
		ch.Op = Remove
	}
	return ch
}

func linesPath(from, to int) string {
	if to-from == 1 {
		return fmt.Sprintf("line %d", from+1)
	}
	return fmt.Sprintf("lines %d-%d", from+1, to)
}

// joinLines joins lines as far as a change shows them.
func joinLines(ls []string) string {
	n := 0
	for i, l := range ls {
		if n += len(l) + 1; n > 2*MaxText {
			ls = ls[:i+1]
			break
		}
	}
	return strings.Join(ls, "\n")
}

// lineEnds records faintly that lines end differently.
func lineEnds(l, r string, alike bool, rec *record) {
	name := func(s string) string {
		crlf, lf := strings.Count(s, "\r\n"), strings.Count(s, "\n")
		switch {
		case lf == 0:
			return ""
		case crlf == 0:
			return "LF"
		case crlf == lf:
			return "CRLF"
		}
		return "CRLF and LF"
	}
	if a, b := name(l), name(r); a != b && a != "" && b != "" {
		rec.add(Change{Op: Replace, Path: "line ends", Left: &a, Right: &b, Faint: true})
	}
	last := func(s string) string {
		if strings.HasSuffix(s, "\n") {
			return "line end"
		}
		return "no line end"
	}
	if a, b := last(l), last(r); alike && a != b {
		rec.add(Change{Op: Replace, Path: "end", Left: &a, Right: &b, Faint: true})
	}
}

// lines shows a stretch of lines: beside each other as far as both sides
// have some, the rest by themselves.
func (rs *rows) lines(h hunk, row rowRef) {
	if rs == nil {
		return
	}
	n, m := h.ah-h.al, h.bh-h.bl
	for i := range max(n, m) {
		one := row
		if i < n {
			one.l, one.lno = lineRef{ref: uint32(h.al + i), form: formWhole}, h.al+i+1
		} else {
			one.op = RowAdd
		}
		if i < m {
			one.r, one.rno = lineRef{ref: uint32(h.bl + i), form: formWhole}, h.bl+i+1
		} else {
			one.op = RowRemove
		}
		rs.put(one)
	}
}
