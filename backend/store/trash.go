package store

import (
	"context"
	"database/sql/driver"
	"time"

	"creel/backend/failpoint"
	"creel/backend/filter"
	"creel/backend/hook"
)

// undoFor is how long what was deleted can be restored.
const undoFor = 2 * time.Minute

// Trash hides the requests that match (seq ≤ upTo; 0 is all) until they are
// restored, or purged by Prune after Until. The zero Trash says that nothing
// matched.
func (s *Store) Trash(ctx context.Context, expr *filter.Expr, upTo int64) (hook.Trash, error) {
	var tr hook.Trash
	err := s.eachChunk(ctx, expr, upTo, func(seqs []int64) error {
		return s.write(ctx, "delete requests", func(t *tx) error {
			next, err := t.hide(tr, seqs, s.opt.Now().Add(undoFor))
			if err == nil {
				tr = next
			}
			failpoint.At(failpoint.InTrash)
			return err
		})
	})
	return tr, faultOf("delete requests", err)
}

// hide moves rows to a batch of the trash, making the batch when it has no ID.
func (t *tx) hide(tr hook.Trash, seqs []int64, until time.Time) (hook.Trash, error) {
	list := seqList(seqs)
	gs, err := t.groups(list)
	if err != nil {
		return tr, err
	}
	n := t.countGroups(gs, -1)
	if n == 0 {
		return tr, nil
	}
	if tr.ID == 0 {
		tr.ID, err = t.number("INSERT INTO trash (until) VALUES (?) RETURNING id", until.UnixMicro())
	} else {
		_, err = t.exec("UPDATE trash SET until = ? WHERE id = ?", until.UnixMicro(), tr.ID)
	}
	if err != nil {
		return tr, err
	}
	if _, err := t.exec("UPDATE requests SET trash = ? WHERE "+inList, tr.ID, list); err != nil {
		return tr, err
	}
	t.reload = true
	tr.Count += n
	tr.Until = micros(until.UnixMicro())
	return tr, nil
}

// Restore brings a batch back and returns how many requests that were;
// hook.NotFound when it was purged or never was.
func (s *Store) Restore(ctx context.Context, trash int64) (total int64, err error) {
	err = s.write(ctx, "restore requests", func(t *tx) error {
		n, err := t.number("SELECT count(*) FROM trash WHERE id = ?", trash)
		if err == nil && n == 0 {
			err = hook.Faultf(hook.NotFound, "restore requests: they are gone for good")
		}
		if err != nil {
			return err
		}
		// Prune must not take the rest while this is under way.
		_, err = t.exec("UPDATE trash SET until = ? WHERE id = ?", s.opt.Now().Add(undoFor).UnixMicro(), trash)
		return err
	})
	for more := int64(1); err == nil && more > 0; {
		err = s.write(ctx, "restore requests", func(t *tx) error {
			more, err = t.restore(trash)
			failpoint.At(failpoint.InRestore)
			return err
		})
		total += more
	}
	return total, err
}

func (t *tx) restore(trash int64) (int64, error) {
	var seqs []int64
	err := t.query("SELECT seq FROM requests WHERE trash = ? LIMIT ?", func(row []driver.Value) error {
		seqs = append(seqs, integer(row[0]))
		return nil
	}, trash, chunk)
	if err != nil {
		return 0, err
	}
	if len(seqs) == 0 {
		_, err := t.exec("DELETE FROM trash WHERE id = ?", trash)
		return 0, err
	}
	list := seqList(seqs)
	if _, err := t.exec("UPDATE requests SET trash = NULL WHERE seq IN (SELECT value FROM json_each(?))", list); err != nil {
		return 0, err
	}
	gs, err := t.groups(list)
	t.reload = true
	return t.countGroups(gs, 1), err
}
