package store

import "context"

// Pieces counts the rows of pieces.
func (s *Store) Pieces(ctx context.Context) (n int64, err error) {
	err = s.pool.QueryRowContext(ctx, "SELECT count(*) FROM pieces").Scan(&n)
	return n, err
}
