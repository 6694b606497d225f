package compare_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"creel/backend/compare"
)

// TestBudgetCase is the case of DESIGN section 5: 65 values changed, one
// element removed, one inserted elsewhere.
func TestBudgetCase(t *testing.T) {
	l, r := changedRecords(6_500)
	res := compare.Compare(compare.Message{Body: l}, compare.Message{Body: r}, compare.Options{})
	count := map[compare.Op]int{}
	for _, c := range bodyOf(res).Changes {
		count[c.Op]++
	}
	if want := map[compare.Op]int{compare.Replace: 65, compare.Add: 1, compare.Remove: 1}; !reflect.DeepEqual(count, want) {
		t.Errorf("changes %v, want %v", count, want)
	}
	// The same without ids.
	strip := func(b []byte) compare.Message {
		return jsonMessage(strings.ReplaceAll(string(b), `"id":`, `"i.d":`))
	}
	if n := compare.Compare(strip(l), strip(r), compare.Options{}).Count; n != 67 {
		t.Errorf("%d changes without ids, want 67", n)
	}
	s := compare.SideBySide(compare.Message{Body: l}, compare.Message{Body: r}, compare.Options{})
	if s.Truncated || len(s.Rows) > compare.MaxRows {
		t.Errorf("%d rows, truncated %v", len(s.Rows), s.Truncated)
	}
	seen := map[int]bool{}
	for _, row := range s.Rows {
		seen[row.Change] = true
	}
	if len(seen) != 67+1 {
		t.Errorf("%d changes have rows, want 67", len(seen)-1)
	}
}

// hostile are pairs of bodies that make careless algorithms quadratic, or
// recurse too deep. They only have to end.
func hostile() map[string][2]string {
	rnd := rand.New(rand.NewPCG(3, 4))
	list := func(n int, f func(i int) string) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = f(i)
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	coin := func(int) string { return fmt.Sprint(rnd.IntN(2)) }
	shuffled := rnd.Perm(50_000)
	object := func(n, by int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `,"k%d":%d`, i*by%n, i*by%n+i%2*by)
		}
		return "{" + b.String()[1:] + "}"
	}
	nest := func(n int, in string) string {
		return strings.Repeat(`{"a":[`, n) + in + strings.Repeat(`]}`, n)
	}
	big := `"` + strings.Repeat("x", 1<<20) + `"`
	turned := func(n int, a, b string) string {
		return strings.Repeat(`{"x":`, n) + big + strings.Repeat(`,"d":`+a+`,"d":`+b+`}`, n)
	}
	lines := func(n int, f func(i int) string) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = f(i)
		}
		return strings.Join(parts, "\n")
	}
	fresh := func(i int) string {
		return fmt.Sprintf(`{"ts":%d,"a":{"b":[%d,2]},"same":"value"}`, rnd.Uint32(), i)
	}
	return map[string][2]string{
		"coins":     {list(200_000, coin), list(200_000, coin)},
		"shuffled":  {list(50_000, func(i int) string { return fmt.Sprintf(`"v%d"`, i) }), list(50_000, func(i int) string { return fmt.Sprintf(`"v%d"`, shuffled[i]) })},
		"ids":       {list(30_000, func(i int) string { return fmt.Sprintf(`{"id":%d,"v":1}`, i) }), list(30_000, func(i int) string { return fmt.Sprintf(`{"id":%d,"v":2}`, 29_999-i) })},
		"same ids":  {list(20_000, func(i int) string { return fmt.Sprintf(`{"id":1,"v":%d}`, i) }), list(20_000, func(i int) string { return fmt.Sprintf(`{"id":1,"v":%d}`, -i) })},
		"fresh":     {list(20_000, fresh), list(20_000, fresh)},
		"keys":      {object(100_000, 1), object(100_000, 7)},
		"one key":   {"{" + strings.Repeat(`"a":1,`, 50_000) + `"a":2}`, "{" + strings.Repeat(`"a":1,`, 49_000) + `"a":3}`},
		"deep":      {nest(5_000, "1"), nest(5_000, "2,3")},
		"too deep":  {strings.Repeat("[", 1_000_000), strings.Repeat("[", 999_999) + "]"},
		"turned":    {turned(4_000, "1", "2"), turned(4_000, "2", "1")},
		"spelling":  {nest(4_000, big+",1.00"), nest(4_000, big+",1.e0"[:4]+"e0")},
		"wide deep": {nest(2_000, list(2_000, coin)), nest(2_000, list(2_000, coin))},
		"coins txt": {lines(200_000, coin), lines(200_000, coin)},
		"words":     {lines(3_000, func(i int) string { return strings.Repeat(fmt.Sprint(i, " "), 800) }), lines(3_000, func(i int) string { return strings.Repeat(fmt.Sprint(-i, " x "), 600) })},
		"empty":     {strings.Repeat("\n", 3_000_000), strings.Repeat("\n", 2_999_999) + "x"},
		"forms":     {strings.Repeat("a=1&b=2&", 50_000), strings.Repeat("b=2&a=1&a=3&", 40_000)},
		"bytes":     {strings.Repeat("\x00", 5<<20), strings.Repeat("\x00", 5<<20) + "\x01"},
		"long line": {strings.Repeat("word ", 200_000), strings.Repeat("words ", 200_000)},
		"long text": {`{"a":` + big + `}`, `{"a":` + big[:1<<19] + `y` + big[1<<19:] + `}`},
		"zigzag":    {nest(3_000, "1,2"), strings.Repeat(`{"a":[0,`, 3_000) + "1" + strings.Repeat(`]}`, 3_000)},
	}
}

func TestHostileBodiesEnd(t *testing.T) {
	for name, c := range hostile() {
		t.Run(name, func(t *testing.T) {
			ct := ""
			if name == "forms" {
				ct = "application/x-www-form-urlencoded"
			}
			l, r := compare.Message{Body: []byte(c[0]), ContentType: ct}, compare.Message{Body: []byte(c[1]), ContentType: ct}
			there, back := compare.Compare(l, r, compare.Options{}), compare.Compare(r, l, compare.Options{})
			if there.Count == 0 && name != "spelling" || there.Count != back.Count {
				t.Errorf("%d changes there, %d back", there.Count, back.Count)
			}
			s := compare.SideBySide(l, r, compare.Options{Ignore: []string{"body.**.ts", "body.**.a.**.zz"}})
			if len(s.Rows) > compare.MaxRows+1 {
				t.Errorf("%d rows", len(s.Rows))
			}
			size := 0
			for _, row := range s.Rows {
				size += len(row.Left) + len(row.Right)
			}
			for _, c := range bodyOf(there).Changes {
				size += len(c.Path) + len(c.To)
				if c.Left != nil {
					size += len(*c.Left)
				}
				if c.Right != nil {
					size += len(*c.Right)
				}
			}
			if size > 64<<20 {
				t.Errorf("%d bytes of text", size)
			}
		})
	}
}

// TestLCS: the matches are equal, grow on both sides, and are as many as the
// plain table finds.
func TestLCS(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tok := rapid.SliceOfN(rapid.Uint64Range(1, 8), 0, 40)
		a, b := tok.Draw(t, "a"), tok.Draw(t, "b")
		ms := compare.LCS(a, b)
		for i, m := range ms {
			if a[m[0]] != b[m[1]] || i > 0 && (m[0] <= ms[i-1][0] || m[1] <= ms[i-1][1]) {
				t.Fatalf("match %d of %v", i, ms)
			}
		}
		if want := table(a, b); len(ms) != want {
			t.Fatalf("%d matches, want %d: %v %v", len(ms), want, a, b)
		}
	})
}

// TestLCSOfPermutations: exact too when everything is shuffled.
func TestLCSOfPermutations(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	a, b := make([]uint64, 1500), make([]uint64, 1500)
	for i, p := range rnd.Perm(len(a)) {
		a[i], b[i] = uint64(i), uint64(p)
	}
	if got, want := len(compare.LCS(a, b)), table(a, b); got != want {
		t.Errorf("%d matches, want %d", got, want)
	}
}

// table is the length of a longest common subsequence, the plain way.
func table(a, b []uint64) int {
	row := make([]int, len(b)+1)
	for _, x := range a {
		diag := 0
		for j, y := range b {
			up := row[j+1]
			if x == y {
				row[j+1] = diag + 1
			} else {
				row[j+1] = max(up, row[j])
			}
			diag = up
		}
	}
	return row[len(b)]
}

func TestManyChangesAreCounted(t *testing.T) {
	l, r := "[0", "[1"
	for i := range 300 {
		l += fmt.Sprintf(`,{"id":%d,"v":%q}`, i, strings.Repeat("x", 20_000))
		r += fmt.Sprintf(`,{"id":%d,"v":%q}`, i, strings.Repeat("x", 8000)+"y")
	}
	res := compare.Compare(jsonMessage(l+"]"), jsonMessage(r+"]"), compare.Options{MaxChanges: 7})
	sec := bodyOf(res)
	if res.Count != 301 || len(sec.Changes) != 7 || !sec.Truncated {
		t.Errorf("%d changes, %d returned, truncated %v", res.Count, len(sec.Changes), sec.Truncated)
	}
	c := sec.Changes[1]
	if len(*c.Left) > compare.MaxText+8 || !strings.HasPrefix(*c.Left, "…x") || !strings.HasSuffix(*c.Left, "x…") || !strings.HasSuffix(*c.Right, `xy"`) {
		t.Errorf("cut to %d, %d: %.9q … %q", len(*c.Left), len(*c.Right), *c.Left, (*c.Right)[len(*c.Right)-9:])
	}
}
