package store_test

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"testing"
	"time"

	"creel/backend/filter"
	"creel/backend/hook"
	"creel/backend/store"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// held is what the model knows of a request.
type held struct {
	seq          int64
	slug         string
	size         int64
	pinned, read bool
	trash        int64
}

// model is the history in the plainest words.
type model struct {
	t     *rapid.T
	dir   string
	clock *clock
	s     *store.Store
	all   []held
	last  int64
}

func (m *model) open() {
	s, err := store.Open(ctx, store.Options{Dir: m.dir, Now: m.clock.now, Log: slog.New(slog.DiscardHandler), CountBudget: time.Hour})
	m.must(err)
	m.s = s
}

func (m *model) must(err error) {
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *model) visible(pick func(held) bool) (out []held) {
	for _, h := range m.all {
		if h.trash == 0 && (pick == nil || pick(h)) {
			out = append(out, h)
		}
	}
	return out
}

// keep adds up to two blocks of requests to one endpoint.
func (m *model) keep(t *rapid.T) {
	slug := rapid.SampledFrom([]string{"inbox", "a", "b"}).Draw(t, "slug")
	cs := make([]hook.Capture, rapid.SampledFrom([]int{1, 3, 20, 1100}).Draw(t, "n"))
	for i := range cs {
		cs[i] = *small(slug, i)
	}
	m.must(m.s.KeepMany(ctx, cs))
	for _, c := range cs {
		m.last++
		if c.Seq != m.last {
			t.Fatalf("seq is %d, want %d", c.Seq, m.last)
		}
		m.all = append(m.all, held{seq: c.Seq, slug: slug, size: int64(len(c.Head) + len(c.Body))})
	}
}

func small(slug string, n int) *hook.Capture {
	return capture(on(slug), body(fmt.Sprint(n)))
}

func (m *model) stretch(t *rapid.T) (lo, hi int64, e *filter.Expr) {
	lo = rapid.Int64Range(1, max(m.last, 1)).Draw(t, "from")
	hi = min(m.last, lo+rapid.SampledFrom([]int64{0, 5, 1200}).Draw(t, "more"))
	hi = max(lo, hi)
	e, err := filter.Parse(fmt.Sprintf("seq:%d..%d", lo, hi))
	m.must(err)
	return lo, hi, e
}

func (m *model) mark(t *rapid.T) {
	lo, hi, e := m.stretch(t)
	pinned, read := rapid.Bool().Draw(t, "pinned"), rapid.Bool().Draw(t, "read")
	n, err := m.s.MarkAll(ctx, e, hook.MarksPatch{Pinned: &pinned, Read: &read})
	m.must(err)
	for i, h := range m.all {
		if h.trash == 0 && lo <= h.seq && h.seq <= hi {
			m.all[i].pinned, m.all[i].read = pinned, read
			n--
		}
	}
	if n != 0 {
		t.Fatalf("marked %d too many", n)
	}
}

func (m *model) delete(t *rapid.T) {
	lo, hi, e := m.stretch(t)
	tr, err := m.s.Trash(ctx, e, 0)
	m.must(err)
	for i, h := range m.all {
		if h.trash == 0 && lo <= h.seq && h.seq <= hi {
			m.all[i].trash = tr.ID
			tr.Count--
		}
	}
	if tr.Count != 0 {
		t.Fatalf("deleted %d too many", tr.Count)
	}
}

func (m *model) restore(t *rapid.T) {
	var ids []int64
	for _, h := range m.all {
		if h.trash != 0 {
			ids = append(ids, h.trash)
		}
	}
	if len(ids) == 0 {
		return
	}
	id := rapid.SampledFrom(ids).Draw(t, "batch")
	_, err := m.s.Restore(ctx, id)
	m.must(err)
	for i := range m.all {
		if m.all[i].trash == id {
			m.all[i].trash = 0
		}
	}
}

func (m *model) prune(t *rapid.T) {
	limit := rapid.Int64Range(1, 2000).Draw(t, "limit")
	if rapid.Bool().Draw(t, "empty the trash") {
		m.clock.add(time.Hour)
		m.all = slices.DeleteFunc(m.all, func(h held) bool { return h.trash != 0 })
	}
	_, err := m.s.Prune(ctx, hook.Retention{Count: limit})
	m.must(err)
	pinned := int64(len(m.visible(func(h held) bool { return h.pinned })))
	over := int64(len(m.visible(nil))) - pinned - max(limit-pinned, limit/10, 1)
	m.all = slices.DeleteFunc(m.all, func(h held) bool {
		if h.trash != 0 || h.pinned || over <= 0 {
			return false
		}
		over--
		return true
	})
}

func (m *model) reopen(*rapid.T) {
	m.must(m.s.Close())
	m.open()
}

// check holds everything that can be asked against the model.
func (m *model) check(t *rapid.T) {
	rows := m.visible(nil)
	want := hook.Usage{Endpoints: map[string]hook.EndpointUsage{}}
	for _, h := range rows {
		e := want.Endpoints[h.slug]
		want.Requests, want.Bytes, e.Requests = want.Requests+1, want.Bytes+h.size, e.Requests+1
		if h.pinned {
			want.Pinned++
		}
		if !h.read {
			want.Unread, e.Unread = want.Unread+1, e.Unread+1
		}
		want.Endpoints[h.slug] = e
	}
	got, err := m.s.Usage(ctx)
	m.must(err)
	if d := gocmp.Diff(want, got); d != "" {
		t.Fatalf("usage differs (-want +got):\n%s", d)
	}
	m.checkPage(t, nil, rows)
	slug := rapid.SampledFrom([]string{"inbox", "a", "b"}).Draw(t, "endpoint")
	e, err := filter.Parse("endpoint:" + slug)
	m.must(err)
	m.checkPage(t, e, m.visible(func(h held) bool { return h.slug == slug }))
}

// checkPage asks for a page somewhere in rows, oldest first.
func (m *model) checkPage(t *rapid.T, e *filter.Expr, rows []held) {
	cur := hook.Cursor{Offset: rapid.IntRange(0, len(rows)+2).Draw(t, "offset"), Limit: rapid.IntRange(1, 50).Draw(t, "limit")}
	if rapid.Bool().Draw(t, "bounded") {
		cur.Before = rapid.Int64Range(1, m.last+2).Draw(t, "before")
	}
	p, err := m.s.List(ctx, e, cur)
	m.must(err)
	if p.Total != int64(len(rows)) || !p.Exact {
		t.Fatalf("total is %d (exact: %v), want %d", p.Total, p.Exact, len(rows))
	}
	below := slices.Clone(rows)
	if cur.Before > 0 {
		n, _ := slices.BinarySearchFunc(below, cur.Before, func(h held, seq int64) int { return cmp.Compare(h.seq, seq) })
		below = below[:n]
	}
	slices.Reverse(below)
	below = below[min(cur.Offset, len(below)):]
	below = below[:min(cur.Limit, len(below))]
	want := []int64{}
	for _, h := range below {
		want = append(want, h.seq)
	}
	if got := seqsOf(p); !slices.Equal(got, want) {
		t.Fatalf("page at %+v is %v, want %v", cur, got, want)
	}
}

// TestHistoryIsTheModel runs random operations, with restarts in between, and
// holds lists, offsets and counts against plain arithmetic.
func TestHistoryIsTheModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "creel-model")
		if err != nil {
			t.Fatal(err)
		}
		m := &model{t: t, dir: dir, clock: newClock()}
		m.open()
		defer func() {
			if err := errors.Join(m.s.Close(), os.RemoveAll(dir)); err != nil {
				t.Error(err)
			}
		}()
		for i := range rapid.IntRange(1, 6).Draw(t, "steps") {
			step := rapid.SampledFrom([]func(*rapid.T){m.keep, m.keep, m.mark, m.delete, m.restore, m.prune, m.reopen}).Draw(t, fmt.Sprint("step ", i))
			step(t)
			m.check(t)
		}
	})
}
