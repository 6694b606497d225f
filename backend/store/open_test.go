package store_test

import (
	"log/slog"
	"testing"

	"creel/backend/store"
)

// openTemp opens a history in a new folder until the test ends.
func openTemp(tb testing.TB, options ...func(*store.Options)) *store.Store {
	tb.Helper()
	opt := store.Options{Dir: tb.TempDir(), Log: slog.New(slog.DiscardHandler)}
	for _, f := range options {
		f(&opt)
	}
	s, err := store.Open(ctx, opt)
	if err != nil {
		tb.Fatalf("open: %v", err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	return s
}
