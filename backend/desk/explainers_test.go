package desk

import (
	"context"
	"errors"
	"testing"
)

// Large messages that are being explained keep no small one waiting, and the
// next large one waits only as long as its caller.
func TestSmallMessagesDoNotWaitForLargeOnes(t *testing.T) {
	e := newExplainers()
	leave, err := e.enter(t.Context(), 25<<20)
	if err != nil {
		t.Fatal(err)
	}
	gone, stop := context.WithCancel(t.Context())
	waits := make(chan error)
	go func() {
		_, err := e.enter(gone, 25<<20)
		waits <- err
	}()
	for range smallAtOnce {
		if _, err := e.enter(t.Context(), 1000); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	if err := <-waits; !errors.Is(err, context.Canceled) {
		t.Errorf("a second large one was let in: %v", err)
	}
	leave()
	if _, err := e.enter(t.Context(), 25<<20); err != nil {
		t.Errorf("after the first has left: %v", err)
	}
}
