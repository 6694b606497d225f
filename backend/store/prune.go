package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"slices"

	"creel/backend/failpoint"
	"creel/backend/hook"
)

// Prune removes for good, oldest first, what the retention no longer keeps and
// trash past its time, in small transactions, and gives disk space back.
//
// Pinned requests stay and count towards the limits, but they never take more
// than nine tenths of one: the newest requests are kept however much is
// pinned. Requests with a delivery waiting or being sent stay too.
func (s *Store) Prune(ctx context.Context, keep hook.Retention) (removed int64, err error) {
	n, err := s.pruneTrash(ctx)
	removed += n
	if err == nil && keep.Age > 0 {
		now := s.opt.Now()
		var believed bool
		if believed, err = s.believed(ctx, now); believed && err == nil {
			n, err = s.pruneAge(ctx, now.Add(-keep.Age).UnixMicro())
			removed += n
		}
	}
	if err == nil && (keep.Count > 0 || keep.Bytes > 0) {
		n, err = s.pruneExcess(ctx, keep)
		removed += n
	}
	if removed > 0 {
		s.search.forget()
	}
	if err == nil {
		err = s.shrink(ctx)
	}
	return removed, faultOf("prune history", err)
}

// aged is a request that may be removed.
type aged struct{ seq, kept int64 }

func (s *Store) candidates(ctx context.Context, query string, args ...any) ([]aged, error) {
	rows, err := s.pool.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []aged
	for rows.Next() {
		var a aged
		if err := rows.Scan(&a.seq, &a.kept); err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, rows.Err()
}

// purge bounds of one transaction.
const (
	purgeRows  = 500
	purgeBytes = 8 << 20
)

// removable is what nothing protects.
const removable = "pinned = 0 AND d_waiting = 0 AND trash IS NULL"

// purge removes those that the condition still holds for.
func (s *Store) purge(ctx context.Context, as []aged, condition string) (removed int64, err error) {
	for len(as) > 0 {
		var seqs []int64
		for size := int64(0); len(as) > 0 && len(seqs) < purgeRows && (len(seqs) == 0 || size+as[0].kept <= purgeBytes); as = as[1:] {
			seqs = append(seqs, as[0].seq)
			size += as[0].kept
		}
		err = s.write(ctx, "prune history", func(t *tx) error {
			n, err := t.purge(seqs, condition)
			removed += n
			return err
		})
		if err != nil {
			return removed, err
		}
		failpoint.At(failpoint.InPrune)
	}
	return removed, nil
}

func (t *tx) purge(seqs []int64, condition string) (int64, error) {
	var doomed []int64
	err := t.query("SELECT seq FROM requests WHERE seq IN (SELECT value FROM json_each(?)) AND "+condition,
		func(row []driver.Value) error {
			doomed = append(doomed, integer(row[0]))
			return nil
		}, seqList(seqs))
	if err != nil || len(doomed) == 0 {
		return 0, err
	}
	list := seqList(doomed)
	gs, err := t.groups(list)
	if err != nil {
		return 0, err
	}
	if t.countGroups(gs, -1) > 0 { // else it was in the trash: nobody saw it
		t.pruned = max(t.pruned, slices.Max(doomed))
	}
	for _, q := range []string{
		"DELETE FROM deliveries WHERE request IN (SELECT value FROM json_each(?))",
		"DELETE FROM raws WHERE seq IN (SELECT value FROM json_each(?))",
		"DELETE FROM pieces WHERE id IN (SELECT p.id FROM json_each(?) j JOIN pieces p ON p.id > j.value << 16 AND p.id < (j.value + 1) << 16)",
		"DELETE FROM requests WHERE seq IN (SELECT value FROM json_each(?))",
	} {
		if _, err := t.exec(q, list); err != nil {
			return 0, err
		}
	}
	// No seq is given twice, even when the newest row is gone.
	_, err = t.exec("INSERT OR REPLACE INTO meta (key, value) VALUES ('floor', ?)", fmt.Sprint(t.seq))
	return int64(len(doomed)), err
}

func (s *Store) pruneTrash(ctx context.Context) (removed int64, err error) {
	now := s.opt.Now()
	later, err := s.seqs(ctx, "SELECT id FROM trash WHERE until > ?", now.Add(2*undoFor).UnixMicro())
	if err == nil && len(later) > 0 { // deleted by a clock that was ahead
		err = s.write(ctx, "prune history", func(t *tx) error {
			_, err := t.exec("UPDATE trash SET until = ? WHERE until > ?", now.Add(undoFor).UnixMicro(), now.Add(2*undoFor).UnixMicro())
			return err
		})
	}
	if err != nil {
		return 0, err
	}
	batches, err := s.seqs(ctx, "SELECT id FROM trash WHERE until <= ?", now.UnixMicro())
	for _, id := range batches {
		from := int64(0)
		for err == nil {
			var as []aged
			as, err = s.candidates(ctx, `SELECT seq, kept FROM requests
				WHERE trash = ? AND seq > ? ORDER BY seq LIMIT ?`, id, from, chunk)
			if err != nil || len(as) == 0 {
				break
			}
			from = as[len(as)-1].seq
			var n int64
			n, err = s.purge(ctx, as, fmt.Sprintf("trash = %d AND d_waiting = 0", id))
			removed += n
		}
		if err == nil {
			err = s.write(ctx, "prune history", func(t *tx) error {
				_, err := t.exec(`DELETE FROM trash WHERE id = ? AND NOT EXISTS
					(SELECT 1 FROM requests WHERE trash = ?)`, id, id)
				return err
			})
		}
		if err != nil {
			return removed, err
		}
	}
	return removed, err
}

// pruneAge removes what arrived before the limit. Arrival order is time order
// but for imports, so it stops at the first full block with nothing so old.
func (s *Store) pruneAge(ctx context.Context, before int64) (removed int64, err error) {
	for _, b := range s.tally.filled() {
		lo, hi := b<<blockBits-1, b<<blockBits|(1<<blockBits-1)
		var old, all int64
		err := s.pool.QueryRowContext(ctx, `SELECT ifnull(sum(received_at < ?), 0), count(*) FROM requests
			WHERE seq > ? AND seq <= ? AND trash IS NULL`, before, lo, hi).Scan(&old, &all)
		if err != nil {
			return removed, err
		}
		if old == 0 && all > 0 {
			break
		}
		as, err := s.candidates(ctx, `SELECT seq, kept FROM requests WHERE seq > ? AND seq <= ? AND received_at < ?
			AND `+removable+` ORDER BY seq`, lo, hi, before)
		if err != nil {
			return removed, err
		}
		n, err := s.purge(ctx, as, removable)
		removed += n
		if err != nil {
			return removed, err
		}
	}
	return removed, nil
}

// pruneExcess removes the oldest until count and bytes fit.
func (s *Store) pruneExcess(ctx context.Context, keep hook.Retention) (removed int64, err error) {
	c := s.tally.sum(nil)
	over := excess(c.requests, c.pinned, keep.Count)
	overBytes := excess(c.bytes, c.pinnedBytes, keep.Bytes)
	for _, b := range s.tally.filled() {
		if over <= 0 && overBytes <= 0 {
			break
		}
		as, err := s.candidates(ctx, `SELECT seq, kept FROM requests WHERE seq > ? AND seq <= ?
			AND `+removable+` ORDER BY seq`, b<<blockBits-1, b<<blockBits|(1<<blockBits-1))
		if err != nil {
			return removed, err
		}
		n := 0
		for n < len(as) && (over > 0 || overBytes > 0) {
			over--
			overBytes -= as[n].kept
			n++
		}
		some, err := s.purge(ctx, as[:n], removable)
		removed += some
		if err != nil {
			return removed, err
		}
	}
	return removed, nil
}

// excess is how much must go so that the limit (0: none) is kept.
func excess(all, pinned, limit int64) int64 {
	if limit <= 0 {
		return 0
	}
	room := max(limit-pinned, limit/10, 1)
	return all - pinned - room
}

// shrink gives free pages back to the file system, a few at a time, but for a
// twentieth that the next requests will want.
func (s *Store) shrink(ctx context.Context) error {
	for shrunk := false; ; shrunk = true {
		more := false
		err := s.write(ctx, "give disk space back", func(t *tx) error {
			free, err := t.number("PRAGMA freelist_count")
			if err != nil {
				return err
			}
			pages, err := t.number("PRAGMA page_count")
			if err != nil {
				return err
			}
			if free <= max(16, pages/20) {
				return nil
			}
			failpoint.At(failpoint.InShrink)
			more = true
			return t.vacuum(256)
		})
		if err != nil || !more {
			if shrunk {
				s.w.ask(func(*conn) { s.w.empty() }) // the file only shrinks with a checkpoint
			}
			return err
		}
	}
}

func (t *tx) vacuum(pages int) error {
	return t.query(fmt.Sprintf("PRAGMA incremental_vacuum(%d)", pages), func([]driver.Value) error { return nil })
}
