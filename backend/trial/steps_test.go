//go:build linux

package trial

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"creel/backend/failpoint"
)

// fill makes a history of n acknowledged requests of up to most bytes.
func fill(t *testing.T, l *ledger, dir string, n, most int) {
	t.Helper()
	c := start(t, launch{dir: dir})
	w := l.send(c, 16, most)
	await(t, "requests", func() bool { return l.acks() >= n })
	w.halt()
	c.stop()
}

func (l *ledger) newest() int64 {
	top := int64(0)
	for seq := range l.acked {
		top = max(top, seq)
	}
	return top
}

// Fault 35: killed while history is cut to its limit or gives disk space
// back: the rest goes at the next start, and only what is past the limit.
func TestKilledWhilePruning(t *testing.T) {
	t.Parallel()
	for _, at := range []struct {
		mark string
		n    int
	}{{failpoint.InPrune, 1}, {failpoint.InPrune, 2}, {failpoint.InShrink, 1}, {failpoint.InShrink, 3}} {
		t.Run(fmt.Sprintf("%s-%d", at.mark, at.n), func(t *testing.T) {
			const keep = 50
			dir, l := t.TempDir(), newLedger()
			fill(t, l, dir, 1500, 8_000)
			full := size(dir, "creel.db")
			c := die(t, dir, at.mark, at.n)
			// It dies over this, perhaps before it has answered.
			_, _ = c.call("PATCH", "/settings", map[string]any{"keepCount": keep}, nil)
			c.fell()
			last := l.newest()
			past := func(seq int64) bool { return seq <= last-keep }
			l.check(t, dir, past)
			c = start(t, launch{dir: dir})
			if n := len(l.acked); n < 1500 {
				t.Fatalf("only %d acknowledged", n)
			}
			await(t, "the rest to go", func() bool { return c.status().History.Requests == keep })
			await(t, "the space to be given back", func() bool { return size(dir, "creel.db") < full/4 })
			c.stop()
			if f := l.check(t, dir, past); f.rows != keep {
				t.Errorf("%d rows, want the newest %d", f.rows, keep)
			}
		})
	}
}

// Fault 35: killed while many requests are deleted or restored: each is
// either shown or can be restored, and restoring brings all back.
func TestKilledWhileDeletingAndRestoring(t *testing.T) {
	t.Parallel()
	dir, l := t.TempDir(), newLedger()
	fill(t, l, dir, 2600, 300)
	all := int64(l.check(t, dir, nil).rows)
	c := die(t, dir, failpoint.InTrash, 2) // some are committed by then
	_, _ = c.call("DELETE", "/requests?filter=method:POST", nil, nil)
	c.fell()
	integrity(t, dir)
	c = die(t, dir, failpoint.InRestore, 2)
	if n := c.status().History.Requests; n == 0 || n >= all {
		t.Errorf("%d of %d are shown after half a deletion", n, all)
	}
	_, _ = c.call("POST", "/trash/1/restore", nil, nil)
	c.fell()
	integrity(t, dir)
	c = start(t, launch{dir: dir})
	c.ask("POST", "/trash/1/restore", nil, nil)
	if n := c.status().History.Requests; n != all {
		t.Errorf("%d of %d are there after restoring", n, all)
	}
	c.stop()
	l.check(t, dir, nil)
}

// steps are the migrations, in order.
func steps(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "store", "migration", "*.sql"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	slices.Sort(files)
	var all []string
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(b))
	}
	return all
}

// old makes a history as the first versions left it, with one request.
func old(t *testing.T, steps []string) string {
	t.Helper()
	dir := t.TempDir()
	db := open(t, dir)
	db.SetMaxOpenConns(1)
	_, err := db.Exec("PRAGMA auto_vacuum = 2; PRAGMA journal_mode = WAL; PRAGMA application_id = 0x4372656c")
	for _, s := range steps[:1] {
		_, e := db.Exec(s)
		err = errors.Join(err, e)
	}
	_, e := db.Exec(`INSERT INTO slugs VALUES (1, 'inbox');
		INSERT INTO requests (seq, endpoint, received_at, status, kept, body_bytes, flags, method, target, uid, sha256, read_us)
			VALUES (1, 1, 1700000000000000, 200, 25, 8, 0, 'POST', '/inbox', randomblob(16),
			x'157fc55121ab2c59852c35d78aca98d840047e5d9668c423e4d3b146e1577901', 1);
		INSERT INTO raws VALUES (1, CAST('POST /inbox HTTP/1.1' || char(13,10,13,10) AS BLOB), CAST('precious' AS BLOB), NULL);
		INSERT INTO tallies VALUES (0, 1, 1, 1, 0, 25, 0)`)
	err = errors.Join(err, e)
	for _, s := range steps[1:] {
		_, e := db.Exec(s)
		err = errors.Join(err, e)
	}
	_, e = db.Exec(fmt.Sprintf("PRAGMA user_version = %d", len(steps)))
	if err = errors.Join(err, e, db.Close()); err != nil {
		t.Fatal(err)
	}
	return dir
}

func version(t *testing.T, path string) (n int) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.QueryRow("PRAGMA user_version").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// Fault 48: killed at each step of a migration, the history is the old one,
// the new one or a step between, the copy of the old one is there, and the
// next start goes on.
func TestKilledWhileMigrating(t *testing.T) {
	t.Parallel()
	all := steps(t)
	kill := func(t *testing.T, dir, mark string, n int) {
		t.Helper()
		c, err := try(t, launch{dir: dir, bin: marked, env: []string{fmt.Sprintf("CREEL_FAILPOINT=%s:%d", mark, n)}})
		if err == nil {
			c.end()
			t.Fatalf("it did not pass %s %d times", mark, n)
		}
	}
	t.Run("new", func(t *testing.T) {
		for n := range all {
			for _, mark := range []string{failpoint.InMigration, failpoint.BetweenSteps} {
				dir := t.TempDir()
				kill(t, dir, mark, n+1)
				again(t, dir, newLedger())
			}
		}
		dir := t.TempDir()
		kill(t, dir, failpoint.BeforeFirstSync, 1)
		again(t, dir, newLedger())
	})
	for was := 1; was < len(all); was++ {
		marks := []string{failpoint.AfterBackup + ":1", failpoint.BeforeFirstSync + ":1"}
		for n := 1; n <= len(all)-was; n++ {
			marks = append(marks, fmt.Sprintf("%s:%d", failpoint.InMigration, n), fmt.Sprintf("%s:%d", failpoint.BetweenSteps, n))
		}
		for _, mark := range marks {
			t.Run(fmt.Sprintf("from-%d-%s", was, mark), func(t *testing.T) {
				dir := old(t, all[:was])
				name, count := mark[:len(mark)-2], int(mark[len(mark)-1]-'0')
				kill(t, dir, name, count)
				if v := version(t, filepath.Join(dir, "creel.db")); v < was || v > len(all) {
					t.Errorf("version %d after the kill, was %d", v, was)
				}
				copied := filepath.Join(dir, fmt.Sprintf("creel-backup-v%d.db", was))
				if v := version(t, copied); v != was {
					t.Errorf("the copy has version %d, want %d", v, was)
				}
				precious(t, dir, len(all))
				// The copy is a whole history: it works in place of the other.
				back := t.TempDir()
				if err := os.Rename(copied, filepath.Join(back, "creel.db")); err != nil {
					t.Fatal(err)
				}
				precious(t, back, len(all))
			})
		}
	}
}

// precious starts on a folder that old made and looks for its one request.
func precious(t *testing.T, dir string, newest int) {
	t.Helper()
	c := start(t, launch{dir: dir})
	var body []byte
	if status, err := c.call("GET", "/requests/1/body", nil, &body); err != nil || status != 200 || string(body) != "precious" {
		t.Errorf("the old request: %d %q (%v)", status, body, err)
	}
	if n := c.status().History.Requests; n != 1 {
		t.Errorf("%d requests are counted", n)
	}
	l := newLedger()
	if seq := l.must(c, l.body(100)); seq != 2 {
		t.Errorf("the next request has seq %d", seq)
	}
	c.stop()
	integrity(t, dir)
	if v := version(t, filepath.Join(dir, "creel.db")); v != newest {
		t.Errorf("version %d, want %d", v, newest)
	}
}
