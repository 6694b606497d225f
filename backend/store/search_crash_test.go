package store_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"creel/backend/store"
)

// indexChild names the folder in which this test binary, started again,
// indexes until it is killed.
const indexChild = "CREEL_STORE_TEST_INDEX"

const crashed = 9*1024 + 50

// TestKilledWhileIndexing kills a process while it makes the search index, at
// different stages, and looks for everything afterwards.
func TestKilledWhileIndexing(t *testing.T) {
	if dir := os.Getenv(indexChild); dir != "" {
		indexForever(dir)
	}
	dir := t.TempDir()
	for _, stage := range []string{"0-*", "0-*1.grams", "0-*6.grams", "1-*", "1-*.grams"} {
		child := exec.Command(os.Args[0], "-test.run=^TestKilledWhileIndexing$")
		child.Env = append(os.Environ(), indexChild+"="+dir)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		if !lines.Scan() || lines.Text() != "kept" {
			t.Fatalf("the child says %q", lines.Text())
		}
		for there := false; !there; {
			// It may have been faster than we look.
			for _, what := range []string{stage, "1-*.grams"} {
				files, err := filepath.Glob(filepath.Join(dir, "search", what))
				if err != nil {
					t.Fatal(err)
				}
				there = there || len(files) > 0
			}
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := child.Wait(); err == nil {
			t.Fatal("the child ended by itself")
		}
	}
	s := openTemp(t, patient, func(o *store.Options) { o.Dir = dir })
	checkHaystack(t, s, crashed) // however much is loaded
	s.WaitIndexed(ctx)
	checkHaystack(t, s, crashed)
	files := s.SegmentFiles()
	there, err := os.ReadDir(filepath.Join(dir, "search"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range there {
		if !slices.Contains(files, filepath.Join(dir, "search", f.Name())) {
			t.Errorf("%s is left over", f.Name())
		}
	}
}

// indexForever fills a new history, tells, and indexes until it is killed.
func indexForever(dir string) {
	s, err := store.Open(ctx, store.Options{Dir: dir})
	if err == nil && s.Change().LastSeq == 0 {
		err = s.KeepMany(ctx, haystackOf(0, crashed))
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("kept")
	select {}
}
