package store

import (
	"context"
	"database/sql"
	"errors"

	"creel/backend/hook"

	sqlite3 "modernc.org/sqlite/lib"
)

// coded is what SQLite said, by the driver or beneath it.
type coded interface {
	error
	Code() int // the extended result code
}

// faultOf turns what SQLite says into a Fault. Faults, context errors and nil
// pass unchanged.
func faultOf(doing string, err error) error {
	var f *hook.Fault
	switch {
	case err == nil:
		return nil
	case errors.As(err, &f), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, sql.ErrConnDone), errors.Is(err, errClosed):
		return &hook.Fault{Kind: hook.Unavailable, Text: doing + ": the history is closed"}
	}
	var se coded
	if !errors.As(err, &se) {
		return &hook.Fault{Kind: hook.Unavailable, Text: doing, Err: err}
	}
	code := se.Code() & 0xff
	if se.Code() == sqlite3.SQLITE_IOERR_SHMSIZE {
		code = sqlite3.SQLITE_FULL // the index of the log could not grow
	}
	switch code {
	case sqlite3.SQLITE_FULL:
		return &hook.Fault{Kind: hook.DiskFull, Err: err,
			Text: doing + ": the disk is full; free some space, and Creel goes on by itself"}
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return &hook.Fault{Kind: hook.Damaged, Err: err,
			Text: doing + ": creel.db is damaged; restart Creel: it sets the damaged file aside and goes on with a new one"}
	case sqlite3.SQLITE_TOOBIG:
		return &hook.Fault{Kind: hook.TooLarge, Text: doing + ": too large for the database", Err: err}
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return &hook.Fault{Kind: hook.Unavailable, Err: err,
			Text: doing + ": another program holds creel.db; close it, and Creel goes on by itself"}
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH, sqlite3.SQLITE_CANTOPEN:
		return &hook.Fault{Kind: hook.Unavailable, Err: err,
			Text: doing + ": creel.db cannot be written; check the rights of the data folder"}
	case sqlite3.SQLITE_IOERR:
		return &hook.Fault{Kind: hook.Unavailable, Err: err,
			Text: doing + ": the disk reports an error; check the disk of the data folder"}
	}
	return &hook.Fault{Kind: hook.Unavailable, Text: doing, Err: err}
}

// isSick tells faults of the disk, which health reflects, from faults of one
// write.
func isSick(err error) bool {
	switch hook.KindOf(err) {
	case hook.DiskFull, hook.Damaged:
		return true
	case hook.Unavailable:
		if errors.Is(err, errGone) {
			return true
		}
		var se coded
		if !errors.As(err, &se) {
			return false
		}
		switch se.Code() & 0xff {
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM,
			sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR:
			return true
		}
	}
	return false
}

func isConstraint(err error) bool {
	var se coded
	return errors.As(err, &se) && se.Code()&0xff == sqlite3.SQLITE_CONSTRAINT
}
