package forward

import (
	"context"
	"errors"
	"fmt"
	"time"

	"creel/backend/failpoint"
	"creel/backend/hook"
)

// do makes one try of a claimed delivery and records it. The place in the lane
// is free as soon as the try has ended: recording is the ledger's time, not
// the target's.
func (b *Outbox) do(j *job) {
	a, to, nextAt := b.try(j)
	b.sentOne(j, a, to)
	failpoint.At(failpoint.AfterSend)
	defer b.recorded(j, to == hook.Waiting)
	b.record(a, to, nextAt)
}

// try sends j and works out the state that leaves it in.
func (b *Outbox) try(j *job) (hook.Attempt, hook.DeliveryState, time.Time) {
	d, t, found := b.aimed(j)
	out := Outbound{Delivery: d, N: len(d.Attempts) + 1, Target: t}
	var p hook.Prepared
	var err error
	if found {
		p, err = b.prepare(j, d, t)
	}
	switch {
	case j.ctx.Err() != nil:
		return b.notBegun(d, context.Cause(j.ctx))
	case !found:
		return b.newAttempt(d, hook.ErrCancelled, fmt.Sprintf("not sent: the target %q was deleted", d.Target)), hook.Cancelled, time.Time{}
	case hook.KindOf(err) == hook.NotFound:
		return b.newAttempt(d, hook.ErrCancelled, "not sent: the request was deleted"), hook.Cancelled, time.Time{}
	case err != nil:
		return b.newAttempt(d, hook.ErrInternal, fmt.Sprintf("not sent: the request could not be read from the history (%v); replay it", err)), hook.Failed, time.Time{}
	case p.Refused != nil:
		return b.refused(d, *p.Refused)
	}
	out.Request, out.Raw, out.Sign, out.Rest, out.Delivery.Draft = p.Request, p.Raw, p.Sign, p.Rest, p.Draft
	switch {
	case p.Draft != nil && p.Draft.Transformed:
		out.Delivery.URL = p.Draft.URL
	case d.Draft == nil && (p.Draft == nil || p.Draft.URL == d.URL):
		out.aim()
	}
	a := b.sender.Send(j.ctx, out)
	if a.Err != nil && a.Err.Kind == hook.ErrCancelled {
		if errors.Is(context.Cause(j.ctx), errClosing) {
			return a, hook.Waiting, time.Time{}
		}
		return a, hook.Cancelled, time.Time{}
	}
	to, nextAt := b.schedule.after(d, a, out.Target)
	return a, to, nextAt
}

// notBegun is the outcome of a try that was broken off before it was sent: what
// was to be sent may not even have been read.
func (b *Outbox) notBegun(d hook.Delivery, cause error) (hook.Attempt, hook.DeliveryState, time.Time) {
	if errors.Is(cause, errClosing) {
		return b.newAttempt(d, hook.ErrCancelled, "not sent: creel was closing; the delivery goes on at the next start"), hook.Waiting, time.Time{}
	}
	return b.newAttempt(d, hook.ErrCancelled, "cancelled before anything was sent"), hook.Cancelled, time.Time{}
}

// refused ends a delivery of which nothing is sent.
func (b *Outbox) refused(d hook.Delivery, why hook.AttemptError) (hook.Attempt, hook.DeliveryState, time.Time) {
	to := hook.Failed
	if why.Kind == hook.ErrDropped {
		to = hook.Dropped
	}
	return b.newAttempt(d, why.Kind, why.Text), to, time.Time{}
}

// patience is how often in a row something is asked for that may be there in a
// moment.
const patience = 5

// aimed finds the target of a job, nil for a pasted URL. It may have been
// renamed since the delivery was claimed; ok is false when it is gone.
func (b *Outbox) aimed(j *job) (d hook.Delivery, t *hook.Target, ok bool) {
	d = j.d
	if d.Target == "" {
		return d, nil, true
	}
	pause := time.Duration(0)
	for range patience {
		if found, ok := b.ledger.Target(d.Target); ok {
			return d, &found, true
		}
		if now, err := b.ledger.Delivery(j.ctx, d.ID); err == nil {
			d.Target = now.Target
		}
		pause = backoff(pause)
		select {
		case <-j.ctx.Done():
			return d, nil, false
		case <-b.o.After(pause):
		}
	}
	return d, nil, false
}

// prepare asks what to send. A history that cannot be read just now is asked
// again a few times: the delivery has only this try.
func (b *Outbox) prepare(j *job, d hook.Delivery, t *hook.Target) (p hook.Prepared, err error) {
	pause := time.Duration(0)
	for range patience {
		p, err = b.ledger.Prepare(j.ctx, d, t)
		if err == nil || hook.KindOf(err) == hook.NotFound || j.ctx.Err() != nil {
			return p, err
		}
		pause = backoff(pause)
		select {
		case <-j.ctx.Done():
		case <-b.o.After(pause):
		}
	}
	return p, err
}

// record writes the outcome until the ledger takes it. When it is still
// refused as Creel shuts, the delivery stays Sending and is sent again at the
// next start: at least once.
func (b *Outbox) record(a hook.Attempt, to hook.DeliveryState, nextAt time.Time) {
	pause := time.Duration(0)
	for {
		err := b.ledger.Finish(b.recordCtx, a, to, nextAt)
		switch {
		case err == nil:
			return
		case hook.KindOf(err) == hook.NotFound, hook.KindOf(err) == hook.Conflict:
			b.o.Log.Info("outcome has no delivery any more", "delivery", a.Delivery, "state", to, "err", err)
			return
		}
		pause = backoff(pause)
		b.o.Log.Warn("outcome not recorded, trying again", "delivery", a.Delivery, "state", to, "err", err, "in", pause)
		select {
		case <-b.recordCtx.Done():
			b.o.Log.Error("outcome not recorded; the delivery is sent again at the next start", "delivery", a.Delivery, "state", to, "status", a.Status)
			return
		case <-b.o.After(pause):
		}
	}
}

// shut ends the work under way: the grace for sends, then they are broken off,
// then a last while for recording.
func (b *Outbox) shut(ctx context.Context) error {
	b.mu.Lock()
	b.closing = true
	var unsent []string
	for _, l := range b.lanes {
		for _, j := range l.queue {
			unsent = append(unsent, j.d.ID)
			j.cancel(nil)
			delete(b.jobs, j.d.ID)
		}
		l.queue = nil
	}
	b.queued = 0
	b.mu.Unlock()

	defer b.giveUp()
	idle := make(chan struct{})
	go func() { b.work.Wait(); close(idle) }()
	select {
	case <-idle:
	case <-b.o.After(b.o.Grace):
		b.mu.Lock()
		for _, j := range b.jobs {
			j.cancel(errClosing)
		}
		b.mu.Unlock()
		select {
		case <-idle:
		case <-b.o.After(time.Second):
			b.giveUp()
			<-idle
		}
	}
	if len(unsent) == 0 {
		return nil
	}
	// What was sent and not recorded is put back by the next start.
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := b.ledger.PutBack(within, unsent); err != nil {
		return fmt.Errorf("put deliveries back: %w", err)
	}
	return nil
}
