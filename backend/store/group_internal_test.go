package store

import (
	"runtime"
	"sync"
	"testing"
	"time"

	"creel/backend/hook"
)

// An attempt that cannot be recorded is told to its own caller; what shares
// its transaction is kept all the same.
func TestAFailedAttemptCostsItsGroupNothing(t *testing.T) {
	s := openIn(t, t.TempDir())
	owed := []hook.Delivery{{Target: "app", URL: "http://a/", Kind: hook.Forward}}
	if _, err := s.Keep(ctx, small([]byte("first")), owed); err != nil {
		t.Fatal(err)
	}
	attempt := func(id, delivery string) hook.Attempt {
		return hook.Attempt{ID: id, Delivery: delivery, StartedAt: time.Now(), Method: "POST", URL: "http://a/", Status: 500}
	}
	if err := s.Finish(ctx, attempt("taken", owed[0].ID), hook.Failed, time.Time{}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		attempt hook.Attempt
		kind    hook.FaultKind
	}{
		"of no delivery":   {attempt("x", "nowhere"), hook.NotFound},
		"recorded already": {attempt("taken", owed[0].ID), hook.Conflict},
	} {
		t.Run(name, func(t *testing.T) {
			before := s.Change().LastSeq
			var all sync.WaitGroup
			s.w.ask(func(*conn) { // until this returns all of them wait: they are one group
				for range 9 {
					all.Go(func() {
						if _, err := s.Keep(ctx, small([]byte("beside")), nil); err != nil {
							t.Error(err)
						}
					})
				}
				all.Go(func() {
					if err := s.Finish(ctx, c.attempt, hook.Failed, time.Time{}); hook.KindOf(err) != c.kind {
						t.Errorf("%v, want %s", err, c.kind)
					}
				})
				all.Go(func() {
					if err := s.Finish(ctx, attempt("new "+name, owed[0].ID), hook.Failed, time.Time{}); err != nil {
						t.Error(err)
					}
				})
				for queued := 0; queued < 11; runtime.Gosched() {
					s.w.mu.Lock()
					queued = len(s.w.queue)
					s.w.mu.Unlock()
				}
			})
			all.Wait()
			if kept := s.Change().LastSeq - before; kept != 9 {
				t.Errorf("%d of 9 requests were kept", kept)
			}
			d, err := s.Delivery(ctx, owed[0].ID)
			if err != nil || d.Attempts[len(d.Attempts)-1].ID != "new "+name {
				t.Errorf("the attempt beside it was not recorded: %+v, %v", d.Attempts, err)
			}
		})
	}
}
