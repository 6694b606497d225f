package store

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"creel/backend/hook"
)

// settle moves a delivery and the counts of its request. One that is to be sent
// again is due at once.
func (t *tx) settle(n, request int64, from, to hook.DeliveryState) error {
	return t.settleAt(n, request, from, to, t.s.opt.Now().UnixMicro())
}

// settleAt is settle with the time at which it is due. The schedule of one that
// had ended begins anew.
func (t *tx) settleAt(n, request int64, from, to hook.DeliveryState, due int64) error {
	_, err := t.exec(`UPDATE deliveries SET state = ?1, next_at = NULL, due_at = ?2, boot = NULL,
		base = iif(?1 = 'waiting' AND state NOT IN ('waiting', 'sending'), tries, base) WHERE n = ?3`, string(to), due, n)
	if err != nil {
		return err
	}
	return t.recount(request, from, to)
}

func (t *tx) recount(request int64, from, to hook.DeliveryState) error {
	t.touch(request)
	moved := recounted(from, to)
	if moved == "" {
		return nil
	}
	_, err := t.exec("UPDATE requests SET "+moved+" WHERE seq = ?", request)
	return err
}

// recounted is the SET of a request one of whose deliveries moves; "" is
// nothing.
func recounted(from, to hook.DeliveryState) string {
	a, b := bucket(from), bucket(to)
	if a == b {
		return ""
	}
	var set []string
	if a != "" {
		set = append(set, a+" = "+a+" - 1")
	}
	if b != "" {
		set = append(set, b+" = "+b+" + 1")
	}
	return strings.Join(set, ", ")
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
	return s.writeSure(ctx, "record attempt", size, func(t *tx) error {
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
		_, err = t.exec("UPDATE deliveries SET state = ?, next_at = ?, due_at = ?, url = ifnull(?, url), tries = tries + 1, boot = NULL WHERE n = ?",
			string(to), next, due, orNull(a.URL), n)
		if err != nil {
			return err
		}
		return t.tried(request, a, was, to)
	})
}

// tried notes the newest attempt of a request, and counts its deliveries anew.
func (t *tx) tried(request int64, a hook.Attempt, was, to hook.DeliveryState) error {
	t.touch(request)
	kind := ""
	if a.Err != nil {
		kind = string(a.Err.Kind)
	}
	moved := recounted(was, to)
	if moved != "" {
		moved += ", "
	}
	_, err := t.exec("UPDATE requests SET "+moved+"last_id = ?, last_status = ?, last_error = ?, last_changes = ? WHERE seq = ?",
		a.ID, a.Status, orNull(kind), a.Changes, request)
	return err
}

func (t *tx) addAttempt(n int64, a hook.Attempt) error {
	var kind, why, hops any
	if len(a.Hops) > 0 {
		b, err := json.Marshal(a.Hops)
		if err != nil {
			return err
		}
		hops = string(b)
	}
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
		sent_head, answer_head, answer_body, sent_body, hops, unverified)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		a.ID, n, a.N, a.StartedAt.UnixMicro(), a.Method, a.URL, a.Status, kind, why,
		p.DNS.Microseconds(), p.Connect.Microseconds(), p.TLS.Microseconds(), p.FirstByte.Microseconds(), p.Total.Microseconds(),
		a.AnswerBytes, a.AnswerTruncated, a.Changes, a.Against, a.SentBody == nil,
		a.SentHead, a.AnswerHead, a.AnswerBody, a.SentBody, hops, a.Unverified)
	return err
}

// Move changes the state of a delivery that is in one of the states from:
// Waiting (try again now, before all others) or Cancelled. It is a hook.Conflict otherwise.
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
		// Since the beginning of time: what a person asked for goes first.
		return t.settleAt(n, request, was, to, 0)
	})
}

// PutBack makes claimed deliveries wait again as they did: they were not sent.
func (s *Store) PutBack(ctx context.Context, ids []string) error {
	b, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return s.write(ctx, "put deliveries back", func(t *tx) error {
		return t.query(`UPDATE deliveries SET state = 'waiting', boot = NULL
			WHERE state = 'sending' AND id IN (SELECT value FROM json_each(?)) RETURNING request`,
			func(row []driver.Value) error {
				t.touch(integer(row[0]))
				return nil
			}, string(b))
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
			return t.query(`UPDATE deliveries SET state = 'waiting', due_at = min(due_at, ?), boot = NULL WHERE n IN
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
