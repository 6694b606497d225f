//go:build linux

package trial

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"testing"
	"time"
)

// Fault 50: at a limit, under load, round after round: history stays short,
// the file stops growing, what is within the limit is there, and the page is
// told how far it went instead of to read everything anew.
func TestRetentionUnderLoad(t *testing.T) {
	t.Parallel()
	const keep = 400
	dir, l := t.TempDir(), newLedger()
	c := start(t, launch{dir: dir})
	before := c.status()
	var changes struct {
		Reset  bool
		Pruned int64
	}
	look := func() {
		c.ask("GET", fmt.Sprintf("/changes?epoch=%d&after=%d", before.Epoch, before.Rev), nil, &changes)
	}
	w := l.send(c, 8, 4000)
	most := int64(0)
	for round := range 8 {
		until := l.acks() + 700
		await(t, "requests", func() bool { return l.acks() >= until })
		reached := c.status().LastSeq - keep - 1
		// A change of the limit is what asks for a round between two half minutes.
		c.ask("PATCH", "/settings", map[string]any{"keepCount": keep + round%2}, nil)
		await(t, "a round", func() bool { look(); return changes.Pruned >= reached })
		if round > 3 {
			most = max(most, size(dir, "creel.db"))
		}
	}
	w.halt()
	c.ask("PATCH", "/settings", map[string]any{"keepCount": keep}, nil)
	await(t, "the last round", func() bool { return c.status().History.Requests == keep })
	after := c.status()
	if after.Epoch != before.Epoch {
		t.Error("the page was told to read everything anew")
	}
	look()
	if last := l.newest(); changes.Reset || changes.Pruned != last-keep {
		t.Errorf("changes are %+v after seq %d with a limit of %d", changes, last, keep)
	}
	if sent := int64(l.acks()) * 2000; most > sent/2 {
		t.Errorf("the file grew to %d bytes of about %d that were sent", most, sent)
	}
	if len(l.other) > 0 {
		t.Errorf("senders were refused while history was cut: %v", l.other)
	}
	last := l.newest()
	c.stop()
	l.check(t, dir, func(seq int64) bool { return seq <= last-keep })
	t.Logf("%d acknowledged, %d kept, the file at most %d KiB", l.acks(), keep, most>>10)
}

// Faults 16 and 18, as far as storing goes: bodies of no bytes and of the very
// limit, and bombs, are there after a kill as they were sent. One byte more
// leaves a row that says so.
func TestBodiesAtTheLimitOutliveAKill(t *testing.T) {
	t.Parallel()
	const limit = 32 << 20
	dir, l := t.TempDir(), newLedger()
	c := start(t, launch{dir: dir})
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	if _, err := z.Write(make([]byte, 64<<20)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	whole := bytes.Repeat([]byte("\x00\xff\r\n\xfe body of the limit"), limit/20)[:limit]
	bodies := [][]byte{{}, {0}, bomb.Bytes(), whole[:1<<20], whole[:1<<20+1], whole}
	for _, b := range bodies {
		l.must(c, b)
	}
	if status, _, err := l.post(c, append(whole, 0)); err == nil && status != 413 {
		t.Errorf("a byte over the limit is answered %d", status)
	}
	await(t, "the row of the one that was too large", func() bool {
		return c.status().History.Requests == int64(len(bodies)+1)
	})
	c.kill()
	if f := l.check(t, dir, nil); f.rows != len(bodies)+1 || f.extra != 0 {
		t.Errorf("%d rows, %d of them kept and not acknowledged", f.rows, f.extra)
	}
}

// Fault 31, in short: a steady stream, then a second pass over every one that
// was acknowledged, by its seq and by the hash of its body. CREEL_SOAK=1 makes
// it the long run: 1,000 requests/s for five minutes.
func TestSteadyStreamIsAllThere(t *testing.T) {
	dir, l := t.TempDir(), newLedger()
	c := start(t, launch{dir: dir})
	perSecond, seconds := 500, 6
	if os.Getenv("CREEL_SOAK") != "" {
		perSecond, seconds = 1000, 300
	}
	tick := time.NewTicker(10 * time.Second / time.Duration(perSecond))
	defer tick.Stop()
	jobs := make(chan []byte, 1000)
	w := make(chan struct{})
	for range 32 {
		go func() {
			for b := range jobs {
				if status, _, err := l.post(c, b); err != nil || status != 200 {
					t.Errorf("answered %d (%v)", status, err)
				}
				w <- struct{}{}
			}
		}()
	}
	go func() {
		for i := range perSecond * seconds {
			if i%10 == 0 {
				<-tick.C
			}
			jobs <- l.body(3000)
		}
		close(jobs)
	}()
	for range perSecond * seconds {
		<-w
	}
	c.kill()
	if f := l.check(t, dir, nil); f.rows != perSecond*seconds || l.acks() != perSecond*seconds {
		t.Errorf("%d rows, %d acknowledged, %d sent", f.rows, l.acks(), perSecond*seconds)
	}
}
