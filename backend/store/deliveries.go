package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"

	"creel/backend/hook"

	"github.com/google/uuid"
)

// byHand begins the lanes of replays that are one try.
const byHand = "\x01"

// laneOf is the queue that a delivery stands in: its target's name, for replays
// of one try with a mark before it, or "url:" and the URL's host.
func laneOf(target, address string, single bool) string {
	switch {
	case target != "" && single:
		return byHand + target
	case target != "":
		return target
	}
	u, err := url.Parse(address)
	if err != nil {
		return "url:"
	}
	return "url:" + strings.ToLower(u.Host)
}

// addDelivery inserts d, whose request is known. A missing id, time or state
// is filled in.
func (t *tx) addDelivery(d *hook.Delivery) error {
	if d.ID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		d.ID = id.String()
	}
	if d.CreatedAt.IsZero() {
		d.CreatedAt = t.s.opt.Now().UTC()
	}
	if d.State == "" {
		d.State = hook.Waiting
	}
	var draft, next any
	due := d.CreatedAt
	if d.Draft != nil || d.Resign != nil {
		b, err := json.Marshal(differences{d.Draft, d.Resign})
		if err != nil {
			return err
		}
		draft = string(b)
	}
	if !d.NextAt.IsZero() {
		next, due = d.NextAt.UnixMicro(), d.NextAt
	}
	lane := laneOf(d.Target, d.URL, d.Kind == hook.Replay && !d.Retry)
	_, err := t.exec(`INSERT INTO deliveries (id, request, target, lane, url, kind, state, created_at, next_at, due_at, draft, retry)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, d.ID, d.Request, d.Target, lane, d.URL,
		string(d.Kind), string(d.State), d.CreatedAt.UnixMicro(), next, due.UnixMicro(), draft, d.Retry)
	return err
}

// differences are what the column draft holds: in what the message sent
// differs from the request. Without a draft its fields are not there.
type differences struct {
	*hook.Draft
	Resign *hook.Resign `json:",omitempty"`
}

// AddDeliveries records deliveries of kept requests; hook.NotFound when one of
// the requests is not there, and then none is recorded.
func (s *Store) AddDeliveries(ctx context.Context, ds []hook.Delivery) error {
	return s.write(ctx, "add deliveries", func(t *tx) error {
		for i := range ds {
			if err := t.owe(&ds[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// owe records a delivery of a kept request.
func (t *tx) owe(d *hook.Delivery) error {
	if err := t.addDelivery(d); err != nil {
		if isConstraint(err) {
			return hook.Faultf(hook.Conflict, "add deliveries: there is one with the id %s", d.ID)
		}
		return err
	}
	n, err := t.exec("UPDATE requests SET "+bucket(d.State)+" = "+bucket(d.State)+" + 1 WHERE seq = ?", d.Request)
	if err == nil && n == 0 {
		err = gone(d.Request)
	}
	if err != nil {
		return err
	}
	t.touch(d.Request)
	return nil
}

// bucket is the column of requests that counts deliveries in that state; ""
// when none does.
func bucket(s hook.DeliveryState) string {
	switch s {
	case hook.Waiting, hook.Sending:
		return "d_waiting"
	case hook.Delivered:
		return "d_delivered"
	case hook.Dropped:
		return ""
	}
	return "d_failed"
}

const deliveryColumns = `d.n, d.id, d.request, d.target, d.url, d.kind, d.state, d.created_at, d.next_at, d.draft, d.tries, d.due_at, d.retry, d.base, d.logs`

type delivery struct {
	hook.Delivery
	n, tries int64
}

func deliveryOf(scan func(...any) error) (d delivery, err error) {
	var created, due int64
	var next sql.NullInt64
	var draft, logs string
	err = scan(&d.n, &d.ID, &d.Request, &d.Target, &d.URL, &d.Kind, &d.State, &created, &next, nullText{&draft}, &d.tries, &due, &d.Retry, &d.Base, nullText{&logs})
	if err != nil {
		return d, err
	}
	d.CreatedAt, d.DueAt, d.Attempts = micros(created), micros(due), []hook.Attempt{}
	if next.Valid && d.State == hook.Waiting {
		d.NextAt = micros(next.Int64)
	}
	if draft != "" {
		var from differences
		err = json.Unmarshal([]byte(draft), &from)
		d.Draft, d.Resign = from.Draft, from.Resign
	}
	if logs != "" && err == nil {
		err = json.Unmarshal([]byte(logs), &d.Logs)
	}
	return d, err
}

// deliveries reads what a condition picks, with attempts but for their bodies,
// all as of one moment.
func (s *Store) deliveries(ctx context.Context, where string, args ...any) ([]hook.Delivery, error) {
	q, err := s.pool.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer func() { _ = q.Rollback() }() // nothing was written
	rows, err := q.QueryContext(ctx, "SELECT "+deliveryColumns+" FROM deliveries d "+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out, tried := []hook.Delivery{}, map[int]int64{}
	for rows.Next() {
		d, err := deliveryOf(rows.Scan)
		if err != nil {
			return nil, err
		}
		if d.tries > 0 {
			tried[len(out)] = d.n
		}
		out = append(out, d.Delivery)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for i, n := range tried {
		if out[i].Attempts, err = attempts(ctx, q, n); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Deliveries of one request, newest first, attempts without sent and answer
// bodies.
func (s *Store) Deliveries(ctx context.Context, seq int64) ([]hook.Delivery, error) {
	ds, err := s.deliveries(ctx, "WHERE d.request = ? ORDER BY d.n DESC", seq)
	return ds, faultOf("read deliveries", err)
}

// Delivery returns one, with attempts but for their bodies.
func (s *Store) Delivery(ctx context.Context, id string) (hook.Delivery, error) {
	ds, err := s.deliveries(ctx, "WHERE d.id = ?", id)
	if err != nil {
		return hook.Delivery{}, faultOf("read delivery", err)
	}
	if len(ds) == 0 {
		return hook.Delivery{}, hook.Faultf(hook.NotFound, "find delivery %s: it is not in the history", id)
	}
	return ds[0], nil
}

const (
	attemptColumns = `a.id, d.id, a.n, a.started_at, a.method, a.url, a.status, a.error_kind, a.error_text,
		a.dns_us, a.connect_us, a.tls_us, a.first_us, a.total_us, a.answer_bytes, a.answer_truncated, a.changes,
		a.against, a.own_body, a.sent_head, a.answer_head, d.request, a.hops, a.unverified`
	attemptBodies = `, a.answer_body, a.sent_body`
	attemptFrom   = ` FROM attempts a JOIN deliveries d ON d.n = a.delivery `
)

// attemptOf reads one attempt, with its bodies when whole.
func attemptOf(scan func(...any) error, whole bool) (a hook.Attempt, seq int64, err error) {
	var started int64
	var kind, why, hops string
	var own bool
	var us [5]int64
	to := []any{&a.ID, &a.Delivery, &a.N, &started, &a.Method, &a.URL, &a.Status, nullText{&kind}, nullText{&why},
		&us[0], &us[1], &us[2], &us[3], &us[4], &a.AnswerBytes, &a.AnswerTruncated, &a.Changes,
		&a.Against, &own, &a.SentHead, &a.AnswerHead, &seq, nullText{&hops}, &a.Unverified}
	if whole {
		to = append(to, &a.AnswerBody, &a.SentBody)
	}
	if err := scan(to...); err != nil {
		return a, 0, err
	}
	a.StartedAt = micros(started)
	for i, p := range []*time.Duration{&a.Phases.DNS, &a.Phases.Connect, &a.Phases.TLS, &a.Phases.FirstByte, &a.Phases.Total} {
		*p = time.Duration(us[i]) * time.Microsecond
	}
	if hops != "" {
		if err := json.Unmarshal([]byte(hops), &a.Hops); err != nil {
			return a, 0, err
		}
	}
	if kind != "" {
		a.Err = &hook.AttemptError{Kind: hook.ErrorClass(kind), Text: why}
	}
	if whole && !own && a.SentBody == nil {
		a.SentBody = []byte{} // the driver reads an empty body as NULL
	}
	return a, seq, nil
}

func attempts(ctx context.Context, q *sql.Tx, n int64) ([]hook.Attempt, error) {
	rows, err := q.QueryContext(ctx, "SELECT "+attemptColumns+attemptFrom+"WHERE a.delivery = ? ORDER BY a.n, a.a", n)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []hook.Attempt{}
	for rows.Next() {
		a, _, err := attemptOf(rows.Scan, false)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, rows.Err()
}

// Attempt returns one attempt whole, with its delivery's request seq.
func (s *Store) Attempt(ctx context.Context, id string) (hook.Attempt, int64, error) {
	row := s.pool.QueryRowContext(ctx, "SELECT "+attemptColumns+attemptBodies+attemptFrom+"WHERE a.id = ?", id)
	a, seq, err := attemptOf(row.Scan, true)
	if errors.Is(err, sql.ErrNoRows) {
		return a, 0, hook.Faultf(hook.NotFound, "find attempt %s: it is not in the history", id)
	}
	return a, seq, faultOf("read attempt", err)
}

// LastAnswer returns the newest attempt of this request by that URL that has
// an answer, whole, leaving out the attempt except; nil when none.
func (s *Store) LastAnswer(ctx context.Context, seq int64, address, except string) (*hook.Attempt, error) {
	row := s.pool.QueryRowContext(ctx, "SELECT "+attemptColumns+attemptBodies+attemptFrom+
		`WHERE d.request = ? AND a.url = ? AND a.status > 0 AND a.id <> ?
		ORDER BY a.started_at DESC, a.a DESC LIMIT 1`, seq, address, except)
	a, _, err := attemptOf(row.Scan, true)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, faultOf("read last answer", err)
	}
	return &a, nil
}
