package store

import (
	"context"

	"creel/backend/filter"
)

// A sieve tells, for whole blocks at a time and without looking at a row, which
// requests cannot match a filter and which must: from sheets, from counts, and
// from the indexes of what few requests have. What it leaves open SQL decides.
//
// It works on a tree of its own beside the filter's: each term knows something
// about the blocks of a stretch, and AND, OR and NOT combine that. A term that
// it has no means to know about leaves everything open.
type sieve struct {
	s     *Store
	root  clause
	all   []knower
	slugs *slugbook
}

// clause is a node of the tree.
type clause interface {
	// guess is for the i-th block of the stretch that was looked at last.
	guess(i int) guess
}

// knower is a term that knows something.
type knower interface {
	clause
	// look finds out about the blocks of a stretch.
	look(ctx context.Context, s *Store, st *stretch) error
}

// stretch is a run of blocks, first ≤ block ≤ last.
type stretch struct {
	first, last int64
	rows        []rowsSheet // of the blocks that have sheets
	sealed      []bool
}

func (st *stretch) blocks() int { return int(st.last-st.first) + 1 }

type (
	allOf    []clause
	oneOf    []clause
	noneOf   struct{ clause }
	anything struct{}
)

func (c allOf) guess(i int) guess {
	g := guess{wholeBlock(), wholeBlock()}
	for _, k := range c {
		h := k.guess(i)
		g.may, g.must = g.may.and(h.may), g.must.and(h.must)
	}
	return g
}

func (c oneOf) guess(i int) (g guess) {
	for _, k := range c {
		h := k.guess(i)
		g.may, g.must = g.may.or(h.may), g.must.or(h.must)
	}
	return g
}

func (c noneOf) guess(i int) guess { return c.clause.guess(i).not() }

func (anything) guess(int) guess { return unknown() }

// newSieve returns nil when nothing is known about any term.
func (s *Store) newSieve(expr *filter.Expr, c *compiler) *sieve {
	v := &sieve{s: s, slugs: c.slugs}
	v.root = v.clause(expr.Root, c)
	if len(v.all) == 0 {
		return nil
	}
	return v
}

func (v *sieve) clause(n filter.Node, c *compiler) clause {
	switch n := n.(type) {
	case filter.And:
		return allOf(v.clauses(n.Terms, c))
	case filter.Or:
		return oneOf(v.clauses(n.Terms, c))
	case filter.Not:
		return noneOf{v.clause(n.Term, c)}
	case filter.Word:
		return v.knows(v.s.search.knowsText(n))
	case filter.Field:
		return v.knows(v.knowsField(n, c))
	}
	return anything{}
}

func (v *sieve) clauses(terms []filter.Node, c *compiler) (cs []clause) {
	for _, t := range terms {
		cs = append(cs, v.clause(t, c))
	}
	return cs
}

func (v *sieve) knows(k knower) clause {
	if k == nil {
		return anything{}
	}
	v.all = append(v.all, k)
	return k
}

// look finds out about a stretch.
func (v *sieve) look(ctx context.Context, first, last int64) (*stretch, error) {
	st := &stretch{first: first, last: last}
	if err := v.s.lookAtRows(ctx, st); err != nil {
		return nil, err
	}
	for _, k := range v.all {
		if err := k.look(ctx, v.s, st); err != nil {
			return nil, err
		}
	}
	return st, nil
}

// lookAtRows finds out which blocks of a stretch have sheets.
func (s *Store) lookAtRows(ctx context.Context, st *stretch) error {
	st.rows, st.sealed = make([]rowsSheet, st.blocks()), make([]bool, st.blocks())
	return s.eachSheet(ctx, columnRows, st, func(i int, sheet []byte) (err error) {
		st.rows[i], err = unpackRows(sheet)
		st.sealed[i] = err == nil
		return err
	})
}

// eachSheet reads a column of the blocks of a stretch that have sheets. A damaged
// sheet counts as none: the block is searched row by row.
func (s *Store) eachSheet(ctx context.Context, c column, st *stretch, each func(i int, sheet []byte) error) (err error) {
	rows, err := s.pool.QueryContext(ctx, "SELECT id, data FROM sheets WHERE id >= ? AND id <= ?",
		sheetID(c, st.first), sheetID(c, st.last))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var sheet rawBytes
		if err := rows.Scan(&id, &sheet); err != nil {
			return err
		}
		i := int(id&blockMask - st.first)
		if c != columnRows && !st.sealed[i] {
			continue
		}
		if err := each(i, sheet); err != nil {
			st.sealed[i] = false
			s.opt.Log.Warn("a sheet cannot be read; its block is searched row by row", "block", st.first+int64(i), "err", err)
		}
	}
	return rows.Err()
}

// guess is for the i-th block of st. Of one without sheets only the search
// index may know something, and nothing for sure.
func (v *sieve) guess(st *stretch, i int) guess {
	g := v.root.guess(i)
	if !st.sealed[i] {
		return guess{may: g.may}
	}
	g.may, g.must = g.may.and(st.rows[i].present), g.must.and(st.rows[i].present)
	return g
}
