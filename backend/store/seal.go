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
	stop    context.CancelFunc
	stopped chan struct{}
}

func (s *Store) startSealing() {
	ctx, stop := context.WithCancel(context.Background())
	s.sealer.stop, s.sealer.stopped = stop, make(chan struct{})
	go func() {
		defer close(s.sealer.stopped)
		for {
			if err := s.seal(ctx, s.breathe); err != nil && ctx.Err() == nil {
				s.opt.Log.Warn("sheets not made; searching is slower until they are", "err", err)
			}
			select {
			case <-s.sealer.wake:
			case <-ctx.Done():
				return
			}
		}
	}()
}

func (s *Store) stopSealing() {
	s.sealer.stop()
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

// breathe leaves the machine to the captures: while some arrive, it waits four
// times as long as the last block took.
func (s *Store) breathe(ctx context.Context, before int64, took time.Duration) {
	if s.change.Load().LastSeq == before {
		return
	}
	t := time.NewTimer(4 * took)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// seal makes the sheets that are missing, newest first, and drops those of
// blocks that have gone.
func (s *Store) seal(ctx context.Context, breathe func(context.Context, int64, time.Duration)) error {
	s.sealer.mu.Lock()
	defer s.sealer.mu.Unlock()
	ids, err := s.seqs(ctx, "SELECT id FROM sheets WHERE id <= ?", sheetID(columnRows, blockMask))
	if err != nil {
		return err
	}
	sealed := map[int64]bool{}
	for _, block := range ids {
		sealed[block] = true
		if s.tally.block(block).requests == 0 {
			if err := s.unseal(ctx, block); err != nil {
				return err
			}
		}
	}
	blocks := s.tally.filled()
	for i := len(blocks) - 1; i >= 0; i-- {
		last := s.change.Load().LastSeq
		if sealed[blocks[i]] || (blocks[i]+1)<<blockBits-1 > last {
			continue
		}
		began := time.Now()
		if err := s.sealBlock(ctx, blocks[i]); err != nil {
			return err
		}
		breathe(ctx, last, time.Since(began))
	}
	return ctx.Err()
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
