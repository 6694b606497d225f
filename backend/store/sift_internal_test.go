package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"creel/backend/filter"
	"creel/backend/hook"
)

// midSearch keeps requests whose bodies are read aside, and runs f when a
// search has come to the first of them.
func midSearch(t *testing.T, f func(s *Store)) (s *Store, expr *filter.Expr, reads *int) {
	t.Helper()
	s = openIn(t, t.TempDir())
	for range 3 {
		if _, err := s.Keep(ctx, small(make([]byte, pieceBytes+1)), nil); err != nil {
			t.Fatal(err)
		}
	}
	expr, err := filter.Parse("body:/nowhere/")
	if err != nil {
		t.Fatal(err)
	}
	reads = new(int)
	raw := s.leaves.raw
	s.leaves.raw = func(seq int64) (hook.Raw, error) {
		if *reads++; *reads == 1 {
			f(s)
		}
		return raw(seq)
	}
	return s, expr, reads
}

func TestSearchStopsWhenNobodyWaits(t *testing.T) {
	for name, search := range map[string]func(context.Context, *Store, *filter.Expr) error{
		"list": func(ctx context.Context, s *Store, e *filter.Expr) error {
			_, err := s.List(ctx, e, hook.Cursor{})
			return err
		},
		"count": func(ctx context.Context, s *Store, e *filter.Expr) error {
			_, err := s.Count(ctx, e, 0, time.Hour)
			return err
		},
		"marks": func(ctx context.Context, s *Store, e *filter.Expr) error {
			_, err := s.MarkAll(ctx, e, hook.MarksPatch{})
			return err
		},
		"trash": func(ctx context.Context, s *Store, e *filter.Expr) error { _, err := s.Trash(ctx, e, 0); return err },
	} {
		t.Run(name, func(t *testing.T) {
			wanted, hangUp := context.WithCancel(ctx)
			s, expr, _ := midSearch(t, func(*Store) { hangUp() })
			if err := search(wanted, s, expr); !errors.Is(err, context.Canceled) || hook.KindOf(err) != "" {
				t.Errorf("the search ends with %v, want that it was cancelled", err)
			}
			if page, err := s.List(ctx, expr, hook.Cursor{}); err != nil || page.Total != 0 || !page.Exact {
				t.Errorf("the next search: %+v, %v", page, err)
			}
		})
	}
}

func TestCaptureGoesOnWhileASearchDoes(t *testing.T) {
	kept := int64(0)
	s, expr, reads := midSearch(t, func(s *Store) {
		seq, err := s.Keep(ctx, small([]byte("x")), nil)
		if err != nil {
			t.Errorf("keep during a search: %v", err)
		}
		kept = seq
	})
	if _, err := s.List(ctx, expr, hook.Cursor{}); err != nil || *reads < 3 || kept != 4 {
		t.Errorf("search: %v, %d reads, request %d kept meanwhile", err, *reads, kept)
	}
}
