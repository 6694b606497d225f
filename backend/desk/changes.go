package desk

import (
	"context"
	"slices"
	"sync"

	"creel/backend/hook"
)

// maxChanges is how many changed rows are remembered for clients that catch
// up; one that is further behind reloads.
const maxChanges = 4096

// changeLog remembers which rows changed lately and wakes who listens.
type changeLog struct {
	mu      sync.Mutex
	now     hook.Change
	log     []changed
	floor   int64   // highest rev that has been forgotten
	setup   int64   // rev of the last change of endpoints, targets or settings
	pruned  changed // the last time that the retention removed something, and the highest seq ever
	waiters map[chan struct{}]bool
}

type changed struct{ rev, seq int64 }

func newChangeLog() *changeLog {
	return &changeLog{waiters: map[chan struct{}]bool{}}
}

// add takes a change from the store. It never blocks.
func (l *changeLog) add(c hook.Change) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.now.Epoch == 0 {
		l.floor = c.Rev - 1
	}
	l.now = hook.Change{Epoch: c.Epoch, Rev: max(c.Rev, l.now.Rev), LastSeq: max(c.LastSeq, l.now.LastSeq)}
	if c.Setup {
		l.setup = c.Rev
	}
	if c.Pruned > 0 {
		l.pruned = changed{c.Rev, max(c.Pruned, l.pruned.seq)}
	}
	for _, seq := range c.Updated {
		l.log = append(l.log, changed{c.Rev, seq})
	}
	if over := len(l.log) - maxChanges; over > 0 {
		l.floor = l.log[over-1].rev
		l.log = slices.Clone(l.log[over:])
	}
	for w := range l.waiters {
		select {
		case w <- struct{}{}:
		default:
		}
	}
}

// since returns the seqs that changed after rev, each once, and up to which
// seq the retention has removed requests if it did since (0: it did not). ok
// is false when that is no longer known.
func (l *changeLog) since(rev int64) (seqs []int64, setup bool, pruned int64, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if rev < l.floor {
		return nil, true, 0, false
	}
	seen := map[int64]bool{}
	for i := len(l.log) - 1; i >= 0 && l.log[i].rev > rev; i-- {
		if !seen[l.log[i].seq] {
			seen[l.log[i].seq] = true
			seqs = append(seqs, l.log[i].seq)
		}
	}
	if l.pruned.rev > rev {
		pruned = l.pruned.seq
	}
	return seqs, l.setup > rev, pruned, true
}

// Changed takes note of a change of history. The store calls it after each
// commit; it never blocks.
func (d *Desk) Changed(c hook.Change) { d.changes.add(c) }

// Subscribe returns a channel that holds a value whenever there may be news,
// and a function to stop it. A slow reader only sees fewer, later values.
func (d *Desk) Subscribe() (news <-chan struct{}, stop func()) {
	ch := make(chan struct{}, 1)
	d.changes.mu.Lock()
	d.changes.waiters[ch] = true
	d.changes.mu.Unlock()
	return ch, func() {
		d.changes.mu.Lock()
		delete(d.changes.waiters, ch)
		d.changes.mu.Unlock()
	}
}

// Change is the state of history now.
func (d *Desk) Change() hook.Change { return d.store.Change() }

// Changes are the rows that changed after rev in that epoch, as they are now.
type Changes struct {
	hook.Change
	Reset bool
	Rows  []hook.Row
}

// ChangesAfter tells a client what became of rows it knows. Reset says that
// it must reload: history was cut, or it is too far behind.
func (d *Desk) ChangesAfter(ctx context.Context, epoch, rev int64) (Changes, error) {
	now := d.store.Change()
	out := Changes{Change: now, Rows: []hook.Row{}}
	seqs, setup, pruned, ok := d.changes.since(rev)
	out.Setup, out.Pruned = setup, pruned
	if epoch != now.Epoch || !ok || len(seqs) > 1000 {
		out.Reset, out.Setup = true, true
		return out, nil
	}
	if len(seqs) == 0 {
		return out, nil
	}
	rows, err := d.store.Rows(ctx, seqs)
	if err != nil {
		return Changes{}, err
	}
	out.Rows = rows
	return out, nil
}
