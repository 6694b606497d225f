package store_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"

	"creel/backend/hook"
	"creel/backend/store"
)

// childFolder names the folder in which this test binary, started again, keeps
// requests until it is killed.
const childFolder = "CREEL_STORE_TEST_CHILD"

// TestKilledProcessLosesNothingAcknowledged kills a process while it keeps
// requests from many goroutines, several times on the same history, and looks
// for every one that it had told of.
func TestKilledProcessLosesNothingAcknowledged(t *testing.T) {
	if dir := os.Getenv(childFolder); dir != "" {
		keepForever(dir)
	}
	dir := t.TempDir()
	told := map[int64]bool{}
	for round := range 5 {
		child := exec.Command(os.Args[0], "-test.run=^TestKilledProcessLosesNothingAcknowledged$")
		child.Env = append(os.Environ(), childFolder+"="+dir)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			if n == 200*(round+1) {
				if err := child.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
			seq, err := strconv.ParseInt(lines.Text(), 10, 64)
			if err != nil {
				break // the line that was cut, or the child's complaint
			}
			if told[seq] {
				t.Errorf("round %d: seq %d was given twice", round, seq)
			}
			told[seq] = true
		}
		if err := child.Wait(); err == nil {
			t.Fatal("the child ended by itself")
		}
	}
	if len(told) < 3000 {
		t.Fatalf("only %d requests were told of", len(told))
	}
	s := openTemp(t, func(o *store.Options) { o.Dir = dir })
	for seq := range told {
		raw, err := s.Raw(ctx, seq)
		if err != nil || len(raw.Body) == 0 {
			t.Errorf("request %d was acknowledged: %v", seq, err)
		}
		if ds, err := s.Deliveries(ctx, seq); err != nil || len(ds) != 1 {
			t.Errorf("request %d has %d deliveries (%v), owed one", seq, len(ds), err)
		}
	}
	checkUsage(t, s)
}

// checkUsage holds the counts against the rows.
func checkUsage(t *testing.T, s *store.Store) {
	t.Helper()
	n := int64(0)
	for before := int64(0); ; {
		p, err := s.List(ctx, nil, hook.Cursor{Before: before, Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Rows) == 0 {
			break
		}
		n += int64(len(p.Rows))
		before = p.Rows[len(p.Rows)-1].Seq
	}
	if u := mustUsage(t, s); u.Requests != n || u.Waiting != n {
		t.Errorf("usage is %+v, there are %d rows", u, n)
	}
}

// keepForever keeps and tells until it is killed.
func keepForever(dir string) {
	s, err := store.Open(ctx, store.Options{Dir: dir})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for {
				seq, err := s.Keep(ctx, capture(), []hook.Delivery{{URL: "http://127.0.0.1:1/", Kind: hook.Forward}})
				mu.Lock()
				if err != nil {
					fmt.Println(err)
					os.Exit(1)
				}
				fmt.Println(seq)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}
