package store

import (
	"maps"
	"slices"

	"creel/backend/hook"
)

// tx is a transaction of the writer: the connection, and what is to be told
// and counted once it is committed.
type tx struct {
	*conn
	s     *Store
	slugs *slugbook
	seq   int64 // the last one given out

	deltas  map[blockKey]counts
	updated []int64 // rows changed
	revised bool    // something but arrivals changed
	reload  bool    // requests were deleted or returned
	pruned  int64   // the highest seq that the retention removed
	setup   bool
}

// count notes a change of what is not in the trash.
func (t *tx) count(seq, endpoint int64, c counts) {
	if t.deltas == nil {
		t.deltas = make(map[blockKey]counts, 4)
	}
	k := blockKey{seq >> blockBits, endpoint}
	t.deltas[k] = t.deltas[k].plus(c)
}

func (t *tx) touch(seqs ...int64) {
	t.updated = append(t.updated, seqs...)
	t.revised = true
}

// merge takes over what a part of the transaction did.
func (t *tx) merge(p *tx) {
	t.slugs, t.seq = p.slugs, p.seq
	if t.deltas == nil {
		t.deltas = p.deltas
	} else {
		for k, c := range p.deltas {
			t.deltas[k] = t.deltas[k].plus(c)
		}
	}
	t.updated = append(t.updated, p.updated...)
	t.revised = t.revised || p.revised
	t.reload = t.reload || p.reload
	t.pruned = max(t.pruned, p.pruned)
	t.setup = t.setup || p.setup
}

// flush writes the counts, at the end of the transaction.
func (t *tx) flush() error {
	maps.DeleteFunc(t.deltas, func(_ blockKey, c counts) bool { return c == counts{} })
	for k, c := range t.deltas {
		_, err := t.exec(`INSERT INTO tallies VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (block, endpoint) DO UPDATE SET requests = requests + excluded.requests,
				unread = unread + excluded.unread, pinned = pinned + excluded.pinned,
				bytes = bytes + excluded.bytes, pinned_bytes = pinned_bytes + excluded.pinned_bytes`,
			k.block, k.endpoint, c.requests, c.unread, c.pinned, c.bytes, c.pinnedBytes)
		if err != nil {
			return err
		}
		if c.requests >= 0 {
			continue
		}
		if _, err := t.exec("DELETE FROM tallies WHERE block = ? AND endpoint = ? AND requests = 0", k.block, k.endpoint); err != nil {
			return err
		}
	}
	return nil
}

// manyUpdated: beyond so many rows a reload is cheaper than naming them.
const manyUpdated = 1000

// publish makes a committed transaction known.
func (t *tx) publish() {
	s := t.s
	s.tally.apply(t.deltas)
	s.slugs.Store(t.slugs)
	was := s.change.Load()
	if t.seq == was.LastSeq && !t.revised && !t.reload && !t.setup && t.pruned == 0 {
		return
	}
	now := &hook.Change{Epoch: was.Epoch, Rev: was.Rev, LastSeq: t.seq}
	if t.reload || len(t.updated) > manyUpdated {
		now.Epoch++
		t.updated = nil
	}
	if t.revised || t.reload || t.setup || t.pruned > 0 {
		now.Rev++
	}
	s.change.Store(now)
	s.search.arrived(t.seq)
	if s.opt.OnChange != nil {
		told := *now
		slices.Sort(t.updated)
		told.Updated, told.Setup, told.Pruned = slices.Compact(t.updated), t.setup, t.pruned
		s.opt.OnChange(told)
	}
}
