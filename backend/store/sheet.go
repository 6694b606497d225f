package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
)

// column names a column of requests that sheets hold.
type column int64

// The numbers are on disk. columnRows comes first: a block whose sheet of it
// is missing has none that count.
const (
	columnRows     column = iota // which seqs there are, and the range of received_at
	columnEndpoint               // numbers of slugs
	columnStatus
	columnSize
	columnFlags // state and signature
	columnMethod
	columnProvider
	columnEvent
	columnTarget
	columnNames // names of header lines, of the block as a whole
	columns
)

const (
	columnShift = 40
	blockMask   = 1<<columnShift - 1
	// sheetFlags are the bits of flags that filters ask for.
	sheetFlags = 15 | 3<<sigShift
	// maxNames bounds how many header names a block tells.
	maxNames = 500
)

func sheetID(c column, block int64) int64 { return int64(c)<<columnShift | block }

// A packed column is the number of its distinct values, each of them (texts as
// length and bytes, numbers as varint), and for each of the 1,024 seqs which
// one it has: one byte, or two when there are more than 256. columnNames has
// the values only.

// pack writes a column of texts; at has the place of each value.
func pack(values []string, at []int) []byte {
	b := binary.AppendUvarint(nil, uint64(len(values)))
	for _, v := range values {
		b = append(binary.AppendUvarint(b, uint64(len(v))), v...)
	}
	for _, n := range at {
		if b = append(b, byte(n)); len(values) > 256 {
			b = append(b, byte(n>>8))
		}
	}
	return b
}

var errSheet = errors.New("a sheet is damaged")

// unpackSheet calls each with every distinct value of a packed column, which is
// valid until it returns, and returns the places behind them and how many
// bytes each takes.
func unpackSheet(b []byte, each func(n int, value []byte)) (places []byte, width int, err error) {
	count, n := binary.Uvarint(b)
	if n <= 0 || count > blockSize*maxNames {
		return nil, 0, errSheet
	}
	b = b[n:]
	for i := range int(count) {
		size, n := binary.Uvarint(b)
		if n <= 0 || size > uint64(len(b)-n) {
			return nil, 0, errSheet
		}
		each(i, b[n:n+int(size)])
		b = b[n+int(size):]
	}
	if width = 1; count > 256 {
		width = 2
	}
	return b, width, nil
}

// pick returns the requests whose value is accepted.
func pick(sheet []byte, accept func(value []byte) bool) (set blockSet, err error) {
	var table [blockSize]bool
	some, all := false, true
	places, width, err := unpackSheet(sheet, func(n int, v []byte) {
		ok := n < blockSize && accept(v)
		if ok {
			table[n] = true
		}
		some, all = some || ok, all && ok
	})
	switch {
	case err != nil || !some:
		return set, err
	case all:
		return wholeBlock(), nil
	case len(places) != blockSize*width:
		return set, errSheet
	}
	for i := range set {
		var w uint64
		for n := range 64 {
			at := i<<6 | n
			place := int(places[at*width])
			if width == 2 {
				place |= int(places[at*2+1]) << 8
			}
			if table[place&(blockSize-1)] {
				w |= 1 << n
			}
		}
		set[i] = w
	}
	return set, nil
}

// number reads a value of a column of numbers.
func number(value []byte) int64 {
	n, _ := binary.Varint(value)
	return n
}

// rowsSheet is what columnRows holds.
type rowsSheet struct {
	present  blockSet
	from, to int64 // received_at of the first and the last by time
}

func (r *rowsSheet) pack() []byte {
	var b []byte
	for _, w := range r.present {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return binary.AppendVarint(binary.AppendVarint(b, r.from), r.to)
}

func unpackRows(b []byte) (r rowsSheet, err error) {
	if len(b) < blockSize/8+2 {
		return r, errSheet
	}
	for i := range r.present {
		r.present[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	b = b[blockSize/8:]
	from, n := binary.Varint(b)
	if n <= 0 {
		return r, errSheet
	}
	r.from = from
	if r.to, n = binary.Varint(b[n:]); n <= 0 {
		return r, errSheet
	}
	return r, nil
}

// builder collects a block.
type builder struct {
	rows   rowsSheet
	values [columns][]string
	places [columns]map[string]int
	at     [columns][]int
	names  map[string]bool
}

func newBuilder() *builder {
	b := &builder{names: map[string]bool{}}
	for c := range columns {
		b.places[c], b.at[c] = map[string]int{}, make([]int, blockSize)
	}
	return b
}

func (b *builder) put(c column, n int64, value string) {
	place, ok := b.places[c][value]
	if !ok {
		place = len(b.values[c])
		b.places[c][value] = place
		b.values[c] = append(b.values[c], value)
	}
	b.at[c][n] = place
}

func (b *builder) number(c column, n, value int64) {
	b.put(c, n, string(binary.AppendVarint(nil, value)))
}

// sheets are what is kept of the block, by column.
func (b *builder) sheets() [columns][]byte {
	var out [columns][]byte
	out[columnRows] = b.rows.pack()
	for c := columnEndpoint; c < columnNames; c++ {
		out[c] = pack(b.values[c], b.at[c])
	}
	var names []string
	for n := range b.names {
		names = append(names, n)
	}
	slices.Sort(names)
	out[columnNames] = pack(names, nil)
	return out
}

// build reads a block and packs it.
func (s *Store) build(ctx context.Context, block int64) (out [columns][]byte, err error) {
	rows, err := s.pool.QueryContext(ctx, `SELECT r.seq, r.received_at, r.endpoint, r.status, r.body_bytes, r.flags,
		r.method, r.provider, r.event, r.target, w.head
		FROM requests r LEFT JOIN raws w ON w.seq = r.seq WHERE r.seq >= ? AND r.seq < ?`,
		block<<blockBits, (block+1)<<blockBits)
	if err != nil {
		return out, err
	}
	defer rows.Close()
	b := newBuilder()
	for rows.Next() {
		if err := b.row(rows); err != nil {
			return out, err
		}
	}
	return b.sheets(), rows.Err()
}

func (b *builder) row(rows *sql.Rows) error {
	var seq, at, endpoint, status, size, flags int64
	var method, provider, event, target string
	var head sql.RawBytes
	err := rows.Scan(&seq, &at, &endpoint, &status, &size, &flags, &method, nullText{&provider}, nullText{&event}, &target, &head)
	if err != nil {
		return err
	}
	n := seq & (blockSize - 1)
	if b.rows.present == (blockSet{}) {
		b.rows.from, b.rows.to = at, at
	}
	b.rows.present.add(n)
	b.rows.from, b.rows.to = min(b.rows.from, at), max(b.rows.to, at)
	b.number(columnEndpoint, n, endpoint)
	b.number(columnStatus, n, status)
	b.number(columnSize, n, size)
	b.number(columnFlags, n, flags&sheetFlags)
	b.put(columnMethod, n, method)
	b.put(columnProvider, n, provider)
	b.put(columnEvent, n, event)
	b.put(columnTarget, n, target)
	b.headers(view([]byte(head)))
	return nil
}

// headers notes the names of header lines, in lower case.
func (b *builder) headers(head string) {
	for line := range strings.Lines(lines(head)) {
		name, _, ok := strings.Cut(line, ":")
		if !ok || name == "" || len(name) > 100 || len(b.names) >= maxNames || b.names[name] {
			continue
		}
		if low := strings.ToLower(name); low == name || !b.names[low] {
			b.names[strings.Clone(low)] = true
		}
	}
}
