package store

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math/bits"
)

// A posting says which requests of a segment hold a bucket: the low byte of
// the bucket, a uvarint of length and kind, then either the gaps between the
// requests as uvarints or one bit for each request of the segment. A group is
// the postings of 256 neighbouring buckets, those with any, in order, behind a
// checksum.
const (
	groupBits = 8
	groups    = 1 << (bucketBits - groupBits)
)

const (
	asGaps uint64 = iota
	asBits
)

// sized joins the length and the kind of a posting.
func sized(n int, kind uint64) uint64 { return uint64(n)<<1 | kind }

var errDamaged = errors.New("the search index is damaged")

func checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

// appendPosting writes the posting of ids, ascending, below span.
func appendPosting(dst []byte, low byte, ids []uint16, span int) []byte {
	size, last := 0, -1
	for _, id := range ids {
		size += uvarintLen(uint64(int(id) - last - 1))
		last = int(id)
	}
	dst = append(dst, low)
	if size > span/8 {
		dst = binary.AppendUvarint(dst, sized(span/8, asBits))
		at := len(dst)
		dst = append(dst, make([]byte, span/8)...)
		for _, id := range ids {
			dst[at+int(id>>3)] |= 1 << (id & 7)
		}
		return dst
	}
	dst = binary.AppendUvarint(dst, sized(size, asGaps))
	last = -1
	for _, id := range ids {
		dst = binary.AppendUvarint(dst, uint64(int(id)-last-1))
		last = int(id)
	}
	return dst
}

func uvarintLen(v uint64) int { return (bits.Len64(v|1) + 6) / 7 }

// postings walks over those of a group.
type postings struct {
	rest []byte
	low  int // of the current one; past every bucket at the end
	kind uint64
	data []byte
}

// next moves on; it fails on what no group can hold.
func (p *postings) next() error {
	if len(p.rest) == 0 {
		p.low = 1 << groupBits
		return nil
	}
	low := int(p.rest[0])
	v, n := binary.Uvarint(p.rest[1:])
	if n <= 0 || v>>1 > uint64(len(p.rest)-1-n) {
		return errDamaged
	}
	p.low, p.kind = low, v&1
	at := 1 + n
	p.data, p.rest = p.rest[at:at+int(v>>1)], p.rest[at+int(v>>1):]
	return nil
}

// ids appends the requests of the current posting, moved up by base.
func (p *postings) ids(dst []uint16, base int) ([]uint16, error) {
	if p.kind == asBits {
		if base+8*len(p.data) > 1<<16 {
			return nil, errDamaged
		}
		for i, b := range p.data {
			for ; b != 0; b &= b - 1 {
				dst = append(dst, uint16(base+i*8+bits.TrailingZeros8(b)))
			}
		}
		return dst, nil
	}
	id := base - 1
	for data := p.data; len(data) > 0; {
		gap, n := binary.Uvarint(data)
		if n <= 0 || gap > 1<<16 {
			return nil, errDamaged
		}
		if id += int(gap) + 1; id > 1<<16-1 {
			return nil, errDamaged
		}
		dst = append(dst, uint16(id))
		data = data[n:]
	}
	return dst, nil
}

// into sets the bits of the current posting in set.
func (p *postings) into(set bitset) error {
	if p.kind == asBits {
		if len(p.data) != len(set)*8 {
			return errDamaged
		}
		for i := range set {
			set[i] |= binary.LittleEndian.Uint64(p.data[i*8:])
		}
		return nil
	}
	id := -1
	for data := p.data; len(data) > 0; {
		gap, n := uint64(data[0]), 1
		if gap >= 0x80 {
			gap, n = binary.Uvarint(data)
		}
		if n <= 0 || gap > 1<<16 {
			return errDamaged
		}
		if id += int(gap) + 1; id >= len(set)*64 {
			return errDamaged
		}
		set[id/64] |= 1 << (id % 64)
		data = data[n:]
	}
	return nil
}

// bitset holds the requests of a segment.
type bitset []uint64

func (b bitset) count() (n int) {
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// and keeps what both hold and reports whether anything is left.
func (b bitset) and(c bitset) bool {
	var left uint64
	for i := range b {
		b[i] &= c[i]
		left |= b[i]
	}
	return left != 0
}

func (b bitset) or(c bitset) {
	for i := range b {
		b[i] |= c[i]
	}
}
