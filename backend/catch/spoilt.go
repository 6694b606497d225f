package catch

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"creel/backend/hook"
)

// spoilt says why a request could not be kept whole, and what its sender is
// told. The reason is a sentence for both; it never repeats what was sent.
type spoilt struct {
	state  hook.State // hook.Refused or hook.Cut
	status int        // 0: no answer is possible
	reason string
	head   bool // the request was a HEAD: its answer has no body
}

func refuse(status int, reason string) *spoilt {
	return &spoilt{state: hook.Refused, status: status, reason: reason}
}

func malformed(reason string) *spoilt { return refuse(http.StatusBadRequest, reason) }

func cutOff(reason string) *spoilt { return &spoilt{state: hook.Cut, reason: reason} }

func tooSlow(reason string) *spoilt {
	return &spoilt{state: hook.Cut, status: http.StatusRequestTimeout, reason: reason}
}

func noMemory() *spoilt {
	return refuse(http.StatusServiceUnavailable, "Too many large requests were arriving at once.")
}

func tooLarge(limit int64) *spoilt {
	return refuse(http.StatusRequestEntityTooLarge, fmt.Sprintf("The body is over the limit of %d bytes.", limit))
}

// stubHead is the most bytes of a head that a stub keeps.
const stubHead = 64 << 10

// spoil leaves a stub of x, tells the sender, and reads on for a moment so
// that the sender gets to see it. The connection is done for afterwards.
func (c *conn) spoil(x *hook.Capture, sp *spoilt) {
	seq := c.stub(x, sp)
	if sp.status == 0 {
		return
	}
	a := sp.answer(seq)
	c.answer(&a, ending{head: sp.head})
	c.linger()
}

// stub leaves a stub of x and gives back what its body took. It returns its
// seq, 0 when there is none.
func (c *conn) stub(x *hook.Capture, sp *spoilt) (seq int64) {
	x.State, x.Reason, x.Status = sp.state, sp.reason, sp.status
	if len(x.Head) > stubHead {
		x.Head = append([]byte(nil), x.Head[:stubHead]...)
	}
	if x.State == hook.Refused {
		x.Body, x.Trailer = nil, nil
	}
	if x.Method == "" {
		describeLoosely(x)
	}
	c.seal(x)
	sp.head = x.Method == http.MethodHead // x is the keeper's from here on
	switch admitted, first := c.stubs.admit(c.o.Now); {
	case c.ctx.Err() != nil: // cut off by Shut: nobody is there to keep it
	case admitted:
		a, _ := c.keep(x)
		seq = a.Seq
	case first:
		c.o.Log.Warn("refuse request: too many this minute to show each", "limit", c.o.StubsPerMinute)
	}
	c.release()
	return seq
}

// answer is what the sender is told.
func (sp *spoilt) answer(seq int64) hook.Answer {
	a := hook.Answer{Seq: seq, Status: sp.status, Body: []byte(sp.reason + "\n"),
		Headers: hook.Headers{{Name: "Content-Type", Value: "text/plain; charset=utf-8"}}}
	if sp.status == http.StatusServiceUnavailable {
		a.Headers = append(a.Headers, hook.Header{Name: "Retry-After", Value: "2"})
	}
	return a
}

// describeLoosely fills the row of a stub whose head has no strict reading:
// with what can be shown as text, and never with half a token.
func describeLoosely(x *hook.Capture) {
	line, hs := hook.ParseHead(x.Head)
	method, rest, _ := strings.Cut(line, " ")
	target, protocol, _ := strings.Cut(rest, " ")
	if !isToken(method) || len(method) > maxMethod {
		return // no request at all
	}
	x.Method = method
	if isVisible(target) {
		x.Target = target
	}
	if strings.HasPrefix(protocol, "HTTP/") && len(protocol) <= len("HTTP/1.1") && isVisible(protocol) {
		x.Protocol = protocol
	}
	if host := hs.Get("Host"); isVisible(host) {
		x.Host = host
	}
	if ct := hs.Get("Content-Type"); isValue(ct) {
		x.ContentType = ct
	}
}

// stubGate lets so many stubs through in a minute and counts the rest.
type stubGate struct {
	perMinute int
	unshown   atomic.Int64
	minute    window
}

// admit reports whether a stub may be made now, and if not, whether it is the
// first of its minute.
func (g *stubGate) admit(clock func() time.Time) (admitted, first bool) {
	n := g.minute.count(clock)
	if n <= g.perMinute {
		return true, false
	}
	g.unshown.Add(1)
	return false, n == g.perMinute+1
}
