package store

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"slices"
	"strings"

	"creel/backend/filter"
	"creel/backend/hook"
)

// chunk is how many rows a large operation changes in one transaction, about
// 10 ms; captures take their turn before the next.
const chunk = 1000

// Mark changes the marks of the rows with these seqs that are not in the
// trash; it returns how many there are.
func (s *Store) Mark(ctx context.Context, seqs []int64, p hook.MarksPatch) (n int64, err error) {
	for part := range slices.Chunk(seqs, chunk) {
		err = s.write(ctx, "mark requests", func(t *tx) error {
			some, err := t.mark(part, p)
			n += some
			return err
		})
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// MarkAll is Mark for every request that matches expr.
func (s *Store) MarkAll(ctx context.Context, expr *filter.Expr, p hook.MarksPatch) (n int64, err error) {
	err = s.eachChunk(ctx, expr, 0, func(seqs []int64) error {
		some, err := s.Mark(ctx, seqs, p)
		n += some
		return err
	})
	return n, faultOf("mark requests", err)
}

// eachChunk calls f with the seqs of what matches and is ≤ upTo (0: all), at
// most a chunk at a time, newest first. What arrives meanwhile is left out.
func (s *Store) eachChunk(ctx context.Context, expr *filter.Expr, upTo int64, f func(seqs []int64) error) error {
	q, err := s.compile(expr)
	if err != nil {
		return err
	}
	defer q.release()
	top := s.change.Load().LastSeq
	if upTo > 0 {
		top = min(top, upTo)
	}
	return q.sift(ctx, s, top, 0, false, func(b batch) (bool, error) {
		sql, args := q.of(b, "r.seq", " ORDER BY r.seq DESC")
		seqs, err := s.seqs(ctx, sql, args...)
		if err != nil {
			return false, err
		}
		for part := range slices.Chunk(seqs, chunk) {
			if err := f(part); err != nil {
				return false, err
			}
		}
		return false, nil
	})
}

func (s *Store) seqs(ctx context.Context, query string, args ...any) ([]int64, error) {
	rows, err := s.pool.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var seqs []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		seqs = append(seqs, n)
	}
	return seqs, rows.Err()
}

// group is what requests of one block and endpoint count for together.
type group struct {
	block, endpoint int64
	counts
}

// groups adds up the rows of a JSON list of seqs that are not in the trash.
func (t *tx) groups(seqs any) ([]group, error) {
	var gs []group
	err := t.query(`SELECT seq >> 10, endpoint, count(*), sum(1 - read), sum(pinned), sum(kept), sum(kept * pinned)
		FROM requests WHERE `+inList+` GROUP BY 1, 2`, func(row []driver.Value) error {
		gs = append(gs, group{integer(row[0]), integer(row[1]), counts{integer(row[2]), integer(row[3]),
			integer(row[4]), integer(row[5]), integer(row[6])}})
		return nil
	}, seqs)
	return gs, err
}

// countGroups notes groups that came (1) or went (-1).
func (t *tx) countGroups(gs []group, sign int64) (n int64) {
	for _, g := range gs {
		t.count(g.block<<blockBits, g.endpoint, g.counts.times(sign))
		n += g.requests
	}
	return n
}

const inList = "seq IN (SELECT value FROM json_each(?)) AND trash IS NULL"

// mark patches rows and recounts them.
func (t *tx) mark(seqs []int64, p hook.MarksPatch) (int64, error) {
	list := seqList(seqs)
	before, err := t.groups(list)
	if err != nil {
		return 0, err
	}
	n := t.countGroups(before, -1)
	set, args, err := patchSQL(p)
	if err != nil || n == 0 {
		t.countGroups(before, 1)
		return n, err
	}
	if len(set) > 0 {
		err := t.query("UPDATE requests SET "+strings.Join(set, ", ")+" WHERE "+inList+" RETURNING seq",
			func(row []driver.Value) error {
				t.touch(integer(row[0]))
				return nil
			}, append(args, list)...)
		if err != nil {
			return 0, err
		}
	}
	after, err := t.groups(list)
	t.countGroups(after, 1)
	return n, err
}

func patchSQL(p hook.MarksPatch) (set []string, args []any, err error) {
	if p.Note != nil {
		set, args = append(set, "note = ?"), append(args, orNull(*p.Note))
	}
	if p.Tags != nil {
		tags, err := tagsText(*p.Tags)
		if err != nil {
			return nil, nil, err
		}
		set, args = append(set, "tags = ?"), append(args, tags)
	}
	if p.Pinned != nil {
		set, args = append(set, "pinned = ?"), append(args, *p.Pinned)
	}
	if p.Read != nil {
		set, args = append(set, "read = ?"), append(args, *p.Read)
	}
	return set, args, nil
}

// tagsText writes tags as Marks promises them: sorted, lower-case, unique.
func tagsText(tags []string) (any, error) {
	var clean []string
	for _, tag := range tags {
		if tag = strings.ToLower(strings.TrimSpace(tag)); tag != "" {
			clean = append(clean, tag)
		}
	}
	if len(clean) == 0 {
		return nil, nil
	}
	slices.Sort(clean)
	b, err := json.Marshal(slices.Compact(clean))
	return string(b), err
}
