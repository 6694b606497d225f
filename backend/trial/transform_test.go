//go:build linux

package trial

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"creel/backend/failpoint"
	"creel/backend/testkit"
)

// Killed after a transform's result was recorded and before any of it was
// sent: each request that it made is sent, the result is not made again, and
// nothing is multiplied.
func TestKilledAfterATransform(t *testing.T) {
	t.Parallel()
	target, dir := testkit.NewTarget(t), t.TempDir()
	c := start(t, launch{dir: dir})
	c.ask("POST", "/targets", map[string]any{"name": "app", "url": target.URL(),
		"transform": "function transform(r) { return [1, 2, 3].map((n) => ({ ...r, json: { n, of: Math.random() } })) }"}, nil)
	c.ask("PATCH", "/endpoints/inbox", map[string]any{"targets": []string{"app"}}, nil)
	c.stop()
	l := newLedger()
	c = die(t, dir, failpoint.AfterFreeze, 1)
	_, _, _ = l.post(c, l.body(100))
	c.fell()
	if n := sending(t, dir); n != 1 || len(target.Seen()) != 0 {
		t.Fatalf("%d were in flight and %d sent: the mark is in the wrong place", n, len(target.Seen()))
	}
	frozen := drafts(t, dir)
	c = start(t, launch{dir: dir})
	await(t, "all to be sent on", func() bool { return c.status().History.Waiting == 0 })
	c.stop()
	seen := map[string]int{}
	for _, s := range target.Seen() {
		seen[string(s.Body)]++
	}
	if len(frozen) != 3 || len(seen) != 3 {
		t.Errorf("%d results were recorded and %d requests came", len(frozen), len(seen))
	}
	for _, body := range frozen {
		if seen[body] != 1 {
			t.Errorf("%s came %d times", body, seen[body])
		}
	}
	l.check(t, dir, nil)
}

// drafts are the bodies that deliveries carry instead of their request's.
func drafts(t *testing.T, dir string) (bodies []string) {
	t.Helper()
	db := open(t, dir)
	defer func() { _ = db.Close() }()
	rows, err := db.Query("SELECT draft FROM deliveries WHERE draft IS NOT NULL")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var text string
		var draft struct{ Body []byte }
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(text), &draft); err != nil {
			t.Fatal(fmt.Errorf("read draft: %w", err))
		}
		bodies = append(bodies, string(draft.Body))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return bodies
}

// Killed while a transform runs wild, the program leaves no process behind.
func TestKilledWithATransformAtWork(t *testing.T) {
	t.Parallel()
	c := start(t, launch{dir: t.TempDir()})
	l := newLedger()
	_, seq, err := l.post(c, l.body(10))
	if err != nil {
		t.Fatal(err)
	}
	wild := map[string]any{"request": seq, "source": "function transform() { return /(a+)+$(?=x)/.test('a'.repeat(60) + 'b') }"}
	go func() { _, _ = c.call("POST", "/transforms/try", wild, nil) }() // is killed before it can answer
	await(t, "a worker to run", func() bool { return len(workers(c.PID)) > 0 })
	left := workers(c.PID)
	c.kill()
	await(t, "its workers to end", func() bool {
		for _, pid := range left {
			if stat, err := os.ReadFile(filepath.Join("/proc", pid, "stat")); err == nil && !strings.Contains(string(stat), ") Z ") {
				return false
			}
		}
		return true
	})
}

// workers are the ids of the processes that the one of that id has started.
func workers(parent int) (ids []string) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended meanwhile
		}
		_, rest, _ := strings.Cut(string(stat), ") ")
		if fields := strings.Fields(rest); len(fields) > 1 && fields[1] == fmt.Sprint(parent) {
			ids = append(ids, filepath.Base(filepath.Dir(path)))
		}
	}
	return ids
}
