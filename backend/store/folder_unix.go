//go:build unix

package store

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

func ownedByUs(fi fs.FileInfo) bool {
	st, ok := fi.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Geteuid()
}

func writableByOthers(fi fs.FileInfo) bool {
	return fi.Mode().Perm()&0o022 != 0 && fi.Mode()&fs.ModeSticky == 0
}

// syncFolder makes a new file's name survive a power loss.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
