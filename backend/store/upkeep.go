package store

import (
	"errors"
	"time"

	"creel/backend/failpoint"
)

const (
	// checkpointEvery is how many bytes are logged between two checkpoints.
	checkpointEvery = 32 << 20
	// restAfter is how long nothing must be written before the log is emptied.
	restAfter = time.Second
	// A log of largeLog is kept for keepLarge after the last write: what comes
	// in again is written over it, which is synced in little more than half the
	// time that it takes when the file grows.
	largeLog  = 8 << 20
	keepLarge = 10 * time.Second
)

// afterCommit keeps the write-ahead log short.
func (w *writer) afterCommit() {
	w.idle.Reset(restAfter)
	select {
	case err := <-w.copier.copied:
		w.finishCheckpoint(err)
	default:
	}
	w.logged += w.c.pagesWritten() * pageSize
	if w.logged >= checkpointEvery && w.copier.begin() {
		w.logged = 0
	}
}

// finishCheckpoint copies what was logged while the copier worked. Only here,
// between two groups, can copying catch up with the log, so that it starts
// over instead of growing.
func (w *writer) finishCheckpoint(err error) {
	w.copier.busy = false
	if err == nil {
		err = w.log.run(w.c, "PASSIVE")
	}
	w.checked(err)
}

// copier copies the log into the database on a connection of its own, while
// the writer goes on, so that nobody waits for the bulk of it.
type copier struct {
	c      *conn
	due    chan struct{}
	copied chan error
	busy   bool // between begin and finishCheckpoint
	ended  chan struct{}
}

func (k *copier) start(c *conn, log *backfill) {
	k.c, k.due, k.copied, k.ended = c, make(chan struct{}, 1), make(chan error, 1), make(chan struct{})
	go func() {
		defer close(k.ended)
		for range k.due {
			// The second round copies what came during the first, which is little.
			err := log.run(k.c, "PASSIVE")
			if err == nil {
				log.sync()
				err = log.run(k.c, "PASSIVE")
			}
			k.copied <- err
		}
	}()
}

// begin reports whether a copy was begun; not when one is under way.
func (k *copier) begin() bool {
	if k.busy {
		return false
	}
	k.busy = true
	k.due <- struct{}{}
	return true
}

// close ends what is under way.
func (k *copier) close() error {
	close(k.due)
	<-k.ended
	return k.c.end()
}

// rest runs when nothing was written for a while: it empties the log, or, when
// the disk refused the last write, tries whether it takes one again.
func (w *writer) rest() {
	if w.s.sick.Load() != nil && !w.probe() {
		w.idle.Reset(restAfter)
		return
	}
	// One that could not be emptied is tried again at once: to copy it says nothing.
	if left := keepLarge - time.Since(w.ended); left > 0 && !w.stuck && w.log.size() >= largeLog {
		w.idle.Reset(left)
		w.rested(w.log.tryRun(w.c, "PASSIVE"))
		return
	}
	w.empty()
}

// empty copies all of the log and cuts it off.
func (w *writer) empty() {
	// A reader may still need the log. Then the next rest empties it: waiting
	// here would make captures wait.
	failpoint.At(failpoint.BeforeLogEmpty)
	busy := false
	_, err := w.c.exec("PRAGMA busy_timeout = 0")
	if err == nil {
		busy, err = w.log.tryRun(w.c, "TRUNCATE")
	}
	failpoint.At(failpoint.AfterLogEmpty)
	_, back := w.c.exec("PRAGMA busy_timeout = 2000")
	w.rested(busy, errors.Join(err, back))
}

// rested takes note of a copying that waited for nobody; it is tried again
// when somebody was in its way.
func (w *writer) rested(busy bool, err error) {
	if err != nil || !busy { // busy, it did not come to what failed before
		w.checked(err)
	}
	if busy || err != nil {
		w.idle.Reset(restAfter)
	}
}

// checked takes note of what came of a checkpoint. Requests are safe in the
// log when it fails, but the log grows until it succeeds.
func (w *writer) checked(err error) {
	err = faultOf("move the log into creel.db", err)
	if w.stuck = isSick(err); w.stuck {
		w.fallSick(err)
		return
	}
	w.well()
	if err != nil {
		w.s.opt.Log.Warn("look after history", "err", err)
	}
}

// probe writes something and takes it back, so that the person who freed the
// disk sees the banner go without waiting for the next request. It reports
// whether that went well.
func (w *writer) probe() bool {
	for _, q := range []string{
		"INSERT OR REPLACE INTO meta (key, value) VALUES ('probe', hex(randomblob(65536)))",
		"DELETE FROM meta WHERE key = 'probe'",
	} {
		wk := &work{do: func(t *tx) error {
			_, err := t.exec(q)
			return err
		}}
		if w.try(&[]*work{wk}, false) != nil || wk.err != nil {
			return false
		}
	}
	return true
}
