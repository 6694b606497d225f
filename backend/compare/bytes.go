package compare

import (
	"fmt"
	"strings"
)

const (
	hexWidth   = 16 // bytes a row
	hexBefore  = 8  // rows before the first difference
	maxHexRows = 64 // rows shown
	hexShown   = 16 // bytes shown in a change
)

// compareBytes compares by size and first difference.
func compareBytes(l, r string, rec *record, side bool) *rows {
	first := commonPrefix(l, r)
	differ := len(l) != len(r) || first < len(l)
	size, at := -1, -1
	if differ && !rec.ignore.covered() {
		if len(l) != len(r) {
			a, b := fmt.Sprintf("%d bytes", len(l)), fmt.Sprintf("%d bytes", len(r))
			size = rec.add(Change{Op: Replace, Path: "size", Left: &a, Right: &b})
		}
		if first < len(l) && first < len(r) {
			line := first/hexWidth + 1
			at = rec.add(Change{
				Op: Replace, Path: fmt.Sprintf("byte %d", first),
				Left: new(hexAt(l, first)), Right: new(hexAt(r, first)),
				LeftLine: line, RightLine: line,
			})
		}
	}
	if !side {
		return nil
	}
	from := max(0, first/hexWidth-hexBefore)
	return hexRows(l, r, from, size, at)
}

// hexAt writes the few bytes from first on.
func hexAt(s string, first int) string {
	end := min(len(s), first+hexShown)
	text := fmt.Sprintf("% x", s[first:end])
	if end < len(s) {
		text += " " + cutMark
	}
	return text
}

// hexRows lays both sides out in hex from the row from on.
func hexRows(l, r string, from, size, at int) *rows {
	a, b := hexLines(l, from, maxHexRows), hexLines(r, from, maxHexRows)
	rs := newRows(maxHexRows, func(right bool, ref lineRef, _ int) string {
		if right {
			return b[ref.ref]
		}
		return a[ref.ref]
	})
	rs.skipped, rs.skipL, rs.skipR = from, 1, 1
	rs.skip()
	for i := range max(len(a), len(b)) {
		row := rowRef{op: RowSame, change: -1}
		if i < len(a) {
			row.l, row.lno = lineRef{ref: uint32(i), form: formWhole}, from+i+1
		}
		if i < len(b) {
			row.r, row.rno = lineRef{ref: uint32(i), form: formWhole}, from+i+1
		}
		switch {
		case i >= len(a):
			row.op, row.change = RowAdd, size
		case i >= len(b):
			row.op, row.change = RowRemove, size
		case a[i] != b[i]:
			row.op, row.change = RowReplace, at
			if at < 0 {
				row.change = size
			}
		}
		rs.put(row)
	}
	longest := max(len(l), len(r))
	rs.truncated = longest > (from+maxHexRows)*hexWidth
	return rs
}

// hexLines writes up to n rows from the row from on: offset, hex, text.
func hexLines(s string, from, n int) []string {
	var out []string
	for i := from * hexWidth; i < len(s) && len(out) < n; i += hexWidth {
		row := s[i:min(len(s), i+hexWidth)]
		show := strings.Map(func(r rune) rune {
			if r < ' ' || r > '~' {
				return '.'
			}
			return r
		}, latin1(row))
		out = append(out, fmt.Sprintf("%08x  %-*s  %s", i, hexWidth*3-1, fmt.Sprintf("% x", row), show))
	}
	return out
}

// latin1 makes one character of each byte.
func latin1(s string) string {
	rs := make([]rune, len(s))
	for i := range len(s) {
		rs[i] = rune(s[i])
	}
	return string(rs)
}
