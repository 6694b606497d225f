// Package testkit holds what tests of several rooms need.
package testkit

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Step is how a Target answers one request. The zero Step is "200 OK" with an
// empty body. What happens comes in the order of the fields.
type Step struct {
	// Unread answers when the head is there and leaves the body unread.
	Unread bool
	// Hang keeps the connection open and silent until the sender closes it or
	// the Target is closed.
	Hang bool
	// Gate is waited for before anything is answered; nil is not.
	Gate <-chan struct{}
	// Delay is waited before anything is answered.
	Delay time.Duration
	// Raw is written as it is, in place of status, headers and body.
	Raw []byte
	// Status, Reason and Headers make the head. Content-Length is added unless
	// Headers frame the body themselves. Status 0 is 200.
	Status  int
	Reason  string
	Headers [][2]string
	Body    []byte
	// Reset aborts the connection with a TCP reset after what was written (with
	// Cut nothing is).
	Reset bool
	// Cut writes no answer at all.
	Cut bool
	// Close closes the connection after the answer.
	Close bool
}

// Seen is one request as a Target received it.
type Seen struct {
	Head []byte // request line and header lines, up to and including the empty line
	Body []byte // as long as Content-Length says
	Conn int    // which connection brought it, from 1
}

// Raw is head and body.
func (s Seen) Raw() []byte { return append(bytes.Clone(s.Head), s.Body...) }

// Lines returns the header lines without line ends, the request line first.
func (s Seen) Lines() []string {
	return strings.Split(strings.TrimSuffix(string(s.Head), "\r\n\r\n"), "\r\n")
}

// Target is an HTTP server on loopback that keeps what it receives byte for
// byte and answers by a script.
type Target struct {
	ln     net.Listener
	scheme string

	mu     sync.Mutex
	seen   []Seen
	script []Step
	usual  Step
	news   chan struct{} // closed and replaced when seen grows
	conns  map[net.Conn]bool
	opened int
	closed bool
	work   sync.WaitGroup
}

// NewTarget starts a Target on a free port. It is closed when the test ends.
func NewTarget(tb testing.TB) *Target { return start(tb, "127.0.0.1:0", nil) }

// NewTargetOn is NewTarget on that address.
func NewTargetOn(tb testing.TB, addr string) *Target { return start(tb, addr, nil) }

// NewTLSTarget is NewTarget for https.
func NewTLSTarget(tb testing.TB, config *tls.Config) *Target {
	return start(tb, "127.0.0.1:0", config)
}

func start(tb testing.TB, addr string, config *tls.Config) *Target {
	tb.Helper()
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		tb.Fatalf("listen for the target: %v", err)
	}
	t := &Target{ln: ln, scheme: "http", news: make(chan struct{}), conns: map[net.Conn]bool{}}
	if config != nil {
		t.scheme = "https"
	}
	t.work.Go(func() { t.accept(config) })
	tb.Cleanup(t.Close)
	return t
}

// URL is "http://127.0.0.1:port", without a path.
func (t *Target) URL() string { return t.scheme + "://" + t.Addr() }

// Addr is "127.0.0.1:port".
func (t *Target) Addr() string { return t.ln.Addr().String() }

// Script adds answers: each request takes the next one.
func (t *Target) Script(steps ...Step) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.script = append(t.script, steps...)
}

// Usual is the answer when the script is used up.
func (t *Target) Usual(s Step) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.usual = s
}

// Seen returns the requests so far, in the order of their heads' arrival on
// each connection.
func (t *Target) Seen() []Seen {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]Seen(nil), t.seen...)
}

// Await waits until n requests have come and returns all of them. The test's
// own time limit is the only one.
func (t *Target) Await(n int) []Seen {
	for {
		t.mu.Lock()
		seen, news := append([]Seen(nil), t.seen...), t.news
		t.mu.Unlock()
		if len(seen) >= n {
			return seen
		}
		<-news
	}
}

// Opened is how many connections have been accepted.
func (t *Target) Opened() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.opened
}

// Drop closes every open connection, as a restarting server does, and goes on
// listening. It returns when their handlers have ended.
func (t *Target) Drop() {
	t.mu.Lock()
	for c := range t.conns {
		_ = c.Close()
	}
	t.mu.Unlock()
}

// Close stops the Target and waits for its goroutines.
func (t *Target) Close() {
	t.mu.Lock()
	t.closed = true
	_ = t.ln.Close()
	for c := range t.conns {
		_ = c.Close()
	}
	t.mu.Unlock()
	t.work.Wait()
}

func (t *Target) accept(config *tls.Config) {
	for {
		conn, err := t.ln.Accept()
		if err != nil {
			return
		}
		t.mu.Lock()
		t.opened++
		n := t.opened
		t.conns[conn] = true
		if t.closed {
			_ = conn.Close()
		}
		t.mu.Unlock()
		t.work.Go(func() {
			stream := conn
			if config != nil {
				stream = tls.Server(conn, config)
			}
			t.serve(stream, n)
			_ = stream.Close()
			_ = conn.Close()
			t.mu.Lock()
			delete(t.conns, conn)
			t.mu.Unlock()
		})
	}
}

func (t *Target) serve(conn net.Conn, n int) {
	br := bufio.NewReaderSize(conn, 64<<10)
	for {
		head, err := readHead(br)
		if err != nil {
			return
		}
		step := t.next()
		s := Seen{Head: head, Conn: n}
		if !step.Unread {
			if s.Body, err = readBody(br, head); err != nil {
				return
			}
		}
		t.keep(s)
		if !t.answer(conn, br, step, head) {
			return
		}
	}
}

func (t *Target) next() Step {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.script) == 0 {
		return t.usual
	}
	s := t.script[0]
	t.script = t.script[1:]
	return s
}

func (t *Target) keep(s Seen) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seen = append(t.seen, s)
	close(t.news)
	t.news = make(chan struct{})
}

// answer does what the step says and reports whether the connection lives on.
func (t *Target) answer(conn net.Conn, br *bufio.Reader, s Step, head []byte) bool {
	gone := func() { _, _ = io.Copy(io.Discard, br) }
	if s.Hang {
		gone()
		return false
	}
	if s.Gate != nil {
		left := make(chan struct{})
		go func() { defer close(left); _, _ = br.Peek(1) }()
		select {
		case <-s.Gate:
			// The peek ends with the next request, or with the connection.
			defer func() { <-left }()
		case <-left:
			return false
		}
	}
	if s.Delay > 0 {
		timer := time.NewTimer(s.Delay)
		defer timer.Stop()
		<-timer.C
	}
	if !s.Cut {
		if _, err := conn.Write(s.bytes(bytes.HasPrefix(head, []byte("HEAD ")))); err != nil {
			return false
		}
	}
	if s.Reset {
		if raw, ok := conn.(*net.TCPConn); ok {
			_ = raw.SetLinger(0)
		}
		return false
	}
	return !s.Cut && !s.Close && !s.Unread
}

// bytes is the answer as written.
func (s Step) bytes(forHead bool) []byte {
	if s.Raw != nil {
		return s.Raw
	}
	status, reason := s.Status, s.Reason
	if status == 0 {
		status = 200
	}
	if reason == "" {
		reason = "Scripted"
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", status, reason)
	framed := status == 204 || status == 304
	for _, h := range s.Headers {
		fmt.Fprintf(&b, "%s: %s\r\n", h[0], h[1])
		if name := strings.ToLower(h[0]); name == "content-length" || name == "transfer-encoding" {
			framed = true
		}
	}
	if !framed {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(s.Body))
	}
	b.WriteString("\r\n")
	if !forHead {
		b.Write(s.Body)
	}
	return b.Bytes()
}

// readHead returns request line and header lines as they came.
func readHead(br *bufio.Reader) ([]byte, error) {
	var head []byte
	for {
		line, err := br.ReadBytes('\n')
		head = append(head, line...)
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			return head, nil
		}
	}
}

// readBody returns the body as it came, as long as Content-Length says: Creel
// sends no chunks.
func readBody(br *bufio.Reader, head []byte) ([]byte, error) {
	length := 0
	for line := range strings.SplitSeq(string(head), "\n") {
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		if !strings.EqualFold(name, "Content-Length") {
			continue
		}
		n, err := strconv.Atoi(value)
		if err != nil {
			return nil, fmt.Errorf("read body: %w", err)
		}
		length = n
	}
	body := make([]byte, length)
	_, err := io.ReadFull(br, body)
	return body, err
}
