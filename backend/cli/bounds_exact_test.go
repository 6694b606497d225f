package cli_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"creel/backend/testkit"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// say sends bytes to the catch port and returns all that comes back.
func (c *creel) say(sent string) string {
	c.tb.Helper()
	nc, err := net.Dial("tcp", strings.TrimPrefix(c.Catch, "http://"))
	if err != nil {
		c.tb.Fatal(err)
	}
	defer func() { _ = nc.Close() }()
	if _, err := io.WriteString(nc, sent); err != nil {
		c.tb.Fatal(err)
	}
	if err := nc.(*net.TCPConn).CloseWrite(); err != nil {
		c.tb.Fatal(err)
	}
	answer, err := io.ReadAll(nc)
	if err != nil {
		c.tb.Fatal(err)
	}
	return string(answer)
}

// exact is a request and what the history must give back of it.
type exact struct {
	head, wire    string // as sent
	body, trailer string
	protocol      string
	keepAlive     bool
}

// Faults 5, 10, 11, 13, 16, 19, 29: whatever spelling a request has, the
// history gives its head and body back byte for byte, and says how it came.
func TestGivenBackByteForByte(t *testing.T) {
	c := serve(t, t.TempDir())
	big := make([]byte, 25<<20) // GitHub's largest
	_, _ = rand.NewChaCha8([32]byte{3}).Read(big)
	sized := func(head, body string) exact {
		return exact{head: fmt.Sprintf("%sContent-Length: %d\r\n\r\n", head, len(body)), wire: body, body: body, protocol: "HTTP/1.1", keepAlive: true}
	}
	const post = "POST /inbox HTTP/1.1\r\nHost: a\r\n"
	all := []exact{
		sized("pOsT /inbox//a/../%2e%zz?&&=a&=%&a=1&a=2 HTTP/1.1\r\nx-B:1\r\nX-b: \t2 \r\nHOST:a:80\r\nempty:\r\n", ""),
		sized("POST http://example.com/inbox?q HTTP/1.1\r\nHost: a\r\n", "absolute"),
		{head: "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", protocol: "HTTP/1.1", keepAlive: true},
		{head: "HEAD /inbox? HTTP/1.1\r\nHost: a\r\n\r\n", protocol: "HTTP/1.1", keepAlive: true},
		{head: "POST /inbox HTTP/1.0\r\nContent-Length: 3\r\n\r\n", wire: "old", body: "old", protocol: "HTTP/1.0"},
		{head: post + "Connection: close\r\n\r\n", protocol: "HTTP/1.1"},
		sized("POST /inbox/\xff\xc3\xa4?\xfe HTTP/1.1\r\nHost: a\r\nX: \xff\xfe\r\n", "\x00\xff\xfe\r\n\x00"),
		sized(post+"Content-Type: text/plain; charset=utf-16\r\n", "\xff\xfeh\x00i\x00"),
		sized(post, "\xef\xbb\xbf{}"),
		{head: post + "Transfer-Encoding: Chunked\r\nTrailer: X-Sum\r\n\r\n", wire: "3;a=b\r\nabc\r\n00A\r\n0123456789\r\n0\r\nX-Sum:  1\r\nx-sum:2 \r\n\r\n",
			body: "abc0123456789", trailer: "X-Sum:1 x-sum:2", protocol: "HTTP/1.1", keepAlive: true},
		sized("POST /inbox?"+strings.Repeat("a=b&", 200_000)+" HTTP/1.1\r\nHost: a\r\nCookie: "+strings.Repeat("k=v; ", 20_000)+"\r\n", "much"),
		sized(post+"Content-Type: application/octet-stream\r\n", string(big)),
	}
	for i, e := range all {
		answer := c.say(e.head + e.wire)
		if !strings.HasPrefix(answer, "HTTP/1.1 200 OK\r\n") {
			t.Fatalf("%.60q: %q", e.head, answer)
		}
		var head, body []byte
		c.call("GET", fmt.Sprintf("/requests/%d/head", i+1), nil, &head)
		c.call("GET", fmt.Sprintf("/requests/%d/body", i+1), nil, &body)
		if string(head) != e.head || string(body) != e.body {
			t.Errorf("%.60q: %d bytes of head and %d of body differ", e.head, len(head), len(body))
		}
		var d struct {
			Protocol, SHA256, State string
			KeepAlive               bool
			Trailers                [][2]string
		}
		c.call("GET", fmt.Sprintf("/requests/%d", i+1), nil, &d)
		var trailers []string
		for _, tr := range d.Trailers {
			trailers = append(trailers, tr[0]+":"+tr[1])
		}
		if d.State != "kept" || d.Protocol != e.protocol || d.KeepAlive != e.keepAlive || strings.Join(trailers, " ") != e.trailer ||
			d.SHA256 != fmt.Sprintf("%x", sha256.Sum256([]byte(e.body))) {
			t.Errorf("%.60q: %+v", e.head, d)
		}
	}
}

// Fault 18: packed bodies are kept as sent; the view of what is inside stops
// at 8 MiB or 100 times the size, however they are packed.
func TestPackedBodies(t *testing.T) {
	c := serve(t, t.TempDir())
	pack := func(w func(io.Writer) io.WriteCloser, plain []byte) []byte {
		var b bytes.Buffer
		z := w(&b)
		_, _ = z.Write(plain)
		_ = z.Close()
		return b.Bytes()
	}
	packers := map[string]func(io.Writer) io.WriteCloser{
		"gzip":    func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		"br":      func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) },
		"zstd":    func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w); return z },
		"deflate": func(w io.Writer) io.WriteCloser { z, _ := flate.NewWriter(w, 6); return z },
	}
	plain := []byte(strings.Repeat(`{"a":"`+strings.Repeat("hello, ", 20)+`"}`, 50))
	zeros := make([]byte, 64<<20)
	once := pack(packers["gzip"], zeros)
	type body struct {
		coding string
		sent   []byte
		want   string // of the decoded view; "" when it must be refused
	}
	bodies := []body{
		{"gzip, gzip", pack(packers["gzip"], pack(packers["gzip"], plain)), string(plain)},
		{"gzip, gzip", pack(packers["gzip"], once), ""},
		{"gzip", bytes.Repeat(pack(packers["gzip"], nil), 1_000_000), "\x00"},
		{"gzip", []byte("no gzip"), ""},
		{"rot13", []byte("unknown"), ""},
	}
	for name, w := range packers {
		bodies = append(bodies, body{name, pack(w, plain), string(plain)}, body{name, pack(w, zeros), ""})
	}
	for _, b := range bodies {
		req, _ := http.NewRequest("POST", c.Catch+"/inbox", bytes.NewReader(b.sent))
		req.Header.Set("Content-Encoding", b.coding)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		seq := resp.Header.Get("X-Creel-Seq")
		var sent, view []byte
		if c.call("GET", "/requests/"+seq+"/body", nil, &sent); !bytes.Equal(sent, b.sent) {
			t.Errorf("%s: %d bytes kept of %d", b.coding, len(sent), len(b.sent))
		}
		start := time.Now()
		code := c.call("GET", "/requests/"+seq+"/body?decoded=true", nil, &view)
		t.Logf("%s of %d bytes: %d with %d bytes after %v", b.coding, len(b.sent), code, len(view), time.Since(start).Round(time.Millisecond))
		switch {
		case b.want == "" && code < 400:
			t.Errorf("%s of %d bytes: %d with %d bytes, want a refusal", b.coding, len(b.sent), code, len(view))
		case b.want == "\x00" && (code != 200 || len(view) != 0):
			t.Errorf("a million empty members: %d with %d bytes", code, len(view))
		case len(b.want) > 1 && (code != 200 || string(view) != b.want):
			t.Errorf("%s of %d bytes: %d with %d bytes", b.coding, len(b.sent), code, len(view))
		}
		if len(view) > 8<<20 {
			t.Errorf("the view has %d bytes", len(view))
		}
	}
	c.post("/inbox", "{}")
}

// Faults 6 to 9, 15: what is malformed, cut short or over a limit is a row
// that says why; it is never sent on, nor is what was smuggled behind it; and
// there are so many rows a minute and no more.
func TestStubsAreShownAndNeverForwarded(t *testing.T) {
	c := serve(t, t.TempDir())
	target := testkit.NewTarget(t)
	target.Usual(testkit.Step{Status: 200})
	c.call("POST", "/targets", map[string]any{"name": "app", "url": target.URL()}, nil)
	if code := c.call("PATCH", "/endpoints/inbox", map[string]any{"targets": []string{"app"}}, nil); code != 200 {
		t.Fatal(code)
	}
	const smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
	const post = "POST /inbox HTTP/1.1\r\nHost: a\r\n"
	for _, v := range []struct{ sent, state, reason, answer string }{
		{post + "Content-Length: 5, 5\r\n\r\nhello" + smuggled, "refused", "not a plain number", "HTTP/1.1 400 "},
		{post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled, "refused", "both Content-Length", "HTTP/1.1 400 "},
		{post + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n" + smuggled, "refused", "hexadecimal", "HTTP/1.1 400 "},
		{post + "Content-Length: 1073741824\r\n\r\n" + smuggled, "refused", "over the limit", "HTTP/1.1 413 "},
		{post + "X: " + strings.Repeat("v", 1<<20) + "\r\n\r\n" + smuggled, "refused", "too large", "HTTP/1.1 431 "},
		{"GET /" + strings.Repeat("t", 1<<20) + " HTTP/1.1\r\n" + smuggled, "refused", "too long", "HTTP/1.1 414 "},
		{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + smuggled, "refused", "TLS", "HTTP/1.1 400 "},
		{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + smuggled, "refused", "does not end in HTTP/1.1", "HTTP/1.1 400 "},
		{post + "Content-Length: 100\r\n\r\n" + strings.Repeat("b", 50), "cut", "50 of 100 body bytes", ""},
		{post + "Transfer-Encoding: chunked\r\n\r\n5\r\nhel", "cut", "3 bytes of a chunked body", ""},
		{"POST /inbox HTTP/1.1\r\nHos", "cut", "before the head was complete", ""},
	} {
		answer := c.say(v.sent)
		if !strings.HasPrefix(answer, v.answer) || v.answer == "" && answer != "" || strings.Count(answer, "\r\nX-Creel-Seq: ") > 1 {
			t.Errorf("%.50q is answered %.200q", v.sent, answer)
		}
		var page struct {
			Items []struct{ State, Reason, Target string }
		}
		c.await("the stub that says "+v.reason, func() bool {
			c.call("GET", "/requests?limit=1", nil, &page)
			return len(page.Items) == 1 && strings.Contains(page.Items[0].Reason, v.reason)
		})
		if page.Items[0].State != v.state {
			t.Errorf("%.50q is shown as %+v", v.sent, page.Items[0])
		}
	}
	for range 100 {
		c.say("nonsense\n" + smuggled)
	}
	c.post("/inbox/good", "{}")
	if seen := target.Await(1); !strings.Contains(string(seen[0].Raw()), "/good") {
		t.Errorf("the target saw %q", seen[0].Raw())
	}
	var page struct {
		Total int
		Items []struct{ State, Target string }
	}
	c.call("GET", "/requests?limit=1000", nil, &page)
	stubs := 0
	for _, r := range page.Items {
		if r.State != "kept" {
			stubs++
		}
		if strings.Contains(r.Target, "smuggled") {
			t.Errorf("smuggled: %+v", r)
		}
	}
	if stubs < 60 || stubs > 120 || page.Total != stubs+1 { // a minute may have passed in between
		t.Errorf("%d stubs of %d rows, want 60 a minute and one good one", stubs, page.Total)
	}
	if n := len(target.Seen()); n != 1 {
		t.Errorf("the target saw %d requests, want the good one alone", n)
	}
}
