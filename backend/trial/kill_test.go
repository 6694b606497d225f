//go:build linux

package trial

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"creel/backend/failpoint"
)

// die starts the program so that it kills itself at the n-th passing of mark.
func die(tb testing.TB, dir, mark string, n int) *creel {
	tb.Helper()
	return start(tb, launch{dir: dir, bin: marked, env: []string{fmt.Sprintf("CREEL_FAILPOINT=%s:%d", mark, n)}})
}

// fell says that it was killed, not that it ended.
func (c *creel) fell() {
	c.tb.Helper()
	c.died()
	if c.err == nil || !strings.Contains(c.err.Error(), "killed") {
		c.tb.Fatalf("it ended with %v instead of being killed: %s", c.err, c.said)
	}
}

// Fault 32: one sender, killed before the commit: nothing but what was
// acknowledged is there, not a trace of the rest.
func TestKilledBeforeCommitLeavesNoRow(t *testing.T) {
	t.Parallel()
	dir, l := t.TempDir(), newLedger()
	c := die(t, dir, failpoint.BeforeCommit, 40)
	l.send(c, 1, 4096).wg.Wait()
	c.fell()
	if f := l.check(t, dir, nil); f.rows != l.acks() || f.extra != 0 {
		t.Errorf("%d rows, %d acknowledged", f.rows, l.acks())
	}
	again(t, dir, l)
}

// Fault 33: killed between the commit and the answer, the request is there
// though its sender was told nothing.
func TestKilledBeforeTheAnswerHasKeptIt(t *testing.T) {
	t.Parallel()
	dir, l := t.TempDir(), newLedger()
	c := die(t, dir, failpoint.AfterCommit, 40)
	l.send(c, 1, 4096).wg.Wait()
	c.fell()
	if f := l.check(t, dir, nil); f.extra != 1 || f.rows != l.acks()+1 {
		t.Errorf("%d rows, %d acknowledged, %d without an answer; want one", f.rows, l.acks(), f.extra)
	}
	again(t, dir, l)
}

// Faults 32, 33, 35: killed at each mark of keeping with many senders at once.
func TestKilledAtEachMarkOfKeeping(t *testing.T) {
	t.Parallel()
	for _, at := range []struct {
		mark string
		n    int
	}{
		{failpoint.BeforeCommit, 30}, {failpoint.AfterCommit, 30},
		{failpoint.BeforeLogEmpty, 1}, {failpoint.AfterLogEmpty, 1}, {failpoint.AfterLogEmpty, 2},
	} {
		t.Run(fmt.Sprintf("%s-%d", at.mark, at.n), func(t *testing.T) {
			dir, l := t.TempDir(), newLedger()
			c := die(t, dir, at.mark, at.n)
			w := l.send(c, 16, 20_000)
			for until := 300; strings.Contains(at.mark, "log-empty"); until += 300 {
				// The log is emptied when nothing is written for a while.
				await(t, "requests or the end", func() bool { return l.acks() >= until || ended(c) })
				w.halt()
				if at.n == 1 || until > 300 {
					break
				}
				await(t, "the log to be emptied", func() bool { return size(dir, "creel.db-wal") == 0 || ended(c) })
				w = l.send(c, 16, 20_000)
			}
			w.wg.Wait()
			c.fell()
			l.check(t, dir, nil)
			again(t, dir, l)
		})
	}
}

func ended(c *creel) bool {
	select {
	case <-c.dead:
		return true
	default:
		return false
	}
}

// again starts the program as it is released: it must be well, keep new
// requests under new seqs and still have everything once it has ended.
func again(t *testing.T, dir string, l *ledger) {
	t.Helper()
	c := start(t, launch{dir: dir})
	if e := c.status().History.Error; e != nil {
		t.Errorf("after the restart it says %q", e.Text)
	}
	for range 3 {
		l.must(c, l.body(2000))
	}
	c.stop()
	l.check(t, dir, nil)
}

// Fault 32: killed while a body arrives. There is no row, or one that says
// that it was cut.
func TestKilledInTheMiddleOfABody(t *testing.T) {
	t.Parallel()
	dir, l := t.TempDir(), newLedger()
	c := start(t, launch{dir: dir})
	l.must(c, l.body(500))
	conn, err := net.Dial("tcp", strings.TrimPrefix(c.Catch, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	fmt.Fprintf(conn, "POST /inbox/half HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n%s", strings.Repeat("half", 100_000))
	l.must(c, l.body(500)) // the half one is being read by now, or waits to be
	c.kill()
	if f := l.check(t, dir, nil); f.rows > 3 || f.extra != 0 {
		t.Errorf("%d rows for two whole requests and a half one; %d kept ones that nobody was told of", f.rows, f.extra)
	}
	again(t, dir, l)
}

// Fault 36: killed at any moment under load, again and again on the same
// history. CREEL_SOAK=1000 makes it the long run.
func TestKilledAtRandomUnderLoad(t *testing.T) {
	cycles, check := 50, 10
	if racing {
		cycles = 5
	}
	if s := os.Getenv("CREEL_SOAK"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatalf("CREEL_SOAK=%s is no number of cycles", s)
		}
		cycles, check = n, 50
	}
	dir, l := t.TempDir(), newLedger()
	total, extra, rows := 0, 0, 0
	for i := range cycles {
		c := start(t, launch{dir: dir})
		w := l.send(c, 1+rand.IntN(32), 1<<(6+rand.IntN(10)))
		before := l.acks()
		await(t, "an acknowledgement", func() bool { return l.acks() > before })
		<-time.After(time.Duration(rand.IntN(400)) * time.Millisecond) // the fault is the moment
		c.kill()
		w.wg.Wait()
		if i%check != check-1 && i != cycles-1 {
			continue
		}
		f := l.check(t, dir, nil)
		total += l.acks()
		extra, rows = extra+f.extra, rows+f.rows
		if t.Failed() {
			t.Fatalf("after %d kills", i+1)
		}
		// A new history now and then: the old one only grows.
		dir, l = t.TempDir(), newLedger()
	}
	t.Logf("%d kills, %d acknowledged, 0 lost; %d more were kept and their senders not told", cycles, total, extra)
}
