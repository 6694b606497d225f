package filter

import (
	"bytes"
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// slow follows a path with the standard library's decoder: what walk must find.
func slow(t interface{ Fatal(...any) }, raw []byte, path []step) (found []string) {
	if len(path) == 0 {
		return []string{string(bytes.Trim(raw, " \t\r\n"))}
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	tok, err := dec.Token()
	if err != nil {
		t.Fatal(err)
	}
	s := path[0]
	for n := 0; (tok == json.Delim('{') || tok == json.Delim('[')) && dec.More(); n++ {
		leads := s.kind == either || s.kind == every || s.n == n
		if tok == json.Delim('{') {
			name, err := dec.Token()
			if err != nil {
				t.Fatal(err)
			}
			leads = s.kind == either || s.kind == member && name == s.name
		} else if s.kind == member {
			leads = s.n == n
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			t.Fatal(err)
		}
		if leads {
			found = append(found, slow(t, value, path[1:])...)
		}
	}
	return found
}

func walked(raw []byte, path []step) (found []string) {
	walk(raw, blanks(raw, 0), path, func(v []byte) bool {
		found = append(found, string(v))
		return false
	})
	return found
}

func FuzzBodyPath(f *testing.F) {
	for _, seed := range [][2]string{
		{`{"a":[{"b":1},{"b":"x\"y"}]}`, "a[*].b"}, {` [1 , {"":{}} ,[]]`, `[1][""]`}, {`{"\u0061":tru}`, "a"}, {`"\\"`, "*.*"}, {`{"a":{},"a":-1e5}`, "a.0"}, {"[[[[", "[0]"},
	} {
		f.Add([]byte(seed[0]), seed[1], `12`)
	}
	f.Fuzz(func(t *testing.T, body []byte, key, value string) {
		if key == "" {
			return // the whole body
		}
		path := stepsOf(key)
		if path != nil && pathText(stepsOf(pathText(path))) != pathText(path) {
			t.Fatalf("%q becomes %q, then something else", key, pathText(path))
		}
		field := Field{Name: "body", Key: key, Op: Equal, Value: value}
		got := field.HoldsBody(body)
		if isNumber(value) {
			Field{Name: "body", Key: key, Op: AtLeast, Value: value}.HoldsBody(body)
		}
		plain := bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
		if !json.Valid(plain) || len(path) == 0 || len(path) > maxSteps {
			if got && len(path) <= maxSteps {
				t.Fatalf("%q holds for %q", key, body)
			}
			return
		}
		want := slow(t, plain, path)
		if found := walked(plain, path); !slices.Equal(found, want) {
			t.Fatalf("%s in %s leads to %q, want %q", key, plain, found, want)
		}
		if want := slices.ContainsFunc(want, func(v string) bool { return field.holdsScalar([]byte(v)) }); got != want {
			t.Fatalf("%s:%q holds for %s: %t, want %t", key, value, plain, got, want)
		}
	})
}

func TestDecimalsCompareAsRationals(t *testing.T) {
	number := rapid.StringMatching(`-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,12})?([eE][+-]?[0-9]{1,2})?`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		if rapid.Bool().Draw(t, "close") {
			b = a + strings.Repeat("0", rapid.IntRange(0, 3).Draw(t, "zeros"))
		}
		x, _ := new(big.Rat).SetString(a)
		y, ok := new(big.Rat).SetString(b)
		if !isNumber(a) || isNumber(b) != json.Valid([]byte(b)) {
			t.Fatalf("%s and %s: %t %t", a, b, isNumber(a), isNumber(b))
		}
		if !ok || !isNumber(b) {
			t.Skip()
		}
		if got := decimalOf(a).compare(decimalOf(b)); got != x.Cmp(y) {
			t.Fatalf("%s and %s: %d, want %d", a, b, got, x.Cmp(y))
		}
	})
	for _, s := range []string{"", "-", "01", "1.", ".1", "1e", "+1", "1e+", "0x1", "1_0", "NaN", "１"} {
		if isNumber(s) {
			t.Errorf("%q passes for a number", s)
		}
	}
	if decimalOf("1e99999999999").compare(decimalOf("1e999999999999999999999")) != 0 || decimalOf("-1e99999999999").compare(decimalOf("1")) != -1 {
		t.Error("huge exponents are not at the end of the range")
	}
}
