package desk

import (
	"context"
	"errors"
	"time"

	"creel/backend/filter"
	"creel/backend/hook"
)

// countFor is how long one step of counting takes.
const countFor = 250 * time.Millisecond

// maxOffers is how many values of the history are offered at once.
const maxOffers = 20

// Count counts the requests that match among those below before (0: all),
// newest first, for a quarter of a second at most; Next says where to go on.
func (d *Desk) Count(ctx context.Context, src string, before int64) (hook.Count, error) {
	expr, err := filter.Parse(src)
	if err != nil {
		return hook.Count{}, err
	}
	return d.store.Count(ctx, expr, before, countFor)
}

// Values are the texts that a field has in the history and that begin with
// prefix, the most frequent first.
func (d *Desk) Values(ctx context.Context, field, prefix string, limit int) ([]hook.Value, error) {
	return d.store.Values(ctx, field, prefix, limit)
}

// Mark says what to highlight in requests that match.
type Mark = filter.Mark

// Checked is what a filter text means.
type Checked struct {
	Plain string // in its plainest spelling
	Marks []Mark
	// Slow says that the bytes of requests may have to be read.
	Slow bool
	// Fault is what is wrong with the text, nil when it can be read.
	Fault *hook.Fault
}

// Check reads a filter text without searching.
func (d *Desk) Check(src string) Checked {
	expr, err := filter.Parse(src)
	var f *hook.Fault
	if errors.As(err, &f) {
		return Checked{Fault: f, Marks: []Mark{}}
	}
	return Checked{Plain: expr.String(), Marks: filter.Marks(expr), Slow: expr.NeedsRaw()}
}

// Completion is what could come at the cursor of a filter text, in the
// language and in the history. From and To bound, in runes from 0, what an
// offer replaces.
type Completion struct {
	From, To int
	Offers   []Offer
}

// Offer is one way to go on.
type Offer struct {
	Text  string // what stands there then; ends in ":" or "." when more must follow
	Doc   string
	Count int64 // requests that have this value; 0 when that is not known
}

// Complete says what could come at the cursor, in runes from 0.
func (d *Desk) Complete(ctx context.Context, src string, cursor int) (Completion, error) {
	c := filter.Complete(src, cursor)
	out := Completion{From: c.From, To: c.To, Offers: []Offer{}}
	for _, o := range c.Options {
		out.Offers = append(out.Offers, Offer{Text: o.Text, Doc: o.Doc})
	}
	if c.Values == "" {
		return out, nil
	}
	vs, err := d.store.Values(ctx, c.Values, c.Prefix, maxOffers)
	for _, v := range vs {
		o := Offer{Text: filter.ValueText(v.Text), Count: v.Count}
		if c.Values == "header" {
			o.Text = v.Text + ":"
		}
		out.Offers = append(out.Offers, o)
	}
	return out, err
}
