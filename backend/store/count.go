package store

import (
	"context"
	"time"

	"creel/backend/filter"
	"creel/backend/hook"
)

// Count counts the matches of expr among the seqs below before (0: all), newest
// first, for about as long as budget; Next says where to go on. So a caller can
// tell how far it is, and stop by asking no more.
func (s *Store) Count(ctx context.Context, expr *filter.Expr, before int64, budget time.Duration) (hook.Count, error) {
	q, err := s.compile(expr)
	if err != nil {
		return hook.Count{}, err
	}
	defer q.release()
	top := s.top(hook.Cursor{Before: before})
	newest := s.change.Load().LastSeq
	c := hook.Count{Of: s.tally.upTo(top, newest)}
	if q.tallied && before == 0 {
		c.Counted, c.Scanned = s.tally.sum(q.endpoints).requests, c.Of
		return c, nil
	}
	began := time.Now()
	err = walk(top, 0, func(lo, hi int64) (bool, error) {
		err := q.sift(ctx, s, hi, lo, true, func(b batch) (bool, error) {
			n, err := s.count(ctx, q, b)
			c.Counted += n
			return false, err
		})
		if lo > 0 && time.Since(began) >= budget {
			c.Next = lo + 1
		}
		return c.Next > 0, err
	})
	c.Scanned = c.Of
	if c.Next > 0 {
		c.Scanned -= s.tally.upTo(c.Next-1, newest)
	}
	return c, faultOf("count requests", err)
}

// upTo is how many requests have a seq up to that one; within its block they
// count in proportion. newest is the last seq of all.
func (t *tally) upTo(seq, newest int64) (n int64) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	last := seq >> blockBits
	for _, b := range t.blocks {
		switch here := t.in(b, nil); {
		case b < last:
			n += here
		case b == last:
			size := min(blockSize, newest-b<<blockBits+1)
			n += here * min(seq-b<<blockBits+1, size) / size
		}
	}
	return n
}
