package store

import (
	"database/sql/driver"
	"errors"
	"io/fs"
	"os"
	"sync"
)

// backfill copies the write-ahead log into the database, on whichever
// connection asks, one at a time.
//
// SQLite counts in the index of the log how much of it was copied. While
// somebody writes or reads meanwhile, it counts what it has not synced yet:
// the next copying does. When that sync fails, the system may have let go of
// what it was to write, and no later sync brings it back; the count says it
// need not be copied again, and the log is emptied. So after an error all of
// the log is copied anew.
type backfill struct {
	mu    sync.Mutex
	path  string   // of the database
	doubt bool     // what was copied may not be there
	index *os.File // of the log; these are kept open, since closing them gives up SQLite's locks
	db    *os.File
}

// nBackfill in the index (sqlite.org/walformat.html#the_wal_index_file_format).
const backfilled = 96

// run copies as far as readers allow.
func (b *backfill) run(c *conn, mode string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, err := b.copy(c, mode)
	return err
}

// tryRun reports whether another copying or a reader did not allow all that
// the mode asks for.
func (b *backfill) tryRun(c *conn, mode string) (busy bool, err error) {
	if !b.mu.TryLock() {
		return true, nil
	}
	defer b.mu.Unlock()
	return b.copy(c, mode)
}

func (b *backfill) copy(c *conn, mode string) (busy bool, err error) {
	if err := b.restart(); err != nil {
		return false, err
	}
	err = c.query("PRAGMA wal_checkpoint("+mode+")", func(row []driver.Value) error {
		busy = integer(row[0]) != 0
		return nil
	})
	if err != nil {
		b.doubt = true
		err = errors.Join(err, b.restart())
	}
	return busy, err
}

// sync writes to disk what was copied. SQLite does so only once it has copied
// all there is, which is between two groups: captures would wait for all of it.
func (b *backfill) sync() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.db == nil {
		var err error
		if b.db, err = os.OpenFile(b.path, os.O_RDWR, 0); err != nil {
			return // it was moved, which the writer sees itself
		}
	}
	// SQLite finds out itself whether the disk is sick.
	b.doubt = b.db.Sync() != nil || b.doubt
}

// restart has all of the log copied anew if what was copied is in doubt.
func (b *backfill) restart() (err error) {
	if !b.doubt {
		return nil
	}
	if b.index == nil {
		b.index, err = os.OpenFile(b.path+"-shm", os.O_RDWR, 0)
		if errors.Is(err, fs.ErrNotExist) { // whoever makes it anew counts from 0
			b.doubt = false
			return nil
		}
	}
	if err == nil {
		_, err = b.index.WriteAt(make([]byte, 4), backfilled)
	}
	b.doubt = err != nil
	return err
}

// size is that of the log, in bytes.
func (b *backfill) size() int64 {
	fi, err := os.Stat(b.path + "-wal")
	if err != nil {
		return 0
	}
	return fi.Size()
}

// close comes after all connections were closed.
func (b *backfill) close() error {
	var errs []error
	for _, f := range []*os.File{b.index, b.db} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}
