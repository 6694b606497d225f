package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"

	"creel/backend/hook"

	"modernc.org/sqlite"
)

// minSQLite is the first release without the write-ahead log bugs that lose
// commits (sqlite.org/wal.html#walresetbug, and 3.53.3 after it).
const minSQLite = "3.54.1"

// pageSize is that of a new file: three typical requests fit a page.
const pageSize = 8192

// connector opens connections to one database file, each with the same
// pragmas, and hands out none that did not take them.
type connector struct {
	drv      *sqlite.Driver
	dsn      string
	pragmas  []string // in this order, which a DSN would not keep
	readOnly bool
}

func newConnector(drv *sqlite.Driver, path string, readOnly bool) *connector {
	q := url.Values{"_busy_timeout": {"2000"}, "_defensive": {"1"}, "_dqs": {"0"}}
	var pragmas []string
	if readOnly {
		q.Set("_query_only", "1")
	} else {
		// These two must come before whatever writes the first page of a new file.
		// Not for those who read: auto_vacuum waits for its turn to write.
		pragmas = append(pragmas, fmt.Sprintf("page_size(%d)", pageSize), "auto_vacuum(incremental)", "wal_autocheckpoint(0)")
	}
	pragmas = append(pragmas, "journal_mode(WAL)", "synchronous(FULL)", "fullfsync(1)", "checkpoint_fullfsync(1)",
		"foreign_keys(1)", "trusted_schema(0)", "mmap_size(0)", "temp_store(MEMORY)", "journal_size_limit(67108864)",
		"cache_size(-8192)")
	return &connector{drv: drv, dsn: fileURL(path, q.Encode()), pragmas: pragmas, readOnly: readOnly}
}

func fileURL(path, query string) string {
	p := filepath.ToSlash(path)
	if !strings.HasPrefix(p, "/") && runtime.GOOS == "windows" {
		p = "/" + p
	}
	u := url.URL{Scheme: "file", Path: p, RawQuery: query}
	return u.String()
}

// Connect opens one connection and checks every promise on it.
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	cn, err := c.conn(ctx)
	if err != nil {
		return nil, err
	}
	cn.close()
	return cn.raw, nil
}

// conn is Connect for use without database/sql.
func (c *connector) conn(ctx context.Context) (*conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	cn, err := openConn(c.drv, c.dsn)
	if err != nil {
		return nil, err
	}
	for _, p := range c.pragmas {
		if err == nil {
			_, err = cn.exec("PRAGMA " + p)
		}
	}
	if err == nil {
		err = c.check(cn)
	}
	if err != nil {
		_ = cn.end()
		return nil, err
	}
	return cn, nil
}

// Driver is for database/sql.
func (c *connector) Driver() driver.Driver { return c.drv }

func (c *connector) check(cn *conn) error {
	want := map[string]string{
		"journal_mode": "wal", "synchronous": "2", "fullfsync": "1", "checkpoint_fullfsync": "1",
		"foreign_keys": "1", "trusted_schema": "0", "query_only": "0",
	}
	if c.readOnly {
		want["query_only"] = "1"
	}
	for name, v := range want {
		var got string
		err := cn.query("PRAGMA "+name, func(row []driver.Value) error {
			got = fmt.Sprint(row[0])
			return nil
		})
		if err != nil {
			return err
		}
		if got != v {
			return hook.Faultf(hook.Unavailable,
				"open creel.db: the database did not take %s=%s (it is %s), so a 2xx would not mean kept; move the data folder to a local disk", name, v, got)
		}
	}
	var version string
	if err := cn.query("SELECT sqlite_version()", func(row []driver.Value) error {
		version = text(row[0])
		return nil
	}); err != nil {
		return err
	}
	if !atLeast(version, minSQLite) {
		return hook.Faultf(hook.Unavailable, "open creel.db: SQLite %s is too old, %s is needed", version, minSQLite)
	}
	return nil
}

// atLeast compares dotted versions.
func atLeast(have, want string) bool {
	var h, w [3]int
	if _, err := fmt.Sscanf(have, "%d.%d.%d", &h[0], &h[1], &h[2]); err != nil {
		return false
	}
	if _, err := fmt.Sscanf(want, "%d.%d.%d", &w[0], &w[1], &w[2]); err != nil {
		return false
	}
	for i := range h {
		if h[i] != w[i] {
			return h[i] > w[i]
		}
	}
	return true
}

func newPool(c *connector) *sql.DB {
	db := sql.OpenDB(c)
	n := max(4, runtime.GOMAXPROCS(0))
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db
}
