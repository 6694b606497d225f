package testkit

import (
	"context"
	"io"
	"log/slog"
	"testing"

	"creel/backend/store"
)

// Store opens a history in a new temporary folder and closes it when the test
// ends. Options changes what it is opened with.
func Store(tb testing.TB, options ...func(*store.Options)) *store.Store {
	tb.Helper()
	opt := store.Options{Dir: tb.TempDir(), Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	for _, f := range options {
		f(&opt)
	}
	s, err := store.Open(context.Background(), opt)
	if err != nil {
		tb.Fatalf("open store: %v", err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("close store: %v", err)
		}
	})
	return s
}
