package desk

import (
	"context"
	"sync"

	"creel/backend/hook"
)

// mostAhead bounds how many requests are held for sending; store.Raws bounds
// their bytes.
const mostAhead = 4096

// ahead holds what claimed deliveries will send, read together rather than one
// by one.
type ahead struct {
	mu   sync.Mutex
	held map[int64]loaded
	// alone are deliveries, by id, whose answer can have no earlier one to be
	// compared with.
	alone map[string]bool
}

type loaded struct {
	row hook.Row
	raw hook.Raw
}

// readAhead reads the requests of deliveries that were just claimed. What
// cannot be read so is read when it is sent.
func (d *Desk) readAhead(ctx context.Context, ds []hook.Delivery) {
	if len(ds) < 2 {
		return
	}
	seqs := make([]int64, len(ds))
	for i, del := range ds {
		seqs[i] = del.Request
	}
	raws, err := d.store.Raws(ctx, seqs)
	if err != nil {
		return
	}
	rows, err := d.store.Rows(ctx, seqs)
	if err != nil {
		return
	}
	d.ahead.mu.Lock()
	defer d.ahead.mu.Unlock()
	if d.ahead.held == nil || len(d.ahead.held)+len(rows) > mostAhead {
		d.ahead.held = map[int64]loaded{} // left over by what was never sent
	}
	for _, row := range rows {
		if raw, ok := raws[row.Seq]; ok {
			d.ahead.held[row.Seq] = loaded{row, raw}
		}
	}
}

// load returns what a delivery sends.
func (d *Desk) load(ctx context.Context, del hook.Delivery) (hook.Row, hook.Raw, error) {
	d.ahead.mu.Lock()
	l, ok := d.ahead.held[del.Request]
	delete(d.ahead.held, del.Request)
	d.ahead.mu.Unlock()
	var err error
	if !ok {
		if l.row, err = d.store.Row(ctx, del.Request); err == nil {
			l.raw, err = d.store.Raw(ctx, del.Request)
		}
	}
	// A forward goes to each place once; a replay may be one of many that are
	// under way at once.
	if err == nil && del.Kind == hook.Forward && len(del.Attempts) == 0 && l.row.Last == nil {
		d.ahead.mu.Lock()
		if d.ahead.alone == nil || len(d.ahead.alone) > mostAhead {
			d.ahead.alone = map[string]bool{}
		}
		d.ahead.alone[del.ID] = true
		d.ahead.mu.Unlock()
	}
	return l.row, l.raw, err
}

// isAlone reports whether the answer of a delivery needs no comparing, once.
func (d *Desk) isAlone(delivery string) bool {
	d.ahead.mu.Lock()
	defer d.ahead.mu.Unlock()
	alone := d.ahead.alone[delivery]
	delete(d.ahead.alone, delivery)
	return alone
}
