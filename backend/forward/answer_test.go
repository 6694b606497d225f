package forward_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"creel/backend/forward"
	"creel/backend/hook"
	"creel/backend/testkit"
)

const post = "POST / HTTP/1.1\nHost: h"

func send(t *testing.T, target *testkit.Target, o forward.Options, step testkit.Step) hook.Attempt {
	t.Helper()
	target.Script(step)
	return newSender(t, o).Send(context.Background(), outbound(target.URL(), post, "b"))
}

func TestAnswersAreKeptAsTheyCame(t *testing.T) {
	for name, c := range map[string]struct {
		raw, head, body string
		status          int
	}{
		"length":             {"HTTP/1.1 201 Made It\r\nX-a:  1 \r\nx-A: 2\r\nContent-Length: 3\r\n\r\nabc", "", "abc", 201},
		"chunks and trailer": {"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\nT: 1\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n", "abc", 200},
		"until closed":       {"HTTP/1.0 200 OK\r\n\r\nabc", "", "abc", 200},
		"no reason":          {"HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", "", "", 404},
		"bare line feeds":    {"HTTP/1.1 200 OK\nContent-Length: 1\n\nx", "", "x", 200},
		"interim ones":       {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 202 OK\r\nContent-Length: 1\r\n\r\nz", "HTTP/1.1 202 OK\r\nContent-Length: 1\r\n\r\n", "z", 202},
		"204 has no body":    {"HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n", "", "", 204},
		"304 has no body":    {"HTTP/1.1 304 No\r\nTransfer-Encoding: chunked\r\n\r\n", "", "", 304},
		"same length twice":  {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", "", "x", 200},
		"not upgraded":       {"HTTP/1.1 101 Switch\r\nUpgrade: x\r\n\r\n", "", "", 101},
	} {
		t.Run(name, func(t *testing.T) {
			a := send(t, testkit.NewTarget(t), forward.Options{}, testkit.Step{Raw: []byte(c.raw), Close: true})
			head := c.head
			if head == "" {
				head = strings.TrimSuffix(c.raw, c.body)
			}
			if a.Err != nil || a.Status != c.status || string(a.AnswerHead) != head || string(a.AnswerBody) != c.body ||
				a.AnswerBytes != int64(len(c.body)) || a.AnswerTruncated {
				t.Errorf("status %d head %q body %q (%d) error %v", a.Status, a.AnswerHead, a.AnswerBody, a.AnswerBytes, a.Err)
			}
		})
	}
}

func TestHeadAnswerHasNoBody(t *testing.T) {
	target := testkit.NewTarget(t)
	target.Usual(testkit.Step{Body: []byte("four")})
	s := newSender(t, forward.Options{})
	for range 2 {
		a := s.Send(context.Background(), outbound(target.URL(), "HEAD / HTTP/1.1\nHost: h", ""))
		if a.Err != nil || a.AnswerBytes != 0 {
			t.Fatalf("%d bytes, error %v", a.AnswerBytes, a.Err)
		}
	}
	if target.Opened() != 1 {
		t.Error("the connection was not used again")
	}
}

func TestBadAnswersAreBoundedErrors(t *testing.T) {
	long := strings.Repeat("x", 2<<20)
	for name, c := range map[string]struct {
		step testkit.Step
		kind hook.ErrorClass
		say  string
	}{
		"garbage":           {testkit.Step{Raw: []byte("SSH-2.0-OpenSSH\r\n"), Close: true}, hook.ErrProtocol, "SSH-2.0"},
		"empty line first":  {testkit.Step{Raw: []byte("\r\n\r\n"), Close: true}, hook.ErrProtocol, "not HTTP"},
		"tls":               {testkit.Step{Raw: []byte("\x15\x03\x01\x00\x02\x02\x46"), Close: true}, hook.ErrProtocol, "https://"},
		"http/2":            {testkit.Step{Raw: []byte("HTTP/2 200\r\n\r\n"), Close: true}, hook.ErrProtocol, "HTTP/2"},
		"bad status":        {testkit.Step{Raw: []byte("HTTP/1.1 2OO OK\r\n\r\n"), Close: true}, hook.ErrProtocol, "status line"},
		"no colon":          {testkit.Step{Raw: []byte("HTTP/1.1 200 OK\r\nnope\r\n\r\n"), Close: true}, hook.ErrProtocol, "malformed"},
		"blank before :":    {testkit.Step{Raw: []byte("HTTP/1.1 200 OK\r\nA : b\r\n\r\n"), Close: true}, hook.ErrProtocol, "malformed"},
		"two lengths":       {testkit.Step{Raw: []byte("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"), Close: true}, hook.ErrProtocol, "two different"},
		"signed length":     {testkit.Step{Raw: []byte("HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx"), Close: true}, hook.ErrProtocol, "Content-Length"},
		"other coding":      {testkit.Step{Raw: []byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"), Close: true}, hook.ErrProtocol, "transfer encoding"},
		"bad chunk":         {testkit.Step{Raw: []byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"), Close: true}, hook.ErrProtocol, "chunks"},
		"huge head":         {testkit.Step{Raw: []byte("HTTP/1.1 200 OK\r\nA: " + long), Close: true}, hook.ErrProtocol, "larger than"},
		"many lines":        {testkit.Step{Raw: []byte("HTTP/1.1 200 OK\r\n" + strings.Repeat("A: b\r\n", 1001)), Hang: false, Close: true}, hook.ErrProtocol, "more than 1000"},
		"interim flood":     {testkit.Step{Raw: []byte(strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 10_000)), Close: true}, hook.ErrProtocol, "interim"},
		"nothing":           {testkit.Step{Cut: true}, hook.ErrReset, "without an answer"},
		"reset":             {testkit.Step{Cut: true, Reset: true}, hook.ErrReset, "reset the connection without"},
		"half a head":       {testkit.Step{Raw: []byte("HTTP/1.1 200 OK\r\nA: "), Close: true}, hook.ErrReset, "head of its answer"},
		"half a body":       {testkit.Step{Raw: []byte("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), Close: true}, hook.ErrReset, "after 3 bytes"},
		"chunks break off":  {testkit.Step{Raw: []byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc"), Close: true}, hook.ErrReset, "after 3 bytes"},
		"endless extension": {testkit.Step{Raw: []byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + long), Close: true}, hook.ErrProtocol, "chunks"},
	} {
		t.Run(name, func(t *testing.T) {
			a := send(t, testkit.NewTarget(t), forward.Options{}, c.step)
			if a.Err == nil || a.Err.Kind != c.kind || !strings.Contains(a.Err.Text, c.say) {
				t.Fatalf("error %+v, want %s with %q", a.Err, c.kind, c.say)
			}
			if len(a.Err.Text) > 400 {
				t.Errorf("the sentence has %d bytes", len(a.Err.Text))
			}
		})
	}
}

func TestLongAnswersAreCountedAndCut(t *testing.T) {
	target := testkit.NewTarget(t)
	body := bytes.Repeat([]byte("0123456789abcdef"), 3<<16) // 3 MiB
	a := send(t, target, forward.Options{}, testkit.Step{Body: body})
	if a.Err != nil || a.AnswerBytes != int64(len(body)) || !a.AnswerTruncated || !bytes.Equal(a.AnswerBody, body[:hook.MaxAnswer]) {
		t.Errorf("kept %d of %d, truncated %v, error %v", len(a.AnswerBody), a.AnswerBytes, a.AnswerTruncated, a.Err)
	}
	exact := send(t, target, forward.Options{}, testkit.Step{Body: body[:hook.MaxAnswer]})
	if exact.Err != nil || exact.AnswerTruncated || len(exact.AnswerBody) != hook.MaxAnswer {
		t.Errorf("kept %d, truncated %v, error %v", len(exact.AnswerBody), exact.AnswerTruncated, exact.Err)
	}
	endless := bytes.Repeat(body, 22) // 66 MiB
	a = send(t, target, forward.Options{}, testkit.Step{Body: endless})
	if a.Err != nil || a.Status != 200 || !a.AnswerTruncated || a.AnswerBytes < 64<<20 || a.AnswerBytes > 64<<20+1 {
		t.Errorf("read %d, truncated %v, error %v", a.AnswerBytes, a.AnswerTruncated, a.Err)
	}
}

// A target may answer while it reads, or before; neither may block the sender.
func TestLargeBodies(t *testing.T) {
	target := testkit.NewTarget(t)
	body := strings.Repeat("body", 4<<20) // 16 MiB
	s := newSender(t, forward.Options{})
	for range 2 {
		if a := s.Send(context.Background(), outbound(target.URL(), post, body)); a.Err != nil {
			t.Fatal(a.Err)
		}
	}
	if seen := target.Seen(); string(seen[1].Body) != body || target.Opened() != 1 {
		t.Error("the body changed, or the connection was not used again")
	}
	target.Script(testkit.Step{Unread: true, Status: 413, Body: bytes.Repeat([]byte("x"), 1<<20)})
	a := s.Send(context.Background(), outbound(target.URL(), post, body))
	if a.Status != 413 && (a.Err == nil || a.Err.Kind != hook.ErrReset) {
		t.Errorf("status %d, error %+v", a.Status, a.Err)
	}
}

func TestTimeoutsNameThePhase(t *testing.T) {
	for name, c := range map[string]struct {
		step testkit.Step
		body string
		o    forward.Options
		say  string
	}{
		"first byte":       {testkit.Step{Hang: true}, "b", forward.Options{}, "first byte"},
		"own first byte":   {testkit.Step{Hang: true}, "b", forward.Options{FirstByte: 20 * time.Millisecond}, "within 20 ms"},
		"head of answer":   {testkit.Step{Raw: []byte("HTTP/1.1 200 OK\r\n")}, "b", forward.Options{}, "reading the answer"},
		"body of answer":   {testkit.Step{Raw: []byte("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")}, "b", forward.Options{}, "3 bytes"},
		"request not read": {testkit.Step{Hang: true, Unread: true}, "", forward.Options{}, "waiting for the first byte"},
	} {
		t.Run(name, func(t *testing.T) {
			target := testkit.NewTarget(t)
			target.Script(c.step)
			o := outbound(target.URL(), post, c.body)
			o.Target = &hook.Target{TimeoutMs: 200}
			a := newSender(t, c.o).Send(context.Background(), o)
			if a.Err == nil || a.Err.Kind != hook.ErrTimeout || !strings.Contains(a.Err.Text, c.say) {
				t.Errorf("error %+v, want a timeout with %q", a.Err, c.say)
			}
		})
	}
}

// A target that takes the connection and reads nothing.
func TestTimeoutWhileSending(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	o := outbound("http://"+ln.Addr().String(), post, strings.Repeat("x", 32<<20))
	o.Target = &hook.Target{TimeoutMs: 300}
	a := newSender(t, forward.Options{}).Send(context.Background(), o)
	if a.Err == nil || a.Err.Kind != hook.ErrTimeout || !strings.Contains(a.Err.Text, "timed out sending") {
		t.Errorf("error %+v", a.Err)
	}
}

func TestCancelledSendSaysSo(t *testing.T) {
	target := testkit.NewTarget(t)
	target.Usual(testkit.Step{Hang: true})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan hook.Attempt)
	s := newSender(t, forward.Options{})
	go func() { done <- s.Send(ctx, outbound(target.URL(), post, "b")) }()
	target.Await(1)
	cancel()
	if a := <-done; a.Err == nil || a.Err.Kind != hook.ErrCancelled || a.SentHead == nil {
		t.Errorf("error %+v", a.Err)
	}
	if a := s.Send(ctx, outbound(target.URL(), post, "b")); a.Err == nil || a.Err.Kind != hook.ErrCancelled || a.SentHead != nil {
		t.Errorf("error %+v, sent %q", a.Err, a.SentHead)
	}
}

func TestConnectionsAreUsedAgainAndDeadOnesAreNot(t *testing.T) {
	target := testkit.NewTarget(t)
	s := newSender(t, forward.Options{IdleFor: time.Hour})
	for i := range 20 {
		a := s.Send(context.Background(), outbound(target.URL(), post, fmt.Sprint(i)))
		if a.Err != nil {
			t.Fatalf("send %d: %+v", i, a.Err)
		}
		if reused := a.Phases.Connect == 0; reused != (i > 0) || a.Phases.FirstByte == 0 || a.Phases.Total < a.Phases.FirstByte {
			t.Fatalf("send %d: phases %+v", i, a.Phases)
		}
	}
	if target.Opened() != 1 {
		t.Fatalf("%d connections", target.Opened())
	}
	// The app restarts: its side of the connection is gone.
	addr := target.Addr()
	target.Close()
	again := testkit.NewTargetOn(t, addr)
	// A GET may be sent twice, so it never fails for a connection that died.
	a := s.Send(context.Background(), outbound(again.URL(), "GET / HTTP/1.1\nHost: h", ""))
	if a.Err != nil || len(again.Seen()) != 1 {
		t.Errorf("error %+v after a restart; %d seen", a.Err, len(again.Seen()))
	}
}

// A POST that was written whole on a used connection may have been acted on:
// it is not repeated behind the person's back, a GET is.
func TestOnlyWhatIsSafeIsSentAgain(t *testing.T) {
	for _, c := range []struct {
		method string
		seen   int
		kind   hook.ErrorClass
	}{{"POST", 2, hook.ErrReset}, {"GET", 3, ""}} {
		target := testkit.NewTarget(t)
		target.Script(testkit.Step{}, testkit.Step{Cut: true})
		s := newSender(t, forward.Options{IdleFor: time.Hour})
		var a hook.Attempt
		for range 2 {
			a = s.Send(context.Background(), outbound(target.URL(), c.method+" / HTTP/1.1\nHost: h", ""))
		}
		var kind hook.ErrorClass
		if a.Err != nil {
			kind = a.Err.Kind
		}
		if len(target.Seen()) != c.seen || kind != c.kind {
			t.Errorf("%s: sent %d times, error %q; want %d and %q", c.method, len(target.Seen()), kind, c.seen, c.kind)
		}
	}
}
