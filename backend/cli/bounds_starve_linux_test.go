package cli_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// prlimit reads the limit of open files of the running program, and sets its
// soft part when set is not 0.
func (c *creel) prlimit(set uint64) (was syscall.Rlimit) {
	c.tb.Helper()
	call := func(in, out *syscall.Rlimit) {
		_, _, errno := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(c.PID), syscall.RLIMIT_NOFILE,
			uintptr(unsafe.Pointer(in)), uintptr(unsafe.Pointer(out)), 0, 0)
		if errno != 0 {
			c.tb.Fatal("prlimit: ", errno)
		}
	}
	call(nil, &was)
	if set != 0 {
		call(&syscall.Rlimit{Cur: set, Max: was.Max}, nil)
	}
	return was
}

// files counts what the program has open.
func (c *creel) files() uint64 {
	c.tb.Helper()
	names, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", c.PID))
	if err != nil {
		c.tb.Fatal(err)
	}
	return uint64(len(names))
}

// cpu is the processor time the program has used, in ticks of 10 ms.
func (c *creel) cpu() (ticks int) {
	c.tb.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.PID))
	if err != nil {
		c.tb.Fatal(err)
	}
	fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')'):]))
	for _, f := range fields[12:14] {
		n, err := strconv.Atoi(f)
		if err != nil {
			c.tb.Fatal(err)
		}
		ticks += n
	}
	return ticks
}

// Fault 51: no file is left to open. Whoever connects waits or takes the place
// of one that dawdles, requests are kept all the while, nothing spins, and
// when files are to be had again all is as before.
func TestNoFilesLeft(t *testing.T) {
	t.Parallel() // it waits for most of its time
	c := serve(t, t.TempDir())
	c.atRest()
	was := c.prlimit(0)
	kept := c.raw()
	kept.send("POST /inbox HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}")
	if code := kept.status(); code != 200 {
		t.Fatal(code)
	}
	c.prlimit(c.files() + 8)
	var idle []*raw
	for range 40 { // 8 are accepted; the others take their places one by one
		idle = append(idle, c.raw())
	}
	u := c.usual()
	c.await("an ordinary post with no file left", func() bool {
		r := c.raw()
		defer func() { _ = r.Close() }()
		_, _ = io.WriteString(r, "POST /inbox/starved HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")
		return r.status() == 200
	})
	before, start := c.cpu(), time.Now()
	var wg sync.WaitGroup
	for _, r := range idle {
		wg.Go(func() { r.status() }) // until it has to give way or is cut at 10 s
	}
	wg.Wait()
	// Spinning would take all of a processor.
	spent, passed := time.Duration(c.cpu()-before)*10*time.Millisecond, time.Since(start)
	t.Logf("%v of processor time in %v without files", spent, passed.Round(time.Millisecond))
	if passed > time.Second && spent > passed*3/4 {
		t.Errorf("%v of processor time in %v: it spins", spent, passed)
	}
	c.prlimit(was.Cur)
	u.halt()
	t.Logf("%d had to give way: %v", len(u.ours.bad), u.ours.bad[:min(1, len(u.ours.bad))])
	if u.ours.n == 0 {
		t.Error("no ordinary post was answered without files")
	}
	after := c.usual()
	c.await("posts after that", func() bool { total, _ := c.rows("path:/inbox"); return total > 0 })
	c.post("/inbox", "{}")
	after.end()
	if health := c.call("GET", "/status", nil, nil); health != 200 {
		t.Errorf("status: %d", health)
	}
}

// A process that may have few files from the start takes fewer connections:
// who is too many is told 503 at once.
func TestFewFilesFromTheStart(t *testing.T) {
	c := serveLimited(t, 200)
	c.atRest()
	hold := make([]*raw, 0, 54)
	for range 54 { // three quarters of 200 - 128
		r := c.raw()
		r.send("POST /inbox/held HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
		if code := r.status(); code != 100 {
			t.Fatal(code)
		}
		r.send("hell")
		hold = append(hold, r)
	}
	refused := 0
	c.await("a refusal", func() bool {
		r := c.raw()
		defer func() { _ = r.Close() }()
		_, _ = io.WriteString(r, "GET /inbox HTTP/1.1\r\nHost: a\r\n\r\n")
		if r.status() == 503 {
			refused++
		}
		return refused > 0
	})
	for _, r := range hold {
		r.send("o")
		if code := r.status(); code != 200 {
			t.Fatalf("a request that was being sent is answered %d", code)
		}
		_ = r.Close()
	}
	c.await("an ordinary post", func() bool {
		r := c.raw()
		defer func() { _ = r.Close() }()
		_, _ = io.WriteString(r, "POST /inbox HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}")
		return r.status() == 200
	})
}

// serveLimited starts the program with that many open files allowed.
func serveLimited(t *testing.T, files int) *creel {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(t.TempDir(), "creel")
	text := fmt.Sprintf("#!/bin/sh\nulimit -n %d\nexec %s \"$@\"\n", files, binary)
	if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return serveBy(t, script, t.TempDir())
}

// Fault 51: 256 MiB of memory and no more. Where the machine lets us, the
// kernel holds the program to it; everywhere the peak is measured.
func TestMemoryLimit(t *testing.T) {
	const limit = 256 * mib
	c := serve(t, t.TempDir())
	if where, err := confine(t, c.PID, limit); err != nil {
		t.Logf("not held to it by the kernel here: %v", err)
	} else {
		t.Logf("held to %d MiB by %s", limit/mib, where)
	}
	rest := c.atRest()
	u := c.usual()
	body := largest()
	head := "POST /inbox HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("v", 900<<10)
	var wg sync.WaitGroup
	var mu sync.Mutex
	answers := map[int]int{}
	for i := range 400 {
		r := c.raw()
		wg.Go(func() {
			switch i % 20 {
			case 0:
				_, _ = io.WriteString(r, "POST /inbox/large HTTP/1.1\r\nHost: a\r\nContent-Length: 33554432\r\n\r\n")
				_, _ = r.Write(body)
			case 1, 2, 3:
				_, _ = io.WriteString(r, head+"\r\n\r\n")
			default:
				_, _ = io.WriteString(r, "POST /inbox/small HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n")
				_, _ = r.Write(body[:60000])
			}
			code := r.status()
			mu.Lock()
			answers[code]++
			mu.Unlock()
		})
	}
	wg.Wait()
	u.end()
	t.Logf("answers %v; peak %d MiB, %d MiB above rest", answers, c.memory("VmHWM")/mib, (c.memory("VmHWM")-rest)/mib)
	// 408 is for a sender that the machine did not let write for 10 s.
	if answers[200]+answers[503]+answers[408] != 400 || answers[200] < 100 {
		t.Errorf("answers %v, want 200 and refusals only, and mostly 200", answers)
	}
	if peak := c.memory("VmHWM"); peak > limit {
		t.Errorf("it took %d MiB", peak/mib)
	}
	c.post("/inbox", "{}")
}

// confine puts a process into a control group of its own with a memory limit.
func confine(t *testing.T, pid int, limit int64) (where string, err error) {
	for _, v := range []struct{ root, file string }{
		{"/sys/fs/cgroup/memory", "memory.limit_in_bytes"}, {"/sys/fs/cgroup", "memory.max"},
	} {
		dir := filepath.Join(v.root, fmt.Sprintf("creel-test-%d", pid))
		if err = os.Mkdir(dir, 0o755); err != nil {
			continue
		}
		t.Cleanup(func() {
			// The group is empty once the program has ended, which an earlier
			// clean-up sees to only after this one.
			root, rerr := os.OpenFile(filepath.Join(v.root, "cgroup.procs"), os.O_WRONLY, 0)
			if rerr == nil {
				_, _ = fmt.Fprint(root, pid)
				_ = root.Close()
			}
			_ = os.Remove(dir)
		})
		if err = os.WriteFile(filepath.Join(dir, v.file), []byte(strconv.FormatInt(limit, 10)), 0o644); err != nil {
			continue
		}
		if err = os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte(strconv.Itoa(pid)), 0o644); err == nil {
			return dir, nil
		}
	}
	return "", err
}
