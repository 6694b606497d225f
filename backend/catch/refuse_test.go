package catch_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"creel/backend/catch"
	"creel/backend/hook"
)

const (
	line   = "POST /x HTTP/1.1\r\n"
	host   = "Host: a\r\n"
	chunky = line + host + "Transfer-Encoding: chunked\r\n\r\n"
	// next is what a tricked server would take for a second request.
	next = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
)

var refusals = []struct {
	name, raw string
	status    int
}{
	{"bare LF", "GET / HTTP/1.1\nHost: a\n\n", 400},
	{"bare LF after a header", line + "Host: a\nX: 1\r\n\r\n", 400},
	{"bare LF as the end", line + host + "\n", 400},
	{"bare CR in a value", line + host + "X: a\rb\r\n\r\n", 400},
	{"bare CR before CRLF", line + host + "X: a\r\r\n\r\n", 400},
	{"NUL in a value", line + host + "X: a\x00b\r\n\r\n", 400},
	{"control character in a value", line + host + "X: a\x1bb\r\n\r\n", 400},
	{"blank before colon", line + host + "X : 1\r\n\r\n", 400},
	{"tab before colon", line + host + "Content-Length\t: 1\r\n\r\n", 400},
	{"obs-fold", line + host + "X: 1\r\n 2\r\n\r\n", 400},
	{"blank before the first header", line + " X: 1\r\n" + host + "\r\n", 400},
	{"no colon", line + host + "X\r\n\r\n", 400},
	{"empty name", line + host + ": 1\r\n\r\n", 400},
	{"name no token", line + host + "X(: 1\r\n\r\n", 400},
	{"name with NUL", line + host + "X\x00: 1\r\n\r\n", 400},
	{"no Host", line + "X: 1\r\n\r\n", 400},
	{"two Hosts", line + host + host + "\r\n", 400},
	{"two Hosts in 1.0", "GET / HTTP/1.0\r\n" + host + host + "\r\n", 400},
	{"Host with a path", line + "Host: a/b\r\n\r\n", 400},
	{"Host with user", line + "Host: u@a\r\n\r\n", 400},
	{"Host with a blank", line + "Host: a b\r\n\r\n", 400},
	{"lengths disagree", line + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
	{"lengths differ in writing", line + host + "Content-Length: 1\r\nContent-Length: 01\r\n\r\n", 400},
	{"length list", line + host + "Content-Length: 5,5\r\n\r\n", 400},
	{"length plus", line + host + "Content-Length: +5\r\n\r\n", 400},
	{"length minus", line + host + "Content-Length: -5\r\n\r\n", 400},
	{"length hex", line + host + "Content-Length: 0x5\r\n\r\n", 400},
	{"length empty", line + host + "Content-Length: \r\n\r\n", 400},
	{"length 2^64", line + host + "Content-Length: 18446744073709551616\r\n\r\n", 400},
	{"length blank inside", line + host + "Content-Length: 1 1\r\n\r\n", 400},
	{"CL and TE", line + host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
	{"TE and CL 0", line + host + "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n", 400},
	{"TE xchunked", line + host + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400},
	{"TE gzip, chunked", line + host + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400},
	{"TE chunked, chunked", line + host + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400},
	{"TE twice", line + host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
	{"TE chunked then identity", line + host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", 400},
	{"TE empty", line + host + "Transfer-Encoding:\r\n\r\n0\r\n\r\n", 400},
	{"TE with vertical tab", line + host + "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n", 400},
	{"TE in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
	{"TE name with a dot", line + host + "Transfer-Encoding\x00: chunked\r\n\r\n0\r\n\r\n", 400},
	{"version 2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
	{"version 1.2", "GET / HTTP/1.2\r\n" + host + "\r\n", 400},
	{"version lower case", "GET / http/1.1\r\n" + host + "\r\n", 400},
	{"version missing", "GET /\r\n" + host + "\r\n", 400},
	{"version with blank", "GET / HTTP/1.1 \r\n" + host + "\r\n", 400},
	{"two spaces", "GET  / HTTP/1.1\r\n" + host + "\r\n", 400},
	{"tab for space", "GET\t/ HTTP/1.1\r\n" + host + "\r\n", 400},
	{"blank in target", "GET /a b HTTP/1.1\r\n" + host + "\r\n", 400},
	{"control in target", "GET /a\x01 HTTP/1.1\r\n" + host + "\r\n", 400},
	{"no target", "GET HTTP/1.1\r\n" + host + "\r\n", 400},
	{"relative target", "GET a HTTP/1.1\r\n" + host + "\r\n", 400},
	{"asterisk with GET", "GET * HTTP/1.1\r\n" + host + "\r\n", 400},
	{"CONNECT authority", "CONNECT a:443 HTTP/1.1\r\n" + host + "\r\n", 400},
	{"absolute without host", "GET http:///x HTTP/1.1\r\n" + host + "\r\n", 400},
	{"absolute with user", "GET http://u@b/x HTTP/1.1\r\n" + host + "\r\n", 400},
	{"absolute of another scheme", "GET file://b/x HTTP/1.1\r\n" + host + "\r\n", 400},
	{"method no token", "G@T / HTTP/1.1\r\n" + host + "\r\n", 400},
	{"empty request lines", "\r\n\r\n", 400},
	{"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400},
	{"garbage", "\x00\xff\x80", 400},
	{"expects a miracle", line + host + "Expect: miracle\r\nContent-Length: 1\r\n\r\n", 417},
	{"expects two things", line + host + "Expect: 100-continue\r\nExpect: 200-ok\r\nContent-Length: 1\r\n\r\n", 417},
	{"chunk size xyz", chunky + "xyz\r\n", 400},
	{"chunk size empty", chunky + "\r\n", 400},
	{"chunk size -1", chunky + "-1\r\n", 400},
	{"chunk size +1", chunky + "+1\r\na\r\n0\r\n\r\n", 400},
	{"chunk size 0x1", chunky + "0x1\r\na\r\n0\r\n\r\n", 400},
	{"chunk size 2^64", chunky + "10000000000000000\r\n", 400},
	{"chunk size 2^63", chunky + "8000000000000000\r\n", 400},
	{"chunk size of many zeros", chunky + strings.Repeat("0", 17) + "\r\n\r\n", 400},
	{"chunk size after blank", chunky + " 1\r\na\r\n0\r\n\r\n", 400},
	{"chunk size before blank", chunky + "1 \r\na\r\n0\r\n\r\n", 400},
	{"chunk size bare LF", chunky + "1\na\r\n0\r\n\r\n", 400},
	{"chunk data too long", chunky + "1\r\nab\r\n0\r\n\r\n", 400},
	{"chunk data bare LF", chunky + "1\r\na\n0\r\n\r\n", 400},
	{"chunk data without end", chunky + "1\r\na0\r\n\r\n", 400},
	{"chunk end bare LF", chunky + "0\r\n\n", 400},
	{"chunk extension empty", chunky + "1;\r\na\r\n0\r\n\r\n", 400},
	{"chunk extension bare LF", chunky + "1;a\nb\r\na\r\n0\r\n\r\n", 400},
	{"chunk extension bare CR", chunky + "1;a\rb\r\na\r\n0\r\n\r\n", 400},
	{"chunk extension quote open", chunky + "1;a=\"b\r\na\r\n0\r\n\r\n", 400},
	{"chunk extension no value", chunky + "1;a=\r\na\r\n0\r\n\r\n", 400},
	{"chunk extension too long", chunky + "1;" + strings.Repeat("a", 2000) + "\r\na\r\n0\r\n\r\n", 400},
	{"chunk extensions too long together", chunky + strings.Repeat("1;"+strings.Repeat("a", 1000)+"\r\na\r\n", 17) + "0\r\n\r\n", 400},
	{"trailer fold", chunky + "0\r\nX: 1\r\n 2\r\n\r\n", 400},
	{"trailer without colon", chunky + "0\r\nX\r\n\r\n", 400},
	{"trailer blank before colon", chunky + "0\r\nX : 1\r\n\r\n", 400},
	{"trailer length", chunky + "0\r\nContent-Length: 1\r\n\r\n", 400},
	{"trailer encoding", chunky + "0\r\ntransfer-encoding: chunked\r\n\r\n", 400},
	{"trailer host", chunky + "0\r\nHost: b\r\n\r\n", 400},
}

// TestRefused sends each malformed request with another one behind it: the
// sender reads one answer and a close, a stub is left, and what came behind
// is never taken for a request.
func TestRefused(t *testing.T) {
	for _, c := range refusals {
		t.Run(c.name, func(t *testing.T) {
			k := &recorder{}
			p := dial(t, open(t, k, catch.Options{}))
			p.send(c.raw + next)
			p.fin()
			a := p.expect(c.status)
			if !a.Close {
				t.Error("the connection was not announced to close")
			}
			p.gone()
			caps := k.all()
			if len(caps) != 1 {
				t.Fatalf("%d captures, want 1: %+v", len(caps), caps)
			}
			checkStub(t, caps[0], c.raw, c.status)
			if a.body != caps[0].Reason+"\n" || a.Header.Get("X-Creel-Seq") != "1" {
				t.Errorf("answered %q %v, want the reason and the stub's number", a.body, a.Header)
			}
		})
	}
}

func checkStub(t *testing.T, x hook.Capture, raw string, status int) {
	t.Helper()
	if x.State != hook.Refused || x.Status != status || !strings.HasSuffix(x.Reason, ".") || x.KeepAlive {
		t.Errorf("stub: %+v", x.Request)
	}
	if x.Body != nil || x.BodyBytes != 0 || x.Trailer != nil {
		t.Errorf("stub has a body: %q %q", x.Body, x.Trailer)
	}
	if len(x.Head) == 0 || !strings.HasPrefix(strings.TrimPrefix(raw, "\r\n")+next, string(x.Head)) {
		t.Errorf("head %q is not how %q begins", x.Head, raw)
	}
	if strings.Contains(raw, "\n") && strings.Contains(string(x.Head), "/smuggled") {
		t.Errorf("head %q holds what came behind", x.Head)
	}
	if strings.ContainsAny(x.Method+x.Target+x.Host+x.Protocol, " \r\n\x00") {
		t.Errorf("stub shows raw bytes: %+v", x.Request)
	}
}

func TestRefusedRequestsBehindGoodOnes(t *testing.T) {
	k := &recorder{}
	p := dial(t, open(t, k, catch.Options{}))
	p.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n" + "GET /2 HTTP/1.1\r\n\r\n" + next)
	p.expect(200)
	p.expect(400)
	p.gone()
	caps := k.all()
	if len(caps) != 2 || caps[0].State != hook.Kept || caps[1].State != hook.Refused || caps[1].Target != "/2" {
		t.Errorf("captures: %+v", caps)
	}
}

func TestStubsAreBoundedByTheMinute(t *testing.T) {
	k := &recorder{}
	now := noon
	cat := catch.New(k, catch.Options{StubsPerMinute: 3, Now: func() time.Time { return now }})
	bad := func() { cat.ServeConn(&memConn{in: strings.NewReader("nonsense\n")}) }
	for range 10 {
		bad()
	}
	if n := len(k.all()); n != 3 {
		t.Errorf("%d stubs, want 3", n)
	}
	if n := cat.Unshown(); n != 7 {
		t.Errorf("%d unshown, want 7", n)
	}
	cat.ServeConn(&memConn{in: strings.NewReader(next)})
	if n := len(k.all()); n != 4 {
		t.Errorf("a good request was held back: %d", n)
	}
	now = now.Add(time.Minute)
	bad()
	now = now.Add(-time.Hour) // the clock is set back
	bad()
	if n := len(k.all()); n != 6 {
		t.Errorf("%d captures, want 6", n)
	}
}

func ExampleCatcher_Open() {
	c := catch.New(&recorder{}, catch.Options{})
	err := c.Open("localhost")
	fmt.Println(hook.KindOf(err), err)
	// Output: invalid open the catch port: "localhost" is not host:port; write it like 127.0.0.1:4290
}
