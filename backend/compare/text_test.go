package compare_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"creel/backend/compare"
)

// columns joins what each side's rows show.
func columns(rows []compare.Row) (left, right []string) {
	for _, row := range rows {
		if row.LeftNo > 0 {
			left = append(left, row.Left)
		}
		if row.RightNo > 0 {
			right = append(right, row.Right)
		}
	}
	return left, right
}

// TestTextRowsHoldTheText: each column is its text, equal rows are equal,
// and each difference belongs to a change.
func TestTextRowsHoldTheText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.SampledFrom([]string{"", "a", "b b", "c {", "}", "long words here"}), 1, 30)
		l, r := strings.Join(text.Draw(t, "l"), "\n")+"\n.", strings.Join(text.Draw(t, "r"), "\n")+"\n."
		left, right := compare.Message{Body: []byte(l)}, compare.Message{Body: []byte(r)}
		s := compare.SideBySide(left, right, compare.Options{})
		ls, rs := columns(s.Rows)
		if strings.Join(ls, "\n") != l || strings.Join(rs, "\n") != r {
			t.Fatalf("columns %q, %q of %q, %q", ls, rs, l, r)
		}
		for _, row := range s.Rows {
			same := row.LeftNo > 0 && row.RightNo > 0 && row.Left == row.Right
			if (row.Op == compare.RowSame) != (row.Change < 0) || row.Op == compare.RowSame && !same {
				t.Fatalf("row %+v", row)
			}
		}
		res := compare.Compare(left, right, compare.Options{})
		back := compare.Compare(right, left, compare.Options{})
		if res.Count != back.Count || res.Same != (l == r) {
			t.Fatalf("%d changes there, %d back, same %v", res.Count, back.Count, res.Same)
		}
	})
}

// TestLongTextsKeepTheDifferences: when not all rows fit, equal ones are left
// out and every difference stays.
func TestLongTextsKeepTheDifferences(t *testing.T) {
	lines := make([]string, 60_000)
	for i := range lines {
		lines[i] = fmt.Sprint("line ", i/3)
	}
	l := strings.Join(lines, "\n")
	lines[100], lines[40_000], lines[59_990] = "x", "y", "z"
	r := strings.Join(lines, "\n")
	s := compare.SideBySide(compare.Message{Body: []byte(l)}, compare.Message{Body: []byte(r)}, compare.Options{})
	no, seen := 0, map[int]int{}
	for _, row := range s.Rows {
		if row.LeftNo != no+1 {
			t.Fatalf("row %+v after line %d", row, no)
		}
		no = row.LeftNo + max(0, row.Skipped-1)
		if row.Change >= 0 {
			seen[row.LeftNo] = row.Change
		}
	}
	if s.Truncated || len(s.Rows) > 500 || no != len(lines) || seen[101] != 0 || seen[40_001] != 1 || seen[59_991] != 2 || len(seen) != 3 {
		t.Errorf("%d rows, truncated %v, last line %d, changes %v", len(s.Rows), s.Truncated, no, seen)
	}
}

// TestReplacedAmongEqual: a value replaced in a run of equal ones is one
// difference in its place.
func TestReplacedAmongEqual(t *testing.T) {
	for _, c := range [][2]string{
		{"[5,5,5]", "[7,5,5]"}, {"[5,5,5]", "[5,7,5]"}, {"[5,5,5]", "[5,5,7]"}, {"[0,5,5,5,1,2]", "[0,7,5,5,1,3]"},
	} {
		for _, m := range [][2]string{c, {c[1], c[0]}} {
			res := compare.Compare(jsonMessage(m[0]), jsonMessage(m[1]), compare.Options{})
			for _, ch := range bodyOf(res).Changes {
				if ch.Op != compare.Replace || ch.To != "" {
					t.Errorf("%s, %s: %+v", m[0], m[1], ch)
				}
			}
		}
	}
}
