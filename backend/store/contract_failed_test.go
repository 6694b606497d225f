package store_test

import (
	"testing"

	"creel/backend/filter"
	"creel/backend/hook"
)

// The count beside "Failed deliveries" is what is:failed finds, whatever
// became of the deliveries and of the requests.
func failedCount(t *testing.T, r *rig) {
	same := func(what string, want int64) {
		t.Helper()
		u, err := r.Usage(ctx)
		r.must(err)
		p := r.list("is:failed", hook.Cursor{Limit: 10})
		if u.Failed != want || p.Total != want || int64(len(p.Rows)) != want {
			t.Errorf("%s: usage says %d, the list %d with %d rows, want %d", what, u.Failed, p.Total, len(p.Rows), want)
		}
	}
	r.fill(3)
	again := []hook.DeliveryState{hook.Cancelled}
	cancel := func(seq int64) string {
		id := r.owe(seq, "http://a/")
		r.must(r.Move(ctx, id, []hook.DeliveryState{hook.Waiting}, hook.Cancelled))
		return id
	}
	same("nothing was sent", 0)
	one := cancel(1)
	two, other := cancel(2), cancel(2)
	same("two requests, three deliveries", 2)
	r.must(r.Move(ctx, two, again, hook.Waiting))
	same("one of two is tried again", 2)
	r.must(r.Move(ctx, other, again, hook.Waiting))
	r.must(r.Move(ctx, one, again, hook.Waiting))
	same("all are tried again", 0)
	cancel(3)
	expr, err := filter.Parse("seq:3")
	r.must(err)
	bin, err := r.Trash(ctx, expr, 0)
	r.must(err)
	same("what failed is in the trash", 0)
	_, err = r.Restore(ctx, bin.ID)
	r.must(err)
	same("it is back", 1)
	r.reopen()
	same("after a restart", 1)
}
