package store

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"creel/backend/failpoint"
	"creel/backend/hook"
)

const (
	// A group is bounded, so that large bodies do not make small ones wait long.
	maxGroup      = 1024
	maxGroupBytes = 8 << 20

	// Senders that were answered together come back together. Whoever commits
	// the first of them alone pays a sync for one request and has all others
	// wait for it; so a group waits for as many as the last one had, if that
	// were many and it is no longer ago than recent, for at most linger.
	linger = time.Millisecond
	recent = 5 * time.Millisecond
	crowd  = 8
)

var errClosed = errors.New("history is closed")

// work is one thing to do in a transaction: keep a request, or run do.
type work struct {
	capture *capture
	do      func(*tx) error
	sure    bool // do hardly ever fails: see writer.put
	size    int
	phase   atomic.Int32 // queued, taken or dropped
	done    chan struct{}
	err     error
}

const (
	queued int32 = iota
	taken
	dropped
)

// writer owns the connection that writes.
type writer struct {
	s *Store
	c *conn

	mu     sync.Mutex
	queue  []*work
	closed bool

	wake    chan struct{}
	asked   chan func(*conn) // to run on the connection, outside a transaction
	stopped chan struct{}
	err     error // of closing; valid once stopped is closed

	log    backfill
	copier copier
	logged int64 // bytes written to the log since the last checkpoint was begun
	stuck  bool  // the last checkpoint failed
	files  watch
	idle   *time.Timer
	late   *time.Timer // for await

	answered int       // captures of the last group
	ended    time.Time // when it was answered
}

// start takes over two connections that write: c for its transactions, and
// aside for copying the log into the database.
func (w *writer) start(s *Store, c, aside *conn) {
	w.s, w.c = s, c
	w.log.path = s.path
	w.copier.start(aside, &w.log)
	w.wake, w.asked = make(chan struct{}, 1), make(chan func(*conn))
	w.stopped = make(chan struct{})
	w.idle = time.NewTimer(time.Hour)
	w.idle.Stop()
	w.late = time.NewTimer(time.Hour)
	w.late.Stop()
	w.files.start(s.path)
	go w.loop()
}

// submit queues wk and waits for its outcome. A caller whose context ends
// before the work was begun gets the context's error and nothing is done;
// after that the outcome is reported, whatever the context says.
func (w *writer) submit(ctx context.Context, wk *work) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return errClosed
	}
	w.queue = append(w.queue, wk)
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
	select {
	case <-wk.done:
	case <-ctx.Done():
		if wk.phase.CompareAndSwap(queued, dropped) {
			return ctx.Err()
		}
		<-wk.done
	}
	return wk.err
}

// write runs do in a transaction and reports whether it is committed.
func (s *Store) write(ctx context.Context, doing string, do func(*tx) error) error {
	wk := &work{do: do, done: make(chan struct{}, 1)}
	return faultOf(doing, s.w.submit(ctx, wk))
}

// ask runs f on the writer's connection between two groups and waits for it.
// On a closed history it does nothing.
func (w *writer) ask(f func(*conn)) {
	done := make(chan struct{})
	select {
	case w.asked <- func(c *conn) { defer close(done); f(c) }:
		<-done
	case <-w.stopped:
	}
}

func (w *writer) loop() {
	defer close(w.stopped)
	defer w.files.tick.Stop()
	failpoint.OneThread()
	for {
		select {
		case <-w.wake:
		case f := <-w.asked:
			f(w.c)
		case err := <-w.copier.copied:
			w.finishCheckpoint(err)
		case <-w.idle.C:
			w.rest()
		case <-w.files.tick.C:
			w.mind()
		}
		for {
			group, closed := w.take(maxGroup, maxGroupBytes)
			if len(group) > 0 {
				w.commit(group)
				continue
			}
			if closed {
				w.mind()
				err := w.copier.close()
				// What stays in the log is kept there as safely.
				if err := w.log.run(w.c, "TRUNCATE"); err != nil {
					w.s.opt.Log.Warn("checkpoint while closing", "err", err)
				}
				w.err = errors.Join(err, w.c.end(), w.log.close())
				return
			}
			break
		}
	}
}

func (w *writer) close() error {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
	<-w.stopped
	return w.err
}

// take removes the next group from the queue: at most that many, and no more
// bytes than that unless the first alone has more.
func (w *writer) take(most, bytes int) (group []*work, closed bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	size, n := 0, 0
	for n < len(w.queue) && n < most && (n == 0 || size+w.queue[n].size <= bytes) {
		size += w.queue[n].size
		n++
	}
	group = w.queue[:n:n]
	if w.queue = w.queue[n:]; len(w.queue) == 0 {
		w.queue = nil
	}
	live := group[:0]
	for _, wk := range group {
		if wk.phase.CompareAndSwap(queued, taken) {
			live = append(live, wk)
		}
	}
	if len(live) == 0 && n > 0 {
		w.wakeAgain()
	}
	return live, w.closed && len(w.queue) == 0
}

func (w *writer) wakeAgain() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// commit does the whole group in one transaction and answers every member.
// What is queued while the group is written joins it, since a larger group
// costs hardly more to sync.
func (w *writer) commit(group []*work) {
	err := w.try(&group, true)
	if err != nil && len(group) > 1 {
		err = nil
		for _, wk := range group {
			wk.err = nil
			// A disk that refuses everything is not asked once for each.
			if !(isSick(err) && hook.KindOf(err) == hook.Unavailable) {
				err = w.try(&[]*work{wk}, false)
			}
			wk.err = orElse(wk.err, err)
		}
	} else if err != nil {
		group[0].err = err
	}
	failpoint.At(failpoint.AfterCommit)
	w.answered = 0
	for _, wk := range group {
		if wk.capture != nil {
			w.answered++
		}
		wk.done <- struct{}{}
	}
	w.ended = time.Now()
	w.afterCommit()
}

func orElse(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// try runs the group, and who joins it, in a transaction. On error nothing of
// it is kept; a do that failed by itself has its own err and does not fail the
// group.
func (w *writer) try(group *[]*work, open bool) error {
	t := &tx{conn: w.c, s: w.s, slugs: w.s.slugs.Load(), seq: w.s.change.Load().LastSeq}
	err := w.transact(t, group, open)
	if err != nil {
		err = faultOf("write history", err)
		if _, back := w.c.exec("ROLLBACK"); back != nil {
			// SQLite ends the transaction itself after some errors.
			w.s.opt.Log.Debug("roll back", "err", back)
		}
		if isSick(err) {
			w.fallSick(err)
		}
		return err
	}
	t.publish()
	if err := w.files.look(); err != nil {
		w.mind() // it is committed to files that nobody will find again
		return err
	}
	w.well()
	return nil
}

// well takes the banner away, unless the log cannot be emptied: then it
// would only come and go.
func (w *writer) well() {
	if !w.stuck && w.s.sick.Load() != nil && w.files.look() == nil {
		w.s.sick.Store(nil)
		w.s.opt.Log.Info("history can be written again")
	}
}

func (w *writer) fallSick(err error) {
	var f *hook.Fault
	if errors.As(err, &f) && w.s.sick.Swap(f) == nil {
		w.s.opt.Log.Error("history cannot be written", "err", err)
		w.s.suspect(err)
	}
}

func (w *writer) transact(t *tx, group *[]*work, open bool) error {
	if _, err := w.c.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	began := time.Now()
	for todo := *group; len(todo) > 0; {
		if err := w.put(t, todo); err != nil {
			return err
		}
		todo = nil
		for open && len(todo) == 0 {
			todo = w.joining(*group)
			*group = append(*group, todo...)
			if len(todo) == 0 && !w.await(*group, began) {
				break
			}
		}
	}
	if err := t.flush(); err != nil {
		return err
	}
	failpoint.At(failpoint.BeforeCommit)
	_, err := w.c.exec("COMMIT")
	return err
}

// await waits until something is queued, and reports false when the group
// need not wait for it, or not any longer.
func (w *writer) await(group []*work, began time.Time) bool {
	left := linger - time.Since(began)
	if w.answered < crowd || len(group) >= w.answered || sizeOf(group) >= maxGroupBytes ||
		left <= 0 || began.Sub(w.ended) > recent {
		return false
	}
	w.late.Reset(left)
	defer w.late.Stop()
	select {
	case <-w.wake:
		return true
	case <-w.late.C:
		return false
	}
}

// joining takes what was queued meanwhile, as far as the group has room.
func (w *writer) joining(group []*work) []*work {
	size := sizeOf(group)
	if size >= maxGroupBytes {
		return nil
	}
	more, _ := w.take(maxGroup-len(group), maxGroupBytes-size)
	return more
}

func sizeOf(group []*work) (size int) {
	for _, wk := range group {
		size += wk.size
	}
	return size
}

// put does the works in their order, but for captures, which are inserted many
// at a time, ahead of what is sure. A sure work runs without a savepoint: when
// it fails the whole group does, and each of it is done alone; but it may say
// hook.NotFound as long as it has written nothing.
func (w *writer) put(t *tx, todo []*work) error {
	run, sure := make([]*capture, 0, len(todo)), []*work(nil)
	flush := func() error {
		if err := t.keep(run); err != nil {
			return err
		}
		for _, wk := range sure {
			// What is not found was looked for before anything was written.
			if wk.err = wk.do(t); wk.err != nil && hook.KindOf(wk.err) != hook.NotFound {
				return wk.err
			}
		}
		run, sure = run[:0], sure[:0]
		return nil
	}
	for _, wk := range todo {
		switch {
		case wk.capture != nil:
			run = append(run, wk.capture)
			continue
		case wk.sure:
			sure = append(sure, wk)
			continue
		}
		if err := flush(); err != nil {
			return err
		}
		if err := w.aside(t, wk); err != nil {
			return err
		}
	}
	return flush()
}

// aside runs a do so that its failure undoes only what it did itself.
func (w *writer) aside(t *tx, wk *work) error {
	if _, err := w.c.exec("SAVEPOINT aside"); err != nil {
		return err
	}
	part := &tx{conn: t.conn, s: t.s, slugs: t.slugs, seq: t.seq}
	if wk.err = wk.do(part); wk.err == nil {
		t.merge(part)
		_, err := w.c.exec("RELEASE aside")
		return err
	}
	if isSick(faultOf("write history", wk.err)) {
		return wk.err
	}
	if _, err := w.c.exec("ROLLBACK TO aside"); err != nil {
		return errors.Join(wk.err, err)
	}
	_, err := w.c.exec("RELEASE aside")
	return err
}
