//go:build linux

package trial

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Faults 32, 33, 35, 39 and 48: killed in each single write, sync and
// truncation of the database files, the n-th of its kind in a thread: while
// the file is made, migrated, written, and its log moved into it at the end.
func TestKilledAtEachWriteAndSync(t *testing.T) {
	t.Parallel()
	needStrace(t)
	ready, l := t.TempDir(), newLedger()
	c := start(t, launch{dir: ready})
	first := l.acked[l.must(c, l.body(1000))]
	c.stop()
	for _, at := range []struct {
		name        string
		sites, step int
		fresh       bool
	}{
		{"fsync", 14, 1, true}, {"pwrite64", 110, 12, true}, {"ftruncate", 3, 1, true},
		{"fsync", 18, 2, false}, {"pwrite64", 150, 14, false}, {"ftruncate", 3, 1, false},
	} {
		t.Run(fmt.Sprintf("%s-fresh-%v", at.name, at.fresh), func(t *testing.T) {
			t.Parallel()
			early, late := 0, 0
			for n := 1; n <= at.sites; n += at.step {
				dir := t.TempDir()
				l := newLedger()
				if !at.fresh {
					if err := os.CopyFS(dir, os.DirFS(ready)); err != nil {
						t.Fatal(err)
					}
					l.sent[first] = true
				}
				// With --seccomp-bpf strace counts no further than to the first.
				c, err := try(t, launch{dir: dir, bin: marked, prefix: []string{"strace", "-f", "-o", "/dev/null",
					"-P", filepath.Join(dir, "creel.db"), "-P", filepath.Join(dir, "creel.db-wal"), "-e", "trace=" + at.name,
					"-e", fmt.Sprintf("inject=%s:signal=SIGKILL:when=%d", at.name, n)}})
				if err != nil {
					early++
				} else {
					for range 12 {
						if _, _, err := l.post(c, l.body(1000)); err != nil {
							break
						}
					}
					_ = syscall.Kill(c.PID, syscall.SIGTERM)
					c.died()
					if c.err != nil {
						late++
					}
				}
				l.check(t, dir, nil)
				again(t, dir, l)
				if t.Failed() {
					t.Fatalf("killed in %s %d", at.name, n)
				}
			}
			t.Logf("killed %d times at the start and %d times after it", early, late)
			if early+late < 2 {
				t.Error("it was never killed: the test looks in the wrong place")
			}
		})
	}
}
