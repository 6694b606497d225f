package store_test

import (
	"slices"
	"testing"
	"time"

	"creel/backend/filter"
	"creel/backend/hook"
	"creel/backend/store"

	"pgregory.net/rapid"
)

// TestSearchIsTheFilter holds SQL against the filter's own matcher.
func TestSearchIsTheFilter(t *testing.T) {
	t.Parallel()
	clock := &clock{t: time.UnixMicro(firstMoment + 5)}
	s := openTemp(t, func(o *store.Options) { o.CountBudget, o.Now = time.Hour, clock.now })
	rapid.Check(t, func(t *rapid.T) {
		if _, err := s.Trash(ctx, nil, 0); err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 8).Draw(t, "requests") {
			c, p := request(t)
			seq, err := s.Keep(ctx, c, nil)
			if err == nil {
				_, err = s.Mark(ctx, []int64{seq}, p)
			}
			if err != nil {
				t.Fatal(err)
			}
			send(t, s, seq)
		}
		all, err := s.List(ctx, nil, hook.Cursor{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for range 8 {
			checkSearch(t, s, all.Rows, expression(t), clock.now())
		}
	})
}

// checkSearch compares what history finds with what the matcher picks.
func checkSearch(t *rapid.T, s *store.Store, all []hook.Row, src string, now time.Time) {
	e, err := filter.Parse(src)
	if err != nil {
		t.Fatalf("%s: %v", src, err)
	}
	want := []int64{}
	for _, row := range all {
		raw, err := s.Raw(ctx, row.Seq)
		if err != nil {
			t.Fatal(err)
		}
		ds, err := s.Deliveries(ctx, row.Seq)
		if err != nil {
			t.Fatal(err)
		}
		if e.Holds(filter.Subject{Row: row, Raw: func() hook.Raw { return raw }, Deliveries: func() []hook.Delivery { return ds }, Now: now}) {
			want = append(want, row.Seq)
		}
	}
	page, err := s.List(ctx, e, hook.Cursor{Limit: 100})
	if err != nil {
		t.Fatalf("%s: %v", src, err)
	}
	if got := seqsOf(page); !slices.Equal(got, want) || page.Total != int64(len(want)) {
		t.Fatalf("%s: history finds %v (total %d), the filter means %v", src, got, page.Total, want)
	}
	if len(want) > 1 {
		page, err = s.List(ctx, e, hook.Cursor{Offset: 1, Limit: 1})
		if err != nil || !slices.Equal(seqsOf(page), want[1:2]) {
			t.Fatalf("%s: second match is %v (%v), want %d", src, seqsOf(page), err, want[1])
		}
	}
}
