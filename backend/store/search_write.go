package store

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// segmentWriter writes a file group by group.
type segmentWriter struct {
	f       *os.File
	w       *bufio.Writer
	at      uint64
	offsets []uint64
}

const unfinished = ".part"

func newSegmentWriter(path string) (*segmentWriter, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	return &segmentWriter{f: f, w: bufio.NewWriterSize(f, 64<<10), offsets: make([]uint64, 1, groups+1)}, nil
}

// group adds the next one; an empty one takes no room.
func (w *segmentWriter) group(b []byte) error {
	if len(b) > 0 {
		var sum [4]byte
		binary.LittleEndian.PutUint32(sum[:], checksum(b))
		_, err1 := w.w.Write(sum[:])
		_, err2 := w.w.Write(b)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		w.at += uint64(len(b)) + 4
	}
	w.offsets = append(w.offsets, w.at)
	return nil
}

// finish completes the file and gives it its name.
func (w *segmentWriter) finish(info segmentInfo, path string) error {
	tail, err := info.tail(w.offsets)
	if err == nil {
		_, err = w.w.Write(tail)
	}
	if err := errors.Join(err, w.w.Flush(), w.f.Close()); err != nil {
		return err
	}
	return os.Rename(w.f.Name(), path)
}

func (w *segmentWriter) abandon() {
	_ = w.f.Close() // it is of no use
	_ = os.Remove(w.f.Name())
}

// maxEntries bounds the memory of a blockBuilder, 4 bytes for each and as much
// again: a block with more is written in runs, which are merged in the end.
const maxEntries = 1 << 21

// blockBuilder makes the segment of one block.
type blockBuilder struct {
	dir     string
	info    segmentInfo
	grams   *docGrams
	entries []uint32 // bucket << blockBits | request
	spare   []uint32 // to sort with
	most    int      // entries at once
	runs    []*segment
	breathe func() error // called often; may wait, fails when it is time to stop
}

// begin makes it ready for another block; its memory is reused.
func (b *blockBuilder) begin(block int64) {
	b.info, b.entries, b.runs = segmentInfo{Number: block}, b.entries[:0], nil
}

// take adds the grams collected for a request of the block.
func (b *blockBuilder) take(id uint16, uid uint64, unknown bool) error {
	if unknown || b.grams.full() {
		b.info.Always = append(b.info.Always, id)
	} else {
		if len(b.entries) > 0 && len(b.entries)+len(b.grams.list) > b.most {
			if err := b.run(); err != nil {
				return err
			}
		}
		for _, bucket := range b.grams.list {
			b.entries = append(b.entries, bucket<<blockBits|uint32(id))
		}
	}
	if n := len(b.info.Marks); n == 0 || b.info.Marks[n-1].Seq+256 <= b.info.first()+int64(id) {
		b.info.Marks = append(b.info.Marks, mark{b.info.first() + int64(id), uid})
	}
	return nil
}

// sortEntries orders them by bucket; those of a bucket stay in order.
func (b *blockBuilder) sortEntries() {
	b.spare = slices.Grow(b.spare[:0], len(b.entries))[:len(b.entries)]
	const digit = bucketBits / 2
	for shift := blockBits; shift < blockBits+bucketBits; shift += digit {
		var starts [1<<digit + 1]int
		for _, e := range b.entries {
			starts[e>>shift&(1<<digit-1)+1]++
		}
		for i := range 1 << digit {
			starts[i+1] += starts[i]
		}
		for _, e := range b.entries {
			d := e >> shift & (1<<digit - 1)
			b.spare[starts[d]] = e
			starts[d]++
		}
		b.entries, b.spare = b.spare, b.entries
	}
}

// write puts the sorted entries into a file.
func (b *blockBuilder) write(info segmentInfo, path string) (err error) {
	b.sortEntries()
	w, err := newSegmentWriter(path + unfinished)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			w.abandon()
		}
	}()
	var group []byte
	var ids []uint16
	rest := b.entries
	for g := range uint32(groups) {
		group = group[:0]
		for len(rest) > 0 && rest[0]>>(blockBits+groupBits) == g {
			bucket := rest[0] >> blockBits
			for ids = ids[:0]; len(rest) > 0 && rest[0]>>blockBits == bucket; rest = rest[1:] {
				ids = append(ids, uint16(rest[0]&(1<<blockBits-1)))
			}
			group = appendPosting(group, byte(bucket), ids, info.span())
		}
		if err := errors.Join(w.group(group), b.breathe()); err != nil {
			return err
		}
	}
	return w.finish(info, path)
}

// run writes what is collected so far to a file of its own.
func (b *blockBuilder) run() error {
	path := filepath.Join(b.dir, fmt.Sprintf("%s.%d%s", b.info.fileName(), len(b.runs), unfinished))
	if err := b.write(segmentInfo{Level: b.info.Level, Number: b.info.Number}, path); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	fi, err := f.Stat()
	if err != nil {
		return errors.Join(err, f.Close())
	}
	s, err := readSegment(f, fi.Size())
	if err != nil {
		return errors.Join(err, f.Close())
	}
	s.path, s.close = path, f.Close
	b.runs = append(b.runs, s)
	b.entries = b.entries[:0]
	return nil
}

// finish writes the segment.
func (b *blockBuilder) finish() error {
	path := filepath.Join(b.dir, b.info.fileName())
	if len(b.runs) == 0 {
		return b.write(b.info, path)
	}
	if err := b.run(); err != nil {
		return err
	}
	return mergeSegments(b.info, b.runs, path, b.breathe)
}

// close removes what is left of the runs.
func (b *blockBuilder) close() {
	for _, r := range b.runs {
		_ = r.close() // it was only read
		_ = os.Remove(r.path)
	}
}

// mergeSegments writes one segment with the postings of parts, which are
// ordered and lie within it.
func mergeSegments(info segmentInfo, parts []*segment, path string, breathe func() error) (err error) {
	w, err := newSegmentWriter(path + unfinished)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			w.abandon()
		}
	}()
	m := merger{info: info, parts: parts, at: make([]postings, len(parts)), bufs: make([][]byte, len(parts))}
	for g := range groups {
		group, err := m.group(g)
		if err != nil {
			return err
		}
		if err := errors.Join(w.group(group), breathe()); err != nil {
			return err
		}
	}
	return w.finish(info, path)
}

type merger struct {
	info  segmentInfo
	parts []*segment
	at    []postings
	bufs  [][]byte
	ids   []uint16
	out   []byte
}

// group merges one group of all parts.
func (m *merger) group(g int) (_ []byte, err error) {
	for i, s := range m.parts {
		if m.at[i], m.bufs[i], err = s.group(g, m.bufs[i]); err == nil {
			err = m.at[i].next()
		}
		if err != nil {
			return nil, &partError{s, err}
		}
	}
	m.out = m.out[:0]
	for {
		low := 1 << groupBits
		for i := range m.at {
			low = min(low, m.at[i].low)
		}
		if low == 1<<groupBits {
			return m.out, nil
		}
		m.ids = m.ids[:0]
		for i := range m.at {
			p := &m.at[i]
			if p.low != low {
				continue
			}
			m.ids, err = p.ids(m.ids, int(m.parts[i].first()-m.info.first()))
			if err == nil {
				err = p.next()
			}
			if err == nil && p.low <= low {
				err = errDamaged // they do not ascend
			}
			if err != nil {
				return nil, &partError{m.parts[i], err}
			}
		}
		if int(m.ids[len(m.ids)-1]) >= m.info.span() {
			return nil, errDamaged
		}
		m.out = appendPosting(m.out, byte(low), m.ids, m.info.span())
	}
}

// partError says which part could not be read.
type partError struct {
	part *segment
	err  error
}

func (e *partError) Error() string { return e.err.Error() }
func (e *partError) Unwrap() error { return e.err }
