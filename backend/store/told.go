package store

import (
	"context"

	"creel/backend/hook"
)

// reasonOf is what the column reason holds: of a request that was kept whole,
// how its answer came about; of any other, why it was not kept whole.
func reasonOf(r *hook.Request) string {
	if r.State == hook.Kept {
		return r.Told
	}
	return r.Reason
}

// Told writes down what the sender of a request that was kept whole was told in
// the end; hook.NotFound when there is no such request.
func (s *Store) Told(ctx context.Context, seq int64, status int, told string) error {
	return s.write(ctx, "write down what the sender was told", func(t *tx) error {
		n, err := t.exec("UPDATE requests SET status = ?, reason = ? WHERE seq = ? AND flags & 15 = 0",
			int64(status), orNull(told), seq)
		if err == nil && n == 0 {
			err = gone(seq)
		}
		if err != nil {
			return err
		}
		t.touch(seq)
		return nil
	})
}
