package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"creel/backend/hook"
)

// watchEvery is how often it is looked whether the files are still there when
// nothing is written.
const watchEvery = 2 * time.Second

// errGone marks the fault that the files on disk are no longer the open ones.
var errGone = errors.New("creel.db was replaced")

// watch knows the files that are open. What is committed to one that was
// deleted is gone with the process, so nothing may be acknowledged then.
type watch struct {
	path    string
	db, log os.FileInfo
	saved   bool // what was in the deleted files is on disk again
	tick    *time.Ticker
}

// start remembers the files. The log is there by then: opening has written.
func (w *watch) start(path string) {
	w.path, w.tick = path, time.NewTicker(watchEvery)
	w.db, _ = os.Lstat(path)
	w.log, _ = os.Lstat(path + "-wal")
}

// look returns a fault when the files are no longer where they were opened.
// Looking opens nothing: closing a descriptor would drop SQLite's locks.
func (w *watch) look() error {
	if w.db != nil && sameFile(w.path, w.db) && (w.log == nil || sameFile(w.path+"-wal", w.log)) {
		return nil
	}
	text := "write history: creel.db or its log was moved, deleted or replaced while Creel runs; put it back, or restart Creel"
	if w.saved {
		text = "write history: creel.db or its log was moved or deleted while Creel runs; all of it has been put back; restart Creel to go on"
	}
	return &hook.Fault{Kind: hook.Unavailable, Text: text, Err: errGone}
}

func lstatSame(path string, fi os.FileInfo) bool {
	now, err := os.Lstat(path)
	return err == nil && os.SameFile(now, fi)
}

// mind is look between two groups. The first time that it finds the files
// gone, it puts them back.
func (w *writer) mind() {
	if err := w.files.look(); err != nil {
		w.fallSick(err)
		w.rescue()
		w.idle.Reset(restAfter)
	}
}

// rescue writes what the deleted files held where they were, unless something
// else is there now. SQLite can still read them: they are open.
func (w *writer) rescue() {
	f := &w.files
	if f.saved {
		return
	}
	if now, err := os.Lstat(f.path); !errors.Is(err, fs.ErrNotExist) && (err != nil || !os.SameFile(now, f.db)) {
		return
	}
	if err := f.putBack(w.c); err != nil {
		w.s.opt.Log.Error("history not put back", "err", err)
		return
	}
	f.saved = true
	w.s.sick.Store(nil)
	w.fallSick(f.look())
}

func (w *watch) putBack(c *conn) error {
	part := w.path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := createFile(part); err != nil {
		return err
	}
	if _, err := c.exec("VACUUM INTO ?", part); err != nil {
		return err
	}
	if err := syncFile(part); err != nil {
		return err
	}
	// A log beside a database that it does not belong to would destroy it.
	for _, rest := range []string{"-wal", "-shm"} {
		if err := os.Remove(w.path + rest); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := os.Rename(part, w.path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(w.path))
}
