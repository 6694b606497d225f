//go:build linux

package trial

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// small launches the program in a mount namespace of its own, in which its
// data folder is a file system of that many megabytes. Root may do so; others
// where the system allows user namespaces. The tests reach the folder by the
// path that small returns.
func small(t *testing.T, l launch, megabytes int, options string) (*creel, string, error) {
	t.Helper()
	args := []string{"unshare", "-m"}
	if os.Geteuid() != 0 {
		args = []string{"unshare", "-Urm"}
	}
	if out, err := exec.Command(args[0], append(args[1:], "true")...).CombinedOutput(); err != nil {
		t.Fatalf("this test needs root or user namespaces (sysctl kernel.unprivileged_userns_clone=1; in a container --cap-add=SYS_ADMIN) to mount a small disk: %v: %s", err, out)
	}
	script := fmt.Sprintf(`mount -t tmpfs -o size=%dm,mode=0700 trial "$0" && chown "$(id -u):$(id -g)" "$0" && %s exec "$@"`, megabytes, options)
	l.prefix = append(args, "sh", "-c", script, l.dir)
	c, err := try(t, l)
	if err != nil {
		return nil, "", err
	}
	return c, fmt.Sprintf("/proc/%d/root%s", c.PID, l.dir), nil
}

// Fault 41: the disk is full. Nothing is acknowledged that is not kept, what
// was kept stays readable, and it goes on by itself once there is room.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]int{"small": 3000, "large": 700_000} {
		t.Run(name, func(t *testing.T) {
			l := newLedger()
			c, inside, err := small(t, launch{dir: t.TempDir()}, 64, "")
			if err != nil {
				t.Fatal(err)
			}
			// What is freed each time has room for the whole log, which goes into
			// the file then.
			ballast := filepath.Join(inside, "ballast")
			if err := os.WriteFile(ballast, make([]byte, 52<<20), 0o600); err != nil {
				t.Fatal(err)
			}
			for round := range 2 {
				w := l.send(c, 8, body)
				await(t, "the disk to be full", func() bool {
					l.mu.Lock()
					defer l.mu.Unlock()
					return l.other[503] > 20*(round+1)
				})
				text := c.trouble("disk-full", "the disk is full", "free some space")
				w.halt()
				if strings.Contains(text, "SQLITE") {
					t.Errorf("the banner speaks in tongues: %s", text)
				}
				var page struct{ Total int }
				c.ask("GET", "/requests?limit=1", nil, &page)
				if page.Total < l.acks() {
					t.Errorf("%d requests are shown, %d acknowledged", page.Total, l.acks())
				}
				if err := os.Truncate(ballast, int64(36-36*round)<<20); err != nil {
					t.Fatal(err)
				}
				c.healthy()
				l.must(c, l.body(body))
			}
			for status := range l.other {
				if status != 503 {
					t.Errorf("%d senders were answered %d", l.other[status], status)
				}
			}
			c.ask("PATCH", "/settings", map[string]any{"keepCount": 10}, nil) // retention makes room, too
			await(t, "the limit to be kept", func() bool { return c.status().History.Requests == 10 })
			last := l.newest()
			l.must(c, l.body(3000))
			// The disk goes with the process: what is on it is looked at before.
			kept := t.TempDir()
			if err := syscall.Kill(c.PID, syscall.SIGSTOP); err != nil {
				t.Fatal(err)
			}
			for _, f := range []string{"creel.db", "creel.db-wal"} {
				b, err := os.ReadFile(filepath.Join(inside, f))
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(kept, f), b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			l.check(t, kept, func(seq int64) bool { return seq <= last-9 })
		})
	}
}

// Fault 41: a disk that is full from the start is named, and nothing stays
// behind that would be in the way of the next start.
func TestFullDiskAtTheStart(t *testing.T) {
	t.Parallel()
	c, _, err := small(t, launch{dir: t.TempDir()}, 1, `dd if=/dev/zero of="$0/ballast" bs=1k count=1000 2>/dev/null;`)
	if err == nil {
		c.end()
		t.Fatal("it started on a full disk")
	}
	if !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("it says %v", err)
	}
}

// Fault 42: a folder that cannot be written to is named before anything is
// caught; nothing is kept in memory instead.
func TestReadOnlyFolder(t *testing.T) {
	t.Parallel()
	l := newLedger()
	dir := t.TempDir()
	fill(t, l, dir, 20, 2000)
	before := contents(t, dir)
	script := `mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"`
	args := []string{"unshare", "-m"}
	if os.Geteuid() != 0 {
		args = []string{"unshare", "-Urm"}
	}
	said := refused(t, launch{dir: dir, prefix: append(args, "sh", "-c", script+` && exec "$@"`, dir)})
	if !strings.Contains(said, "can it be written to") && !strings.Contains(said, "cannot be written") {
		t.Errorf("it says %s", said)
	}
	same(t, dir, before)
	l.check(t, dir, nil)
}

// Fault 42: the disk becomes read-only while it runs, as one with errors does:
// the calls fail as they do then, since no disk with an open file can be
// remounted. Started again on it, it says so.
func TestFolderBecomesReadOnly(t *testing.T) {
	t.Parallel()
	dir, l := t.TempDir(), newLedger()
	c := start(t, launch{dir: dir})
	l.must(c, l.body(1000))
	mend := fail(t, c, "pwrite64,ftruncate,openat,open:error=EROFS", filepath.Join(dir, "creel.db"), filepath.Join(dir, "creel.db-wal"))
	if status, _, err := l.post(c, l.body(1000)); err != nil || status != 503 {
		t.Errorf("answered %d (%v)", status, err)
	}
	c.trouble("unavailable", "data folder")
	mend()
	c.healthy()
	l.must(c, l.body(1000))
	c.kill()
	l.check(t, dir, nil)
}

// contents hashes the files of a folder, but for the lock.
func contents(t *testing.T, dir string) map[string]sum {
	t.Helper()
	all := map[string]sum{}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[f.Name()] = sha256.Sum256(b)
	}
	return all
}

func same(t *testing.T, dir string, before map[string]sum) {
	t.Helper()
	after := contents(t, dir)
	for name, h := range before {
		if after[name] != h {
			t.Errorf("%s was changed", name)
		}
	}
	if len(after) != len(before) {
		t.Errorf("the folder holds %d files, held %d", len(after), len(before))
	}
}
