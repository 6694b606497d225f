package store

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"creel/backend/hook"
)

// searchIndex is the set of segments on disk. They never overlap; what none
// of them covers is searched by reading it.
type searchIndex struct {
	dir string

	mu       sync.Mutex
	segments []*segment // by where they begin
	to       int64      // what is ≤ to is covered or gone
	drops    int        // how often to went back
}

// searchFolder is the folder of the segments within the data folder.
const searchFolder = "search"

// load opens what is on disk, and removes what is unfinished, unreadable or
// covered by a larger segment.
func (x *searchIndex) load(ofHistory func(*segment) (bool, error)) error {
	fi, err := os.Lstat(x.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !fi.IsDir() || !ownedByUs(fi) {
		return hook.Faultf(hook.Invalid, "open %s: it is not a folder of yours", x.dir)
	}
	files, err := os.ReadDir(x.dir)
	if err != nil {
		return err
	}
	var found []*segment
	for _, file := range files {
		path := filepath.Join(x.dir, file.Name())
		switch {
		case strings.HasSuffix(path, unfinished):
			err = os.Remove(path)
		case strings.HasSuffix(path, segmentSuffix):
			var s *segment
			if s, err = openSegment(path); err != nil {
				err = os.Remove(path) // it is made anew
			} else if ok, why := ofHistory(s); why != nil || !ok {
				err = errors.Join(why, s.close())
				if why == nil {
					err = errors.Join(err, os.Remove(path))
				}
			} else {
				found = append(found, s)
			}
		}
		if err != nil {
			for _, s := range found {
				err = errors.Join(err, s.close())
			}
			return err
		}
	}
	slices.SortFunc(found, func(a, b *segment) int { return cmp.Compare(b.Level, a.Level) })
	for _, s := range found {
		x.add(s)
	}
	return nil
}

// add makes a segment part of the index, in the place of those it covers; one
// that is covered already is removed.
func (x *searchIndex) add(s *segment) {
	x.mu.Lock()
	defer x.mu.Unlock()
	keep := x.segments[:0:0]
	for _, old := range x.segments {
		switch {
		case old.end() <= s.first() || s.end() <= old.first():
			keep = append(keep, old)
		case old.Level > s.Level:
			s.gone = true
			x.retire(s)
			return
		default:
			old.gone = true
			x.retire(old)
		}
	}
	x.segments = append(keep, s)
	slices.SortFunc(x.segments, func(a, b *segment) int { return cmp.Compare(a.first(), b.first()) })
}

// drop takes a segment out and removes its file.
func (x *searchIndex) drop(s *segment) {
	x.mu.Lock()
	defer x.mu.Unlock()
	i := slices.Index(x.segments, s)
	if i < 0 {
		return
	}
	x.segments = slices.Delete(slices.Clone(x.segments), i, i+1)
	x.to = min(x.to, s.first()-1)
	x.drops++
	s.gone = true
	x.retire(s)
}

// retire removes the file of a segment that is gone and closes what nobody
// uses any more. The lock is held.
func (x *searchIndex) retire(s *segment) {
	// At once, as another may be made in its place; where open files cannot be
	// removed, with the last user.
	if s.gone && !s.removed {
		s.removed = os.Remove(s.path) == nil
	}
	if s.users > 0 || !s.gone && !s.shut {
		return
	}
	_ = s.close() // it was only read
	if s.gone && !s.removed {
		_ = os.Remove(s.path)
	}
}

// use returns the segments as they are now. release must be called.
func (x *searchIndex) use() []*segment {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, s := range x.segments {
		s.users++
	}
	return x.segments
}

func (x *searchIndex) release(segments []*segment) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, s := range segments {
		s.users--
		x.retire(s)
	}
}

// covering returns the segment that holds seq, nil when none does.
func (x *searchIndex) covering(seq int64) *segment {
	x.mu.Lock()
	defer x.mu.Unlock()
	if i := segmentAt(x.segments, seq); i >= 0 {
		return x.segments[i]
	}
	return nil
}

// segmentAt returns which of the segments, in order, holds seq; -1 is none.
func segmentAt(segments []*segment, seq int64) int {
	i, _ := slices.BinarySearchFunc(segments, seq, func(s *segment, seq int64) int {
		if s.end() <= seq {
			return -1
		}
		return 1
	})
	if i < len(segments) && segments[i].first() <= seq {
		return i
	}
	return -1
}

// covered returns up to where everything is covered or gone, and what advance
// wants to know.
func (x *searchIndex) covered() (to int64, drops int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.to, x.drops
}

// advance notes that everything up to to is covered or gone, unless a segment
// was dropped since covered was asked.
func (x *searchIndex) advance(to int64, drops int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.drops == drops {
		x.to = to
	}
}

func (x *searchIndex) closeAll() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, s := range x.segments {
		s.shut = true
		x.retire(s)
	}
	x.segments = nil
}

// bytes is how much disk the index takes.
func (x *searchIndex) bytes() (n int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, s := range x.segments {
		n += s.size
	}
	return n
}

// Indexed says how far the search index is.
func (s *Store) Indexed(context.Context) hook.Indexed {
	to, _ := s.search.index.covered()
	last := s.change.Load().LastSeq
	in := hook.Indexed{To: to, Bytes: s.search.index.bytes()}
	if behind := wholeBlocks(last) - 1 - to; behind > 0 {
		in.Behind = behind
	}
	return in
}

// wholeBlocks is the seq that the block begins with in which the next request
// comes: blocks below it are complete.
func wholeBlocks(last int64) int64 { return (last + 1) >> blockBits << blockBits }
