package store

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"creel/backend/hook"
)

// A segment is one file with the postings of 1,024 (level 0), 8,192 (level 1)
// or 65,536 (level 2) seqs in a row, beginning at a multiple of that: the
// groups, where each of them begins, what else is to know as JSON, a footer.
// It is written once and never changed. What is wrong with it shows in its
// checksums, so nothing is ever synced for it: a broken one is made anew.
const (
	levelBits = 3
	topLevel  = 2
)

// segmentMagic changes with the format and with what of a request is indexed.
const segmentMagic = "creel grams v01\n"

const footerBytes = 8 + len(segmentMagic)

// segmentInfo is what the tail of a segment says.
type segmentInfo struct {
	Level  int   `json:"level"`
	Number int64 `json:"number"` // it begins at seq Number << shift
	// Always are the requests that no gram tells apart; they are to be read.
	Always []uint16 `json:"always,omitempty"`
	// Marks name some of its requests, to know it is of this very history.
	Marks []mark `json:"marks"`
}

// mark is a request and the random end of its uid.
type mark struct {
	Seq int64  `json:"seq"`
	UID uint64 `json:"uid,string"`
}

func shiftOf(level int) int { return blockBits + levelBits*level }

func (i segmentInfo) first() int64 { return i.Number << shiftOf(i.Level) }
func (i segmentInfo) span() int    { return 1 << shiftOf(i.Level) }
func (i segmentInfo) end() int64   { return i.first() + int64(i.span()) } // not included

func (i segmentInfo) fileName() string {
	return fmt.Sprintf("%d-%08d%s", i.Level, i.Number, segmentSuffix)
}

const segmentSuffix = ".grams"

// segment is an open one. It is safe for use by many goroutines.
type segment struct {
	segmentInfo
	path    string
	from    io.ReaderAt
	close   func() error
	offsets []uint64 // where each group begins, and the end of the last
	size    int64

	// Guarded by the index it belongs to.
	users int
	gone  bool // to be removed with its last user
	shut  bool // to be closed with its last user
	// removed says that its file is no more.
	removed bool
}

// openSegment opens and checks a file but for the groups, which are checked
// when they are read.
func openSegment(path string) (*segment, error) {
	fi, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !fi.Mode().IsRegular() || !ownedByUs(fi) {
		return nil, hook.Faultf(hook.Invalid, "open %s: it is not a plain file of yours", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	s, err := readSegment(f, fi.Size())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), f.Close())
	}
	s.path, s.close = path, f.Close
	if filepath.Base(path) != s.fileName() {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, errDamaged), f.Close())
	}
	return s, nil
}

const directoryBytes = (groups + 1) * 8

func readSegment(from io.ReaderAt, size int64) (*segment, error) {
	s := &segment{from: from, size: size}
	if size < int64(directoryBytes+footerBytes) {
		return nil, errDamaged
	}
	foot := make([]byte, footerBytes)
	if _, err := from.ReadAt(foot, size-int64(footerBytes)); err != nil {
		return nil, err
	}
	infoBytes := int64(binary.LittleEndian.Uint32(foot))
	groupsEnd := size - int64(footerBytes) - infoBytes - int64(directoryBytes)
	if string(foot[8:]) != segmentMagic || groupsEnd < 0 {
		return nil, errDamaged
	}
	tail := make([]byte, int64(directoryBytes)+infoBytes)
	if _, err := from.ReadAt(tail, groupsEnd); err != nil {
		return nil, err
	}
	if checksum(tail) != binary.LittleEndian.Uint32(foot[4:]) {
		return nil, errDamaged
	}
	if err := json.Unmarshal(tail[directoryBytes:], &s.segmentInfo); err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	s.offsets = make([]uint64, groups+1)
	for i := range s.offsets {
		s.offsets[i] = binary.LittleEndian.Uint64(tail[i*8:])
		if i > 0 && s.offsets[i] < s.offsets[i-1] {
			return nil, errDamaged
		}
	}
	if s.offsets[groups] != uint64(groupsEnd) || s.Level < 0 || s.Level > topLevel || s.Number < 0 {
		return nil, errDamaged
	}
	for _, id := range s.Always {
		if int(id) >= s.span() {
			return nil, errDamaged
		}
	}
	return s, nil
}

// group reads the postings of a group; buf is reused when it is large enough.
func (s *segment) group(n int, buf []byte) (postings, []byte, error) {
	size := int(s.offsets[n+1] - s.offsets[n])
	if size == 0 {
		return postings{}, buf, nil
	}
	if cap(buf) < size {
		buf = make([]byte, size+size/2)
	}
	b := buf[:size]
	if _, err := s.from.ReadAt(b, int64(s.offsets[n])); err != nil {
		return postings{}, buf, fmt.Errorf("read %s: %w", s.path, err)
	}
	if size < 4 || binary.LittleEndian.Uint32(b) != checksum(b[4:]) {
		return postings{}, buf, fmt.Errorf("read %s: %w", s.path, errDamaged)
	}
	return postings{rest: b[4:]}, buf, nil
}

// lookUp sets in found the requests that hold one of the buckets.
func (s *segment) lookUp(r bucketRange, found bitset, buf []byte) ([]byte, error) {
	p, buf, err := s.group(int(r.from>>groupBits), buf)
	if err != nil {
		return buf, err
	}
	from, to := int(r.from)&(1<<groupBits-1), int(r.to)&(1<<groupBits-1)
	for {
		if err := p.next(); err != nil {
			return buf, err
		}
		if p.low > to {
			return buf, nil
		}
		if p.low >= from {
			if err := p.into(found); err != nil {
				return buf, err
			}
		}
	}
}

// tail writes what follows the groups.
func (i segmentInfo) tail(offsets []uint64) ([]byte, error) {
	info, err := json.Marshal(i)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for _, at := range offsets {
		b.Write(binary.LittleEndian.AppendUint64(nil, at))
	}
	b.Write(info)
	sum := checksum(b.Bytes())
	b.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(info))))
	b.Write(binary.LittleEndian.AppendUint32(nil, sum))
	b.WriteString(segmentMagic)
	return b.Bytes(), nil
}
