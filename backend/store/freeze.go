package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"

	"creel/backend/hook"
)

// Freeze makes draft what the delivery sends, at each try, and records more
// deliveries beside it, in one transaction. A delivery whose draft is
// Transformed already keeps it, and nothing is recorded: that draft is returned.
// It is a hook.Conflict when the delivery is not Sending.
func (s *Store) Freeze(ctx context.Context, id string, draft hook.Draft, more []hook.Delivery) (hook.Draft, error) {
	resign, err := s.resignOf(ctx, id)
	if err != nil {
		return draft, faultOf("record what a transform made", err)
	}
	text, err := json.Marshal(differences{&draft, resign})
	if err != nil {
		return draft, err
	}
	size := len(text)
	for _, d := range more {
		if d.Draft != nil {
			size += len(d.Draft.Body)
		}
	}
	frozen := draft
	err = s.writeSized(ctx, "record what a transform made", size, func(t *tx) error {
		frozen = draft
		n, request, state, err := t.find(id)
		if err != nil {
			return err
		}
		earlier, err := t.draft(n)
		switch {
		case err != nil:
			return err
		case earlier != nil && earlier.Transformed:
			frozen = *earlier
			return nil
		case state != hook.Sending:
			return hook.Faultf(hook.Conflict, "record what a transform made: the delivery is %s", state)
		}
		if _, err := t.exec("UPDATE deliveries SET draft = ?, url = ? WHERE n = ?", string(text), draft.URL, n); err != nil {
			return err
		}
		for i := range more {
			if err := t.owe(&more[i]); err != nil {
				return err
			}
		}
		t.touch(request)
		return nil
	})
	return frozen, err
}

// KeepLogs notes what the transform of a delivery wrote, in place of what it
// wrote before.
func (s *Store) KeepLogs(ctx context.Context, id string, logs []string) error {
	var text any
	if len(logs) > 0 {
		b, err := json.Marshal(logs)
		if err != nil {
			return err
		}
		text = string(b)
	}
	return s.write(ctx, "keep what a transform wrote", func(t *tx) error {
		return t.query("UPDATE deliveries SET logs = ? WHERE id = ? RETURNING request", func(row []driver.Value) error {
			t.touch(integer(row[0]))
			return nil
		}, text, id)
	})
}

// resignOf says whether a delivery is signed anew, which is settled when it is
// made.
func (s *Store) resignOf(ctx context.Context, id string) (*hook.Resign, error) {
	var text string
	err := s.pool.QueryRowContext(ctx, "SELECT json_extract(draft, '$.Resign') FROM deliveries WHERE id = ?", id).
		Scan(nullText{&text})
	if errors.Is(err, sql.ErrNoRows) || err == nil && text == "" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var r hook.Resign
	return &r, json.Unmarshal([]byte(text), &r)
}

// draft reads what a delivery sends in place of its request; nil when it sends
// that.
func (t *tx) draft(n int64) (d *hook.Draft, err error) {
	err = t.query("SELECT draft FROM deliveries WHERE n = ?", func(row []driver.Value) error {
		if row[0] == nil {
			return nil
		}
		d = &hook.Draft{}
		return json.Unmarshal([]byte(text(row[0])), d)
	}, n)
	return d, err
}
