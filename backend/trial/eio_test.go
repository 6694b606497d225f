//go:build linux

package trial

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// fail makes system calls on these files of a running program fail until
// mend is called.
func fail(t *testing.T, c *creel, what string, files ...string) (mend func()) {
	t.Helper()
	needStrace(t)
	name, _, _ := strings.Cut(what, ":")
	args := []string{"-f", "-p", fmt.Sprint(c.PID), "-o", "/dev/null", "-e", "signal=none", "-e", "trace=" + name, "-e", "inject=" + what}
	for _, f := range files {
		args = append(args, "-P", f)
	}
	said := &lines{}
	cmd := exec.Command("strace", args...)
	cmd.Stderr = said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, "strace to take hold", func() bool { return strings.Contains(said.String(), "attached") })
	done := false
	mend = func() {
		if !done {
			done = true
			_ = cmd.Process.Signal(syscall.SIGINT)
			_ = cmd.Wait()
		}
	}
	t.Cleanup(mend)
	return mend
}

// Fault 40: while the disk fails at one place, nothing is acknowledged that
// is not kept, the person reads why, and all is well once the disk is.
func TestDiskErrorWhileRunning(t *testing.T) {
	t.Parallel()
	for _, f := range []struct {
		what, file string
		commits    bool // it stands in the way of a commit
		kind, says string
	}{
		{"fsync:error=EIO", "creel.db-wal", true, "unavailable", "the disk reports an error"},
		{"pwrite64:error=EIO", "creel.db-wal", true, "unavailable", "the disk reports an error"},
		{"pwrite64:error=ENOSPC", "creel.db-wal", true, "disk-full", "the disk is full"},
		{"pwrite64:error=EROFS", "creel.db-wal", true, "unavailable", "check the disk"},
		{"pwrite64:error=EIO", "creel.db", false, "unavailable", "the disk reports an error"},
		{"pwrite64:error=ENOSPC", "creel.db", false, "disk-full", "the disk is full"},
		{"fsync:error=EIO", "creel.db", false, "unavailable", "the disk reports an error"},
		{"ftruncate:error=EIO", "creel.db-wal", false, "unavailable", "the disk reports an error"},
	} {
		t.Run(f.file+"-"+f.what, func(t *testing.T) {
			dir, l := t.TempDir(), newLedger()
			c := start(t, launch{dir: dir})
			for range 5 {
				l.must(c, l.body(3000))
			}
			mend := fail(t, c, f.what, filepath.Join(dir, f.file))
			for range 5 {
				status, _, err := l.post(c, l.body(3000))
				if want := map[bool]int{true: 503, false: 200}[f.commits]; err != nil || status != want {
					t.Errorf("answered %d (%v), want %d", status, err, want)
				}
			}
			c.trouble(f.kind, f.says)
			// Reading goes on.
			var page struct{ Total int }
			c.ask("GET", "/requests", nil, &page)
			if page.Total < 5 {
				t.Errorf("%d requests are shown while the disk fails", page.Total)
			}
			mend()
			c.healthy()
			for range 5 {
				l.must(c, l.body(3000))
			}
			c.kill()
			l.check(t, dir, nil)
			again(t, dir, l)
		})
	}
}

// While the disk goes on failing there is one banner, not one that comes and
// goes.
func TestBannerStaysWhileTheLogCannotBeEmptied(t *testing.T) {
	t.Parallel()
	dir, l := t.TempDir(), newLedger()
	c := start(t, launch{dir: dir})
	l.must(c, l.body(3000))
	mend := fail(t, c, "fsync:error=EIO", filepath.Join(dir, "creel.db"))
	l.must(c, l.body(3000))
	c.trouble("unavailable", "the disk reports an error")
	for range 300 { // about three seconds: several rounds of looking after the log
		if c.status().History.Error == nil {
			t.Fatal("the banner went though the disk still fails")
		}
		pause()
	}
	mend()
	c.healthy()
	c.kill()
	l.check(t, dir, nil)
}

// Fault 40: one error at each single write and sync, the n-th of its kind: of
// the first start, which may refuse, and of a run on a history that is there,
// to its end.
func TestDiskErrorAtEachSite(t *testing.T) {
	t.Parallel()
	needStrace(t)
	ready, l := t.TempDir(), newLedger()
	c := start(t, launch{dir: ready})
	first := l.must(c, l.body(1000))
	c.stop()
	for _, at := range []struct {
		name        string
		sites, step int
		fresh       bool
	}{
		{"fsync", 12, 1, true}, {"pwrite64", 90, 15, true}, {"ftruncate", 2, 1, true},
		{"fsync", 20, 1, false}, {"pwrite64", 130, 9, false}, {"ftruncate", 2, 1, false},
	} {
		t.Run(fmt.Sprintf("%s-fresh-%v", at.name, at.fresh), func(t *testing.T) {
			t.Parallel()
			hit, refused := 0, 0
			for n := 1; n <= at.sites; n += at.step {
				dir := t.TempDir()
				if !at.fresh {
					if err := os.CopyFS(dir, os.DirFS(ready)); err != nil {
						t.Fatal(err)
					}
				}
				h, r := site(t, dir, at.name, n, l.acked[first])
				hit, refused = hit+h, refused+r
			}
			t.Logf("%d errors met, %d at the start, which was then refused", hit, refused)
			if hit == 0 || !at.fresh && refused == hit {
				t.Error("too few errors were met: the test looks in the wrong place")
			}
		})
	}
}

// site lets the n-th call of a kind on the database files fail, once in each
// thread, and tells whether there was such a call and whether the start was
// refused for it.
func site(t *testing.T, dir, name string, n int, first sum) (hit, refused int) {
	t.Helper()
	l := newLedger()
	log := filepath.Join(t.TempDir(), "trace")
	c, err := try(t, launch{dir: dir, bin: marked, prefix: []string{"strace", "-f", "--seccomp-bpf", "-e", "signal=none", "-o", log,
		"-P", filepath.Join(dir, "creel.db"), "-P", filepath.Join(dir, "creel.db-wal"), "-e", "trace=" + name,
		"-e", fmt.Sprintf("inject=%s:error=EIO:when=%d", name, n)}})
	if err != nil {
		refused = 1
		if !strings.Contains(err.Error(), "the disk reports an error") {
			t.Errorf("%s %d: it did not start and said %v", name, n, err)
		}
	} else {
		for i := range 12 {
			status, _, err := l.post(c, l.body(1000))
			if err != nil || status != 200 && status != 503 {
				t.Errorf("%s %d: post %d was answered %d (%v)", name, n, i, status, err)
			}
		}
		if l.acks() < 11 {
			t.Errorf("%s %d: one error, and only %d of 12 were kept", name, n, l.acks())
		}
		if n%2 == 0 {
			c.kill()
		} else {
			_ = syscall.Kill(c.PID, syscall.SIGTERM)
			c.died()
		}
	}
	b, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	l.sent[first] = true // what the folder came with
	again(t, dir, l)
	if t.Failed() {
		t.Fatalf("at %s %d", name, n)
	}
	if strings.Contains(string(b), "INJECTED") {
		hit = 1
	}
	return hit, refused
}
