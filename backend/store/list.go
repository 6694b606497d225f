package store

import (
	"context"
	"errors"
	"slices"
	"time"

	"creel/backend/filter"
	"creel/backend/hook"
)

const (
	defaultLimit = 100
	maxLimit     = 1000
)

// List returns the rows that match expr (nil is all), newest first. A limit of
// 0 is 100, more than 1,000 is 1,000. With After it returns the oldest Limit
// rows above After, so that a caller who catches up misses none; Offset cannot
// be combined with it. A Budget bounds the search but for what Offset skips.
func (s *Store) List(ctx context.Context, expr *filter.Expr, cur hook.Cursor) (hook.Page, error) {
	if cur.Limit <= 0 {
		cur.Limit = defaultLimit
	}
	cur.Limit = min(cur.Limit, maxLimit)
	if cur.Offset < 0 || cur.Before < 0 || cur.After < 0 || cur.After > 0 && cur.Offset > 0 {
		return hook.Page{}, hook.Faultf(hook.Invalid,
			"list requests: offset, before and after start at 0, and offset does not go with after")
	}
	q, err := s.compile(expr)
	if err != nil {
		return hook.Page{}, err
	}
	defer q.release()
	began := time.Now()
	var page hook.Page
	seen := int64(-1)
	switch {
	case cur.After > 0:
		page.Rows, err = s.catchUp(ctx, q, cur)
	case q.tallied:
		page.Rows, err = s.pageByTally(ctx, q, cur)
	default:
		page.Rows, seen, page.Next, err = s.pageBySearch(ctx, q, cur)
	}
	switch {
	case err != nil:
	case seen >= 0:
		page.Total, page.Exact = seen, true
	default:
		page.Total, page.Exact, err = s.total(ctx, q, s.opt.CountBudget-time.Since(began))
	}
	if err != nil {
		return hook.Page{Rows: []hook.Row{}}, faultOf("list requests", err)
	}
	page.Total = max(page.Total, int64(len(page.Rows)))
	return page, nil
}

// sql is a statement over requests r in seqs lo < seq ≤ hi that match q.
func (q *query) sql(what, order string) string {
	where := ""
	if q.where != "" {
		where = " AND " + q.where
	}
	return "SELECT " + what + " FROM requests r WHERE r.trash IS NULL AND r.seq > ? AND r.seq <= ?" + where + order
}

func (q *query) with(lo, hi int64, more ...any) []any {
	return slices.Concat([]any{lo, hi}, q.args, more)
}

// top is the highest seq that the cursor allows.
func (s *Store) top(cur hook.Cursor) int64 {
	hi := s.change.Load().LastSeq
	if cur.Before > 0 {
		hi = min(hi, cur.Before-1)
	}
	return hi
}

// pageByTally finds a page by the counts of whole blocks: the offset costs
// next to nothing, however large.
func (s *Store) pageByTally(ctx context.Context, q *query, cur hook.Cursor) ([]hook.Row, error) {
	hi, skip := s.top(cur), int64(cur.Offset)
	block := hi >> blockBits
	var here int64
	// The block that hi cuts through is counted row by row.
	err := s.pool.QueryRowContext(ctx, q.sql("count(*)", ""), q.with(block<<blockBits-1, hi)...).Scan(&here)
	if err != nil {
		return nil, err
	}
	if skip >= here {
		in, rest, ok := s.tally.below(block, q.endpoints, skip-here)
		if !ok {
			return []hook.Row{}, nil
		}
		hi, skip = in<<blockBits|(1<<blockBits-1), rest
	}
	return s.selectRows(ctx, q.sql(rowColumns, " ORDER BY r.seq DESC LIMIT ? OFFSET ?"), q.with(0, hi, cur.Limit, skip)...)
}

// pageBySearch looks at what the sieve lets through, newest first, a part at a
// time: no read lasts so long that the write-ahead log could not start over.
// all is how many there are when that came out on the way, else -1; next is
// where to go on when the budget was used up.
func (s *Store) pageBySearch(ctx context.Context, q *query, cur hook.Cursor) (rows []hook.Row, all, next int64, err error) {
	skip, full, began := int64(cur.Offset), false, time.Now()
	rows = []hook.Row{}
	err = q.sift(ctx, s, s.top(cur), 0, skip > 0, func(b batch) (bool, error) {
		if skip > 0 {
			n, err := s.count(ctx, q, b)
			if err != nil {
				return false, err
			}
			if n <= skip {
				skip -= n
				return false, nil
			}
		}
		more, err := s.rowsOf(ctx, q, b, cur.Limit-len(rows), skip)
		skip = 0
		rows = append(rows, more...)
		full = len(rows) >= cur.Limit
		if !full && cur.Budget > 0 && time.Since(began) >= cur.Budget {
			next = b.bottom()
		}
		return full || next > 1, err
	})
	if full || next > 1 || cur.Before > 0 {
		return rows, -1, next, err
	}
	return rows, int64(cur.Offset) - skip + int64(len(rows)), 0, err
}

// rowsOf returns the newest rows of a batch that match, after skip of them.
func (s *Store) rowsOf(ctx context.Context, q *query, b batch, limit int, skip int64) (rows []hook.Row, err error) {
	if b.set != nil {
		b.seqs, b.set = b.set.seqs(nil, b.block), nil
	}
	rest := b.seqs
	for len(rows) < limit {
		if b.sure { // all but those in the trash match: no more than needed are read
			n := min(len(rest), limit-len(rows)+int(skip))
			b.seqs, rest = rest[:n], rest[n:]
		}
		sql, args := q.of(b, rowColumns, " ORDER BY r.seq DESC LIMIT ? OFFSET ?", limit-len(rows), skip)
		more, err := s.selectRows(ctx, sql, args...)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
		if !b.sure || len(rest) == 0 {
			break
		}
		if len(more) == 0 && skip > 0 {
			n, err := s.count(ctx, q, b)
			if err != nil {
				return nil, err
			}
			skip -= n
			continue
		}
		skip = 0
	}
	return rows, nil
}

// catchUp returns the oldest rows above cur.After.
func (s *Store) catchUp(ctx context.Context, q *query, cur hook.Cursor) ([]hook.Row, error) {
	rows, top := []hook.Row{}, s.top(cur)
	size := int64(firstStretch)
	for lo := cur.After; lo < top && len(rows) < cur.Limit; {
		began := time.Now()
		hi := min(top, lo+size)
		more, err := s.selectRows(ctx, q.sql(rowColumns, " ORDER BY r.seq LIMIT ?"),
			q.with(lo, hi, cur.Limit-len(rows))...)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
		lo, size = hi, nextStretch(size, time.Since(began))
	}
	slices.Reverse(rows)
	return rows, nil
}

// Stretches of seqs that one read covers; they grow while reads are quick.
const (
	firstStretch = 1 << 12
	lastStretch  = 1 << 18
)

func nextStretch(size int64, took time.Duration) int64 {
	switch {
	case took < 10*time.Millisecond:
		return min(2*size, lastStretch)
	case took > 40*time.Millisecond:
		return max(size/2, 64)
	}
	return size
}

// walk calls read for stretches lo < seq ≤ hi from top down to bottom, until
// it says that it is done.
func walk(top, bottom int64, read func(lo, hi int64) (done bool, err error)) error {
	size := int64(firstStretch)
	for hi := top; hi > bottom; {
		lo := max(bottom, hi-size)
		began := time.Now()
		if done, err := read(lo, hi); done || err != nil {
			return err
		}
		hi, size = lo, nextStretch(size, time.Since(began))
	}
	return nil
}

// total counts what matches, within the budget.
func (s *Store) total(ctx context.Context, q *query, budget time.Duration) (n int64, exact bool, err error) {
	if q.tallied {
		return s.tally.sum(q.endpoints).requests, true, nil
	}
	short, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	err = q.sift(short, s, s.change.Load().LastSeq, 0, true, func(b batch) (bool, error) {
		some, err := s.count(short, q, b)
		n += some
		return false, err
	})
	if err != nil && ctx.Err() == nil && errors.Is(short.Err(), context.DeadlineExceeded) {
		return n, false, nil
	}
	return n, err == nil, err
}

// Usage says what history holds, without what is in the trash.
func (s *Store) Usage(ctx context.Context) (hook.Usage, error) {
	u := hook.Usage{Endpoints: map[string]hook.EndpointUsage{}}
	slugs := s.slugs.Load()
	s.tally.each(func(id int64, c counts) {
		u.Requests += c.requests
		u.Bytes += c.bytes
		u.Unread += c.unread
		u.Pinned += c.pinned
		e := u.Endpoints[slugs.byID[id]]
		e.Requests += c.requests
		e.Unread += c.unread
		if c.requests > 0 || e.Requests > 0 {
			u.Endpoints[slugs.byID[id]] = e
		}
	})
	err := s.pool.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM deliveries WHERE state = 'waiting')
		+ (SELECT count(*) FROM deliveries WHERE state = 'sending'),
		(SELECT count(*) FROM requests INDEXED BY requests_failed WHERE d_failed > 0 AND trash IS NULL)`).
		Scan(&u.Waiting, &u.Failed)
	return u, faultOf("count history", err)
}
