package filter

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fold maps text so that two texts that differ only in case become the same
// bytes. It goes rune by rune (simple folding: never changes the number of
// runes) and leaves bytes that are not UTF-8 alone. Folding twice is folding
// once.
func Fold(s string) string {
	i := 0
	for i < len(s) && s[i] < utf8.RuneSelf && (s[i] < 'A' || s[i] > 'Z') {
		i++
	}
	if i == len(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 4)
	b.WriteString(s[:i])
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			b.WriteByte(s[i])
		} else {
			b.WriteRune(foldRune(r))
		}
		i += n
	}
	return b.String()
}

// foldRune returns the one rune that stands for all that are equal but for
// case: the lower-case ASCII letter where there is one, else the smallest.
func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}
	low := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		low = min(low, next)
	}
	if 'A' <= low && low <= 'Z' {
		low += 'a' - 'A'
	}
	return low
}

// needle looks for folded text in text that is not folded, without making a
// folded copy: bodies are large.
type needle struct {
	text  string // folded, valid UTF-8
	heads [256]bool
}

func newNeedle(s string) *needle {
	n := &needle{text: Fold(s)}
	if n.text == "" {
		return n
	}
	first, _ := utf8.DecodeRuneInString(n.text)
	for r := first; ; {
		var buf [utf8.UTFMax]byte
		utf8.EncodeRune(buf[:], r)
		n.heads[buf[0]] = true
		if r = unicode.SimpleFold(r); r == first {
			return n
		}
	}
}

// in reports whether the text occurs in hay.
func (n *needle) in(hay string) bool {
	if n.text == "" {
		return true
	}
	for i := 0; i < len(hay); i++ {
		if n.heads[hay[i]] && foldPrefix(hay[i:], n.text) >= 0 {
			return true
		}
	}
	return false
}

// foldPrefix returns how many bytes of s the folded text low takes at its
// start, or -1 when s does not start with it.
func foldPrefix(s, low string) int {
	i := 0
	for len(low) > 0 {
		if i == len(s) {
			return -1
		}
		if c := s[i]; c < utf8.RuneSelf && low[0] < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			if c != low[0] {
				return -1
			}
			i, low = i+1, low[1:]
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		want, wn := utf8.DecodeRuneInString(low)
		if (r == utf8.RuneError && n == 1) || foldRune(r) != want {
			return -1
		}
		i, low = i+n, low[wn:]
	}
	return i
}

// globFold reports whether the whole of s fits the parts of a pattern, folded
// and cut at its stars. There are at least two parts.
func globFold(s string, parts []string) bool {
	n := foldPrefix(s, parts[0])
	if n < 0 {
		return false
	}
	s = s[n:]
	last := len(parts) - 1
	for _, p := range parts[1:last] {
		// The leftmost place for each part leaves most room for the rest.
		at, n := 0, foldPrefix(s, p)
		for n < 0 {
			if at++; at > len(s) {
				return false
			}
			n = foldPrefix(s[at:], p)
		}
		s = s[at+n:]
	}
	return foldSuffix(s, parts[last])
}

// foldSuffix reports whether s ends in the folded text low.
func foldSuffix(s, low string) bool {
	for len(low) > 0 {
		r, n := utf8.DecodeLastRuneInString(s)
		want, wn := utf8.DecodeLastRuneInString(low)
		if n == 0 || (r == utf8.RuneError && n == 1) || foldRune(r) != want {
			return false
		}
		s, low = s[:len(s)-n], low[:len(low)-wn]
	}
	return true
}
