package filter_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"creel/backend/filter"
	"creel/backend/hook"

	"pgregory.net/rapid"
)

// text draws values in which every character that means something is likely.
func text() *rapid.Generator[string] {
	special := rapid.SampledFrom([]string{"a", "B", "é", "K", "ſ", "ß", " ", "\t", "\n", "\u00a0", `"`, `\`, "*", "/", "(", ")", "-", ":", ">", "<", "..", ".", "OR", "AND", "NOT", "0", "\ufffd", "status:"})
	return rapid.Map(rapid.SliceOfN(special, 1, 6), func(s []string) string { return strings.Join(s, "") })
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// source draws text that parses.
func source(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		kinds := 9
		if depth == 0 {
			kinds = 5
		}
		switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
		case 0:
			return quote(text().Draw(t, "phrase"))
		case 1:
			return rapid.SampledFrom([]string{"word", "size:>1k", "status:2xx", "status:1..9", "is:unread", "has:tag", "after:2026-11-23", "path:/a/*", "path:/a/", "path:/a", "event:x*y", "body:*", "a-b",
				"sig:valid", "target:x", "attempt:5xx", "attempt:Timeout", "age:<90m", "age:1h30m..2d", "is:dead", "body.a[0].*:>1e3", "body.a:12", `body["a b"][*]:-1..2`, "body.x:1..y"}).Draw(t, "term")
		case 2:
			name := rapid.SampledFrom([]string{"method", "path", "event", "note", "body", "header.X-A", "query.a\"b", "tag", "target", "body.a", `body["\\\".x"].0[1]`}).Draw(t, "name")
			return name + ":" + quote(text().Draw(t, "value"))
		case 3:
			return rapid.SampledFrom([]string{"method", "note", "path", "target", "body.a"}).Draw(t, "name") + ":" + `""`
		case 4:
			re := strings.NewReplacer(`\`, `\\`, "/", `\/`, "*", `\*`, "(", `\(`, ")", `\)`).Replace(text().Draw(t, "regexp"))
			return "body:/" + re + "/"
		case 5:
			return "-(" + source(depth-1).Draw(t, "not") + ")"
		case 6:
			return "(" + source(depth-1).Draw(t, "group") + ")"
		case 7:
			return source(depth-1).Draw(t, "left") + " OR " + source(depth-1).Draw(t, "right")
		}
		return source(depth-1).Draw(t, "left") + " " + source(depth-1).Draw(t, "right")
	})
}

func row() *rapid.Generator[hook.Row] {
	return rapid.Custom(func(t *rapid.T) hook.Row {
		var r hook.Row
		r.Method, r.Event, r.Note = text().Draw(t, "method"), text().Draw(t, "event"), text().Draw(t, "note")
		r.Target = "/" + text().Draw(t, "target")
		r.Status, r.BodyBytes = rapid.IntRange(0, 300).Draw(t, "status"), rapid.Int64Range(0, 2000).Draw(t, "size")
		r.Tags = rapid.SliceOfN(text(), 0, 2).Draw(t, "tags")
		return r
	})
}

func TestStringParsesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := source(4).Draw(t, "source")
		e, err := filter.Parse(src)
		if err != nil {
			if tooLarge(err) {
				t.Skip()
			}
			t.Fatalf("Parse(%q): %v", src, err)
		}
		back := parseBack(t, e)
		if back == nil {
			t.Skip()
		}
		r := row().Draw(t, "row")
		raw := hook.Raw{Head: []byte("GET / HTTP/1.1\r\nX-A: " + text().Draw(t, "header") + "\r\n\r\n"), Body: []byte(text().Draw(t, "body"))}
		fetch := func() hook.Raw { return raw }
		if e.Match(r, fetch) != back.Match(r, fetch) {
			t.Fatalf("%q and %q match differently", src, back.Source)
		}
		not := &filter.Expr{Root: filter.Not{Term: e.Root}}
		if not.Match(r, fetch) == e.Match(r, fetch) {
			t.Fatalf("%q and its negation agree", src)
		}
	})
}

func tooLarge(err error) bool {
	for _, s := range []string{"longer than", "more than 200"} {
		if strings.Contains(err.Error(), s) {
			return true
		}
	}
	return false
}

// fataler is what *testing.T and *rapid.T share.
type fataler interface{ Fatalf(string, ...any) }

func parseBack(t fataler, e *filter.Expr) *filter.Expr {
	plainText := e.String()
	if len(plainText) > filter.MaxSource {
		return nil
	}
	back, err := filter.Parse(plainText)
	if err != nil {
		t.Fatalf("Parse(String() = %q of %q): %v", plainText, e.Source, err)
	}
	if plain(back.Root) != plain(e.Root) || back.String() != plainText {
		t.Fatalf("%q became %s, then %q became %s", e.Source, plain(e.Root), plainText, plain(back.Root))
	}
	return back
}

// Searching without a folded copy finds what searching in one does.
func TestContainsIsFoldedContains(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", "A", "k", "K", "\u212a", "s", "ſ", "é", "É", "ǅ", "Ω", "ω", "\u2126", "\xff", "\xe2", "\x84", "\xc3", "ẞ", "ß", "\ufffd", "€"})
	hay := rapid.SliceOfN(piece, 0, 12)
	rapid.Check(t, func(t *rapid.T) {
		body := strings.Join(hay.Draw(t, "hay"), "")
		want := strings.ToValidUTF8(strings.Join(rapid.SliceOfN(piece, 1, 4).Draw(t, "needle"), ""), "")
		if want == "" {
			t.Skip()
		}
		e := &filter.Expr{Root: filter.Field{Name: "body", Op: filter.Contains, Value: want}}
		got := e.Match(hook.Row{}, func() hook.Raw { return hook.Raw{Body: []byte(body)} })
		if got != strings.Contains(filter.Fold(body), filter.Fold(want)) {
			t.Fatalf("%q in %q: %t", want, body, got)
		}
		if f := filter.Fold(body); filter.Fold(f) != f || utf8.RuneCountInString(f) != utf8.RuneCountInString(body) {
			t.Fatalf("Fold(%q) = %q", body, f)
		}
		if strings.EqualFold(body, want) && utf8.ValidString(body) && filter.Fold(body) != filter.Fold(want) {
			t.Fatalf("%q and %q are equal but for case", body, want)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"a b OR -(c d)", `event:/a\/b/ path:/x/ "q\"" status:4xx`, "size:1.5Ki..2M after:2026-11-23 header.X:*", "path:/a\\ b/", `body.a[*]["b c"].*:>=1.50 age:>1h attempt:timeout target:x*`, "is:pinned has:note", "body:**a", "((((", "a:b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		e, err := filter.Parse(src)
		if err != nil {
			var fault *hook.Fault
			if !errors.As(err, &fault) || fault.Kind != hook.Invalid || fault.Field != "filter" || fault.Text == "" ||
				fault.Column < 1 || fault.Column > utf8.RuneCountInString(src)+1 {
				t.Fatalf("Parse(%q): %#v", src, err)
			}
			return
		}
		parseBack(t, e)
		e.Match(hook.Row{}, func() hook.Raw { return hook.Raw{Head: []byte(src), Body: []byte(src)} })
	})
}
