package store

import (
	"context"
	"errors"
	"sync"
	"time"

	"creel/backend/hook"
)

// sealer makes the sheets of full blocks, behind the captures: what it has not
// come to yet is searched row by row.
type sealer struct {
	mu      sync.Mutex // one at a time
	wake    chan struct{}
	stale   *time.Timer // rows of sealed blocks were changed
	stop    context.CancelFunc
	stopped chan struct{}
}

// resealAfter is how long nothing more is changed in sealed blocks before their
// sheets are made anew.
const resealAfter = time.Second

func (s *Store) startSealing() {
	ctx, stop := context.WithCancel(context.Background())
	s.sealer.stop, s.sealer.stopped = stop, make(chan struct{})
	s.sealer.stale = time.NewTimer(resealAfter)
	s.sealer.stale.Stop()
	pace := &pacer{ctx: ctx, last: func() int64 { return s.change.Load().LastSeq }, idle: true}
	go func() {
		defer close(s.sealer.stopped)
		for {
			if err := s.seal(ctx, pace); err != nil && ctx.Err() == nil {
				s.opt.Log.Warn("sheets not made; searching is slower until they are", "err", err)
			}
			pace.idle = true
			select {
			case <-s.sealer.wake:
			case <-s.sealer.stale.C:
			case <-ctx.Done():
				return
			}
		}
	}()
}

func (s *Store) stopSealing() {
	s.sealer.stop()
	s.sealer.stale.Stop()
	<-s.sealer.stopped
}

// noteBlocks wakes the sealer when there may be something for it to do.
func (s *Store) noteBlocks(told func(hook.Change)) func(hook.Change) {
	var last hook.Change
	s.sealer.wake = make(chan struct{}, 1)
	return func(c hook.Change) {
		if (c.LastSeq+1)>>blockBits != (last.LastSeq+1)>>blockBits || c.Epoch != last.Epoch {
			select {
			case s.sealer.wake <- struct{}{}:
			default:
			}
		}
		last = c
		if told != nil {
			told(c)
		}
	}
}

// seal makes the sheets that are missing, newest first, and drops those of
// blocks that have gone. It keeps out of the way of captures; nil hurries.
func (s *Store) seal(ctx context.Context, pace *pacer) error {
	s.sealer.mu.Lock()
	defer s.sealer.mu.Unlock()
	blocks, err := s.unsealed(ctx)
	for i := len(blocks) - 1; i >= 0 && err == nil; i-- {
		if pace != nil {
			err = pace.quiet(s.change.Load().LastSeq - int64(i+1)<<blockBits)
		}
		if err == nil {
			err = s.sealBlock(ctx, blocks[i])
		}
		if err == nil && pace != nil {
			err = pace.breathe()
		}
	}
	return errors.Join(err, ctx.Err())
}

// unsealed returns the full blocks without sheets, oldest first.
func (s *Store) unsealed(ctx context.Context) (blocks []int64, err error) {
	ids, err := s.seqs(ctx, "SELECT id FROM sheets WHERE id <= ?", sheetID(columnRows, blockMask))
	if err != nil {
		return nil, err
	}
	sealed := map[int64]bool{}
	for _, block := range ids {
		sealed[block] = true
		if s.tally.block(block).requests == 0 {
			if err := s.unseal(ctx, block); err != nil {
				return nil, err
			}
		}
	}
	last := s.change.Load().LastSeq
	for _, block := range s.tally.filled() {
		if !sealed[block] && (block+1)<<blockBits-1 <= last {
			blocks = append(blocks, block)
		}
	}
	return blocks, nil
}

func (s *Store) sealBlock(ctx context.Context, block int64) error {
	sheets, err := s.build(ctx, block)
	if err != nil {
		return err
	}
	return s.write(ctx, "index requests", func(t *tx) error {
		for c, data := range sheets {
			if _, err := t.exec("INSERT OR REPLACE INTO sheets (id, data) VALUES (?, ?)", sheetID(column(c), block), data); err != nil {
				return err
			}
		}
		return nil
	})
}

// unseal drops the sheets of a block; columnRows last, as without it the
// others do not count.
func (s *Store) unseal(ctx context.Context, block int64) error {
	return s.write(ctx, "index requests", func(t *tx) (err error) {
		for c := columns - 1; c >= 0; c-- {
			_, e := t.exec("DELETE FROM sheets WHERE id = ?", sheetID(c, block))
			err = errors.Join(err, e)
		}
		return err
	})
}
