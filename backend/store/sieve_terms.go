package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"math"
	"strconv"
	"time"

	"creel/backend/filter"
)

type rawBytes = sql.RawBytes

// known holds what a term found out about the blocks of a stretch.
type known []guess

func (k known) guess(i int) guess { return k[i] }

// reset leaves everything open.
func (k *known) reset(st *stretch) {
	*k = make(known, st.blocks())
	for i := range *k {
		(*k)[i] = unknown()
	}
}

// byColumn knows from the sheets of one column.
type byColumn struct {
	known
	column column
	accept func(value []byte) bool
}

func (b *byColumn) look(ctx context.Context, s *Store, st *stretch) error {
	b.reset(st)
	return s.eachSheet(ctx, b.column, st, func(i int, sheet []byte) error {
		set, err := pick(sheet, b.accept)
		if err == nil {
			b.known[i] = exactly(set)
		}
		return err
	})
}

// byTime knows from when the first and the last request of a block arrived.
type byTime struct {
	known
	from, to int64 // the term holds from one to the other, both included
}

func (b *byTime) look(_ context.Context, _ *Store, st *stretch) error {
	b.reset(st)
	for i, r := range st.rows {
		switch {
		case !st.sealed[i]:
		case b.from <= r.from && r.to <= b.to:
			b.known[i] = exactly(wholeBlock())
		case r.to < b.from || b.to < r.from:
			b.known[i] = guess{}
		}
	}
	return nil
}

// bySeq knows from the seqs themselves.
type bySeq struct {
	known
	holds func(seq int64) bool
}

func (b *bySeq) look(_ context.Context, _ *Store, st *stretch) error {
	b.reset(st)
	for i := range b.known {
		var set blockSet
		for n := range int64(blockSize) {
			if b.holds((st.first+int64(i))<<blockBits | n) {
				set.add(n)
			}
		}
		b.known[i] = exactly(set)
	}
	return nil
}

// byTally knows from the counts of a block: all of them, none, or some.
type byTally struct {
	known
	count func(counts) int64
}

func (b *byTally) look(_ context.Context, s *Store, st *stretch) error {
	b.reset(st)
	for i := range b.known {
		switch c := s.tally.block(st.first + int64(i)); b.count(c) {
		case 0:
			b.known[i] = guess{}
		case c.requests:
			b.known[i] = exactly(wholeBlock())
		}
	}
	return nil
}

// byList knows from a query for the seqs of what few requests have; the others
// lack it. exact says that those have all that the term asks for.
type byList struct {
	known
	query string // of seqs; takes the first and the last seq
	exact bool
}

func (b *byList) look(ctx context.Context, s *Store, st *stretch) error {
	seqs, err := s.seqs(ctx, b.query, st.first<<blockBits, (st.last+1)<<blockBits-1)
	if err != nil {
		return err
	}
	b.known = st.guesses(seqs, b.exact)
	return nil
}

// guesses are for terms that hold for no other seqs than these.
func (st *stretch) guesses(seqs []int64, exact bool) known {
	k := make(known, st.blocks())
	for _, seq := range seqs {
		if seq < st.first<<blockBits || seq>>blockBits > st.last {
			continue
		}
		i, n := seq>>blockBits-st.first, seq&(blockSize-1)
		k[i].may.add(n)
		if exact {
			k[i].must.add(n)
		}
	}
	return k
}

// byOnce knows from a query that is not in the order of the requests: it is
// asked once, for the seqs of all history, while these are few.
type byOnce struct {
	byList // of more than holds, for when they are not
	once   string
	args   []any
	asked  bool
	many   bool
	seqs   []int64
}

const fewEnough = 20_000

func (b *byOnce) look(ctx context.Context, s *Store, st *stretch) (err error) {
	if !b.asked {
		b.seqs, err = s.seqs(ctx, b.once+" LIMIT ?", append(b.args, fewEnough+1)...)
		b.asked, b.many = true, len(b.seqs) > fewEnough
	}
	if err != nil || b.many {
		return errors.Join(err, b.byList.look(ctx, s, st))
	}
	b.known = st.guesses(b.seqs, true)
	return nil
}

// sentRequests are those that have deliveries.
const sentRequests = "SELECT request FROM deliveries WHERE request >= ? AND request <= ?"

// within picks the seqs of one column between two.
func within(column, from string) string {
	return "SELECT " + column + " FROM " + from + " AND " + column + " >= ? AND " + column + " <= ?"
}

// knowsField says how to find out about a field; nil when there is no way.
func (v *sieve) knowsField(f filter.Field, c *compiler) knower {
	text := func(value []byte) bool { return holds(f, view(value)) }
	numeric := func(value []byte) bool { return f.HoldsNumber(number(value)) }
	switch f.Name {
	case "method":
		return &byColumn{column: columnMethod, accept: text}
	case "provider":
		return &byColumn{column: columnProvider, accept: text}
	case "event":
		return &byColumn{column: columnEvent, accept: text}
	case "path", "query":
		return &byColumn{column: columnTarget, accept: text}
	case "status":
		return &byColumn{column: columnStatus, accept: numeric}
	case "size":
		return &byColumn{column: columnSize, accept: numeric}
	case "endpoint":
		return &byColumn{column: columnEndpoint, accept: func(value []byte) bool { return f.Holds(v.slugs.byID[number(value)]) }}
	case "sig":
		return &byColumn{column: columnFlags, accept: func(value []byte) bool {
			return f.Holds(sigCodes[number(value)>>sigShift&3%int64(len(sigCodes))])
		}}
	case "seq":
		return &bySeq{holds: f.HoldsNumber}
	case "age", "after", "before":
		return knowsTime(f, c.now)
	case "note":
		return v.knowsMark(f, "requests INDEXED BY requests_noted WHERE note IS NOT NULL")
	case "tag":
		return v.knowsMark(f, "requests INDEXED BY requests_tagged WHERE tags IS NOT NULL")
	case "target":
		return &byOnce{byList: byList{query: sentRequests}, args: []any{c.leaf(f)},
			once: "SELECT request FROM deliveries WHERE creel_target(?, target, url)"}
	case "attempt":
		return knowsAttempt(f)
	case "header", "body":
		return v.s.search.knowsText(f)
	}
	return knowsFlag(f)
}

// knowsMark is for text that few requests have, unless what is asked for is
// that it is missing.
func (v *sieve) knowsMark(f filter.Field, from string) knower {
	if f.HoldsTags(nil) || f.Holds("") {
		return nil
	}
	return &byList{query: within("seq", from)}
}

func knowsFlag(f filter.Field) knower {
	state := func(want string) knower {
		return &byColumn{column: columnFlags, accept: func(value []byte) bool {
			state := number(value) & 15
			return state < int64(len(stateCodes)) && string(stateCodes[state]) == want
		}}
	}
	switch f.Name + ":" + f.Value {
	case "is:pinned":
		return &byTally{count: func(c counts) int64 { return c.pinned }}
	case "is:unread":
		return &byTally{count: func(c counts) int64 { return c.unread }}
	case "is:cut", "is:refused":
		return state(f.Value)
	case "is:failed":
		return &byList{exact: true, query: within("seq", "requests INDEXED BY requests_failed WHERE d_failed > 0 AND trash IS NULL")}
	case "is:replayed":
		return &byList{exact: true, query: within("request", "deliveries INDEXED BY deliveries_replayed WHERE kind = 'replay'")}
	case "is:dead":
		return &byList{exact: true, query: within("request", "deliveries INDEXED BY deliveries_dead WHERE state = 'dead'")}
	case "is:forwarded", "has:attempt":
		return &byList{query: sentRequests}
	case "has:note":
		return &byList{exact: true, query: within("seq", "requests INDEXED BY requests_noted WHERE note IS NOT NULL")}
	case "has:tag":
		return &byList{exact: true, query: within("seq", "requests INDEXED BY requests_tagged WHERE tags IS NOT NULL")}
	}
	return nil
}

// knowsAttempt looks at what went wrong when the term asks for nothing else.
func knowsAttempt(f filter.Field) knower {
	all := byList{query: sentRequests}
	for status := int64(200); status < 300 && f.Op != filter.Flag; status++ {
		if f.HoldsNumber(status) {
			return &all
		}
	}
	var c compiler
	outcome, err := c.outcome(f)
	if err != nil {
		return &all
	}
	return &byOnce{byList: all, args: c.args, once: `SELECT d.request FROM attempts a INDEXED BY attempts_failed
		CROSS JOIN deliveries d ON d.n = a.delivery WHERE (a.status < 200 OR a.status > 299) AND ` + outcome}
}

func knowsTime(f filter.Field, now time.Time) knower {
	b := &byTime{from: math.MinInt64, to: math.MaxInt64}
	if f.Name != "age" {
		at, err := time.Parse(filter.TimeLayout, f.Value)
		if f.Op == filter.AtLeast {
			b.from = at.UnixMicro()
		} else {
			b.to = at.UnixMicro() - 1
		}
		if err != nil {
			return nil
		}
		return b
	}
	ends := make([]int64, 0, 2)
	for _, v := range []string{cmp.Or(f.Lo, f.Value), cmp.Or(f.Hi, f.Value)} {
		us, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return nil
		}
		ends = append(ends, now.UnixMicro()-us)
	}
	switch f.Op {
	case filter.Less:
		b.from = ends[0] + 1
	case filter.AtMost:
		b.from = ends[0]
	case filter.Greater:
		b.to = ends[0] - 1
	case filter.AtLeast:
		b.to = ends[0]
	case filter.Range:
		b.from, b.to = ends[1], ends[0]
	default:
		return nil
	}
	return b
}
