//go:build linux

package trial

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Fault 43: a damaged history is detected when it is opened, set aside whole,
// and a new one begun; the person is told on standard error and by a notice.
func TestDamagedHistoryIsSetAside(t *testing.T) {
	t.Parallel()
	good, l := t.TempDir(), newLedger()
	fill(t, l, good, 300, 4000)
	crashed := t.TempDir() // as a kill leaves it: with a log
	c := start(t, launch{dir: crashed})
	for range 30 {
		l.must(c, l.body(3000))
	}
	c.kill()
	for name, harm := range map[string]func(db, wal []byte) (newDB, newWAL []byte){
		"cut in half":   func(db, _ []byte) ([]byte, []byte) { return db[:len(db)/2], nil },
		"cut by a page": func(db, _ []byte) ([]byte, []byte) { return db[:len(db)-4096], nil },
		"no header":     func(db, _ []byte) ([]byte, []byte) { return append(make([]byte, 100), db[100:]...), nil },
		"all zero":      func(db, _ []byte) ([]byte, []byte) { return make([]byte, len(db)), nil },
		"text":          func([]byte, []byte) ([]byte, []byte) { return []byte(strings.Repeat("no database ", 50)), nil },
		"page of noise": func(db, _ []byte) ([]byte, []byte) {
			for i := 4096; i < 3*4096; i++ {
				db[i] = byte(i * 7)
			}
			return db, nil
		},
		"empty beside its log": func(_, wal []byte) ([]byte, []byte) { return []byte{}, wal },
		"gone beside its log":  func(_, wal []byte) ([]byte, []byte) { return nil, wal },
		"log of another": func(db, _ []byte) ([]byte, []byte) {
			wal, err := os.ReadFile(filepath.Join(crashed, "creel.db-wal"))
			if err != nil {
				t.Fatal(err)
			}
			return db, wal
		},
	} {
		t.Run(name, func(t *testing.T) {
			from := good
			if strings.HasSuffix(name, "its log") {
				from = crashed
			}
			db, err := os.ReadFile(filepath.Join(from, "creel.db"))
			if err != nil {
				t.Fatal(err)
			}
			wal, err := os.ReadFile(filepath.Join(from, "creel.db-wal"))
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			db, wal = harm(db, wal)
			dir := t.TempDir()
			for file, b := range map[string][]byte{"creel.db": db, "creel.db-wal": wal} {
				if b == nil {
					continue
				}
				if err := os.WriteFile(filepath.Join(dir, file), b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			setAside(t, dir, db, wal)
		})
	}
}

// setAside starts on a damaged folder and holds it to the promise.
func setAside(t *testing.T, dir string, db, wal []byte) {
	t.Helper()
	l := newLedger()
	c := start(t, launch{dir: dir})
	s := c.status()
	if s.History.Notice == nil || s.History.Notice.Kind != "damaged" || !strings.Contains(s.History.Notice.Text, "set aside") {
		t.Fatalf("no notice of the damage: %+v; it said %s", s.History, c.said)
	}
	if s.History.Error != nil || s.History.Requests != 0 {
		t.Errorf("the new history: %+v", s.History)
	}
	if said := c.said.String(); !strings.Contains(said, "set aside") {
		t.Errorf("it said %s", said)
	}
	for range 3 {
		l.must(c, l.body(1000))
	}
	c.stop()
	l.check(t, dir, nil)
	found, err := filepath.Glob(filepath.Join(dir, "creel-damaged-*.db*"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[bool][]byte{false: db, true: wal}
	for _, f := range found {
		b, err := os.ReadFile(f)
		isLog := strings.HasSuffix(f, "-wal")
		if err != nil || !bytes.Equal(b, want[isLog]) {
			t.Errorf("%s is not as it was (%v)", filepath.Base(f), err)
		}
		delete(want, isLog)
	}
	for isLog, b := range want {
		if b != nil {
			t.Errorf("a file of %d bytes was not kept (log: %v)", len(b), isLog)
		}
	}
	// It stays a notice until the file is moved away.
	c = start(t, launch{dir: dir})
	if c.status().History.Notice == nil || c.status().History.Requests != 3 {
		t.Errorf("after another start: %+v", c.status().History)
	}
	for _, f := range found {
		if err := os.Remove(f); err != nil {
			t.Fatal(err)
		}
	}
	if c.status().History.Notice != nil && want[false] == nil {
		t.Errorf("the notice outlives its file: %+v", c.status().History.Notice)
	}
	c.stop()
}

// Fault 43: bits flip anywhere. Whatever is shown afterwards is what was sent;
// the rest says that it is damaged, or was set aside.
func TestFlippedBitsNeverShowAWrongBody(t *testing.T) {
	t.Parallel()
	good, l := t.TempDir(), newLedger()
	fill(t, l, good, 200, 8000)
	db, err := os.ReadFile(filepath.Join(good, "creel.db"))
	if err != nil {
		t.Fatal(err)
	}
	aside, exact, told := 0, 0, 0
	for range 40 {
		dir := t.TempDir()
		harmed := bytes.Clone(db)
		for range 1 + rand.IntN(20) {
			harmed[rand.IntN(len(harmed))] ^= 1 << rand.IntN(8)
		}
		if err := os.WriteFile(filepath.Join(dir, "creel.db"), harmed, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := try(t, launch{dir: dir})
		if err != nil {
			told++ // such as a version that is too new
			continue
		}
		if c.status().History.Notice != nil {
			aside++
			c.kill()
			continue
		}
		for seq, want := range l.acked {
			var body []byte
			status, err := c.call("GET", fmt.Sprintf("/requests/%d/body", seq), nil, &body)
			switch {
			case err != nil:
				t.Fatalf("request %d: %v; it said %s", seq, err, c.said)
			case status != 200:
				told++
			case sumOf(body) != want:
				t.Errorf("request %d shows %d bytes that were never sent", seq, len(body))
			default:
				exact++
			}
		}
		c.kill()
	}
	t.Logf("of 40 damaged files %d were set aside; else %d bodies were exact and %d said to be damaged", aside, exact, told)
}

// Fault 44: the files are deleted or moved while it runs. It acknowledges
// nothing from then on, says so within 5 s though nothing is sent, and has put
// everything back for the next start.
func TestDeletedWhileOpen(t *testing.T) {
	t.Parallel()
	for _, f := range []struct {
		name  string
		files []string
		idle  bool
	}{
		{"database", []string{"creel.db"}, false},
		{"log", []string{"creel.db-wal"}, false},
		{"both and idle", []string{"creel.db", "creel.db-wal"}, true},
		{"all", []string{"creel.db", "creel.db-wal", "creel.db-shm"}, false},
	} {
		t.Run(f.name, func(t *testing.T) {
			dir, l := t.TempDir(), newLedger()
			c := start(t, launch{dir: dir})
			for range 50 {
				l.must(c, l.body(3000))
			}
			for _, name := range f.files {
				if err := os.Remove(filepath.Join(dir, name)); err != nil {
					t.Fatal(err)
				}
			}
			for range 5 {
				if f.idle {
					break
				}
				if status, _, err := l.post(c, l.body(3000)); err != nil || status != 503 {
					t.Errorf("answered %d (%v) though its file is gone", status, err)
				}
			}
			await(t, "what was deleted to be put back", func() bool {
				e := c.status().History.Error
				return e != nil && strings.Contains(e.Text, "put back; restart Creel")
			})
			if status, _, err := l.post(c, l.body(3000)); err != nil || status != 503 {
				t.Errorf("answered %d (%v) though its file is gone", status, err)
			}
			c.stop()
			l.check(t, dir, nil)
			again(t, dir, l)
		})
	}
}

// Fault 44: moved away and back again, it goes on by itself.
func TestMovedAwayAndBack(t *testing.T) {
	t.Parallel()
	dir, l := t.TempDir(), newLedger()
	c := start(t, launch{dir: dir})
	l.must(c, l.body(1000))
	db, away := filepath.Join(dir, "creel.db"), filepath.Join(dir, "away.db")
	other, err := os.ReadFile(db)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(db, away); err != nil {
		t.Fatal(err)
	}
	// Another file in its place is not touched.
	if err := os.WriteFile(db, other, 0o600); err != nil {
		t.Fatal(err)
	}
	c.trouble("unavailable", "moved, deleted or replaced")
	if status, _, err := l.post(c, l.body(1000)); err != nil || status != 503 {
		t.Errorf("answered %d (%v) though another file is in its place", status, err)
	}
	if b, err := os.ReadFile(db); err != nil || !bytes.Equal(b, other) {
		t.Errorf("the other file was changed (%v)", err)
	}
	if err := os.Rename(away, db); err != nil {
		t.Fatal(err)
	}
	c.healthy()
	l.must(c, l.body(1000))
	c.kill()
	l.check(t, dir, nil)
	again(t, dir, l)
}

// Fault 45: another program holds the database. Senders are told to come again
// after a deadline, and it goes on by itself.
func TestLockedByAnotherProgram(t *testing.T) {
	t.Parallel()
	dir, l := t.TempDir(), newLedger()
	c := start(t, launch{dir: dir})
	l.must(c, l.body(1000))
	db := open(t, dir)
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	status, _, err := l.post(c, l.body(1000))
	if err != nil || status != 503 {
		t.Errorf("answered %d (%v) while the database is locked", status, err)
	}
	c.trouble("unavailable", "another program holds creel.db")
	if _, err := db.Exec("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	c.healthy()
	l.must(c, l.body(1000))
	c.kill()
	l.check(t, dir, nil)
}

// Fault 46: a second one on the same folder leaves, naming the first; a lock
// that a killed one left is in nobody's way.
func TestTwoOnOneFolder(t *testing.T) {
	t.Parallel()
	dir, l := t.TempDir(), newLedger()
	c := start(t, launch{dir: dir})
	l.must(c, l.body(1000))
	said := refused(t, launch{dir: dir})
	if !strings.Contains(said, fmt.Sprint(c.PID)) || !strings.Contains(said, c.UI) {
		t.Errorf("the second one says %s", said)
	}
	l.must(c, l.body(1000))
	if err := syscall.Kill(c.PID, syscall.SIGSTOP); err != nil { // hung, not gone: the lock holds
		t.Fatal(err)
	}
	refused(t, launch{dir: dir})
	c.kill()
	if size(dir, "creel.lock") < 0 || size(dir, "session.json") < 0 {
		t.Error("nothing is left of the killed one: the test is none")
	}
	again(t, dir, l)
}

// Fault 47: a history of a newer version is refused, and not a byte of it
// changed.
func TestNewerHistoryIsRefused(t *testing.T) {
	t.Parallel()
	dir, l := t.TempDir(), newLedger()
	fill(t, l, dir, 20, 2000)
	path := filepath.Join(dir, "creel.db")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	binary.BigEndian.PutUint32(b[60:], 4000)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	before := contents(t, dir)
	if said := refused(t, launch{dir: dir}); !strings.Contains(said, "newer Creel") || !strings.Contains(said, "update Creel") {
		t.Errorf("it says %s", said)
	}
	same(t, dir, before)
}
