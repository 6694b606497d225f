package store_test

import (
	"bytes"
	"compress/gzip"
	"strings"
	"time"

	"creel/backend/hook"
	"creel/backend/store"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// The words that requests and filters are made of, so that they meet.
var words = []string{"a", "Order", "order", "ÄRGER", "ärger", "ß", "shop", "SHOP", "x-id", "İ", "K", "k", "é", "%", "'", "\\", "{", "\x00", "\xff", "café"}

func word() *rapid.Generator[string] { return rapid.SampledFrom(words) }

func phrase() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(word(), 0, 4).Draw(t, "words"), rapid.SampledFrom([]string{"", " ", "-"}).Draw(t, "glue"))
	})
}

// moments are few, so that ages, dates and rows meet.
const firstMoment = 1790000000000000

func moment() *rapid.Generator[time.Time] {
	return rapid.Map(rapid.Int64Range(firstMoment, firstMoment+10), func(us int64) time.Time { return time.UnixMicro(us).UTC() })
}

// document draws JSON, well-formed or nearly.
func document(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		kind := rapid.IntRange(0, 8).Draw(t, "kind")
		if depth == 0 {
			kind = min(kind, 4)
		}
		var parts []string
		switch kind {
		case 0, 1:
			return rapid.SampledFrom([]string{"12", "12.0", "-1", "1.2e1", "0", "7", "9007199254740993", "true", "null"}).Draw(t, "number")
		case 2, 3:
			return rapid.SampledFrom([]string{`"Order"`, `"12.00"`, `"\u0061"`, `"é"`, `""`, `"x\"y"`, `"null"`}).Draw(t, "string")
		case 4:
			return rapid.SampledFrom([]string{"{}", "[]", "{", `{"a":}`, "nul", `"a`, "[1,]", "01"}).Draw(t, "odd")
		case 5, 6:
			for range rapid.IntRange(0, 3).Draw(t, "elements") {
				parts = append(parts, document(depth-1).Draw(t, "element"))
			}
			return "[" + strings.Join(parts, " ,") + "]"
		}
		for range rapid.IntRange(0, 3).Draw(t, "members") {
			name := rapid.SampledFrom([]string{`"a"`, `"b"`, `"\u0061"`, `"0"`, `"a b"`, `""`}).Draw(t, "name")
			parts = append(parts, name+": "+document(depth-1).Draw(t, "member"))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	})
}

// request draws a request that can be kept, and its marks.
func request(t *rapid.T) (*hook.Capture, hook.MarksPatch) {
	c := capture(func(c *hook.Capture) {
		c.Endpoint = rapid.SampledFrom([]string{"shop", "Shop", "inbox", "a", "order-x"}).Draw(t, "endpoint")
		c.Method = rapid.SampledFrom([]string{"GET", "POST", "post", "Order"}).Draw(t, "method")
		c.Target = "/" + phrase().Draw(t, "path") + "?" + word().Draw(t, "key") + "=" + phrase().Draw(t, "query")
		c.Status = rapid.SampledFrom([]int{200, 202, 404, 503}).Draw(t, "status")
		c.Provider = rapid.SampledFrom([]string{"", "stripe", "Order"}).Draw(t, "provider")
		c.Event = phrase().Draw(t, "event")
		c.State = rapid.SampledFrom([]hook.State{hook.Kept, hook.Cut, hook.Refused}).Draw(t, "state")
		c.Sig = rapid.SampledFrom([]string{"", "none", "valid", "invalid"}).Draw(t, "sig")
		c.ReceivedAt = moment().Draw(t, "at")
		head := c.Method + " " + c.Target + " HTTP/1.1\r\nHost: shop\r\nX-ID: " + phrase().Draw(t, "header") +
			"\r\nx-id:" + phrase().Draw(t, "header again") + "\r\n\tfolded\r\n"
		body := rapid.OneOf(phrase(), document(3), document(3)).Draw(t, "body")
		c.Body = []byte(body)
		switch rapid.IntRange(0, 5).Draw(t, "packing") {
		case 0:
			head, c.Body = head+"Content-Encoding: gzip\r\n", packed(c.Body)
		case 1:
			head += "Content-Encoding: gzip\r\n" // a lie
		}
		c.Head, c.BodyBytes = []byte(head+"\r\n"), int64(len(c.Body))
	})
	var p hook.MarksPatch
	if rapid.Bool().Draw(t, "marked") {
		p = hook.MarksPatch{Note: ptr(phrase().Draw(t, "note")), Pinned: ptr(rapid.Bool().Draw(t, "pinned")),
			Tags: ptr(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "order", "é", "x-id"}), 0, 2).Draw(t, "tags")), Read: ptr(rapid.Bool().Draw(t, "read"))}
	}
	return c, p
}

func packed(plain []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(plain)
	_ = w.Close()
	return b.Bytes()
}

// send draws deliveries of a request and what became of them.
func send(t *rapid.T, s *store.Store, seq int64) {
	for range rapid.IntRange(0, 2).Draw(t, "deliveries") {
		d := hook.Delivery{ID: id(), Request: seq, Kind: rapid.SampledFrom([]hook.Kind{hook.Forward, hook.Replay}).Draw(t, "by"),
			Target: rapid.SampledFrom([]string{"", "Order", "shop"}).Draw(t, "to"),
			URL:    "http://" + rapid.SampledFrom([]string{"shop", "a", "order"}).Draw(t, "host") + "/x-id"}
		if err := s.AddDeliveries(ctx, []hook.Delivery{d}); err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(0, 2).Draw(t, "attempts") {
			a := hook.Attempt{ID: id(), Delivery: d.ID, URL: d.URL, Method: "POST", Changes: -1,
				Status: rapid.SampledFrom([]int{0, 0, 200, 404, 503}).Draw(t, "answer")}
			if a.Status == 0 {
				a.Err = &hook.AttemptError{Kind: rapid.SampledFrom([]hook.ErrorClass{hook.ErrTimeout, hook.ErrDNS}).Draw(t, "class"), Text: "no"}
			}
			to := rapid.SampledFrom([]hook.DeliveryState{hook.Waiting, hook.Delivered, hook.Failed, hook.Dead, hook.Cancelled}).Draw(t, "state")
			if err := s.Finish(ctx, a, to, time.Time{}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// term draws the text of one term of the language.
func term(t *rapid.T) string {
	quoted := func() string {
		s := strings.NewReplacer("\x00", "", "\xff", "").Replace(phrase().Draw(t, "value"))
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
	}
	number := rapid.SampledFrom([]string{"200", ">=404", "<5", "1..3", "<=2", ">202", "0", "12", "12..12.5", ">-1", "9007199254740992", ">=9007199254740993"})
	switch rapid.IntRange(0, 9).Draw(t, "kind") {
	case 0:
		if q := quoted(); q != `""` {
			return q
		}
		return "order"
	case 1:
		return rapid.SampledFrom([]string{"status", "size", "seq"}).Draw(t, "number") + ":" +
			number.Filter(func(s string) bool { return !strings.ContainsAny(s, "-") && s != "12..12.5" && len(s) < 16 }).Draw(t, "range")
	case 2:
		return rapid.SampledFrom([]string{"is:pinned", "is:unread", "is:cut", "is:refused", "is:forwarded", "is:failed", "is:replayed", "is:dead",
			"has:note", "has:tag", "has:attempt", "sig:none", "sig:valid", "sig:invalid"}).Draw(t, "flag")
	case 3:
		return rapid.SampledFrom([]string{"after", "before"}).Draw(t, "moment") + ":" + moment().Draw(t, "time").Format(time.RFC3339Nano)
	case 4:
		return "age:" + rapid.SampledFrom([]string{"<0s", ">0s", "<=1ms", ">=1ms", "0s..1ms", ">2d"}).Draw(t, "age")
	case 5:
		return "attempt:" + rapid.SampledFrom([]string{"timeout", "dns", "error", "5xx", "200", "<500", ">=404", "300..600"}).Draw(t, "outcome")
	case 6, 7:
		path := "body" + rapid.SampledFrom([]string{".a", ".b", `["a b"]`, `[""]`, "[0]", "[1].a", "[*]", ".*", ".a[0]", ".a.*", ".*.*", ".0", ".a.b", "[*][*].b"}).Draw(t, "json")
		value := rapid.SampledFrom([]string{"order", `"12"`, `""`, "null", "true", "*", "o*r", "/^O/", "a", `"x\"y"`})
		return path + ":" + rapid.OneOf(value, number).Draw(t, "scalar")
	}
	name := rapid.SampledFrom([]string{"method", "path", "query.a", "query.Order", "header.x-id", "header.HOST", "body",
		"endpoint", "provider", "event", "tag", "note", "target"}).Draw(t, "field")
	switch rapid.IntRange(0, 2).Draw(t, "form") {
	case 0:
		return name + ":" + rapid.SampledFrom([]string{"*o*", "o*r", "*", "sh*p", "*é"}).Draw(t, "pattern")
	case 1:
		return name + ":" + rapid.SampledFrom([]string{"/^o/", "/(?i)ORDER/", "/r$/", "/É|k/"}).Draw(t, "regexp")
	}
	return name + ":" + quoted()
}

func expression(t *rapid.T) string {
	var b strings.Builder
	for i := range rapid.IntRange(1, 4).Draw(t, "terms") {
		if i > 0 {
			b.WriteString(rapid.SampledFrom([]string{" ", " OR ", " AND "}).Draw(t, "glue"))
		}
		b.WriteString(rapid.SampledFrom([]string{"", "", "-"}).Draw(t, "sign"))
		b.WriteString(term(t))
	}
	return b.String()
}

func id() string { return uuid.Must(uuid.NewV7()).String() }
