package reply_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"creel/backend/hook"
	"creel/backend/reply"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const head = "POST /inbox/pay?id=7&q=a%22b&hub.challenge=42 HTTP/1.1\r\nHost: h\r\nX-Id: one\r\nx-id: two\r\nX-Odd: \"quo\\te\"<b>\r\n\r\n"

func subject(body string) *reply.Subject {
	_, headers := hook.ParseHead([]byte(head))
	return &reply.Subject{
		Row: hook.Row{Request: hook.Request{
			Seq: 12, UID: [16]byte{1: 2, 15: 255}, Method: "POST", Target: "/inbox/pay?id=7&q=a%22b&hub.challenge=42", Provider: "stripe", Event: "charge.failed",
		}},
		Raw:     hook.Raw{Head: []byte(head), Body: []byte(body)},
		Headers: headers, Now: time.Date(2026, 11, 23, 9, 30, 0, 5000, time.UTC),
	}
}

func typed(kind, body string) hook.Reply {
	r := hook.Reply{Mode: hook.ReplyFixed, Status: 200, Body: body}
	if kind != "" {
		r.Headers = hook.Headers{{Name: "Content-Type", Value: kind}}
	}
	return r
}

func bodyOf(t failer, r hook.Reply, to *reply.Subject) string {
	t.Helper()
	p, err := reply.Compile(r)
	if err != nil {
		t.Fatalf("%q: %v", r.Body, err)
	}
	return string(p.Usual().Answer(to).Body)
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

const order = `{"id":"evt_1","amount":12.50,"items":[{"sku":"a\"b"},{"sku":"c"}],"note":null,"a b":true,"who":{"n":1}}`

func TestTemplates(t *testing.T) {
	cases := []struct{ name, kind, body, want string }{
		{"every value", "", "{{method}} {{path}} {{query.id}} {{header.x-ID}} {{body.id}} {{seq}} {{uid}} {{now}} {{event}} {{ provider }}",
			"POST /inbox/pay 7 one evt_1 12 00020000-0000-0000-0000-0000000000ff 2026-11-23T09:30:00.000005Z charge.failed stripe"},
		{"the body whole", "text/plain", "<{{body}}>", "<" + order + ">"},
		{"paths", "", `{{body.items[1].sku}} {{body.items[*].sku}} {{body["a b"]}} {{body.who}} {{body.amount}}`, `c a"b true {"n":1} 12.50`},
		{"a dotted name of the query", "", "{{query.hub.challenge}}", "42"},
		{"missing is empty", "", "[{{query.no}}{{header.No}}{{body.no}}{{body.items[9]}}]", "[]"},
		{"braces themselves", "", `{{"{{"}}method}} {{"a}}b"}} }}`, "{{method}} a}}b }}"},
		{"within quotes of JSON", "application/json", `{"a":"{{body.items[0].sku}}","b":"x{{query.q}}y","o":"{{header.X-Odd}}"}`,
			`{"a":"a\"b","b":"xa\"by","o":"\"quo\\te\"\u003cb\u003e"}`},
		{"values of JSON", "application/problem+json; charset=utf-8", `[{{body.amount}},{{body.who}},{{body.id}},{{method}},{{seq}},{{body.no}},{{query.id}},{{body}}]`,
			`[12.50,{"n":1},"evt_1","POST",12,null,"7",` + order + `]`},
		{"an escaped quote does not end a string", "application/json", `{"a\"{{method}}":"\\{{body.items[0].sku}}"}`, `{"a\"POST":"\\a\"b"}`},
		{"markup", "text/html", "<p>{{header.X-Odd}}</p>", "<p>&quot;quo\\te&quot;&lt;b&gt;</p>"},
		{"form", "application/x-www-form-urlencoded", "a={{query.q}}&b={{body.who}}", "a=a%22b&b=%7B%22n%22%3A1%7D"},
		{"plain text is left alone", "text/plain", "{{header.X-Odd}}", `"quo\te"<b>`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, bodyOf(t, typed(c.kind, c.body), subject(order))); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestBodiesThatAreNotJSON(t *testing.T) {
	for body, want := range map[string]string{
		"a=1&b=\"2\"": `{"is":"a=1\u0026b=\"2\"","id":null}`,
		"":            `{"is":null,"id":null}`,
		"\xff{":       `{"is":"\ufffd{","id":null}`,
		"{\"id\":1":   `{"is":"{\"id\":1","id":null}`,
	} {
		if got := bodyOf(t, typed("application/json", `{"is":{{body}},"id":{{body.id}}}`), subject(body)); got != want {
			t.Errorf("%q: %s, want %s", body, got, want)
		}
	}
}

func TestHeaderValuesAreTemplates(t *testing.T) {
	r := typed("text/plain", "")
	r.Headers = append(r.Headers, hook.Header{Name: "X-Echo", Value: "id {{body.evil}}"}, hook.Header{Name: "X-Long", Value: "{{body.long}}"})
	p, err := reply.Compile(r)
	if err != nil {
		t.Fatal(err)
	}
	in, err := json.Marshal(map[string]string{"evil": "1\r\nSet-Cookie: a\x00b", "long": strings.Repeat("x", 9<<10)})
	if err != nil {
		t.Fatal(err)
	}
	got := p.Usual().Answer(subject(string(in))).Headers
	want := hook.Headers{{Name: "Content-Type", Value: "text/plain"}, {Name: "X-Echo", Value: "id 1  Set-Cookie: a b"}, {Name: "X-Long", Value: ""}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestWrongTemplatesAreRefusedWithTheirColumn(t *testing.T) {
	cases := []struct {
		body, text string
		column     int
	}{
		{"é {{nope}}", "there is no value {{nope}}", 5},
		{"{{ method", "expected }}", 1},
		{"a {{}}", "expected a value", 5},
		{"{{query.}}", "expected a name of the query", 3},
		{"{{header.a b}}", "expected a header name", 3},
		{"{{body.a..b}}", "expected a name after the dot", 10},
		{"{{body.a[x]}}", "expected a number", 9},
		{"{{body.a:b}}", "quote a name with a colon", 9},
		{"{{bodyx}}", "there is no value", 3},
		{"{{method\n}}", "expected }}", 1},
		{`{{"a" b}}`, "only quoted text", 3},
		{strings.Repeat("{{seq}}", 201), "more than 200", 1401},
	}
	for _, c := range cases {
		_, err := reply.Compile(typed("", c.body))
		var f *hook.Fault
		if !errors.As(err, &f) || f.Field != "reply.body" || f.Kind != hook.Invalid || f.Column != c.column || !strings.Contains(f.Text, c.text) {
			t.Errorf("%q: %+v, want column %d, %q", c.body, f, c.column, c.text)
		}
	}
}

func TestContentTypeHasNoPlaceholders(t *testing.T) {
	_, err := reply.Compile(typed("{{header.Accept}}", ""))
	var f *hook.Fault
	if !errors.As(err, &f) || f.Field != "reply.headers" {
		t.Errorf("%v", err)
	}
}

// A value that does not fit is left out whole, so that JSON stays JSON.
func TestOutputIsBounded(t *testing.T) {
	big := `{"v":"` + strings.Repeat("x", hook.MaxReply-200) + `"}`
	r := typed("application/json", `{"a":"{{body.v}}","b":"{{body.v}}","c":{{body}},"d":"{{method}}"}`)
	got := bodyOf(t, r, subject(big))
	var out map[string]any
	if err := json.Unmarshal([]byte(got), &out); err != nil || len(got) > hook.MaxReply {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	if out["b"] != "" || out["c"] != nil || out["d"] != "POST" || len(out["a"].(string)) != hook.MaxReply-200 {
		t.Errorf("b %.10v, c %.10v, d %v", out["b"], out["c"], out["d"])
	}
}

func TestRulesAreAskedInOrder(t *testing.T) {
	r := typed("", "usual")
	r.Rules = []hook.ReplyRule{
		{When: "body.amount:>100", Reply: typed("", "much")},
		{When: "method:POST event:charge.*", Reply: typed("", "charge {{seq}}")},
		{When: "method:POST", Reply: typed("", "never reached")},
	}
	p, err := reply.Compile(r)
	if err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]string{`{"amount":101}`: "much", order: "charge 12"} {
		to := subject(body)
		say := p.Rule(to.Row, to.Raw)
		if say == nil || string(say.Answer(to).Body) != want {
			t.Errorf("%s: %+v, want %s", body, say, want)
		}
	}
	to := subject("{}")
	to.Row.Method, to.Row.Event = "GET", ""
	if say := p.Rule(to.Row, to.Raw); say != nil {
		t.Errorf("%s answers what no rule means", say.Told)
	}
	if _, plain := p.Plain(); plain {
		t.Error("a reply with rules passes for one answer to all")
	}
}

func TestWrongRulesNameTheirField(t *testing.T) {
	for want, rule := range map[string]hook.ReplyRule{
		"reply.rules[1].when":          {When: "nope:1", Reply: typed("", "")},
		"reply.rules[1].reply.body":    {When: "method:GET", Reply: typed("", "{{nope}}")},
		"reply.rules[1].reply.headers": {When: "method:GET", Reply: hook.Reply{Headers: hook.Headers{{Name: "A", Value: "{{nope}}"}}}},
	} {
		r := typed("", "")
		r.Rules = []hook.ReplyRule{{When: "method:PUT", Reply: typed("", "")}, rule}
		_, err := reply.Compile(r)
		var f *hook.Fault
		if !errors.As(err, &f) || f.Field != want || f.Column == 0 {
			t.Errorf("%+v, want field %s and a column", f, want)
		}
	}
	r := typed("", "")
	r.Rules = []hook.ReplyRule{{When: " "}}
	if _, err := reply.Compile(r); hook.KindOf(err) != hook.Invalid {
		t.Errorf("a rule for everything: %v", err)
	}
}

func TestCleanRefuses(t *testing.T) {
	cases := map[string]func(*hook.Reply){
		"reply.mode":                  func(r *hook.Reply) { r.Mode = "x" },
		"reply.status":                func(r *hook.Reply) { r.Status = 199 },
		"reply.delayMs":               func(r *hook.Reply) { r.DelayMs = 30_001 },
		"reply.headers":               func(r *hook.Reply) { r.Headers = hook.Headers{{Name: "Content-Length", Value: "1"}} },
		"reply.pass.timeoutMs":        func(r *hook.Reply) { r.Mode, r.Pass.TimeoutMs = hook.ReplyTarget, 99 },
		"reply.pass.fallback":         func(r *hook.Reply) { r.Mode, r.Pass.Fallback = hook.ReplyTarget, "x" },
		"reply.fault.kind":            func(r *hook.Reply) { r.Fault.Kind = "x" },
		"reply.fault.percent":         func(r *hook.Reply) { r.Fault = hook.ReplyFault{Kind: hook.FaultReset, Percent: 101} },
		"reply.fault.afterBytes":      func(r *hook.Reply) { r.Fault = hook.ReplyFault{Kind: hook.FaultCut, AfterBytes: -1} },
		"reply.fault.bytesPerSecond":  func(r *hook.Reply) { r.Fault = hook.ReplyFault{Kind: hook.FaultDrip} },
		"reply.fault.holdMs":          func(r *hook.Reply) { r.Fault = hook.ReplyFault{Kind: hook.FaultSilent, HoldMs: 300_001} },
		"reply.fault.status":          func(r *hook.Reply) { r.Fault = hook.ReplyFault{Kind: hook.FaultStatus, Status: 600} },
		"reply.rules[0].reply":        func(r *hook.Reply) { r.Rules = []hook.ReplyRule{{Reply: hook.Reply{Rules: []hook.ReplyRule{{}}}}} },
		"reply.rules[0].reply.status": func(r *hook.Reply) { r.Rules = []hook.ReplyRule{{Reply: hook.Reply{Status: 1}}} },
		"reply.rules":                 func(r *hook.Reply) { r.Rules = make([]hook.ReplyRule, hook.MaxReplyRules+1) },
	}
	for want, spoil := range cases {
		r := hook.DefaultReply()
		if err := reply.Clean(&r); err != nil {
			t.Fatal(err)
		}
		spoil(&r)
		var f *hook.Fault
		if err := reply.Clean(&r); !errors.As(err, &f) || f.Field != want || f.Kind != hook.Invalid {
			t.Errorf("%+v, want field %s", f, want)
		}
	}
}

func TestTheUsualReplyIsPlain(t *testing.T) {
	p, err := reply.Compile(hook.DefaultReply())
	if err != nil {
		t.Fatal(err)
	}
	a, plain := p.Plain()
	want := hook.Answer{Status: 200, Headers: hook.DefaultReply().Headers, Body: []byte("ok")}
	if d := cmp.Diff(want, a); !plain || d != "" {
		t.Errorf("plain %v, %s", plain, d)
	}
}

// Whatever a request holds, a template that is JSON with plain values in its
// holes is JSON when filled.
func TestJSONStaysJSON(t *testing.T) {
	holes := []string{"{{method}}", "{{path}}", "{{query.q}}", "{{header.X-Odd}}", "{{body}}", "{{body.a}}", "{{body[0]}}", "{{body.*}}", "{{seq}}", "{{now}}", "{{event}}", "{{uid}}"}
	rapid.Check(t, func(t *rapid.T) {
		hole := rapid.SampledFrom(holes)
		body := `{"x` + hole.Draw(t, "key") + `":"\"` + hole.Draw(t, "string") + `\\","v":` + hole.Draw(t, "value") + `,"l":[` + hole.Draw(t, "first") + `, ` + hole.Draw(t, "second") + `]}`
		to := subject(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
			order, `[1,"\ud800"]`, "\ufeff{\"a\":\"\\n\"}", ` {"a":[{}]} `, "\xff", `"x"`, `{"a":1e400}`,
		})).Draw(t, "request"))
		to.Row.Method = rapid.StringMatching(`[ -~]{0,5}`).Draw(t, "method")
		to.Row.Event = rapid.String().Draw(t, "event")
		got := bodyOf(t, typed("application/json", body), to)
		if !json.Valid([]byte(got)) {
			t.Fatalf("%s made %s", body, got)
		}
	})
}

func FuzzTemplate(f *testing.F) {
	f.Add("application/json", `{"a":"{{body.a[0]["x"]}}",{{"{{"}}}`, `{"a":[{"x":1}]}`)
	f.Add("text/xml", "{{query.é}} {{header.A}}{{body[*].b}}", "[{}]")
	f.Add("", `{{body["}}"].x}}`, "")
	f.Fuzz(func(t *testing.T, kind, body, request string) {
		if strings.Contains(kind, "{{") {
			return
		}
		p, err := reply.Compile(typed(kind, body))
		var fault *hook.Fault
		if errors.As(err, &fault) {
			if fault.Column < 1 || fault.Column > utf8.RuneCountInString(body)+1 || fault.Text == "" || fault.Field == "" {
				t.Errorf("%q: %+v", body, fault)
			}
			return
		}
		to := subject(request)
		a := p.Usual().Answer(to)
		if len(a.Body) > max(hook.MaxReply, len(body))+1000 {
			t.Errorf("%d bytes of %q", len(a.Body), body)
		}
		if p.Usual().Simple() && !strings.Contains(body, "{{") && string(a.Body) != body {
			t.Errorf("%q became %q", body, a.Body)
		}
	})
}
