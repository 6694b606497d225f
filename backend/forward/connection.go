package forward

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"creel/backend/hook"
)

// connection is how one attempt reaches its target: a target's own choices,
// and the sender's where it has none.
type connection struct {
	total, connect, tls, firstByte time.Duration

	verify, ca string
	near       reach
}

func (s *Sender) connectionOf(t *hook.Target) connection {
	c := connection{total: s.o.Total, connect: s.o.Connect, tls: s.o.TLS, firstByte: s.o.FirstByte}
	if t == nil {
		return c
	}
	own := func(d *time.Duration, ms int) {
		if ms > 0 {
			*d = time.Duration(ms) * time.Millisecond
		}
	}
	own(&c.total, t.TimeoutMs)
	own(&c.connect, t.Connection.ConnectMs)
	own(&c.tls, t.Connection.TLSMs)
	own(&c.firstByte, t.Connection.FirstByteMs)
	c.verify, c.ca = t.Connection.Verify, t.Connection.CA
	return c
}

// trust tells apart connections whose peers were checked in different ways:
// one that was not checked must never serve a target that is.
func (c connection) trust() string {
	switch c.verify {
	case hook.VerifySkip:
		return " unverified"
	case hook.VerifyCA:
		h := sha256.Sum256([]byte(c.ca))
		return " ca " + hex.EncodeToString(h[:8])
	}
	return ""
}

func (c connection) tlsConfig(usual *tls.Config) (*tls.Config, error) {
	config := usual.Clone()
	switch c.verify {
	case hook.VerifySkip:
		config.InsecureSkipVerify = true // the person's choice, marked on target and attempt
	case hook.VerifyCA:
		pool, err := poolOf(c.ca)
		if err != nil {
			return nil, err
		}
		config.RootCAs = pool
	}
	return config, nil
}

// reach bounds where a redirect may lead: loopback and private addresses are
// reached only where the person typed them, not because a target says so.
type reach struct {
	strict   bool
	loopback bool // what was typed is on this machine, so it may point there
}

// hop prepares the connection for a redirect from one message to the next;
// peer is what answered.
func (c *connection) hop(from, to message, peer string) {
	at, err := netip.ParseAddrPort(peer)
	if !c.near.strict {
		c.near.loopback = err == nil && at.Addr().Unmap().IsLoopback()
	}
	c.near.strict = c.near.strict || !strings.EqualFold(from.place.host, to.place.host)
}

func (r reach) judge(address string) *refusal {
	if !r.strict {
		return nil
	}
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return &refusal{hook.ErrBlocked, fmt.Sprintf("refused to follow the redirect to %q: it is no address and port", address)}
	}
	ip := at.Addr().Unmap()
	if ip.IsLoopback() && !r.loopback || ip.IsPrivate() || isShared(ip) {
		return &refusal{hook.ErrBlocked, fmt.Sprintf("refused to follow the redirect to %s: it is an address of this machine or network, and only URLs that you typed yourself may lead there", ip)}
	}
	return nil
}

// isShared knows the addresses of networks behind a provider's own translator
// (RFC 6598), where VPNs live, too.
func isShared(ip netip.Addr) bool {
	return ip.Is4() && ip.As4()[0] == 100 && ip.As4()[1]&0xc0 == 64
}
