package store

import (
	"sync"
	"testing"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

func TestSQLiteLocksTheseMutexes(t *testing.T) {
	before := countMutexes()
	s := openIn(t, t.TempDir())
	if open := countMutexes(); open <= before {
		t.Errorf("%d mutexes with an open history, %d before", open, before)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if after := countMutexes(); after > before {
		t.Errorf("%d mutexes are left of %d before", after, before)
	}
}

func countMutexes() (n int) {
	mutexes.Range(func(any, any) bool { n++; return true })
	return n
}

func TestMutexesExcludeOthers(t *testing.T) {
	for _, kind := range []int32{sqlite3.SQLITE_MUTEX_FAST, sqlite3.SQLITE_MUTEX_RECURSIVE, sqlite3.SQLITE_MUTEX_STATIC_MAIN} {
		m := mutexAlloc(nil, kind)
		if m == 0 {
			t.Fatalf("kind %d: none", kind)
		}
		n := 0
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				tls := libc.NewTLS()
				defer tls.Close()
				for range 1000 {
					mutexEnter(tls, m)
					n++ // the race detector looks
					mutexLeave(tls, m)
				}
			})
		}
		all.Wait()
		if n != 8000 {
			t.Errorf("kind %d: %d of 8000", kind, n)
		}
		if kind <= sqlite3.SQLITE_MUTEX_RECURSIVE {
			mutexFree(nil, m)
		}
	}
	if m := mutexAlloc(nil, 99); m != 0 {
		t.Error("there is a mutex of no kind")
	}
	if a, b := mutexAlloc(nil, sqlite3.SQLITE_MUTEX_STATIC_MEM), mutexAlloc(nil, sqlite3.SQLITE_MUTEX_STATIC_MEM); a != b {
		t.Error("a static mutex is not the same twice")
	}
}

func TestARecursiveMutexIsLeftAsOftenAsEntered(t *testing.T) {
	ours, theirs := libc.NewTLS(), libc.NewTLS()
	defer ours.Close()
	defer theirs.Close()
	m := mutexAlloc(nil, sqlite3.SQLITE_MUTEX_RECURSIVE)
	defer mutexFree(nil, m)
	mutexEnter(ours, m)
	mutexEnter(ours, m)
	if rc := mutexTry(ours, m); rc != sqlite3.SQLITE_OK {
		t.Errorf("its owner may not enter again: %d", rc)
	}
	for range 3 {
		if rc := mutexTry(theirs, m); rc != sqlite3.SQLITE_BUSY {
			t.Fatalf("another may enter: %d", rc)
		}
		mutexLeave(ours, m)
	}
	if rc := mutexTry(theirs, m); rc != sqlite3.SQLITE_OK {
		t.Errorf("another may not enter what was left: %d", rc)
	}
	mutexLeave(theirs, m)
}
