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

// A group is bounded, so that large bodies do not make small ones wait long.
const (
	maxGroup      = 1024
	maxGroupBytes = 8 << 20
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
