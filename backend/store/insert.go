package store

import (
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// insert is a prepared INSERT whose parameters are bound in order. The driver
// would copy each into memory of its own and give it back, name by name, which
// took nearly as long as inserting.
type insert struct {
	h    handle
	stmt uintptr
	at   int32  // parameters bound so far
	null []bool // by parameter, from 1: whether it is NULL
	rc   int32  // of the first that could not be bound
	room arena
}

func (h handle) prepareInsert(q string) (*insert, error) {
	sql, err := libc.CString(q)
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(h.tls, sql)
	out := libc.Xcalloc(h.tls, 1, 8)
	if out == 0 {
		return nil, h.fault(sqlite3.SQLITE_NOMEM)
	}
	defer libc.Xfree(h.tls, out)
	rc := sqlite3.Xsqlite3_prepare_v3(h.tls, h.db, sql, -1, sqlite3.SQLITE_PREPARE_PERSISTENT, out, 0)
	if rc != sqlite3.SQLITE_OK {
		return nil, h.fault(rc)
	}
	i := &insert{h: h, stmt: *(*uintptr)(at(out)), room: arena{tls: h.tls}}
	i.null = make([]bool, sqlite3.Xsqlite3_bind_parameter_count(h.tls, i.stmt)+1)
	for n := range i.null {
		i.null[n] = true
	}
	return i, nil
}

func (i *insert) number(n int64) {
	i.at++
	i.null[i.at] = false
	i.note(sqlite3.Xsqlite3_bind_int64(i.h.tls, i.stmt, i.at, n))
}

func (i *insert) text(s string) {
	if p := i.place(unsafe.Slice(unsafe.StringData(s), len(s))); p != 0 {
		i.note(sqlite3.Xsqlite3_bind_text(i.h.tls, i.stmt, i.at, p, int32(len(s)), sqlite3.SQLITE_STATIC))
	}
}

// textOrNull keeps empty text out of the tables that grow.
func (i *insert) textOrNull(s string) {
	if s == "" {
		i.nothing()
		return
	}
	i.text(s)
}

// blob binds bytes; nil is NULL.
func (i *insert) blob(b []byte) {
	if b == nil {
		i.nothing()
		return
	}
	if p := i.place(b); p != 0 {
		i.note(sqlite3.Xsqlite3_bind_blob(i.h.tls, i.stmt, i.at, p, int32(len(b)), sqlite3.SQLITE_STATIC))
	}
}

// place puts the value of the next parameter where it stays until the
// statement has run; 0 when there is no memory.
func (i *insert) place(b []byte) uintptr {
	i.at++
	i.null[i.at] = false
	p := i.room.copy(b)
	if p == 0 {
		i.note(sqlite3.SQLITE_NOMEM)
	}
	return p
}

func (i *insert) nothing() {
	if i.at++; !i.null[i.at] {
		i.null[i.at] = true
		i.note(sqlite3.Xsqlite3_bind_null(i.h.tls, i.stmt, i.at))
	}
}

func (i *insert) note(rc int32) {
	if i.rc == sqlite3.SQLITE_OK {
		i.rc = rc
	}
}

// run inserts what was bound.
func (i *insert) run() error {
	rc := i.rc
	if rc == sqlite3.SQLITE_OK {
		rc = sqlite3.Xsqlite3_step(i.h.tls, i.stmt)
	}
	var err error
	if rc != sqlite3.SQLITE_DONE {
		err = i.h.fault(rc)
	}
	sqlite3.Xsqlite3_reset(i.h.tls, i.stmt) // reports the error of the step again
	i.drop()
	return err
}

// drop forgets what was bound.
func (i *insert) drop() {
	i.at, i.rc = 0, sqlite3.SQLITE_OK
	i.room.reset()
}

func (i *insert) close() {
	sqlite3.Xsqlite3_finalize(i.h.tls, i.stmt)
	i.room.close()
}

// arena holds the values of a statement, outside of Go's memory, until it has
// run.
type arena struct {
	tls    *libc.TLS
	blocks []uintptr
	used   int // of the last block
	size   int // of the last block
}

const arenaBlock = 64 << 10

// copy returns where b now stands, 0 when there is no memory.
func (a *arena) copy(b []byte) uintptr {
	if len(a.blocks) == 0 || a.used+len(b) > a.size {
		size := max(arenaBlock, len(b))
		block := libc.Xmalloc(a.tls, libc.Tsize_t(size))
		if block == 0 {
			return 0
		}
		a.blocks, a.size, a.used = append(a.blocks, block), size, 0
	}
	p := a.blocks[len(a.blocks)-1] + uintptr(a.used)
	a.used += copy(unsafe.Slice((*byte)(at(p)), len(b)), b)
	return p
}

// reset gives all but a usual block back.
func (a *arena) reset() {
	if len(a.blocks) > 1 || a.size > arenaBlock {
		a.close()
	}
	a.used = 0
}

func (a *arena) close() {
	for _, p := range a.blocks {
		libc.Xfree(a.tls, p)
	}
	a.blocks, a.used, a.size = nil, 0, 0
}
