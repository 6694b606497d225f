package store

import (
	"database/sql/driver"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"creel/backend/hook"

	"modernc.org/sqlite"
)

const (
	// checkedBytes is up to what size a history is checked whole at each start:
	// about 3 ms a megabyte.
	checkedBytes = 32 << 20
	// markName is a file that says: damage was met while running, so check the
	// history at the next start, however large it is.
	markName = "creel.db-suspect"
)

// SetAside moves a damaged history out of the way, so that a new one can be
// opened in dir, and returns its new name. Nothing of it is changed; its log
// goes with it.
func SetAside(dir string, now time.Time) (string, error) {
	name := "creel-damaged-" + now.UTC().Format("20060102-150405.000") + ".db"
	for _, part := range []string{"-wal", ""} {
		err := os.Rename(filepath.Join(dir, fileName+part), filepath.Join(dir, name+part))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", &hook.Fault{Kind: hook.Unavailable, Text: "set the damaged history aside", Err: err}
		}
	}
	for _, part := range []string{fileName + "-shm", markName} {
		if err := os.Remove(filepath.Join(dir, part)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", &hook.Fault{Kind: hook.Unavailable, Text: "set the damaged history aside", Err: err}
		}
	}
	if err := syncFolder(dir); err != nil {
		return "", &hook.Fault{Kind: hook.Unavailable, Text: "set the damaged history aside", Err: err}
	}
	return name, nil
}

// suspect remembers damage for the next start.
func (s *Store) suspect(err error) {
	if hook.KindOf(err) != hook.Damaged {
		return
	}
	if err := os.WriteFile(filepath.Join(s.opt.Dir, markName), nil, 0o600); err != nil {
		s.opt.Log.Warn("damage not remembered", "err", err)
	}
}

// examine checks the structure of a small history, or of one in which damage
// was met, and whether the log beside it is its own. It writes nothing.
func (s *Store) examine(drv *sqlite.Driver, h header) (err error) {
	// A journal means that making the file was interrupted: that is undone by
	// whoever opens it for writing.
	if !h.exists || exists(s.path+"-journal") {
		return nil
	}
	alone := ""
	if h.logged {
		// What stands in the file may be half of a checkpoint: an id that cannot
		// be read says nothing.
		_ = aside(drv, s.path, "immutable=1", func(c *conn) (err error) {
			alone, err = historyID(c)
			return err
		})
	}
	mark := filepath.Join(s.opt.Dir, markName)
	whole := exists(mark) || h.size <= checkedBytes
	if !whole && alone == "" {
		return nil
	}
	err = aside(drv, s.path, "mode=ro", func(c *conn) error {
		if alone != "" {
			id, err := historyID(c)
			if err == nil && id != alone {
				err = hook.Faultf(hook.Damaged, "open %s: the log beside it belongs to another history", s.path)
			}
			if err != nil {
				return err
			}
		}
		if whole {
			return s.quickCheck(c)
		}
		return nil
	})
	if err == nil && whole {
		if err = os.Remove(mark); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}
	return err
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// aside runs f on a connection that cannot write, not even the log into the
// database as it closes.
func aside(drv *sqlite.Driver, path, mode string, f func(*conn) error) error {
	c, err := openConn(drv, fileURL(path, mode))
	if err != nil {
		return err
	}
	return errors.Join(f(c), c.end())
}

// historyID is what tells histories apart; "" in one that has none yet.
func historyID(c *conn) (id string, err error) {
	err = c.query("SELECT value FROM meta WHERE key = 'id'", func(row []driver.Value) error {
		id = text(row[0])
		return nil
	})
	return id, err
}

func (s *Store) quickCheck(c *conn) error {
	first := "ok"
	err := c.query("PRAGMA quick_check(1)", func(row []driver.Value) error {
		first = text(row[0])
		return nil
	})
	if err == nil && first != "ok" {
		err = &hook.Fault{Kind: hook.Damaged, Text: "open " + s.path + ": it is damaged", Err: errors.New(first)}
	}
	return err
}

// orphaned refuses a log without its database: SQLite would throw it away.
func orphaned(path string) error {
	fi, err := os.Lstat(path + "-wal")
	if errors.Is(err, fs.ErrNotExist) || err == nil && fi.Size() <= 32 {
		return nil
	}
	if err != nil {
		return &hook.Fault{Kind: hook.Unavailable, Text: "look at " + path + "-wal", Err: err}
	}
	return hook.Faultf(hook.Damaged,
		"open %s: it is missing or empty, but its log has %d bytes; restore a copy", path, fi.Size())
}
