package catch_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"creel/backend/catch"
	"creel/backend/hook"
)

// headOf returns a head of exactly size bytes, in header lines of up to width.
func headOf(size, width int) string {
	var b strings.Builder
	b.WriteString(line + host)
	for left := size - b.Len() - 2; left > 0; left = size - b.Len() - 2 {
		n := min(left, width)
		if rest := left - n; rest > 0 && rest < len("X:\r\n") {
			n = left - len("X:\r\n")
		}
		b.WriteString("X:" + strings.Repeat("v", n-len("X:\r\n")) + "\r\n")
	}
	return b.String() + "\r\n"
}

func TestHeadLimits(t *testing.T) {
	const most = 1 << 20
	target := func(n int) string { return "GET /" + strings.Repeat("t", n) + " HTTP/1.1\r\n" + host + "\r\n" }
	cases := []struct {
		name, head string
		status     int
	}{
		{"one header up to the limit", headOf(most, most), 200},
		{"one header, one byte more", headOf(most+1, most), 431},
		{"many headers up to the limit", headOf(most, 2000), 200},
		{"many headers, one byte more", headOf(most+1, 2000), 431},
		{"1,000 lines", line + host + strings.Repeat("X: 1\r\n", 999) + "\r\n", 200},
		{"1,001 lines", line + host + strings.Repeat("X: 1\r\n", 1000) + "\r\n", 431},
		{"100,000 lines", line + host + strings.Repeat("X: 1\r\n", 100_000) + "\r\n", 431},
		{"target of 64 KiB", target(64 << 10), 200},
		{"target of nearly 1 MiB", target(most - len(target(0))), 200},
		{"target of 1 MiB", target(most), 414},
		{"no line end at all", strings.Repeat("G", 2*most), 414},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			k := &recorder{}
			p := dial(t, open(t, k, catch.Options{}))
			go p.flood([]byte(c.head))
			p.expect(c.status)
			x := k.all()[0]
			if len(k.all()) != 1 || x.Status != 0 && x.Status != c.status {
				t.Fatalf("captures: %d, first %+v", len(k.all()), x.Request)
			}
			if c.status == 200 && (x.State != hook.Kept || string(x.Head) != c.head) {
				t.Errorf("%s: %d bytes kept of %d", x.State, len(x.Head), len(c.head))
			}
			if c.status != 200 && (x.State != hook.Refused || len(x.Head) > 64<<10 || !strings.HasPrefix(c.head, string(x.Head))) {
				t.Errorf("%s with %d bytes of head", x.State, len(x.Head))
			}
		})
	}
}

func TestBodyLimits(t *testing.T) {
	const most = 1 << 20
	body := strings.Repeat("0123456789abcdef", 2*most/16)
	sized := func(n int) string { return fmt.Sprintf("%s%sContent-Length: %d\r\n\r\n%s", line, host, n, body[:n]) }
	chunked := func(n, size int) string {
		var b strings.Builder
		b.WriteString(chunky)
		for at := 0; at < n; at += size {
			part := body[at:min(at+size, n)]
			fmt.Fprintf(&b, "%x\r\n%s\r\n", len(part), part)
		}
		return b.String() + "0\r\n\r\n"
	}
	cases := []struct {
		name, raw string
		size      int // -1: refused
	}{
		{"0", sized(0), 0},
		{"1", sized(1), 1},
		{"limit", sized(most), most},
		{"limit and one", sized(most + 1), -1},
		{"1 GiB announced", line + host + "Content-Length: 1073741824\r\n\r\n", -1},
		{"one chunk of the limit", chunked(most, most), most},
		{"one chunk of the limit and one", chunked(most+1, most+1), -1},
		{"chunks of 7", chunked(most, 7), most},
		{"chunks of 4096 beyond", chunked(most+1, 4096), -1},
		{"chunks of 1", chunked(5000, 1), 5000},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			k := &recorder{}
			p := dial(t, open(t, k, catch.Options{MaxBody: func() int64 { return most }}))
			go p.flood([]byte(c.raw))
			if c.size >= 0 {
				p.expect(200)
			} else {
				p.expect(413)
				p.fin()
				p.gone()
			}
			x := k.all()[0]
			if len(k.all()) != 1 || c.size >= 0 && (x.State != hook.Kept || string(x.Body) != body[:c.size]) {
				t.Errorf("captures: %d; %s with %d of %d bytes", len(k.all()), x.State, x.BodyBytes, c.size)
			}
			if c.size < 0 && (x.State != hook.Refused || x.Status != 413 || x.Body != nil) {
				t.Errorf("%+v", x.Request)
			}
		})
	}
}

func TestSlowHeads(t *testing.T) {
	k := &recorder{}
	c := open(t, k, catch.Options{HeadTimeout: time.Second})
	var slow []*peer
	for i := range 200 {
		p := dial(t, c)
		p.send(line[:1+i%len(line)])
		slow = append(slow, p)
	}
	p := dial(t, c)
	p.send(next)
	p.expect(200) // while the slow ones hang
	for _, p := range slow {
		a := p.expect(408)
		if !a.Close {
			t.Error("close not announced")
		}
		p.fin()
		p.gone()
	}
	cut := 0
	for _, x := range k.all() {
		if x.State == hook.Cut {
			cut++
		}
	}
	if cut != 60 || len(k.all()) != 61 || c.Unshown() != 140 {
		t.Errorf("%d stubs of %d captures, %d unshown; want 60, 61, 140", cut, len(k.all()), c.Unshown())
	}
}

func TestSlowBodies(t *testing.T) {
	for name, raw := range map[string]string{"length": line + host + "Content-Length: 100\r\n\r\nabc", "chunked": chunky + "3\r\nabc\r\n", "100-continue": line + host + "Expect: 100-continue\r\nContent-Length: 100\r\n\r\n"} {
		t.Run(name, func(t *testing.T) {
			k := &recorder{}
			p := dial(t, open(t, k, catch.Options{BodyIdleTimeout: 30 * time.Millisecond}))
			p.send(raw)
			want := "abc"
			if name == "100-continue" {
				want = ""
				p.expect(100)
			}
			p.expect(408)
			p.fin()
			p.gone()
			x := k.all()[0]
			if len(k.all()) != 1 || x.State != hook.Cut || x.Status != 408 || string(x.Body) != want || !strings.Contains(x.Reason, "too slowly") {
				t.Errorf("captures %d: %+v %q", len(k.all()), x.Request, x.Body)
			}
		})
	}
}

// TestDrippingBody has a sender that never pauses for long and yet would take
// hours.
func TestDrippingBody(t *testing.T) {
	k := &recorder{}
	p := dial(t, open(t, k, catch.Options{BodyGrace: 50 * time.Millisecond, BodyRate: 1 << 20}))
	p.send(line + host + "Content-Length: 1000000\r\n\r\nx")
	go func() {
		for len(k.all()) == 0 {
			p.flood([]byte("x"))
		}
	}()
	p.expect(408)
	if x := k.all()[0]; x.State != hook.Cut || len(x.Body) == 0 {
		t.Errorf("%+v", x.Request)
	}
}

// sizedPost opens a connection and sends a post of n bytes as far as body.
func sizedPost(t *testing.T, c *catch.Catcher, n int, body string) *peer {
	t.Helper()
	p := dial(t, c)
	p.send(fmt.Sprintf("%s%sContent-Length: %d\r\n\r\n%s", line, host, n, body))
	return p
}

const largeBody = 4 << 20 // two of them fill the large part of 12 MiB

func TestMemoryBudgetRefuses(t *testing.T) {
	k := &recorder{}
	c := open(t, k, catch.Options{Memory: 12 << 20, MemoryWait: time.Millisecond})
	first, second := sizedPost(t, c, largeBody, "a"), sizedPost(t, c, largeBody, "a")
	until(func() bool { return c.MemoryInUse() == 2*largeBody })
	third := sizedPost(t, c, largeBody, "a")
	if a := third.expect(503); a.Header.Get("Retry-After") == "" || !a.Close {
		t.Errorf("answer %v", a.Header)
	}
	small := sizedPost(t, c, 10<<10, strings.Repeat("s", 10<<10)) // small ones have their part
	small.expect(200)
	medium := sizedPost(t, c, 500<<10, strings.Repeat("m", 500<<10)) // and so have these
	medium.expect(200)
	for _, p := range []*peer{first, second} {
		p.send(strings.Repeat("a", largeBody-1))
		p.expect(200)
	}
	huge := sizedPost(t, c, 16<<20, strings.Repeat("h", 16<<20)) // more than the budget: alone
	huge.expect(200)
	var kept, refused int
	for _, x := range k.all() {
		if x.State == hook.Kept {
			kept++
		} else if x.Status == 503 && x.Body == nil {
			refused++
		}
	}
	if kept != 5 || refused != 1 {
		t.Errorf("%d kept, %d refused; want 5 and 1", kept, refused)
	}
}

func TestMemoryBudgetWaits(t *testing.T) {
	k := &recorder{}
	c := open(t, k, catch.Options{Memory: 12 << 20, MemoryWait: time.Hour})
	first, second := sizedPost(t, c, largeBody, "a"), sizedPost(t, c, largeBody, "a")
	until(func() bool { return c.MemoryInUse() == 2*largeBody })
	third := sizedPost(t, c, largeBody, "")
	until(func() bool { return c.Waiters() == 1 })
	first.send(strings.Repeat("a", largeBody-1))
	first.expect(200)
	until(func() bool { return c.Waiters() == 0 }) // it has what the first gave back
	third.send(strings.Repeat("a", largeBody))
	third.expect(200)
	second.send(strings.Repeat("a", largeBody-1))
	second.expect(200)
	if n := len(k.all()); n != 3 {
		t.Errorf("%d captures, want 3", n)
	}
}

// Who sends slowly is let be, until somebody waits for the memory.
func TestSlowSenderGivesWay(t *testing.T) {
	k := &recorder{}
	c := open(t, k, catch.Options{
		Memory: 12 << 20, MemoryWait: time.Hour, BodyGrace: 50 * time.Millisecond, BodyRate: 1, BusyRate: 1 << 30,
	})
	first, second := sizedPost(t, c, largeBody, "a"), sizedPost(t, c, largeBody, strings.Repeat("a", largeBody-1))
	until(func() bool { return c.MemoryInUse() == 2*largeBody })
	drip := func(p *peer) { p.flood([]byte("a")) }
	second.send("a")
	second.expect(200) // long after its grace for all we know, and nobody waited
	fourth := sizedPost(t, c, largeBody, "a")
	until(func() bool { return c.MemoryInUse() == 2*largeBody })
	third := sizedPost(t, c, largeBody, strings.Repeat("a", largeBody))
	go func() {
		for len(k.all()) < 3 {
			drip(first)
			drip(fourth)
		}
	}()
	third.expect(200)
	cut := 0
	for _, x := range k.all() {
		if x.State == hook.Cut && x.Status == 408 {
			cut++
		}
	}
	if cut == 0 {
		t.Error("nobody gave way")
	}
}

// Chunked bodies whose size nobody knows grow through the lanes: all of them
// come through when each may wait, and none waits for one that waits for it.
func TestManyLargeChunkedBodies(t *testing.T) {
	k := &recorder{}
	c := open(t, k, catch.Options{Memory: 6 << 20, MemoryWait: time.Hour})
	chunk := "8000\r\n" + strings.Repeat("c", 0x8000) + "\r\n"
	var wg sync.WaitGroup
	for range 40 {
		p := dial(t, c)
		wg.Go(func() { p.flood([]byte(chunky + strings.Repeat(chunk, 3<<20/0x8000) + "0\r\n\r\n")) })
		defer p.expect(200)
	}
	wg.Wait()
	for _, x := range k.wait(40) {
		if x.State != hook.Kept || x.BodyBytes != 3<<20 {
			t.Errorf("%+v", x.Request)
		}
	}
}

// Those who hold a little while they wait for more are few; those who hold
// nothing may all wait.
func TestOnlySoManyWaitForMemory(t *testing.T) {
	k := &recorder{}
	c := open(t, k, catch.Options{Memory: 110 << 20, MemoryWait: time.Hour, MaxBody: func() int64 { return 200 << 20 }})
	holder := sizedPost(t, c, 200<<20, "")
	until(func() bool { return c.MemoryInUse() == 80<<20 })
	waiting := []*peer{holder}
	grows := func() *peer {
		p := dial(t, c)
		p.send(chunky + "200\r\n" + strings.Repeat("a", 0x200) + "\r\n200000\r\n")
		return p
	}
	for range 64 {
		waiting = append(waiting, grows())
	}
	until(func() bool { return c.Waiters() == 64 })
	grows().expect(503)
	waiting = append(waiting, sizedPost(t, c, 2<<20, ""))
	until(func() bool { return c.Waiters() == 65 })
	for _, p := range waiting {
		_ = p.nc.Close()
	}
	until(func() bool { return c.MemoryInUse() == 0 && c.Waiters() == 0 })
}

func TestMemoryForHeads(t *testing.T) {
	k := &recorder{}
	c := open(t, k, catch.Options{Memory: 384 << 10, MemoryWait: time.Millisecond})
	holder := dial(t, c)
	holder.send(line + host + "Content-Length: 204800\r\n\r\n")
	until(func() bool { return c.MemoryInUse() > 0 }) // all that there is for its size
	p := dial(t, c)
	go p.flood([]byte(headOf(20<<10, 1000)))
	p.expect(200)
	go p.flood([]byte(headOf(200<<10, 1000)))
	p.expect(503)
	if got := k.all(); len(got) != 2 || got[1].State != hook.Refused {
		t.Errorf("%d captures", len(got))
	}
	holder.send(strings.Repeat("x", 200<<10))
	holder.expect(200)
	until(func() bool { return c.MemoryInUse() == 0 }) // a refused sender that lingers holds none
	p = dial(t, c)
	go p.flood([]byte(headOf(200<<10, 1000)))
	p.expect(200)
}

func TestConnectionLimit(t *testing.T) {
	entered, leave := make(chan struct{}, 2), make(chan struct{})
	k := &recorder{answer: func(x *hook.Capture) hook.Answer {
		if x.State != hook.Kept {
			return hook.Answer{} // the stub of the one that gave way
		}
		entered <- struct{}{}
		<-leave
		return hook.Answer{Status: 200}
	}}
	c := open(t, k, catch.Options{MaxConns: 2})
	idle := dial(t, c)
	idle.send("GET")
	busy := dial(t, c)
	busy.send(next)
	<-entered
	other := dial(t, c) // takes the place of the one that dawdles
	other.send(next)
	<-entered
	idle.gone()
	late := dial(t, c) // both places are at work
	late.send(next)
	if a := late.expect(503); a.Header.Get("Retry-After") == "" || !a.Close {
		t.Errorf("answer %v", a.Header)
	}
	late.fin()
	late.gone()
	close(leave)
	busy.expect(200)
	other.expect(200)
	kept := 0
	for _, x := range k.all() {
		if x.State == hook.Kept {
			kept++
		} else if x.State != hook.Cut || !strings.Contains(x.Reason, "another sender") {
			t.Errorf("%+v", x.Request)
		}
	}
	if kept != 2 || len(k.all()) > 3 {
		t.Errorf("%d kept of %d captures, want 2", kept, len(k.all()))
	}
}

// sickListener fails to accept now and then, as a process without free file
// descriptors does.
type sickListener struct {
	net.Listener
	calls atomic.Int32
}

func (l *sickListener) Accept() (net.Conn, error) {
	if l.calls.Add(1)%3 != 0 {
		return nil, &net.OpError{Op: "accept", Err: syscall.EMFILE}
	}
	return l.Listener.Accept()
}

func TestAcceptErrorsAreOutlived(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	k := &recorder{}
	c := catch.New(k, catch.Options{})
	c.OpenOn(&sickListener{Listener: ln})
	for range 3 {
		p := dial(t, c)
		p.send(next)
		p.expect(200)
	}
	if err := c.Shut(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestRefusalIsReadBySendersThatWriteOn(t *testing.T) {
	k := &recorder{}
	p := dial(t, open(t, k, catch.Options{MaxBody: func() int64 { return 1000 }}))
	// A blocking sender: writes all, reads only then.
	p.send(line + host + "Content-Length: 8000000\r\n\r\n")
	if _, err := p.nc.Write(bytes.Repeat([]byte("x"), 8_000_000)); err != nil {
		t.Fatal(err)
	}
	p.expect(413)
	if _, err := io.Copy(io.Discard, p.r); err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Error(err)
	}
	if n := len(k.all()); n != 1 {
		t.Errorf("%d captures, want 1", n)
	}
}
