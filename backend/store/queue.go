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

// Claim moves up to most due deliveries to Sending, oldest first, skipping
// lanes; a lane is the target's name, or "url:" and the URL's host.
func (s *Store) Claim(ctx context.Context, now time.Time, most int, skip []string) ([]hook.Delivery, error) {
	if err := s.setBack(ctx, now); err != nil {
		return []hook.Delivery{}, err
	}
	// Looking first spares the writer a transaction when nothing is due.
	next, err := s.nextDue(ctx, skip)
	if err != nil || most <= 0 || next.IsZero() || next.After(now) {
		return []hook.Delivery{}, faultOf("claim deliveries", err)
	}
	var ns []int64
	err = s.write(ctx, "claim deliveries", func(t *tx) error {
		ns = nil
		ds, err := t.dues(now.UnixMicro(), most, skip)
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

// dues finds the oldest due deliveries of all lanes but those to skip.
func (t *tx) dues(now int64, most int, skip []string) ([]due, error) {
	var all []due
	for lane, ok := "", true; ok; {
		err := t.query(nextLane, func(row []driver.Value) error {
			ok = row[0] != nil
			lane = text(row[0])
			return nil
		}, lane)
		if err != nil {
			return nil, err
		}
		if !ok || slices.Contains(skip, lane) {
			continue
		}
		err = t.query(`SELECT n, due_at FROM deliveries WHERE state = 'waiting' AND lane = ? AND due_at <= ?
			ORDER BY due_at, n LIMIT ?`, func(row []driver.Value) error {
			all = append(all, due{integer(row[0]), integer(row[1])})
			return nil
		}, lane, now, most)
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b due) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.n, b.n))
	})
	return all[:min(most, len(all))], nil
}

// NextDue is when the next waiting delivery is due; zero when none waits.
func (s *Store) NextDue(ctx context.Context) (time.Time, error) {
	t, err := s.nextDue(ctx, nil)
	return t, faultOf("look for deliveries", err)
}

func (s *Store) nextDue(ctx context.Context, skip []string) (first time.Time, err error) {
	lane := sql.NullString{Valid: true}
	for {
		if err := s.pool.QueryRowContext(ctx, nextLane, lane.String).Scan(&lane); err != nil || !lane.Valid {
			return first, err
		}
		if slices.Contains(skip, lane.String) {
			continue
		}
		var at sql.NullInt64
		err := s.pool.QueryRowContext(ctx, "SELECT min(due_at) FROM deliveries WHERE state = 'waiting' AND lane = ?",
			lane.String).Scan(&at)
		if err != nil {
			return first, err
		}
		if t := micros(at.Int64); at.Valid && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
}

// settle moves a delivery and the counts of its request.
func (t *tx) settle(n, request int64, from, to hook.DeliveryState) error {
	_, err := t.exec("UPDATE deliveries SET state = ?, next_at = NULL, due_at = ?, boot = NULL WHERE n = ?",
		string(to), t.s.opt.Now().UnixMicro(), n)
	if err != nil {
		return err
	}
	return t.recount(request, from, to)
}

func (t *tx) recount(request int64, from, to hook.DeliveryState) error {
	t.touch(request)
	a, b := bucket(from), bucket(to)
	if a == b {
		return nil
	}
	if a != "" {
		a += " = " + a + " - 1"
	}
	if b != "" {
		b += " = " + b + " + 1"
	}
	set := a + ", " + b
	if a == "" || b == "" {
		set = a + b
	}
	_, err := t.exec("UPDATE requests SET "+set+" WHERE seq = ?", request)
	return err
}

// find looks a delivery up by id.
func (t *tx) find(id string) (n, request int64, state hook.DeliveryState, err error) {
	err = t.query("SELECT n, request, state FROM deliveries WHERE id = ?", func(row []driver.Value) error {
		n, request, state = integer(row[0]), integer(row[1]), hook.DeliveryState(text(row[2]))
		return nil
	}, id)
	if err == nil && n == 0 {
		err = hook.Faultf(hook.NotFound, "find delivery %s: it is not in the history", id)
	}
	return n, request, state, err
}

// Finish records an attempt and the state it leaves its delivery in. A
// delivery that was cancelled while it was being sent stays cancelled unless
// it was delivered. An attempt without a number gets the next one.
func (s *Store) Finish(ctx context.Context, a hook.Attempt, to hook.DeliveryState, nextAt time.Time) error {
	size := len(a.SentHead) + len(a.SentBody) + len(a.AnswerHead) + len(a.AnswerBody)
	return s.writeSized(ctx, "record attempt", size, func(t *tx) error {
		n, request, was, err := t.find(a.Delivery)
		if err != nil {
			return err
		}
		if was == hook.Cancelled && to != hook.Delivered {
			to, nextAt = hook.Cancelled, time.Time{}
		}
		if err := t.addAttempt(n, a); err != nil {
			if isConstraint(err) {
				return hook.Faultf(hook.Conflict, "record attempt %s: it is recorded already", a.ID)
			}
			return err
		}
		next, due := any(nil), s.opt.Now().UnixMicro()
		if to == hook.Waiting && !nextAt.IsZero() {
			next, due = nextAt.UnixMicro(), nextAt.UnixMicro()
		}
		_, err = t.exec("UPDATE deliveries SET state = ?, next_at = ?, due_at = ?, tries = tries + 1, boot = NULL WHERE n = ?",
			string(to), next, due, n)
		if err != nil {
			return err
		}
		kind := ""
		if a.Err != nil {
			kind = string(a.Err.Kind)
		}
		_, err = t.exec("UPDATE requests SET last_id = ?, last_status = ?, last_error = ?, last_changes = ? WHERE seq = ?",
			a.ID, a.Status, orNull(kind), a.Changes, request)
		if err != nil {
			return err
		}
		return t.recount(request, was, to)
	})
}

func (t *tx) addAttempt(n int64, a hook.Attempt) error {
	var kind, why any
	if a.Err != nil {
		kind, why = string(a.Err.Kind), a.Err.Text
	}
	if a.N == 0 {
		tries, err := t.number("SELECT tries FROM deliveries WHERE n = ?", n)
		if err != nil {
			return err
		}
		a.N = int(tries) + 1
	}
	p := a.Phases
	_, err := t.exec(`INSERT INTO attempts (id, delivery, n, started_at, method, url, status, error_kind, error_text,
		dns_us, connect_us, tls_us, first_us, total_us, answer_bytes, answer_truncated, changes, against, own_body,
		sent_head, answer_head, answer_body, sent_body)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		a.ID, n, a.N, a.StartedAt.UnixMicro(), a.Method, a.URL, a.Status, kind, why,
		p.DNS.Microseconds(), p.Connect.Microseconds(), p.TLS.Microseconds(), p.FirstByte.Microseconds(), p.Total.Microseconds(),
		a.AnswerBytes, a.AnswerTruncated, a.Changes, a.Against, a.SentBody == nil,
		a.SentHead, a.AnswerHead, a.AnswerBody, a.SentBody)
	return err
}

// Move changes the state of a delivery that is in one of the states from:
// Waiting (try again now) or Cancelled. It is a hook.Conflict otherwise.
func (s *Store) Move(ctx context.Context, id string, from []hook.DeliveryState, to hook.DeliveryState) error {
	if to != hook.Waiting && to != hook.Cancelled {
		return hook.Faultf(hook.Invalid, "move delivery: not to %q", to)
	}
	return s.write(ctx, "move delivery", func(t *tx) error {
		n, request, was, err := t.find(id)
		if err != nil {
			return err
		}
		if !slices.Contains(from, was) {
			return hook.Faultf(hook.Conflict, "move delivery: it is %s", was)
		}
		return t.settle(n, request, was, to)
	})
}

// Release puts deliveries left Sending by a previous run back to Waiting, due
// at once, and returns how many.
func (s *Store) Release(ctx context.Context) (total int64, err error) {
	for more := true; err == nil && more; {
		n := int64(0)
		err = s.write(ctx, "release deliveries", func(t *tx) error {
			n = 0
			if err := t.clamp(s.opt.Now()); err != nil {
				return err
			}
			return t.query(`UPDATE deliveries SET state = 'waiting', due_at = ?, boot = NULL WHERE n IN
				(SELECT n FROM deliveries WHERE state = 'sending' AND boot < ? LIMIT ?) RETURNING request`,
				func(row []driver.Value) error {
					n++
					t.touch(integer(row[0]))
					return nil
				}, s.opt.Now().UnixMicro(), s.boot, chunk)
		})
		more = n > 0
		if err == nil {
			total += n
		}
	}
	return total, err
}
