package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"creel/backend/hook"

	"modernc.org/sqlite"
)

var ctx = context.Background()

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func openIn(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(ctx, Options{Dir: dir, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func small(body []byte) *hook.Capture {
	return &hook.Capture{
		Request: hook.Request{Endpoint: hook.Inbox, Method: "POST", Target: "/x", State: hook.Kept, Via: hook.ViaDirect,
			Status: 200, BodyBytes: int64(len(body))},
		Raw: hook.Raw{Head: []byte("POST /x HTTP/1.1\r\n\r\n"), Body: body},
	}
}

// fillUp keeps requests until the disk is full and returns how many went in.
func fillUp(t *testing.T, s *Store) (kept int64) {
	t.Helper()
	for {
		seq, err := s.Keep(ctx, small(make([]byte, 64<<10)), nil)
		if err == nil {
			kept = seq
			continue
		}
		if hook.KindOf(err) != hook.DiskFull {
			t.Fatalf("keep on a full disk: %v", err)
		}
		if hook.KindOf(s.Health()) != hook.DiskFull {
			t.Errorf("health on a full disk: %v", s.Health())
		}
		return kept
	}
}

// recovered checks that everything kept before is there and new things are kept.
func recovered(t *testing.T, s *Store, kept int64) {
	t.Helper()
	seq, err := s.Keep(ctx, small([]byte("after")), nil)
	if err != nil {
		t.Fatalf("keep once there is room again: %v", err)
	}
	if seq <= kept || s.Health() != nil {
		t.Errorf("seq %d after %d; health %v", seq, kept, s.Health())
	}
	var n int64
	err = s.pool.QueryRow("SELECT count(*) FROM requests JOIN raws USING (seq)").Scan(&n)
	if err != nil || n != kept+1 {
		t.Errorf("%d requests are there (%v), want %d", n, err, kept+1)
	}
	var ok string
	if err := s.pool.QueryRow("PRAGMA quick_check").Scan(&ok); err != nil || ok != "ok" {
		t.Errorf("quick_check says %q (%v)", ok, err)
	}
}

func maxPages(t *testing.T, s *Store, n int64) {
	t.Helper()
	err := s.write(ctx, "limit the database", func(t *tx) error {
		_, err := t.exec(fmt.Sprintf("PRAGMA max_page_count = %d", n))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func fullByPageLimit(t *testing.T) {
	s := openIn(t, t.TempDir())
	maxPages(t, s, 300)
	kept := fillUp(t, s)
	if kept == 0 {
		t.Fatal("nothing went in before the limit")
	}
	maxPages(t, s, 1<<30)
	recovered(t, s, kept)
}

func TestFullDatabaseRecovers(t *testing.T) { fullByPageLimit(t) }

func TestHealthRecoversWithoutTraffic(t *testing.T) {
	s := openIn(t, t.TempDir())
	maxPages(t, s, 300)
	fillUp(t, s)
	// The limit belongs to the connection, which is the writer's: it is lifted
	// there without a transaction that would itself count as a success.
	s.w.ask(func(c *conn) {
		if _, err := c.exec("PRAGMA max_page_count = 1073741824"); err != nil {
			t.Error(err)
		}
	})
	for poll := time.NewTicker(10 * time.Millisecond); s.Health() != nil; {
		<-poll.C
	}
}

func TestOneBadMemberDoesNotFailTheOthers(t *testing.T) {
	s := openIn(t, t.TempDir())
	if _, err := s.Keep(ctx, small(nil), []hook.Delivery{{ID: "same", URL: "http://a/"}}); err != nil {
		t.Fatal(err)
	}
	release := holdWriter(s)
	var wg sync.WaitGroup
	errs := make([]error, 20)
	for i := range errs {
		wg.Go(func() {
			var owed []hook.Delivery
			if i == 7 {
				owed = []hook.Delivery{{ID: "same", URL: "http://a/"}} // taken: the insert fails
			}
			_, errs[i] = s.Keep(ctx, small(nil), owed)
		})
	}
	waitQueued(s, len(errs))
	release()
	wg.Wait()
	for i, err := range errs {
		if (err != nil) != (i == 7) {
			t.Errorf("member %d: %v", i, err)
		}
	}
	if got := s.tally.sum(nil).requests; got != 20 {
		t.Errorf("%d requests are counted, want 20", got)
	}
	if s.Health() != nil {
		t.Errorf("health: %v", s.Health())
	}
}

// holdWriter keeps the writer from its queue until release is called.
func holdWriter(s *Store) (release func()) {
	held, hold := make(chan struct{}), make(chan struct{})
	go s.w.ask(func(*conn) {
		close(held)
		<-hold
	})
	<-held
	return func() { close(hold) }
}

func waitQueued(s *Store, n int) {
	for {
		s.w.mu.Lock()
		have := len(s.w.queue)
		s.w.mu.Unlock()
		if have >= n {
			return
		}
		runtime.Gosched()
	}
}

func TestCancelledBeforeItsTurnIsNotKept(t *testing.T) {
	s := openIn(t, t.TempDir())
	release := holdWriter(s)
	gone, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() {
		_, err := s.Keep(gone, small(nil), nil)
		done <- err
	}()
	waitQueued(s, 1)
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled while queued: %v", err)
	}
	release()
	if seq, err := s.Keep(ctx, small(nil), nil); err != nil || seq != 1 {
		t.Errorf("next keep is %d (%v), want 1: the cancelled one must not be there", seq, err)
	}
}

func TestEveryConnectionTookThePragmas(t *testing.T) {
	s := openIn(t, t.TempDir())
	var conns []*sql.Conn
	for range s.pool.Stats().MaxOpenConnections {
		c, err := s.pool.Conn(ctx)
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, c)
	}
	for _, c := range conns {
		for name, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "fullfsync": "1", "query_only": "1",
			"trusted_schema": "0", "foreign_keys": "1", "mmap_size": "0", "busy_timeout": "2000",
			"page_size": "8192", "auto_vacuum": "2"} {
			var got string
			if err := c.QueryRowContext(ctx, "PRAGMA "+name).Scan(&got); err != nil && !(name == "mmap_size" && errors.Is(err, sql.ErrNoRows)) {
				t.Error(err)
			} else if err == nil && got != want {
				t.Errorf("%s is %s, want %s", name, got, want)
			}
		}
		if _, err := c.ExecContext(ctx, "DELETE FROM requests"); err == nil {
			t.Error("a reader could write")
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A reader that had to wait for its turn to write would fail under load.
func TestReaderOpensWhileSomebodyWrites(t *testing.T) {
	s := openIn(t, t.TempDir())
	err := s.write(ctx, "hold the lock", func(*tx) error {
		c, err := newConnector(&sqlite.Driver{}, s.path, true).conn(ctx)
		if err != nil {
			return err
		}
		_, err = c.number("SELECT count(*) FROM requests")
		return errors.Join(err, c.end())
	})
	if err != nil {
		t.Error(err)
	}
}

func TestMigrationsBackUpAndStop(t *testing.T) {
	dir := t.TempDir()
	first, err := embedded.ReadFile("migration/0001_history.sql")
	if err != nil {
		t.Fatal(err)
	}
	s, err := open(ctx, Options{Dir: dir, Log: quiet()}, fstest.MapFS{"0001_history.sql": {Data: first}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Keep(ctx, small([]byte("precious")), nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	steps := fstest.MapFS{
		"0001_history.sql": {Data: first},
		"0002_more.sql":    {Data: []byte("CREATE TABLE more (a INTEGER); INSERT INTO more VALUES (1)")},
		"0003_wrong.sql":   {Data: []byte("CREATE TABLE half (a INTEGER); INSERT INTO nowhere VALUES (1)")},
	}
	if _, err := open(ctx, Options{Dir: dir, Log: quiet()}, steps); err == nil {
		t.Fatal("a wrong migration passed")
	}
	h, err := peek(filepath.Join(dir, fileName))
	if err != nil || h.version != 2 {
		t.Errorf("version is %d (%v) after a wrong third step, want 2", h.version, err)
	}
	fi, err := os.Stat(filepath.Join(dir, "creel-backup-v1.db"))
	if err != nil {
		t.Fatal(err)
	}
	if fi.Mode().Perm() != 0o600 {
		t.Errorf("backup has mode %v", fi.Mode())
	}
	delete(steps, "0003_wrong.sql")
	s, err = open(ctx, Options{Dir: dir, Log: quiet()}, steps)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var n int
	if err := s.pool.QueryRow("SELECT count(*) FROM more WHERE NOT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'half')").Scan(&n); err != nil || n != 1 {
		t.Errorf("after the second step: %d (%v)", n, err)
	}
	if raw, err := s.Raw(ctx, 1); err != nil || string(raw.Body) != "precious" {
		t.Errorf("body is %q (%v)", raw.Body, err)
	}
	// The copy is a whole history of the old version.
	old := t.TempDir()
	b, err := os.ReadFile(filepath.Join(dir, "creel-backup-v1.db"))
	if err != nil {
		t.Fatal(err)
	}
	if v := binary.BigEndian.Uint32(b[60:]); v != 1 {
		t.Errorf("backup has version %d", v)
	}
	if err := os.WriteFile(filepath.Join(old, fileName), b, 0o600); err != nil {
		t.Fatal(err)
	}
	if raw, err := openIn(t, old).Raw(ctx, 1); err != nil || string(raw.Body) != "precious" {
		t.Errorf("body in the backup is %q (%v)", raw.Body, err)
	}
}
