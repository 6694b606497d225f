//go:build failpoint

package failpoint

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
)

// mark is the one at which this process dies, and after how many passes.
type mark struct {
	mu   sync.Mutex
	name string
	left int
}

var chosen = sync.OnceValue(func() *mark {
	name, count, _ := strings.Cut(os.Getenv("CREEL_FAILPOINT"), ":")
	n, err := strconv.Atoi(count)
	if err != nil {
		n = 1
	}
	return &mark{name: name, left: n}
})

// At kills this process when it is the chosen mark's turn.
func At(name string) {
	m := chosen()
	if m.name != name {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.left--; m.left > 0 {
		return
	}
	p, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = p.Kill()
	}
	if err != nil {
		panic(err)
	}
	select {} // the signal is on its way
}

// OneThread ties the calling goroutine to its thread, so that a tracer can
// count the system calls of one goroutine.
func OneThread() { runtime.LockOSThread() }
