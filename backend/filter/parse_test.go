package filter_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"creel/backend/filter"
	"creel/backend/hook"
)

// plain spells a tree out, so that cases can be read.
func plain(n filter.Node) string {
	all := func(name string, terms []filter.Node) string {
		var s []string
		for _, t := range terms {
			s = append(s, plain(t))
		}
		return name + "[" + strings.Join(s, " ") + "]"
	}
	switch n := n.(type) {
	case nil:
		return ""
	case filter.And:
		return all("and", n.Terms)
	case filter.Or:
		return all("or", n.Terms)
	case filter.Not:
		return "not[" + plain(n.Term) + "]"
	case filter.Word:
		return fmt.Sprintf("%q", n.Text)
	case filter.Field:
		name := n.Name
		if n.Key != "" {
			name += "." + n.Key
		}
		if n.Op == filter.Range {
			return fmt.Sprintf("%s:range:%s:%s", name, n.Lo, n.Hi)
		}
		return fmt.Sprintf("%s:%s:%q", name, n.Op, n.Value)
	}
	return reflect.TypeOf(n).String()
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ src, want, text string }{
		{"", ``, ""},
		{" \t\u00a0 ", ``, ""},
		{"push", `"push"`, "push"},
		{"a b", `and["a" "b"]`, "a b"},
		{"a AND b and", `and["a" "b" "and"]`, "a b and"},
		{"a OR b c", `or["a" and["b" "c"]]`, "a OR b c"},
		{"(a OR b) c", `and[or["a" "b"] "c"]`, "(a OR b) c"},
		{"((a b) c)", `and["a" "b" "c"]`, "a b c"},
		{"(a OR (b OR c))", `or["a" "b" "c"]`, "a OR b OR c"},
		{"-a -(b c) NOT d --e", `and[not["a"] not[and["b" "c"]] not["d"] not[not["e"]]]`, "-a -(b c) -d --e"},
		{"-(a OR b)", `not[or["a" "b"]]`, "-(a OR b)"},
		{"a(b)c", `and["a" "b" "c"]`, "a b c"},
		{`"two words" "say \"hi\" \\ \n"`, `and["two words" "say \"hi\" \\ \\n"]`, `"two words" "say \"hi\" \\ \\n"`},
		{`"OR" "-x" "a:b" "("`, `and["OR" "-x" "a:b" "("]`, `"OR" "-x" "a:b" "("`},
		{`12:30 https://x.test/y?a=1 a"b * x-y`, `and["12:30" "https://x.test/y?a=1" "a\"b" "*" "x-y"]`, `"12:30" "https://x.test/y?a=1" a"b * x-y`},
		{"Method:post", `method:equal:"post"`, "method:post"},
		{"event:invoice.*", `event:glob:"invoice.*"`, "event:invoice.*"},
		{`event:"invoice.*"`, `event:equal:"invoice.*"`, `event:"invoice.*"`},
		{`provider:""`, `provider:equal:""`, `provider:""`},
		{"path:hooks", `path:contains:"hooks"`, "path:hooks"},
		{"path:/hooks path:/a/b/ path:/a/*", `and[path:prefix:"/hooks" path:prefix:"/a/b/" path:glob:"/a/*"]`, `path:/hooks path:"/a/b/" path:/a/*`},
		{`path:/(in|out)box$/ path:"/a/"`, `and[path:regexp:"(in|out)box$" path:prefix:"/a/"]`, `path:/(in|out)box$/ path:"/a/"`},
		{"path:/a b/", `and[path:prefix:"/a" "b/"]`, "path:/a b/"},
		{"(path:/a)", `path:prefix:"/a"`, "path:/a"},
		{"status:200 status:>=400 status:<500 status:4XX status:400..404", `and[status:equal:"200" status:ge:"400" status:lt:"500" status:range:400:499 status:range:400:404]`, "status:200 status:>=400 status:<500 status:400..499 status:400..404"},
		{"size:0 size:>1k size:<=1.5Mi size:1KiB..2mb", `and[size:equal:"0" size:gt:"1000" size:le:"1572864" size:range:1024:2000000]`, "size:0 size:>1000 size:<=1572864 size:1024..2000000"},
		{"note:todo tag:a* is:PINNED has:attempt", `and[note:contains:"todo" tag:glob:"a*" is:flag:"pinned" has:flag:"attempt"]`, "note:todo tag:a* is:pinned has:attempt"},
		{`header.X-GitHub-Event:push query.page[a]:2`, `and[header.X-GitHub-Event:contains:"push" query.page[a]:equal:"2"]`, `header.X-GitHub-Event:push query.page[a]:2`},
		{`body:/"id":\s*\d+ \/x\\/ body:a*b* body:x`, `and[body:regexp:"\"id\":\\s*\\d+ /x\\\\" body:glob:"*a*b*" body:contains:"x"]`, `body:/"id":\s*\d+ \/x\\/ body:*a*b* body:x`},
		{"after:2026-11-23T10:00:00+01:00 before:2026-11-23t09:30:00.5z", `and[after:ge:"2026-11-23T09:00:00.000000Z" before:lt:"2026-11-23T09:30:00.500000Z"]`, "after:2026-11-23T09:00:00.000000Z before:2026-11-23T09:30:00.500000Z"},
		{"Sig:VALID target:api attempt:5xx attempt:TimeOut attempt:>=500", `and[sig:equal:"valid" target:contains:"api" attempt:range:500:599 attempt:flag:"timeout" attempt:ge:"500"]`, "sig:valid target:api attempt:500..599 attempt:timeout attempt:>=500"},
		{"age:<2h age:>=1.5D age:90s..1h30m age:>1w age:<0s", `and[age:lt:"7200000000" age:ge:"129600000000" age:range:90000000:5400000000 age:gt:"604800000000" age:lt:"0"]`, "age:<2h age:>=36h age:90s..90m age:>7d age:<0s"},
		{"is:dead -is:replayed", `and[is:flag:"dead" not[is:flag:"replayed"]]`, "is:dead -is:replayed"},
		{"body.data.id:evt_1 BODY[0].a:x body.[0].a:x body.items[*].*:x", `and[body.data.id:equal:"evt_1" body.[0].a:equal:"x" body.[0].a:equal:"x" body.items[*].*:equal:"x"]`, "body.data.id:evt_1 body[0].a:x body[0].a:x body.items[*].*:x"},
		{`body["a b"].c["d"][" \"]"]:x body.0:x body["0"]:x body[""]:x`, `and[body.["a b"].c.d[" \"]"]:equal:"x" body.0:equal:"x" body.["0"]:equal:"x" body.[""]:equal:"x"]`, `body["a b"].c.d[" \"]"]:x body.0:x body["0"]:x body[""]:x`},
		{`body.a:12 body.a:-1.50e3 body.a:"12" body.a:007 body.a:1.2.3`, `and[body.a:number:"12" body.a:number:"-1.50e3" body.a:equal:"12" body.a:equal:"007" body.a:equal:"1.2.3"]`, `body.a:12 body.a:-1.50e3 body.a:"12" body.a:007 body.a:1.2.3`},
		{`body.a:>=9.5 body.a:<-1 body.a:-2..1e3 body.a:"1..2" body.a:a..b`, `and[body.a:ge:"9.5" body.a:lt:"-1" body.a:range:-2:1e3 body.a:equal:"1..2" body.a:equal:"a..b"]`, `body.a:>=9.5 body.a:<-1 body.a:-2..1e3 body.a:"1..2" body.a:a..b`},
		{`body.a:evt_* body.a:/^x/ body.a:"" body.a:">5" body.a:*`, `and[body.a:glob:"evt_*" body.a:regexp:"^x" body.a:equal:"" body.a:equal:">5" body.a:glob:"*"]`, `body.a:evt_* body.a:/^x/ body.a:"" body.a:">5" body.a:*`},
		{`body.html body[0] body.a(b) body["a`, `and["body.html" "body[0]" "body.a" "b" "body[\"a"]`, `body.html body[0] body.a b "body[\"a"`},
		{"event:a:b event:a\"b event:-x", `and[event:equal:"a:b" event:equal:"a\"b" event:equal:"-x"]`, `event:a:b event:a"b event:-x`},
	} {
		e, err := filter.Parse(c.src)
		if err != nil {
			t.Errorf("Parse(%q): %v", c.src, err)
			continue
		}
		if got := plain(e.Root); got != c.want {
			t.Errorf("Parse(%q) = %s, want %s", c.src, got, c.want)
		}
		if got := e.String(); got != c.text || e.Source != c.src {
			t.Errorf("Parse(%q).String() = %q, want %q", c.src, got, c.text)
		}
	}
}

func TestParseFaults(t *testing.T) {
	for _, c := range []struct {
		src    string
		column int
		text   string // a part of it
	}{
		{"metod:POST", 1, "did you mean method?"},
		{"metod:POST", 1, "there are method, path, query.NAME, header.NAME"},
		{"é x zzzzz:1", 5, `there is no field zzzzz; there are`},
		{"X-GitHub-Event:push", 1, "header.X-GitHub-Event:value"},
		{"is:big", 4, "expected one of pinned, unread, cut, refused, replayed, forwarded, failed, dead"},
		{"sig:good", 5, "expected one of none, valid, invalid after sig:"},
		{`sig:"none"`, 5, "expected one of none"},
		{"attempt:broken", 9, "expected a status or an error after attempt:"},
		{"attempt:", 9, "expected a value right after attempt:"},
		{"attempt:>x", 9 + 1, "expected a number for attempt"},
		{"attempt:6xx", 9, "expected a number for attempt"},
		{"attempt:500..400", 9, "this range is empty"},
		{"seq:4xx", 5, "expected a number for seq"},
		{"target:>5", 8, "target is text"},
		{"age:2h", 5, "expected < or > before the age: age:<2h is younger"},
		{"age:<", 6, "expected an age"},
		{"age:<2", 6, "expected an age"},
		{"age:<2y", 6, "expected an age"},
		{"age:<h", 6, "expected an age"},
		{"age:<1..2h", 5, "expected an age"},
		{"age:2h..1h", 5, "this range is empty"},
		{"age:1h..2", 9, "expected an age"},
		{"age:>1000000d", 6, "expected an age"},
		{"x age:>1.2.3h", 8, "expected an age"},
		{"body.:1", 6, "expected a name after the dot"},
		{"body.a..b:1", 8, "expected a name after the dot"},
		{"body.a[x]:1", 7, "expected a number, * or a quoted name between the brackets"},
		{"body.a[-1]:1", 7, "expected a number, *"},
		{"body.a[1:1", 7, "expected a number, *"},
		{`body.a["b:1`, 8, `expected a closing "`},
		{`body.a["b":1`, 11, "expected a ] here"},
		{"body.a[0]b:1", 10, "expected a dot, a bracket or the colon"},
		{`body.a"b:1`, 7, "expected a dot, a bracket or the colon"},
		{"body.a*:1", 6, "expected * alone"},
		{"body" + strings.Repeat(".a", 33) + ":1", 1, "more than 32 parts"},
		{"body.a:", 8, "expected a value right after body.a:"},
		{"body.a:(b)", 8, "write (body.a:a OR body.a:b)"},
		{"body.a:>x", 9, "expected a number after >"},
		{"body.a:>=", 10, "expected a number after >="},
		{"body.a:2..1.5", 8, "this range is empty"},
		{"body.a:/(/", 8, "this regexp cannot be read"},
		{"body.a:/x", 8, "expected a closing /"},
		{`body.a:"x`, 8, `expected a closing "`},
		{"has:", 5, "expected a value right after has:"},
		{"method: POST", 8, "expected a value right after method:"},
		{"method:(a OR b)", 8, "write (method:a OR method:b)"},
		{"method.x:1", 7, "takes no name"},
		{"header:x", 1, "header.NAME:value"},
		{"query.:x", 1, "query.NAME:value"},
		{"event:>5", 7, "event is text"},
		{"status:abc", 8, "expected a number for status"},
		{"status:>", 9, "expected a number for status"},
		{"status:200..", 13, "expected a number for status"},
		{"status:-1", 8, "expected a number"},
		{"status:99999999999999999999", 8, "expected a number"},
		{"status:500..400", 8, "this range is empty"},
		{"size:1x", 6, "expected a size"},
		{"size:1.2.3", 6, "expected a size"},
		{"size:999999999999999G", 6, "expected a size"},
		{"after:yesterday", 7, "expected a date or time"},
		{`"abc`, 1, `expected a closing "`},
		{`ab "`, 4, `expected a closing "`},
		{`""`, 1, "expected text between the quotes"},
		{`"a"b`, 4, "expected a blank here"},
		{"event:/a", 7, "expected a closing /"},
		{"event://", 7, "expected a regexp between"},
		{"event:/a/b", 10, `write \/`},
		{"event:/(/", 7, "this regexp cannot be read: missing closing )"},
		{"(a", 1, "expected a ) for this ("},
		{"a)", 2, "no ( for this )"},
		{"()", 2, "before this )"},
		{"a AND", 6, "expected a word, a field or a group here"},
		{"OR a", 1, "before OR"},
		{"a OR OR b", 6, "before OR"},
		{"a AND AND b", 7, "before AND"},
		{"a -", 4, "right after the -"},
		{"NOT", 4, "expected a word"},
		{"a \xff", 3, "not UTF-8"},
		{strings.Repeat("(", 60) + "a", 52, "more than 50 deep"},
		{strings.Repeat("-", 60) + "a", 52, "more than 50 deep"},
		{strings.Repeat("a ", 201), 401, "more than 200 terms"},
		{strings.Repeat("a", 4097), 1, "longer than 4,096 bytes"},
	} {
		_, err := filter.Parse(c.src)
		var f *hook.Fault
		if !errors.As(err, &f) {
			t.Errorf("Parse(%q): %v, want a fault", c.src, err)
			continue
		}
		if f.Kind != hook.Invalid || f.Field != "filter" || f.Column != c.column || !strings.Contains(f.Text, c.text) {
			t.Errorf("Parse(%q): %s %s column %d %q, want column %d %q", c.src, f.Kind, f.Field, f.Column, f.Text, c.column, c.text)
		}
	}
}

func TestLimitsAreInclusive(t *testing.T) {
	for _, src := range []string{
		strings.Repeat("(", 50) + "a" + strings.Repeat(")", 50),
		strings.Repeat("a ", 200),
		strings.Repeat("a", 4096),
	} {
		if _, err := filter.Parse(src); err != nil {
			t.Errorf("Parse of %.20q…: %v", src, err)
		}
	}
}

func TestColumnOfField(t *testing.T) {
	e, err := filter.Parse("é -status:200")
	if err != nil {
		t.Fatal(err)
	}
	f := e.Root.(filter.And).Terms[1].(filter.Not).Term.(filter.Field)
	if f.Column != 4 {
		t.Errorf("column %d, want 4", f.Column)
	}
}
