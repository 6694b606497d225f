package desk

import (
	"context"
	"math/rand/v2"

	"creel/backend/hook"
)

// plan lists the items of a run. Only the seqs, and when they are shuffled
// their order, are in memory at once.
func (d *Desk) plan(ctx context.Context, run hook.Run, seqs []int64) error {
	const atOnce = 1000
	o := run.Order
	places := max(1, len(o.To))
	perRequest := places * o.Times
	order := func(i int) int { return i }
	if o.Shuffle {
		shuffled := rand.Perm(len(seqs) * perRequest)
		order = func(i int) int { return shuffled[i] }
	}
	items := make([]hook.RunItem, 0, atOnce+1)
	for i := range len(seqs) * perRequest {
		unit := order(i)
		within := unit % perRequest
		item := hook.RunItem{Request: seqs[unit/perRequest], Place: within / o.Times, Repeat: within%o.Times + 1}
		items = append(items, item)
		if o.Duplicate {
			item.Twin = true
			items = append(items, item)
		}
		if len(items) < atOnce {
			continue
		}
		if err := d.store.AddItems(ctx, run.ID, items); err != nil {
			return err
		}
		items = items[:0]
	}
	return d.store.AddItems(ctx, run.ID, items)
}
