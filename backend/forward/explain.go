package forward

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"creel/backend/hook"
)

// errClosing is the cause with which sends are aborted when Creel shuts.
var errClosing = errors.New("creel was closing")

// explain turns what went wrong into a class and a sentence: what happened,
// where, and what to do. ctx is the caller's.
func (t *trip) explain(ctx context.Context, err error) *hook.AttemptError {
	var refused *refusal
	var bad *protocolError
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return t.cancelled(ctx)
	case errors.As(err, &refused):
		return &hook.AttemptError{Kind: refused.class, Text: refused.text}
	case errors.As(err, &bad):
		return failed(hook.ErrProtocol, "%s did not answer as an HTTP server should: %s", t.where(), bad.text)
	case isTimeout(err):
		return t.timedOut()
	}
	switch t.phase {
	case phaseDNS:
		return t.noAddress(err)
	case phaseConnect:
		return t.noConnection(err)
	case phaseTLS:
		return t.noTLS(err)
	default:
		return t.brokenOff(err)
	}
}

func failed(kind hook.ErrorClass, format string, args ...any) *hook.AttemptError {
	return &hook.AttemptError{Kind: kind, Text: fmt.Sprintf(format, args...)}
}

// where names the target: its host and port, and the address if that differs.
func (t *trip) where() string {
	typed := t.m.place.address()
	if t.peer == "" || t.peer == typed {
		return typed
	}
	return typed + " (" + t.peer + ")"
}

func (t *trip) cancelled(ctx context.Context) *hook.AttemptError {
	if errors.Is(context.Cause(ctx), errClosing) {
		return failed(hook.ErrCancelled, "broken off because creel was closing; the delivery goes on at the next start")
	}
	if t.phase < phaseSend {
		return failed(hook.ErrCancelled, "cancelled before anything was sent")
	}
	return failed(hook.ErrCancelled, "cancelled before the answer was there; %s may have got the request", t.where())
}

func (t *trip) timedOut() *hook.AttemptError {
	where, limit := t.where(), limitText(t.within)
	switch t.phase {
	case phaseDNS:
		return failed(hook.ErrTimeout, "timed out looking up %s: no name server answered within %s; check the network", t.m.place.host, limit)
	case phaseConnect:
		return failed(hook.ErrTimeout, "timed out connecting: %s did not take the connection within %s; check the address, the firewall and the VPN", where, limit)
	case phaseTLS:
		return failed(hook.ErrTimeout, "timed out in the TLS handshake: %s did not finish it within %s; check that it serves https", where, limit)
	case phaseSend:
		return failed(hook.ErrTimeout, "timed out sending: %s did not take the whole request within %s; look at what your app is doing", where, limit)
	case phaseFirstByte:
		return failed(hook.ErrTimeout, "timed out waiting for the first byte: %s took the request but did not begin to answer within %s; look at what your app is doing, or raise the timeout", where, limit)
	default:
		return failed(hook.ErrTimeout, "timed out reading the answer: %s began to answer but did not end within %s (%d bytes of the body came); look at what your app is doing, or raise the timeout", where, limit, t.got)
	}
}

// limitText writes a limit as a person would: "5 s", "250 ms".
func limitText(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%g s", d.Round(100*time.Millisecond).Seconds())
}

func (t *trip) noAddress(err error) *hook.AttemptError {
	var d *net.DNSError
	if errors.As(err, &d) && !d.IsNotFound {
		return failed(hook.ErrDNS, "no address for %s: the name server failed (%s); check the network and replay", t.m.place.host, clip(d.Err))
	}
	return failed(hook.ErrDNS, "no address for %s: no such host is known; check the spelling of the URL", t.m.place.host)
}

func (t *trip) noConnection(err error) *hook.AttemptError {
	where := t.where()
	switch {
	case isRefused(err):
		return failed(hook.ErrRefused, "connection refused by %s: nothing is listening there; start your app and replay", where)
	case isUnreachable(err):
		return failed(hook.ErrUnreach, "no way to %s: the network or the host cannot be reached; check the address, the network and the VPN", where)
	case isReset(err):
		return failed(hook.ErrReset, "%s broke the connection off while it was made; look at what listens there", where)
	}
	return failed(hook.ErrUnreach, "no connection to %s: %v; check the address", where, bare(err))
}

func (t *trip) noTLS(err error) *hook.AttemptError {
	var (
		plain   tls.RecordHeaderError
		unknown x509.UnknownAuthorityError
		name    x509.HostnameError
		invalid x509.CertificateInvalidError
	)
	where := t.where()
	switch {
	case errors.As(err, &plain):
		return failed(hook.ErrTLS, "TLS failed: %s does not speak it; write the URL with http://", where)
	case errors.As(err, &unknown):
		return failed(hook.ErrTLS, "TLS failed: the certificate of %s is signed by nobody this machine trusts (self-signed?); trust its issuer in the system, or use http:// on your own machine", where)
	case errors.As(err, &name):
		return failed(hook.ErrTLS, "TLS failed: the certificate of %s is made out to %s; use that name in the URL", where, certNames(name.Certificate))
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return failed(hook.ErrTLS, "TLS failed: the certificate of %s is valid from %s to %s, not now; renew it, or check the clock", where,
			day(invalid.Cert.NotBefore), day(invalid.Cert.NotAfter))
	case errors.As(err, &invalid):
		return failed(hook.ErrTLS, "TLS failed: the certificate of %s is not valid: %v", where, invalid)
	case strings.Contains(err.Error(), "protocol version"):
		return failed(hook.ErrTLS, "TLS failed: %s offers no version from TLS 1.2 on; update its TLS settings", where)
	case errors.Is(err, io.EOF), isReset(err):
		return failed(hook.ErrTLS, "TLS failed: %s closed the connection during the handshake; check that it serves https on this port", where)
	}
	return failed(hook.ErrTLS, "TLS failed with %s: %v", where, bare(err))
}

func certNames(c *x509.Certificate) string {
	var names []string
	names = append(names, c.DNSNames...)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return "no host name at all"
	}
	return clip(strings.Join(names, ", "))
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func (t *trip) brokenOff(err error) *hook.AttemptError {
	var how string
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		how = "closed"
	case isReset(err):
		how = "reset"
	default:
		return failed(hook.ErrInternal, "send request to %s: %v", t.where(), bare(err))
	}
	switch {
	case t.a.Status != 0:
		return failed(hook.ErrReset, "%s %s the connection in the middle of its answer, after %d bytes of the body; look at the log of your app", t.where(), how, t.got)
	case t.begun:
		return failed(hook.ErrReset, "%s %s the connection in the middle of the head of its answer; look at the log of your app", t.where(), how)
	}
	return failed(hook.ErrReset, "%s %s the connection without an answer; it may have failed on this request, look at the log of your app", t.where(), how)
}

// bare drops the "dial tcp 1.2.3.4:80:" around an error of the network: the
// sentence says where already.
func bare(err error) error {
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		return op.Err
	}
	return err
}
