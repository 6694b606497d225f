package desk

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"creel/backend/hook"
)

// checkSimulation refuses what a simulation cannot do.
func checkSimulation(o hook.RunOrder) error {
	if o.Simulate == "" {
		return nil
	}
	if _, ok := simulatedOf(o.Simulate); !ok {
		return invalidRun("simulate", fmt.Sprintf("simulate: the provider %q is not known; GET /simulated-providers lists them", o.Simulate))
	}
	if len(o.To) > 1 || o.Times > 1 || o.Duplicate || o.StopAtFirstFailure {
		return invalidRun("simulate", "simulate: to one place, and without repeats: the provider's schedule says how often")
	}
	return nil
}

// simulate sends each pending item as the provider would: until it is
// accepted, or the provider would give up. Each further try is an item of its
// own.
func (r *runner) simulate(ctx context.Context) error {
	p, ok := simulatedOf(r.run.Order.Simulate)
	if !ok {
		return fmt.Errorf("simulate: the provider %q is not known any more", r.run.Order.Simulate)
	}
	for r.end == "" {
		if err := r.readAhead(ctx); err != nil {
			return err
		}
		if len(r.pending) == 0 {
			return nil
		}
		it := r.pending[0]
		r.pending = r.pending[1:]
		if err := r.simulateOne(ctx, p, it); err != nil {
			return err
		}
	}
	return nil
}

func (r *runner) simulateOne(ctx context.Context, p Simulated, it hook.RunItem) error {
	// A simulation that was broken off in between begins anew at this try.
	t := try{n: it.Repeat}
	for i := range t.n - 1 {
		t.at += p.Waits[min(i, len(p.Waits)-1)]
	}
	var reason string
	for r.end == "" {
		a, tried, err := r.tryOnce(ctx, p, it, t.n, reason)
		if err != nil || !tried {
			return err
		}
		if a == nil || a.Err != nil && a.Err.Kind == hook.ErrCancelled {
			return r.outcome(ctx, it, hook.ItemCancelled, hook.RunOutcome{Changes: -1, Note: "cancelled", At: t.at})
		}
		t.attempt = *a
		ruling, wait, note := p.rule(t)
		o := hook.RunOutcome{
			Attempt: a.ID, Status: a.Status, Took: a.Phases.Total, Changes: a.Changes, Against: a.Against,
			Note: note, At: t.at, Wait: wait, Ruling: ruling,
		}
		state := hook.ItemFailed
		if ruling == hook.RulingAccepted {
			state = hook.ItemDelivered
		}
		var next []hook.RunItem
		if ruling == hook.RulingRetry && r.end == "" {
			next = []hook.RunItem{{Request: it.Request, Place: it.Place, Repeat: it.Repeat + 1}}
			if err := r.d.store.AddItems(ctx, r.run.ID, next); err != nil {
				return err
			}
		}
		if err := r.outcome(ctx, it, state, o); err != nil || len(next) == 0 {
			return err
		}
		it, reason = next[0], slackReasonOf(p, *a)
		t.n, t.at = t.n+1, t.at+wait
		if err := r.waitReally(ctx, wait); err != nil {
			return err
		}
	}
	return nil
}

// waitReally waits for as long as the provider would, when the order wants
// pauses of that length really waited.
func (r *runner) waitReally(ctx context.Context, wait time.Duration) error {
	if wait > time.Duration(r.run.Order.RealTimeMs)*time.Millisecond {
		return nil
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-r.cancelled:
		r.end = hook.RunCancelled
	case <-r.d.batches.after(wait):
	}
	return nil
}

// tryOnce sends an item and waits until its try has ended. tried is false when
// it could not be sent, which is recorded.
func (r *runner) tryOnce(ctx context.Context, p Simulated, it hook.RunItem, n int, reason string) (a *hook.Attempt, tried bool, err error) {
	edits, err := r.tryEdits(ctx, p, it.Request, n, reason)
	var del hook.Delivery
	if err == nil {
		del, err = r.deliveryOf(ctx, it, edits)
	}
	if err == nil {
		err = r.put(ctx, []hook.RunItem{it}, []int64{it.N}, []hook.Delivery{del})
	}
	if err != nil {
		return nil, false, r.unsendable(ctx, it, err)
	}
	defer r.land(del.ID)
	for {
		select {
		case <-ctx.Done():
			return nil, false, ctx.Err()
		case <-r.cancelledOnce():
			r.end = hook.RunCancelled
			if err := r.breakOff(ctx); err != nil {
				return nil, false, err
			}
		case e := <-r.ended:
			if e.delivery == del.ID {
				return e.attempt, true, r.noMore(ctx, e)
			}
		case <-r.d.batches.after(sweepFlights):
			now, err := r.d.store.Delivery(ctx, del.ID)
			switch {
			case hook.KindOf(err) == hook.NotFound, err == nil && now.State == hook.Cancelled && len(now.Attempts) == 0:
				return nil, true, nil
			case err != nil:
				return nil, false, err
			}
		}
	}
}

// cancelledOnce is nil once cancelling was seen.
func (r *runner) cancelledOnce() <-chan struct{} {
	if r.end == hook.RunCancelled {
		return nil
	}
	return r.cancelled
}

// noMore gives a delivery up that its target's policy would try again: here
// the provider's schedule decides.
func (r *runner) noMore(ctx context.Context, e ending) error {
	if e.to != hook.Waiting {
		return nil
	}
	_, err := r.d.Cancel(ctx, e.delivery)
	if k := hook.KindOf(err); k == hook.Conflict || k == hook.NotFound {
		return nil
	}
	return err
}

// tryEdits sets the header lines that the provider changes from try to try;
// nil when there are none.
func (r *runner) tryEdits(ctx context.Context, p Simulated, seq int64, n int, reason string) (*Edits, error) {
	if len(p.headers) == 0 {
		return nil, nil
	}
	raw, err := r.d.store.Raw(ctx, seq)
	if err != nil {
		return nil, err
	}
	_, headers := hook.ParseHead(raw.Head)
	changed := false
	for _, h := range p.headers {
		if n == 1 && !h.first {
			continue
		}
		headers, changed = setLine(headers, h.name, h.text(n, reason)), true
	}
	if !changed {
		return nil, nil
	}
	return &Edits{Headers: &headers}, nil
}

func (h tryHeader) text(n int, reason string) string {
	switch h.value {
	case retryNumber:
		return strconv.Itoa(n - 1)
	case slackReason:
		return reason
	case freshID:
		return newID()
	}
	return strconv.Itoa(n)
}

// setLine replaces the first line of that name and drops the others, or adds
// one.
func setLine(hs hook.Headers, name, value string) hook.Headers {
	out, set := make(hook.Headers, 0, len(hs)+1), false
	for _, h := range hs {
		if !strings.EqualFold(h.Name, name) {
			out = append(out, h)
		} else if !set {
			out, set = append(out, hook.Header{Name: h.Name, Value: value}), true
		}
	}
	if !set {
		out = append(out, hook.Header{Name: name, Value: value})
	}
	return out
}

// slackReasonOf is why a try failed in the words that Slack uses.
func slackReasonOf(p Simulated, a hook.Attempt) string {
	what, _, _ := p.judge(a)
	switch {
	case what == onTimeout:
		return "http_timeout"
	case what == onNoAnswer && a.Err != nil && a.Err.Kind == hook.ErrTLS:
		return "ssl_error"
	case what == onNoAnswer:
		return "connection_failed"
	case what == on3xx:
		return "too_many_redirects"
	}
	return "http_error"
}
