package script_test

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"creel/backend/hook"
	"creel/backend/script"
)

// given is a request like those that are forwarded.
// atRest is a process that never works: what else this machine does then is
// no reason to stop a transform before WallLimit.
func atRest() time.Duration { return 0 }

func given() script.Input {
	return script.Input{
		Method: "POST", URL: "http://localhost:3000/hooks/stripe?x=1&y=%20z&flag",
		Headers: hook.Headers{{Name: "Host", Value: "localhost:4290"}, {Name: "content-type", Value: "application/json"},
			{Name: "X-Twice", Value: "1"}, {Name: "x-twice", Value: "2"}, {Name: "X-Latin", Value: "caf\xe9"}},
		Body: []byte(`{"type":"a","items":[{"n":1},{"n":2}]}`), Seq: 7, Endpoint: "shop", Target: "app",
		ReceivedAt: time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC), Provider: "stripe", Event: "a",
	}
}

func must(t *testing.T, source string, in script.Input) []script.Message {
	t.Helper()
	out := script.Run(source, in, atRest)
	if out.Err != nil {
		t.Fatalf("%s: %+v", source, out.Err)
	}
	return out.Messages
}

func TestWhatATransformReturnsIsSent(t *testing.T) {
	in := given()
	same := script.Message{Method: "POST", URL: in.URL, SameHeaders: true, SameBody: true}
	with := func(change func(*script.Message)) []script.Message {
		m := same
		change(&m)
		return []script.Message{m}
	}
	body := func(text string) []script.Message {
		return with(func(m *script.Message) { m.Body, m.SameBody = []byte(text), false })
	}
	url := func(u string) []script.Message {
		return with(func(m *script.Message) { m.URL = "http://localhost:3000" + u })
	}
	for name, c := range map[string]struct {
		source string
		want   []script.Message
	}{
		"itself":              {`function transform(request) { return request }`, []script.Message{same}},
		"a copy":              {`function transform(r) { return { ...r } }`, []script.Message{same}},
		"an empty object":     {`const transform = () => ({})`, []script.Message{same}},
		"by module":           {`export default (r) => r`, []script.Message{same}},
		"a module's function": {"const a = 1;\nexport default function transform(r) { return a && r }", []script.Message{same}},
		"by promise":          {`async function transform(r) { await null; return r }`, []script.Message{same}},
		"nothing":             {`function transform(r) {}`, nil},
		"null":                {`function transform(r) { return null }`, nil},
		"false":               {`function transform(r) { return r.event === "b" && r }`, nil},
		"no items":            {`function transform(r) { return [] }`, nil},
		"several":             {`function transform(r) { return [r, {}] }`, []script.Message{same, same}},
		"json changed in place": {`function transform(r) { r.json.type = "b"; return r }`,
			body(`{"type":"b","items":[{"n":1},{"n":2}]}`)},
		"json only read":     {`function transform(r) { return r.json.type === "a" ? r : null }`, []script.Message{same}},
		"json replaced":      {`function transform(r) { return { ...r, json: { ok: true } } }`, body(`{"ok":true}`)},
		"json set":           {`function transform(r) { r.json = [1]; return r }`, body(`[1]`)},
		"body as text":       {`function transform(r) { r.body = "hi"; return r }`, body("hi")},
		"body as object":     {`function transform(r) { return { body: { a: [1, null] } } }`, body(`{"a":[1,null]}`)},
		"body as bytes":      {`function transform(r) { return { body: new Uint8Array([255, 0, 1]).subarray(1) } }`, body("\x00\x01")},
		"body as base64":     {`function transform(r) { return { bodyBase64: "/wD_AQ" } }`, body("\xff\x00\xff\x01")},
		"no body":            {`function transform(r) { return { body: null } }`, body("")},
		"base64 unchanged":   {`function transform(r) { return { ...r, bodyBase64: r.bodyBase64 } }`, []script.Message{same}},
		"method":             {`function transform(r) { r.method = "PUT"; return r }`, with(func(m *script.Message) { m.Method = "PUT" })},
		"path":               {`function transform(r) { r.path = "/a b?c"; return r }`, url("/a%20b%3Fc?x=1&y=%20z&flag")},
		"query":              {`function transform(r) { r.query.set("x", "ä&"); r.query.append("n", 1); return r }`, url("/hooks/stripe?x=%C3%A4%26&y=%20z&flag&n=1")},
		"query as an object": {`function transform(r) { return { query: { a: ["1", "2"] } } }`, url("/hooks/stripe?a=1&a=2")},
		"query as text":      {`function transform(r) { return { query: "?a=b c" } }`, url("/hooks/stripe?a=b%20c")},
		"no query":           {`function transform(r) { r.query.length = 0; return r }`, url("/hooks/stripe")},
		"url":                {`function transform(r) { r.url = "http://LOCALHOST:3000/other#x"; return r }`, url("/other")},
		"headers": {`function transform(r) { r.headers.set("x-TWICE", 3).append("X-New", " v ").delete("host"); return r }`,
			with(func(m *script.Message) {
				m.SameHeaders = false
				m.Headers = hook.Headers{{Name: "content-type", Value: "application/json"}, {Name: "X-Twice", Value: "3"},
					{Name: "X-Latin", Value: "caf\xe9"}, {Name: "X-New", Value: "v"}}
			})},
		"headers as an object": {`function transform(r) { return { headers: { A: "1", B: [2, 3], C: undefined } } }`,
			with(func(m *script.Message) {
				m.SameHeaders, m.Headers = false, hook.Headers{{Name: "A", Value: "1"}, {Name: "B", Value: "2"}, {Name: "B", Value: "3"}}
			})},
		"no headers": {`function transform(r) { return { headers: [] } }`,
			with(func(m *script.Message) { m.SameHeaders, m.Headers = false, hook.Headers{} })},
		"a polluted prototype": {`Array.prototype.push = Object.prototype.toString = () => { throw 1 };
			function transform(r) { r.body = "x"; return r }`, body("x")},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, must(t, c.source, in)); diff != "" {
				t.Errorf("%s\n%s", c.source, diff)
			}
		})
	}
}

func TestWhatATransformSees(t *testing.T) {
	out := script.Run(`function transform(r) {
		const { headers, query, json, ...rest } = r;
		console.log(JSON.stringify(Object.fromEntries(Object.entries(rest).sort())));
		console.log(headers.get("CONTENT-TYPE"), headers.getAll("x-twice"), headers.has("no"), headers.get("x-latin"));
		console.info(query.get("y"), query.get("Y"), query.has("flag"), json.items.length, atob(btoa("\xff")) === "\xff");
	}`, given(), atRest)
	want := []string{
		`{"body":"{\"type\":\"a\",\"items\":[{\"n\":1},{\"n\":2}]}","endpoint":"shop","event":"a","method":"POST","path":"/hooks/stripe",` +
			`"provider":"stripe","receivedAt":"2026-01-02T03:04:05.000006Z","seq":7,"target":"app","url":"http://localhost:3000/hooks/stripe?x=1&y=%20z&flag"}`,
		`application/json ["1","2"] false café`,
		" z undefined true 2 true",
	}
	if diff := cmp.Diff(want, out.Logs); diff != "" || out.Err != nil {
		t.Error(out.Err, diff)
	}
}

func TestABodyThatIsNoText(t *testing.T) {
	in := given()
	in.Body = []byte{0xff, 0, 0x80}
	out := script.Run(`function transform(r) { console.log(r.body, r.json, r.bodyBase64); return { ...r } }`, in, atRest)
	if out.Err != nil || len(out.Messages) != 1 || !out.Messages[0].SameBody {
		t.Fatalf("%+v", out)
	}
	if want := "null undefined " + base64.StdEncoding.EncodeToString(in.Body); out.Logs[0] != want {
		t.Errorf("%q, want %q", out.Logs[0], want)
	}
}

func TestErrorsHaveAPlace(t *testing.T) {
	for source, want := range map[string]script.Error{
		"function transform(r) {\n  retur r;\n}":                               {Text: "SyntaxError: Unexpected identifier", Line: 2, Column: 9},
		"let x = ;\nfunction transform() {}":                                   {Text: "SyntaxError: Unexpected token ;", Line: 1, Column: 9},
		"function transform() {":                                               {Text: "SyntaxError: Unexpected end of input", Line: 1, Column: 23},
		"let a; let a; function transform() {}":                                {Text: "SyntaxError: Identifier 'a' has already been declared", Line: 1, Column: 12},
		"export default (r) => {\n\treturn [;\n}":                              {Text: "SyntaxError: Unexpected token ;", Line: 2, Column: 10},
		"function transform(r) {\n  const é = \"ü\"; return r.json.no.way;\n}": {Text: "TypeError: Cannot read property 'way' of undefined", Line: 2, Column: 35},
		"const transform = async () => {\n  throw new RangeError('so');\n}":    {Text: "RangeError: so", Line: 2, Column: 9},
		"function transform() { throw 'just text' }":                           {Text: "just text", Line: 1, Column: 24},
		"  missing();\nfunction transform() {}":                                {Text: "ReferenceError: missing is not defined", Line: 1, Column: 10},
		"function other() {}":                                                  {Text: "there is no function transform; write function transform(request) { return request }"},
		"export const transform = 1":                                           {Text: "there is no function transform; write function transform(request) { return request }"},
		"import x from 'fs'\nexport default x":                                 {Text: `import "fs": a transform is one file and can import nothing`},
		"function transform() { return 5 }":                                    {Text: "TypeError: what transform returned is a number, but must be a request"},
		"function transform(r) { return [r, 'x'] }":                            {Text: "TypeError: item 2 of what transform returned is a string, but must be a request"},
		"function transform(r) { r.body = 'x'; r.json.type = 'y'; return r }":  {Text: "TypeError: body and json were both changed: change one of them"},
		"function transform(r) { r.url += '1'; r.path = '/'; return r }":       {Text: "TypeError: url was changed, and path or query too: change either the url or its parts"},
		"function transform(r) { return { url: 'http://evil.example/' } }":     {Text: `TypeError: the url "http://evil.example/" is not on http://localhost:3000: a transform may change path and query only; make another target for another site`},
		"function transform(r) { return { method: 'A B' } }":                   {Text: `TypeError: the method "A B" is none: use letters and -, such as POST`},
		"function transform(r) { return { headers: [['a b', 'c']] } }":         {Text: `TypeError: the header line "a b" cannot be sent: a name has letters, digits and dashes, and neither part a line break`},
		"function transform(r) { return { headers: { a: 'b\\r\\nc: d' } } }":   {Text: `TypeError: the header line "a" cannot be sent: a name has letters, digits and dashes, and neither part a line break`},
		"function transform(r) { return { headers: ['a'] } }":                  {Text: "TypeError: headers: item 1 is a string, but must be [name, value]"},
		"function transform(r) { return { body: 5 } }":                         {Text: "TypeError: body is a number, but must be a string, an object or bytes"},
		"function transform(r) { return { bodyBase64: '*' } }":                 {Text: "TypeError: bodyBase64 is no base64: illegal base64 data at input byte 0"},
		"async function transform() { await new Promise(() => {}) }":           {Text: "transform returned a promise that never ends: there are no timers and nothing to wait for"},
		"async function transform() { await import('fs') }":                    {Text: "dynamic modules not enabled in the host program"},
		"function transform(r) { return transform(r) }":                        {Text: "transform called itself more than 2000 deep; look for a recursion that does not end", Line: 1, Column: 41},
	} {
		out := script.Run(source, given(), atRest)
		if out.Err == nil {
			t.Errorf("%s: no error, %+v", source, out)
			continue
		}
		if diff := cmp.Diff(want, *out.Err); diff != "" {
			t.Errorf("%s\n%s", source, diff)
		}
		if len(out.Messages) != 0 {
			t.Errorf("%s: %d messages beside an error", source, len(out.Messages))
		}
	}
}

func TestCheckRunsWhatStandsOutside(t *testing.T) {
	for source, refused := range map[string]bool{
		"function transform(r) { return r.json.no.way }": false,
		"const transform = r => r":                       false,
		"export default r => r":                          false,
		"nothing()":                                      true,
		"":                                               true,
		"var transform = 5":                              true,
		"function transform(":                            true,
		"for (;;); function transform() {}":              true,
		strings.Repeat(" ", script.MaxSource+1):          true,
	} {
		if err := script.Check(source, atRest); (err != nil) != refused {
			t.Errorf("%.60q: %v", source, err)
		}
	}
}

func TestALoopIsBrokenOffInItsLine(t *testing.T) {
	for _, source := range []string{
		"function transform() {\n  for (let i = 0; ; i++) i += 1;\n}",
		"function transform() {\n  try { for (let i = 0; ; i++) i += 1; } finally { for (let i = 0; ; i++) i += 1; }\n}",
		"function transform(r) {\n  return { get method() { for (let i = 0; ; i++) i += 1; } }\n}",
		"async function transform() {\n  for (;;) await null\n}",
	} {
		out := script.Run(source, given(), atRest)
		if out.Err == nil || !strings.Contains(out.Err.Text, "longer than 250 ms") {
			t.Errorf("%s: %+v", source, out.Err)
		}
		if out.Err != nil && out.Err.Line != 2 && !strings.Contains(source, "await") {
			t.Errorf("%s: line %d", source, out.Err.Line)
		}
	}
}

// Nothing of the machine is there to be reached.
func TestNothingOutsideIsReached(t *testing.T) {
	for _, name := range []string{"require", "process", "fetch", "setTimeout", "setInterval", "XMLHttpRequest", "Deno", "std", "os", "module", "load", "WebAssembly"} {
		if out := script.Run("function transform() { "+name+" }", given(), atRest); out.Err == nil || !strings.Contains(out.Err.Text, "not defined") {
			t.Errorf("%s: %+v", name, out.Err)
		}
	}
	// The engine's own loader of source maps would read this file.
	out := script.Run("function transform(r) { eval('1\\n//# sourceMappingURL=script_test.go'); new Function('//# sourceMappingURL=script_test.go')(); return r }", given(), atRest)
	if out.Err != nil {
		t.Errorf("%+v", out.Err)
	}
}

func TestRunsShareNothing(t *testing.T) {
	spoil := `Object.prototype.x = 1; Array.prototype.map = null; JSON.parse = null; globalThis.left = 1; function transform(r) { return r }`
	must(t, spoil, given())
	out := script.Run(`function transform(r) { console.log({}.x, typeof [].map, typeof JSON.parse, typeof left); return r }`, given(), atRest)
	if out.Err != nil || out.Logs[0] != "undefined function function undefined" {
		t.Errorf("%+v", out)
	}
}

func TestWhatIsReturnedAndLoggedIsBounded(t *testing.T) {
	for source, want := range map[string]string{
		"function transform(r) { return Array(101).fill(r) }":                                     "more than 100 requests",
		"function transform(r) { return { path: '/' + 'x'.repeat(70000) } }":                      "longer than 64 KiB",
		"function transform(r) { return { get method() { throw new Error('a trap') } } }":         "a trap",
		"function transform(r) { return new Proxy({}, { get() { throw new Error('a trap') } }) }": "a trap",
		"function transform(r) { throw { get message() { throw 1 } } }":                           "cannot be shown",
		"function transform(r) { throw { toString() { throw 1 } } }":                              "cannot be shown",
	} {
		if out := script.Run(source, given(), atRest); out.Err == nil || !strings.Contains(out.Err.Text, want) || out.Messages != nil {
			t.Errorf("%s: %+v", source, out.Err)
		}
	}
	out := script.Run(`function transform() { for (let i = 0; i < 400; i++) console.log("line " + i, "x".repeat(i)) }`, given(), atRest)
	all := strings.Join(out.Logs, "\n")
	if out.Err != nil || len(all) > 2*script.MaxLogBytes || !strings.HasSuffix(all, "more was logged than is shown") {
		t.Errorf("%v, %d lines of %d bytes, ending in %.60q", out.Err, len(out.Logs), len(all), all[max(0, len(all)-60):])
	}
	in := given()
	in.Body = bytes.Repeat([]byte("x"), script.MaxBody/4*3)
	if out := script.Run("function transform(r) { return [r, r, r] }", in, atRest); out.Err == nil || !strings.Contains(out.Err.Text, "larger than 16 MiB") {
		t.Errorf("%+v", out.Err)
	}
	in.Body = make([]byte, script.MaxBody+1)
	if out := script.Run("function transform(r) { return r }", in, atRest); out.Err == nil || !strings.Contains(out.Err.Text, "at most 8 MiB") {
		t.Errorf("%+v", out.Err)
	}
}
