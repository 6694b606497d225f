package secret_test

import (
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"creel/backend/secret"
)

// Many secrets to sweep from a keychain that does not answer cost one short
// wait, not one each: a start waits for it.
func TestASleepingKeychainIsWaitedForOnce(t *testing.T) {
	dir, c := t.TempDir(), newChain()
	open := func(after func(time.Duration) <-chan time.Time) *secret.Room {
		t.Helper()
		r, err := secret.Open(t.Context(), secret.Options{Dir: dir, Keychain: c, After: after})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := open(nil)
	for i := range 20 {
		if err := r.KeepAs(t.Context(), strconv.Itoa(i), "x"); err != nil {
			t.Fatal(err)
		}
	}
	c.mu.Lock()
	c.hang = make(chan struct{})
	c.mu.Unlock()
	defer close(c.hang)
	var waits atomic.Int64
	over := make(chan time.Time)
	close(over)
	r = open(func(patience time.Duration) <-chan time.Time {
		if waits.Add(1); patience > 300*time.Millisecond {
			t.Errorf("a start waits %v", patience)
		}
		return over
	})
	if err := r.Sweep(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if n := waits.Load(); n != 2 {
		t.Errorf("waited %d times, to read and to sweep", n)
	}
	if got := r.Where("3"); got.Place == "" {
		t.Error("what could not be taken out is not listed any more")
	}
}
