package catch

import "strings"

const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// The character classes of RFC 9110; read only.
var (
	tokenByte = byteSet(alphanumeric + "!#$%&'*+-.^_`|~")
	hostByte  = byteSet(alphanumeric + "!$%&'()*+,-.:;=[]_~")
)

func byteSet(members string) (set [256]bool) {
	for i := range set {
		set[i] = strings.IndexByte(members, byte(i)) >= 0
	}
	return set
}

func isToken[T string | []byte](s T) bool {
	for i := range len(s) {
		if !tokenByte[s[i]] {
			return false
		}
	}
	return len(s) > 0
}

func isHost(s []byte) bool {
	for _, b := range s {
		if !hostByte[b] {
			return false
		}
	}
	return true
}

// isVisible reports whether s has no blanks and no control characters, and is
// not empty. Bytes over 0x7F pass: senders do write raw UTF-8 into targets.
func isVisible[T string | []byte](s T) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] == 0x7F {
			return false
		}
	}
	return len(s) > 0
}

// isValue reports whether s can be a header value: no control characters but
// tabs.
func isValue[T string | []byte](s T) bool {
	for i := range len(s) {
		if s[i] < ' ' && s[i] != '\t' || s[i] == 0x7F {
			return false
		}
	}
	return true
}

// is compares s with lower, ignoring case. lower is lower-case letters,
// digits and "-".
func is(s []byte, lower string) bool {
	if len(s) != len(lower) {
		return false
	}
	for i, b := range s {
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		if b != lower[i] {
			return false
		}
	}
	return true
}

// trim removes blanks from both ends.
func trim(s []byte) []byte {
	for len(s) > 0 && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	for n := len(s); n > 0 && (s[n-1] == ' ' || s[n-1] == '\t'); n-- {
		s = s[:n-1]
	}
	return s
}
