package forward_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"creel/backend/forward"
	"creel/backend/hook"
	"creel/backend/testkit"
)

func TestForbiddenAddressesAreRefusedAtDial(t *testing.T) {
	for _, host := range []string{
		"169.254.169.254", "169.254.1.1", "168.63.129.16", "100.100.100.200", "192.0.0.192", "0.0.0.0", "0.1.2.3",
		"224.0.0.1", "239.1.1.1", "255.255.255.255", "240.0.0.1",
		"[::]", "[fe80::1]", "[ff02::1]", "[fd00:ec2::254]", "[fd20:ce::254]",
		"[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[::a9fe:a9fe]", "[::ffff:0:a9fe:a9fe]",
		"[64:ff9b::a9fe:a9fe]", "[64:ff9b::7f00:1]", "[64:ff9b:1::a9fe:a9fe]", "[64:ff9b:1:a9fe:a9:fe00::]", "[2002:a9fe:a9fe::]", "[2002:7f00:1::1]",
		"[2001:0:a9fe:a9fe::]", "[2001::5601:5601]", "[2001:db8::5efe:a9fe:a9fe]", "[2001:db8::200:5efe:a9fe:a9fe]",
	} {
		s := newSender(t, forward.Options{Connect: 50 * time.Millisecond})
		a := s.Send(context.Background(), outbound("http://"+host+":9/", post, "b"))
		if a.Err == nil || a.Err.Kind != hook.ErrBlocked || a.SentHead != nil {
			t.Errorf("%s: %+v, want blocked", host, a.Err)
		}
	}
}

func TestOwnPortsAreALoop(t *testing.T) {
	target := testkit.NewTarget(t)
	_, port, _ := net.SplitHostPort(target.Addr())
	own := false
	s := newSender(t, forward.Options{Own: func(addr string) bool { return own && addr == target.Addr() }})
	if a := s.Send(context.Background(), outbound(target.URL(), post, "b")); a.Err != nil {
		t.Fatal(a.Err)
	}
	own = true // Creel begins to listen where a connection is still open to
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]"} {
		a := s.Send(context.Background(), outbound("http://"+host+":"+port, post, "b"))
		if a.Err == nil || a.Err.Kind != hook.ErrLoop || !strings.Contains(a.Err.Text, "creel itself") {
			t.Errorf("%s: %+v, want a loop", host, a.Err)
		}
	}
	if len(target.Seen()) != 1 {
		t.Error("it was sent all the same")
	}
}

func TestRefusedConnection(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	_ = ln.Close()
	a := newSender(t, forward.Options{}).Send(context.Background(), outbound("http://"+addr+"/x", post, "b"))
	want := "connection refused by " + addr + ": nothing is listening there; start your app and replay"
	if a.Err == nil || a.Err.Kind != hook.ErrRefused || a.Err.Text != want || a.SentHead != nil || a.Phases.Total == 0 {
		t.Errorf("error %+v, phases %+v", a.Err, a.Phases)
	}
}

// resolver answers every A question with the address that at returns; an
// invalid one is "no such name". A nil at never answers.
func resolver(t *testing.T, at func() net.IP) *net.Resolver {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			if at == nil {
				continue
			}
			end := 12
			for end < n && buf[end] != 0 {
				end += int(buf[end]) + 1
			}
			end += 5
			ip := at()
			isA := buf[end-3] == 1
			reply := append([]byte{buf[0], buf[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, buf[12:end]...)
			switch {
			case ip == nil:
				reply[3] |= 3
			case isA:
				reply[7] = 1
				reply = append(append(reply, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4), ip.To4()...)
			}
			_, _ = pc.WriteTo(reply, from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", pc.LocalAddr().String())
	}}
}

// A name is judged by the address that is connected to, each time anew.
func TestNamesAreJudgedByTheirAddress(t *testing.T) {
	target := testkit.NewTarget(t)
	_, port, _ := net.SplitHostPort(target.Addr())
	var ip atomic.Pointer[net.IP]
	point := func(to net.IP) { ip.Store(&to) }
	point(net.IPv4(127, 0, 0, 1))
	s := newSender(t, forward.Options{Resolver: resolver(t, func() net.IP { return *ip.Load() }), IdlePerHost: -1})
	url := "http://rebind.creel.test:" + port + "/"
	a := s.Send(context.Background(), outbound(url, post, "b"))
	if a.Err != nil || a.Phases.DNS == 0 || a.Phases.Connect == 0 {
		t.Fatalf("error %+v, phases %+v", a.Err, a.Phases)
	}
	point(net.IPv4(169, 254, 169, 254))
	if a = s.Send(context.Background(), outbound(url, post, "b")); a.Err == nil || a.Err.Kind != hook.ErrBlocked {
		t.Errorf("error %+v, want blocked", a.Err)
	}
	point(nil)
	if a = s.Send(context.Background(), outbound(url, post, "b")); a.Err == nil || a.Err.Kind != hook.ErrDNS || !strings.Contains(a.Err.Text, "rebind.creel.test") {
		t.Errorf("error %+v, want dns", a.Err)
	}
}

func TestSilentNameServerIsATimeout(t *testing.T) {
	s := newSender(t, forward.Options{Resolver: resolver(t, nil), Connect: 50 * time.Millisecond})
	a := s.Send(context.Background(), outbound("http://x.creel.test/", post, "b"))
	if a.Err == nil || a.Err.Kind != hook.ErrTimeout || !strings.Contains(a.Err.Text, "looking up x.creel.test") || !strings.Contains(a.Err.Text, "50 ms") {
		t.Errorf("error %+v", a.Err)
	}
}

// certificate is a self-signed one, and the pool that trusts it.
func certificate(t *testing.T, change func(*x509.Certificate)) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "target"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	change(c)
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, NextProtos: []string{"h2", "http/1.1"}}, roots
}

func TestTLS(t *testing.T) {
	config, roots := certificate(t, func(*x509.Certificate) {})
	target := testkit.NewTLSTarget(t, config)
	s := newSender(t, forward.Options{Roots: roots, IdleFor: time.Hour})
	for i := range 3 {
		a := s.Send(context.Background(), outbound(target.URL()+"/x", post, strings.Repeat("b", i*20_000)))
		if a.Err != nil || a.Status != 200 || (a.Phases.TLS > 0) != (i == 0) {
			t.Fatalf("status %d, phases %+v, error %+v", a.Status, a.Phases, a.Err)
		}
	}
	if target.Opened() != 1 {
		t.Error("the connection was not used again")
	}
}

func TestTLSFaultsNameTheProblem(t *testing.T) {
	old := func(c *tls.Config) { c.MaxVersion = tls.VersionTLS11; c.MinVersion = tls.VersionTLS10 }
	for name, c := range map[string]struct {
		cert   func(*x509.Certificate)
		config func(*tls.Config)
		trust  bool
		say    string
	}{
		"self-signed": {func(*x509.Certificate) {}, nil, false, "self-signed"},
		"expired":     {func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }, nil, true, "is valid from"},
		"wrong name": {func(c *x509.Certificate) {
			c.IPAddresses, c.DNSNames = nil, []string{"other.example"}
		}, nil, true, "made out to other.example"},
		"old": {func(*x509.Certificate) {}, old, true, "TLS 1.2"},
	} {
		t.Run(name, func(t *testing.T) {
			config, roots := certificate(t, c.cert)
			if c.config != nil {
				c.config(config)
			}
			if !c.trust {
				_, roots = certificate(t, func(*x509.Certificate) {})
			}
			target := testkit.NewTLSTarget(t, config)
			a := newSender(t, forward.Options{Roots: roots}).Send(context.Background(), outbound(target.URL(), post, "b"))
			if a.Err == nil || a.Err.Kind != hook.ErrTLS || !strings.Contains(a.Err.Text, c.say) || len(target.Seen()) != 0 {
				t.Errorf("error %+v, want tls with %q", a.Err, c.say)
			}
		})
	}
}

func TestTLSToWhatDoesNotSpeakIt(t *testing.T) {
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	go func() {
		for {
			c, err := plain.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"))
			_, _ = c.Read(make([]byte, 4096))
			_ = c.Close()
		}
	}()
	b := newSender(t, forward.Options{}).Send(context.Background(), outbound("https://"+plain.Addr().String(), post, "b"))
	if b.Err == nil || b.Err.Kind != hook.ErrTLS || !strings.Contains(b.Err.Text, "http://") {
		t.Errorf("error %+v, want tls with http://", b.Err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	silent := outbound("https://"+ln.Addr().String(), post, "b")
	a := newSender(t, forward.Options{TLS: 30 * time.Millisecond}).Send(context.Background(), silent)
	if a.Err == nil || a.Err.Kind != hook.ErrTimeout || !strings.Contains(a.Err.Text, "TLS handshake") {
		t.Errorf("error %+v, want a timeout of the handshake", a.Err)
	}
}

func TestNothingIsLeftRunning(t *testing.T) {
	target := testkit.NewTarget(t)
	before := runtime.NumGoroutine()
	s := forward.New(forward.Options{IdleFor: time.Hour})
	ctx, cancel := context.WithCancelCause(context.Background())
	target.Script(testkit.Step{}, testkit.Step{Cut: true}, testkit.Step{Raw: []byte("junk\n"), Close: true}, testkit.Step{Body: make([]byte, 1<<20)}, testkit.Step{Unread: true, Status: 400})
	for range 5 {
		s.Send(ctx, outbound(target.URL(), post, strings.Repeat("x", 1<<20)))
	}
	cancel(errors.New("enough"))
	s.Close()
	// What the target runs ends with its connections.
	for runtime.NumGoroutine() > before {
		runtime.Gosched()
	}
}
