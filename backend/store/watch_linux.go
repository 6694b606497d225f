package store

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// sameFile reports whether the file that fi describes is still at path. It asks
// for no times: a file whose times were asked for gets a new one with the next
// write (Linux 6.13 and later), and the sync after it has that to write as well.
func sameFile(path string, fi os.FileInfo) bool {
	st, ok := fi.Sys().(*syscall.Stat_t)
	if !ok {
		return lstatSame(path, fi)
	}
	var now unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, path, unix.AT_SYMLINK_NOFOLLOW, unix.STATX_INO, &now)
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) {
		return lstatSame(path, fi) // an old kernel, or a sandbox that does not know the call
	}
	return err == nil && now.Ino == st.Ino && unix.Mkdev(now.Dev_major, now.Dev_minor) == st.Dev
}
