package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"creel/backend/hook"
)

const (
	fileName      = "creel.db"
	applicationID = 0x4372656c // "Crel", in the header of every Creel database
)

// prepareFolder makes dir (0700) when it is missing and refuses one that is a
// symbolic link or belongs to somebody else.
func prepareFolder(dir string, log *slog.Logger) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return &hook.Fault{Kind: hook.Unavailable, Text: "make data folder " + dir, Err: err}
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return &hook.Fault{Kind: hook.Unavailable, Text: "make data folder " + dir, Err: err}
	}
	fi, err := os.Lstat(dir)
	switch {
	case err != nil:
		return &hook.Fault{Kind: hook.Unavailable, Text: "look at data folder " + dir, Err: err}
	case fi.Mode()&fs.ModeSymlink != 0:
		return hook.Faultf(hook.Invalid, "open data folder %s: it is a symbolic link; name the folder itself", dir)
	case !fi.IsDir():
		return hook.Faultf(hook.Invalid, "open data folder %s: it is not a folder", dir)
	case !ownedByUs(fi):
		return hook.Faultf(hook.Invalid, "open data folder %s: it belongs to another user; choose a folder of your own", dir)
	}
	// A folder that was there before keeps its mode: it may be shared on
	// purpose, and the files in it are ours alone anyway.
	if writableByOthers(fi) {
		log.Warn("others may change files in the data folder", "dir", dir, "mode", fi.Mode().Perm().String())
	}
	return nil
}

// createFile makes an empty file that only we may read. SQLite gives its
// companions (-wal, -shm) the same mode.
func createFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return &hook.Fault{Kind: hook.Unavailable, Text: "create " + path, Err: err}
	}
	return errors.Join(f.Close(), syncFolder(filepath.Dir(path)))
}

// header is what the first 100 bytes of a database file say.
type header struct {
	exists   bool // and is not empty
	version  int  // PRAGMA user_version, the newest one in file and write-ahead log
	pageSize int64
	size     int64
	logged   bool // there is something in the log
}

// peek reads the version of the database at path without SQLite, which would
// touch the files. It must be called before anything in this process has the
// database open: closing any descriptor of it would drop SQLite's locks.
func peek(path string) (header, error) {
	fi, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := orphaned(path); err != nil {
			return header{}, err
		}
		return header{}, createFile(path)
	}
	if err != nil {
		return header{}, &hook.Fault{Kind: hook.Unavailable, Text: "look at " + path, Err: err}
	}
	if !fi.Mode().IsRegular() || !ownedByUs(fi) {
		return header{}, hook.Faultf(hook.Invalid, "open %s: it is not a plain file of yours", path)
	}
	if fi.Size() == 0 {
		return header{}, orphaned(path)
	}
	f, err := os.Open(path)
	if err != nil {
		return header{}, &hook.Fault{Kind: hook.Unavailable, Text: "open " + path, Err: err}
	}
	defer func() { _ = f.Close() }()
	b := make([]byte, 100)
	if _, err := io.ReadFull(f, b); err != nil || !bytes.HasPrefix(b, []byte("SQLite format 3\x00")) {
		if exists(path + "-journal") { // the making of the file was interrupted, which SQLite undoes
			return header{}, nil
		}
		return header{}, hook.Faultf(hook.Damaged,
			"open %s: it is not a database; move it away to start with an empty history, or restore a copy", path)
	}
	h := header{exists: true, size: fi.Size(), version: int(binary.BigEndian.Uint32(b[60:])), pageSize: int64(binary.BigEndian.Uint16(b[16:]))}
	if h.pageSize == 1 {
		h.pageSize = 65536
	}
	if id := binary.BigEndian.Uint32(b[68:]); id != applicationID && h.version != 0 {
		return header{}, hook.Faultf(hook.Invalid, "open %s: it is a database of another program; choose another data folder", path)
	}
	wal, err := walVersion(path + "-wal")
	if err != nil {
		return header{}, &hook.Fault{Kind: hook.Unavailable, Text: "read " + path + "-wal", Err: err}
	}
	h.version, h.logged = max(h.version, wal), wal >= 0
	pages := int64(binary.BigEndian.Uint32(b[28:]))
	if wal < 0 && bytes.Equal(b[24:28], b[92:96]) && pages*h.pageSize > fi.Size() {
		return header{}, hook.Faultf(hook.Damaged,
			"open %s: its end is missing (%d of %d bytes are there); restore a copy, or move it away to start anew",
			path, fi.Size(), pages*h.pageSize)
	}
	return h, nil
}
