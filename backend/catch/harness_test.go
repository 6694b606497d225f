package catch_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"creel/backend/catch"
	"creel/backend/hook"
)

// recorder keeps captures in memory.
type recorder struct {
	answer func(*hook.Capture) hook.Answer // nil: 200 ok

	mu   sync.Mutex
	grew *sync.Cond
	got  []hook.Capture
}

func (r *recorder) Keep(_ context.Context, c *hook.Capture) hook.Answer {
	r.mu.Lock()
	r.got = append(r.got, *c)
	seq := int64(len(r.got))
	if r.grew != nil {
		r.grew.Broadcast()
	}
	r.mu.Unlock()
	a := hook.Answer{Status: 200, Headers: hook.DefaultReply().Headers, Body: []byte("ok")}
	if r.answer != nil {
		a = r.answer(c)
	}
	if a.Seq == 0 {
		a.Seq = seq
	}
	return a
}

// all returns what was captured so far.
func (r *recorder) all() []hook.Capture {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]hook.Capture(nil), r.got...)
}

// wait returns the captures when there are n.
func (r *recorder) wait(n int) []hook.Capture {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.grew == nil {
		r.grew = sync.NewCond(&r.mu)
	}
	for len(r.got) < n {
		r.grew.Wait()
	}
	return append([]hook.Capture(nil), r.got...)
}

// open starts a catcher on a free port and shuts it when the test ends.
func open(t testing.TB, k catch.Keeper, o catch.Options) *catch.Catcher {
	t.Helper()
	c := catch.New(k, o)
	if err := c.Open("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Shut(context.Background()); err != nil {
			t.Error(err)
		}
		if n := c.MemoryInUse(); n != 0 {
			t.Errorf("%d bytes of the memory budget were not given back", n)
		}
	})
	return c
}

// peer is a sender of raw bytes.
type peer struct {
	t  testing.TB
	nc *net.TCPConn
	r  *bufio.Reader
}

func dial(t testing.TB, c *catch.Catcher) *peer {
	t.Helper()
	nc, err := net.Dial("tcp", c.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = nc.Close() })
	return &peer{t, nc.(*net.TCPConn), bufio.NewReader(nc)}
}

func (p *peer) send(raw string) {
	p.t.Helper()
	if _, err := io.WriteString(p.nc, raw); err != nil {
		p.t.Fatal(err)
	}
}

// flood sends raw and does not mind when the other side stops reading.
func (p *peer) flood(raw []byte) { _, _ = p.nc.Write(raw) }

// fin says that nothing more will be sent.
func (p *peer) fin() {
	p.t.Helper()
	if err := p.nc.CloseWrite(); err != nil {
		p.t.Fatal(err)
	}
}

// reply is an answer as read by net/http.
type reply struct {
	*http.Response
	body string
}

// answer reads the answer to a request of that method.
func (p *peer) answer(method string) reply {
	p.t.Helper()
	res, err := http.ReadResponse(p.r, &http.Request{Method: method})
	if err != nil {
		p.t.Fatal("no answer:", err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return reply{res, string(body)}
}

// expect reads an answer to a POST and checks its status.
func (p *peer) expect(status int) reply {
	p.t.Helper()
	a := p.answer("POST")
	if a.StatusCode != status {
		p.t.Fatalf("answered %d %q, want %d", a.StatusCode, a.body, status)
	}
	return a
}

// gone checks that the connection is closed with nothing more said.
func (p *peer) gone() {
	p.t.Helper()
	rest, err := io.ReadAll(p.r)
	if len(rest) > 0 {
		p.t.Fatalf("the connection said more: %q", rest)
	}
	if err != nil && !errors.Is(err, syscall.ECONNRESET) {
		p.t.Fatal(err)
	}
}

// until spins until ok; for conditions that nothing announces.
func until(ok func() bool) {
	for !ok() {
		runtime.Gosched()
	}
}

// memConn is a connection over bytes in memory: the sender has sent in and
// closed its side.
type memConn struct {
	net.Conn
	in     io.Reader
	out    bytes.Buffer
	writes int
}

func (m *memConn) Write(p []byte) (int, error) {
	m.writes++
	return m.out.Write(p)
}

func (m *memConn) Read(p []byte) (int, error)       { return m.in.Read(p) }
func (m *memConn) Close() error                     { return nil }
func (m *memConn) SetReadDeadline(time.Time) error  { return nil }
func (m *memConn) SetWriteDeadline(time.Time) error { return nil }
func (m *memConn) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9} }

// serve has a catcher read in, in pieces of the reader's making, and returns
// what it captured and wrote.
func serve(in io.Reader, o catch.Options) (got []hook.Capture, out string) {
	k := &recorder{}
	nc := &memConn{in: in}
	catch.New(k, o).ServeConn(nc)
	return k.all(), nc.out.String()
}
