package store

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
)

// Sizes in a write-ahead log (sqlite.org/fileformat2.html#walformat).
const (
	walHeader   = 32
	frameHeader = 24
	walMagic    = 0x377f0682 // its lowest bit says that sums are big-endian
)

// walVersion returns the highest user_version that was committed to a
// write-ahead log, -1 when there is none. Like SQLite it believes frames as
// far as their sums are right: what a power loss leaves behind them is noise.
func walVersion(path string) (int, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return -1, nil
	}
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	in := bufio.NewReaderSize(f, 1<<20)
	head := make([]byte, walHeader)
	if _, err := io.ReadFull(in, head); err != nil {
		return none(err)
	}
	magic, pageSize := binary.BigEndian.Uint32(head), binary.BigEndian.Uint32(head[8:])
	if magic&^1 != walMagic || pageSize < 512 || pageSize > 65536 {
		return -1, nil
	}
	sum := walSum{order: binary.LittleEndian}
	if magic&1 == 1 {
		sum.order = binary.BigEndian
	}
	if sum.add(head[:24]); !sum.is(head[24:]) {
		return -1, nil
	}
	version, pending := 0, 0
	frame := make([]byte, frameHeader+int(pageSize))
	for {
		if _, err := io.ReadFull(in, frame); err != nil {
			_, err = none(err)
			return version, err
		}
		sum.add(frame[:8])
		sum.add(frame[frameHeader:])
		if string(frame[8:16]) != string(head[16:24]) || !sum.is(frame[16:frameHeader]) {
			return version, nil
		}
		if binary.BigEndian.Uint32(frame) == 1 {
			pending = int(binary.BigEndian.Uint32(frame[frameHeader+60:]))
		}
		if binary.BigEndian.Uint32(frame[4:]) != 0 { // the last frame of a commit
			version = max(version, pending)
		}
	}
}

// none is what a log that ends early says.
func none(err error) (int, error) {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return -1, nil
	}
	return 0, err
}

// walSum is the running sum of a log.
type walSum struct {
	order  binary.ByteOrder
	s0, s1 uint32
}

// add takes a multiple of eight bytes.
func (s *walSum) add(b []byte) {
	for ; len(b) >= 8; b = b[8:] {
		s.s0 += s.order.Uint32(b) + s.s1
		s.s1 += s.order.Uint32(b[4:]) + s.s0
	}
}

// is reports whether the eight bytes are the sum so far.
func (s *walSum) is(b []byte) bool {
	return binary.BigEndian.Uint32(b) == s.s0 && binary.BigEndian.Uint32(b[4:]) == s.s1
}
