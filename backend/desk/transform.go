package desk

import (
	"context"
	"fmt"
	"strings"

	"creel/backend/failpoint"
	"creel/backend/hook"
	"creel/backend/script"
)

// Transforms runs JavaScript away from everything else. An error is that it
// could not be run; what a transform does wrong is in its output.
type Transforms interface {
	Run(ctx context.Context, source string, in script.Input) (script.Output, error)
	// Check refuses a source that cannot be run; nil is that it can.
	Check(ctx context.Context, source string) (*script.Error, error)
}

// transform runs the target's transform, once in the life of a delivery: what
// it made is frozen as the delivery's draft, several requests as deliveries
// beside it, before anything is sent. So neither a retry nor a restart runs it
// again or multiplies what it made.
func (d *Desk) transform(ctx context.Context, del hook.Delivery, t *hook.Target, p hook.Prepared) (hook.Prepared, error) {
	if del.Draft == nil {
		if url, err := d.roads.URLFor(*t, slugOf(p.Request), p.Request.Target); err == nil {
			del.URL = url // the target may have another one by now
		}
	}
	in := transformed(del, t.Name, p)
	out, err := d.run(ctx, t.Transform, in)
	d.keepLogs(ctx, del, out.Logs)
	switch {
	case err != nil && ctx.Err() != nil:
		return p, err
	case err != nil:
		return refuse(p, hook.ErrTransform, "not sent: %v", err), nil
	case out.Failed():
		return refuse(p, hook.ErrTransform, "not sent: the transform of %s failed%s: %s; mend it and try again",
			t.Name, placeOf(out.Err), out.Err.Text), nil
	case len(out.Messages) == 0:
		return refuse(p, hook.ErrDropped, "not sent: the transform of %s returned nothing for this request", t.Name), nil
	}
	drafts := make([]hook.Draft, len(out.Messages))
	for i, m := range out.Messages {
		drafts[i] = frozen(m, in, del.Draft)
	}
	more := make([]hook.Delivery, len(drafts)-1)
	for i := range more {
		// They are owed since the request is: in line before what came later.
		more[i] = hook.Delivery{
			ID: newID(), Request: del.Request, Target: del.Target, URL: drafts[i+1].URL, Kind: del.Kind,
			State: hook.Waiting, Draft: &drafts[i+1], CreatedAt: del.CreatedAt, Retry: del.Retry, Resign: del.Resign,
		}
	}
	d.lent.share(del.ID, more)
	draft, err := d.store.Freeze(ctx, del.ID, drafts[0], more)
	if err != nil {
		return p, err
	}
	failpoint.At(failpoint.AfterFreeze)
	if len(more) > 0 {
		d.outbox.Wake()
	}
	p.Draft = whole(&draft, p.Raw)
	return p, nil
}

// refuse has nothing sent.
func refuse(p hook.Prepared, kind hook.ErrorClass, format string, args ...any) hook.Prepared {
	p.Refused = &hook.AttemptError{Kind: kind, Text: fmt.Sprintf(format, args...)}
	return p
}

// run is Transforms.Run where there may be none.
func (d *Desk) run(ctx context.Context, source string, in script.Input) (script.Output, error) {
	if d.scripts == nil {
		return script.Output{}, hook.Faultf(hook.Unavailable, "run transform: this program runs none")
	}
	return d.scripts.Run(ctx, source, in)
}

// slugOf is the path segment that a request was caught by: its endpoint may be
// called something else by now, but all save the inbox catch by the first one.
func slugOf(r hook.Request) string {
	if r.Endpoint == hook.Inbox {
		return hook.Inbox
	}
	return firstSegment(r.Target)
}

// transformed is what a transform gets: the request, or what was edited of it.
func transformed(del hook.Delivery, target string, p hook.Prepared) script.Input {
	_, headers := hook.ParseHead(p.Raw.Head)
	r := p.Request
	in := script.Input{
		Method: r.Method, URL: del.URL, Headers: headers, Body: p.Raw.Body, Seq: r.Seq, Endpoint: r.Endpoint,
		Target: target, ReceivedAt: r.ReceivedAt, Provider: r.Provider, Event: r.Event,
	}
	if e := del.Draft; e != nil {
		in.Method, in.Headers, in.Body = e.Method, e.Headers, e.Body
	}
	return in
}

// frozen makes a draft of what a transform returned. What it left as it was
// stays the request's own; edited is the draft that it got instead, if any.
func frozen(m script.Message, in script.Input, edited *hook.Draft) hook.Draft {
	draft := hook.Draft{
		Method: m.Method, URL: m.URL, Headers: m.Headers, Body: m.Body, Transformed: true,
		OwnHead: m.SameHeaders, OwnBody: m.SameBody,
	}
	if edited == nil {
		return draft
	}
	draft.OwnHead, draft.OwnBody, draft.Edited = false, false, true
	if m.SameHeaders {
		draft.Headers = in.Headers
	}
	if m.SameBody {
		draft.Body = in.Body
	}
	return draft
}

// whole fills in what a draft left to the request, for whoever looks at it; it
// is still sent from the request, byte for byte.
func whole(draft *hook.Draft, raw hook.Raw) *hook.Draft {
	if draft.OwnBody {
		draft.Body = raw.Body
	}
	if draft.OwnHead {
		_, draft.Headers = hook.ParseHead(raw.Head)
	}
	return draft
}

func placeOf(e *script.Error) string {
	if e.Line == 0 {
		return ""
	}
	return fmt.Sprintf(" at line %d, column %d", e.Line, e.Column)
}

// checkTransform refuses a source that cannot be run, with its place. One that
// is saved already is not looked at again.
func (d *Desk) checkTransform(ctx context.Context, target, source string) error {
	if before, ok := d.Target(target); strings.TrimSpace(source) == "" || ok && before.Transform == source {
		return nil
	}
	if d.scripts == nil {
		return hook.Faultf(hook.Unavailable, "save transform: this program runs none")
	}
	bad, err := d.scripts.Check(ctx, source)
	if err != nil || bad == nil {
		return err
	}
	return &hook.Fault{Kind: hook.Invalid, Field: "transform", Line: bad.Line, Column: bad.Column,
		Text: fmt.Sprintf("the transform cannot be run%s: %s", placeOf(bad), bad.Text)}
}

// Trial asks what a transform would make of a request, without sending it.
type Trial struct {
	Source  string
	Request int64
	// Target is where it would be sent; its Transform does not matter. One
	// without a URL stands for any.
	Target hook.Target
}

// Tried is what came of a Trial.
type Tried struct {
	Given   hook.Draft
	Results []hook.Draft // headers and bodies filled in
	Logs    []string
	Err     *script.Error
	TookMs  float64
}

// TryTransform runs a transform on a kept request and sends nothing.
func (d *Desk) TryTransform(ctx context.Context, trial Trial) (Tried, error) {
	row, err := d.store.Row(ctx, trial.Request)
	if err != nil {
		return Tried{}, err
	}
	raw, err := d.store.Raw(ctx, trial.Request)
	if err != nil {
		return Tried{}, err
	}
	t := trial.Target
	if t.URL == "" {
		t.URL = "http://localhost"
	}
	if t.URL, err = d.roads.Clean(t.URL); err != nil {
		return Tried{}, err
	}
	url, err := d.roads.URLFor(t, slugOf(row.Request), row.Target)
	if err != nil {
		return Tried{}, err
	}
	in := transformed(hook.Delivery{URL: url}, t.Name, hook.Prepared{Request: row.Request, Raw: raw})
	out, err := d.run(ctx, trial.Source, in)
	if err != nil {
		return Tried{}, err
	}
	tried := Tried{
		Given: hook.Draft{Method: in.Method, URL: in.URL, Headers: in.Headers, Body: in.Body},
		Logs:  out.Logs, Err: out.Err, TookMs: float64(out.Took.Microseconds()) / 1000,
	}
	for _, m := range out.Messages {
		draft := frozen(m, in, nil)
		tried.Results = append(tried.Results, *whole(&draft, raw))
	}
	return tried, nil
}
