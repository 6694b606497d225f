package store

import (
	"context"
	"database/sql/driver"
	"slices"
	"time"

	"creel/backend/hook"
)

// AddItems appends items to a run, numbers them, and counts them.
func (s *Store) AddItems(ctx context.Context, run int64, items []hook.RunItem) error {
	for part := range slices.Chunk(items, chunk) {
		err := s.write(ctx, "list items of run", func(t *tx) error {
			t.revised = true
			total, err := t.number("UPDATE runs SET total = total + ? WHERE id = ? RETURNING total", len(part), run)
			if err == nil && total == 0 {
				err = noRun(run)
			}
			for i := range part {
				if err != nil {
					return err
				}
				it := &part[i]
				it.N = total - int64(len(part)) + int64(i) + 1
				it.State, it.Changes = hook.ItemPending, -1
				_, err = t.exec(`INSERT INTO run_items (run, n, request, place, repeat, twin, state) VALUES (?, ?, ?, ?, ?, ?, 'pending')`,
					run, it.N, it.Request, it.Place, it.Repeat, it.Twin)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// SendItems puts the deliveries of pending items in the outbox, ds[i] being
// that of ns[i], in one transaction: after a crash either both know of it or
// neither.
func (s *Store) SendItems(ctx context.Context, run int64, ns []int64, ds []hook.Delivery) error {
	return s.write(ctx, "send items of run", func(t *tx) error {
		for i := range ds {
			if err := t.owe(&ds[i]); err != nil {
				return err
			}
			n, err := t.exec("UPDATE run_items SET state = 'sent', delivery = ?, url = ? WHERE run = ? AND n = ? AND state = 'pending'",
				ds[i].ID, ds[i].URL, run, ns[i])
			if err == nil && n == 0 {
				err = hook.Faultf(hook.Conflict, "send item %d of run %d: it was sent already", ns[i], run)
			}
			if err != nil {
				return err
			}
		}
		_, err := t.exec("UPDATE runs SET sent = sent + ? WHERE id = ?", len(ds), run)
		return err
	})
}

// SettleItems records what came of items and counts them; an item that has come
// to its end already stays as it is. Was and, without an answer, Against are
// looked up here and set in items.
func (s *Store) SettleItems(ctx context.Context, run int64, items []hook.SettledItem) error {
	return s.write(ctx, "record items of run", func(t *tx) error {
		t.revised = true
		for i := range items {
			it := &items[i]
			if err := t.lookBack(run, it.N, &it.RunOutcome); err != nil {
				return err
			}
			if err := t.settleItem(run, it.N, it.State, it.RunOutcome); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *tx) settleItem(run, n int64, state hook.ItemState, o hook.RunOutcome) error {
	open, err := t.number("SELECT CASE state WHEN 'pending' THEN 1 WHEN 'sent' THEN 2 ELSE 0 END FROM run_items WHERE run = ? AND n = ?", run, n)
	if err != nil || open == 0 {
		return err
	}
	_, err = t.exec(`UPDATE run_items SET state = ?, attempt = ?, status = ?, took_us = ?, changes = ?, against = ?,
		was = ?, note = ?, at_us = ?, wait_us = ?, ruling = ?, alike = ? WHERE run = ? AND n = ?`,
		string(state), orNull(o.Attempt), o.Status, o.Took.Microseconds(), o.Changes, orNull(o.Against),
		o.Was, orNull(o.Note), o.At.Microseconds(), o.Wait.Microseconds(), orNull(string(o.Ruling)), orNull(string(o.Alike)), run, n)
	if err != nil {
		return err
	}
	set := "delivered = delivered + 1"
	switch state {
	case hook.ItemFailed:
		set = "failed = failed + 1"
	case hook.ItemCancelled:
		set = "cancelled = cancelled + 1"
	}
	if open == 1 { // it was never in the outbox
		set += ", sent = sent + 1"
	}
	switch {
	case o.IsChanged():
		set += ", changed = changed + 1"
	case o.Changes == 0:
		set += ", same = same + 1"
	}
	_, err = t.exec("UPDATE runs SET "+set+likened(o.Alike)+" WHERE id = ?", run)
	return err
}

// likened counts an outcome among the repeats.
func likened(l hook.Likeness) string {
	switch l {
	case hook.LikeFirst:
		return ", firsts = firsts + 1"
	case hook.LikeSame:
		return ", alike = alike + 1"
	case hook.UnlikeStatus:
		return ", unlike = unlike + 1, other_status = other_status + 1"
	case hook.UnlikeBody:
		return ", unlike = unlike + 1, other_body = other_body + 1"
	case hook.UnlikeBoth:
		return ", unlike = unlike + 1, other_status = other_status + 1, other_body = other_body + 1"
	}
	return ""
}

// lookBack finds the answer before: that of the attempt compared with, or, when
// there is no answer now, the newest of this request by the same URL.
func (t *tx) lookBack(run, n int64, o *hook.RunOutcome) error {
	if o.Attempt == "" || o.Was != 0 {
		return nil
	}
	take := func(row []driver.Value) error {
		o.Against, o.Was = text(row[0]), int(integer(row[1]))
		return nil
	}
	switch {
	case o.Against != "":
		return t.query("SELECT id, status FROM attempts WHERE id = ?", take, o.Against)
	case o.Status == 0:
		return t.query(`SELECT a.id, a.status FROM run_items i JOIN deliveries d ON d.request = i.request
			JOIN attempts a ON a.delivery = d.n AND a.url = i.url AND a.status > 0
			WHERE i.run = ? AND i.n = ? ORDER BY a.started_at DESC, a.a DESC LIMIT 1`, take, run, n)
	}
	return nil
}

const itemColumns = `n, request, place, repeat, twin, state, url, delivery, attempt, status, took_us, changes, against, was, note, at_us, wait_us, ruling, alike`

// onlyItems are the conditions of an ItemCursor.
func onlyItems(only string) string {
	switch only {
	case hook.OnlyFailed:
		return " AND state = 'failed'"
	case hook.OnlyChanged:
		return " AND (changes > 0 OR was > 0 AND status = 0)"
	case hook.OnlyPending:
		return " AND state = 'pending'"
	case hook.OnlyUnlike:
		return " AND alike IN ('status', 'body', 'both')"
	case hook.OnlyOpen:
		return " AND state = 'sent'"
	}
	return ""
}

// Items returns a stretch of a run's items, in the order of sending.
func (s *Store) Items(ctx context.Context, run int64, cur hook.ItemCursor) ([]hook.RunItem, error) {
	rows, err := s.pool.QueryContext(ctx, "SELECT "+itemColumns+" FROM run_items WHERE run = ? AND n > ?"+onlyItems(cur.Only)+
		" ORDER BY n LIMIT ? OFFSET ?", run, cur.After, cur.Limit, cur.Offset)
	if err != nil {
		return nil, faultOf("read items of run", err)
	}
	defer rows.Close()
	out := []hook.RunItem{}
	for rows.Next() {
		var i hook.RunItem
		var took, at, wait int64
		var ruling, alike string
		err := rows.Scan(&i.N, &i.Request, &i.Place, &i.Repeat, &i.Twin, &i.State, nullText{&i.URL}, nullText{&i.Delivery},
			nullText{&i.Attempt}, &i.Status, &took, &i.Changes, nullText{&i.Against}, &i.Was, nullText{&i.Note}, &at, &wait, nullText{&ruling}, nullText{&alike})
		if err != nil {
			return nil, faultOf("read items of run", err)
		}
		i.Took, i.At, i.Wait = time.Duration(took)*time.Microsecond, time.Duration(at)*time.Microsecond, time.Duration(wait)*time.Microsecond
		i.Ruling, i.Alike = hook.Ruling(ruling), hook.Likeness(alike)
		out = append(out, i)
	}
	return out, faultOf("read items of run", rows.Err())
}
