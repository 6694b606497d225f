package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"slices"
	"time"

	"creel/backend/hook"
)

// nextLane steps through the lanes that have something waiting, one look-up
// each, however much waits in them.
const nextLane = "SELECT min(lane) FROM deliveries WHERE state = 'waiting' AND lane > ?"

// due is a delivery that may be sent.
type due struct{ n, at int64 }

// Claim moves due deliveries to Sending, oldest first, as far as c allows; see
// laneOf for lanes.
func (s *Store) Claim(ctx context.Context, c hook.Claim) ([]hook.Delivery, error) {
	if err := s.setBack(ctx, c.Now); err != nil {
		return []hook.Delivery{}, err
	}
	// Looking first spares the writer a transaction when nothing is due, and
	// the search for the heads of ordered lanes.
	next, heads, err := s.nextDue(ctx, c)
	if err != nil || c.Most <= 0 || next.IsZero() || next.After(c.Now) {
		return []hook.Delivery{}, faultOf("claim deliveries", err)
	}
	var ns []int64
	err = s.write(ctx, "claim deliveries", func(t *tx) error {
		ns = nil
		ds, err := t.dues(c, heads)
		if err != nil {
			return err
		}
		for _, d := range ds {
			ns = append(ns, d.n)
			err := t.query("UPDATE deliveries SET state = 'sending', next_at = NULL, boot = ? WHERE n = ? RETURNING request",
				func(row []driver.Value) error {
					t.touch(integer(row[0]))
					return nil
				}, s.boot, d.n)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || len(ns) == 0 {
		return []hook.Delivery{}, err
	}
	// They are claimed: the caller must get them even when its context ended.
	ds, err := s.deliveries(context.WithoutCancel(ctx), "WHERE d.n IN (SELECT value FROM json_each(?)) ORDER BY d.due_at, d.n", seqList(ns))
	return ds, faultOf("claim deliveries", err)
}

// dues finds the oldest due deliveries that c allows; heads are the only ones
// of their lanes.
func (t *tx) dues(c hook.Claim, heads map[string]due) ([]due, error) {
	var all []due
	now := c.Now.UnixMicro()
	for lane, ok := "", true; ok; {
		err := t.query(nextLane, func(row []driver.Value) error {
			ok = row[0] != nil
			lane = text(row[0])
			return nil
		}, lane)
		if err != nil {
			return nil, err
		}
		limit, only := allowed(c, lane), int64(0)
		if c.Ordered[lane] {
			only = max(1, heads[lane].n)
		}
		if !ok || limit == 0 {
			continue
		}
		err = t.query(`SELECT n, due_at FROM deliveries WHERE state = 'waiting' AND lane = ?1 AND due_at <= ?2
			AND (?3 = 0 OR n = ?3) ORDER BY due_at, n LIMIT ?4`, func(row []driver.Value) error {
			all = append(all, due{integer(row[0]), integer(row[1])})
			return nil
		}, lane, now, only, limit)
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b due) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.n, b.n))
	})
	return all[:min(c.Most, len(all))], nil
}

// allowed is how many of a lane c takes at most.
func allowed(c hook.Claim, lane string) int {
	if limit, ok := c.Limits[lane]; ok {
		return min(limit, c.Most)
	}
	return c.Most
}

// NextDue is when the next waiting delivery that c may take is due; zero when
// none waits.
func (s *Store) NextDue(ctx context.Context, c hook.Claim) (time.Time, error) {
	t, _, err := s.nextDue(ctx, c)
	return t, faultOf("look for deliveries", err)
}

// nextDue also returns the oldest waiting delivery of each ordered lane. Only a
// claim takes it away, so it is still that when the claim is made.
func (s *Store) nextDue(ctx context.Context, c hook.Claim) (first time.Time, heads map[string]due, err error) {
	lane := sql.NullString{Valid: true}
	for {
		if err := s.pool.QueryRowContext(ctx, nextLane, lane.String).Scan(&lane); err != nil || !lane.Valid {
			return first, heads, err
		}
		if allowed(c, lane.String) == 0 && c.Most > 0 {
			continue
		}
		var n, at sql.NullInt64
		if c.Ordered[lane.String] {
			err = s.pool.QueryRowContext(ctx, "SELECT min(n), due_at FROM deliveries WHERE state = 'waiting' AND lane = ?",
				lane.String).Scan(&n, &at)
			if heads == nil {
				heads = map[string]due{}
			}
			heads[lane.String] = due{n.Int64, at.Int64}
		} else {
			err = s.pool.QueryRowContext(ctx, "SELECT min(due_at) FROM deliveries WHERE state = 'waiting' AND lane = ?",
				lane.String).Scan(&at)
		}
		if err != nil {
			return first, nil, err
		}
		if t := micros(at.Int64); at.Valid && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
}
