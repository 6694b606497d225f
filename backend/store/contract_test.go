package store_test

import (
	"sync"
	"testing"
	"time"

	"creel/backend/desk"
	"creel/backend/filter"
	"creel/backend/hook"
	"creel/backend/store"
)

var _ desk.Store = (*store.Store)(nil)

// clock is a hand that only tests move.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// opener opens the history in a folder; a second call on the same folder comes
// after the first was closed.
type opener func(tb testing.TB, dir string, now func() time.Time, onChange func(hook.Change)) desk.Store

// rig is one history under test.
type rig struct {
	desk.Store
	t     *testing.T
	clock *clock
	open  func() desk.Store
}

// contract is what every implementation of desk.Store must do. Each part gets
// a new history.
func contract(t *testing.T, open opener) {
	for name, part := range map[string]func(t *testing.T, r *rig){
		"list pages":             listPages,
		"frozen drafts":          frozenDrafts,
		"dropped deliveries":     droppedDeliveries,
		"list after":             listAfter,
		"list by endpoint":       listByEndpoint,
		"list with filter":       listWithFilter,
		"marks":                  marks,
		"trash":                  trash,
		"trash many":             trashMany,
		"seqs are never reused":  seqsAreNeverReused,
		"prune count":            pruneCount,
		"prune age":              pruneAge,
		"prune bytes":            pruneBytes,
		"changes":                changes,
		"endpoints":              endpoints,
		"endpoint rename":        endpointRename,
		"targets":                targets,
		"settings":               settings,
		"claim order":            claimOrder,
		"claim skips lanes":      claimSkipsLanes,
		"claim in order":         claimInOrder,
		"claim within limits":    claimWithinLimits,
		"try now":                tryNow,
		"redrive":                redrive,
		"dead follow a rename":   deadFollowARename,
		"breakers":               breakers,
		"raws at once":           rawsAtOnce,
		"hops are kept":          hopsAreKept,
		"finish":                 finish,
		"finish again":           finishAgain,
		"failed count":           failedCount,
		"delivery at one moment": deliveryAtOneMoment,
		"move":                   move,
		"release":                release,
		"last answer":            lastAnswer,
		"told":                   told,
		"missing":                missing,
		"runs":                   runs,
		"run looks back":         runLooksBack,
		"run restart":            runRestart,
		"runs are forgotten":     runsAreForgotten,
		"seqs oldest first":      seqsOldestFirst,
	} {
		t.Run(name, func(t *testing.T) {
			c, dir := newClock(), t.TempDir()
			r := &rig{t: t, clock: c}
			r.open = func() desk.Store { return open(t, dir, c.now, nil) }
			r.Store = r.open()
			t.Cleanup(func() {
				if err := r.Store.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			})
			part(t, r)
		})
	}
}

func TestContract(t *testing.T) {
	contract(t, func(tb testing.TB, dir string, now func() time.Time, onChange func(hook.Change)) desk.Store {
		s, err := store.Open(ctx, store.Options{Dir: dir, Now: now, OnChange: onChange, CountBudget: time.Hour})
		if err != nil {
			tb.Fatal(err)
		}
		return s
	})
}

// reopen closes the history and opens it again, as a restart does.
func (r *rig) reopen() {
	r.t.Helper()
	r.must(r.Store.Close())
	r.Store = r.open()
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) wants(kind hook.FaultKind, err error) {
	r.t.Helper()
	if hook.KindOf(err) != kind {
		r.t.Errorf("error is %q (%v), want %q", hook.KindOf(err), err, kind)
	}
}

func (r *rig) keep(edits ...func(*hook.Capture)) int64 {
	r.t.Helper()
	seq, err := r.Keep(ctx, capture(edits...), nil)
	r.must(err)
	return seq
}

func (r *rig) fill(n int, edits ...func(*hook.Capture)) {
	r.t.Helper()
	for range n {
		r.keep(edits...)
	}
}

func (r *rig) list(src string, cur hook.Cursor) hook.Page {
	r.t.Helper()
	e, err := filter.Parse(src)
	r.must(err)
	p, err := r.List(ctx, e, cur)
	r.must(err)
	return p
}

func (r *rig) row(seq int64) hook.Row {
	r.t.Helper()
	row, err := r.Row(ctx, seq)
	r.must(err)
	return row
}

func seqsOf(p hook.Page) []int64 {
	seqs := []int64{}
	for _, r := range p.Rows {
		seqs = append(seqs, r.Seq)
	}
	return seqs
}

func on(slug string) func(*hook.Capture) {
	return func(c *hook.Capture) { c.Endpoint = slug }
}

func at(t time.Time) func(*hook.Capture) {
	return func(c *hook.Capture) { c.ReceivedAt = t }
}

func body(s string) func(*hook.Capture) {
	return func(c *hook.Capture) { c.Body = []byte(s) }
}

func parse(tb testing.TB, src string) *filter.Expr {
	tb.Helper()
	e, err := filter.Parse(src)
	if err != nil {
		tb.Fatal(err)
	}
	return e
}
