package filter_test

import (
	"strings"
	"testing"
	"time"

	"creel/backend/filter"
	"creel/backend/hook"
)

func sampleRow() (hook.Row, hook.Raw) {
	row := hook.Row{
		Request: hook.Request{
			Seq: 7, Endpoint: "shop", Method: "POST", Target: "/shop/Orders/new?page=2&name=J%C3%B6rg+B&flag&page=3",
			BodyBytes: 2048, Status: 202, Provider: "shopify", Event: "orders/create", State: hook.Cut,
			ReceivedAt: time.Date(2026, 11, 23, 9, 30, 0, 123456789, time.UTC),
		},
		Marks: hook.Marks{Note: "Ask Straße about it", Tags: []string{"bug", "vip-7"}, Pinned: true},
		Tally: hook.Tally{Delivered: 1},
		Last:  &hook.Last{Status: 500},
	}
	raw := hook.Raw{
		Head: []byte("POST /shop/Orders/new HTTP/1.1\r\nHost: localhost\r\nX-Shopify-Topic: orders/create\r\nx-multi: one\r\nX-Multi:  two \r\nX-Empty:\r\n\r\n"),
		Body: []byte("{\"city\":\"KÖLN\",\"total\":\"12.50\"}\xff\xfe tail"),
	}
	return row, raw
}

func TestMatch(t *testing.T) {
	row, raw := sampleRow()
	for src, want := range map[string]bool{
		"": true, "method:post": true, "method:GET": false, "method:P*T": true, "-method:GET": true,
		"path:orders": true, "path:/shop": true, "path:/Orders": false, "path:/shop/*": true, "path:/shop*new": true,
		"path:/shop/*/": false, "path:page": false, "path:/ORDERS/": false, "path:/(?i)ORDERS/": true,
		"path:/shop/orders/new": true, "path:*orders*": true, "path:*orders": false,
		"endpoint:SHOP": true, "endpoint:sho": false, "endpoint:sho*": true,
		"status:202": true, "status:2xx": true, "status:>202": false, "status:>=202": true, "status:<202": false,
		"status:<=202": true, "status:200..299": true, "status:203..299": false, "status:200": false,
		"provider:shopify": true, `provider:""`: false, "event:orders/create": true, "event:orders/*": true,
		"event:/^orders.(create|paid)$/": true, "size:2Ki": true, "size:2k": false, "size:>2k": true,
		"tag:bug": true, "tag:VIP-*": true, "tag:vip": false, `tag:""`: false, "note:straße": true, "note:STRASSE": false,
		`note:"ask str"`: true, "note:ask*it": true, "note:ask*": true, "note:*ask": false,
		"is:pinned": true, "is:unread": true, "is:cut": true, "is:refused": false, "is:forwarded": true, "is:failed": false,
		"has:note": true, "has:tag": true, "has:attempt": true, "-has:attempt": false,
		"query.page:2": true, "query.PAGE:3": true, "query.page:4": false, "query.name:JÖRG*": true, `query.name:"jörg b"`: true,
		`query.flag:""`: true, `query.none:""`: false, "query.none:*": false, "query.flag:*": true,
		"header.x-shopify-topic:create": true, "header.x-multi:two": true, "header.x-multi:/^two$/": true, "header.x-multi:*one": true,
		`header.x-empty:""`: true, "header.x-none:*": false, "header.host:localhost": true, "header.x:multi": false,
		"köln": true, "KoLN": false, "tail": true, "body:köln": true, "body:shopify": false, "body:city*köln": true,
		`body:/"total":"\d+/`: true, "HTTP/1.1": false, "x-shopify-topic": true, "page=2": true, `"x-multi: one"`: true,
		"zebra": false, "-zebra": true, "zebra OR tail": true, "zebra tail": false, "(zebra OR post) -is:refused": false,
		"after:2026-11-23T09:30:00Z": true, "before:2026-11-23T09:30:00Z": false, "after:2026-11-23T09:30:01Z": false,
		"before:2026-11-23T09:30:00.123457Z": true, "after:2026-11-23T09:30:00.123456Z": true,
	} {
		e, err := filter.Parse(src)
		if err != nil {
			t.Errorf("Parse(%q): %v", src, err)
			continue
		}
		if got := e.Match(row, func() hook.Raw { return raw }); got != want {
			t.Errorf("%q matches: %t, want %t", src, got, want)
		}
	}
}

func TestMatchFetchesRawOnlyWhenItDecides(t *testing.T) {
	row, raw := sampleRow()
	for src, want := range map[string]int{
		"method:POST":                  0,
		"body:x method:GET":            0, // the cheap term is asked first
		"body:x OR method:POST":        0,
		"orders":                       0, // found in the target
		"body:x body:y OR tail zebra":  1,
		"header.host:a OR header.b:c":  1,
		"-(body:köln method:GET) tail": 1,
	} {
		e, err := filter.Parse(src)
		if err != nil {
			t.Fatal(err)
		}
		calls := 0
		e.Match(row, func() hook.Raw { calls++; return raw })
		if calls != want {
			t.Errorf("%q fetched the bytes %d times, want %d", src, calls, want)
		}
		if want > 0 && !e.NeedsRaw() {
			t.Errorf("%q says that it needs no bytes", src)
		}
	}
}

func TestNilMatchesEverything(t *testing.T) {
	var e *filter.Expr
	if !e.Match(hook.Row{}, nil) || e.NeedsRaw() || e.String() != "" {
		t.Error("a nil filter must match everything")
	}
	word, _ := filter.Parse("x")
	if word.Match(hook.Row{}, nil) {
		t.Error("without bytes a word has nothing to be found in")
	}
}

// Terms made by hand, as the history does for parts of an expression, mean
// what parsed ones do.
func TestMatchByHand(t *testing.T) {
	row, raw := sampleRow()
	for _, n := range []filter.Node{
		filter.Word{Text: "tail"},
		filter.Field{Name: "status", Op: filter.Range, Lo: "200", Hi: "299"},
		filter.Field{Name: "event", Op: filter.Glob, Value: "orders/*"},
		filter.Field{Name: "event", Op: filter.Regexp, Value: "^orders"},
	} {
		if !(&filter.Expr{Root: n}).Match(row, func() hook.Raw { return raw }) {
			t.Errorf("%v does not match", n)
		}
	}
}

func BenchmarkMatchWordInBody(b *testing.B) {
	row, _ := sampleRow()
	raw := hook.Raw{Head: []byte("POST / HTTP/1.1\r\n\r\n"), Body: []byte(strings.Repeat(`{"type":"event","id":"evt_1234"},`, 2000))}
	e, _ := filter.Parse("zebra")
	b.SetBytes(int64(len(raw.Body)))
	for b.Loop() {
		e.Match(row, func() hook.Raw { return raw })
	}
}
