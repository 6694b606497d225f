package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"path/filepath"
	"strings"
	"unsafe"

	"creel/backend/filter"

	"modernc.org/sqlite"
)

// register adds the functions through which requests are read: they get
// SQLite's own memory, so that no body is copied.
func (x *search) register(drv *sqlite.Driver) {
	drv.MustRegisterFunction("creel_grams", &sqlite.FunctionImpl{
		NArgs: 4, VolatileArgs: true,
		Scalar: func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
			bodyBytes, _ := args[3].(int64)
			return x.collect(view(args[0]), view(args[1]), view(args[2]), bodyBytes), nil
		},
	})
	drv.MustRegisterFunction("creel_more", &sqlite.FunctionImpl{
		NArgs: 1, VolatileArgs: true,
		Scalar: func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
			x.builder.grams.more(view(args[0]))
			return int64(0), nil
		},
	})
}

// What is known of a request once its grams are collected.
const (
	collected int64 = iota
	unclear         // they do not tell all that a filter may look for
	unread          // pieces of its body follow
)

// collect puts the grams of a request into the builder. The texts are SQLite's
// own memory.
func (x *search) collect(target, head, body string, bodyBytes int64) int64 {
	g, lines := x.builder.grams, lines(head)
	g.reset()
	g.add(target)
	g.add(lines)
	switch {
	case strings.Contains(lines, "\n ") || strings.Contains(lines, "\n\t"):
		return unclear // filters join continuation lines
	case len(body) < pieceBytes || bodyBytes <= pieceBytes:
		g.add(view(filter.BodyText(lines, unsafe.Slice(unsafe.StringData(body), len(body)))))
		return collected
	case len(filter.HeaderValues(lines, "Content-Encoding")) > 0:
		return unclear
	}
	g.more(body)
	return unread
}

// collectPieces adds what follows the first piece of a body.
func (x *search) collectPieces(ctx context.Context, seq int64) error {
	g := x.builder.grams
	for id := seq<<pieceShift + 1; !g.full(); id++ {
		found, err := x.s.seqs(ctx, "SELECT creel_more(bytes) FROM pieces WHERE id = ?", id)
		if err = errors.Join(err, x.pace.breathe()); err != nil || len(found) == 0 {
			g.end()
			return err
		}
	}
	return nil
}

// rowsAtOnce bounds how long one read holds the write-ahead log.
const rowsAtOnce = 64

// make indexes one block.
func (x *search) make(ctx context.Context, block int64) error {
	if x.builder == nil {
		x.builder = &blockBuilder{dir: x.index.dir, grams: newDocGrams(), most: maxEntries, breathe: x.pace.breathe}
	}
	b := x.builder
	b.begin(block)
	if err := x.folder(); err != nil {
		return err
	}
	defer b.close()
	for next := block << blockBits; next < (block+1)<<blockBits; {
		var err error
		if next, err = x.read(ctx, b, next); err != nil {
			return err
		}
	}
	if err := b.finish(); err != nil {
		return err
	}
	return x.adopt(filepath.Join(x.index.dir, b.info.fileName()))
}

// read takes some requests from seq on, in the trash or not, and returns where
// to go on.
func (x *search) read(ctx context.Context, b *blockBuilder, seq int64) (next int64, err error) {
	end := b.info.end()
	rows, err := x.s.pool.QueryContext(ctx, `SELECT r.seq, r.uid, creel_grams(r.target, w.head, w.body, r.body_bytes)
		FROM requests r LEFT JOIN raws w ON w.seq = r.seq WHERE r.seq >= ? AND r.seq < ? ORDER BY r.seq LIMIT ?`,
		seq, end, rowsAtOnce)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for n := 1; rows.Next(); n++ {
		var at, state int64
		var uid []byte
		if err := rows.Scan(&at, &uid, &state); err != nil {
			return 0, err
		}
		if state == unread {
			if err := x.collectPieces(ctx, at); err != nil {
				return 0, err
			}
		}
		if err := b.take(uint16(at-b.info.first()), uidEnd(uid), state == unclear); err != nil {
			return 0, err
		}
		if next = at + 1; x.pace.due() || n == rowsAtOnce {
			return next, errors.Join(rows.Close(), x.pace.breathe())
		}
	}
	return end, rows.Err()
}
