package store

import (
	"bytes"
	"testing"
	"time"
)

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

// A log that a rush made large is copied, but written over by the next rush.
func TestALargeLogIsKeptForAWhile(t *testing.T) {
	s := openIn(t, t.TempDir())
	rush := func() {
		t.Helper()
		for range 10 {
			if _, err := s.Keep(ctx, small(bytes.Repeat([]byte("x"), 1<<20)), nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	rest := func(ago time.Duration) (log int64) {
		t.Helper()
		s.w.ask(func(*conn) {
			s.w.ended = time.Now().Add(-ago)
			s.w.rest()
			log = s.w.log.size()
		})
		return log
	}
	rush()
	log := rest(restAfter)
	if log < largeLog {
		t.Fatalf("the log has %d bytes after 1 s", log)
	}
	rush()
	if again := rest(restAfter); again > log+log/4 {
		t.Errorf("the log grew from %d to %d bytes instead of being written over", log, again)
	}
	if log := rest(keepLarge); log != 0 {
		t.Errorf("the log has %d bytes after 10 s", log)
	}
	rush()
	s.w.ask(func(*conn) { s.w.stuck = true })
	if log := rest(restAfter); log != 0 {
		t.Errorf("a large log that could not be emptied before has %d bytes after 1 s", log)
	}
	if _, err := s.Keep(ctx, small([]byte("one")), nil); err != nil {
		t.Fatal(err)
	}
	if log := rest(restAfter); log != 0 {
		t.Errorf("a small log has %d bytes after 1 s", log)
	}
}
