package desk

import (
	"context"
	"time"

	"creel/backend/hook"
)

// Edits are what differs from the request as it arrived; nil fields stay.
type Edits struct {
	Method  *string
	Headers *hook.Headers
	Body    *[]byte
}

// ReplayOrder asks to send a kept request on: to a named target, or to a URL.
type ReplayOrder struct {
	Target string
	URL    string
	Edits  *Edits
	Times  int // 0 is once
	// Retry has a named target's policy followed; else each is one try.
	Retry  bool
	Resign *ResignOrder // nil sends the signature as it is
}

// Replay puts deliveries of one request in the outbox and returns them as
// they stand: waiting, and sent at once.
func (d *Desk) Replay(ctx context.Context, seq int64, o ReplayOrder) ([]hook.Delivery, error) {
	ds, err := d.replays(ctx, seq, o)
	if err != nil {
		return nil, err
	}
	if err := d.store.AddDeliveries(ctx, ds); err != nil {
		return nil, err
	}
	d.outbox.Wake()
	return ds, nil
}

// replays makes the deliveries of an order, which are not in the outbox yet.
func (d *Desk) replays(ctx context.Context, seq int64, o ReplayOrder) ([]hook.Delivery, error) {
	row, err := d.store.Row(ctx, seq)
	if err != nil {
		return nil, err
	}
	if o.Retry && o.Target == "" {
		return nil, fieldFault(hook.Invalid, "retry", "only a named target has a schedule to try again by; name one, or leave retry out")
	}
	url, err := d.whereTo(row, o)
	if err != nil {
		return nil, err
	}
	draft, err := d.draft(ctx, row, url, o.Edits)
	if err != nil {
		return nil, err
	}
	if draft == nil && row.State != hook.Kept {
		return nil, hook.Faultf(hook.Conflict, "request %d was not kept whole (%s), so it is not sent as it is; use Edit and send", seq, row.Reason)
	}
	ds := make([]hook.Delivery, max(1, o.Times))
	for i := range ds {
		ds[i] = hook.Delivery{
			ID: newID(), Request: seq, Target: o.Target, URL: url, Kind: hook.Replay,
			State: hook.Waiting, Draft: draft, CreatedAt: d.now().UTC(), Retry: o.Retry,
		}
	}
	if o.Resign == nil {
		return ds, nil
	}
	raw, err := d.store.Raw(ctx, seq)
	if err != nil {
		return nil, err
	}
	return ds, d.resign(row, raw, *o.Resign, ds)
}

func (d *Desk) whereTo(row hook.Row, o ReplayOrder) (string, error) {
	if (o.Target == "") == (o.URL == "") {
		f := hook.Faultf(hook.Invalid, "send on: say where to, with either a url or a target")
		f.Field = "url"
		return "", f
	}
	if o.URL != "" {
		return d.roads.Clean(o.URL)
	}
	s := d.setup.Load()
	i, ok := s.byName[o.Target]
	if !ok {
		return "", hook.Faultf(hook.NotFound, "there is no target named %q", o.Target)
	}
	return d.roads.URLFor(s.targets[i], row.Endpoint, row.Target)
}

// draft makes the edited copy, nil when nothing is edited.
func (d *Desk) draft(ctx context.Context, row hook.Row, url string, e *Edits) (*hook.Draft, error) {
	if e == nil || (e.Method == nil && e.Headers == nil && e.Body == nil) {
		return nil, nil
	}
	raw, err := d.store.Raw(ctx, row.Seq)
	if err != nil {
		return nil, err
	}
	_, headers := hook.ParseHead(raw.Head)
	draft := &hook.Draft{Method: row.Method, URL: url, Headers: headers, Body: raw.Body}
	if e.Method != nil {
		draft.Method = *e.Method
	}
	if e.Headers != nil {
		draft.Headers = *e.Headers
	}
	if e.Body != nil {
		draft.Body = *e.Body
	}
	return draft, checkDraft(draft)
}

func checkDraft(draft *hook.Draft) error {
	if !hook.IsToken(draft.Method) {
		f := hook.Faultf(hook.Invalid, "method %q: use letters, digits and - only, such as POST", draft.Method)
		f.Field = "edits.method"
		return f
	}
	for i, h := range draft.Headers {
		if !hook.IsToken(h.Name) || !hook.IsLineSafe(h.Value) {
			f := hook.Faultf(hook.Invalid, "header line %d (%q): a name has no spaces or colons, and neither part has line breaks", i+1, h.Name)
			f.Field = "edits.headers"
			return f
		}
	}
	return nil
}

// Deliveries returns a request's deliveries, newest first.
func (d *Desk) Deliveries(ctx context.Context, seq int64) ([]hook.Delivery, error) {
	if _, err := d.store.Row(ctx, seq); err != nil {
		return nil, err
	}
	return d.store.Deliveries(ctx, seq)
}

// Attempt returns one attempt whole, and the seq of its request. The body
// sent is filled in when it is the request's own.
func (d *Desk) Attempt(ctx context.Context, id string) (hook.Attempt, int64, error) {
	a, seq, err := d.store.Attempt(ctx, id)
	if err != nil || a.SentBody != nil || len(a.SentHead) == 0 {
		return a, seq, err
	}
	raw, err := d.store.Raw(ctx, seq)
	a.SentBody = raw.Body
	return a, seq, err
}

// Retry tries a delivery now, by itself and before what else waits: one that
// ended without success has its schedule begun anew, one that waits for a later
// try goes on with it. A target that rests is tried with it.
func (d *Desk) Retry(ctx context.Context, id string) (hook.Delivery, error) {
	from := []hook.DeliveryState{hook.Failed, hook.Dead, hook.Cancelled, hook.Dropped, hook.Waiting}
	if err := d.store.Move(ctx, id, from, hook.Waiting); err != nil {
		return hook.Delivery{}, err
	}
	got, err := d.store.Delivery(ctx, id)
	if err == nil && got.Target != "" {
		d.outbox.TryNow(got.Target)
	}
	d.outbox.Wake()
	return got, err
}

// Cancel gives a delivery up; one that is being sent is aborted.
func (d *Desk) Cancel(ctx context.Context, id string) (hook.Delivery, error) {
	if !d.outbox.Cancel(id) {
		if err := d.store.Move(ctx, id, []hook.DeliveryState{hook.Waiting}, hook.Cancelled); err != nil {
			return hook.Delivery{}, err
		}
		d.waiters.give(id, cancelled("its delivery was cancelled"))
		d.batches.tried(ending{delivery: id, to: hook.Cancelled})
	}
	return d.store.Delivery(ctx, id)
}

// The methods below make Desk the ledger of the outbox.

// Claim takes due deliveries for sending.
func (d *Desk) Claim(ctx context.Context, c hook.Claim) ([]hook.Delivery, error) {
	ds, err := d.store.Claim(ctx, c)
	if err == nil {
		d.readAhead(ctx, ds)
	}
	return ds, err
}

// NextDue is when the next waiting delivery that c may take is due; zero when
// none waits.
func (d *Desk) NextDue(ctx context.Context, c hook.Claim) (time.Time, error) {
	return d.store.NextDue(ctx, c)
}

// PutBack makes claimed deliveries wait again as they did.
func (d *Desk) PutBack(ctx context.Context, ids []string) error { return d.store.PutBack(ctx, ids) }

// Breakers are those of the last run, KeepBreakers writes them down.
func (d *Desk) Breakers(ctx context.Context) (map[string]hook.Breaker, error) {
	return d.store.Breakers(ctx)
}

// KeepBreakers writes down which targets rest; whoever watches is told, and who
// waits for the answer of one.
func (d *Desk) KeepBreakers(ctx context.Context, breakers map[string]hook.Breaker) error {
	d.giveUpResting(breakers)
	return d.store.KeepBreakers(ctx, breakers)
}

// Delivery returns one as it stands, with attempts but for their bodies.
func (d *Desk) Delivery(ctx context.Context, id string) (hook.Delivery, error) {
	return d.store.Delivery(ctx, id)
}

// Target returns a target by name.
func (d *Desk) Target(name string) (hook.Target, bool) {
	s := d.setup.Load()
	i, ok := s.byName[name]
	if !ok {
		return hook.Target{}, false
	}
	return s.targets[i], true
}

// Release puts deliveries left sending by an earlier run back to waiting.
func (d *Desk) Release(ctx context.Context) (int64, error) { return d.store.Release(ctx) }

// Finish compares the answer with the previous one by the same URL, then
// records the attempt.
func (d *Desk) Finish(ctx context.Context, a hook.Attempt, to hook.DeliveryState, nextAt time.Time) error {
	d.waiters.tell(a)
	a.Changes = -1
	if alone := d.isAlone(a.Delivery); a.Status != 0 && !alone {
		d.compareWithPrevious(ctx, &a)
	}
	err := d.store.Finish(ctx, a, to, nextAt)
	if err == nil {
		d.batches.tried(ending{a.Delivery, &a, to})
	}
	return err
}
