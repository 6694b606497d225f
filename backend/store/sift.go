package store

import (
	"context"
	"slices"
)

// batch is a part of the history that may match, newest first.
type batch struct {
	lo, hi int64   // lo < seq ≤ hi
	seqs   []int64 // only these of them; nil is all
	sure   bool    // these match as long as they are there
	// When counting: all of a set of a block match and are there.
	set   *blockSet
	block int64
}

// bottom is its lowest seq.
func (b *batch) bottom() int64 {
	switch {
	case b.set != nil:
		return b.block << blockBits
	case b.seqs != nil:
		return b.seqs[len(b.seqs)-1]
	}
	return b.lo + 1
}

const (
	batchSize    = 1024
	firstBlocks  = 4 // of a stretch; they double
	mostBlocks   = 64
	denseInBlock = blockSize * 3 / 4
)

// sifter hands out batches from top down to bottom.
type sifter struct {
	q           *query
	s           *Store
	ctx         context.Context
	counting    bool
	each        func(batch) (done bool, err error)
	top, bottom int64
	held        batch // seqs not handed out yet
	lo, hi      int64 // a range not handed out yet; lo < seq ≤ hi
}

// sift calls each with what of bottom < seq ≤ top may match, newest first,
// until it says that it is done. When counting, whole blocks may come as a
// number.
func (q *query) sift(ctx context.Context, s *Store, top, bottom int64, counting bool, each func(batch) (done bool, err error)) error {
	if q.sieve == nil {
		return walk(top, bottom, func(lo, hi int64) (bool, error) { return each(batch{lo: lo, hi: hi}) })
	}
	f := &sifter{q: q, s: s, ctx: ctx, counting: counting, each: each, top: top, bottom: bottom}
	size := int64(firstBlocks)
	for last := top >> blockBits; last >= 0 && last<<blockBits+blockSize-1 > bottom; {
		first := max(last-size+1, (bottom+1)>>blockBits)
		st, err := q.sieve.look(ctx, first, last)
		if err != nil {
			return err
		}
		for i := st.blocks() - 1; i >= 0; i-- {
			if done, err := f.block(st, i); done || err != nil {
				return err
			}
		}
		last, size = first-1, min(2*size, mostBlocks)
	}
	if done, err := f.flush(); done || err != nil {
		return err
	}
	_, err := f.flushRange()
	return err
}

// block takes the i-th block of a stretch.
func (f *sifter) block(st *stretch, i int) (done bool, err error) {
	block := st.first + int64(i)
	lo, hi := max(f.bottom, block<<blockBits-1), min(f.top, block<<blockBits|(blockSize-1))
	g := f.q.sieve.guess(st, i)
	if !g.sure() && g.may.count() > denseInBlock {
		return f.stretch(lo, hi)
	}
	whole := hi-lo == blockSize || block == 0 && lo <= 0 && hi == blockSize-1
	if f.counting && g.sure() && whole && f.s.tally.block(block).requests == st.rows[i].present.count() {
		if g.must == (blockSet{}) {
			return false, nil
		}
		if done, err := f.flush(); done || err != nil {
			return done, err
		}
		if done, err := f.flushRange(); done || err != nil {
			return done, err
		}
		return f.each(batch{set: &g.must, block: block, sure: true})
	}
	seqs := g.may.seqs(nil, block)
	seqs = slices.DeleteFunc(seqs, func(seq int64) bool { return seq <= lo || seq > hi })
	if len(seqs) == 0 {
		return false, nil
	}
	if done, err := f.flushRange(); done || err != nil {
		return done, err
	}
	if f.held.seqs != nil && (f.held.sure != g.sure() || len(f.held.seqs)+len(seqs) > batchSize) {
		if done, err := f.flush(); done || err != nil {
			return done, err
		}
	}
	f.held.seqs, f.held.sure = append(f.held.seqs, seqs...), g.sure()
	return false, nil
}

// stretch takes all seqs lo < seq ≤ hi; neighbours are joined.
func (f *sifter) stretch(lo, hi int64) (done bool, err error) {
	if done, err := f.flush(); done || err != nil {
		return done, err
	}
	if f.hi > f.lo && f.lo == hi && f.hi-lo <= 4*batchSize {
		f.lo = lo
		return false, nil
	}
	done, err = f.flushRange()
	f.lo, f.hi = lo, hi
	return done, err
}

func (f *sifter) flush() (done bool, err error) {
	b := f.held
	if f.held = (batch{}); len(b.seqs) == 0 {
		return false, f.ctx.Err()
	}
	return f.each(b)
}

func (f *sifter) flushRange() (done bool, err error) {
	b := batch{lo: f.lo, hi: f.hi}
	if f.lo, f.hi = 0, 0; b.hi <= b.lo {
		return false, nil
	}
	return f.each(b)
}

// of is a statement over the requests r of a batch that match q.
func (q *query) of(b batch, what, order string, more ...any) (string, []any) {
	if b.set != nil {
		b.seqs = b.set.seqs(nil, b.block)
	}
	if b.seqs == nil {
		return q.sql(what, order), q.with(b.lo, b.hi, more...)
	}
	sql := "SELECT " + what + " FROM requests r WHERE r.trash IS NULL AND r.seq IN (SELECT value FROM json_each(?))"
	args := []any{seqList(b.seqs)}
	if !b.sure && q.where != "" {
		sql += " AND " + q.where
		args = append(args, q.args...)
	}
	return sql + order, append(args, more...)
}

// count is how many of a batch match.
func (s *Store) count(ctx context.Context, q *query, b batch) (n int64, err error) {
	if b.set != nil {
		return b.set.count(), nil
	}
	sql, args := q.of(b, "count(*)", "")
	err = s.pool.QueryRowContext(ctx, sql, args...).Scan(&n)
	return n, err
}
