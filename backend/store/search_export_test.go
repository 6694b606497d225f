package store

import "context"

// WaitIndexed returns when the index holds all that it is to hold, and nothing
// else.
func (s *Store) WaitIndexed(ctx context.Context) {
	for s.Indexed(ctx).Behind > 0 || s.search.removed.Load() || !s.search.resting.Load() {
		select {
		case <-s.search.rested:
		case <-ctx.Done():
			return
		}
	}
}

// SegmentFiles returns the files of the index.
func (s *Store) SegmentFiles() (paths []string) {
	segments := s.search.index.use()
	defer s.search.index.release(segments)
	for _, g := range segments {
		paths = append(paths, g.path)
	}
	return paths
}
