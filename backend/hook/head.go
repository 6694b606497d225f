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

func trimBlanks(s string) string { return strings.Trim(s, " \t") }
