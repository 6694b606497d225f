// Package catch is the HTTP/1.1 listener of the catch port. It is a server of
// its own over net.Conn, because the exact bytes of a request are what Creel
// is for and net/http gives away order, case and spacing. It reads a request
// within bounds, hands it to a Keeper, and only then answers. It does nothing
// else: no routes, no CORS, no cookies, no upgrades.
//
// A request has one reading or it is refused: whatever two servers could
// understand differently (two lengths, a length and chunks, a line end without
// CR, a folded header line) is answered 400 and the connection closed.
package catch

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"creel/backend/hook"
)

// Keeper takes a finished capture, keeps it and says what to answer. It never
// fails: what could not be kept is an Answer with 503. It is called from many
// goroutines at once. ctx ends when the catcher is shut down by force, not
// when the sender goes away. The capture is the catcher's again when Keep
// returns; the byte slices stay with whoever took them.
//
// A capture whose State is not Kept is a stub: it has its Status already (0
// when no answer is possible), only the Seq of the Answer is used, and it must
// never be forwarded.
type Keeper interface {
	Keep(ctx context.Context, c *hook.Capture) hook.Answer
}

// Options bound the catcher. The zero value of each field stands for its
// default.
type Options struct {
	// MaxBody is asked for each request: the most body bytes, after transfer
	// decoding, that are kept. A larger body is answered 413. Default 32 MiB.
	MaxBody func() int64
	// MaxHead is the most bytes of a head, its empty line included; beyond, 431,
	// or 414 when the request line alone is longer. It bounds trailers, too.
	// Default 1 MiB.
	MaxHead int
	// MaxLines is the most header lines (431), and trailer lines (400). Default
	// 1,000.
	MaxLines int

	// HeadTimeout is the most from the first byte of a head to its last: 408. A
	// new connection may be silent as long, and is then closed. Default 10 s.
	HeadTimeout time.Duration
	// BodyIdleTimeout is the longest pause within a body. Default 10 s.
	BodyIdleTimeout time.Duration
	// BodyGrace is how long a body may take however slow it is; after that it
	// must have come at BodyRate bytes/s on average, so that nobody holds a large
	// share of Memory for hours. Defaults 20 s and 16 KiB/s.
	BodyGrace time.Duration
	BodyRate  int64
	// BusyRate takes the place of BodyRate for a body over 64 KiB while others
	// wait for the part of Memory that it holds. Default 256 KiB/s.
	BusyRate int64
	// IdleTimeout is how long a connection may wait for its next request.
	// Default 120 s.
	IdleTimeout time.Duration
	// WriteTimeout is how long a sender may take to accept its answer. Default
	// 20 s.
	WriteTimeout time.Duration
	// LingerTimeout is how long, after a refusal, what the sender still writes
	// is read and thrown away so that it gets to see the answer. Default 2 s.
	LingerTimeout time.Duration

	// Memory is the budget of body bytes (and of heads over 4 KiB) in flight: two
	// elevenths for bodies up to 64 KiB, one for those up to 1 MiB, the rest for
	// larger ones, so that large ones never keep out the usual ones. A body
	// larger than its part of the budget takes all of that part. Default 44 MiB:
	// one body of 32 MiB at a time.
	Memory int64
	// MemoryWait is how long a request waits for its share before 503. Nothing
	// is read from its sender meanwhile. Default 10 s.
	MemoryWait time.Duration
	// MaxConns is the most connections. Beyond, a connection that is waiting
	// for a head gives way to the new one; when there is none, the new one is
	// told 503. Default 4,096, or fewer when the system grants the process too
	// few open files.
	MaxConns int
	// StubsPerMinute bounds the stubs handed to the Keeper; further ones are
	// answered the same and only counted, see Catcher.Unshown. Default 60.
	StubsPerMinute int

	// Now is the clock of the times kept. Default time.Now.
	Now func() time.Time
	// Log gets what a person cannot act on. Never bodies or header values.
	// Default: nowhere.
	Log *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.MaxBody == nil {
		o.MaxBody = func() int64 { return 32 << 20 }
	}
	o.MaxHead = or(o.MaxHead, 1<<20)
	o.MaxLines = or(o.MaxLines, 1000)
	o.HeadTimeout = or(o.HeadTimeout, 10*time.Second)
	o.BodyIdleTimeout = or(o.BodyIdleTimeout, 10*time.Second)
	o.BodyGrace = or(o.BodyGrace, 20*time.Second)
	o.BodyRate = or(o.BodyRate, 16<<10)
	o.BusyRate = or(o.BusyRate, 256<<10)
	o.IdleTimeout = or(o.IdleTimeout, 120*time.Second)
	o.WriteTimeout = or(o.WriteTimeout, 20*time.Second)
	o.LingerTimeout = or(o.LingerTimeout, 2*time.Second)
	o.Memory = or(o.Memory, 44<<20)
	o.MemoryWait = or(o.MemoryWait, 10*time.Second)
	o.MaxConns = or(o.MaxConns, connsWithin(openFiles()))
	o.StubsPerMinute = or(o.StubsPerMinute, 60)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// or returns v, or def when v is not positive.
func or[T int | int64 | time.Duration](v, def T) T {
	if v <= 0 {
		return def
	}
	return v
}

// connsWithin is how many connections are taken when the process may have that
// many open files; 0 is unknown. Some are left for the database, the door,
// forwarding, and telling senders that there are too many.
func connsWithin(files uint64) int {
	const (
		most   = 4096
		others = 128
	)
	if files == 0 || files > 2*most {
		return most
	}
	return int(max((files-min(others, files))*3/4, 16))
}

// retireWithin is how long requests on an address that was given up may take.
const retireWithin = 5 * time.Second

// Catcher listens on one address at a time, and on another one with TLS. Its
// methods may be called from any goroutine.
type Catcher struct {
	keeper Keeper
	o      Options
	memory *budget
	stubs  stubGate
	litter litter
	slow   slow
	bufs   sync.Pool // of *[bufSize]byte
	date   atomic.Pointer[dateLine]
	// waiters counts requests over HTTP/2 that wait for memory.
	waiters atomic.Int32

	mu      sync.Mutex
	session *session       // nil when not open
	secure  *session       // the one with TLS; nil when not open
	retired sync.WaitGroup // sessions on an address given up
}

// New returns a Catcher that is not open yet.
func New(k Keeper, o Options) *Catcher {
	o = o.withDefaults()
	return &Catcher{
		keeper: k,
		o:      o,
		memory: newBudget(o.Memory),
		stubs:  stubGate{perMinute: o.StubsPerMinute},
		bufs:   sync.Pool{New: func() any { return new([bufSize]byte) }},
	}
}

// Open listens on host:port; port 0 picks one. A taken port is hook.Busy, an
// address that cannot be listened on hook.Invalid or hook.Busy, in words.
// When the catcher is open elsewhere, the new address is bound first; the old
// one then stops listening and what arrives there finishes. On its own
// address Open does nothing.
func (c *Catcher) Open(addr string) error { return c.open(&c.session, addr, nil) }

// OpenTLS is Open for requests over TLS, beside those without. On its own
// address it uses config for new connections.
func (c *Catcher) OpenTLS(addr string, config *tls.Config) error {
	return c.open(&c.secure, addr, config)
}

// CloseTLS gives the address of OpenTLS up; what arrives there finishes.
func (c *Catcher) CloseTLS() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.retire(c.secure)
	c.secure = nil
}

func (c *Catcher) open(at **session, addr string, config *tls.Config) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	old := *at
	if old != nil && old.ln.Addr().String() == addr {
		old.tls.Store(config)
		return nil
	}
	ln, err := listen(addr)
	if err != nil {
		return err
	}
	s := c.newSession(ln)
	s.tls.Store(config)
	*at = s
	c.retire(old)
	s.wg.Go(s.accept)
	return nil
}

// retire closes a session beside everything else, and returns when its address
// is free. The caller holds mu.
func (c *Catcher) retire(s *session) {
	if s == nil {
		return
	}
	c.retired.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), retireWithin)
		defer cancel()
		_ = s.close(ctx)
	})
	<-s.unbound
}

func (c *Catcher) newSession(ln net.Listener) *session {
	ctx, cancel := context.WithCancel(context.Background())
	h2, base := c.o.http2()
	return &session{
		Catcher: c, ln: ln, ctx: ctx, cancel: cancel, h2: h2, h2base: base,
		shut: make(chan struct{}), deaf: make(chan struct{}), unbound: make(chan struct{}), conns: make(map[*conn]struct{}),
	}
}

// Addr is the address as bound, "127.0.0.1:4290"; "" when not open.
func (c *Catcher) Addr() string { return c.addr(&c.session) }

// TLSAddr is Addr for requests over TLS.
func (c *Catcher) TLSAddr() string { return c.addr(&c.secure) }

func (c *Catcher) addr(at **session) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if *at == nil {
		return ""
	}
	return (*at).ln.Addr().String()
}

// Unshown counts the requests refused or cut short that made no stub because
// there were too many of them; see Options.StubsPerMinute.
func (c *Catcher) Unshown() int64 { return c.stubs.unshown.Load() }

// Shut stops listening, lets requests that have begun to arrive finish until
// ctx ends, and closes every connection. Answers that wait out a delay are
// given at once. When ctx ends first, what is left is cut off and ctx's error
// returned. Shut on a catcher that is not open does nothing.
func (c *Catcher) Shut(ctx context.Context) error {
	c.mu.Lock()
	open := []*session{c.session, c.secure}
	c.session, c.secure = nil, nil
	c.mu.Unlock()
	var err error
	var both sync.WaitGroup
	for _, s := range open {
		if s != nil {
			both.Go(func() {
				if failed := s.close(ctx); failed != nil {
					c.mu.Lock()
					err = failed
					c.mu.Unlock()
				}
			})
		}
	}
	both.Wait()
	gone := make(chan struct{})
	go func() { c.retired.Wait(); close(gone) }()
	select {
	case <-gone:
	case <-ctx.Done():
		err = errors.Join(err, ctx.Err())
	}
	return err
}
