package store

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"creel/backend/filter"
	"creel/backend/hook"
)

const (
	maxValues = 200
	// valuesTail is how many of the newest rows are read where sheets do not
	// tell.
	valuesTail = 20_000
)

// Values returns texts that a field has in the history and that begin with
// prefix, ignoring case, the most frequent first, at most limit (0 is 50). The
// fields are event, provider, method, status, endpoint, tag, target and header
// (names of header lines); hook.Invalid for others. What was deleted or is very
// old may be among them; names of headers come without counts.
func (s *Store) Values(ctx context.Context, field, prefix string, limit int) ([]hook.Value, error) {
	seen, err := s.values(ctx, field)
	if err != nil {
		return nil, faultOf("list values", err)
	}
	low := filter.Fold(prefix)
	out := []hook.Value{}
	for text, n := range seen {
		if text != "" && strings.HasPrefix(filter.Fold(text), low) {
			out = append(out, hook.Value{Text: strings.Clone(text), Count: n})
		}
	}
	slices.SortFunc(out, func(a, b hook.Value) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Text, b.Text))
	})
	if limit <= 0 {
		limit = 50
	}
	return out[:min(len(out), limit, maxValues)], nil
}

func (s *Store) values(ctx context.Context, field string) (map[string]int64, error) {
	seen := map[string]int64{}
	switch field {
	case "event":
		return seen, s.columnValues(ctx, seen, columnEvent, "ifnull(event, '')", nil)
	case "provider":
		return seen, s.columnValues(ctx, seen, columnProvider, "ifnull(provider, '')", nil)
	case "method":
		return seen, s.columnValues(ctx, seen, columnMethod, "method", nil)
	case "status":
		return seen, s.columnValues(ctx, seen, columnStatus, "status", func(v []byte) string {
			return strconv.FormatInt(number(v), 10)
		})
	case "header":
		return seen, s.headerNames(ctx, seen)
	case "endpoint":
		slugs := s.slugs.Load()
		s.tally.each(func(id int64, c counts) { seen[slugs.byID[id]] += c.requests })
		return seen, nil
	case "tag":
		return seen, s.eachText(ctx, func(text string, _ int64) {
			var tags []string
			if json.Unmarshal([]byte(text), &tags) == nil {
				for _, t := range tags {
					seen[t]++
				}
			}
		}, `SELECT tags, 1 FROM requests INDEXED BY requests_tagged WHERE tags IS NOT NULL AND trash IS NULL
			ORDER BY seq DESC LIMIT ?`, valuesTail)
	case "target":
		return seen, s.eachText(ctx, func(text string, n int64) { seen[text] += n }, `SELECT name, 0 FROM targets UNION ALL
			SELECT target, count(*) FROM (SELECT target FROM deliveries ORDER BY n DESC LIMIT ?) GROUP BY target`, valuesTail)
	}
	return nil, hook.Faultf(hook.Invalid, "list values: there are none of %q; ask for event, provider, method, status, endpoint, tag, target or header", field)
}

func (s *Store) eachText(ctx context.Context, each func(text string, n int64), query string, args ...any) error {
	rows, err := s.pool.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		var n int64
		if err := rows.Scan(&text, &n); err != nil {
			return err
		}
		each(text, n)
	}
	return rows.Err()
}

// everyBlock is the stretch of the whole history.
func (s *Store) everyBlock(ctx context.Context) (*stretch, error) {
	st := &stretch{last: s.change.Load().LastSeq >> blockBits}
	return st, s.lookAtRows(ctx, st)
}

// columnValues counts the values of a column: by its sheets, and by rows for
// the newest requests without.
func (s *Store) columnValues(ctx context.Context, seen map[string]int64, c column, expression string, text func([]byte) string) error {
	if text == nil {
		text = func(v []byte) string { return string(v) }
	}
	st, err := s.everyBlock(ctx)
	if err != nil {
		return err
	}
	err = s.eachSheet(ctx, c, st, func(i int, sheet []byte) error {
		found, err := tallySheet(sheet, &st.rows[i].present, text)
		for v, n := range found {
			seen[v] += n
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.tailValues(ctx, st, seen, expression)
}

// tailValues counts by rows, in the newest blocks that have no sheets.
func (s *Store) tailValues(ctx context.Context, st *stretch, seen map[string]int64, expression string) error {
	left := int64(valuesTail)
	for i := st.blocks() - 1; i >= 0 && left > 0; i-- {
		if st.sealed[i] {
			continue
		}
		first := i
		for first > 0 && !st.sealed[first-1] && i-first < valuesTail/blockSize {
			first--
		}
		err := s.eachText(ctx, func(text string, n int64) { seen[text] += n; left -= n },
			"SELECT "+expression+", count(*) FROM requests WHERE trash IS NULL AND seq >= ? AND seq < ? GROUP BY 1",
			int64(first)<<blockBits, int64(i+1)<<blockBits)
		if err != nil {
			return err
		}
		i = first
	}
	return nil
}

// tallySheet counts how often each value is in a block.
func tallySheet(sheet []byte, present *blockSet, text func([]byte) string) (map[string]int64, error) {
	var values []string
	places, width, err := unpackSheet(sheet, func(_ int, v []byte) { values = append(values, text(v)) })
	if err != nil || len(places) != blockSize*width {
		return nil, cmp.Or(err, errSheet)
	}
	found := make(map[string]int64, len(values))
	ns := make([]int64, 1<<(8*width))
	for n := range int64(blockSize) {
		at := int(n) * width
		place := int(places[at])
		if width == 2 {
			place |= int(places[at+1]) << 8
		}
		if present.has(n) {
			ns[place]++
		}
	}
	for i, v := range values {
		found[v] += ns[i]
	}
	return found, nil
}

func (s *Store) headerNames(ctx context.Context, seen map[string]int64) error {
	st, err := s.everyBlock(ctx)
	if err != nil {
		return err
	}
	err = s.eachSheet(ctx, columnNames, st, func(_ int, sheet []byte) error {
		_, _, err := unpackSheet(sheet, func(_ int, v []byte) { seen[string(v)] = 0 })
		return err
	})
	if err != nil {
		return err
	}
	// The newest block never has sheets: its heads are few enough to be read.
	b := newBuilder()
	return s.eachText(ctx, func(head string, _ int64) {
		b.headers(head)
		for name := range b.names {
			seen[name] = 0
		}
	}, "SELECT head, 0 FROM raws WHERE head IS NOT NULL AND seq >= ? ORDER BY seq DESC LIMIT ?", st.last<<blockBits, blockSize)
}
