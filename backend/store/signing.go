package store

import (
	"context"
	"database/sql/driver"
	"maps"
	"slices"
)

// SetSigs notes, by seq, what verifying found: "none", "valid" or "invalid".
// Rows that say so already, that are gone or in the trash, stay as they are.
func (s *Store) SetSigs(ctx context.Context, sigs map[int64]string) error {
	for code, sig := range sigCodes {
		var seqs []int64
		for _, seq := range slices.Sorted(maps.Keys(sigs)) {
			if sigs[seq] == sig {
				seqs = append(seqs, seq)
			}
		}
		for part := range slices.Chunk(seqs, chunk) {
			if err := s.setSig(ctx, int64(code), part); err != nil {
				return err
			}
		}
	}
	s.sealer.stale.Reset(resealAfter)
	return nil
}

func (s *Store) setSig(ctx context.Context, code int64, seqs []int64) error {
	return s.write(ctx, "note signatures", func(t *tx) error {
		bits := code << sigShift
		// A trigger drops the sheets of their blocks.
		return t.query("UPDATE requests SET flags = (flags & ~?) | ? WHERE "+inList+" AND flags & ? <> ? RETURNING seq",
			func(row []driver.Value) error {
				t.touch(integer(row[0]))
				return nil
			}, sigMask, bits, seqList(seqs), sigMask, bits)
	})
}

// StoredSecrets returns, by slug, secrets that an earlier Creel kept with its
// endpoints. Saving the endpoint removes them.
func (s *Store) StoredSecrets(ctx context.Context) (map[string]string, error) {
	rows, err := s.pool.QueryContext(ctx, `SELECT slug, json_extract(settings, '$.Secret') FROM endpoints
		WHERE json_extract(settings, '$.Secret') <> ''`)
	if err != nil {
		return nil, faultOf("read endpoints", err)
	}
	defer rows.Close()
	secrets := map[string]string{}
	for rows.Next() {
		var slug, secret string
		if err := rows.Scan(&slug, &secret); err != nil {
			return nil, faultOf("read endpoints", err)
		}
		secrets[slug] = secret
	}
	return secrets, faultOf("read endpoints", rows.Err())
}

// MoveSecrets takes the secrets of StoredSecrets out of the endpoints, leaving
// in their place, by slug, the refs under which they are kept now. Nothing of
// them stays in the database file.
func (s *Store) MoveSecrets(ctx context.Context, refs map[string]string) error {
	return s.write(ctx, "save endpoints", func(t *tx) error {
		t.setup = true
		if _, err := t.exec("PRAGMA secure_delete = ON"); err != nil {
			return err
		}
		for slug, ref := range refs {
			_, err := t.exec(`UPDATE endpoints SET settings = json_set(json_remove(settings, '$.Secret'), '$.SecretRef', ?)
				WHERE slug = ?`, ref, slug)
			if err != nil {
				return err
			}
		}
		_, err := t.exec("PRAGMA secure_delete = OFF")
		return err
	})
}
