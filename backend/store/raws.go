package store

import (
	"bytes"
	"context"
	"crypto/sha256"

	"creel/backend/hook"
)

const (
	// smallBytes is the most that a request may have in raws to be read with
	// many others, and manyBytes about the most of all together.
	smallBytes = 64 << 10
	manyBytes  = 8 << 20
)

// Raws returns the bytes of those of the requests that are small, in one go and
// within bounds; the others, and those whose bytes were changed by the disk, are left out and
// are for Raw to read.
func (s *Store) Raws(ctx context.Context, seqs []int64) (map[int64]hook.Raw, error) {
	rows, err := s.pool.QueryContext(ctx, `SELECT r.seq, w.head, w.body, w.trailer, r.sha256 FROM requests r JOIN raws w USING (seq)
		WHERE r.seq IN (SELECT value FROM json_each(?)) AND r.kept <= ?`, seqList(seqs), smallBytes)
	if err != nil {
		return nil, faultOf("read request bytes", err)
	}
	defer rows.Close()
	out := make(map[int64]hook.Raw, len(seqs))
	for left := manyBytes; left > 0 && rows.Next(); {
		var seq int64
		var raw hook.Raw
		var sum []byte
		if err := rows.Scan(&seq, &raw.Head, &raw.Body, &raw.Trailer, &sum); err != nil {
			return nil, faultOf("read request bytes", err)
		}
		if got := sha256.Sum256(raw.Body); bytes.Equal(got[:], sum) {
			out[seq] = raw
			left -= len(raw.Head) + len(raw.Body)
		}
	}
	return out, faultOf("read request bytes", rows.Err())
}
