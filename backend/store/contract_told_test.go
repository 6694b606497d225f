package store_test

import (
	"testing"

	"creel/backend/hook"
)

// What the sender was told can come after the request is kept, also when its
// block has been packed into sheets; the reason of what was not kept whole is
// another thing.
func told(t *testing.T, r *rig) {
	seq := r.keep(func(c *hook.Capture) { c.Told, c.Status = "rule:1,target:a, b", 0 })
	row, err := r.Row(ctx, seq)
	must(t, err)
	if row.Told != "rule:1,target:a, b" || row.Reason != "" || row.Status != 0 {
		t.Errorf("row %+v", row.Request)
	}
	rev := r.Change().Rev
	must(t, r.Told(ctx, seq, 504, "rule:1,fallback:timeout"))
	row, err = r.Row(ctx, seq)
	must(t, err)
	if row.Told != "rule:1,fallback:timeout" || row.Status != 504 || r.Change().Rev == rev {
		t.Errorf("row %+v, rev %d then %d", row.Request, rev, r.Change().Rev)
	}
	must(t, r.Told(ctx, seq, 200, ""))
	if row, err = r.Row(ctx, seq); err != nil || row.Told != "" || row.Status != 200 {
		t.Errorf("row %+v, %v", row.Request, err)
	}
	seq = r.keep(func(c *hook.Capture) { c.State, c.Reason, c.Told = hook.Cut, "it stopped", "rule:1" })
	if row, err = r.Row(ctx, seq); err != nil || row.Told != "" || row.Reason != "it stopped" {
		t.Errorf("row %+v, %v", row.Request, err)
	}
	for _, seq := range []int64{seq, 99} {
		if err := r.Told(ctx, seq, 200, ""); hook.KindOf(err) != hook.NotFound {
			t.Errorf("told of %d: %v", seq, err)
		}
	}
}
