package catch_test

import (
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"creel/backend/catch"
	"creel/backend/hook"
)

const ask = "POST /inbox HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi"

// faulty answers every request with that fault, and keeps it before.
func faulty(f hook.ReplyFault) *recorder {
	return &recorder{answer: func(*hook.Capture) hook.Answer {
		return hook.Answer{Status: 200, Body: []byte("0123456789"), Fault: &f}
	}}
}

// rest reads what comes until the connection ends, and how it ended.
func (p *peer) rest() (string, error) {
	b, err := io.ReadAll(p.r)
	return string(b), err
}

func TestFaultReset(t *testing.T) {
	k := faulty(hook.ReplyFault{Kind: hook.FaultReset})
	p := dial(t, open(t, k, catch.Options{}))
	p.send(ask)
	got, err := p.rest()
	if got != "" || !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("read %q, %v; want a reset", got, err)
	}
	if n := len(k.all()); n != 1 {
		t.Errorf("%d requests kept", n)
	}
}

func TestFaultCut(t *testing.T) {
	for _, n := range []int{0, 4, 99} {
		p := dial(t, open(t, faulty(hook.ReplyFault{Kind: hook.FaultCut, AfterBytes: n}), catch.Options{}))
		p.send(ask)
		got, err := p.rest()
		if err != nil {
			t.Errorf("ended by %v, want a plain end", err)
		}
		head, body, _ := strings.Cut(got, "\r\n\r\n")
		if !strings.HasPrefix(head, "HTTP/1.1 200 OK\r\n") || !strings.Contains(head, "Content-Length: 10") || body != "0123456789"[:min(n, 10)] {
			t.Errorf("cut after %d: %q", n, got)
		}
	}
}

// What the sender is still writing must not reset the connection under the part
// of the answer that was sent.
func TestFaultCutIsNotReset(t *testing.T) {
	p := dial(t, open(t, faulty(hook.ReplyFault{Kind: hook.FaultCut, AfterBytes: 4}), catch.Options{}))
	p.send(ask + strings.Repeat("x", 64<<10))
	got, err := p.rest()
	if err != nil || !strings.HasSuffix(got, "\r\n\r\n0123") {
		t.Errorf("%q, %v", got, err)
	}
}

func TestFaultDrip(t *testing.T) {
	p := dial(t, open(t, faulty(hook.ReplyFault{Kind: hook.FaultDrip, BytesPerSecond: 200}), catch.Options{}))
	begun := time.Now()
	p.send(ask)
	first, err := p.r.ReadByte()
	if err != nil || first != 'H' {
		t.Fatalf("%q, %v", first, err)
	}
	p.send(ask) // the connection goes on
	got := p.await("0123456789")
	if took := time.Since(begun); took < time.Duration(len(got)-10)*time.Second/200 {
		t.Errorf("%d bytes came in %v", len(got), took)
	}
	if !strings.HasPrefix(got, "TTP/1.1 200 OK\r\n") || strings.Contains(got, "Connection: close") {
		t.Errorf("%q", got)
	}
	p.await("0123456789")
}

// await reads up to and including that text.
func (p *peer) await(end string) string {
	p.t.Helper()
	var b strings.Builder
	for !strings.HasSuffix(b.String(), end) {
		c, err := p.r.ReadByte()
		if err != nil {
			p.t.Fatalf("read %q: %v", b.String(), err)
		}
		b.WriteByte(c)
	}
	return b.String()
}

func TestFaultSilent(t *testing.T) {
	p := dial(t, open(t, faulty(hook.ReplyFault{Kind: hook.FaultSilent, HoldMs: 150}), catch.Options{}))
	begun := time.Now()
	p.send(ask + ask)
	got, err := p.rest()
	if got != "" || err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("%q, %v", got, err)
	}
	if took := time.Since(begun); took < 150*time.Millisecond {
		t.Errorf("closed after %v", took)
	}
}

// Silence ends when the catcher closes: nobody waits five minutes for that.
func TestShutEndsSilenceAndDrip(t *testing.T) {
	for _, f := range []hook.ReplyFault{
		{Kind: hook.FaultSilent, HoldMs: 300_000}, {Kind: hook.FaultDrip, BytesPerSecond: 1},
	} {
		k := faulty(f)
		c := catch.New(k, catch.Options{})
		if err := c.Open("127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		p := dial(t, c)
		p.send(ask)
		k.wait(1)
		if err := c.Shut(context.Background()); err != nil {
			t.Errorf("%s: %v", f.Kind, err)
		}
	}
}

// A sender that hangs up frees its place.
func TestSilenceEndsWhenTheSenderLeaves(t *testing.T) {
	k := faulty(hook.ReplyFault{Kind: hook.FaultSilent, HoldMs: 300_000})
	c := open(t, k, catch.Options{})
	for range 3 * catch.MaxSlow {
		p := dial(t, c)
		p.send(ask)
		p.fin()
		if got, err := p.rest(); got != "" || err != nil {
			t.Fatalf("%q, %v", got, err)
		}
	}
}

// Beyond the bound the connection is given up at once, and a plain answer is
// given all the while.
func TestSlowAnswersAreBounded(t *testing.T) {
	silent := &hook.ReplyFault{Kind: hook.FaultSilent, HoldMs: 300_000}
	k := &recorder{answer: func(c *hook.Capture) hook.Answer {
		if c.Target == "/plain" {
			return hook.Answer{Status: 200, Body: []byte("ok")}
		}
		return hook.Answer{Fault: silent}
	}}
	c := open(t, k, catch.Options{})
	for range catch.MaxSlow {
		dial(t, c).send(ask)
	}
	k.wait(catch.MaxSlow)
	for c.Slow() < catch.MaxSlow {
		runtime.Gosched()
	}
	p := dial(t, c)
	p.send(ask)
	if got, err := p.rest(); got != "" || err != nil {
		t.Errorf("one too many: %q, %v", got, err)
	}
	p = dial(t, c)
	p.send("GET /plain HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
	if got, err := p.rest(); err != nil || !strings.HasSuffix(got, "\r\n\r\nok") {
		t.Errorf("a plain one: %q, %v", got, err)
	}
}

func TestFaultsOverTLS(t *testing.T) {
	for _, f := range []hook.ReplyFault{
		{Kind: hook.FaultReset}, {Kind: hook.FaultCut, AfterBytes: 3}, {Kind: hook.FaultSilent, HoldMs: 100},
		{Kind: hook.FaultDrip, BytesPerSecond: 100_000},
	} {
		c := catch.New(faulty(f), catch.Options{})
		nc := dialTLS(t, c, openTLS(t, c))
		if _, err := io.WriteString(nc, strings.Replace(ask, "\r\nContent", "\r\nConnection: close\r\nContent", 1)); err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(nc)
		_, body, _ := strings.Cut(string(b), "\r\n\r\n")
		want := map[string]string{hook.FaultCut: "012", hook.FaultDrip: "0123456789"}[f.Kind]
		if body != want || (err != nil) != (f.Kind == hook.FaultReset) {
			t.Errorf("%s: %q, %v", f.Kind, b, err)
		}
		_ = nc.Close()
		if err := c.Shut(context.Background()); err != nil {
			t.Error(err)
		}
	}
}

// The answer that comes later is asked for when the bytes of the request are
// let go of, and at once when the catcher closes.
func TestLater(t *testing.T) {
	var c *catch.Catcher
	asked := make(chan struct{})
	k := &recorder{}
	k.answer = func(x *hook.Capture) hook.Answer {
		return hook.Answer{Later: func(hurry <-chan struct{}) hook.Answer {
			if n := c.MemoryInUse(); n != 0 {
				t.Errorf("%d bytes are held while waiting", n)
			}
			if x.Target == "/quick" {
				return hook.Answer{Seq: 9, Status: 201, Body: []byte("now")}
			}
			close(asked)
			<-hurry
			return hook.Answer{Seq: 10, Status: 503, Body: []byte("closing")}
		}}
	}
	c = open(t, k, catch.Options{})
	p := dial(t, c)
	p.send("GET /quick HTTP/1.1\r\nHost: h\r\n\r\n")
	if got := p.await("now"); !strings.Contains(got, "201 Created") || !strings.Contains(got, "X-Creel-Seq: 9") {
		t.Errorf("%q", got)
	}
	p.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
	<-asked
	go func() { _ = c.Shut(context.Background()) }()
	if got := p.await("closing"); !strings.Contains(got, "Connection: close") {
		t.Errorf("%q", got)
	}
}
