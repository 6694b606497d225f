package store

import (
	"slices"
	"unicode/utf8"

	"creel/backend/filter"
)

// Text is indexed by its grams: every four bytes in a row, after folding. A
// gram is hashed to a bucket of 20 bits, of which the upper 16 come from its
// first three bytes alone, so that three letters are looked up in the sixteen
// buckets that begin with them. What holds a needle holds all its grams; the
// rest of those who do are told apart by reading them.
const (
	bucketBits = 20
	headBits   = 16 // of a bucket, from the first three bytes
	tailBits   = bucketBits - headBits
	gramBytes  = 4
)

// maxDocGrams is how many buckets a request may fill: beyond that it would be
// found by nearly every search anyway.
const maxDocGrams = 1 << 18

func gramHead(a, b, c byte) uint32 {
	return (uint32(a) | uint32(b)<<8 | uint32(c)<<16) * 0x9E3779B1 >> (32 - headBits)
}

func gramTail(d byte) uint32 { return uint32(d) * 0x9E3779B1 >> (32 - tailBits) }

// docGrams collects the buckets of one request after the other.
type docGrams struct {
	seen   []uint64 // by bucket
	list   []uint32 // those of the request, in no order
	folded []byte   // the end of what came before
	cut    []byte   // the beginning of a character that came last
}

func newDocGrams() *docGrams { return &docGrams{seen: make([]uint64, 1<<bucketBits/64)} }

// reset begins the next request.
func (g *docGrams) reset() {
	g.cut, g.folded = g.cut[:0], g.folded[:0]
	for _, b := range g.list {
		g.seen[b/64] = 0
	}
	g.list = g.list[:0]
}

// full says that the request has too many grams to be told apart by them.
func (g *docGrams) full() bool { return len(g.list) > maxDocGrams }

func (g *docGrams) put(bucket uint32) {
	if bit := uint64(1) << (bucket % 64); g.seen[bucket/64]&bit == 0 {
		g.seen[bucket/64] |= bit
		g.list = append(g.list, bucket)
	}
}

// foldedPiece is how much text is folded at once.
const foldedPiece = 64 << 10

// add collects the grams of a whole text. It may stop early once full.
func (g *docGrams) add(text string) {
	g.more(text)
	g.end()
}

// more collects those of a text that comes in parts; end is behind the last.
func (g *docGrams) more(text string) {
	if len(g.cut) > 0 {
		// The character that the last part ended in.
		n := min(len(text), utf8.UTFMax)
		g.cut = append(g.cut, text[:n]...)
		text = text[n:]
		whole := wholeEnd(string(g.cut))
		g.fold(string(g.cut[:whole]))
		g.cut = append(g.cut[:0], g.cut[whole:]...)
		if len(g.cut) > 0 && len(text) > 0 {
			text = string(g.cut) + text
			g.cut = g.cut[:0]
		}
	}
	whole := wholeEnd(text)
	for rest := text[:whole]; len(rest) > 0 && !g.full(); {
		n := pieceEnd(rest, foldedPiece)
		g.fold(rest[:n])
		rest = rest[n:]
	}
	g.cut = append(g.cut, text[whole:]...)
}

func (g *docGrams) end() {
	g.fold(string(g.cut))
	g.cut, g.folded = g.cut[:0], g.folded[:0]
}

// fold collects from text that ends with a character, and what stood before.
func (g *docGrams) fold(text string) {
	g.folded = appendFolded(g.folded, text)
	g.addFolded(g.folded)
	// Grams reach from one part into the next.
	g.folded = append(g.folded[:0], g.folded[max(0, len(g.folded)-gramBytes+1):]...)
}

// wholeEnd is where the character begins that text may end within.
func wholeEnd(text string) int {
	for i := len(text) - 1; i >= max(0, len(text)-utf8.UTFMax); i-- {
		if utf8.RuneStart(text[i]) {
			if utf8.FullRuneInString(text[i:]) {
				break
			}
			return i
		}
	}
	return len(text)
}

// appendFolded is filter.Fold, quick for what is mostly ASCII.
func appendFolded(dst []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if c >= utf8.RuneSelf {
			return append(dst, filter.Fold(s[i:])...)
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

// pieceEnd cuts text after about n bytes so that folding the parts is folding
// the whole: not inside a character.
func pieceEnd(text string, n int) int {
	if n >= len(text) {
		return len(text)
	}
	for i := n; i > n-utf8.UTFMax; i-- {
		if utf8.RuneStart(text[i]) {
			return i
		}
	}
	return n
}

func (g *docGrams) addFolded(s []byte) {
	if len(s) < gramBytes-1 {
		return
	}
	for i := 0; i+gramBytes <= len(s); i++ {
		g.put(gramHead(s[i], s[i+1], s[i+2])<<tailBits | gramTail(s[i+3]))
	}
	// Three letters at the end have none behind them.
	i := len(s) - gramBytes + 1
	g.put(gramHead(s[i], s[i+1], s[i+2]) << tailBits)
}

// bucketRange is what one gram of a needle is looked up in: either end is
// included.
type bucketRange struct{ from, to uint32 }

// maxNeedleGrams bounds the work for long needles; more tell little more.
const maxNeedleGrams = 12

// needleGrams returns what must hold in every text in which needle occurs, nil
// when the needle is too short to say.
func needleGrams(needle string) []bucketRange {
	s := filter.Fold(needle)
	if len(s) < gramBytes-1 {
		return nil
	}
	var all []bucketRange
	if len(s) < gramBytes {
		first := gramHead(s[0], s[1], s[2]) << tailBits
		return []bucketRange{{first, first | (1<<tailBits - 1)}}
	}
	for i := 0; i+gramBytes <= len(s); i++ {
		b := gramHead(s[i], s[i+1], s[i+2])<<tailBits | gramTail(s[i+3])
		all = append(all, bucketRange{b, b})
	}
	if len(all) > maxNeedleGrams {
		// Spread over the whole needle: neighbours say nearly the same.
		some := make([]bucketRange, 0, maxNeedleGrams)
		for i := range maxNeedleGrams {
			some = append(some, all[i*(len(all)-1)/(maxNeedleGrams-1)])
		}
		all = some
	}
	slices.SortFunc(all, func(a, b bucketRange) int { return int(a.from) - int(b.from) })
	return slices.Compact(all)
}
