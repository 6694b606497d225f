// Package store is the history on disk: one SQLite database, one writer that
// commits in groups, readers that never wait for it. It is the only importer
// of modernc.org/sqlite.
//
// # What a nil error means
//
// A write that returned nil was committed and synced before it returned
// (write-ahead log, synchronous=FULL, fullfsync), checked on every connection.
//
// # Writing
//
// One goroutine owns the only connection that writes. Callers queue; it takes
// what is queued into one transaction, commits, and answers all of them, so
// the price of a sync is shared. When a group fails, its members are tried one
// by one, so that a bad one harms nobody else. Large operations are cut in
// chunks, with captures taking turns in between.
package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"creel/backend/hook"

	"modernc.org/sqlite"
)

// Options say how to open a history.
type Options struct {
	Dir string           // the data folder; made (0700) when missing
	Now func() time.Time // time.Now when nil
	// OnChange is told after each commit that changed something. It is called
	// by the writer, so it must return at once and must not call the Store.
	OnChange func(hook.Change)
	Log      *slog.Logger // slog.Default() when nil
	// CountBudget is how long after its begin List still counts the matches of
	// a filter before it settles for a lower bound; 40 ms when 0. Count goes on.
	CountBudget time.Duration
}

// Store is an open history. It is safe for use by many goroutines.
type Store struct {
	opt    Options
	path   string
	boot   int64 // number of this run; marks claims and epochs
	leaves leaves
	pool   *sql.DB
	deep   *sql.DB // one connection, for what a search reads aside
	w      writer
	sealer sealer

	tally *tally
	slugs atomic.Pointer[slugbook]

	change    atomic.Pointer[hook.Change] // without Updated
	sick      atomic.Pointer[hook.Fault]
	search    search
	dones     sync.Pool    // of chan struct{}, empty: saves an allocation a request
	asked     atomic.Int64 // the clock when deliveries were last claimed
	doubts    atomic.Int64 // rounds of retention since the clock leapt ahead
	closeOnce sync.Once
	closeErr  error
}

// epochShift leaves 16 million reloads to each run before the epochs of two
// runs could meet.
const epochShift = 24

// Open opens the history in opt.Dir, making and migrating it as needed. A
// database of a newer Creel is refused (hook.Newer) without touching a byte of
// it; what is not a database is refused as hook.Damaged.
func Open(ctx context.Context, opt Options) (*Store, error) {
	dir, err := fs.Sub(embedded, "migration")
	if err != nil {
		return nil, err
	}
	return open(ctx, opt, dir)
}

func open(ctx context.Context, opt Options, dir fs.FS) (*Store, error) {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	if opt.CountBudget == 0 {
		opt.CountBudget = 40 * time.Millisecond // a first page is to take 50 at most
	}
	ms, err := migrations(dir)
	if err != nil {
		return nil, err
	}
	if opt.Dir, err = filepath.Abs(opt.Dir); err != nil {
		return nil, err
	}
	if err := prepareFolder(opt.Dir, opt.Log); err != nil {
		return nil, err
	}
	s := &Store{opt: opt, path: filepath.Join(opt.Dir, fileName), tally: newTally()}
	s.opt.OnChange = s.noteBlocks(opt.OnChange)
	s.dones.New = func() any { return make(chan struct{}, 1) }
	h, err := peek(s.path)
	if err != nil {
		return nil, err
	}
	if h.version > len(ms) {
		return nil, hook.Faultf(hook.Newer,
			"open %s: it was made by a newer Creel (version %d, this one knows %d); update Creel or choose another data folder",
			s.path, h.version, len(ms))
	}
	if err := s.start(ctx, ms, h); err != nil {
		return nil, faultOf("open "+s.path, err)
	}
	return s, nil
}

func (s *Store) start(ctx context.Context, ms []migration, h header) (err error) {
	drv := &sqlite.Driver{}
	s.leaves.register(drv)
	s.search.prepare(s, drv)
	if err := s.examine(drv, h); err != nil {
		return err
	}
	writing := newConnector(drv, s.path, false)
	c, err := writing.conn(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.end())
		}
	}()
	if err := migrate(c, s.opt.Dir, ms); err != nil {
		return err
	}
	if err := s.load(c); err != nil {
		return err
	}
	s.pool = newPool(newConnector(drv, s.path, true))
	if err := s.pool.PingContext(ctx); err != nil {
		return errors.Join(err, s.pool.Close())
	}
	s.deep = newDeep(newConnector(drv, s.path, true))
	aside := &Store{pool: s.deep, opt: s.opt}
	s.leaves.raw = func(seq int64) (hook.Raw, error) { return aside.Raw(context.Background(), seq) }
	copying, err := writing.conn(ctx)
	if err != nil {
		return errors.Join(err, s.pool.Close(), s.deep.Close())
	}
	s.w.start(s, c, copying)
	s.search.start()
	s.startSealing()
	return nil
}

// load reads what is kept in memory and starts a new run.
func (s *Store) load(c *conn) error {
	if _, err := c.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	t := &tx{conn: c, s: s}
	if err := s.fill(t); err != nil {
		_, back := c.exec("ROLLBACK")
		return errors.Join(err, back)
	}
	_, err := c.exec("COMMIT")
	s.slugs.Store(t.slugs)
	return err
}

func (s *Store) fill(t *tx) (err error) {
	if t.slugs, err = loadSlugs(t.conn); err != nil {
		return err
	}
	if err := t.ensureInbox(); err != nil {
		return err
	}
	s.boot, err = t.number(`INSERT INTO meta (key, value) VALUES ('boot', '1')
		ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1 RETURNING CAST(value AS INTEGER)`)
	if err != nil {
		return err
	}
	if _, err := t.exec("INSERT OR IGNORE INTO meta (key, value) VALUES ('id', lower(hex(randomblob(16))))"); err != nil {
		return err
	}
	if err := s.tally.load(t.conn); err != nil {
		return err
	}
	last, err := t.number(`SELECT max(
		ifnull((SELECT max(seq) FROM requests), 0),
		ifnull((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'floor'), 0))`)
	if err != nil {
		return err
	}
	s.change.Store(&hook.Change{Epoch: s.boot << epochShift, Rev: s.boot << epochShift, LastSeq: last})
	return nil
}

// Change is the state of history now.
func (s *Store) Change() hook.Change { return *s.change.Load() }

// Health is nil, or why history cannot be written just now. It mends itself
// when a write succeeds again.
func (s *Store) Health() error {
	if f := s.sick.Load(); f != nil {
		return f
	}
	return nil
}

// Close commits what is queued, checkpoints the write-ahead log and closes the
// files. Calls after it fail with hook.Unavailable.
func (s *Store) Close() error {
	s.closeOnce.Do(func() {
		s.search.close()
		s.stopSealing()
		err := errors.Join(s.pool.Close(), s.deep.Close())
		s.closeErr = errors.Join(s.w.close(), err)
	})
	return s.closeErr
}
