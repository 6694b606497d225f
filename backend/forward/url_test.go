package forward_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"creel/backend/forward"
	"creel/backend/hook"
	"creel/backend/testkit"

	"pgregory.net/rapid"
)

func TestURLFor(t *testing.T) {
	for _, c := range []struct{ base, slug, target, want string }{
		{"http://h/base", "stripe", "/stripe/a/b?x=1", "http://h/base/a/b?x=1"},
		{"http://h/base/", "stripe", "/stripe/a", "http://h/base/a"},
		{"http://h/base/", "stripe", "/stripe", "http://h/base/"},
		{"http://h/base", "stripe", "/stripe/", "http://h/base/"},
		{"http://h", "stripe", "/stripe", "http://h/"},
		{"http://h", "stripe", "/stripe?x=1", "http://h/?x=1"},
		{"http://h?k=v", "stripe", "/stripe/a?x=1&x=2", "http://h/a?k=v&x=1&x=2"},
		{"http://h/?k=v", "stripe", "/stripe/a?", "http://h/a?k=v"},
		{"http://h/b", "stripe", "/stripe/a?", "http://h/b/a?"},
		{"http://h/b#frag", "stripe", "/stripe/a", "http://h/b/a"},
		{"http://h/b", "stripe", "/stripes/a", "http://h/b/stripes/a"},
		{"http://h/b", "inbox", "/any/where?x", "http://h/b/any/where?x"},
		{"http://h/b", "inbox", "/inbox/x", "http://h/b/x"},
		{"http://h/b", "s", "/s//a%2Fb/%zz?q=%20+%2f", "http://h/b//a%2Fb/%zz?q=%20+%2f"},
		{"http://h/b", "s", "/s/a#b c\x01\xff/é", "http://h/b/a%23b%20c%01%FF/é"},
		{"http://h/b", "s", "http://other:1/s/a?x", "http://h/b/a?x"},
		{"http://h/b", "s", "*", "http://h/b"},
		{"http://h/b", "s", "/s/a/../c", "http://h/b/a/../c"},
		{"http://h", "s", "/s/../c", "http://h/../c"},
		{"HTTPS://H:8443/b", "s", "/s/a", "HTTPS://H:8443/b/a"},
	} {
		got, err := forward.URLFor(hook.Target{URL: c.base, PathMode: hook.PathAppend}, c.slug, c.target)
		if err != nil || got != c.want {
			t.Errorf("%s + %s = %q, %v; want %q", c.base, c.target, got, err, c.want)
		}
	}
	exact := hook.Target{URL: "http://h/b?x#f", PathMode: hook.PathExact}
	if got, err := forward.URLFor(exact, "s", "/s/../../a"); err != nil || got != exact.URL {
		t.Errorf("exact: %q, %v", got, err)
	}
	for _, climb := range []string{"/s/../a", "/s/a/../../b", "/s/%2e%2E/x", "/s/..%2fx", "/s/..;a/x", `/s/..\x`} {
		if got, err := forward.URLFor(hook.Target{URL: "http://h/b"}, "s", climb); hook.KindOf(err) != hook.Invalid {
			t.Errorf("%s climbed to %q, %v", climb, got, err)
		}
	}
}

func TestCheckURL(t *testing.T) {
	for _, good := range []string{"http://h", "HTTP://h:1/x?y#z", "https://[::1]:443/", "http://a_b.c-d.e/ü", "http://127.0.0.1:65535", "http://h:/x"} {
		if err := forward.CheckURL(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "h", "h:80/x", "//h/x", "ftp://h", "file:///x", "javascript://h", "http://", "http:///x", "http://:80/", "http://u:p@h/", "http://u@h",
		"http://h:0", "http://h:65536", "http://h:x", "http://h:+1", "http://h:1:2", "http://[::1", "http://[::1]x", "http://[1.2.3.4]/", "http://[fe80::1%25e]/",
		"http://ü/", "http://h%41/", "http://h\\x/", "http://h/a b", "http://h/\n", "http://h/\x00", "http://h\x7f", " http://h", "http://" + strings.Repeat("a", 254),
	} {
		err := forward.CheckURL(bad)
		if hook.KindOf(err) != hook.Invalid || err.Error() == "" {
			t.Errorf("%q: %v, want invalid", bad, err)
		}
	}
}

func TestNormalizeURL(t *testing.T) {
	for typed, want := range map[string]string{
		"localhost:3000/x":       "http://localhost:3000/x",
		"  http://h/a b?ü=1  ":   "http://h/a%20b?%C3%BC=1",
		":3000/x":                "http://localhost:3000/x",
		"//h/x":                  "http://h/x",
		"h?u=http://x":           "http://h?u=http://x",
		"HTTPS://h/%2F":          "HTTPS://h/%2F",
		"":                       "",
		"ftp://h":                "ftp://h",
		"user.example.com/hooks": "http://user.example.com/hooks",
	} {
		if got := forward.NormalizeURL(typed); got != want {
			t.Errorf("%q became %q, want %q", typed, got, want)
		}
	}
	if u, err := (forward.Roads{}).Clean("javascript:alert(1)"); hook.KindOf(err) != hook.Invalid {
		t.Errorf("cleaned to %q, %v", u, err)
	}
}

func FuzzURLFor(f *testing.F) {
	f.Add("http://h/base?k=v", "stripe", "/stripe/a%2Fb/../c?x=1#y")
	f.Add("https://[::1]:8/", "s", "http://o/s?x")
	f.Add("http://h", "s", "*")
	f.Fuzz(func(t *testing.T, base, slug, target string) {
		got, err := forward.URLFor(hook.Target{URL: base, PathMode: hook.PathAppend}, slug, target)
		if err != nil {
			if hook.KindOf(err) != hook.Invalid {
				t.Fatalf("kind of %v", err)
			}
			return
		}
		if err := forward.CheckURL(got); err != nil {
			t.Fatalf("%q + %q = %q: %v", base, target, got, err)
		}
		authority := func(u string) string {
			rest := u[strings.Index(u, "://")+3:]
			if i := strings.IndexAny(rest, "/?#"); i >= 0 {
				rest = rest[:i]
			}
			return rest
		}
		if authority(got) != authority(base) {
			t.Fatalf("%q + %q went to %q", base, target, got)
		}
		// Another reader of URLs must see the same host.
		if u, err := url.Parse(got); err == nil && u.Host != authority(base) {
			t.Fatalf("%q: net/url reads the host %q", got, u.Host)
		}
		again := forward.NormalizeURL(got)
		if forward.NormalizeURL(again) != again {
			t.Fatalf("normalizing %q twice differs", got)
		}
	})
}

// Header lines that speak of nothing but themselves pass in their order and
// byte for byte, and the target reads exactly one request.
func TestLinesRoundTrip(t *testing.T) {
	target := testkit.NewTarget(t)
	s := newSender(t, forward.Options{})
	name := rapid.StringMatching("[Xx]-[A-Za-z0-9!#$%&'*+.^_`|~-]{1,20}")
	value := rapid.StringOf(rapid.Rune().Filter(func(r rune) bool { return r != '\r' && r != '\n' && r != 0 }))
	rapid.Check(t, func(r *rapid.T) {
		var want []string
		for range rapid.IntRange(0, 12).Draw(r, "lines") {
			want = append(want, name.Draw(r, "name")+":"+value.Draw(r, "value"))
		}
		body := rapid.SliceOf(rapid.Byte()).Draw(r, "body")
		head := strings.Join(append([]string{"POST /p HTTP/1.1"}, want...), "\r\n") + "\r\n\r\n"
		o := outbound(target.URL(), "POST / HTTP/1.1", "")
		o.Raw = hook.Raw{Head: []byte(head), Body: body}
		a := s.Send(context.Background(), o)
		if a.Err != nil {
			r.Fatal(a.Err)
		}
		seen := target.Seen()
		last := seen[len(seen)-1]
		got := last.Lines()
		if len(got) != len(want)+4 || strings.Join(got[2:2+len(want)], "\n") != strings.Join(want, "\n") || !bytes.Equal(last.Body, body) {
			r.Fatalf("sent %q, the target got %q", want, got)
		}
	})
}

// Whatever was caught, what goes out is one request to every reader.
func TestHostileHeadsAreOneRequest(t *testing.T) {
	target := testkit.NewTarget(t)
	s := newSender(t, forward.Options{})
	part := rapid.SampledFrom([]string{
		"Transfer-Encoding", "transfer-encoding ", "Content-Length", "Content-Length\t", "Host", "Connection", "Expect", "Upgrade", "X", "", " folded",
		"chunked", "0", "5", "+5", "close, content-length, host", "\r", "\x00", "\n", "\r\n", "\r\n\r\n", "GET /smuggled HTTP/1.1\r\n\r\n", "\xff", "é", "\t",
	})
	rapid.Check(t, func(r *rapid.T) {
		var head strings.Builder
		head.WriteString("POST / HTTP/1.1\r\n")
		for range rapid.IntRange(0, 10).Draw(r, "lines") {
			head.WriteString(part.Draw(r, "a") + rapid.SampledFrom([]string{":", ": ", "", " :"}).Draw(r, "sep") + part.Draw(r, "b") +
				rapid.SampledFrom([]string{"\r\n", "\n", "\r"}).Draw(r, "end"))
		}
		o := outbound(target.URL(), "POST / HTTP/1.1", "")
		o.Raw = hook.Raw{Head: []byte(head.String()), Body: []byte("hello")}
		a := s.Send(context.Background(), o)
		if a.Err != nil {
			r.Fatal(a.Err)
		}
		seen := target.Seen()
		br := bufio.NewReader(bytes.NewReader(seen[len(seen)-1].Raw()))
		req, err := http.ReadRequest(br)
		if err != nil {
			r.Fatalf("%v in %q", err, a.SentHead)
		}
		body, err := io.ReadAll(req.Body)
		if err != nil || string(body) != "hello" || br.Buffered() != 0 || len(req.TransferEncoding) != 0 || req.Host != target.Addr() {
			r.Fatalf("body %q, %d bytes more, host %q, %v in %q", body, br.Buffered(), req.Host, err, a.SentHead)
		}
	})
}
