package catch_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"creel/backend/catch"
	"creel/backend/hook"
)

func TestThousandPipelined(t *testing.T) {
	k := &recorder{}
	p := dial(t, open(t, k, catch.Options{}))
	go func() {
		var b bytes.Buffer
		for i := range 1000 {
			body := strings.Repeat("x", i)
			fmt.Fprintf(&b, "POST /%d HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s", i, len(body), body)
		}
		p.flood(b.Bytes())
	}()
	for i := range 1000 {
		if seq := p.expect(200).Header.Get("X-Creel-Seq"); seq != strconv.Itoa(i+1) {
			t.Fatalf("answer %d is for request %s", i, seq)
		}
	}
	for i, x := range k.all() {
		if x.Target != "/"+strconv.Itoa(i) || int(x.BodyBytes) != i || x.State != hook.Kept || !x.KeepAlive {
			t.Fatalf("capture %d: %+v", i, x.Request)
		}
	}
	if n := len(k.all()); n != 1000 {
		t.Errorf("%d captures", n)
	}
}

func TestCloseAfterAnswer(t *testing.T) {
	for name, head := range map[string]string{"1.1 close": "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "1.0": "GET / HTTP/1.0\r\n\r\n"} {
		t.Run(name, func(t *testing.T) {
			k := &recorder{}
			p := dial(t, open(t, k, catch.Options{}))
			p.send(head + next)
			if a := p.expect(200); !a.Close {
				t.Error("close not announced")
			}
			p.fin()
			p.gone()
			if n := len(k.all()); n != 1 {
				t.Errorf("%d captures, want 1", n)
			}
		})
	}
}

func TestOldKeepAlive(t *testing.T) {
	p := dial(t, open(t, &recorder{}, catch.Options{}))
	for range 2 {
		p.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
		if a := p.expect(200); a.Header.Get("Connection") != "keep-alive" {
			t.Errorf("headers %v", a.Header)
		}
	}
}

func TestExpectContinue(t *testing.T) {
	k := &recorder{}
	p := dial(t, open(t, k, catch.Options{MaxBody: func() int64 { return 5 }}))
	ask := func(framing string) {
		p.send(line + host + "Expect: 100-Continue\r\n" + framing + "\r\n\r\n")
	}
	ask("Content-Length: 5")
	p.expect(100)
	p.send("hello")
	p.expect(200)
	ask("Transfer-Encoding: chunked")
	p.expect(100)
	p.send("1\r\na\r\n0\r\n\r\n")
	p.expect(200)
	ask("Content-Length: 0") // nothing to go on with
	p.expect(200)
	p.send(line + host + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\nhi") // did not wait
	p.expect(200)
	ask("Content-Length: 6")
	p.expect(413)
	p.fin()
	p.gone()
	var bodies []string
	for _, x := range k.all() {
		bodies = append(bodies, string(x.State)+":"+string(x.Body))
	}
	if got := strings.Join(bodies, " "); got != "kept:hello kept:a kept: kept:hi refused:" {
		t.Errorf("captures: %s", got)
	}
}

func TestCutBodies(t *testing.T) {
	cases := []struct{ name, raw, body, reason string }{
		{"length", line + host + "Content-Length: 100\r\n\r\n" + strings.Repeat("b", 50), strings.Repeat("b", 50), "50 of 100 body bytes"},
		{"nothing", line + host + "Content-Length: 100\r\n\r\n", "", "0 of 100 body bytes"},
		{"in a chunk", chunky + "5\r\nabc", "abc", "3 bytes of a chunked body"},
		{"between chunks", chunky + "3\r\nabc\r\n", "abc", "3 bytes of a chunked body"},
		{"in a size", chunky + "3\r\nabc\r\n1", "abc", "3 bytes of a chunked body"},
		{"before the last empty line", chunky + "3\r\nabc\r\n0\r\nX: 1\r\n", "abc", "3 bytes of a chunked body"},
		{"in the head", line + "Ho", "", "before the head was complete"},
	}
	for _, c := range cases {
		for _, how := range []string{"FIN", "RST"} {
			t.Run(c.name+" by "+how, func(t *testing.T) {
				k := &recorder{}
				p := dial(t, open(t, k, catch.Options{}))
				p.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n") // so that a RST cannot overtake the connection's start
				p.expect(200)
				p.send(c.raw)
				if how == "RST" {
					// An RST may overtake bytes, but never makes more of them.
					if err := p.nc.SetLinger(0); err != nil {
						t.Fatal(err)
					}
					_ = p.nc.Close()
				} else {
					p.fin()
					p.gone()
					checkCut(t, k.wait(2), c.body, c.reason)
				}
			})
		}
	}
}

func checkCut(t *testing.T, caps []hook.Capture, body, reason string) {
	t.Helper()
	x := caps[1]
	if len(caps) != 2 || x.State != hook.Cut || x.Status != 0 || !strings.Contains(x.Reason, reason) || x.Method != "POST" || x.Target != "/x" {
		t.Errorf("captures: %+v", caps)
	}
	if string(x.Body) != body || x.BodyBytes != int64(len(body)) || x.SHA256 != sha256.Sum256([]byte(body)) {
		t.Errorf("body %q, want %q", x.Body, body)
	}
}

func TestSilentConnectionsLeaveNothing(t *testing.T) {
	k := &recorder{}
	c := open(t, k, catch.Options{HeadTimeout: 20 * time.Millisecond, IdleTimeout: 20 * time.Millisecond})
	p := dial(t, c)
	p.gone() // cut by the head timeout
	p = dial(t, c)
	p.fin()
	p.gone()
	p = dial(t, c)
	p.send(next)
	p.expect(200)
	p.gone() // cut by the idle timeout
	if n := len(k.all()); n != 1 {
		t.Errorf("%d captures, want 1", n)
	}
}

func TestPanicCostsOneRequest(t *testing.T) {
	var calls atomic.Int32
	k := &recorder{answer: func(*hook.Capture) hook.Answer {
		if calls.Add(1) == 1 {
			panic("boom")
		}
		return hook.Answer{Status: 202}
	}}
	c := open(t, k, catch.Options{})
	p := dial(t, c)
	p.send(line + host + "Content-Length: 2\r\n\r\nab")
	if a := p.expect(500); !a.Close || a.body != "" {
		t.Errorf("answer %v", a)
	}
	p.gone()
	p = dial(t, c)
	p.send(next)
	p.expect(202)
}

func TestOpenAgain(t *testing.T) {
	c := catch.New(&recorder{}, catch.Options{})
	if c.Addr() != "" {
		t.Errorf("address %q before Open", c.Addr())
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := taken.Addr().String()
	err = c.Open(addr)
	if hook.KindOf(err) != hook.Busy || !strings.Contains(err.Error(), addr) {
		t.Errorf("taken port: %v", err)
	}
	if c.Addr() != "" {
		t.Errorf("address %q after a failed Open", c.Addr())
	}
	_ = taken.Close()
	for range 3 {
		if err := c.Open(addr); err != nil {
			t.Fatal(err)
		}
		if c.Addr() != addr {
			t.Errorf("address %q, want %q", c.Addr(), addr)
		}
		if err := c.Open(addr); err != nil || c.Addr() != addr {
			t.Errorf("open twice: %v, address %q", err, c.Addr())
		}
		p := dial(t, c)
		p.send(next)
		p.expect(200)
		if err := c.Shut(context.Background()); err != nil {
			t.Fatal(err)
		}
		p.gone()
		if _, err := net.Dial("tcp", addr); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("dial after Shut: %v", err)
		}
	}
	if err := c.Shut(context.Background()); err != nil || c.Addr() != "" {
		t.Errorf("Shut twice: %v, address %q", err, c.Addr())
	}
}

// Whoever changes the port keeps catching: the new address is bound before
// the old one is given up, and what has begun to arrive there finishes.
func TestOpenElsewhere(t *testing.T) {
	c := catch.New(&recorder{}, catch.Options{})
	if err := c.Open("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Shut(context.Background()) })
	before := c.Addr()
	half := dial(t, c)
	half.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
	half.expect(100) // its head is read by now
	half.send("x")

	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	if err := c.Open(taken.Addr().String()); hook.KindOf(err) != hook.Busy || c.Addr() != before {
		t.Errorf("taken port: %v, address %q; want to stay at %s", err, c.Addr(), before)
	}
	if err := c.Open("127.0.0.1:0"); err != nil || c.Addr() == before {
		t.Fatalf("open elsewhere: %v, address %q", err, c.Addr())
	}
	half.send("y")
	half.expect(200)
	p := dial(t, c)
	p.send(next)
	p.expect(200)
	if err := c.Shut(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := net.Dial("tcp", before); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("dial the old address: %v", err)
	}
}

// gatedListener accepts nobody before the gate opens, as on a busy machine.
type gatedListener struct {
	*net.TCPListener
	gate chan struct{}
}

func (l gatedListener) Accept() (net.Conn, error) {
	<-l.gate
	return l.TCPListener.Accept()
}

// Who was connected to the old port, and not yet accepted, when the port was
// changed is answered all the same; so is what was sent over a connection that
// had been idle.
func TestMovingAwayLosesNobody(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	k := &recorder{}
	c := catch.New(k, catch.Options{})
	gate := make(chan struct{})
	c.OpenOn(gatedListener{ln.(*net.TCPListener), gate})
	var waiting []*peer
	for range 100 {
		p := dial(t, c)
		p.send(next)
		waiting = append(waiting, p)
	}
	moved := make(chan error)
	go func() { moved <- c.Open("127.0.0.1:0") }()
	until(func() bool { return goroutines("catch.(*session).drain") > 0 })
	close(gate)
	if err := <-moved; err != nil {
		t.Fatal(err)
	}
	for _, p := range waiting {
		p.expect(200)
		p.gone()
	}
	if err := c.Shut(context.Background()); err != nil {
		t.Error(err)
	}
	if n := len(k.all()); n != len(waiting) {
		t.Errorf("%d captures, want %d", n, len(waiting))
	}
	if _, err := net.Dial("tcp", ln.Addr().String()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("dial the old address: %v", err)
	}
}

// Every request sent while the port moves again and again is kept, or its
// sender was refused the connection.
func TestMovingUnderLoad(t *testing.T) {
	k := &recorder{}
	c := open(t, k, catch.Options{})
	stop := make(chan struct{})
	var acked, lost atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				nc, err := net.Dial("tcp", c.Addr())
				if err != nil {
					continue // came too late for the old port
				}
				_, _ = io.WriteString(nc, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
				if a, _ := io.ReadAll(nc); strings.HasPrefix(string(a), "HTTP/1.1 200") {
					acked.Add(1)
				} else {
					lost.Add(1)
				}
				_ = nc.Close()
			}
		})
	}
	for range 10 {
		before := acked.Load()
		if err := c.Open("127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		until(func() bool { return acked.Load() > before+20 })
	}
	close(stop)
	wg.Wait()
	t.Logf("%d answered over 10 moves, %d connected and not answered", acked.Load(), lost.Load())
	if n := int64(len(k.all())); n < acked.Load() {
		t.Errorf("%d kept of %d answered", n, acked.Load())
	}
	// Between the last look and the closing of the socket there is a moment.
	if lost.Load() > 10 {
		t.Errorf("%d senders were connected and got no answer, more than one a move", lost.Load())
	}
}

func TestOpenFaults(t *testing.T) {
	c := catch.New(&recorder{}, catch.Options{})
	for addr, want := range map[string]string{
		"127.0.0.1":         "not host:port",
		"":                  "not host:port",
		"127.0.0.1:x":       "not a port",
		"127.0.0.1:70000":   "not a port",
		"192.0.2.1:4290":    "no address 192.0.2.1",
		"no such host:4290": "has no address here",
	} {
		err := c.Open(addr)
		if hook.KindOf(err) != hook.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", addr, err)
		}
	}
	if os.Geteuid() != 0 {
		if err := c.Open("127.0.0.1:1"); err == nil {
			_ = c.Shut(context.Background()) // a system without privileged ports
		} else if hook.KindOf(err) != hook.Invalid || !strings.Contains(err.Error(), "1024") {
			t.Errorf("privileged port: %v", err)
		}
	}
}

func TestShutFinishesWhatHasBegun(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	k := &recorder{answer: func(x *hook.Capture) hook.Answer {
		if x.Target == "/slow" {
			close(entered)
			<-leave
		}
		return hook.Answer{Status: 200}
	}}
	c := open(t, k, catch.Options{})
	idle, half, slow := dial(t, c), dial(t, c), dial(t, c)
	idle.send(next)
	idle.expect(200)
	half.send(next + line + host)
	half.expect(200)
	slow.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n" + next)
	<-entered
	shut := make(chan error)
	go func() { shut <- c.Shut(context.Background()) }()
	idle.gone()
	half.send("Content-Length: 2\r\n\r\nab")
	if a := half.expect(200); !a.Close {
		t.Error("close not announced")
	}
	close(leave)
	if a := slow.expect(200); !a.Close {
		t.Error("close not announced")
	}
	slow.fin()
	slow.gone()
	if err := <-shut; err != nil {
		t.Error(err)
	}
	if n := len(k.all()); n != 4 {
		t.Errorf("%d captures, want 4: what comes after Shut is not taken", n)
	}
}

func TestShutByForce(t *testing.T) {
	entered := make(chan struct{})
	c := catch.New(keeperFunc(func(ctx context.Context, _ *hook.Capture) hook.Answer {
		close(entered)
		<-ctx.Done()
		return hook.Answer{Status: 503}
	}), catch.Options{})
	if err := c.Open("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	p, stuck := dial(t, c), dial(t, c)
	p.send(next)
	stuck.send(line)
	<-entered
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := c.Shut(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Shut: %v", err)
	}
	stuck.gone()
	_, _ = io.Copy(io.Discard, p.r)
	until(func() bool { return goroutines("catch.(*conn).serve") == 0 })
}

type keeperFunc func(context.Context, *hook.Capture) hook.Answer

func (f keeperFunc) Keep(ctx context.Context, c *hook.Capture) hook.Answer { return f(ctx, c) }

func TestShutLeavesNoGoroutine(t *testing.T) {
	c := catch.New(&recorder{}, catch.Options{})
	if err := c.Open("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		p := dial(t, c)
		p.send([]string{"", next, next, "bad\n"}[i%4])
		if i%4 == 1 {
			p.expect(200)
		}
	}
	if err := c.Shut(context.Background()); err != nil {
		t.Fatal(err)
	}
	until(func() bool { return goroutines("backend/catch.(*") == 0 })
}

// goroutines counts the goroutines that run in a function with that in its
// name.
func goroutines(name string) int {
	var b bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&b, 2)
	n := 0
	for g := range strings.SplitSeq(b.String(), "\n\n") {
		if strings.Contains(g, name) {
			n++
		}
	}
	return n
}
