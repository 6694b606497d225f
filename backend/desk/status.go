package desk

import (
	"context"
	"os"
	"path/filepath"
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
	Health    error // nil, or why history cannot be written just now
	Change    hook.Change
}

// Status tells how the program is.
func (d *Desk) Status(ctx context.Context) (Status, error) {
	usage, err := d.store.Usage(ctx)
	return Status{
		Version: d.version, StartedAt: d.started, Now: d.now(), Listening: d.Listening(),
		Usage: usage, Health: d.store.Health(), Change: d.store.Change(),
	}, err
}

// CatchURL is where an endpoint is caught.
func (d *Desk) CatchURL(slug string) string {
	return "http://" + reachable(d.Listening().Addr) + "/" + slug
}

// DatabaseBytes is how much disk the history takes.
func (d *Desk) DatabaseBytes() int64 {
	var n int64
	for _, name := range []string{"creel.db", "creel.db-wal", "creel.db-shm"} {
		// Stat opens nothing: a descriptor closed on the live database would
		// drop SQLite's locks.
		if info, err := os.Stat(filepath.Join(d.dataDir, name)); err == nil {
			n += info.Size()
		}
	}
	return n
}
