package compare_test

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"creel/backend/compare"
	"creel/backend/hook"
)

// changes renders what differs, faint changes in brackets.
func changes(res compare.Result) []string {
	out := []string{}
	for _, s := range res.Sections {
		for _, c := range s.Changes {
			text := strings.TrimSpace(string(c.Op) + " " + s.Name + " " + c.Path)
			if c.Faint {
				text = "[" + text + "]"
			}
			out = append(out, text)
		}
	}
	return out
}

func TestLines(t *testing.T) {
	for _, c := range []struct {
		l, r string
		want []string
	}{
		{"POST /a?x=1 HTTP/1.1", "POST /a?x=1 HTTP/1.1", []string{}},
		{"POST /a HTTP/1.1", "PUT /b HTTP/1.0", []string{"replace line method", "replace line path", "replace line version"}},
		{"POST /a%20b HTTP/1.1", "POST /a%20%62 HTTP/1.1", []string{"[replace line path]"}},
		{"POST /a%2Fb HTTP/1.1", "POST /a/b HTTP/1.1", []string{"replace line path"}},
		{"POST /a?x=1 HTTP/1.1", "POST /a?x=2 HTTP/1.1", []string{"replace query x"}},
		{"HTTP/1.1 200 OK", "HTTP/1.1 200 Fine", []string{"[replace line reason]"}},
		{"HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found", []string{"replace line status"}},
		{"HTTP/1.1 200", "HTTP/2.0 200 ", []string{"replace line version"}},
		{"HTTP/1.1 200 OK", "POST / HTTP/1.1", []string{"replace line"}},
		{"", "POST / HTTP/1.1", []string{"add line"}},
		{"POST", "POST /", []string{"replace line path"}},
	} {
		l, r := compare.Message{Line: c.l}, compare.Message{Line: c.r}
		if got := changes(compare.Compare(l, r, compare.Options{})); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s, %s: %q, want %q", c.l, c.r, got, c.want)
		}
	}
}

func TestHeaders(t *testing.T) {
	hs := func(lines ...string) compare.Message {
		var m compare.Message
		for _, l := range lines {
			name, value, _ := strings.Cut(l, ":")
			m.Headers = append(m.Headers, hook.Header{Name: name, Value: value})
		}
		return m
	}
	for _, c := range []struct {
		l, r compare.Message
		want []string
	}{
		{hs("A:1", "B:2"), hs("B:2", "A:1"), []string{"[move headers]"}},
		{hs("A:1"), hs("a:1"), []string{"[replace headers a]"}},
		{hs("A:x, y;  z"), hs("A:x,y; z"), []string{"[replace headers a]"}},
		{hs(`A:"x  y"`), hs(`A:"x y"`), []string{"replace headers a"}},
		{hs("A:x"), hs("A:X"), []string{"replace headers a"}},
		{hs("A:1", "A:2"), hs("A:2", "A:1"), []string{"add headers a[1]", "remove headers a[0]"}},
		{hs("A:1", "a:2"), hs("A:1", "A:3"), []string{"replace headers a[1]"}},
		{hs("A:1"), hs(), []string{"remove headers a"}},
		{hs("X.Y:1"), hs("X.Y:2"), []string{`replace headers ["x.y"]`}},
	} {
		got := changes(compare.Compare(c.l, c.r, compare.Options{}))
		if len(got) == 2 && got[0] > got[1] {
			got[0], got[1] = got[1], got[0]
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%v, %v: %q, want %q", c.l.Headers, c.r.Headers, got, c.want)
		}
	}
}

func TestKindsOfBody(t *testing.T) {
	for _, c := range []struct {
		l, lt, r, rt, want string
	}{
		{"", "", "", "application/json", compare.KindEmpty},
		{"{}", "", "[]", "text/plain", compare.KindJSON},
		{"{}", "application/x-www-form-urlencoded", "{}", "", compare.KindJSON},
		{"1", "application/json", "2", "application/vnd.api+json; charset=utf-8", compare.KindJSON},
		{"1", "", "2", "", compare.KindText},
		{"\ufeff{}", "", "{}", "", compare.KindJSON},
		{"{", "application/json", "{}", "application/json", compare.KindText},
		{"a=1", "application/x-www-form-urlencoded", "a=2", "Application/X-WWW-Form-Urlencoded", compare.KindForm},
		{"a=1", "application/x-www-form-urlencoded", "", "", compare.KindForm},
		{"a=1", "application/x-www-form-urlencoded", "{}", "", compare.KindText},
		{"\x00", "text/plain", "a", "text/plain", compare.KindBytes},
		{"\xff", "", "", "", compare.KindBytes},
		{"<a/>", "application/xml", "<b/>", "text/xml", compare.KindText},
	} {
		l, r := compare.Message{Body: []byte(c.l), ContentType: c.lt}, compare.Message{Body: []byte(c.r), ContentType: c.rt}
		there, back := compare.Compare(l, r, compare.Options{}), compare.Compare(r, l, compare.Options{})
		if bodyOf(there).Kind != c.want || bodyOf(back).Kind != c.want || compare.SideBySide(l, r, compare.Options{}).Kind != c.want {
			t.Errorf("%q (%s), %q (%s): %s, want %s", c.l, c.lt, c.r, c.rt, bodyOf(there).Kind, c.want)
		}
	}
}

func TestIgnore(t *testing.T) {
	const l = `{"a":{"b":[{"ts":1,"v":[1,2]},{"ts":2,"v":[3]}],"a.b":1,"*":1},"z":1}`
	const r = `{"a":{"b":[{"ts":3,"v":[1,9]},{"ts":4,"v":[8]}],"a.b":2,"*":2},"z":2,"n":1}`
	for _, c := range []struct {
		patterns string
		want     int
	}{
		{"", 8}, {"body", 0}, {"body.a", 2}, {"body.z", 7}, {"body.n", 7}, {"body.a.b[*].ts", 6}, {"body.a.b[0].ts", 7}, {"body.a.b.*.ts", 6},
		{"body.**.ts", 6}, {"**.ts", 6}, {"**", 0}, {"body.*", 0}, {"*", 0}, {"body.a.b[*].v[*]", 6}, {`body.a["a.b"]`, 7}, {`body.a["*"]`, 7},
		{"body.a.*", 2}, {"body.a.b[1]", 6}, {"body.?", 8}, {"body.a.b[*].t*", 6}, {"body.a.b[*].*s", 6}, {"headers.z", 8}, {"body.z body.n body.a.b", 2},
		{"body.a.b[*].v[7]", 8}, {"body.", 8}, {"body[", 8}, {`body["z`, 8}, {"body[x]", 8}, {"body.a.b[*]", 4}, {"**.**.ts.**", 6},
	} {
		o := compare.Options{Ignore: strings.Fields(c.patterns)}
		there, back := compare.Compare(jsonMessage(l), jsonMessage(r), o), compare.Compare(jsonMessage(r), jsonMessage(l), o)
		if there.Count != c.want || back.Count != c.want || compare.SideBySide(jsonMessage(l), jsonMessage(r), o).Count != c.want {
			t.Errorf("%s: %d there, %d back, want %d", c.patterns, there.Count, back.Count, c.want)
		}
	}
}

// TestIgnoredIDsDoNotMisalign: what is left out has no say in which elements
// belong together.
func TestIgnoredIDsDoNotMisalign(t *testing.T) {
	l := `[{"ts":1,"v":"a"},{"ts":2,"v":"b"},{"ts":3,"v":"c"},{"ts":4,"v":"d"}]`
	r := `[{"ts":5,"v":"b"},{"ts":6,"v":"c"},{"ts":7,"v":"d"},{"ts":8,"v":"e"}]`
	res := compare.Compare(jsonMessage(l), jsonMessage(r), compare.Options{Ignore: []string{"body[*].ts"}})
	if got, want := changes(res), []string{"remove body [0]", "add body [3]"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestCheckPattern(t *testing.T) {
	for text, want := range map[string]string{
		"headers.date": "", "body": "", "**.ts": "", `body["a\"b"].c[3].*`: "", "query.utm_*": "",
		"":            `ignore "": it is empty`,
		"date":        `ignore "date": begin it with line, headers, query or body`,
		"body..a":     `ignore "body..a": a key is missing (quote an empty one: [""])`,
		"body[1":      `ignore "body[1": close the bracket`,
		"body[-1]":    `ignore "body[-1]": put a number, * or a quoted key into the brackets`,
		`body["a]`:    `ignore "body[\"a]": close the quotes and the bracket`,
		`body[1]name`: `ignore "body[1]name": put a dot or a bracket between keys`,
	} {
		err := compare.CheckPattern(text)
		if want == "" && err == nil {
			continue
		}
		if err == nil || err.Error() != want || hook.KindOf(err) != hook.Invalid {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestSpelledDifferentlyIsNoted(t *testing.T) {
	res := compare.Compare(jsonMessage(`{"a":1,"b":2}`), jsonMessage(`{"b":2,"a":1}`), compare.Options{})
	if !res.Same || bodyOf(res).Note == "" {
		t.Errorf("%+v", res)
	}
	s := compare.SideBySide(jsonMessage(`{"a":1,"b":2}`), jsonMessage(`{"b":2.0,"a":1}`), compare.Options{})
	if len(s.Rows) != 4 || s.Rows[1].Left != `  "a": 1,` || s.Rows[1].Right != `  "a": 1,` || !s.Rows[2].Faint || s.Rows[2].Right != `  "b": 2.0` {
		t.Errorf("%+v", s.Rows)
	}
}

func TestInlineRangesCountAsJavaScript(t *testing.T) {
	l, r := `{"a":"😀 one two three"}`, `{"a":"😀 one 2 three"}`
	row := compare.SideBySide(jsonMessage(l), jsonMessage(r), compare.Options{}).Rows[1]
	// two blanks, "a": and the quote are 8 units, the smile 2, blank one blank 5
	if want := [][2]int{{15, 18}}; !reflect.DeepEqual(row.LeftRanges, want) {
		t.Errorf("left %v, want %v", row.LeftRanges, want)
	}
	if want := [][2]int{{15, 16}}; !reflect.DeepEqual(row.RightRanges, want) {
		t.Errorf("right %v, want %v", row.RightRanges, want)
	}
}

// FuzzCompare: whatever the bodies, nothing panics, a message equals itself,
// both ways give as many changes, and all text is valid.
func FuzzCompare(f *testing.F) {
	for _, s := range nasty() {
		if len(s) < 200 {
			f.Add([]byte(s), []byte(`{"a":[1,2,{"id":3}]}`), "application/json", "body.a[*].id")
		}
	}
	f.Add([]byte("a=1&b=%zz"), []byte("b=&&a"), "application/x-www-form-urlencoded", "body.a")
	f.Add([]byte("a\r\nb\n"), []byte("\x00\xff"), "text/plain", "**")
	f.Add([]byte(`{"a":1,"a":2}`), []byte(`{"a":2,"a":1}`), "", `body["a"]`)
	f.Fuzz(func(t *testing.T, a, b []byte, contentType, pattern string) {
		l := compare.Message{Line: string(a), Body: a, ContentType: contentType, Headers: hook.Headers{{Name: string(b), Value: string(a)}}}
		r := compare.Message{Line: string(b), Body: b, ContentType: contentType, Headers: hook.Headers{{Name: string(a), Value: string(b)}}}
		for _, o := range []compare.Options{{}, {Ignore: []string{pattern}, MaxChanges: 3}} {
			if res := compare.Compare(l, l, o); !res.Same {
				t.Errorf("not itself: %+v", res)
			}
			there, back := compare.Compare(l, r, o), compare.Compare(r, l, o)
			if there.Count != back.Count {
				t.Errorf("%d changes there, %d back", there.Count, back.Count)
			}
			s := compare.SideBySide(l, r, o)
			if s.Count != bodyOf(there).Count || !reflect.DeepEqual(s.Changes, bodyOf(there).Changes) {
				t.Errorf("side by side has other changes")
			}
			for _, row := range s.Rows {
				if !utf8.ValidString(row.Left) || !utf8.ValidString(row.Right) || row.Change >= len(s.Changes) {
					t.Errorf("row %+v", row)
				}
			}
		}
	})
}
