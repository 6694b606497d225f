package desk

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"creel/backend/hook"
)

// Status is how the program is.
type Status struct {
	Version   string
	StartedAt time.Time
	Now       time.Time
	Listening Listening
	Usage     hook.Usage
	Indexed   hook.Indexed
	Health    error // nil, or why history cannot be written just now
	Notice    error // nil, or what the person should know of earlier damage
	Change    hook.Change
}

// Status tells how the program is.
func (d *Desk) Status(ctx context.Context) (Status, error) {
	usage, err := d.store.Usage(ctx)
	return Status{
		Version: d.version, StartedAt: d.started, Now: d.now(), Listening: d.Listening(),
		Usage: usage, Indexed: d.store.Indexed(ctx), Health: d.store.Health(), Notice: d.notice(), Change: d.store.Change(),
	}, err
}

// notice tells of damaged histories that were set aside, for as long as they
// lie in the data folder.
func (d *Desk) notice() error {
	// A folder that cannot be read shows in Health soon enough.
	entries, _ := os.ReadDir(d.dataDir)
	last := ""
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "creel-damaged-") {
			last = strings.TrimSuffix(e.Name(), "-wal")
		}
	}
	if last == "" {
		return nil
	}
	return hook.Faultf(hook.Damaged,
		"the history was damaged, so it was set aside as %s and a new one begun; restore a copy of it, or move that file elsewhere to be rid of this notice",
		last)
}

// CatchURL is where an endpoint is caught.
func (d *Desk) CatchURL(slug string) string {
	return "http://" + reachable(d.Listening().Addr) + "/" + slug
}

// DatabaseBytes is how much disk the history takes, with its search index.
func (d *Desk) DatabaseBytes() int64 {
	var n int64
	for _, name := range []string{"creel.db", "creel.db-wal", "creel.db-shm"} {
		// Stat opens nothing: a descriptor closed on the live database would
		// drop SQLite's locks.
		if info, err := os.Stat(filepath.Join(d.dataDir, name)); err == nil {
			n += info.Size()
		}
	}
	index, _ := os.ReadDir(filepath.Join(d.dataDir, "search")) // there may be none yet
	for _, file := range index {
		if info, err := file.Info(); err == nil {
			n += info.Size()
		}
	}
	return n
}
