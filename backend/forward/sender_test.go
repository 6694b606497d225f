package forward_test

import (
	"bytes"
	"context"
	"net"
	"strings"
	"testing"

	"creel/backend/forward"
	"creel/backend/hook"
	"creel/backend/testkit"

	"github.com/google/go-cmp/cmp"
)

const deliveryID = "0192f0a0-0000-7000-8000-000000000001"

// outbound is a caught request on its way to url. head has no empty line at
// its end and may use bare LF.
func outbound(url, head, body string) forward.Outbound {
	wire := strings.ReplaceAll(strings.ReplaceAll(head, "\r\n", "\n"), "\n", "\r\n") + "\r\n\r\n"
	method, _, _ := strings.Cut(wire, " ")
	return forward.Outbound{
		Delivery: hook.Delivery{ID: deliveryID, Request: 1, URL: url},
		N:        1,
		Request:  hook.Request{Seq: 1, Method: method},
		Raw:      hook.Raw{Head: []byte(wire), Body: []byte(body)},
	}
}

func newSender(t testing.TB, o forward.Options) *forward.Sender {
	t.Helper()
	s := forward.New(o)
	t.Cleanup(s.Close)
	return s
}

func TestSendKeepsLinesAsTheyCame(t *testing.T) {
	target := testkit.NewTarget(t)
	s := newSender(t, forward.Options{})
	o := outbound(target.URL()+"/hook?a=%2F", "POST /x HTTP/1.1\nX-First:   spaced  \nhost: example.com\nx-first: again\n"+
		"Connection: close, X-Hop\nX-Hop: 1\nContent-length: 4\nKeep-Alive: 5\nProxy-Authorization: x\nTE: trailers\nTrailer: T\n"+
		"Upgrade: h2c\ncreel-delivery: old\nX-Last:\ttab\nX-Empty:", "body")

	a := s.Send(context.Background(), o)

	if a.Err != nil || a.Status != 200 {
		t.Fatalf("attempt: status %d, error %v", a.Status, a.Err)
	}
	want := []string{
		"POST /hook?a=%2F HTTP/1.1",
		"X-First:   spaced  ",
		"host: " + target.Addr(),
		"x-first: again",
		"Content-length: 4",
		"Creel-Delivery: " + deliveryID,
		"X-Last:\ttab",
		"X-Empty:",
	}
	seen := target.Await(1)[0]
	if d := cmp.Diff(want, seen.Lines()); d != "" {
		t.Errorf("lines (-want +got):\n%s", d)
	}
	if !bytes.Equal(seen.Head, a.SentHead) || string(seen.Body) != "body" || a.SentBody != nil {
		t.Errorf("sent head %q body %q; the target got %q %q", a.SentHead, a.SentBody, seen.Head, seen.Body)
	}
	if a.ID == "" || a.Delivery != deliveryID || a.N != 1 || a.Method != "POST" || a.Changes != -1 || a.StartedAt.IsZero() {
		t.Errorf("attempt is not filled in: %+v", a)
	}
}

func TestSendMakesLengthAnew(t *testing.T) {
	for _, c := range []struct {
		name, head, body string
		want             []string
	}{
		{"bodyless get has none", "GET / HTTP/1.1\nA: 1", "", []string{"GET / HTTP/1.1", "Host: HOST", "A: 1", "MARK"}},
		{"get with zero keeps it", "GET / HTTP/1.1\nContent-Length:  0\nA: 1", "", []string{"GET / HTTP/1.1", "Host: HOST", "Content-Length:  0", "A: 1", "MARK"}},
		{"post without body", "POST / HTTP/1.1\nHost: h", "", []string{"POST / HTTP/1.1", "Host: HOST", "Content-Length: 0", "MARK"}},
		{"chunked becomes a length in place", "POST / HTTP/1.1\nHost: h\ntransfer-encoding: chunked\nTrailer: X\nA: 1", "abc",
			[]string{"POST / HTTP/1.1", "Host: HOST", "Content-Length: 3", "A: 1", "MARK"}},
		{"wrong length is mended", "POST / HTTP/1.0\nContent-Length: 9\ncontent-length: 9\nHost: h", "abc",
			[]string{"POST / HTTP/1.1", "Content-Length: 3", "Host: HOST", "MARK"}},
		{"two hosts become one", "GET / HTTP/1.1\nHost: a\nA: 1\nHost: b", "", []string{"GET / HTTP/1.1", "Host: HOST", "A: 1", "MARK"}},
		{"folded lines are joined", "GET / HTTP/1.1\nHost: a\nA: 1 \n  2\n\t3\nB: 4", "", []string{"GET / HTTP/1.1", "Host: HOST", "A: 1 2 3", "B: 4", "MARK"}},
		{"lines that could be misread go", "GET / HTTP/1.1\n X: fold of nothing\nHost: a\nTransfer-Encoding : chunked\nno colon\nA\x00: 1\nB: x\x00y\n: empty\nC: 1", "",
			[]string{"GET / HTTP/1.1", "Host: HOST", "C: 1", "MARK"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			target := testkit.NewTarget(t)
			a := newSender(t, forward.Options{}).Send(context.Background(), outbound(target.URL(), c.head, c.body))
			if a.Err != nil {
				t.Fatal(a.Err)
			}
			for i, l := range c.want {
				c.want[i] = strings.NewReplacer("HOST", target.Addr(), "MARK", "Creel-Delivery: "+deliveryID).Replace(l)
			}
			seen := target.Await(1)[0]
			if d := cmp.Diff(c.want, seen.Lines()); d != "" {
				t.Errorf("lines (-want +got):\n%s", d)
			}
			if string(seen.Body) != c.body {
				t.Errorf("body %q, want %q", seen.Body, c.body)
			}
		})
	}
}

func TestSendAppliesTheTargetsRules(t *testing.T) {
	target := testkit.NewTarget(t)
	o := outbound(target.URL(), "POST / HTTP/1.1\nHost: h\nAuthorization: a\nX-Two: 1\nx-two: 2\nCookie: c\nCreel-Delivery: old\nZ: 9", "b")
	o.Target = &hook.Target{NoMark: true, HeaderRules: []hook.HeaderRule{
		{Op: "set", Name: "X-TWO", Value: "new"},
		{Op: "remove", Name: "authorization"},
		{Op: "set", Name: "Host", Value: "virtual.example"},
		{Op: "set", Name: "X-Added", Value: ""},
		{Op: "remove", Name: "x-absent"},
	}}
	a := newSender(t, forward.Options{}).Send(context.Background(), o)
	if a.Err != nil {
		t.Fatal(a.Err)
	}
	want := []string{"POST / HTTP/1.1", "Host: virtual.example", "X-TWO: new", "Cookie: c", "Z: 9", "Content-Length: 1", "X-Added: "}
	if d := cmp.Diff(want, target.Await(1)[0].Lines()); d != "" {
		t.Errorf("lines (-want +got):\n%s", d)
	}
}

func TestSendDraft(t *testing.T) {
	target := testkit.NewTarget(t)
	o := outbound(target.URL()+"/d", "POST / HTTP/1.1\nOld: 1", "old")
	o.Delivery.Draft = &hook.Draft{
		Method:  "PUT",
		Headers: hook.Headers{{Name: "b", Value: "1"}, {Name: "A", Value: " 2"}, {Name: "Host", Value: "x"}, {Name: "b", Value: "3"}, {Name: "Transfer-Encoding", Value: "chunked"}},
		Body:    []byte("new body"),
	}
	a := newSender(t, forward.Options{}).Send(context.Background(), o)
	if a.Err != nil || a.Method != "PUT" {
		t.Fatalf("method %s, error %v", a.Method, a.Err)
	}
	want := []string{"PUT /d HTTP/1.1", "b: 1", "A:  2", "Host: " + target.Addr(), "b: 3", "Content-Length: 8", "Creel-Delivery: " + deliveryID}
	seen := target.Await(1)[0]
	if d := cmp.Diff(want, seen.Lines()); d != "" {
		t.Errorf("lines (-want +got):\n%s", d)
	}
	if string(seen.Body) != "new body" || string(a.SentBody) != "new body" {
		t.Errorf("target got %q, attempt says %q", seen.Body, a.SentBody)
	}
}

// What cannot be sent safely is an attempt that says so, and nothing is sent.
func TestSendRefusesWhatCannotBeSent(t *testing.T) {
	target := testkit.NewTarget(t)
	draft := func(d hook.Draft) func(*forward.Outbound) {
		return func(o *forward.Outbound) { o.Delivery.Draft = &d }
	}
	rule := func(r hook.HeaderRule) func(*forward.Outbound) {
		return func(o *forward.Outbound) { o.Target = &hook.Target{HeaderRules: []hook.HeaderRule{r}} }
	}
	for name, c := range map[string]struct {
		change func(*forward.Outbound)
		want   hook.ErrorClass
		say    string
	}{
		"value with a line break": {draft(hook.Draft{Method: "GET", Headers: hook.Headers{{Name: "A", Value: "1\r\nB: 2"}}}), hook.ErrInternal, "line break"},
		"value with NUL":          {draft(hook.Draft{Method: "GET", Headers: hook.Headers{{Name: "A", Value: "\x00"}}}), hook.ErrInternal, "header line 1"},
		"name with a colon":       {draft(hook.Draft{Method: "GET", Headers: hook.Headers{{Name: "A:", Value: "1"}}}), hook.ErrInternal, "header line 1"},
		"method with a blank":     {draft(hook.Draft{Method: "GET /x HTTP/1.1\r\nA:"}), hook.ErrInternal, "method"},
		"tunnel":                  {draft(hook.Draft{Method: "CONNECT"}), hook.ErrInternal, "tunnel"},
		"rule with a line break":  {rule(hook.HeaderRule{Op: "set", Name: "A", Value: "1\n2"}), hook.ErrInternal, "line break"},
		"rule for framing":        {rule(hook.HeaderRule{Op: "set", Name: "transfer-encoding", Value: "chunked"}), hook.ErrInternal, "creel makes this line itself"},
		"url with a line break":   {func(o *forward.Outbound) { o.Delivery.URL += "/\r\nX: 1" }, hook.ErrBadURL, "control character"},
		"url with a blank":        {func(o *forward.Outbound) { o.Delivery.URL += "/a b" }, hook.ErrBadURL, "%20"},
		"no url":                  {func(o *forward.Outbound) { o.Delivery.URL = "" }, hook.ErrBadURL, "http://"},
		"file":                    {func(o *forward.Outbound) { o.Delivery.URL = "file:///etc/passwd" }, hook.ErrBadURL, "http and https only"},
	} {
		t.Run(name, func(t *testing.T) {
			o := outbound(target.URL(), "POST / HTTP/1.1\nHost: h", "b")
			c.change(&o)
			a := newSender(t, forward.Options{}).Send(context.Background(), o)
			if a.Err == nil || a.Err.Kind != c.want || !strings.Contains(a.Err.Text, c.say) {
				t.Errorf("error %+v, want %s with %q", a.Err, c.want, c.say)
			}
			if a.SentHead != nil || a.Status != 0 || len(target.Seen()) != 0 {
				t.Errorf("something was sent: %q", a.SentHead)
			}
		})
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	target := testkit.NewTarget(t)
	target.Script(testkit.Step{Status: 302, Headers: [][2]string{{"Location", target.URL() + "/next"}, {"Set-Cookie", "a=b"}}})
	s := newSender(t, forward.Options{})
	a := s.Send(context.Background(), outbound(target.URL(), "POST / HTTP/1.1\nHost: h", "b"))
	if a.Err != nil || a.Status != 302 {
		t.Fatalf("status %d, error %v", a.Status, a.Err)
	}
	if s.Send(context.Background(), outbound(target.URL(), "POST / HTTP/1.1\nHost: h", "b")).Err != nil {
		t.Fatal("second send failed")
	}
	seen := target.Await(2)
	if len(seen) != 2 || strings.Contains(string(seen[1].Head), "Cookie") {
		t.Errorf("a redirect was followed or a cookie kept: %v", seen)
	}
}

func TestProxyOfTheEnvironmentIsNotUsed(t *testing.T) {
	target, proxy := testkit.NewTarget(t), testkit.NewTarget(t)
	t.Setenv("HTTP_PROXY", proxy.URL())
	t.Setenv("http_proxy", proxy.URL())
	t.Setenv("ALL_PROXY", proxy.URL())
	_, port, _ := net.SplitHostPort(target.Addr())
	a := newSender(t, forward.Options{}).Send(context.Background(), outbound("http://localhost:"+port, "GET / HTTP/1.1\nHost: h", ""))
	if a.Err != nil || len(target.Seen()) != 1 || len(proxy.Seen()) != 0 {
		t.Errorf("error %v; target saw %d, proxy %d", a.Err, len(target.Seen()), len(proxy.Seen()))
	}
}
