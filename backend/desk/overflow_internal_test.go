package desk

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"creel/backend/hook"
)

// What the overflows hold together never exceeds the purse, each is a prefix of
// what was written to it, and all of it comes back.
func TestOverflowsKeepToTheirPurse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newPurse()
		room := int64(rapid.IntRange(0, 12).Draw(t, "parts")) * overflowPart
		p.left.Store(room)
		all := make([]*overflow, 3)
		said := make([][]byte, len(all))
		for i := range all {
			all[i] = &overflow{purse: p}
		}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			i := rapid.IntRange(0, len(all)-1).Draw(t, "which")
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				all[i].Reset()
				said[i] = nil
			case 1:
				all[i].release()
				all[i] = &overflow{purse: p}
				said[i] = nil
			default:
				part := bytes.Repeat([]byte{byte(rapid.IntRange(0, 255).Draw(t, "byte"))}, rapid.IntRange(0, 400<<10).Draw(t, "bytes"))
				if n, err := all[i].Write(part); n != len(part) || err != nil {
					t.Fatalf("wrote %d of %d: %v", n, len(part), err)
				}
				said[i] = append(said[i], part...)
			}
			held := int64(0)
			for k, o := range all {
				got := bytes.Join(o.all(), nil)
				if !bytes.HasPrefix(said[k], got) || len(got) < len(said[k]) && p.left.Load() >= overflowPart && !o.full {
					t.Fatalf("%d bytes held of %d, with room for %d", len(got), len(said[k]), p.left.Load())
				}
				held += int64(len(o.parts)) * overflowPart
			}
			if held+p.left.Load() != room || p.left.Load() < 0 {
				t.Fatalf("%d held and %d left of %d", held, p.left.Load(), room)
			}
		}
	})
}

func TestAnOverflowTakesNoMoreThanIsPassedOn(t *testing.T) {
	p := newPurse()
	o := &overflow{purse: p}
	part := make([]byte, 1<<20)
	for range 30 {
		_, _ = o.Write(part)
	}
	if n := len(bytes.Join(o.all(), nil)); n != hook.MaxPassed-hook.MaxAnswer {
		t.Errorf("%d bytes held, want %d", n, hook.MaxPassed-hook.MaxAnswer)
	}
	o.release()
	_, _ = o.Write(part)
	o.Reset() // the target redirects, and nobody waits any more
	_, _ = o.Write(part)
	if p.left.Load() != maxOverflow || len(o.all()) != 0 {
		t.Errorf("%d left after it was let go of, want %d", p.left.Load(), maxOverflow)
	}
}
