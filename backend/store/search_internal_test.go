package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"creel/backend/filter"

	"pgregory.net/rapid"
)

// What holds a needle, in any case, holds all its grams.
func TestNeedleGramsAreInTheText(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", "Bc", "xyz", "K", "\u212a", "s", "ſ", "é", "É", "ß", "日", "\xff", "\xe2", "\x84", "\x00", " ", "\U0001F41F",
		strings.Repeat("q", foldedPiece-2), strings.Repeat("\x80", 5)})
	g := newDocGrams()
	rapid.Check(t, func(t *rapid.T) {
		hay := strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "hay"), "")
		runes := []rune(strings.ToValidUTF8(strings.Join(rapid.SliceOfN(piece, 1, 4).Draw(t, "needle"), ""), ""))
		if len(runes) > 200 {
			runes = runes[len(runes)-200:]
		}
		needle := string(runes)
		g.reset()
		for rest := hay; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "part")
			g.more(rest[:n])
			rest = rest[n:]
		}
		g.end()
		all := true
		for _, r := range needleGrams(needle) {
			all = all && slices.ContainsFunc(g.list, func(b uint32) bool { return r.from <= b && b <= r.to })
		}
		if in := strings.Contains(filter.Fold(hay), filter.Fold(needle)); in && !all {
			t.Fatalf("%q is in %q, its grams are not", needle, hay)
		}
		if string(appendFolded(nil, hay)) != filter.Fold(hay) {
			t.Fatalf("%q folds to %q", hay, appendFolded(nil, hay))
		}
	})
}

func drawIDs(t *rapid.T, span int) []uint16 {
	ids := rapid.SliceOfNDistinct(rapid.Uint16Range(0, uint16(span-1)), 1, min(span, 300), rapid.ID[uint16]).Draw(t, "ids")
	slices.Sort(ids)
	return ids
}

func TestPostingsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		level := rapid.IntRange(0, topLevel).Draw(t, "level")
		span := 1 << shiftOf(level)
		var group []byte
		var lows []int
		var lists [][]uint16
		for low := range 4 {
			lows, lists = append(lows, 60*low), append(lists, drawIDs(t, span))
			group = appendPosting(group, byte(60*low), lists[low], span)
		}
		p := postings{rest: group}
		for i := range lists {
			if err := p.next(); err != nil || p.low != lows[i] {
				t.Fatalf("posting %d is of %d (%v)", i, p.low, err)
			}
			ids, err := p.ids(nil, 0)
			if err != nil || !slices.Equal(ids, lists[i]) {
				t.Fatalf("posting %d reads back %v (%v), was %v", i, ids, err, lists[i])
			}
			set := make(bitset, span/64)
			if err := p.into(set); err != nil || set.count() != len(ids) {
				t.Fatalf("posting %d sets %d bits (%v), want %d", i, set.count(), err, len(ids))
			}
			for _, id := range ids {
				if set[id/64]>>(id%64)&1 == 0 {
					t.Fatalf("posting %d misses %d", i, id)
				}
			}
		}
		if err := p.next(); err != nil || p.low != 1<<groupBits {
			t.Fatalf("behind the last: %d, %v", p.low, err)
		}
	})
}

// FuzzPostings reads any bytes as a group.
func FuzzPostings(f *testing.F) {
	f.Add(appendPosting(appendPosting(nil, 3, []uint16{1, 2, 1000}, 1024), 9, []uint16{0}, 1024))
	f.Add([]byte{1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		p := postings{rest: b}
		for {
			if err := p.next(); err != nil || p.low == 1<<groupBits {
				return
			}
			if ids, err := p.ids(nil, 64); err == nil && slices.ContainsFunc(ids, func(id uint16) bool { return id < 64 }) {
				t.Errorf("ids are %v", ids)
			}
			if err := p.into(make(bitset, 16)); err != nil && !errors.Is(err, errDamaged) {
				t.Error(err)
			}
		}
	})
}

// FuzzReadSegment reads any bytes as a file.
func FuzzReadSegment(f *testing.F) {
	tail, err := segmentInfo{Always: []uint16{1}}.tail(make([]uint64, groups+1))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(tail)
	f.Add(tail[8:])
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := readSegment(bytes.NewReader(b), int64(len(b)))
		if err == nil && (s.end() <= s.first() || len(s.offsets) != groups+1) {
			t.Errorf("read %+v", s.segmentInfo)
		}
	})
}

// texts indexes them as block number and returns the segment.
func texts(t *testing.T, dir string, number int64, most int, texts map[uint16]string) *segment {
	t.Helper()
	b := &blockBuilder{dir: dir, grams: newDocGrams(), most: most, breathe: func() error { return nil }}
	b.begin(number)
	defer b.close()
	for id := range uint16(1 << blockBits) {
		if text, ok := texts[id]; ok {
			b.grams.reset()
			b.grams.add(text)
			if err := b.take(id, uint64(id), false); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := b.finish(); err != nil {
		t.Fatal(err)
	}
	return opened(t, filepath.Join(dir, b.info.fileName()))
}

func opened(t *testing.T, path string) *segment {
	t.Helper()
	s, err := openSegment(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.close() })
	return s
}

func found(t *testing.T, s *segment, needle string) (ids []int) {
	t.Helper()
	set, err := (&finder{}).candidates(s, planText(needle))
	if err != nil {
		t.Fatal(err)
	}
	for id := range s.span() {
		if set[id/64]>>(id%64)&1 == 1 {
			ids = append(ids, id)
		}
	}
	return ids
}

func TestSegmentsAreWrittenInRunsAndJoined(t *testing.T) {
	dir := t.TempDir()
	some := map[uint16]string{0: "first treasure", 1: "nothing", 5: "The TREASURE", 1023: "last treasure"}
	whole := texts(t, dir, 1, maxEntries, some)
	if err := os.Rename(whole.path, whole.path+".kept"); err != nil {
		t.Fatal(err)
	}
	runs := texts(t, dir, 1, 8, some)
	a, err1 := os.ReadFile(whole.path + ".kept")
	b, err2 := os.ReadFile(runs.path)
	if err1 != nil || err2 != nil || !bytes.Equal(a, b) {
		t.Errorf("written in runs it differs (%v, %v)", err1, err2)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*"+unfinished)); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
	other := texts(t, dir, 3, maxEntries, map[uint16]string{7: "more treasure", 8: "thing"})
	info := segmentInfo{Level: 1, Number: 0, Always: []uint16{9}}
	path := filepath.Join(dir, info.fileName())
	if err := mergeSegments(info, []*segment{runs, other}, path, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	joined := opened(t, path)
	for needle, want := range map[string][]int{
		"treasure": {9, 1024, 1029, 2047, 3079}, "THING": {9, 1025, 3080}, "absent": {9}, "ure": {9, 1024, 1029, 2047, 3079},
	} {
		if ids := found(t, joined, needle); !slices.Equal(ids, want) {
			t.Errorf("%s is in %v, want %v", needle, ids, want)
		}
	}
}

func TestFullRequestsAreAlwaysRead(t *testing.T) {
	var b bytes.Buffer
	for i := range 300_000 {
		b.WriteString(string(rune(0x4e00 + i%20_000)))
		b.WriteByte(byte('0' + i/20_000))
	}
	s := texts(t, t.TempDir(), 0, maxEntries, map[uint16]string{3: b.String(), 4: "plain"})
	if ids := found(t, s, "plain"); !slices.Equal(ids, []int{3, 4}) {
		t.Errorf("found %v", ids)
	}
}
