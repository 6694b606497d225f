package store

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestFullDiskRecovers fills a real file system. Where this process may not
// mount one, the page limit of SQLite stands in for it.
func TestFullDiskRecovers(t *testing.T) {
	dir := t.TempDir()
	err := syscall.Mount("creel-test", dir, "tmpfs", 0, "size=8m,mode=0700")
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) {
		t.Log("no right to mount: filling a database with a page limit instead of a disk")
		fullByPageLimit(t)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	s := openIn(t, filepath.Join(dir, "data"))
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 3<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	kept := fillUp(t, s)
	if kept == 0 {
		t.Fatal("nothing went in before the disk was full")
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	recovered(t, s, kept)
}
