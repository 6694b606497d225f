package hook

import "strings"

// ParseHead reads the head of a request or an answer for showing: the first
// line without its line end, and the header lines in wire order. It never
// fails: what is there is shown, well-formed or not. A line without a colon is
// a Header with that line as its Name; a name keeps blanks before the colon,
// so that it does not pass for the name without them. Continuation lines
// (obs-fold) are joined to the value before them: the line break goes, their
// leading blanks stay. Reading ends at the first empty line.
//
// It takes no decision about framing: the catcher has its own, strict reading.
func ParseHead(head []byte) (line string, headers Headers) {
	line, rest := cutLine(string(head))
	return line, parseLines(rest)
}

// ParseHeaders is ParseHead for lines without a first line, such as trailers.
func ParseHeaders(lines []byte) Headers { return parseLines(string(lines)) }

func parseLines(s string) Headers {
	hs := make(Headers, 0, strings.Count(s, "\n"))
	for s != "" {
		var line string
		line, s = cutLine(s)
		if line == "" {
			break
		}
		if (line[0] == ' ' || line[0] == '\t') && len(hs) > 0 {
			last := &hs[len(hs)-1]
			last.Value = trimBlanks(last.Value + line)
			continue
		}
		name, value, _ := strings.Cut(line, ":")
		hs = append(hs, Header{Name: name, Value: trimBlanks(value)})
	}
	return hs
}

// cutLine splits s after its first line, which comes without CRLF or LF.
func cutLine(s string) (line, rest string) {
	line, rest, _ = strings.Cut(s, "\n")
	return strings.TrimSuffix(line, "\r"), rest
}

// DeliveryHeader is the header line that carries the delivery's id to the
// target. It stays the same over retries and restarts, and it stops loops: a
// caught request that has it is not forwarded again.
const DeliveryHeader = "Creel-Delivery"

// IsToken reports whether s is a token of RFC 9110, as methods and header
// names must be to be sent.
func IsToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (c < '0' || c > '9') && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return s != ""
}

// IsLineSafe reports whether s may be sent within one header line: it has no
// line break and no NUL.
func IsLineSafe(s string) bool { return !strings.ContainsAny(s, "\r\n\x00") }

func trimBlanks(s string) string { return strings.Trim(s, " \t") }
