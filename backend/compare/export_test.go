package compare

// ScanError scans text as JSON and returns why it is none.
func ScanError(text string) error {
	_, err := scan(text, newHasher())
	return err
}

// LCS is lcs, as pairs of indexes.
func LCS(a, b []uint64) [][2]int {
	var out [][2]int
	for _, m := range lcs(a, b) {
		out = append(out, [2]int{int(m.a), int(m.b)})
	}
	return out
}

// SameNumber reports whether two JSON numbers are equal by value.
func SameNumber(a, b string) bool { return parseNumber(a) == parseNumber(b) }

// DecodeString undoes the escapes of the inside of a JSON string.
func DecodeString(s string) string { return decodeString(s) }
