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
		room := rapid.IntRange(0, 12).Draw(t, "parts") * overflowPart
		p.left = room
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
			held := 0
			for k, o := range all {
				got := bytes.Join(o.all(), nil)
				if !bytes.HasPrefix(said[k], got) || len(got) < len(said[k]) && !o.full {
					t.Fatalf("%d bytes held of %d, with room for %d", len(got), len(said[k]), p.left)
				}
				held += len(o.parts) * overflowPart
			}
			if held+p.left != room || p.left < 0 {
				t.Fatalf("%d held and %d left of %d", held, p.left, room)
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
	if p.left != maxOverflow || len(o.all()) != 0 {
		t.Errorf("%d left after it was let go of, want %d", p.left, maxOverflow)
	}
}

// In whatever order they come, one of the longest answers is whole, and so is
// the next one once that has been passed on.
func TestOneOfManyLongAnswersIsWhole(t *testing.T) {
	part := make([]byte, 4<<20)
	rapid.Check(t, func(t *rapid.T) {
		p := newPurse()
		all := make([]*overflow, 8)
		var turns []int
		for i := range all {
			all[i] = &overflow{purse: p}
			for range wholeOverflow / len(part) {
				turns = append(turns, i)
			}
		}
		for _, i := range rapid.Permutation(turns).Draw(t, "turns") {
			_, _ = all[i].Write(part)
		}
		held := func() (whole, bytes int) {
			for _, o := range all {
				bytes += o.bytes
				if o.bytes == wholeOverflow {
					whole++
				}
			}
			return whole, bytes
		}
		if whole, bytes := held(); whole == 0 || bytes > maxOverflow || bytes <= maxOverflow-overflowPart {
			t.Fatalf("%d whole, %d bytes held of %d", whole, bytes, maxOverflow)
		}
		for i, o := range all {
			if o.bytes == wholeOverflow {
				o.release()
				all[i] = &overflow{purse: p}
			}
		}
		fresh := rapid.SampledFrom(all).Draw(t, "next")
		fresh.Reset()
		for range wholeOverflow / len(part) {
			_, _ = fresh.Write(part)
		}
		if fresh.bytes != wholeOverflow {
			t.Fatalf("the next one holds %d bytes of %d", fresh.bytes, wholeOverflow)
		}
	})
}
