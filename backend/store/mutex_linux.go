package store

import (
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// mutex is what SQLite locks: once for every parameter that is bound, every
// page that is fetched and every piece of memory. On Linux the driver emulates
// POSIX threads and looks each mutex up in a table of all of them; elsewhere it
// brings mutexes like these itself.
type mutex struct {
	sync.Mutex
	recursive bool
	owner     atomic.Int32 // the thread that holds it, 0 for none
	depth     int32        // how often its owner entered
}

func (m *mutex) enter(thread int32) {
	if m.recursive && m.owner.Load() == thread {
		m.depth++
		return
	}
	m.Lock()
	m.owner.Store(thread)
	m.depth = 1
}

func (m *mutex) try(thread int32) bool {
	if m.recursive && m.owner.Load() == thread {
		m.depth++
		return true
	}
	if !m.TryLock() {
		return false
	}
	m.owner.Store(thread)
	m.depth = 1
	return true
}

func (m *mutex) leave() {
	if m.depth--; m.depth == 0 {
		m.owner.Store(0)
		m.Unlock()
	}
}

var (
	// mutexes are those that SQLite made: *mutex by address, since the garbage
	// collector does not see the pointers that SQLite holds.
	mutexes sync.Map
	// staticMutexes are there once, by kind.
	staticMutexes [sqlite3.SQLITE_MUTEX_STATIC_VFS3 + 1]mutex
)

func mutexAt(p uintptr) *mutex { return (*mutex)(at(p)) }

func mutexAlloc(_ *libc.TLS, kind int32) uintptr {
	switch {
	case kind == sqlite3.SQLITE_MUTEX_FAST, kind == sqlite3.SQLITE_MUTEX_RECURSIVE:
		m := &mutex{recursive: kind == sqlite3.SQLITE_MUTEX_RECURSIVE}
		p := uintptr(unsafe.Pointer(m))
		mutexes.Store(p, m)
		return p
	case kind > 0 && int(kind) < len(staticMutexes):
		return uintptr(unsafe.Pointer(&staticMutexes[kind]))
	}
	return 0
}

func mutexFree(_ *libc.TLS, p uintptr) { mutexes.Delete(p) }

func mutexEnter(tls *libc.TLS, p uintptr) { mutexAt(p).enter(tls.ID) }

func mutexTry(tls *libc.TLS, p uintptr) int32 {
	if mutexAt(p).try(tls.ID) {
		return sqlite3.SQLITE_OK
	}
	return sqlite3.SQLITE_BUSY
}

func mutexLeave(_ *libc.TLS, p uintptr) { mutexAt(p).leave() }

func mutexNothing(*libc.TLS) int32 { return sqlite3.SQLITE_OK }

var mutexMethods = sqlite3.Sqlite3_mutex_methods{
	FxMutexInit:  entry(mutexNothing),
	FxMutexEnd:   entry(mutexNothing),
	FxMutexAlloc: entry(mutexAlloc),
	FxMutexFree:  entry(mutexFree),
	FxMutexEnter: entry(mutexEnter),
	FxMutexTry:   entry(mutexTry),
	FxMutexLeave: entry(mutexLeave),
}

// SQLite takes other mutexes only before the first connection is opened.
func init() {
	tls := libc.NewTLS()
	defer tls.Close()
	list := libc.NewVaList(uintptr(unsafe.Pointer(&mutexMethods)))
	defer libc.Xfree(tls, list)
	if rc := sqlite3.Xsqlite3_config(tls, sqlite3.SQLITE_CONFIG_MUTEX, list); rc != sqlite3.SQLITE_OK {
		panic(fmt.Sprintf("SQLite refuses mutexes: %d", rc))
	}
}
