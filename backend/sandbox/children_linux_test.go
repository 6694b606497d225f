package sandbox_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// children counts the processes that this one has started and that run.
func children(t *testing.T) (n int) {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range stats {
		b, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended meanwhile
		}
		rest := string(b[strings.LastIndexByte(string(b), ')')+1:])
		var state string
		var parent int
		if _, err := fmt.Sscan(rest, &state, &parent); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if parent == os.Getpid() && state != "Z" {
			n++
		}
	}
	return n
}

// One step that asks for gigabytes does not get them, however quickly it would
// fill them.
func TestASpikeIsBounded(t *testing.T) {
	s := open(t)
	for _, source := range []string{
		"function transform() { return new Uint8Array(8e9).fill(1) }",
		"function transform() { return new Float64Array(1e9).fill(1) }",
		"function transform() { return 'x'.repeat(4e9) }",
	} {
		if out := run(t, s, source, ""); out.Err == nil {
			t.Errorf("%s: %d messages", source, len(out.Messages))
		}
	}
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &u); err != nil {
		t.Fatal(err)
	}
	if most := u.Maxrss >> 10; most > 900 {
		t.Errorf("a worker held %d MiB", most)
	}
}
