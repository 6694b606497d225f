package store

import (
	"bytes"
	"testing"
	"time"
)

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
