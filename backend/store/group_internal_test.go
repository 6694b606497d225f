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

func TestAGroupWaitsForWhoWasAnsweredTogether(t *testing.T) {
	began := time.Now().Add(time.Hour) // so that the time to wait is not over
	for name, c := range map[string]struct {
		answered int
		has      []*work
		gap      time.Duration // since the last group
		want     bool
	}{
		"the first of many":       {64, []*work{{size: 1}}, 0, true},
		"all that were answered":  {2 * crowd, works(2 * crowd), 0, false},
		"few were answered":       {crowd - 1, []*work{{size: 1}}, 0, false},
		"they were long ago":      {64, []*work{{size: 1}}, recent + 1, false},
		"the group has no room":   {64, []*work{{size: maxGroupBytes}}, 0, false},
		"more than were answered": {crowd, works(crowd + 1), 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := &writer{wake: make(chan struct{}, 1), late: time.NewTimer(time.Hour), answered: c.answered, ended: began.Add(-c.gap)}
			w.wake <- struct{}{}
			if got := w.await(c.has, began); got != c.want {
				t.Errorf("waits for more: %v, want %v", got, c.want)
			}
			if len(w.wake) != 0 == c.want {
				t.Errorf("the wake-up was taken: %v, want %v", len(w.wake) == 0, c.want)
			}
		})
	}
	t.Run("nobody comes", func(t *testing.T) {
		w := &writer{wake: make(chan struct{}, 1), late: time.NewTimer(time.Hour), answered: 64}
		w.ended = time.Now()
		if w.await([]*work{{}}, w.ended) {
			t.Error("somebody came")
		}
	})
}

func works(n int) []*work {
	group := make([]*work, n)
	for i := range group {
		group[i] = &work{size: 1}
	}
	return group
}
