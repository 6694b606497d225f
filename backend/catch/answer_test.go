package catch_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"creel/backend/catch"
	"creel/backend/hook"
)

const monday = "Date: Mon, 23 Nov 2026 12:00:00 GMT\r\n"

func TestAnswers(t *testing.T) {
	cases := []struct {
		name, method string
		answer       hook.Answer
		want         string
	}{
		{"plain", "POST", hook.Answer{Seq: 7, Status: 200, Headers: hook.Headers{{Name: "Content-Type", Value: "text/plain"}}, Body: []byte("ok")},
			"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" + monday + "X-Creel-Seq: 7\r\nContent-Length: 2\r\n\r\nok"},
		{"HEAD announces what it does not send", "HEAD", hook.Answer{Seq: 1, Status: 200, Body: []byte("ok")},
			"HTTP/1.1 200 OK\r\n" + monday + "X-Creel-Seq: 1\r\nContent-Length: 2\r\n\r\n"},
		{"HEAD announces what another would have sent", "HEAD", hook.Answer{Seq: 1, Status: 200, Unsent: 7},
			"HTTP/1.1 200 OK\r\n" + monday + "X-Creel-Seq: 1\r\nContent-Length: 7\r\n\r\n"},
		{"HEAD announces nothing that is not known", "HEAD", hook.Answer{Seq: 1, Status: 200, Unsent: -1},
			"HTTP/1.1 200 OK\r\n" + monday + "X-Creel-Seq: 1\r\n\r\n"},
		{"only a HEAD goes without its body", "POST", hook.Answer{Seq: 1, Status: 200, Unsent: 7},
			"HTTP/1.1 200 OK\r\n" + monday + "X-Creel-Seq: 1\r\nContent-Length: 0\r\n\r\n"},
		{"head is not HEAD", "head", hook.Answer{Seq: 1, Status: 200, Body: []byte("ok")},
			"HTTP/1.1 200 OK\r\n" + monday + "X-Creel-Seq: 1\r\nContent-Length: 2\r\n\r\nok"},
		{"empty", "POST", hook.Answer{Seq: 1, Status: 202}, "HTTP/1.1 202 Accepted\r\n" + monday + "X-Creel-Seq: 1\r\nContent-Length: 0\r\n\r\n"},
		{"204", "POST", hook.Answer{Seq: 1, Status: 204, Body: []byte("no")}, "HTTP/1.1 204 No Content\r\n" + monday + "X-Creel-Seq: 1\r\n\r\n"},
		{"205", "POST", hook.Answer{Seq: 1, Status: 205, Body: []byte("no")}, "HTTP/1.1 205 Reset Content\r\n" + monday + "X-Creel-Seq: 1\r\nContent-Length: 0\r\n\r\n"},
		{"304", "GET", hook.Answer{Seq: 1, Status: 304, Body: []byte("no")}, "HTTP/1.1 304 Not Modified\r\n" + monday + "X-Creel-Seq: 1\r\n\r\n"},
		{"1xx is no answer", "POST", hook.Answer{Seq: 1, Status: 101, Body: []byte("no")}, "HTTP/1.1 500 Internal Server Error\r\n" + monday + "X-Creel-Seq: 1\r\nContent-Length: 0\r\n\r\n"},
		{"no status", "POST", hook.Answer{Seq: 1}, "HTTP/1.1 500 Internal Server Error\r\n" + monday + "X-Creel-Seq: 1\r\nContent-Length: 0\r\n\r\n"},
		{"status without a phrase", "POST", hook.Answer{Seq: 1, Status: 599}, "HTTP/1.1 599 \r\n" + monday + "X-Creel-Seq: 1\r\nContent-Length: 0\r\n\r\n"},
		{"order and case of headers", "POST", hook.Answer{Seq: 1, Status: 200, Headers: hook.Headers{{Name: "x-B", Value: "1"}, {Name: "A", Value: ""}, {Name: "X-b", Value: "2"}}},
			"HTTP/1.1 200 OK\r\nx-B: 1\r\nA: \r\nX-b: 2\r\n" + monday + "X-Creel-Seq: 1\r\nContent-Length: 0\r\n\r\n"},
		{"a date of its own", "POST", hook.Answer{Seq: 1, Status: 200, Headers: hook.Headers{{Name: "date", Value: "x"}}},
			"HTTP/1.1 200 OK\r\ndate: x\r\nX-Creel-Seq: 1\r\nContent-Length: 0\r\n\r\n"},
		{"what splits answers is dropped", "POST", hook.Answer{Seq: 1, Status: 200, Headers: hook.Headers{
			{Name: "A", Value: "1\r\nSet-Cookie: x"}, {Name: "B\r\nC", Value: "1"}, {Name: "D", Value: "1\n"}, {Name: "", Value: "1"}, {Name: "E F", Value: "1"}, {Name: "G", Value: "\x00"}}},
			"HTTP/1.1 200 OK\r\n" + monday + "X-Creel-Seq: 1\r\nContent-Length: 0\r\n\r\n"},
		{"what frames answers is ours", "POST", hook.Answer{Seq: 1, Status: 200, Body: []byte("ok"), Headers: hook.Headers{
			{Name: "content-length", Value: "99"}, {Name: "Transfer-Encoding", Value: "chunked"}, {Name: "X-Creel-Seq", Value: "5"},
			{Name: "Connection", Value: "keep-alive"}, {Name: "Upgrade", Value: "h2c"}, {Name: "Trailer", Value: "x"}}},
			"HTTP/1.1 200 OK\r\n" + monday + "X-Creel-Seq: 1\r\nContent-Length: 2\r\n\r\nok"},
		{"close when told", "POST", hook.Answer{Seq: 1, Status: 200, Headers: hook.Headers{{Name: "connection", Value: "Close"}}},
			"HTTP/1.1 200 OK\r\n" + monday + "X-Creel-Seq: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			k := &recorder{answer: func(*hook.Capture) hook.Answer { return c.answer }}
			nc := &memConn{in: strings.NewReader(c.method + " / HTTP/1.1\r\nHost: a\r\n\r\n")}
			catch.New(k, catch.Options{Now: atNoon}).ServeConn(nc)
			if got := nc.out.String(); got != c.want {
				t.Errorf("wrote %q\nwant  %q", got, c.want)
			}
			if nc.writes != 1 {
				t.Errorf("%d writes, want 1", nc.writes)
			}
		})
	}
}

func TestNoSeqNoLine(t *testing.T) {
	nc := &memConn{in: strings.NewReader(next)}
	catch.New(keeperFunc(func(context.Context, *hook.Capture) hook.Answer {
		return hook.Answer{Status: 503, Headers: hook.Headers{{Name: "Retry-After", Value: "1"}}}
	}), catch.Options{Now: atNoon}).ServeConn(nc)
	if got, want := nc.out.String(), "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n"+monday+"Content-Length: 0\r\n\r\n"; got != want {
		t.Errorf("wrote %q, want %q", got, want)
	}
}

func TestLargeAnswer(t *testing.T) {
	body := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	k := &recorder{answer: func(*hook.Capture) hook.Answer { return hook.Answer{Status: 200, Body: body} }}
	p := dial(t, open(t, k, catch.Options{}))
	for range 3 {
		p.send(next)
		if a := p.expect(200); a.body != string(body) {
			t.Errorf("%d bytes of %d", len(a.body), len(body))
		}
	}
}

func TestDelay(t *testing.T) {
	const delay = 30 * time.Millisecond
	k := &recorder{answer: func(x *hook.Capture) hook.Answer {
		if x.Target == "/late" {
			return hook.Answer{Status: 200, Delay: delay}
		}
		return hook.Answer{Status: 200}
	}}
	c := open(t, k, catch.Options{})
	p := dial(t, c)
	start := time.Now()
	p.send("GET /late HTTP/1.1\r\nHost: a\r\n\r\n")
	p.expect(200)
	if d := time.Since(start); d < delay {
		t.Errorf("answered after %v, want %v", d, delay)
	}
}

func TestDelayEndsAtShutAndHoldsUpNobody(t *testing.T) {
	k := &recorder{answer: func(x *hook.Capture) hook.Answer {
		if x.Target == "/late" {
			return hook.Answer{Status: 200, Delay: time.Hour}
		}
		return hook.Answer{Status: 200}
	}}
	c := open(t, k, catch.Options{})
	late, quick := dial(t, c), dial(t, c)
	late.send("POST /late HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
	k.wait(1)
	quick.send(next)
	quick.expect(200)
	until(func() bool { return c.MemoryInUse() == 0 }) // a delay holds no memory
	if err := c.Shut(context.Background()); err != nil {
		t.Error(err)
	}
	if a := late.expect(200); !a.Close {
		t.Error("close not announced")
	}
}

func TestSenderThatDoesNotReadIsCutOff(t *testing.T) {
	body := bytes.Repeat([]byte("x"), 32<<20)
	k := &recorder{answer: func(*hook.Capture) hook.Answer { return hook.Answer{Status: 200, Body: body} }}
	c := open(t, k, catch.Options{WriteTimeout: 20 * time.Millisecond})
	p := dial(t, c)
	p.send(next + next)
	k.wait(1)
	until(func() bool { return goroutines("catch.(*conn).serve") == 0 })
	if n := len(k.all()); n != 1 {
		t.Errorf("%d captures, want 1", n)
	}
	if n, _ := io.Copy(io.Discard, p.r); n >= int64(len(body)) {
		t.Errorf("%d bytes came through", n)
	}
}
