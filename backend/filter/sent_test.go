package filter_test

import (
	"bytes"
	"compress/gzip"
	"testing"
	"time"

	"creel/backend/filter"
	"creel/backend/hook"
)

// check holds expressions against one request.
func check(t *testing.T, s filter.Subject, cases map[string]bool) {
	t.Helper()
	for src, want := range cases {
		e, err := filter.Parse(src)
		if err != nil {
			t.Errorf("Parse(%q): %v", src, err)
			continue
		}
		if got := e.Holds(s); got != want {
			t.Errorf("%q holds: %t, want %t", src, got, want)
		}
	}
}

func bytesOf(head, body string) func() hook.Raw {
	return func() hook.Raw {
		return hook.Raw{Head: []byte("POST / HTTP/1.1\r\n" + head + "\r\n"), Body: []byte(body)}
	}
}

func TestPathsIntoJSON(t *testing.T) {
	body := ` {"id":"evt_1","n":12,"price":"12.00","big":9007199254740993,"neg":-1.5e-3,"ok":true,"none":null,"empty":"",
		"data":{"object":{"ID":"Pi_9","a b":{"x":1},"a.b":2,"0":"zero"}},"data":"twice",
		"items":[{"sku":"A","qty":1},{"sku":"b","qty":2,"tags":["vip",["deep"]]},7],"esc\u0061pe":"\u00e9\ud83d\ude00\n","hex":"007",
		"no":{},"nil":[]} `
	check(t, filter.Subject{Raw: bytesOf("", body)}, map[string]bool{
		"body.id:EVT_1": true, "body.id:evt": false, "body.id:evt_*": true, "body.id:/^evt_\\d$/": true, "body.id:/EVT/": false,
		"body.Id:evt_1": false, "body.n:12": true, "body.n:12.0": true, "body.n:1.2e1": true, "body.n:>11.99": true, "body.n:<12": false,
		"body.n:10..12": true, "body.n:12.5..20": false, `body.n:"12"`: true, `body.n:"12.0"`: false, "body.n:1*": true, "body.n:/^\\d+$/": true,
		"body.price:12": true, "body.price:>=12": true, `body.price:"12"`: false, `body.price:"12.00"`: true,
		"body.big:9007199254740993": true, "body.big:9007199254740992": false, "body.big:>9007199254740992": true,
		"body.neg:-0.0015": true, "body.neg:<0": true, "body.ok:TRUE": true, "body.ok:false": false, "body.none:null": true, `body.none:""`: false,
		`body.empty:""`: true, "body.empty:*": true, "body.hex:7": false, "body.hex:007": true, "body.id:>5": false, "-body.id:>5": true,
		"body.data.object.ID:pi_9": true, "body.data.object.id:pi_9": false, "body.data:twice": true, "body.data:*": true,
		`body.data.object["a b"].x:1`: true, `body.data.object["a.b"]:2`: true, "body.data.object.0:zero": true, "body.data.object[0]:zero": false,
		"body.items[0].sku:a": true, "body.items[1].sku:a": false, "body.items.1.sku:B": true, "body.items[*].sku:b": true, "body.items[*].sku:c": false,
		"body.items[*].qty:>1": true, "body.items[*].qty:>2": false, "body.items[2]:7": true, "body.items[3]:*": false, "body.items.*.sku:b": true,
		"body.items[1].tags[1][0]:deep": true, "body.items[*].tags[*]:vip": true, "body.*.object.ID:Pi_9": true, "body.*:evt_1": true, "body[*]:evt_1": false,
		"body.escape:é😀*": true, "body.no:*": true, "body.nil:*": true, `body.no:""`: false, "body.no:{}": false, "body.no.*:*": false,
		"body.missing:*": false, "-body.missing:*": true, "body.id.x:*": false, "body.no:/./": false, "BODY.n:12": true, "body.n:12 body.id:evt_1": true,
	})
}

func TestOnlyWholeJSONHasValues(t *testing.T) {
	for body, want := range map[string]bool{
		`{"a":1}`: true, "\xef\xbb\xbf{\"a\":1}\n": true, `{"a":1`: false, `{"a":1}x`: false, `{"a":1,}`: false, `a=1`: false, "": false, `{'a':1}`: false, `{"a":01}`: false,
	} {
		check(t, filter.Subject{Raw: bytesOf("", body)}, map[string]bool{"body.a:1": want, "body.a:*": want, "-body.a:1": !want})
	}
	check(t, filter.Subject{Raw: bytesOf("", `[[1],"x"]`)}, map[string]bool{"body[0][0]:1": true, "body[1]:X": true, "body.1:x": true, "body[*][*]:>0": true})
	check(t, filter.Subject{}, map[string]bool{"body.a:*": false, "-body.a:*": true, `body:""`: true})
}

func TestBodiesAreSearchedUnpacked(t *testing.T) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(`{"who":"Ann"}`))
	_ = w.Close()
	check(t, filter.Subject{Raw: bytesOf("content-encoding: gzip\r\n", b.String())}, map[string]bool{
		"ann": true, "body:who*ann": true, "body.who:ann": true, "body:/Ann/": true, "gzip": true, "-body:ann": false,
	})
	// What does not unpack is searched as it was sent.
	check(t, filter.Subject{Raw: bytesOf("Content-Encoding: gzip\r\n", `{"who":"Ann"}`)}, map[string]bool{"ann": true, "body.who:ann": true})
	check(t, filter.Subject{Raw: bytesOf("X-Other: gzip\r\n", b.String())}, map[string]bool{"ann": false, "body.who:ann": false})
}

func TestHeaderValuesAreJoined(t *testing.T) {
	check(t, filter.Subject{Raw: bytesOf(" stray\r\nX-Long: one\r\n  two\r\n\tthree\r\nX-Other: 4\r\n", "X-Long: body")}, map[string]bool{
		"header.x-long:/^one  two\tthree$/": true, "header.x-other:/^4$/": true, "header.x-long:body": false, "header.x-long:stray": false,
	})
}

func TestWhatBecameOfIt(t *testing.T) {
	sent := []hook.Delivery{
		{Target: "api", URL: "http://127.0.0.1:3000/hooks", Kind: hook.Forward, State: hook.Dead, Attempts: []hook.Attempt{
			{Err: &hook.AttemptError{Kind: hook.ErrTimeout}}, {Status: 503}}},
		{URL: "https://staging.test/in", Kind: hook.Replay, State: hook.Delivered, Attempts: []hook.Attempt{{Status: 201}}},
	}
	row := hook.Row{Request: hook.Request{Sig: "valid"}, Tally: hook.Tally{Delivered: 1, Failed: 1}, Last: &hook.Last{Status: 201}}
	asked := 0
	s := filter.Subject{Row: row, Deliveries: func() []hook.Delivery { asked++; return sent }}
	check(t, s, map[string]bool{
		"target:API": true, "target:ap": false, "target:staging": true, "target::3000": true, "target:a*": true, "target:*/in": true, "target:/^http:/": true,
		`target:""`: true, "target:other": false, "-target:other": true, `target:"api"`: true,
		"attempt:503": true, "attempt:5xx": true, "attempt:2xx": true, "attempt:4xx": false, "attempt:>=500": true, "attempt:>503": false, "attempt:<200": false,
		"attempt:timeout": true, "attempt:error": true, "attempt:dns": false, "-attempt:dns": true,
		"is:replayed": true, "is:dead": true, "is:forwarded": true, "is:failed": true, "has:attempt": true, "sig:valid": true, "sig:none": false,
	})
	asked = 0
	e, _ := filter.Parse("target:api attempt:5xx is:dead method:GET")
	if e.Holds(s) || asked != 0 {
		t.Errorf("deliveries were asked for %d times, though the method decides", asked)
	}
	e, _ = filter.Parse("target:api attempt:5xx is:dead")
	if !e.Holds(s) || asked != 1 || e.NeedsRaw() {
		t.Errorf("deliveries were asked for %d times, want 1", asked)
	}
	check(t, filter.Subject{}, map[string]bool{
		"target:*": false, "attempt:error": false, "attempt:<999": false, "is:replayed": false, "is:dead": false, "sig:none": true, "-attempt:5xx": true,
	})
}

func TestAgeCountsFromNow(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	row := hook.Row{Request: hook.Request{ReceivedAt: at}}
	check(t, filter.Subject{Row: row, Now: at.Add(2 * time.Hour)}, map[string]bool{
		"age:<2h": false, "age:<=2h": true, "age:>119m": true, "age:>=120m": true, "age:>2h": false, "age:1h..3h": true, "age:2h30m..1d": false, "age:<2h1ms": true,
	})
	// The clock was set back: what comes from the future is young.
	check(t, filter.Subject{Row: row, Now: at.Add(-time.Hour)}, map[string]bool{"age:<1s": true, "age:>=0s": false})
	check(t, filter.Subject{Row: row}, map[string]bool{"age:<1ms": true, "age:>0s": false})
}
