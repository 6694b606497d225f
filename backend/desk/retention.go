package desk

import (
	"context"
	"time"
)

// pruneEvery is how often history is held against its limits.
const pruneEvery = 30 * time.Second

// keepPruning removes what is past its limits, now and then and when asked,
// until ctx ends.
func (d *Desk) keepPruning(ctx context.Context) {
	tick := time.NewTicker(pruneEvery)
	defer tick.Stop()
	for {
		if n, err := d.store.Prune(ctx, d.Settings().Keep); err != nil && ctx.Err() == nil {
			d.log.Warn("history not pruned", "err", err)
		} else if n > 0 {
			d.log.Info("history pruned", "requests", n)
		}
		select {
		case <-tick.C:
		case <-d.prune:
		case <-ctx.Done():
			return
		}
	}
}

// pruneSoon asks for a round without waiting for it.
func (d *Desk) pruneSoon() {
	select {
	case d.prune <- struct{}{}:
	default:
	}
}
