package script_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"creel/backend/hook"
	"creel/backend/script"
)

// identities all give back what they got, each in its way.
var identities = []string{
	"function transform(r) { return r }",
	"function transform(r) { return { ...r } }",
	"function transform(r) { r.json; r.bodyBase64; return r }",
	"function transform(r) { return { ...r, headers: r.headers.map((h) => [...h]), query: [...r.query] } }",
	"function transform(r) { r.json = r.json; r.body = r.body; r.url = r.url; r.path = r.path; return [r][0] }",
	"export default async (r) => ({ ...r, bodyBase64: r.bodyBase64 })",
}

func anyInput(t *rapid.T) script.Input {
	path := rapid.StringMatching(`(/[a-zA-Z0-9%._~-]{0,6}){0,3}`).Draw(t, "path")
	query := rapid.StringMatching(`(\?[a-z0-9%&=+;]{0,20})?`).Draw(t, "query")
	in := script.Input{
		Method: rapid.SampledFrom([]string{"POST", "get", "M-SEARCH"}).Draw(t, "method"),
		URL:    "http://localhost:3000" + path + query,
		Body: rapid.OneOf(rapid.SliceOf(rapid.Byte()), rapid.Map(rapid.String(), func(s string) []byte { return []byte(s) }),
			rapid.Map(rapid.MapOf(rapid.String(), rapid.Float64Range(-1e9, 1e9)), func(m map[string]float64) []byte {
				b, _ := json.MarshalIndent(m, "", "  ")
				return b
			})).Draw(t, "body"),
	}
	value := rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string {
		return strings.Trim(strings.NewReplacer("\r", "", "\n", "", "\x00", "").Replace(string(b)), " \t")
	})
	for range rapid.IntRange(0, 6).Draw(t, "lines") {
		in.Headers = append(in.Headers, hook.Header{Name: rapid.StringMatching(`[A-Za-z-]{1,8}`).Draw(t, "name"), Value: value.Draw(t, "value")})
	}
	return in
}

// What a transform does not change is not changed.
func TestTheIdentityChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		source := rapid.SampledFrom(identities).Draw(t, "source")
		out := script.Run(source, in, atRest)
		if out.Err != nil || len(out.Messages) != 1 {
			t.Fatalf("%s: %+v", source, out.Err)
		}
		m := out.Messages[0]
		if m.Method != in.Method || m.URL != in.URL || !m.SameHeaders || !m.SameBody {
			t.Fatalf("%s: %+v of %+v", source, m, in)
		}
	})
}

// Text that a transform gives as body is what is sent, and one changed header
// leaves the bytes of the others alone.
func TestWhatIsChangedIsAllThatChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		text := rapid.String().Draw(t, "text")
		literal, _ := json.Marshal(text)
		out := script.Run("function transform(r) { r.headers.append('X-Added', '1'); return { ...r, body: "+string(literal)+" + '!' } }", in, atRest)
		if out.Err != nil {
			t.Fatal(out.Err)
		}
		m := out.Messages[0]
		if !bytes.Equal(m.Body, []byte(text+"!")) && !m.SameBody {
			t.Fatalf("body %q of %q", m.Body, text)
		}
		want := append(append(hook.Headers{}, in.Headers...), hook.Header{Name: "X-Added", Value: "1"})
		for i, h := range want {
			if i >= len(m.Headers) || m.Headers[i] != h {
				t.Fatalf("line %d of %+v, want %+v", i, m.Headers, h)
			}
		}
	})
}

// FuzzResult reads whatever an expression makes: it is refused in words or can
// be sent.
func FuzzResult(f *testing.F) {
	for _, s := range []string{
		"r", "null", "[r, null]", "{}", "{body: [1]}", "{headers: {a: 1}}", "{headers: [[1, 2]]}", "{query: [['a', null]]}",
		"{url: 'http://h/x y'}", "{path: '//x?#'}", "{path: '\\u0000é'}", "{method: Symbol()}", "{body: new Uint8Array(3)}", "{json: undefined}",
		"{bodyBase64: 'AA=='}", "{json: BigInt(1)}", "new Proxy(r, {})", "Object.create(r)", "{headers: {length: 2}}", "Array(3)",
		"{body: {toJSON() {}}}", "{get url() { delete Array.prototype.push; return r.url }}", "{headers: 'a: b'}",
	} {
		f.Add(s, []byte(`{"a":1}`))
	}
	f.Fuzz(func(t *testing.T, expression string, body []byte) {
		if len(expression) > 200 || len(body) > 4096 {
			t.Skip("the bounds have tests of their own")
		}
		// A loop or a repeat would only make the fuzzer slow.
		for _, word := range []string{"for", "while", "do", "repeat", "pad", "Array(", "fill", "=>", "function", "new", "**", "<<", "{4", "99"} {
			if strings.Contains(expression, word) && word != "new" {
				t.Skip("long work has tests of its own")
			}
		}
		in := script.Input{Method: "POST", URL: "http://h:1/p?q=1", Body: body, Headers: hook.Headers{{Name: "A", Value: "b"}}}
		out := script.Run("function transform(r) { return "+expression+"\n}", in, atRest)
		if out.Err != nil {
			if out.Err.Text == "" || out.Messages != nil {
				t.Fatalf("%q: %+v", expression, out)
			}
			return
		}
		for _, m := range out.Messages {
			if !hook.IsToken(m.Method) || !strings.HasPrefix(m.URL, "http://h:1/") || strings.ContainsAny(m.URL, " \r\n\x00#") || !utf8.ValidString(m.URL) {
				t.Fatalf("%q: %+v", expression, m)
			}
			for _, h := range m.Headers {
				if !hook.IsToken(h.Name) || !hook.IsLineSafe(h.Value) {
					t.Fatalf("%q: %+v", expression, h)
				}
			}
			if m.SameBody != (m.Body == nil) || m.SameHeaders != (m.Headers == nil) {
				t.Fatalf("%q: %+v", expression, m)
			}
		}
	})
}
