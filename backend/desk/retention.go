package desk

import (
	"context"
	"time"
)

// History is held against its limits every pruneEvery; after an error first
// after pruneAgain, then after twice as long each time.
const (
	pruneEvery = 30 * time.Second
	pruneAgain = time.Second
)

// keepPruning removes what is past its limits, now and then and when asked,
// until ctx ends.
func (d *Desk) keepPruning(ctx context.Context) {
	timer := time.NewTimer(pruneEvery)
	defer timer.Stop()
	again := pruneAgain
	for {
		n, err := d.store.Prune(ctx, d.Settings().Keep)
		next := pruneEvery
		if err != nil && ctx.Err() == nil {
			d.log.Warn("history not pruned", "err", err)
			next = again
			again = min(2*again, pruneEvery)
		} else {
			again = pruneAgain
		}
		if n > 0 {
			d.log.Info("history pruned", "requests", n)
		}
		timer.Reset(next)
		select {
		case <-timer.C:
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
