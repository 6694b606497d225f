package store

import (
	"database/sql/driver"
	"slices"
	"sync"
)

// blockBits: requests are counted by blocks of 1,024 seqs.
const blockBits = 10

type blockKey struct{ block, endpoint int64 }

// counts says what is in a block, or what changes in it.
type counts struct {
	requests, unread, pinned, bytes, pinnedBytes int64
}

func (c counts) plus(d counts) counts {
	return counts{c.requests + d.requests, c.unread + d.unread, c.pinned + d.pinned,
		c.bytes + d.bytes, c.pinnedBytes + d.pinnedBytes}
}

// countsOf is what one request counts for.
func countsOf(pinned, read bool, kept int64) counts {
	c := counts{requests: 1, bytes: kept}
	if pinned {
		c.pinned, c.pinnedBytes = 1, kept
	}
	if !read {
		c.unread = 1
	}
	return c
}

func (c counts) times(n int64) counts {
	return counts{c.requests * n, c.unread * n, c.pinned * n, c.bytes * n, c.pinnedBytes * n}
}

// tally holds the table tallies in memory: what is not in the trash, by block
// and endpoint. The writer changes it after each commit.
type tally struct {
	mu     sync.RWMutex
	byKey  map[blockKey]counts
	blocks []int64 // all blocks that hold something, ascending
	totals map[int64]counts
}

func newTally() *tally {
	return &tally{byKey: map[blockKey]counts{}, totals: map[int64]counts{}}
}

func (t *tally) load(c *conn) error {
	deltas := map[blockKey]counts{}
	err := c.query(`SELECT block, endpoint, requests, unread, pinned, bytes, pinned_bytes FROM tallies`,
		func(row []driver.Value) error {
			deltas[blockKey{integer(row[0]), integer(row[1])}] = counts{integer(row[2]), integer(row[3]),
				integer(row[4]), integer(row[5]), integer(row[6])}
			return nil
		})
	t.apply(deltas)
	return err
}

func (t *tally) apply(deltas map[blockKey]counts) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for k, d := range deltas {
		if i, ok := slices.BinarySearch(t.blocks, k.block); !ok {
			t.blocks = slices.Insert(t.blocks, i, k.block)
		}
		t.totals[k.endpoint] = t.totals[k.endpoint].plus(d)
		if c := t.byKey[k].plus(d); c != (counts{}) {
			t.byKey[k] = c
		} else {
			delete(t.byKey, k)
		}
	}
}

// sum adds up the endpoints, all when nil.
func (t *tally) sum(endpoints []int64) (c counts) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for id, n := range t.totals {
		if endpoints == nil || slices.Contains(endpoints, id) {
			c = c.plus(n)
		}
	}
	return c
}

// each calls f with the total of every endpoint id.
func (t *tally) each(f func(endpoint int64, c counts)) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for id, c := range t.totals {
		f(id, c)
	}
}

// in counts the requests of these endpoints in a block. The lock is held.
func (t *tally) in(block int64, endpoints []int64) (n int64) {
	if endpoints == nil {
		for id := range t.totals {
			n += t.byKey[blockKey{block, id}].requests
		}
		return n
	}
	for _, id := range endpoints {
		n += t.byKey[blockKey{block, id}].requests
	}
	return n
}

// block adds up what a block holds.
func (t *tally) block(block int64) (c counts) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for id := range t.totals {
		c = c.plus(t.byKey[blockKey{block, id}])
	}
	return c
}

// below skips whole blocks: of the requests of these endpoints in blocks under
// block, it finds the block where the one at that offset from the newest is,
// and how many there are to skip within it. ok is false when there are fewer.
func (t *tally) below(block int64, endpoints []int64, offset int64) (in, skip int64, ok bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	i, _ := slices.BinarySearch(t.blocks, block)
	for i--; i >= 0; i-- {
		n := t.in(t.blocks[i], endpoints)
		if offset < n {
			return t.blocks[i], offset, true
		}
		offset -= n
	}
	return 0, 0, false
}

// filled returns the blocks with something in them, oldest first.
func (t *tally) filled() []int64 {
	t.mu.RLock()
	defer t.mu.RUnlock()
	var bs []int64
	for _, b := range t.blocks {
		if t.in(b, nil) > 0 {
			bs = append(bs, b)
		}
	}
	return bs
}
