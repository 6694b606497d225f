package store

import "context"

// Seal makes all sheets that are missing, without pausing.
func (s *Store) Seal(ctx context.Context) error { return s.seal(ctx, nil) }

// Exec runs SQL in a transaction of the writer.
func (s *Store) Exec(ctx context.Context, sql string, args ...any) error {
	return s.write(ctx, "test", func(t *tx) error {
		_, err := t.exec(sql, args...)
		return err
	})
}

// Number is the one number that SQL asks for.
func (s *Store) Number(ctx context.Context, sql string, args ...any) (n int64, err error) {
	err = s.pool.QueryRowContext(ctx, sql, args...).Scan(&n)
	return n, err
}
