package catch_test

import (
	"bytes"
	"strings"
	"testing"

	"creel/backend/catch"
	"creel/backend/hook"
)

// resting answers with a body in pieces, n bytes in the last: /whole is all
// there, /cut announces one more. done hears of each answer that is let go of.
func resting(n int, done chan<- string) *recorder {
	return &recorder{answer: func(x *hook.Capture) hook.Answer {
		a := hook.Answer{Status: 200, Body: []byte("one "), Rest: [][]byte{[]byte("two "), bytes.Repeat([]byte("3"), n)}}
		if strings.HasSuffix(x.Target, "cut") {
			a.Length = int64(n) + 9
		}
		switch {
		case strings.HasPrefix(x.Target, "/drip"):
			a.Fault = &hook.ReplyFault{Kind: hook.FaultDrip, BytesPerSecond: 1_000_000}
		case strings.HasPrefix(x.Target, "/none"):
			a.Status = 204
		}
		return hook.Answer{Later: func(<-chan struct{}) hook.Answer {
			a.Done = func() { done <- x.Target }
			return a
		}}
	}}
}

const begun = "one two "

func TestAnswerInPieces(t *testing.T) {
	done := make(chan string, 10)
	c := open(t, resting(70_000, done), catch.Options{})
	for _, tc := range []struct {
		method, target, length string
		body                   int
	}{
		{"GET", "/whole", "70008", 70_008}, {"GET", "/cut", "70009", 70_008}, {"HEAD", "/whole", "70008", 0},
		{"GET", "/drip", "70008", 70_008}, {"GET", "/drip-cut", "70009", 70_008}, {"GET", "/none-cut", "", 0},
	} {
		p := dial(t, c)
		p.send(tc.method + " " + tc.target + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
		got, err := p.rest()
		head, body, _ := strings.Cut(got, "\r\n\r\n")
		if err != nil || len(body) != tc.body || body != "" && !strings.HasPrefix(body, begun+"333") {
			t.Errorf("%s %s: %d bytes (%v), want %d", tc.method, tc.target, len(body), err, tc.body)
		}
		if _, after, announced := strings.Cut(head, "Content-Length: "); announced != (tc.length != "") || !strings.HasPrefix(after, tc.length) {
			t.Errorf("%s %s: %q, want a Content-Length of %q", tc.method, tc.target, head, tc.length)
		}
		if let := <-done; let != tc.target || len(done) != 0 {
			t.Errorf("let go of %s and %d more, want %s alone", let, len(done), tc.target)
		}
	}
}

// After an answer that is whole the connection goes on; a cut one ends it,
// whatever the sender asked for.
func TestACutAnswerEndsTheConnection(t *testing.T) {
	p := dial(t, open(t, resting(70_000, make(chan string, 10)), catch.Options{}))
	p.send("GET /whole HTTP/1.1\r\nHost: h\r\n\r\nGET /cut HTTP/1.1\r\nHost: h\r\n\r\nGET /whole HTTP/1.1\r\nHost: h\r\n\r\n")
	got, err := p.rest()
	if n := strings.Count(got, "HTTP/1.1 200 OK"); n != 2 || strings.Count(got, begun) != 2 || err != nil {
		t.Errorf("%d answers (%v), want the whole one and the cut one", n, err)
	}
	if strings.Count(got, "Connection: close") != 1 {
		t.Error("the cut answer does not say that it ends the connection")
	}
}

func TestHTTP2AnswerInPieces(t *testing.T) {
	c := open(t, resting(20_000, make(chan string, 10)), catch.Options{})
	p := dialH2(t, c, openTLS(t, c))
	id := uint32(1)
	for _, tc := range []struct {
		target string
		cut    bool
		body   int
	}{{"/whole", false, 20_008}, {"/none-cut", false, 0}, {"/cut", true, 20_008}, {"/drip", false, 20_008}} {
		p.open(id, true, 0, target("GET", tc.target)...)
		_, _, body, err := p.answer(id)
		if (err != nil) != tc.cut || len(body) != tc.body || body != "" && !strings.HasPrefix(body, begun+"333") {
			t.Errorf("%s: %d bytes, %v", tc.target, len(body), err)
		}
		id += 2
	}
}
