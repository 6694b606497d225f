package store

import (
	"context"
	"database/sql"
	"errors"
)

// A body over pieceBytes is kept in pieces; see 0003_pieces.sql.
const (
	pieceBytes = 1 << 20
	pieceShift = 16 // of the seq in a piece's id
)

const (
	insertPiece = "INSERT INTO pieces (id, bytes) VALUES (?, ?)"
	// piecesOf selects the pieces of one request, given twice.
	piecesOf = "id > ? << 16 AND id < (? + 1) << 16"
)

// split returns what of a body stands in raws, and what follows in pieces.
func split(body []byte) (first, rest []byte) {
	n := min(len(body), pieceBytes)
	return body[:n:n], body[n:]
}

// keepPieces inserts what follows the first piece of a body.
func (t *tx) keepPieces(seq int64, rest []byte) error {
	for id := seq<<pieceShift + 1; len(rest) > 0; id++ {
		var piece []byte
		piece, rest = split(rest)
		if _, err := t.exec(insertPiece, id, piece); err != nil {
			return err
		}
	}
	return nil
}

// join puts the pieces of a body behind its first one.
func join(ctx context.Context, q *sql.Tx, seq int64, first []byte) (_ []byte, err error) {
	var size sql.NullInt64
	err = q.QueryRowContext(ctx, "SELECT sum(length(bytes)) FROM pieces WHERE "+piecesOf, seq, seq).Scan(&size)
	if err != nil || size.Int64 == 0 {
		return first, err
	}
	body := append(make([]byte, 0, len(first)+int(size.Int64)), first...)
	rows, err := q.QueryContext(ctx, "SELECT bytes FROM pieces WHERE "+piecesOf+" ORDER BY id", seq, seq)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var piece sql.RawBytes
		if err := rows.Scan(&piece); err != nil {
			return nil, err
		}
		body = append(body, piece...)
	}
	return body, rows.Err()
}
