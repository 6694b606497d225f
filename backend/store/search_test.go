package store_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"creel/backend/filter"
	"creel/backend/hook"
	"creel/backend/store"

	"pgregory.net/rapid"
)

// haystack keeps n requests, most of them alike, with a word of its own in
// each: word-0, word-1, …
func haystack(tb testing.TB, s *store.Store, from, n int) {
	tb.Helper()
	if err := s.KeepMany(ctx, haystackOf(from, n)); err != nil {
		tb.Fatal(err)
	}
}

func haystackOf(from, n int) []hook.Capture {
	cs := make([]hook.Capture, 0, n)
	for i := from; i < from+n; i++ {
		cs = append(cs, *capture(func(c *hook.Capture) {
			c.Target = fmt.Sprintf("/shop/order?n=%d", i)
			c.Head = []byte("POST " + c.Target + " HTTP/1.1\r\nHost: shop\r\nX-Shop: Café\r\n\r\n")
			c.Body = fmt.Appendf(nil, `{"type":"order.paid","name":"word-%d-","note":"ÄRGER über %d Äpfel"}`, i, i%7)
		}))
	}
	return cs
}

// expect checks what a search finds, newest first, and its total.
func expect(tb testing.TB, s *store.Store, src string, want ...int64) {
	tb.Helper()
	page, err := s.List(ctx, parse(tb, src), hook.Cursor{Limit: 100})
	if err != nil {
		tb.Fatalf("%s: %v", src, err)
	}
	if got := seqsOf(page); !slices.Equal(got, append([]int64{}, want...)) || page.Total != int64(len(want)) || !page.Exact {
		tb.Fatalf("%s finds %v (total %d, exact %t), want %v", src, got, page.Total, page.Exact, want)
	}
}

func patient(o *store.Options) { o.CountBudget = time.Hour }

// checkHaystack searches a history of n requests made by haystack.
func checkHaystack(t *testing.T, s *store.Store, n int64) {
	t.Helper()
	for _, i := range []int64{0, 1022, 1023, n / 2, n - 1} {
		seq := i + 1
		expect(t, s, fmt.Sprintf("word-%d-", i), seq)
		expect(t, s, fmt.Sprintf("WORD-%d- order.paid", i), seq)
		expect(t, s, fmt.Sprintf(`"word-%d-" endpoint:inbox`, i))
		expect(t, s, fmt.Sprintf(`absent OR "NAME\":\"word-%d-"`, i), seq)
		expect(t, s, fmt.Sprintf(`body:*word-%d-*`, i), seq)
		expect(t, s, fmt.Sprintf(`"order?n=%d " OR word-%d- -order.paid`, i, i))
	}
	expect(t, s, "order.unpaid")
}

// checkCommon is checkHaystack for what is in every request.
func checkCommon(t *testing.T, s *store.Store, n int64) {
	t.Helper()
	expect(t, s, "zq")
	for _, common := range []string{"order.paid", "ORDER.PAID", "ärger", "CAFÉ", "or", "-absent", "header.x-shop:café", "path:/shop/", "body:/ord.r/"} {
		page, err := s.List(ctx, parse(t, common), hook.Cursor{Limit: 3})
		if err != nil || !slices.Equal(seqsOf(page), []int64{n, n - 1, n - 2}) || page.Total != n {
			t.Errorf("%s finds %v of %d (%v)", common, seqsOf(page), page.Total, err)
		}
	}
}

func TestIndexedAndUnindexedAreFoundAlike(t *testing.T) {
	t.Parallel()
	s := openTemp(t, patient)
	const n = 9*1024 + 100 // a joined segment, a small one and a block that is open
	haystack(t, s, 0, n)
	s.WaitIndexed(ctx)
	in := s.Indexed(ctx)
	if in.To != 9*1024-1 || in.Behind != 0 || in.Bytes == 0 {
		t.Fatalf("indexed %+v", in)
	}
	checkHaystack(t, s, n)
	files := s.SegmentFiles()
	if len(files) != 2 {
		t.Errorf("the index is %v, want two files", files)
	}
	for _, f := range files {
		if fi, err := os.Stat(f); err != nil || fi.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v (%v), want 0600", f, fi.Mode(), err)
		}
	}
	checkCommon(t, s, n)
	haystack(t, s, n, 1024)
	checkHaystack(t, s, n+1024)
}

func TestIndexSurvivesReopening(t *testing.T) {
	dir := t.TempDir()
	at := func(o *store.Options) { patient(o); o.Dir = dir }
	s := openTemp(t, at)
	const n = 3000
	haystack(t, s, 0, n)
	s.WaitIndexed(ctx)
	files := s.SegmentFiles()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openTemp(t, at)
	checkHaystack(t, s, n) // whatever of it is loaded
	s.WaitIndexed(ctx)
	if again := s.SegmentFiles(); !slices.Equal(again, files) {
		t.Errorf("the index was %v and is %v", files, again)
	}
	checkHaystack(t, s, n)
}

// Whatever happens to the files of the index, searches stay right and it is
// made again.
func TestDamagedIndexIsMadeAgain(t *testing.T) {
	t.Parallel()
	const n = 2*1024 + 5
	for name, harm := range map[string]func(t *testing.T, files []string){
		"deleted": func(t *testing.T, files []string) {
			if err := os.RemoveAll(filepath.Dir(files[0])); err != nil {
				t.Fatal(err)
			}
		},
		"cut": func(t *testing.T, files []string) {
			for _, f := range files {
				if err := os.Truncate(f, 1000); err != nil {
					t.Fatal(err)
				}
			}
		},
		"empty": func(t *testing.T, files []string) {
			if err := os.WriteFile(files[0], nil, 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"another's place": func(t *testing.T, files []string) {
			if err := os.Rename(files[1], files[0]); err != nil {
				t.Fatal(err)
			}
		},
		"groups": func(t *testing.T, files []string) {
			for _, f := range files {
				b, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				// Behind the groups is what opening checks.
				for i := 0; i < len(b)/2; i += 64 {
					b[i] ^= 0x20
				}
				if err := os.WriteFile(f, b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		},
		"unfinished": func(t *testing.T, files []string) {
			if err := os.Rename(files[0], files[0]+".part"); err != nil {
				t.Fatal(err)
			}
		},
		"stranger": func(t *testing.T, files []string) {
			if err := os.WriteFile(filepath.Join(filepath.Dir(files[0]), "0-00000077.grams"), bytes.Repeat([]byte{7}, 100_000), 0o600); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			at := func(o *store.Options) { patient(o); o.Dir = dir }
			s := openTemp(t, at)
			haystack(t, s, 0, n)
			s.WaitIndexed(ctx)
			files := s.SegmentFiles()
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			harm(t, files)
			s = openTemp(t, at)
			s.WaitIndexed(ctx)
			checkHaystack(t, s, n)
			s.WaitIndexed(ctx)
			checkHaystack(t, s, n)
			s.WaitIndexed(ctx) // what was found damaged by searching
			if again := s.SegmentFiles(); !slices.Equal(again, files) {
				t.Errorf("the index was %v and is %v", files, again)
			}
		})
	}
}

// An index beside another history than that it was made from would hide what
// is there.
func TestIndexOfAnotherHistoryIsNotUsed(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	for i, d := range []string{dir, other} {
		s := openTemp(t, patient, func(o *store.Options) { o.Dir = d })
		haystack(t, s, i*100_000, 2048)
		s.WaitIndexed(ctx)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"creel.db", "creel.db-wal", "creel.db-shm"} {
		if err := os.Rename(filepath.Join(other, name), filepath.Join(dir, name)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	s := openTemp(t, patient, func(o *store.Options) { o.Dir = dir })
	s.WaitIndexed(ctx)
	expect(t, s, "word-100007-", 8)
	expect(t, s, "word-7-")
}

func TestIndexFollowsDeletingRestoringAndPruning(t *testing.T) {
	now := time.Now()
	s := openTemp(t, patient, func(o *store.Options) { o.Now = func() time.Time { return now } })
	const n = 5000
	haystack(t, s, 0, n)
	s.WaitIndexed(ctx)
	expect(t, s, "word-77-", 78)
	tr, err := s.Trash(ctx, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, s, "word-77-")
	expect(t, s, "order.paid")
	if _, err := s.Restore(ctx, tr.ID); err != nil {
		t.Fatal(err)
	}
	s.WaitIndexed(ctx)
	checkHaystack(t, s, n)
	if _, err := s.Trash(ctx, parse(t, "word-4321-"), 0); err != nil {
		t.Fatal(err)
	}
	expect(t, s, "word-4321-")
	if _, err := s.Prune(ctx, hook.Retention{Count: 1500}); err != nil {
		t.Fatal(err)
	}
	expect(t, s, "word-77-")
	expect(t, s, "word-4000-", 4001)
	if _, err := s.Trash(ctx, nil, 0); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Hour)
	if _, err := s.Prune(ctx, hook.Retention{}); err != nil {
		t.Fatal(err)
	}
	expect(t, s, "order.paid")
	s.WaitIndexed(ctx)
	if files := s.SegmentFiles(); len(files) > 0 {
		t.Errorf("of what is gone the index still holds %v", files)
	}
	haystack(t, s, n, 1100)
	s.WaitIndexed(ctx)
	expect(t, s, fmt.Sprintf("word-%d-", n+3), n+4)
	if files := s.SegmentFiles(); len(files) > 2 {
		t.Errorf("of what is gone the index still holds %v", files)
	}
}

// What filters see in another shape than it was sent is found too.
func TestIndexOfOddRequests(t *testing.T) {
	s := openTemp(t, patient)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	fmt.Fprint(z, `{"inside":"packed treasure"}`)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	odd := []*hook.Capture{
		capture(func(c *hook.Capture) {
			c.Head = []byte("POST / HTTP/1.1\r\nContent-Encoding: gzip\r\n\r\n")
			c.Body = packed.Bytes()
		}),
		capture(func(c *hook.Capture) {
			c.Head = []byte("POST / HTTP/1.1\r\nX-Long: one\r\n two\r\n\r\n")
		}),
		capture(func(c *hook.Capture) { c.Body = []byte("nul\x00byte \xff\xfe tail") }),
		capture(func(c *hook.Capture) {
			c.Body = []byte(strings.Repeat("x", 1<<20-5) + "treasÉre " + strings.Repeat("y", 1<<20) + " far treasure ")
		}),
		capture(func(c *hook.Capture) { c.Body, c.Head, c.Target = nil, nil, "*" }),
		capture(func(c *hook.Capture) { c.Body = []byte("\u212aelvin ſtraße 日本語") }),
	}
	for _, c := range odd {
		keep(t, s, c)
	}
	haystack(t, s, 0, 2048)
	s.WaitIndexed(ctx)
	for src, want := range map[string][]int64{
		"treasure": {4, 1}, "TRESÉ": {}, "treasére": {4}, "yyy": {4}, `"packed treasure"`: {1}, `header.x-long:"one two"`: {2}, "byte": {3}, "tail": {3},
		"kelvin": {6}, "Strasse": {}, "STRAßE": {6}, "本": {6}, "本語": {6}, "xxx": {4}, `path:"*"`: {5}, "e7af": {},
	} {
		expect(t, s, src, want...)
	}
}

// TestIndexedSearchIsTheFilter holds searches through the index against the
// filter's own matcher, like TestSearchIsTheFilter: a history of two full
// blocks, with drawn requests at places in it and around its seams.
func TestIndexedSearchIsTheFilter(t *testing.T) {
	t.Parallel()
	clock := &clock{t: time.UnixMicro(firstMoment + 5)}
	s := openTemp(t, patient, func(o *store.Options) { o.Now = clock.now })
	type drawn struct {
		c *hook.Capture
		p hook.MarksPatch
	}
	odd := rapid.Custom(func(t *rapid.T) drawn {
		c, p := request(t)
		return drawn{c, p}
	})
	var seqs []int64
	for i := range 60 {
		switch i {
		case 20, 40: // over the seams of blocks
			fill(t, s, i/20*1024-int(s.Change().LastSeq)-5)
		default:
			fill(t, s, 7)
		}
		d := odd.Example(i)
		seq, err := s.Keep(ctx, d.c, nil)
		if err == nil {
			_, err = s.Mark(ctx, []int64{seq}, d.p)
		}
		if err != nil {
			t.Fatal(err)
		}
		seqs = append(seqs, seq)
	}
	fill(t, s, 3*1024-int(s.Change().LastSeq))
	s.WaitIndexed(ctx)
	if _, err := s.Trash(ctx, filter.Seq(seqs[30]), 0); err != nil {
		t.Fatal(err)
	}
	all, err := s.Rows(ctx, seqs)
	if err != nil || len(all) != 59 {
		t.Fatalf("%d rows (%v)", len(all), err)
	}
	rapid.Check(t, func(t *rapid.T) {
		// The filling must not match: it has a header line of its own.
		checkSearch(t, s, all, "("+expression(t)+") -header.x-fill:yes", clock.now())
	})
	if in := s.Indexed(ctx); in.To < 2*1024 {
		t.Errorf("the index was not used: %+v", in)
	}
}

// fill keeps n requests that have nothing to do with the filter's words.
func fill(t *testing.T, s *store.Store, n int) {
	t.Helper()
	cs := make([]hook.Capture, n)
	for i := range cs {
		cs[i] = *capture(func(c *hook.Capture) {
			c.Target, c.Body = "/", nil
			c.Head = []byte("GET / HTTP/1.1\r\nX-Fill: yes\r\n\r\n")
		})
	}
	if err := s.KeepMany(ctx, cs); err != nil {
		t.Fatal(err)
	}
}
