package store

import (
	"bytes"
	"database/sql/driver"
	"os"
	"path/filepath"
	"testing"
)

// What was copied into the database beside a reader is not synced; when the
// sync after that fails it may be gone. All of it is copied again.
func TestWhatAFailedSyncMayHaveLostIsCopiedAgain(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	bodies := map[int64][]byte{}
	keep := func() {
		t.Helper()
		for range 50 {
			body := bytes.Repeat([]byte{byte('a' + len(bodies)%26)}, 5000+len(bodies))
			seq, err := s.Keep(ctx, small(body), nil)
			if err != nil {
				t.Fatal(err)
			}
			bodies[seq] = body
		}
	}
	copied := func() (log, copied int64) {
		s.w.ask(func(c *conn) {
			err := c.query("PRAGMA wal_checkpoint(PASSIVE)", func(row []driver.Value) error {
				log, copied = integer(row[1]), integer(row[2])
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
		return log, copied
	}
	s.w.ask(func(c *conn) { // an empty log, for a start
		if err := s.w.log.run(c, "TRUNCATE"); err != nil {
			t.Error(err)
		}
	})
	before, err := os.ReadFile(filepath.Join(dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	keep()
	reader, err := s.pool.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := reader.QueryRowContext(ctx, "SELECT count(*) FROM requests").Scan(&n); err != nil {
		t.Fatal(err)
	}
	keep()
	if log, copied := copied(); copied == 0 || copied >= log {
		t.Fatalf("%d of %d frames were copied: the test needs a part", copied, log)
	}

	// Copying fails (here since a transaction is open) and what was not synced is gone.
	s.w.ask(func(c *conn) {
		if _, err := c.exec("BEGIN"); err != nil {
			t.Error(err)
		}
		if err := c.query("SELECT count(*) FROM requests", func([]driver.Value) error { return nil }); err != nil {
			t.Error(err)
		}
		if err := s.w.log.run(c, "PASSIVE"); err == nil {
			t.Error("the log was copied within a transaction")
		}
		if _, err := c.exec("ROLLBACK"); err != nil {
			t.Error(err)
		}
	})
	if err := os.WriteFile(filepath.Join(dir, fileName), before, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := reader.Rollback(); err != nil {
		t.Fatal(err)
	}
	if log, copied := copied(); copied != log {
		t.Fatalf("%d of %d frames were copied without a reader", copied, log)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, fileName+"-wal")); err == nil {
		t.Error("the log is still there")
	}

	s = openIn(t, dir)
	for seq, body := range bodies {
		raw, err := s.Raw(ctx, seq)
		if err != nil || !bytes.Equal(raw.Body, body) {
			t.Fatalf("request %d of %d: %v", seq, len(bodies), err)
		}
	}
	s.w.ask(func(c *conn) {
		err := c.query("PRAGMA integrity_check", func(row []driver.Value) error {
			if text(row[0]) != "ok" {
				t.Error(text(row[0]))
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// What the copier could not sync is copied again.
func TestAfterASyncOfTheDatabaseFailedAllIsCopiedAnew(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	path := filepath.Join(dir, fileName)
	b := &s.w.log
	copyLog := func(mode string) (db []byte) {
		t.Helper()
		s.w.ask(func(c *conn) {
			if err := b.run(c, mode); err != nil {
				t.Error(err)
			}
			var err error
			if db, err = os.ReadFile(path); err != nil {
				t.Error(err)
			}
		})
		return db
	}
	before := copyLog("TRUNCATE")
	if _, err := s.Keep(ctx, small([]byte("kept")), nil); err != nil {
		t.Fatal(err)
	}
	after := copyLog("PASSIVE")
	s.w.ask(func(*conn) {
		if b.sync(); b.doubt || b.db == nil {
			t.Errorf("after a sync: in doubt %v, %v open", b.doubt, b.db)
		}
		open := b.db
		closed, err := os.Open(path + "-shm") // any file that cannot be synced
		if err != nil {
			t.Error(err)
			return
		}
		b.db = closed
		if err := closed.Close(); err != nil {
			t.Error(err)
		}
		if b.sync(); !b.doubt {
			t.Error("a failed sync leaves no doubt")
		}
		b.db = open
		if err := os.WriteFile(path, before, 0o600); err != nil {
			t.Error(err)
		}
	})
	if again := copyLog("PASSIVE"); !bytes.Equal(again, after) || bytes.Equal(again, before) {
		t.Error("what may not have been synced was not copied again")
	}
	if b.doubt {
		t.Error("all was copied and is still in doubt")
	}
}
