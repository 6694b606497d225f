package forward

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"
	"net/http/httptrace"
	"sync"
	"syscall"
	"time"
)

// dialed is what making a connection taught.
type dialed struct {
	mu      sync.Mutex
	asked   time.Time // when the look-up of the name began
	found   time.Duration
	resolve bool     // the look-up has begun and not ended
	refused *refusal // the guard's latest no
}

// connect makes a new connection and, for https, a verified TLS session.
func (t *trip) connect(ctx context.Context) (*link, error) {
	conn, err := t.dial(ctx)
	if err != nil {
		return nil, err
	}
	if t.m.place.secure {
		if conn, err = t.handshake(ctx, conn); err != nil {
			return nil, err
		}
	}
	return &link{key: t.key(), conn: conn, br: bufio.NewReaderSize(conn, 8<<10)}, nil
}

func (t *trip) key() string {
	if t.m.place.secure {
		return "https " + t.m.place.address() + t.c.trust()
	}
	return "http " + t.m.place.address()
}

// dial resolves the name and connects to the first address that answers. Every
// address is judged by the guard at the moment of connecting.
func (t *trip) dial(ctx context.Context) (net.Conn, error) {
	t.enter(phaseConnect, t.c.connect)
	ctx, cancel := context.WithTimeout(ctx, t.c.connect)
	defer cancel()
	var d dialed
	dialer := net.Dialer{
		Resolver: t.s.o.Resolver,
		ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
			return d.judge(address, t.s.o.Own, t.c.near)
		},
	}
	start := time.Now()
	conn, err := dialer.DialContext(httptrace.WithClientTrace(ctx, d.trace()), "tcp", t.m.place.address())
	took := time.Since(start)

	d.mu.Lock()
	defer d.mu.Unlock()
	t.a.Phases.DNS += d.found
	if d.resolve {
		t.a.Phases.DNS += time.Since(d.asked)
		t.phase = phaseDNS
		return nil, err
	}
	t.a.Phases.Connect += max(0, took-d.found)
	if err == nil {
		t.peer = conn.RemoteAddr().String()
		return conn, nil
	}
	if d.refused != nil {
		return nil, d.refused
	}
	return nil, err
}

func (d *dialed) judge(address string, own func(string) bool, near reach) error {
	r := guard(address, own)
	if r == nil {
		r = near.judge(address)
	}
	if r == nil {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.refused = r
	return r
}

func (d *dialed) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		DNSStart: func(httptrace.DNSStartInfo) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.asked, d.resolve = time.Now(), true
		},
		DNSDone: func(info httptrace.DNSDoneInfo) {
			d.mu.Lock()
			defer d.mu.Unlock()
			if info.Err == nil {
				d.found, d.resolve = time.Since(d.asked), false
			}
		},
	}
}

func (t *trip) handshake(ctx context.Context, conn net.Conn) (net.Conn, error) {
	t.enter(phaseTLS, t.c.tls)
	ctx, cancel := context.WithTimeout(ctx, t.c.tls)
	defer cancel()
	config, err := t.c.tlsConfig(t.s.tls)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	config.ServerName = t.m.place.host
	start := time.Now()
	secured := tls.Client(conn, config)
	err = secured.HandshakeContext(ctx)
	t.a.Phases.TLS += time.Since(start)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return secured, nil
}

// reuse returns an idle connection, nil when there is none. Creel may have
// begun to listen on that address since, so the guard is asked again.
func (t *trip) reuse() (*link, error) {
	l := t.s.pool.take(t.key())
	if l == nil {
		return nil, nil
	}
	t.peer = l.conn.RemoteAddr().String()
	r := guard(t.peer, t.s.o.Own)
	if r == nil {
		r = t.c.near.judge(t.peer)
	}
	if r != nil {
		_ = l.conn.Close()
		return nil, r
	}
	return l, nil
}
