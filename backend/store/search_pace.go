package store

import (
	"context"
	"time"
)

// pacer keeps the indexer out of the way of captures.
type pacer struct {
	ctx  context.Context
	last func() int64 // the newest seq

	began time.Time // of the slice
	seq   int64     // when it began
	idle  bool      // nothing was done before it

	looked    time.Time // when quiet last looked
	lookedSeq int64
	rushing   bool
}

const (
	// slice is how long the indexer works in one go.
	slice = 4 * time.Millisecond
	// restShare is how many times that it rests while requests come in: it
	// takes a tenth of one processor.
	restShare = 9
	// look is how often it asks whether many still come in.
	look = 250 * time.Millisecond
	// rush is how many requests in a second are many.
	rush = 500
	// patience is how many blocks may wait for quieter times.
	patience = 64
)

// due says that the slice is over.
func (p *pacer) due() bool {
	if p.idle {
		p.idle, p.began, p.seq = false, time.Now(), p.last()
	}
	return time.Since(p.began) >= slice
}

// breathe rests when the slice is over and requests came in meanwhile. It
// fails when it is time to stop.
func (p *pacer) breathe() error {
	if err := p.ctx.Err(); err != nil || !p.due() {
		return err
	}
	if p.last() != p.seq {
		if err := sleep(p.ctx, restShare*time.Since(p.began)); err != nil {
			return err
		}
	}
	p.began, p.seq = time.Now(), p.last()
	return nil
}

// quiet waits while many requests come in, unless too many blocks wait behind
// seq from.
func (p *pacer) quiet(from int64) error {
	for {
		if now := time.Now(); now.Sub(p.looked) >= look {
			seq := p.last()
			p.rushing = float64(seq-p.lookedSeq) > rush*now.Sub(p.looked).Seconds()
			p.looked, p.lookedSeq = now, seq
		}
		if !p.rushing || (p.last()-from)>>blockBits > patience {
			return nil
		}
		if err := sleep(p.ctx, look); err != nil {
			return err
		}
	}
}
