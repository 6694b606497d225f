package compare

import (
	"strings"
	"unicode/utf8"
)

// cutMark stands where text was left out.
const cutMark = "…"

// clip cuts s to MaxText bytes and makes it valid UTF-8. Like all cutting here
// it returns a copy: a change must not keep a whole body in memory.
func clip(s string) string {
	return clipAt(s, 0)
}

// clipPair cuts two texts to the same window, around their first difference.
func clipPair(l, r string) (string, string) {
	if len(l) <= MaxText && len(r) <= MaxText {
		return clipAt(l, 0), clipAt(r, 0)
	}
	from := 0
	if p := commonPrefix(l, r); p > MaxText/2 {
		from = runeStart(l, p-MaxText/4)
	}
	return clipAt(l, from), clipAt(r, from)
}

// clipAt cuts s to the MaxText bytes from from on.
func clipAt(s string, from int) string {
	if from >= len(s) {
		from = 0
	}
	end := len(s)
	if end-from > MaxText {
		end = runeStart(s, from+MaxText)
	}
	out := strings.Clone(strings.ToValidUTF8(s[from:end], "\uFFFD"))
	if from > 0 {
		out = cutMark + out
	}
	if end < len(s) {
		out += cutMark
	}
	return out
}

// runeStart moves i down to where a character of s starts.
func runeStart(s string, i int) int {
	if i >= len(s) {
		return len(s)
	}
	for n := 0; n < utf8.UTFMax && i > 0 && !utf8.RuneStart(s[i]); n++ {
		i--
	}
	return i
}

// commonPrefix is how many bytes a and b begin with alike.
func commonPrefix(a, b string) int {
	n := min(len(a), len(b))
	i := 0
	// Whole blocks first: comparing strings is much faster than bytes.
	for i+64 <= n && a[i:i+64] == b[i:i+64] {
		i += 64
	}
	for i < n && a[i] == b[i] {
		i++
	}
	return i
}

// commonSuffix is how many bytes a and b end with alike.
func commonSuffix(a, b string) int {
	n := min(len(a), len(b))
	i := 0
	for i+64 <= n && a[len(a)-i-64:len(a)-i] == b[len(b)-i-64:len(b)-i] {
		i += 64
	}
	for i < n && a[len(a)-1-i] == b[len(b)-1-i] {
		i++
	}
	return i
}
