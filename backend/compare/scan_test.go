package compare_test

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"creel/backend/compare"
)

// nasty is JSON, and what is nearly JSON, as parsers have stumbled on it.
func nasty() []string {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	return []string{
		``, ` `, `null`, ` true `, `false`, `nul`, `nulll`, `True`, `""`, `"`, `"\"`, `"\\"`, `"\a"`, `"\u12"`, `"\u12G4"`,
		`"\uD800"`, `"\uD83D\uDE00"`, `"\uDE00\uD83D"`, `"\uD800\u0041"`, `"\u0000"`, "\"\x00\"", "\"\x1f\"", "\"\x7f\"",
		"\"\t\"", "\"\n\"", "\"\xff\"", "\"\xed\xa0\x80\"", "\"\xe2\x80\xa8\"", "\ufeff{}", "\ufeff", "[\ufeff]",
		`0`, `-0`, `-`, `+1`, `01`, `-01`, `1.`, `.1`, `1.e1`, `1e`, `1e+`, `1E-0`, `1e5`, `0e0`, `0.0`, `-0.0e-0`, `00`,
		`1e999999999999999999999`, `1e-999999999999999999999`, `123456789012345678901234567890.10`, `0x1`, `1_000`, `NaN`,
		`Infinity`, `-Infinity`, `1 2`, `[1 2]`, `[1,]`, `[,1]`, `[,]`, `[1,,2]`, `[`, `]`, `[]`, `[ ]`, `[}`, `{]`, `{}`, `{ }`,
		`{"a"}`, `{"a":}`, `{"a":1,}`, `{,"a":1}`, `{a:1}`, `{'a':1}`, `{"a":1 "b":2}`, `{"a" 1}`, `{"a"::1}`, `{1:1}`,
		`{"a":1,"a":1}`, `{"":0}`, `{"a":1}}`, `[[]]]`, `[]x`, `[1]//c`, `[1/**/]`, "[1]\x00", "\v[]", "[\f]", "[\u00a0]",
		`{"a":{"b":[{"c":[[]]}]}}`, `[{}, {"a":[]}]`, `"a" "b"`, `[1e1, -1.5E+3, 0.5e-7]`, deep(9_999), deep(10_000), deep(10_001),
		strings.Repeat("[", 1_000_000), strings.Repeat(`{"a":`, 100_000), deep(100_000), `["` + strings.Repeat(`\\`, 1000) + `"]`,
		strings.Repeat("1", 5000), "1e" + strings.Repeat("9", 5000), "-" + strings.Repeat("0", 10), "0." + strings.Repeat("0", 5000) + "1",
	}
}

func TestScannerAcceptsWhatJSONIs(t *testing.T) {
	for _, s := range nasty() {
		if got, want := compare.ScanError(s), json.Valid([]byte(s)); (got == nil) != want {
			t.Errorf("scan %.60q: %v, valid %v", s, got, want)
		}
	}
}

// FuzzScanner holds the scanner against encoding/json: both accept the same.
func FuzzScanner(f *testing.F) {
	for _, s := range nasty() {
		if len(s) < 1000 {
			f.Add(s)
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := compare.ScanError(s), json.Valid([]byte(s)); (got == nil) != want {
			t.Errorf("scan %q: %v, valid %v", s, got, want)
		}
	})
}

func TestScanErrorsSayWhere(t *testing.T) {
	for in, want := range map[string]string{
		`{"a":tru}`:                "scan json: not valid JSON at byte 5",
		`[1,2`:                     "scan json: not valid JSON at byte 4",
		strings.Repeat("[", 20000): "scan json: nested too deep at byte 10000",
	} {
		if err := compare.ScanError(in); err == nil || err.Error() != want {
			t.Errorf("scan %.20q: %v, want %s", in, err, want)
		}
	}
}

// TestDecodeString holds decoding against encoding/json for strings that it
// keeps whole.
func TestDecodeString(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var want string
		if err := json.Unmarshal(b, &want); err != nil {
			t.Fatal(err)
		}
		if got := compare.DecodeString(string(b[1 : len(b)-1])); got != want {
			t.Fatalf("decode %s: %q, want %q", b, got, want)
		}
	})
	for in, want := range map[string]string{
		`\u0041\n\/`: "A\n/", `\uD83D\ude00`: "😀", `\ud800x`: "\xed\xa0\x80x", `\udc00\ud800`: "\xed\xb0\x80\xed\xa0\x80",
		`\ud800\ud83d\ude00`: "\xed\xa0\x80😀", `\b\f\r\t\"\\`: "\b\f\r\t\"\\",
	} {
		if got := compare.DecodeString(in); got != want {
			t.Errorf("decode %s: %q, want %q", in, got, want)
		}
	}
}

func TestNumbersByValue(t *testing.T) {
	long := strings.Repeat("9", 30)
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"1", "1.0", true}, {"1e3", "1000", true}, {"10E-1", "1", true}, {"-0", "0", true}, {"-0.0e9", "0", true},
		{"0.1", "1e-1", true}, {"0.10", "0.1", true}, {"1", "-1", false}, {"100", "10", false}, {"0.01", "0.001", false},
		{"12345678901234567890", "12345678901234567891", false}, {"9007199254740993", "9007199254740992", false},
		{"0.1", "0.1000000000000000055511151231257827", false}, {long, long + ".0", true}, {long, long + "0e-1", true},
		{long, "9" + long, false}, {"123456789012345678", "123456789012345678.000", true},
		{"1234567890123456789", "1.234567890123456789e18", true}, {"1e400", "1e401", false}, {"1e400", "10e399", true},
		{"0e99999999999999999999", "0", true}, {"1e100000000000000000000", "10e99999999999999999999", true},
		{"1e100000000000000000", "10e99999999999999999", true}, {"1e-100000000000000000000", "1e100000000000000000000", false},
		{"1e99999999999999999999", "1e99999999999999999998", false}, {"1e0000000000000000000000001", "10", true}, {"1e+5", "1e5", true},
	} {
		if compare.SameNumber(c.a, c.b) != c.same || compare.SameNumber(c.b, c.a) != c.same {
			t.Errorf("%s and %s: want same %v", c.a, c.b, c.same)
		}
		res := compare.Compare(jsonMessage("["+c.a+"]"), jsonMessage("[ "+c.b+"]"), compare.Options{})
		if res.Same != c.same {
			t.Errorf("compare %s and %s: want same %v", c.a, c.b, c.same)
		}
	}
}
