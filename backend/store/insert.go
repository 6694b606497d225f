package store

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// handle is a connection as SQLite's own interface takes it, beneath the
// driver.
type handle struct {
	tls *libc.TLS
	db  uintptr
}

// opening guards last, the connection that SQLite opened last. SQLite names
// each to the extensions that it loads by itself, which is how the driver's
// become known. Nobody but openHandle opens one in this process.
var opening struct {
	sync.Mutex
	noted bool
	last  atomic.Pointer[handle]
}

func noteOpened(tls *libc.TLS, db, _, _ uintptr) int32 {
	opening.last.Store(&handle{tls, db})
	return sqlite3.SQLITE_OK
}

func openHandle(drv driver.Driver, dsn string) (driver.Conn, handle, error) {
	opening.Lock()
	defer opening.Unlock()
	if !opening.noted {
		tls := libc.NewTLS()
		defer tls.Close()
		if rc := sqlite3.Xsqlite3_auto_extension(tls, entry(noteOpened)); rc != sqlite3.SQLITE_OK {
			return nil, handle{}, fmt.Errorf("SQLite does not tell of connections: %d", rc)
		}
		opening.noted = true
	}
	opening.last.Store(nil)
	c, err := drv.Open(dsn)
	if err != nil {
		return nil, handle{}, err
	}
	h := opening.last.Load()
	if h == nil {
		return nil, handle{}, errors.Join(errors.New("SQLite did not tell of a connection"), c.Close())
	}
	return c, *h, nil
}

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

// engineError is what SQLite said, with its extended result code.
type engineError struct {
	code int32
	text string
}

func (e *engineError) Error() string { return fmt.Sprintf("%s (%d)", e.text, e.code) }

// Code returns SQLite's result code, as the driver's errors do.
func (e *engineError) Code() int { return int(e.code) }

func (h handle) fault(rc int32) error {
	text := libc.GoString(sqlite3.Xsqlite3_errstr(h.tls, rc))
	if code := sqlite3.Xsqlite3_extended_errcode(h.tls, h.db); code&0xff == rc&0xff {
		rc, text = code, text+": "+libc.GoString(sqlite3.Xsqlite3_errmsg(h.tls, h.db))
	}
	return &engineError{rc, text}
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

// entry is how SQLite calls a Go function, which must be one with a name.
func entry[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&struct{ f F }{f})) }

// at is the memory at an address of SQLite's.
func at(p uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }
