package catch

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"creel/backend/hook"
)

// shake greets a sender that is to speak TLS. When they do not come to terms,
// a stub says why: the sender's log seldom does.
func (c *conn) shake() bool {
	secure, ok := c.nc.(*tls.Conn)
	if !ok {
		return true
	}
	now := time.Now()
	c.waiting.Store(now.UnixNano())
	c.readUntil(now.Add(c.o.HeadTimeout))
	c.writeWithin()
	c.shaking.Store(true)
	if c.closing.Load() { // after shaking is set: Shut looks the other way round
		c.readUntil(now.Add(drainMost))
	}
	err := secure.HandshakeContext(c.ctx)
	c.shaking.Store(false)
	c.waiting.Store(0)
	if err == nil {
		return true
	}
	sp := shakeFault(err)
	if sp == nil || c.ctx.Err() != nil {
		return false
	}
	var plain tls.RecordHeaderError
	if errors.As(err, &plain) && plain.Conn != nil {
		c.nc = plain.Conn // they may be told in the language they speak
	}
	x := new(hook.Capture)
	c.stamp(x)
	c.spoil(x, sp)
	return false
}

// shakeFault says in words why TLS did not begin; nil when there is nothing to
// say: the sender looked and left, as browsers and health checks do.
func shakeFault(err error) *spoilt {
	var plain tls.RecordHeaderError
	var network *net.OpError
	switch {
	case errors.As(err, &plain) && plain.Conn != nil:
		return refuse(http.StatusBadRequest, "This is not TLS; this port speaks HTTPS, so use https:// and not http://.")
	case errors.As(err, &plain):
		return &spoilt{state: hook.Refused, reason: "This is not TLS; this port speaks HTTPS only."}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &spoilt{state: hook.Cut, reason: "TLS had not begun when its time was over."}
	case errors.As(err, &network) && network.Op == "remote error":
		// The text is one of crypto/tls's for an alert, nothing of the sender's.
		text := network.Err.Error()
		if strings.Contains(text, "certificate") {
			return &spoilt{state: hook.Refused, reason: "The sender does not trust Creel's certificate (" + text + "): give it the authority's."}
		}
		return &spoilt{state: hook.Refused, reason: "The sender ended TLS (" + text + ")."}
	case errors.As(err, &network) || errors.Is(err, io.EOF):
		return nil
	}
	return &spoilt{state: hook.Refused, reason: "TLS could not begin: the sender and Creel have no version or cipher in common, or what came is broken."}
}
