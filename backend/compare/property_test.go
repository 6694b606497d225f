package compare_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"creel/backend/compare"
)

// value draws a JSON value as Go has it: float64, string, bool, nil, slices
// and maps.
func value(t *rapid.T, depth int) any {
	kind := rapid.IntRange(0, 9).Draw(t, "kind")
	if depth == 0 && kind > 5 {
		kind -= 6
	}
	switch kind {
	case 0, 1, 2:
		return float64(rapid.IntRange(-3, 12).Draw(t, "n"))
	case 3, 4:
		return rapid.SampledFrom([]string{"", "a", "b", "long text with words", "é\n\"\\", "1"}).Draw(t, "s")
	case 5:
		return rapid.SampledFrom([]any{nil, true, false}).Draw(t, "c")
	case 6, 7:
		out := make([]any, rapid.IntRange(0, 6).Draw(t, "len"))
		for i := range out {
			out[i] = value(t, depth-1)
		}
		return out
	}
	out := make(map[string]any)
	for range rapid.IntRange(0, 5).Draw(t, "len") {
		out[rapid.SampledFrom(oddKeys()).Draw(t, "k")] = value(t, depth-1)
	}
	return out
}

func oddKeys() []string {
	return []string{"id", "name", "v", "a", "b", "a.b", "", "é", `"q"`, "x[0]", "sp ace", "#2"}
}

// write renders a value with random key order, spacing and spelling.
func write(v any, rnd *rand.Rand) string {
	blank := func() string { return []string{"", "", " ", "\n\t"}[rnd.IntN(4)] }
	switch v := v.(type) {
	case float64:
		n := strconv.Itoa(int(v))
		return n + []string{"", "", ".0", "e0", ".00E+00"}[rnd.IntN(5)]
	case string:
		if v == "a" && rnd.IntN(2) == 0 {
			return `"\u0061"`
		}
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = blank() + write(e, rnd) + blank()
		}
		return "[" + strings.Join(parts, ",") + blank() + "]"
	case map[string]any:
		var parts []string
		for k, e := range v {
			key, _ := json.Marshal(k)
			parts = append(parts, blank()+string(key)+blank()+":"+blank()+write(e, rnd))
		}
		sort.Strings(parts)
		rnd.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		return "{" + strings.Join(parts, ",") + blank() + "}"
	}
	text, _ := json.Marshal(v)
	return string(text)
}

func jsonMessage(text string) compare.Message {
	return compare.Message{ContentType: "application/json", Body: []byte(text)}
}

func random(t *rapid.T) *rand.Rand {
	return rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
}

func decode(t rapid.TB, text string) any {
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("parse %q: %v", text, err)
	}
	return v
}

func bodyOf(res compare.Result) compare.Section { return res.Sections[len(res.Sections)-1] }

// TestSpellingIsNoDifference: key order, spacing, escapes and the form of
// numbers do not count.
func TestSpellingIsNoDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v, rnd := value(t, 4), random(t)
		l, r := write(v, rnd), write(v, rnd)
		res := compare.Compare(jsonMessage(l), jsonMessage(r), compare.Options{})
		if !res.Same || len(bodyOf(res).Changes) != 0 || bodyOf(res).Kind != compare.KindJSON {
			t.Fatalf("%s\n%s\n%+v", l, r, res)
		}
	})
}

// TestChangesLead: the changes applied to the left value make the right one,
// and there are as many the other way round.
func TestChangesLead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, rnd := value(t, 4), random(t)
		var b any
		if rapid.Bool().Draw(t, "mutate") {
			b = decode(t, write(a, rnd))
			for range rapid.IntRange(0, 4).Draw(t, "times") {
				b = mutate(b, rnd)
			}
		} else {
			b = value(t, 4)
		}
		l, r := write(a, rnd), write(b, rnd)
		res := compare.Compare(jsonMessage(l), jsonMessage(r), compare.Options{})
		back := compare.Compare(jsonMessage(r), jsonMessage(l), compare.Options{})
		if res.Count != back.Count || res.Count != len(bodyOf(res).Changes) {
			t.Fatalf("%d changes there, %d back:\n%s\n%s\n%+v\n%+v", res.Count, back.Count, l, r, res, back)
		}
		if equal := reflect.DeepEqual(a, b); res.Same != equal {
			t.Fatalf("same %v, equal %v:\n%s\n%s", res.Same, equal, l, r)
		}
		if got := apply(t, decode(t, l), bodyOf(res).Changes); !reflect.DeepEqual(got, decode(t, r)) {
			t.Fatalf("applied: %#v\n%s\n%s\n%+v", got, l, r, bodyOf(res).Changes)
		}
		checkSides(t, l, r, bodyOf(res))
	})
}

// checkSides holds the side-by-side text against the bodies and the changes.
func checkSides(t *rapid.T, l, r string, sec compare.Section) {
	s := compare.SideBySide(jsonMessage(l), jsonMessage(r), compare.Options{})
	if !reflect.DeepEqual(s.Changes, sec.Changes) || s.Truncated {
		t.Fatalf("other changes:\n%+v\n%+v", s.Changes, sec.Changes)
	}
	var left, right strings.Builder
	ln, rn := 0, 0
	at := make(map[[2]int]bool) // change, line on the left (right: negative)
	for _, row := range s.Rows {
		if row.LeftNo > 0 {
			ln++
			left.WriteString(row.Left + "\n")
			at[[2]int{row.Change, row.LeftNo}] = true
		}
		if row.RightNo > 0 {
			rn++
			right.WriteString(row.Right + "\n")
			at[[2]int{row.Change, -row.RightNo}] = true
		}
		if row.LeftNo > 0 && row.LeftNo != ln || row.RightNo > 0 && row.RightNo != rn {
			t.Fatalf("line numbers of %+v, want %d, %d", row, ln, rn)
		}
	}
	if !reflect.DeepEqual(decode(t, left.String()), decode(t, l)) || !reflect.DeepEqual(decode(t, right.String()), decode(t, r)) {
		t.Fatalf("columns lost values:\n%s\n%s", left.String(), right.String())
	}
	moved := slices.ContainsFunc(s.Changes, func(c compare.Change) bool { return c.Op == compare.Move })
	for i, c := range s.Changes {
		if moved {
			break // what changed inside a moved element is shown as part of the move
		}
		if c.LeftLine > 0 && !at[[2]int{i, c.LeftLine}] || c.RightLine > 0 && !at[[2]int{i, -c.RightLine}] {
			t.Fatalf("change %d (%+v) has no row:\n%s\n%s", i, c, left.String(), right.String())
		}
	}
}

// mutate changes one random thing somewhere in v.
func mutate(v any, rnd *rand.Rand) any {
	switch v := v.(type) {
	case []any:
		at := rnd.IntN(len(v) + 1)
		switch {
		case rnd.IntN(3) == 0 || len(v) == 0:
			return slices.Insert(v, at, any(float64(100+rnd.IntN(100))))
		case rnd.IntN(3) == 0:
			at %= len(v)
			return slices.Delete(v, at, at+1)
		}
		v[at%len(v)] = mutate(v[at%len(v)], rnd)
		return v
	case map[string]any:
		keys := oddKeys()
		key := keys[rnd.IntN(len(keys))]
		if old, ok := v[key]; ok && rnd.IntN(3) > 0 {
			v[key] = mutate(old, rnd)
		} else if ok {
			delete(v, key)
		} else {
			v[key] = "added"
		}
		return v
	}
	return float64(200 + rnd.IntN(100))
}

// TestFewChangesStayFew: a list of records changed n times has not many more
// than n changes.
func TestFewChangesStayFew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rnd := random(t)
		withID := rapid.Bool().Draw(t, "id")
		var list []any
		for i := range rapid.IntRange(1, 60).Draw(t, "len") {
			m := map[string]any{"n": float64(rnd.IntN(1000)), "s": fmt.Sprint(rnd.IntN(1000)), "t": "x", "u": float64(rnd.IntN(3))}
			if withID {
				m["id"] = fmt.Sprint("e", i)
			}
			list = append(list, m)
		}
		l := write(list, rnd)
		next := decode(t, l).([]any)
		times := rapid.IntRange(0, 6).Draw(t, "times")
		for range times {
			at := rnd.IntN(len(next) + 1)
			switch k := rnd.IntN(4); {
			case k == 0:
				next = slices.Insert(next, at, any(map[string]any{"id": fmt.Sprint("new", rnd.Uint32()), "n": -1.0, "s": "new", "t": "y", "u": 9.0}))
			case k == 1 && at < len(next):
				next = slices.Delete(next, at, at+1)
			case k == 2 && at+1 < len(next):
				next[at], next[at+1] = next[at+1], next[at]
			case at < len(next):
				next[at].(map[string]any)["n"] = float64(5000 + rnd.IntN(1000))
			}
		}
		r := write(next, rnd)
		res := compare.Compare(jsonMessage(l), jsonMessage(r), compare.Options{})
		// An edit next to another may be told as one element changed in all
		// its members.
		if res.Count > 5*times {
			t.Fatalf("%d edits, %d changes:\n%s\n%s\n%+v", times, res.Count, l, r, bodyOf(res).Changes)
		}
	})
}
