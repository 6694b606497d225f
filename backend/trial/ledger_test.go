//go:build linux

package trial

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"creel/backend/hook"
	"creel/backend/store"
)

type sum = [sha256.Size]byte

// ledger is what senders know: what they sent, and what was acknowledged.
type ledger struct {
	mu    sync.Mutex
	sent  map[sum]bool
	acked map[int64]sum  // by X-Creel-Seq
	other map[int]int    // answers that were no acknowledgement, by status
	twice []int64        // seqs acknowledged for two different requests
	marks map[sum]string // how each body begins
	n     atomic.Uint64
	path  string // of the posts
}

func newLedger() *ledger {
	return &ledger{sent: map[sum]bool{}, acked: map[int64]sum{}, other: map[int]int{}, marks: map[sum]string{}, path: "/inbox/trial"}
}

// body makes the next body: never the same twice, at most about most bytes,
// and of bytes that no text has.
func (l *ledger) body(most int) []byte {
	n := l.n.Add(1)
	b := make([]byte, 24+rand.IntN(max(1, most-24)))
	r := rand.NewPCG(n, 1)
	for i := 24; i+8 <= len(b); i += 8 {
		binary.LittleEndian.PutUint64(b[i:], r.Uint64())
	}
	copy(b, fmt.Sprintf("trial-%016d\x00\xff", n))
	return b
}

// post sends one body and enters what came of it. The error is that of a
// connection; an answer other than 2xx is none.
func (l *ledger) post(c *creel, body []byte) (status int, seq int64, err error) {
	h := sha256.Sum256(body)
	l.mu.Lock()
	l.sent[h] = true
	l.marks[h] = string(body[:min(len(body), 24)])
	l.mu.Unlock()
	req, err := http.NewRequest("POST", c.Catch+l.path, bytes.NewReader(body))
	if err != nil {
		return 0, 0, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	l.mu.Lock()
	defer l.mu.Unlock()
	if resp.StatusCode/100 != 2 {
		_, _ = io.Copy(io.Discard, resp.Body)
		l.other[resp.StatusCode]++
		return resp.StatusCode, 0, nil
	}
	// The status line alone is the promise: a body that was cut does not
	// take it back.
	_, _ = io.Copy(io.Discard, resp.Body)
	seq, err = strconv.ParseInt(resp.Header.Get("X-Creel-Seq"), 10, 64)
	if err != nil {
		return resp.StatusCode, 0, fmt.Errorf("a 2xx without a seq: %w", err)
	}
	if was, ok := l.acked[seq]; ok && was != h {
		l.twice = append(l.twice, seq)
	}
	l.acked[seq] = h
	return resp.StatusCode, seq, nil
}

// must posts and wants it acknowledged.
func (l *ledger) must(c *creel, body []byte) int64 {
	c.tb.Helper()
	status, seq, err := l.post(c, body)
	if err != nil || status/100 != 2 {
		c.tb.Fatalf("post: %d, %v; it said %s", status, err, c.said)
	}
	return seq
}

// mark is how a body begins, unlike any other.
func (l *ledger) mark(h sum) []byte { return []byte(l.marks[h]) }

func (l *ledger) acks() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acked)
}

// load is senders at work.
type load struct {
	stop chan struct{}
	once sync.Once
	wg   sync.WaitGroup
}

// send keeps n connections posting bodies of up to most bytes until the
// program is gone or halt is called.
func (l *ledger) send(c *creel, n, most int) *load {
	w := &load{stop: make(chan struct{})}
	for range n {
		w.wg.Go(func() {
			for {
				select {
				case <-w.stop:
					return
				case <-c.dead:
					return
				default:
				}
				if _, _, err := l.post(c, l.body(most)); err != nil {
					return
				}
			}
		})
	}
	return w
}

func (w *load) halt() {
	w.once.Do(func() { close(w.stop) })
	w.wg.Wait()
}

// found is what a history held when it was checked.
type found struct{ rows, extra int }

// check opens the history as the next start would and holds it against the
// ledger: it is whole, everything acknowledged is there under its seq with its
// exact bytes, and there is nothing that nobody sent. gone says which
// acknowledged ones may be missing; nil is none.
func (l *ledger) check(tb testing.TB, dir string, gone func(seq int64) bool) (f found) {
	tb.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.twice) > 0 {
		tb.Errorf("acknowledged twice for different requests: %v", l.twice)
	}
	s, err := store.Open(ctx, store.Options{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		tb.Fatalf("open history after the fault: %v", err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			tb.Errorf("close history after the fault: %v", err)
		}
	}()
	integrity(tb, dir)
	lost := 0
	for seq, want := range l.acked {
		raw, err := s.Raw(ctx, seq)
		if hook.KindOf(err) == hook.NotFound && gone != nil && gone(seq) {
			continue
		}
		if err != nil || sha256.Sum256(raw.Body) != want {
			if lost++; lost <= 5 {
				tb.Errorf("request %d was acknowledged and is not there as sent: %v", seq, err)
			}
		}
	}
	if lost > 0 {
		tb.Errorf("%d of %d acknowledged requests are lost", lost, len(l.acked))
	}
	for before := int64(0); ; {
		p, err := s.List(ctx, nil, hook.Cursor{Before: before, Limit: 1000})
		if err != nil {
			tb.Fatalf("list history after the fault: %v", err)
		}
		for _, r := range p.Rows {
			f.rows++
			if r.State != hook.Kept {
				continue
			}
			if !l.sent[r.SHA256] {
				tb.Errorf("request %d (%s %s, %d bytes) was never sent", r.Seq, r.Method, r.Target, r.BodyBytes)
			}
			if l.acked[r.Seq] != r.SHA256 {
				f.extra++
			}
		}
		if len(p.Rows) == 0 || p.Rows[len(p.Rows)-1].Seq == 1 {
			return f
		}
		before = p.Rows[len(p.Rows)-1].Seq
	}
}

// integrity runs SQLite's own check on the file.
func integrity(tb testing.TB, dir string) {
	tb.Helper()
	db := open(tb, dir)
	defer func() { _ = db.Close() }()
	rows, err := db.Query("PRAGMA integrity_check")
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var said []string
	for rows.Next() {
		var s string
		err = errors.Join(err, rows.Scan(&s))
		said = append(said, s)
	}
	if err = errors.Join(err, rows.Err()); err != nil || len(said) != 1 || said[0] != "ok" {
		tb.Errorf("integrity_check of %s says %q (%v)", dir, said, err)
	}
}

// open opens the database beside the program, with SQLite and nothing of ours.
func open(tb testing.TB, dir string) *sql.DB {
	tb.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "creel.db")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		tb.Fatal(err)
	}
	return db
}

func sumOf(b []byte) sum { return sha256.Sum256(b) }
