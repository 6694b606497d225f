package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"creel/backend/hook"
	"creel/backend/store"
)

func fileSize(t *testing.T, dir, name string) int64 {
	t.Helper()
	fi, err := os.Stat(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return fi.Size()
}

func TestTheLogStaysShortUnderLoad(t *testing.T) {
	dir := t.TempDir()
	s := openTemp(t, func(o *store.Options) { o.Dir = dir })
	big := strings.Repeat("0123456789abcdef", 1<<16) // 1 MiB
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 40 {
				if _, err := s.Keep(ctx, capture(body(big)), nil); err != nil {
					t.Error(err)
					return
				}
				if _, err := s.List(ctx, parse(t, "method:POST"), hook.Cursor{Limit: 10}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if size := fileSize(t, dir, "creel.db-wal"); size > 64<<20 {
		t.Errorf("the log grew to %d MiB while 160 MiB were kept", size>>20)
	}
}

func TestPruneGivesDiskSpaceBack(t *testing.T) {
	dir := t.TempDir()
	s := openTemp(t, func(o *store.Options) { o.Dir = dir })
	for range 40 {
		keep(t, s, capture(body(strings.Repeat("x", 1<<20))))
	}
	if _, err := s.Prune(ctx, hook.Retention{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Prune(ctx, hook.Retention{Count: 2}); err != nil {
		t.Fatal(err)
	}
	db, log := fileSize(t, dir, "creel.db"), fileSize(t, dir, "creel.db-wal")
	if db+log > 5<<20 {
		t.Errorf("after removing 38 of 40 MiB the file has %d bytes and the log %d", db, log)
	}
}

func TestChangesAreToldAfterTheCommit(t *testing.T) {
	told := make(chan hook.Change, 100)
	s := openTemp(t, func(o *store.Options) { o.OnChange = func(c hook.Change) { told <- c } })
	keep(t, s, capture())
	if c := <-told; c.LastSeq != 1 || c.Setup || len(c.Updated) != 0 {
		t.Errorf("told of an arrival: %+v", c)
	}
	keep(t, s, capture())
	arrived := <-told
	if _, err := s.Mark(ctx, []int64{2, 1}, hook.MarksPatch{Read: ptr(true)}); err != nil {
		t.Fatal(err)
	}
	c := <-told
	if len(c.Updated) != 2 || c.Updated[0] != 1 || c.Rev <= arrived.Rev {
		t.Errorf("told of marks: %+v", c)
	}
	if err := s.PutTarget(ctx, "", hook.Target{Name: "a"}); err != nil {
		t.Fatal(err)
	}
	if c := <-told; !c.Setup {
		t.Errorf("told of a target: %+v", c)
	}
	if err := s.PutTarget(ctx, "nobody", hook.Target{Name: "b"}); err == nil {
		t.Error("renamed a target that is not there")
	}
	if err := s.PutValue(ctx, "k", "v"); err != nil {
		t.Fatal(err)
	}
	keep(t, s, capture())
	if c := <-told; c.LastSeq != 3 || c.Setup {
		t.Errorf("a failed write or a value was told of: %+v", c)
	}
}

func TestClosedHistorySaysSo(t *testing.T) {
	s := openTemp(t)
	seq := keep(t, s, capture())
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, keepErr := s.Keep(ctx, capture(), nil)
	_, rowErr := s.Row(ctx, seq)
	_, listErr := s.List(ctx, nil, hook.Cursor{})
	for _, err := range []error{keepErr, rowErr, listErr, s.PutValue(ctx, "a", "b")} {
		if hook.KindOf(err) != hook.Unavailable {
			t.Errorf("after closing: %v", err)
		}
	}
}

func TestCloseKeepsWhatIsQueued(t *testing.T) {
	dir := t.TempDir()
	s := openTemp(t, func(o *store.Options) { o.Dir = dir })
	var wg sync.WaitGroup
	var mu sync.Mutex
	var kept []int64
	started := make(chan struct{}, 64)
	for range 64 {
		wg.Go(func() {
			started <- struct{}{}
			for {
				seq, err := s.Keep(ctx, capture(), nil)
				if err != nil {
					if hook.KindOf(err) != hook.Unavailable {
						t.Error(err)
					}
					return
				}
				mu.Lock()
				kept = append(kept, seq)
				mu.Unlock()
			}
		})
	}
	for range 64 {
		<-started
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	again := openTemp(t, func(o *store.Options) { o.Dir = dir })
	for _, seq := range kept {
		if _, err := again.Raw(ctx, seq); err != nil {
			t.Errorf("request %d was acknowledged: %v", seq, err)
		}
	}
	if got := mustUsage(t, again).Requests; got != int64(len(kept)) {
		t.Errorf("%d requests are there, %d were acknowledged", got, len(kept))
	}
}

func TestCountingStopsInTime(t *testing.T) {
	s := openTemp(t, func(o *store.Options) { o.CountBudget = time.Nanosecond })
	keepN(t, s, 50)
	p, err := s.List(ctx, parse(t, "method:POST"), hook.Cursor{Limit: 10})
	if err != nil || p.Exact || p.Total < 10 || len(p.Rows) != 10 {
		t.Errorf("page of %d, total %d, exact %v (%v)", len(p.Rows), p.Total, p.Exact, err)
	}
	p, err = s.List(ctx, parse(t, "method:POST"), hook.Cursor{Limit: 100})
	if err != nil || !p.Exact || p.Total != 50 {
		t.Errorf("total is %d, exact %v (%v) though all were read", p.Total, p.Exact, err)
	}
	if _, err := s.List(ctx, nil, hook.Cursor{Limit: 10}); err != nil {
		t.Error(err)
	}
	stopped, cancel := timeoutNow()
	defer cancel()
	if _, err := s.List(stopped, parse(t, "method:POST"), hook.Cursor{}); err == nil || hook.KindOf(err) != "" {
		t.Errorf("list with an ended context: %v", errors.Unwrap(err))
	}
}

// What the retention removes is told by its highest seq; the epoch stays, so
// that nobody reloads a list of which only the end went.
func TestPruneTellsHowFarItWent(t *testing.T) {
	told := make(chan hook.Change, 100)
	s := openTemp(t, func(o *store.Options) { o.OnChange = func(c hook.Change) { told <- c } })
	keepN(t, s, 30)
	if _, err := s.Mark(ctx, []int64{3}, hook.MarksPatch{Pinned: ptr(true)}); err != nil {
		t.Fatal(err)
	}
	before := s.Change()
	if n, err := s.Prune(ctx, hook.Retention{Count: 11}); err != nil || n != 19 {
		t.Fatalf("pruned %d (%v), want 19", n, err)
	}
	after := s.Change()
	if after.Epoch != before.Epoch || after.Rev <= before.Rev || after.LastSeq != before.LastSeq {
		t.Errorf("change is %+v, was %+v", after, before)
	}
	pruned := int64(0)
	for len(told) > 0 {
		pruned = max(pruned, (<-told).Pruned)
	}
	if pruned != 20 {
		t.Errorf("told that it went to %d, want 20", pruned)
	}
	// What was in the trash was not shown: nothing to tell.
	if _, err := s.Trash(ctx, parse(t, "seq:25"), 0); err != nil {
		t.Fatal(err)
	}
	<-told
	if _, err := s.Prune(ctx, hook.Retention{Count: 11}); err != nil {
		t.Fatal(err)
	}
	if len(told) > 0 {
		t.Errorf("told of %+v", <-told)
	}
}
