package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"modernc.org/sqlite"
)

// search keeps the index that lets text be found without reading all of
// history. It is files of its own beside creel.db, made from it alone: what is
// missing is searched by reading, and made again. One goroutine makes them,
// behind the commits, one block of 1,024 requests after the other; the block
// that requests come into is always read.
//
// Requests never change but for their marks and seqs are never given twice, so
// what is indexed stays right: a request that is gone is just not found in
// history, and one that comes back from the trash is there again.
type search struct {
	s       *Store
	index   searchIndex
	block   atomic.Int64  // the one that the newest request is in
	wake    chan struct{} // there may be something to do
	removed atomic.Bool   // requests may be gone for good
	resting atomic.Bool   // there is nothing left to do
	rested  chan struct{} // told when that begins
	stop    context.CancelFunc
	stopped chan struct{}

	builder *blockBuilder // nil while there is nothing to do
	pace    pacer
}

// prepare is before anything is opened.
func (x *search) prepare(s *Store, drv *sqlite.Driver) {
	x.s = s
	x.index.dir = filepath.Join(s.opt.Dir, searchFolder)
	x.wake, x.rested = make(chan struct{}, 1), make(chan struct{}, 1)
	x.register(drv)
}

func (x *search) start() {
	ctx, stop := context.WithCancel(context.Background())
	x.stopped, x.stop = make(chan struct{}), stop
	x.block.Store(x.s.change.Load().LastSeq >> blockBits)
	x.removed.Store(true)
	go x.run(ctx)
}

func (x *search) close() {
	x.stop()
	<-x.stopped
	x.index.closeAll()
}

// arrived is told of each commit.
func (x *search) arrived(last int64) {
	if block := last >> blockBits; x.block.Swap(block) != block {
		x.nudge()
	}
}

// forget is told when requests are gone for good.
func (x *search) forget() {
	x.removed.Store(true)
	x.nudge()
}

func (x *search) nudge() {
	select {
	case x.wake <- struct{}{}:
	default:
	}
}

// afterTrouble is how long to wait after a disk that is full or reports an
// error.
const afterTrouble = 30 * time.Second

func (x *search) run(ctx context.Context) {
	defer close(x.stopped)
	x.pace = pacer{ctx: ctx, last: func() int64 { return x.s.change.Load().LastSeq }, idle: true}
	loaded, trouble := false, false
	for {
		var err error
		if !loaded {
			err = x.index.load(func(s *segment) (bool, error) { return x.ofHistory(ctx, s) })
			loaded = err == nil
		}
		if err == nil {
			err = x.catchUp(ctx)
		}
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			if !trouble {
				x.s.opt.Log.Warn("search index: cannot go on just now; searches read history instead", "err", err)
			}
			trouble = true
			if sleep(ctx, afterTrouble) != nil {
				return
			}
			continue
		}
		x.builder, x.pace.idle, trouble = nil, true, false
		x.resting.Store(true)
		select {
		case x.rested <- struct{}{}:
		default:
		}
		select {
		case <-x.wake:
			x.resting.Store(false)
		case <-ctx.Done():
			return
		}
	}
}

// sleep waits for d, or for the end of ctx and returns its error.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// catchUp does what there is to do.
func (x *search) catchUp(ctx context.Context) error {
	if x.removed.Swap(false) {
		if err := x.sweep(ctx); err != nil {
			x.removed.Store(true)
			return err
		}
	}
	for {
		done, err := x.step(ctx)
		var part *partError
		if errors.As(err, &part) {
			// It is made anew from history.
			x.s.opt.Log.Warn("search index: a file is damaged and made anew", "file", part.part.path, "err", err)
			x.index.drop(part.part)
			continue
		}
		if done || err != nil {
			return err
		}
	}
}

// ofHistory reports whether a segment was made from this history: not from
// another one, nor from what followed the copy that was restored.
func (x *search) ofHistory(ctx context.Context, s *segment) (bool, error) {
	if s.end() > x.s.change.Load().LastSeq+1 {
		return false, nil
	}
	for _, m := range s.Marks {
		var uid []byte
		err := x.s.pool.QueryRowContext(ctx, "SELECT uid FROM requests WHERE seq = ?", m.Seq).Scan(&uid)
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return false, err
		case uidEnd(uid) != m.UID:
			return false, nil
		}
	}
	return true, nil
}

// uidEnd is the random part of a uid.
func uidEnd(uid []byte) uint64 {
	if len(uid) < 16 {
		return 0
	}
	return binary.BigEndian.Uint64(uid[8:])
}

// sweep removes the segments with nothing of history left in them.
func (x *search) sweep(ctx context.Context) error {
	segments := x.index.use()
	defer x.index.release(segments)
	for _, s := range segments {
		seq, err := x.nextRequest(ctx, s.first())
		if err != nil {
			return err
		}
		if seq >= s.end() {
			x.index.drop(s)
		}
	}
	return nil
}

// nextRequest returns the lowest seq from there on that history has, also in
// the trash; math.MaxInt64 when there is none.
func (x *search) nextRequest(ctx context.Context, from int64) (int64, error) {
	seqs, err := x.s.seqs(ctx, "SELECT seq FROM requests WHERE seq >= ? ORDER BY seq LIMIT 1", from)
	if err != nil || len(seqs) == 0 {
		return math.MaxInt64, err
	}
	return seqs[0], nil
}

// step makes one segment; done says that there is none to make.
func (x *search) step(ctx context.Context) (done bool, err error) {
	seq, drops := x.index.covered()
	seq++
	whole := wholeBlocks(x.s.change.Load().LastSeq)
	for seq < whole {
		if s := x.index.covering(seq); s != nil {
			seq = s.end()
			continue
		}
		next, err := x.nextRequest(ctx, seq)
		if err != nil {
			return false, err
		}
		if next>>blockBits == seq>>blockBits {
			break
		}
		seq = min(next, whole) >> blockBits << blockBits
	}
	x.index.advance(seq-1, drops)
	if made, err := x.merge(); made || err != nil {
		return false, err
	}
	if seq >= whole {
		return true, nil
	}
	if err := x.pace.quiet(seq); err != nil {
		return false, err
	}
	return false, x.make(ctx, seq>>blockBits)
}

// merge joins neighbours when together they are a whole segment of the next
// level.
func (x *search) merge() (made bool, err error) {
	segments := x.index.use()
	defer x.index.release(segments)
	to, _ := x.index.covered()
	for i, s := range segments {
		if s.Level == topLevel {
			continue
		}
		info := segmentInfo{Level: s.Level + 1, Number: s.Number >> levelBits}
		j := i
		for j < len(segments) && segments[j].Level == s.Level && segments[j].end() <= info.end() {
			j++
		}
		// What is missing between them must be gone for good, and not to come.
		if info.end() > to+1 || j < len(segments) && segments[j].first() < info.end() || i > 0 && segments[i-1].end() > info.first() {
			continue
		}
		return true, x.join(info, segments[i:j])
	}
	return false, nil
}

const maxMarks = 16

func (x *search) join(info segmentInfo, parts []*segment) error {
	for _, p := range parts {
		for _, id := range p.Always {
			info.Always = append(info.Always, uint16(p.first()-info.first()+int64(id)))
		}
		info.Marks = append(info.Marks, p.Marks...)
	}
	for len(info.Marks) > maxMarks {
		thin := info.Marks[:0:0]
		for i := 0; i < len(info.Marks); i += 2 {
			thin = append(thin, info.Marks[i])
		}
		info.Marks = thin
	}
	if err := x.folder(); err != nil {
		return err
	}
	path := filepath.Join(x.index.dir, info.fileName())
	if err := mergeSegments(info, parts, path, x.pace.breathe); err != nil {
		return err
	}
	return x.adopt(path)
}

// folder makes the folder of the segments when it is not there.
func (x *search) folder() error {
	if err := os.Mkdir(x.index.dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func (x *search) adopt(path string) error {
	s, err := openSegment(path)
	if err == nil {
		x.index.add(s)
	}
	return err
}

// damaged takes a segment out that could not be read.
func (x *search) damaged(g *segment, err error) {
	x.s.opt.Log.Warn("search index: a file is damaged and made anew", "file", g.path, "err", err)
	x.index.drop(g)
	x.nudge()
}
