package store_test

import (
	"bytes"
	"testing"
	"time"

	"creel/backend/hook"

	"github.com/google/go-cmp/cmp"
)

func (r *rig) wantSeqs(p hook.Page, want ...int64) {
	r.t.Helper()
	if want == nil {
		want = []int64{}
	}
	if d := cmp.Diff(want, seqsOf(p)); d != "" {
		r.t.Errorf("page differs (-want +got):\n%s", d)
	}
}

func listPages(t *testing.T, r *rig) {
	r.wantSeqs(r.list("", hook.Cursor{Limit: 5}))
	r.fill(10)
	p := r.list("", hook.Cursor{Limit: 3})
	r.wantSeqs(p, 10, 9, 8)
	if p.Total != 10 || !p.Exact {
		t.Errorf("total is %d (exact: %v), want 10", p.Total, p.Exact)
	}
	r.wantSeqs(r.list("", hook.Cursor{Before: 8, Limit: 3}), 7, 6, 5)
	r.wantSeqs(r.list("", hook.Cursor{Offset: 4, Limit: 2}), 6, 5)
	r.wantSeqs(r.list("", hook.Cursor{Before: 9, Offset: 7, Limit: 5}), 1)
	r.wantSeqs(r.list("", hook.Cursor{Offset: 10, Limit: 5}))
	r.wantSeqs(r.list("", hook.Cursor{Before: 1, Limit: 5}))
	_, err := r.List(ctx, nil, hook.Cursor{After: 3, Offset: 1, Limit: 5})
	r.wants(hook.Invalid, err)
	rows, err := r.Rows(ctx, []int64{3, 99, 7})
	r.must(err)
	r.wantSeqs(hook.Page{Rows: rows}, 7, 3)
}

func listAfter(t *testing.T, r *rig) {
	r.fill(10)
	r.wantSeqs(r.list("", hook.Cursor{After: 7, Limit: 5}), 10, 9, 8)
	// One who catches up gets the oldest first, so that asking again with the
	// newest it has misses none.
	r.wantSeqs(r.list("", hook.Cursor{After: 2, Limit: 3}), 5, 4, 3)
	r.wantSeqs(r.list("", hook.Cursor{After: 5, Limit: 3}), 8, 7, 6)
	r.wantSeqs(r.list("", hook.Cursor{After: 2, Before: 5, Limit: 9}), 4, 3)
	r.wantSeqs(r.list("", hook.Cursor{After: 10, Limit: 3}))
	r.wantSeqs(r.list("method:POST", hook.Cursor{After: 8, Limit: 3}), 10, 9)
}

func listByEndpoint(t *testing.T, r *rig) {
	for range 3 {
		r.keep(on("a"))
		r.keep(on("b"))
	}
	p := r.list("endpoint:a", hook.Cursor{Limit: 2})
	r.wantSeqs(p, 5, 3)
	if p.Total != 3 || !p.Exact {
		t.Errorf("total is %d (exact: %v), want 3", p.Total, p.Exact)
	}
	r.wantSeqs(r.list("endpoint:a", hook.Cursor{Offset: 2, Limit: 2}), 1)
	r.wantSeqs(r.list("endpoint:*", hook.Cursor{Limit: 2}), 6, 5)
	r.wantSeqs(r.list("endpoint:c", hook.Cursor{Limit: 2}))
	r.wantSeqs(r.list("-endpoint:a", hook.Cursor{Limit: 2}), 6, 4)
	u, err := r.Usage(ctx)
	r.must(err)
	want := map[string]hook.EndpointUsage{"a": {Requests: 3, Unread: 3}, "b": {Requests: 3, Unread: 3}}
	if d := cmp.Diff(want, u.Endpoints); d != "" {
		t.Errorf("usage differs (-want +got):\n%s", d)
	}
}

func listWithFilter(t *testing.T, r *rig) {
	r.keep(body("the QUICK brown fox"))
	r.keep(body("slow"), func(c *hook.Capture) { c.Method, c.Status = "PUT", 404 })
	r.keep(body("ÄRGER im Körper"))
	for src, want := range map[string][]int64{
		"quick": {1}, `"quick brown"`: {1}, "ärger": {3}, "shopify-topic": {3, 2, 1}, "nowhere": nil,
		"method:put": {2}, "status:>=400": {2}, "-quick": {3, 2}, "quick OR slow": {2, 1},
		"path:/shop": {3, 2, 1}, "header.x-shopify-topic:orders/*": {3, 2, 1}, "seq:2": {2}, "size:0..4": {2},
		// SQL in a filter is text like any other.
		`"') OR 1=1 --"`: nil, `endpoint:"shop' OR '1'='1"`: nil,
	} {
		p := r.list(src, hook.Cursor{Limit: 10})
		r.wantSeqs(p, want...)
		if p.Total != int64(len(want)) || !p.Exact {
			t.Errorf("%s: total is %d (exact: %v)", src, p.Total, p.Exact)
		}
	}
	r.wantSeqs(r.list("path:/shop", hook.Cursor{Offset: 1, Limit: 1}), 2)
	r.wantSeqs(r.list("path:/shop", hook.Cursor{Before: 3, Offset: 1, Limit: 5}), 1)
}

func ptr[T any](v T) *T { return &v }

func marks(t *testing.T, r *rig) {
	r.fill(3)
	n, err := r.Mark(ctx, []int64{1, 2, 77}, hook.MarksPatch{Note: ptr("look"), Tags: ptr([]string{"B", "a", "b"})})
	r.must(err)
	if n != 2 {
		t.Errorf("marked %d, want 2", n)
	}
	want := hook.Marks{Note: "look", Tags: []string{"a", "b"}}
	if got := r.row(2).Marks; !cmp.Equal(got, want) {
		t.Errorf("marks are %+v, want %+v", got, want)
	}
	n, err = r.MarkAll(ctx, parse(t, "has:note"), hook.MarksPatch{Read: ptr(true), Pinned: ptr(true)})
	r.must(err)
	u, err := r.Usage(ctx)
	r.must(err)
	if n != 2 || u.Unread != 1 || u.Pinned != 2 {
		t.Errorf("marked %d; usage %+v", n, u)
	}
	_, err = r.Mark(ctx, []int64{1}, hook.MarksPatch{Note: ptr(""), Tags: ptr([]string{}), Pinned: ptr(false)})
	r.must(err)
	if got := r.row(1).Marks; !cmp.Equal(got, hook.Marks{Tags: []string{}, Read: true}) {
		t.Errorf("marks are %+v after taking them back", got)
	}
	r.reopen()
	again, err := r.Usage(ctx)
	r.must(err)
	if again.Unread != 1 || again.Pinned != 1 {
		t.Errorf("usage is %+v after reopening", again)
	}
}

func trash(t *testing.T, r *rig) {
	r.fill(5)
	epoch := r.Change().Epoch
	tr, err := r.Trash(ctx, parse(t, "seq:2..3"), 0)
	r.must(err)
	if tr.Count != 2 || tr.ID == 0 || !tr.Until.Equal(r.clock.now().Add(2*time.Minute)) {
		t.Errorf("trash is %+v", tr)
	}
	if r.Change().Epoch == epoch {
		t.Error("the epoch did not grow")
	}
	r.wantSeqs(r.list("", hook.Cursor{Limit: 9}), 5, 4, 1)
	r.wantSeqs(r.list("method:POST", hook.Cursor{Limit: 9}), 5, 4, 1)
	r.wantSeqs(r.list("", hook.Cursor{After: 1, Limit: 9}), 5, 4)
	_, err = r.Row(ctx, 2)
	r.wants(hook.NotFound, err)
	n, err := r.Restore(ctx, tr.ID)
	r.must(err)
	if n != 2 {
		t.Errorf("restored %d, want 2", n)
	}
	r.wantSeqs(r.list("", hook.Cursor{Limit: 9}), 5, 4, 3, 2, 1)
	none, err := r.Trash(ctx, parse(t, "seq:99"), 0)
	r.must(err)
	if none.Count != 0 {
		t.Errorf("deleted %+v", none)
	}

	tr, err = r.Trash(ctx, nil, 4)
	r.must(err)
	r.wantSeqs(r.list("", hook.Cursor{Limit: 9}), 5)
	_, err = r.Prune(ctx, hook.Retention{})
	r.must(err)
	r.clock.add(2*time.Minute + time.Second)
	removed, err := r.Prune(ctx, hook.Retention{})
	r.must(err)
	if removed != 4 || tr.Count != 4 {
		t.Errorf("purged %d of %d", removed, tr.Count)
	}
	_, err = r.Restore(ctx, tr.ID)
	r.wants(hook.NotFound, err)
	_, err = r.Raw(ctx, 1)
	r.wants(hook.NotFound, err)
}

func trashMany(t *testing.T, r *rig) {
	r.fill(2500)
	tr, err := r.Trash(ctx, nil, 0)
	r.must(err)
	r.keep()
	p := r.list("", hook.Cursor{Limit: 9})
	r.wantSeqs(p, 2501)
	if tr.Count != 2500 || p.Total != 1 {
		t.Errorf("deleted %d, %d left", tr.Count, p.Total)
	}
	n, err := r.Restore(ctx, tr.ID)
	r.must(err)
	if p := r.list("", hook.Cursor{Offset: 1100, Limit: 1}); n != 2500 || p.Total != 2501 || p.Rows[0].Seq != 1401 {
		t.Errorf("restored %d; list is %+v", n, p)
	}
}

func seqsAreNeverReused(t *testing.T, r *rig) {
	r.fill(3)
	_, err := r.Trash(ctx, nil, 0)
	r.must(err)
	r.clock.add(time.Hour)
	_, err = r.Prune(ctx, hook.Retention{})
	r.must(err)
	r.reopen()
	if seq := r.keep(); seq != 4 {
		t.Errorf("next seq is %d, want 4", seq)
	}
}

func pruneCount(t *testing.T, r *rig) {
	r.fill(20)
	_, err := r.Mark(ctx, []int64{2}, hook.MarksPatch{Pinned: ptr(true)})
	r.must(err)
	r.must(r.AddDeliveries(ctx, []hook.Delivery{{Request: 4, URL: "http://127.0.0.1:1/", Kind: hook.Replay}}))
	n, err := r.Prune(ctx, hook.Retention{Count: 6})
	r.must(err)
	if n != 14 {
		t.Errorf("removed %d, want 14", n)
	}
	r.wantSeqs(r.list("", hook.Cursor{Limit: 30}), 20, 19, 18, 17, 4, 2)
	n, err = r.Prune(ctx, hook.Retention{Count: 6})
	r.must(err)
	if n != 0 {
		t.Errorf("removed %d more", n)
	}
}

func pruneAge(t *testing.T, r *rig) {
	now := r.clock.now()
	for i := range 6 {
		r.keep(at(now.Add(-time.Duration(6-i) * time.Hour)))
	}
	n, err := r.Prune(ctx, hook.Retention{Age: 150 * time.Minute})
	r.must(err)
	if n != 4 {
		t.Errorf("removed %d, want 4", n)
	}
	r.wantSeqs(r.list("", hook.Cursor{Limit: 9}), 6, 5)
}

func pruneBytes(t *testing.T, r *rig) {
	big := string(bytes.Repeat([]byte("x"), 100_000))
	r.fill(50, body(big))
	n, err := r.Prune(ctx, hook.Retention{Bytes: 1_000_000})
	r.must(err)
	u, err := r.Usage(ctx)
	r.must(err)
	if n != 41 || u.Bytes > 1_000_000 || u.Requests != 9 {
		t.Errorf("removed %d; usage %+v", n, u)
	}
}

func changes(t *testing.T, r *rig) {
	start := r.Change()
	r.keep()
	arrived := r.Change()
	if arrived.LastSeq != 1 || arrived.Rev != start.Rev || arrived.Epoch != start.Epoch {
		t.Errorf("after an arrival: %+v, was %+v", arrived, start)
	}
	_, err := r.Mark(ctx, []int64{1}, hook.MarksPatch{Read: ptr(true)})
	r.must(err)
	marked := r.Change()
	if marked.Rev <= arrived.Rev || marked.Epoch != arrived.Epoch {
		t.Errorf("after a mark: %+v, was %+v", marked, arrived)
	}
	r.reopen()
	if again := r.Change(); again.Epoch <= marked.Epoch || again.LastSeq != 1 {
		t.Errorf("after a restart: %+v, was %+v", again, marked)
	}
}
