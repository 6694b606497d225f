package forward

import (
	"context"
	"errors"
	"io"
	"net"
	"time"

	"creel/backend/hook"
)

// phase is what an attempt is doing.
type phase int

const (
	phaseDNS phase = iota
	phaseConnect
	phaseTLS
	phaseSend
	phaseFirstByte
	phaseAnswer
)

// writeInline is the most that is written before reading begins. It fits the
// smallest send buffer of a socket; more is written while the answer is read,
// or a target that answers as it reads would never be done.
const writeInline = 16 << 10

// writeWait is how long a connection whose answer is complete is kept open for
// the rest of the request, so that it can be used again.
const writeWait = 50 * time.Millisecond

// trip is one attempt under way.
type trip struct {
	s *Sender
	m message
	a *hook.Attempt
	c connection
	// rest is given what of the answer's body is not kept.
	rest io.Writer

	phase  phase
	within time.Duration // the limit of the phase
	peer   string        // ip:port connected to, "" before
	got    int64         // bytes of the answer's body so far
	whole  bool          // the request was handed to the network whole
	begun  bool          // the answer has begun
}

// enter notes the phase and its limit, which is never more than the attempt's.
func (t *trip) enter(p phase, own time.Duration) {
	t.phase, t.within = p, t.c.total
	if own > 0 {
		t.within = min(own, t.c.total)
	}
}

// run sends the request and reads the answer into t.a.
func (t *trip) run(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l, err := t.reuse()
	if err != nil {
		return err
	}
	if l != nil {
		if err = t.exchange(ctx, l); err == nil || !t.mayResend(err) || ctx.Err() != nil {
			return err
		}
	}
	if l, err = t.connect(ctx); err != nil {
		return err
	}
	return t.exchange(ctx, l)
}

// mayResend reports whether a request that failed on a used connection can be
// sent again without the target having seen it twice: see Send.
func (t *trip) mayResend(err error) bool {
	if t.begun || isTimeout(err) || !errors.Is(err, io.EOF) && !isReset(err) {
		return false
	}
	switch t.m.method {
	case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE":
		return true
	}
	return !t.whole
}

// exchange writes the request on l and reads the answer. It closes l or gives
// it back to the pool.
func (t *trip) exchange(ctx context.Context, l *link) error {
	deadline, _ := ctx.Deadline()
	_ = l.conn.SetDeadline(deadline)
	// A deadline in the past ends reads and writes that are under way.
	release := context.AfterFunc(ctx, func() { _ = l.conn.SetDeadline(time.Unix(1, 0)) })
	ready := time.Now()
	wrote := t.write(l.conn)
	clean, err := t.read(ctx, l, ready)
	inTime := release()

	sent, over := error(nil), false
	if clean && inTime && err == nil {
		// The answer may overtake the news that the request is written. A target
		// that answered without reading all of it is not waited for.
		select {
		case sent = <-wrote:
			over = true
		case <-time.After(writeWait):
		}
	}
	if !over {
		_ = l.conn.Close() // also ends a write that nobody reads
		sent = <-wrote
		t.whole = sent == nil
		return t.verdict(sent, err)
	}
	// The answer is whole, so it stands even when the rest of the request
	// could not be written; only the connection is of no further use.
	if sent == nil && l.br.Buffered() == 0 {
		t.s.pool.give(l)
	} else {
		_ = l.conn.Close()
	}
	return nil
}

// verdict picks which error to tell: an answer that came in spite of a failed
// write counts, and otherwise a write that failed first explains more than the
// read that failed after it.
func (t *trip) verdict(sent, err error) error {
	if err == nil || t.begun {
		return err
	}
	if isTimeout(err) && (isTimeout(sent) || errors.Is(sent, net.ErrClosed)) {
		t.phase = phaseSend
	}
	return err
}

// write sends the request and delivers the outcome. Small requests are written
// before it returns.
func (t *trip) write(conn net.Conn) <-chan error {
	t.enter(phaseSend, 0)
	t.a.SentHead, t.a.SentBody = t.m.head, nil
	if t.m.drafted {
		t.a.SentBody = t.m.body
	}
	outcome := make(chan error, 1)
	send := func() error {
		if len(t.m.head)+len(t.m.body) <= writeInline {
			one := make([]byte, 0, len(t.m.head)+len(t.m.body))
			_, err := conn.Write(append(append(one, t.m.head...), t.m.body...))
			return err
		}
		parts := net.Buffers{t.m.head, t.m.body}
		_, err := parts.WriteTo(conn)
		return err
	}
	if len(t.m.head)+len(t.m.body) <= writeInline {
		outcome <- send()
		return outcome
	}
	go func() { outcome <- send() }()
	return outcome
}

// read takes the answer into the attempt; clean says that the connection can
// carry another request.
func (t *trip) read(ctx context.Context, l *link, ready time.Time) (clean bool, err error) {
	t.enter(phaseFirstByte, t.c.firstByte)
	deadline, _ := ctx.Deadline()
	if t.c.firstByte > 0 {
		if first := ready.Add(t.c.firstByte); first.Before(deadline) {
			_ = l.conn.SetReadDeadline(first)
		}
	}
	if ctx.Err() != nil { // it may have ended before the deadline was moved
		return false, ctx.Err()
	}
	if _, err := l.br.Peek(1); err != nil {
		return false, err
	}
	t.begun = true
	t.a.Phases.FirstByte = time.Since(ready)
	t.enter(phaseAnswer, 0)
	_ = l.conn.SetReadDeadline(deadline)
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	h, err := readAnswerHead(l.br)
	if err != nil {
		return false, err
	}
	t.a.Status, t.a.AnswerHead = h.status, h.raw
	body, err := readAnswerBody(l.br, h, t.m.method, t.rest)
	t.got = body.bytes
	t.a.AnswerBody, t.a.AnswerBytes = body.kept, body.bytes
	t.a.AnswerTruncated = body.bytes > int64(len(body.kept)) || err != nil
	return err == nil && body.clean && !h.close, err
}
