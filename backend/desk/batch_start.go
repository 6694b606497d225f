package desk

import (
	"context"
	"errors"

	"creel/backend/hook"
)

// start puts items in the outbox. What cannot be sent fails, with the reason
// in its note; an error is one of the history.
func (r *runner) start(ctx context.Context, items []hook.RunItem) error {
	if len(items) == 0 {
		return nil
	}
	ns := make([]int64, 0, len(items))
	ds := make([]hook.Delivery, 0, len(items))
	its := make([]hook.RunItem, 0, len(items))
	for _, it := range items {
		if r.end != "" {
			break
		}
		del, err := r.deliveryOf(ctx, it, nil)
		if err != nil {
			if err := r.unsendable(ctx, it, err); err != nil {
				return err
			}
			continue
		}
		ns, ds, its = append(ns, it.N), append(ds, del), append(its, it)
	}
	if err := r.put(ctx, its, ns, ds); err == nil || hook.KindOf(err) != hook.NotFound {
		return err
	}
	// One of the requests was deleted in between: which, is found one by one.
	for i := range ds {
		err := r.put(ctx, its[i:i+1], ns[i:i+1], ds[i:i+1])
		if hook.KindOf(err) == hook.NotFound {
			err = r.unsendable(ctx, its[i], err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *runner) put(ctx context.Context, its []hook.RunItem, ns []int64, ds []hook.Delivery) error {
	if len(ds) == 0 {
		return nil
	}
	for i := range ds {
		r.fly(its[i], ds[i].ID)
	}
	if err := r.d.store.SendItems(ctx, r.run.ID, ns, ds); err != nil {
		for i := range ds {
			r.land(ds[i].ID)
		}
		return err
	}
	r.d.outbox.Wake()
	return nil
}

// deliveryOf makes the delivery of an item.
func (r *runner) deliveryOf(ctx context.Context, it hook.RunItem, e *Edits) (hook.Delivery, error) {
	o := r.run.Order
	var place hook.Place
	if o.Last {
		var err error
		if place, err = r.d.lastPlace(ctx, it.Request); err != nil {
			return hook.Delivery{}, err
		}
	} else {
		place = o.To[it.Place]
	}
	order := ReplayOrder{Target: place.Target, URL: place.URL, Edits: e}
	if o.Resign {
		order.Resign = &ResignOrder{}
	}
	ds, err := r.d.replays(ctx, it.Request, order)
	if err != nil {
		return hook.Delivery{}, err
	}
	return ds[0], nil
}

// lastPlace is where a request last went: the target when it still exists,
// else the URL.
func (d *Desk) lastPlace(ctx context.Context, seq int64) (hook.Place, error) {
	p, err := d.store.LastPlace(ctx, seq)
	if err != nil || p.Target == "" {
		return p, err
	}
	if _, ok := d.setup.Load().byName[p.Target]; ok {
		return hook.Place{Target: p.Target}, nil
	}
	return hook.Place{URL: p.URL}, nil
}

// unsendable settles an item that could not be put in the outbox; an error of
// the history is handed back.
func (r *runner) unsendable(ctx context.Context, it hook.RunItem, err error) error {
	switch hook.KindOf(err) {
	case hook.NotFound, hook.Invalid, hook.Conflict, hook.TooLarge:
	default:
		return err
	}
	var f *hook.Fault
	errors.As(err, &f)
	return r.outcome(ctx, it, hook.ItemFailed, hook.RunOutcome{Changes: -1, Note: f.Text})
}
