package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"creel/backend/filter"
	"creel/backend/hook"
	"creel/backend/store"

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

// request draws a request that can be kept, and its marks.
func request(t *rapid.T, i int) (*hook.Capture, hook.MarksPatch) {
	label := func(s string) string { return fmt.Sprint(s, i) }
	c := capture(func(c *hook.Capture) {
		c.Endpoint = rapid.SampledFrom([]string{"shop", "Shop", "inbox", "a", "order-x"}).Draw(t, label("endpoint"))
		c.Method = rapid.SampledFrom([]string{"GET", "POST", "post", "Order"}).Draw(t, label("method"))
		c.Target = "/" + phrase().Draw(t, label("path")) + "?" + word().Draw(t, label("key")) + "=" + phrase().Draw(t, label("query"))
		c.Status = rapid.SampledFrom([]int{200, 202, 404, 503}).Draw(t, label("status"))
		c.Provider = rapid.SampledFrom([]string{"", "stripe", "Order"}).Draw(t, label("provider"))
		c.Event = phrase().Draw(t, label("event"))
		c.State = rapid.SampledFrom([]hook.State{hook.Kept, hook.Cut, hook.Refused}).Draw(t, label("state"))
		c.ReceivedAt = time.UnixMicro(rapid.Int64Range(1790000000000000, 1790000000000010).Draw(t, label("at"))).UTC()
		c.Head = []byte(c.Method + " " + c.Target + " HTTP/1.1\r\nHost: shop\r\nX-ID: " + phrase().Draw(t, label("header")) +
			"\r\nx-id:" + phrase().Draw(t, label("header again")) + "\r\n\r\n")
		c.Body = []byte(phrase().Draw(t, label("body")))
	})
	var p hook.MarksPatch
	if rapid.Bool().Draw(t, label("marked")) {
		p = hook.MarksPatch{Note: ptr(phrase().Draw(t, label("note"))), Pinned: ptr(rapid.Bool().Draw(t, label("pinned"))),
			Tags: ptr(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "order", "é", "x-id"}), 0, 2).Draw(t, label("tags"))), Read: ptr(rapid.Bool().Draw(t, label("read")))}
	}
	return c, p
}

// term draws the text of one term of the language.
func term(t *rapid.T) string {
	quoted := func() string {
		s := strings.NewReplacer("\x00", "", "\xff", "").Replace(phrase().Draw(t, "value"))
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
	}
	switch rapid.IntRange(0, 6).Draw(t, "kind") {
	case 0:
		if q := quoted(); q != `""` {
			return q
		}
		return "order"
	case 1:
		return rapid.SampledFrom([]string{"status", "size", "seq"}).Draw(t, "number") + ":" +
			rapid.SampledFrom([]string{"200", ">=404", "<5", "1..3", "<=2", ">202", "0"}).Draw(t, "range")
	case 2:
		return rapid.SampledFrom([]string{"is:pinned", "is:unread", "is:cut", "is:refused", "is:forwarded", "is:failed",
			"has:note", "has:tag", "has:attempt"}).Draw(t, "flag")
	case 3:
		return rapid.SampledFrom([]string{"after", "before"}).Draw(t, "moment") + ":" +
			time.UnixMicro(rapid.Int64Range(1790000000000000, 1790000000000010).Draw(t, "time")).UTC().Format(time.RFC3339Nano)
	}
	name := rapid.SampledFrom([]string{"method", "path", "query.a", "query.Order", "header.x-id", "header.HOST", "body",
		"endpoint", "provider", "event", "tag", "note"}).Draw(t, "field")
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

// TestSearchIsTheFilter holds SQL against the filter's own matcher.
func TestSearchIsTheFilter(t *testing.T) {
	s := openTemp(t, func(o *store.Options) { o.CountBudget = time.Hour })
	rapid.Check(t, func(t *rapid.T) {
		if _, err := s.Trash(ctx, nil, 0); err != nil {
			t.Fatal(err)
		}
		for i := range rapid.IntRange(1, 8).Draw(t, "requests") {
			c, p := request(t, i)
			seq, err := s.Keep(ctx, c, nil)
			if err == nil {
				_, err = s.Mark(ctx, []int64{seq}, p)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		all, err := s.List(ctx, nil, hook.Cursor{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for range 8 {
			checkSearch(t, s, all.Rows, expression(t))
		}
	})
}

// checkSearch compares what history finds with what the matcher picks.
func checkSearch(t *rapid.T, s *store.Store, all []hook.Row, src string) {
	e, err := filter.Parse(src)
	if err != nil {
		t.Fatalf("%s: %v", src, err)
	}
	want := []int64{}
	for _, row := range all {
		raw, err := s.Raw(ctx, row.Seq)
		if err != nil {
			t.Fatal(err)
		}
		if e.Match(row, func() hook.Raw { return raw }) {
			want = append(want, row.Seq)
		}
	}
	page, err := s.List(ctx, e, hook.Cursor{Limit: 100})
	if err != nil {
		t.Fatalf("%s: %v", src, err)
	}
	if got := seqsOf(page); !slices.Equal(got, want) || page.Total != int64(len(want)) {
		t.Fatalf("%s: history finds %v (total %d), the filter means %v", src, got, page.Total, want)
	}
	if len(want) > 1 {
		page, err = s.List(ctx, e, hook.Cursor{Offset: 1, Limit: 1})
		if err != nil || !slices.Equal(seqsOf(page), want[1:2]) {
			t.Fatalf("%s: second match is %v (%v), want %d", src, seqsOf(page), err, want[1])
		}
	}
}
