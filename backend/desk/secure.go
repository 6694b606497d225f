package desk

import (
	"context"
	"crypto/tls"
	"net"
	"time"

	"creel/backend/hook"
)

// SecureListener is a catch port that can speak TLS on a second address.
type SecureListener interface {
	// OpenTLS is Open for requests over TLS. On its own address it takes over
	// the new config.
	OpenTLS(addr string, config *tls.Config) error
	// TLSAddr is the host:port bound, "" while not listening.
	TLSAddr() string
	CloseTLS()
}

// Authority signs the certificate of HTTPS on the catch port.
type Authority interface {
	Config() *tls.Config
	PEM() []byte         // the certificate that senders are to trust
	Fingerprint() string // SHA-256, "AB:CD:…"
	NotAfter() time.Time
}

// The names under which the choices about HTTPS are kept.
const (
	secureAddrKey = "catch-tls"
	secureHostKey = "catch-tls-host"
)

// secure is HTTPS on the catch port. listenMu guards it.
type secure struct {
	open   func(hosts ...string) (Authority, error) // finds or makes the authority
	wanted string                                   // the address it should have; "" is off
	host   string                                   // to sign for besides loopback
	err    error                                    // why it is not open
}

// Secure is how HTTPS on the catch port is.
type Secure struct {
	Listening
	Host string // signed for besides localhost, 127.0.0.1 and ::1
	// Authority is nil as long as nobody has wanted HTTPS.
	Authority Authority
}

// Secure tells how HTTPS on the catch port is.
func (d *Desk) Secure() Secure {
	d.listenMu.Lock()
	defer d.listenMu.Unlock()
	s := Secure{Listening: Listening{Addr: d.secure.wanted, Err: d.secure.err}, Host: d.secure.host}
	if ln, ok := d.catcher.(SecureListener); ok && ln.TLSAddr() != "" {
		s.Listening = Listening{Addr: ln.TLSAddr(), Open: true}
	}
	if s.Addr != "" {
		s.Authority, _ = d.authority(s.Host) // its error is told by whoever opens it
	}
	return s
}

// CertificateAuthority returns the authority, making it when there is none.
func (d *Desk) CertificateAuthority() (Authority, error) {
	d.listenMu.Lock()
	defer d.listenMu.Unlock()
	return d.authority(d.secure.host)
}

func (d *Desk) authority(host string) (Authority, error) {
	if d.secure.open == nil {
		return nil, hook.Faultf(hook.Unavailable, "speak HTTPS: this program was built without it")
	}
	return d.secure.open(host)
}

// ListenSecure opens HTTPS on addr beside the plain catch port, with a
// certificate for loopback and host; addr "" closes it. With remember both are
// used from now on.
func (d *Desk) ListenSecure(ctx context.Context, addr, host string, remember bool) error {
	d.listenMu.Lock()
	defer d.listenMu.Unlock()
	ln, ok := d.catcher.(SecureListener)
	if !ok {
		return hook.Faultf(hook.Unavailable, "speak HTTPS: this program was built without it")
	}
	if addr == "" {
		ln.CloseTLS()
	} else if err := d.openSecure(ln, &addr, host); err != nil {
		if ln.TLSAddr() == "" {
			d.secure.wanted, d.secure.host, d.secure.err = addr, host, err
		}
		return err
	}
	d.secure.wanted, d.secure.host, d.secure.err = addr, host, nil
	if !remember {
		return nil
	}
	if _, port, err := net.SplitHostPort(addr); err == nil && port == "0" {
		addr = ln.TLSAddr()
	}
	if err := d.store.PutValue(ctx, secureHostKey, host); err != nil {
		return err
	}
	return d.store.PutShown(ctx, secureAddrKey, addr)
}

func (d *Desk) openSecure(ln SecureListener, addr *string, host string) error {
	clean, err := CleanAddr(*addr)
	if err != nil {
		return err
	}
	*addr = clean
	authority, err := d.authority(host)
	if err != nil {
		return err
	}
	return ln.OpenTLS(clean, authority.Config())
}

// StartSecure opens HTTPS when it is wanted: on addr, or as remembered when
// addr is "". Call it after Start.
func (d *Desk) StartSecure(ctx context.Context, addr, host string) error {
	var err error
	if addr == "" {
		if addr, err = d.store.Value(ctx, secureAddrKey); err != nil || addr == "" {
			return err
		}
	}
	if host == "" {
		if host, err = d.store.Value(ctx, secureHostKey); err != nil {
			return err
		}
	}
	return d.ListenSecure(ctx, addr, host, false)
}
