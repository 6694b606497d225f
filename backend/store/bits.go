package store

import "math/bits"

// blockSize is how many seqs a block has.
const blockSize = 1 << blockBits

// blockSet is a set of the requests of one block: n is seq block<<blockBits+n.
type blockSet [blockSize / 64]uint64

// wholeBlock has them all.
func wholeBlock() (b blockSet) {
	for i := range b {
		b[i] = ^uint64(0)
	}
	return b
}

func (b *blockSet) add(n int64)      { b[n>>6] |= 1 << (n & 63) }
func (b *blockSet) has(n int64) bool { return b[n>>6]>>(n&63)&1 == 1 }

func (b blockSet) and(c blockSet) blockSet {
	for i := range b {
		b[i] &= c[i]
	}
	return b
}

func (b blockSet) or(c blockSet) blockSet {
	for i := range b {
		b[i] |= c[i]
	}
	return b
}

func (b blockSet) not() blockSet {
	for i := range b {
		b[i] = ^b[i]
	}
	return b
}

func (b *blockSet) count() (n int64) {
	for _, w := range b {
		n += int64(bits.OnesCount64(w))
	}
	return n
}

// seqs appends the seqs of a set of that block to to, newest first.
func (b *blockSet) seqs(to []int64, block int64) []int64 {
	for i := len(b) - 1; i >= 0; i-- {
		for w := b[i]; w != 0; {
			n := 63 - bits.LeadingZeros64(w)
			to = append(to, block<<blockBits|int64(i<<6|n))
			w &^= 1 << n
		}
	}
	return to
}

// guess bounds which requests of a block match: at most may, at least must.
type guess struct{ may, must blockSet }

func unknown() guess { return guess{may: wholeBlock()} }

func exactly(b blockSet) guess { return guess{b, b} }

// sure says that nothing is open.
func (g guess) sure() bool { return g.may == g.must }

func (g guess) not() guess { return guess{g.must.not(), g.may.not()} }
