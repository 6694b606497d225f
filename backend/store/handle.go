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

// entry is how SQLite calls a Go function, which must be one with a name.
func entry[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&struct{ f F }{f})) }

// at is the memory at an address of SQLite's.
func at(p uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }
