package hook_test

import (
	"bytes"
	"strings"
	"testing"

	"creel/backend/hook"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestParseHead(t *testing.T) {
	cases := []struct {
		name, head, line string
		want             hook.Headers
	}{
		{"empty", "", "", hook.Headers{}},
		{"line only", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1", hook.Headers{}},
		{"order, case and repeats", "POST /a HTTP/1.1\r\nX-b: 2\r\nx-B:1\r\nA:\t v \t\r\n\r\n", "POST /a HTTP/1.1",
			hook.Headers{{Name: "X-b", Value: "2"}, {Name: "x-B", Value: "1"}, {Name: "A", Value: "v"}}},
		{"obs-fold", "G\r\nA: one\r\n  two\r\n\tthree\r\nB: 4\r\n\r\n", "G",
			hook.Headers{{Name: "A", Value: "one  two\tthree"}, {Name: "B", Value: "4"}}},
		{"fold before any header", "G\r\n A: one\r\n\r\n", "G", hook.Headers{{Name: " A", Value: "one"}}},
		{"no colon, blank before colon", "G\r\nnonsense\r\nHost : x\r\n\r\n", "G",
			hook.Headers{{Name: "nonsense"}, {Name: "Host ", Value: "x"}}},
		{"bare LF and no end", "G\nA: 1\nB: 2", "G", hook.Headers{{Name: "A", Value: "1"}, {Name: "B", Value: "2"}}},
		{"body is not read", "G\r\nA: 1\r\n\r\nB: 2\r\n", "G", hook.Headers{{Name: "A", Value: "1"}}},
		{"colons and bytes in values", "G\r\nA: b:c\xff\x00\r\n\r\n", "G", hook.Headers{{Name: "A", Value: "b:c\xff\x00"}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			line, hs := hook.ParseHead([]byte(c.head))
			if line != c.line {
				t.Errorf("line %q, want %q", line, c.line)
			}
			if d := cmp.Diff(c.want, hs); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestParseHeaders(t *testing.T) {
	got := hook.ParseHeaders([]byte("X-Sum: 1\r\nx-sum: 2\r\n"))
	want := hook.Headers{{Name: "X-Sum", Value: "1"}, {Name: "x-sum", Value: "2"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestParseHeadGivesBackWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := hook.Headers{}
		var b bytes.Buffer
		b.WriteString("PUT /x HTTP/1.1\r\n")
		blanks := rapid.StringMatching(`[ \t]{0,3}`)
		for range rapid.IntRange(0, 20).Draw(t, "lines") {
			h := hook.Header{
				Name:  rapid.StringMatching(`[A-Za-z0-9!#$%&'*+.^_|~-]{1,12}`).Draw(t, "name"),
				Value: rapid.StringMatching(`([!-~]([ -~]{0,12}[!-~])?)?`).Draw(t, "value"),
			}
			want = append(want, h)
			b.WriteString(h.Name + ":" + blanks.Draw(t, "before") + h.Value + blanks.Draw(t, "after") + "\r\n")
		}
		b.WriteString("\r\nbody: not a header\r\n")
		_, got := hook.ParseHead(b.Bytes())
		if d := cmp.Diff(want, got); d != "" {
			t.Fatal(d)
		}
	})
}

func FuzzParseHead(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
	f.Add([]byte("G\r\n :\r\n\tx\r\n:\r\nA\r\n\r"))
	f.Fuzz(func(t *testing.T, head []byte) {
		line, hs := hook.ParseHead(head)
		if strings.Contains(line, "\n") {
			t.Errorf("line %q holds a line end", line)
		}
		size := len(line)
		for _, h := range hs {
			size += len(h.Name) + len(h.Value)
			if strings.ContainsAny(h.Name, ":\n") || strings.Contains(h.Value, "\n") {
				t.Errorf("%q: a name with a colon, or a line end", h)
			}
			if h.Value != strings.Trim(h.Value, " \t") {
				t.Errorf("%q: value has blanks around it", h)
			}
		}
		if size > len(head) {
			t.Errorf("%d bytes came out of %d", size, len(head))
		}
	})
}
