package store

import (
	"context"

	"creel/backend/filter"
)

// byText knows from the search index which requests a term may hold for: it
// holds for no other.
type byText struct {
	known
	x    *search
	plan *plan
	find finder

	at  *segment // the one that set is of; only to be compared
	set bitset   // nil when it could not be read
}

// knowsText is for terms that are compared with text as it was sent; nil when
// the index has nothing to say about one.
func (x *search) knowsText(n filter.Node) knower {
	if p := planOf(n); p != nil {
		return &byText{x: x, plan: p}
	}
	return nil
}

func (b *byText) look(ctx context.Context, _ *Store, st *stretch) error {
	b.reset(st)
	segments := b.x.index.use()
	defer b.x.index.release(segments)
	for i := range b.known {
		seq := (st.first + int64(i)) << blockBits
		n := segmentAt(segments, seq)
		if n < 0 {
			continue
		}
		g := segments[n]
		if g != b.at {
			if err := ctx.Err(); err != nil {
				return err
			}
			b.read(g)
		}
		if b.set != nil {
			var may blockSet
			copy(may[:], b.set[(seq-g.first())/64:])
			b.known[i] = guess{may: may}
		}
	}
	return nil
}

// read works out which requests of a segment may match.
func (b *byText) read(g *segment) {
	if b.set != nil {
		b.find.put(b.set)
	}
	var err error
	if b.set, err = b.find.candidates(g, b.plan); err != nil {
		// History is read instead, and the file made anew.
		b.x.damaged(g, err)
		b.set = nil
	}
	b.at = g
}
