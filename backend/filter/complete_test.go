package filter_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"creel/backend/filter"

	"pgregory.net/rapid"
)

// offers spells a completion out; the cursor is where | stands.
func offers(text string) string {
	before, after, _ := strings.Cut(text, "|")
	c := filter.Complete(before+after, len([]rune(before)))
	var texts []string
	for _, o := range c.Options {
		texts = append(texts, o.Text)
	}
	s := fmt.Sprintf("%d-%d %s", c.From, c.To, strings.Join(texts, " "))
	if c.Values != "" {
		s += fmt.Sprintf(" +%s %q", c.Values, c.Prefix)
	}
	if c.Quoted {
		s += " quoted"
	}
	return s
}

func TestComplete(t *testing.T) {
	for text, want := range map[string]string{
		"|":                   "0-0 method: path: query. header. body: body. endpoint: provider: event: size: status: seq: sig: target: attempt: age: after: before: tag: note: is: has:",
		"me|":                 "0-2 method:",
		"é -ME|":              "3-5 method:",
		"(sta|":               "1-4 status:",
		"a OR st|":            "5-7 status:",
		"st|atus:200":         "0-7 status:",
		"dead|":               "0-4 is:dead",
		"fa|":                 "0-2 is:failed",
		"va|":                 "0-2 sig:valid",
		"body|":               "0-4 body: body.",
		"body.a|":             "0-6 ",
		"is:|":                "3-3 pinned unread cut refused replayed forwarded failed dead",
		"is:R|":               "3-4 refused replayed",
		"is:re|fused x":       "3-10 refused replayed",
		"sig:|":               "4-4 none valid invalid",
		"has:n|":              "4-5 note",
		"attempt:t|":          "8-9 tls timeout transform",
		"attempt:5|":          "8-9 5xx",
		"age:>|":              "4-5 >1h >24h >7d",
		"status:4|":           "7-8 4xx +status \"4\"",
		"event:|":             "6-6  +event \"\"",
		"x event:inv| y":      "8-11  +event \"inv\"",
		`event:"inv p|aid" y`: "6-16  +event \"inv p\" quoted",
		`event:"inv p|`:       "6-12  +event \"inv p\" quoted",
		"event:/inv|":         "6-10 ",
		"header.x-g|":         "7-10  +header \"x-g\"",
		"header.|x:1":         "7-9  +header \"\"",
		"header.x:|":          "9-9 ",
		`"two me|`:            "0-7 ",
		`"two" me|`:           "6-8 method:",
		`event:/a b/ me|`:     "12-14 method:",
		"path:/a me|":         "8-10 method:",
		`a"b me|`:             "4-6 method:",
		`body["a b"].me|`:     "0-14 ",
		"nosuch|":             "0-6 ",
		"nosuch:x|":           "7-8 ",
	} {
		if got := offers(text); got != want {
			t.Errorf("%q offers %s\nwant %s", text, got, want)
		}
	}
}

// What is offered can be put in, and then the term parses or waits for more.
func TestOptionsParse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := rapid.SampledFrom([]string{"", "a ", "(b OR ", "-", "é method:x "}).Draw(t, "before")
		typed := rapid.SampledFrom([]string{"", "s", "is:", "is:p", "has:", "sig:", "attempt:", "age:", "age:<", "size:", "status:", "he", "fai"}).Draw(t, "typed")
		text := []rune(before + typed)
		c := filter.Complete(string(text), len(text))
		if len(c.Options) == 0 {
			t.Fatalf("nothing is offered for %q", string(text))
		}
		for _, o := range c.Options {
			whole := string(slices.Concat(text[:c.From], []rune(o.Text), text[c.To:]))
			switch {
			case strings.HasSuffix(whole, ":"):
				whole += map[bool]string{true: "2026-11-23", false: "1"}[strings.HasSuffix(whole, "after:") || strings.HasSuffix(whole, "before:")]
			case strings.HasSuffix(whole, "."):
				whole += "x:1"
			}
			for _, fixed := range [][2]string{{"is:1", "is:pinned"}, {"has:1", "has:tag"}, {"sig:1", "sig:none"}, {"age:1", "age:<1h"}} {
				whole = strings.Replace(whole, fixed[0], fixed[1], 1)
			}
			if strings.HasPrefix(before, "(") {
				whole += ")"
			}
			if _, err := filter.Parse(whole); err != nil {
				t.Fatalf("%q offered for %q: %v", whole, string(text), err)
			}
		}
	})
}

func FuzzComplete(f *testing.F) {
	f.Add(`event:"a b" -header.x:/y z/ (body["a"].b:`, 12)
	f.Fuzz(func(t *testing.T, text string, cursor int) {
		c := filter.Complete(text, cursor)
		n := len([]rune(text))
		if c.From < 0 || c.From > c.To || c.To > n || cursor >= 0 && cursor <= n && (c.From > cursor || c.To < cursor) || c.Options == nil {
			t.Fatalf("%q at %d of %d: %+v", text, cursor, n, c)
		}
	})
}

func TestMarks(t *testing.T) {
	for src, want := range map[string]string{
		"":                                   "[]",
		"stripe OR (push -draft)":            "[{any  stripe } {any  push }]",
		"-(a -b) --c":                        "[{any  b } {any  c }]",
		"a a A":                              "[{any  a } {any  A }]",
		"path:/hooks path:*x*y":              "[{path  /hooks } {path  x } {path  y }]",
		"header.X-Id:7 query.page:2":         "[{header X-Id 7 } {query page 2 }]",
		"body:/a.b/ body:x*":                 "[{body   a.b} {body  x }]",
		"body.data.id:evt_* body.n:>5":       "[{body data.id evt_ } {body n  }]",
		"body.ok:* event:* header.x:*":       "[{body ok  } {header x  }]",
		`event:push event:"" tag:vip`:        "[{event  push } {tag  vip }]",
		"target:api note:todo":               "[{target  api } {note  todo }]",
		"status:200 size:>1 is:dead age:<1h": "[]",
	} {
		e, err := filter.Parse(src)
		if err != nil {
			t.Fatalf("Parse(%q): %v", src, err)
		}
		if got := fmt.Sprint(filter.Marks(e)); got != want {
			t.Errorf("Marks(%q) = %s, want %s", src, got, want)
		}
	}
	if ms := filter.Marks(nil); ms == nil || len(ms) > 0 {
		t.Errorf("marks of everything: %v", ms)
	}
}
