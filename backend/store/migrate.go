package store

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"creel/backend/failpoint"
	"creel/backend/hook"
)

//go:embed migration/*.sql
var embedded embed.FS

type migration struct {
	number int
	name   string
	sql    string
}

// migrations reads NNNN_name.sql from dir: numbered from 1 without gaps.
func migrations(dir fs.FS) ([]migration, error) {
	names, err := fs.Glob(dir, "*.sql")
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	var ms []migration
	for i, name := range names {
		number, _, _ := strings.Cut(name, "_")
		if n, err := strconv.Atoi(number); err != nil || n != i+1 {
			return nil, fmt.Errorf("read migrations: %s is not number %d", name, i+1)
		}
		b, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, err
		}
		ms = append(ms, migration{number: i + 1, name: name, sql: string(b)})
	}
	return ms, nil
}

// migrate brings the database to the newest version, each step in its own
// transaction that records its number. A database with something in it is
// copied first, to creel-backup-vN.db beside it.
func migrate(c *conn, dir string, ms []migration) error {
	version, err := c.number("PRAGMA user_version")
	if err != nil {
		return err
	}
	if int(version) >= len(ms) {
		return nil
	}
	if version > 0 {
		if err := backup(c, filepath.Join(dir, fmt.Sprintf("creel-backup-v%d.db", version))); err != nil {
			return err
		}
		failpoint.At(failpoint.AfterBackup)
	}
	for _, m := range ms[version:] {
		if err := apply(c, m); err != nil {
			return fmt.Errorf("migrate to %s: %w", m.name, err)
		}
		failpoint.At(failpoint.BetweenSteps)
	}
	failpoint.At(failpoint.BeforeFirstSync)
	// A power loss from here on must not find an empty file beside a log.
	return checkpoint(c, "TRUNCATE")
}

func apply(c *conn, m migration) error {
	steps := "BEGIN IMMEDIATE;\n" + m.sql +
		fmt.Sprintf("\n;PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, m.number)
	_, err := c.exec(steps)
	if err == nil {
		failpoint.At(failpoint.InMigration)
		_, err = c.exec("COMMIT")
	}
	if err != nil {
		_, back := c.exec("ROLLBACK")
		if back != nil && !strings.Contains(back.Error(), "no transaction") {
			return fmt.Errorf("%w (and roll back: %w)", err, back)
		}
		return err
	}
	return nil
}

// backup writes a whole copy. One from an earlier try at the same step is
// kept: it is the copy of the database before anything was tried.
func backup(c *conn, path string) error {
	if fi, err := os.Lstat(path); err == nil && fi.Size() > 0 {
		return nil
	}
	// The half-written copy of a crash must not count as one.
	part := path + ".part"
	if err := os.Remove(part); err != nil && !os.IsNotExist(err) {
		return &hook.Fault{Kind: hook.Unavailable, Text: "back up the database", Err: err}
	}
	if err := createFile(part); err != nil {
		return err
	}
	if _, err := c.exec("VACUUM INTO ?", part); err != nil {
		return faultOf("back up the database before changing it", err)
	}
	if err := syncFile(part); err != nil {
		return &hook.Fault{Kind: hook.Unavailable, Text: "back up the database", Err: err}
	}
	if err := os.Rename(part, path); err != nil {
		return &hook.Fault{Kind: hook.Unavailable, Text: "back up the database", Err: err}
	}
	return syncFolder(filepath.Dir(path))
}

// syncFile makes a file that SQLite wrote without a journal survive a power
// loss.
func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func checkpoint(c *conn, mode string) error {
	_, err := c.exec("PRAGMA wal_checkpoint(" + mode + ")")
	return err
}
