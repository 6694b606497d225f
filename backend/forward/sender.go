// Package forward sends requests on: it writes them to targets byte for byte
// as they were caught, reads the answers within bounds, and drives waiting
// deliveries out of the history. It follows redirects only where a target asks
// for it, uses no proxy and keeps no cookies.
package forward

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"strings"
	"time"

	"github.com/google/uuid"

	"creel/backend/hook"
)

// Limits on the phases of an attempt when Options leave them zero.
const (
	DefaultTotal   = 30 * time.Second
	DefaultConnect = 5 * time.Second
	DefaultTLS     = 10 * time.Second
)

// Options are what a Sender is made of. The zero value is usable.
type Options struct {
	// Total bounds an attempt that has no target or a target without
	// TimeoutMs. 0 is DefaultTotal.
	Total time.Duration
	// Connect bounds finding the address and connecting to it, 0 is
	// DefaultConnect; TLS bounds the handshake, 0 is DefaultTLS.
	Connect, TLS time.Duration
	// FirstByte bounds the wait from the connection being ready until the
	// answer begins. 0 is no bound of its own.
	FirstByte time.Duration
	// Own says whether Creel itself listens on an address ("127.0.0.1:4290",
	// "[::1]:4290"; never mapped forms). Nothing is sent there. It is asked at
	// connect time, from any goroutine. Nil is never.
	Own func(addr string) bool
	// Roots are the certificate authorities to trust; nil is the system's.
	Roots *x509.CertPool
	// Resolver finds addresses; nil is the system's.
	Resolver *net.Resolver
	// IdlePerHost is how many connections to one host are kept open for the
	// next request, and IdleFor how long. 0 is 32 and 3 s: less than the 5 s
	// after which common servers close. A negative IdlePerHost keeps none.
	IdlePerHost int
	IdleFor     time.Duration
	// Now stamps attempts; nil is time.Now. Limits and phases run on the
	// machine's clock whatever it says.
	Now func() time.Time
}

// Outbound is one try to be made.
type Outbound struct {
	Delivery hook.Delivery
	N        int // which try of the delivery, from 1
	Request  hook.Request
	Raw      hook.Raw
	Target   *hook.Target // nil for a pasted URL or a draft
	Sign     hook.Signer  // nil when nothing is signed anew
	// Rest is given what of the answer's body is not kept; nil is nobody.
	Rest hook.AnswerRest
}

// aim works the URL out anew: the target may have another one by now than when
// the delivery was owed.
func (o *Outbound) aim() {
	if o.Target == nil {
		return
	}
	// All but the inbox catch by the first segment, whatever they are called by
	// now.
	slug := o.Request.Endpoint
	if slug != hook.Inbox {
		slug, _, _ = strings.Cut(strings.TrimPrefix(pathOf(o.Request.Target), "/"), "/")
		slug, _, _ = strings.Cut(slug, "?")
	}
	if url, err := URLFor(*o.Target, slug, o.Request.Target); err == nil {
		o.Delivery.URL = url
	}
}

// Sender sends requests. Its methods may be called from many goroutines.
type Sender struct {
	o    Options
	tls  *tls.Config
	pool *pool
}

// New makes a Sender. Close gives its idle connections back.
func New(o Options) *Sender {
	setDefault(&o.Total, DefaultTotal)
	setDefault(&o.Connect, DefaultConnect)
	setDefault(&o.TLS, DefaultTLS)
	setDefault(&o.IdleFor, 3*time.Second)
	if o.IdlePerHost == 0 {
		o.IdlePerHost = 32
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Sender{
		o:    o,
		pool: newPool(o.IdlePerHost, o.IdleFor),
		tls: &tls.Config{
			RootCAs:    o.Roots,
			NextProtos: []string{"http/1.1"},
			MinVersion: tls.VersionTLS12,
		},
	}
}

func setDefault(d *time.Duration, to time.Duration) {
	if *d <= 0 {
		*d = to
	}
}

// Close closes idle connections; those in use are closed after their attempt.
func (s *Sender) Close() { s.pool.close() }

// Send makes one try and tells what came of it. It never fails: whatever went
// wrong is in the attempt's Err, as a class and a sentence.
//
// An answer that began but did not come whole (cut off, or slower than the
// limit) has both a Status and an Err. An answer longer than 64 MiB is no
// error: reading stops there, AnswerTruncated is set and AnswerBytes is a
// lower bound. SentHead is nil when nothing was sent.
//
// A connection kept from an earlier request may turn out to be dead. The
// request is then sent again on a new one, once, if the target cannot have
// acted on it: not all of it was handed to the network, or its method is
// idempotent. A POST that was written whole is not repeated, since the target
// may have died of it; that attempt fails with hook.ErrReset.
func (s *Sender) Send(ctx context.Context, o Outbound) hook.Attempt {
	started := time.Now()
	m, bad := compose(o)
	a := hook.Attempt{
		ID: uuid.Must(uuid.NewV7()).String(), Delivery: o.Delivery.ID, N: o.N,
		StartedAt: s.o.Now().UTC(), Method: m.method, URL: m.url, Changes: -1,
	}
	if bad != nil {
		a.Err = bad
		return a
	}
	c := s.connectionOf(o.Target)
	within, cancel := context.WithTimeout(ctx, c.total)
	defer cancel()
	a.Unverified = m.place.secure && c.verify == hook.VerifySkip
	for {
		t := &trip{s: s, m: m, a: &a, c: c, rest: io.Discard}
		if o.Rest != nil {
			o.Rest.Reset()
			t.rest = o.Rest
		}
		if err := t.run(within); err != nil {
			a.Err = t.explain(ctx, err)
			break
		}
		next, bad := m.follow(a, o.Target)
		if next == nil {
			a.Err = bad
			break
		}
		c.hop(m, *next, t.peer)
		m = *next
		a.Hops = append(a.Hops, hook.Hop{Status: a.Status, URL: m.url})
		a.Status, a.AnswerHead, a.AnswerBody, a.AnswerBytes, a.AnswerTruncated = 0, nil, nil, 0, false
		a.Unverified = a.Unverified || m.place.secure && c.verify == hook.VerifySkip
	}
	a.Phases.Total = time.Since(started)
	return a
}
