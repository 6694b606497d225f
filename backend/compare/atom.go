package compare

import (
	"hash/maphash"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// number is a JSON number by value, in one form for each value:
// ±significand × 10^exp, the significand without zeros at its ends. Equal
// numbers are == whatever their spelling (1, 1.0, 10e-1), exactly, without
// floating point. Zero has no sign: -0 is 0, as in every language that reads
// it as a number.
type number struct {
	neg    bool
	sig    uint64 // up to maxSig digits
	digits string // the significand when it is longer; "" else
	exp    int64
	far    string // the exponent when it does not fit; "" else
}

const (
	maxSig = 18
	// maxFar is the longest exponent, in digits, that is computed with. Two
	// numbers with a longer one are equal only when spelled alike.
	maxFar = 1000
)

// parseNumber reads a number that the scanner has accepted.
func parseNumber(s string) number {
	var n number
	i := 0
	if s[0] == '-' {
		n.neg, i = true, 1
	}
	zeros, nsig, frac, point := 0, 0, 0, false
	from := -1 // of the first digit that is not 0
	end := 0   // after the last one
	for ; i < len(s); i++ {
		c := s[i]
		if c == '.' {
			point = true
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		if point {
			frac++
		}
		if c == '0' {
			zeros++
			continue
		}
		if from < 0 {
			from, zeros = i, 0
		}
		nsig += zeros + 1
		if nsig <= maxSig {
			for ; zeros > 0; zeros-- {
				n.sig *= 10
			}
			n.sig = n.sig*10 + uint64(c-'0')
		}
		zeros, end = 0, i+1
	}
	if from < 0 {
		return number{}
	}
	if nsig > maxSig {
		n.sig = 0
		n.digits = strings.Replace(s[from:end], ".", "", 1)
	}
	n.setExponent(s[i:], int64(zeros)-int64(frac))
	return n
}

// setExponent adds shift to the exponent written in e, "" or "e+12".
func (n *number) setExponent(e string, shift int64) {
	n.exp = shift
	if e == "" {
		return
	}
	e = e[1:]
	sign := ""
	switch e[0] {
	case '-':
		sign, e = "-", e[1:]
	case '+':
		e = e[1:]
	}
	e = strings.TrimLeft(e, "0")
	switch {
	case e == "":
	case len(e) < maxSig:
		x, _ := strconv.ParseInt(sign+e, 10, 64)
		n.exp += x
	case len(e) <= maxFar:
		x, _ := new(big.Int).SetString(sign+e, 10)
		x.Add(x, big.NewInt(shift))
		if x.IsInt64() {
			n.exp = x.Int64()
		} else {
			n.exp, n.far = 0, x.String()
		}
	default:
		n.far = sign + e
	}
}

// hasher makes the structural hashes. Its seed is new for each comparison,
// so that nobody can prepare bodies that collide. Even then equal hashes are
// only a hint: what they call equal is verified (doc.same).
type hasher struct {
	seed maphash.Seed
	salt uint64
}

func newHasher() hasher {
	seed := maphash.MakeSeed()
	return hasher{seed: seed, salt: maphash.String(seed, "creel")}
}

// mix folds two words into one; the order matters.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0x9e3779b97f4a7c15, b^0xe7037ed1a0b428db)
	return hi ^ lo
}

func (h hasher) text(s string) uint64 { return maphash.String(h.seed, s) }

func (h hasher) number(s string) uint64 {
	n := parseNumber(s)
	sum := mix(h.salt^n.sig, uint64(n.exp))
	if n.neg {
		sum = mix(sum, 1)
	}
	if n.digits != "" {
		sum = mix(sum, h.text(n.digits))
	}
	if n.far != "" {
		sum = mix(sum, h.text(n.far))
	}
	return sum
}

// decodeString undoes the escapes of the inside of a JSON string. A lone
// surrogate becomes its three bytes (WTF-8), and bytes that are not UTF-8
// stay as they are, so that different strings stay different.
func decodeString(s string) string {
	i := strings.IndexByte(s, '\\')
	if i < 0 {
		return s
	}
	out := make([]byte, i, len(s))
	copy(out, s)
	for i < len(s) {
		c := s[i]
		if c != '\\' {
			out = append(out, c)
			i++
			continue
		}
		if s[i+1] != 'u' {
			out = append(out, unescape(s[i+1]))
			i += 2
			continue
		}
		r := hex4(s[i+2 : i+6])
		i += 6
		if utf16.IsSurrogate(r) && i+6 <= len(s) && s[i] == '\\' && s[i+1] == 'u' {
			if pair := utf16.DecodeRune(r, hex4(s[i+2:i+6])); pair != utf8.RuneError {
				r = pair
				i += 6
			}
		}
		if utf16.IsSurrogate(r) {
			out = append(out, 0xe0|byte(r>>12), 0x80|byte(r>>6)&0x3f, 0x80|byte(r)&0x3f)
		} else {
			out = utf8.AppendRune(out, r)
		}
	}
	return string(out)
}

func unescape(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c // quote, backslash, slash
}

func hex4(s string) rune {
	var r rune
	for i := range 4 {
		c := s[i]
		switch {
		case c <= '9':
			c -= '0'
		case c <= 'F':
			c -= 'A' - 10
		default:
			c -= 'a' - 10
		}
		r = r<<4 | rune(c)
	}
	return r
}
