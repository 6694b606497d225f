package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"creel/backend/hook"
)

const rowColumns = `r.seq, r.endpoint, r.received_at, r.status, r.pinned, r.read, r.d_waiting, r.d_delivered, r.d_failed,
	r.body_bytes, r.flags, r.method, r.target, r.uid, r.sha256, r.read_us, r.host, r.protocol, r.remote_addr,
	r.content_type, r.reason, r.provider, r.event, r.note, r.tags, r.last_id, r.last_status, r.last_error, r.last_changes`

// nullText reads NULL as "".
type nullText struct{ to *string }

func (n nullText) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*n.to = ""
	case string:
		*n.to = v
	case []byte:
		*n.to = string(v)
	default:
		return fmt.Errorf("read text: got %T", v)
	}
	return nil
}

func micros(us int64) time.Time { return time.UnixMicro(us).UTC() }

func (s *Store) scanRow(rows *sql.Rows) (r hook.Row, err error) {
	var endpoint, at, flags, readUS int64
	var uid, sum []byte
	var tags, lastID, lastError string
	var lastStatus, lastChanges sql.NullInt64
	q := &r.Request
	err = rows.Scan(&q.Seq, &endpoint, &at, &q.Status, &r.Pinned, &r.Read, &r.Waiting, &r.Delivered, &r.Failed,
		&q.BodyBytes, &flags, &q.Method, &q.Target, &uid, &sum, &readUS, nullText{&q.Host}, nullText{&q.Protocol},
		nullText{&q.RemoteAddr}, nullText{&q.ContentType}, nullText{&q.Reason}, nullText{&q.Provider},
		nullText{&q.Event}, nullText{&r.Note}, nullText{&tags}, nullText{&lastID}, &lastStatus,
		nullText{&lastError}, &lastChanges)
	if err != nil {
		return r, err
	}
	q.Endpoint = s.slugs.Load().byID[endpoint]
	q.ReceivedAt = micros(at)
	q.ReadTime = time.Duration(readUS) * time.Microsecond
	copy(q.UID[:], uid)
	copy(q.SHA256[:], sum)
	r.Tags = []string{}
	if tags != "" {
		if err := json.Unmarshal([]byte(tags), &r.Tags); err != nil {
			return r, fmt.Errorf("read tags of request %d: %w", q.Seq, err)
		}
	}
	if lastID != "" {
		r.Last = &hook.Last{AttemptID: lastID, Status: int(lastStatus.Int64), ErrorKind: lastError,
			Changes: int(lastChanges.Int64)}
	}
	err = setFlags(q, flags)
	if q.State == hook.Kept {
		q.Told, q.Reason = q.Reason, ""
	}
	return r, err
}

// selectRows returns the rows of a query that selects rowColumns.
func (s *Store) selectRows(ctx context.Context, query string, args ...any) ([]hook.Row, error) {
	rows, err := s.pool.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []hook.Row{}
	for rows.Next() {
		r, err := s.scanRow(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// seqList is a JSON array, the form in which many seqs go into one statement.
func seqList(seqs []int64) string {
	b := make([]byte, 1, 2+8*len(seqs))
	b[0] = '['
	for i, n := range seqs {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return string(append(b, ']'))
}

// Rows returns the rows with these seqs that still exist, newest first.
func (s *Store) Rows(ctx context.Context, seqs []int64) ([]hook.Row, error) {
	rows, err := s.selectRows(ctx, `SELECT `+rowColumns+` FROM requests r
		WHERE r.seq IN (SELECT value FROM json_each(?)) AND r.trash IS NULL ORDER BY r.seq DESC`, seqList(seqs))
	return rows, faultOf("read requests", err)
}

// Row returns one request that is not in the trash; hook.NotFound otherwise.
func (s *Store) Row(ctx context.Context, seq int64) (hook.Row, error) {
	rows, err := s.Rows(ctx, []int64{seq})
	if err != nil {
		return hook.Row{}, err
	}
	if len(rows) == 0 {
		return hook.Row{}, gone(seq)
	}
	return rows[0], nil
}

func gone(seq int64) error {
	return hook.Faultf(hook.NotFound, "find request %d: it is not in the history", seq)
}

// Raw returns the bytes of a request, also of one in the trash: a delivery may
// still owe it.
func (s *Store) Raw(ctx context.Context, seq int64) (hook.Raw, error) {
	var raw hook.Raw
	q, err := s.pool.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return raw, faultOf("read request bytes", err)
	}
	defer func() { _ = q.Rollback() }() // nothing was written
	var sum []byte
	err = q.QueryRowContext(ctx, "SELECT head, body, trailer, sha256 FROM raws JOIN requests USING (seq) WHERE seq = ?", seq).
		Scan(&raw.Head, &raw.Body, &raw.Trailer, &sum)
	if errors.Is(err, sql.ErrNoRows) {
		return raw, gone(seq)
	}
	if err == nil && len(raw.Body) == pieceBytes {
		raw.Body, err = join(ctx, q, seq, raw.Body)
	}
	if err = faultOf("read request bytes", err); err != nil {
		s.suspect(err)
		return hook.Raw{}, err
	}
	if got := sha256.Sum256(raw.Body); !bytes.Equal(got[:], sum) {
		return hook.Raw{}, hook.Faultf(hook.Damaged,
			"read request bytes: those of request %d are not the ones that arrived (their SHA-256 differs): the disk has changed them; restore a copy", seq)
	}
	return raw, nil
}
