package sign

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// dialect is how a library writes JSON.
type dialect struct {
	name        string
	item, colon string // what stands after a comma and a colon
	indent      string // "" writes one line
	sorted      bool   // members in the order of their names
	ascii       bool   // \uXXXX for what is not ASCII
	slash       bool   // \/ for /
	html        bool   // < for < and the like
	float       bool   // numbers as JavaScript reads and writes them
	emptyOpen   bool   // { } and " : ", as Jackson indents
}

// dialects lists what is likely to have read and written a body on its way, or
// to have written it before it was changed.
func dialects() []dialect {
	return []dialect{
		{name: "compact, as JSON.stringify writes"},
		{name: "with blanks after commas and colons, not escaped, as json.dumps(ensure_ascii=False) of Python writes", item: " ", colon: " "},
		{name: "with blanks after commas and colons, as json.dumps of Python writes", item: " ", colon: " ", ascii: true},
		{name: "indented by two blanks", indent: "  ", colon: " "},
		{name: "indented by four blanks", indent: "    ", colon: " "},
		{name: "compact with \\u escapes", ascii: true},
		{name: "compact with \\u escapes and \\/, as json_encode of PHP writes", ascii: true, slash: true},
		{name: "compact with \\/", slash: true},
		{name: "compact with \\u003c for <, as encoding/json of Go writes", html: true},
		{name: "compact, members sorted by name", sorted: true},
		{name: "compact, members sorted by name, with \\u003c for <, as a map is written by Go", sorted: true, html: true},
		{name: "compact, members sorted by name, with \\u escapes", sorted: true, ascii: true},
		{name: "with blanks, members sorted by name, as json.dumps(sort_keys=True) of Python writes", item: " ", colon: " ", ascii: true, sorted: true},
		{name: "with blanks, members sorted by name, not escaped", item: " ", colon: " ", sorted: true},
		{name: "compact, with numbers as JavaScript writes them (beyond 2^53 digits are lost)", float: true},
		{name: "indented by tabs", indent: "\t", colon: " "},
		{name: "indented by two blanks, members sorted by name", indent: "  ", colon: " ", sorted: true},
		{name: "indented by four blanks, members sorted by name", indent: "    ", colon: " ", sorted: true},
		{name: "indented by two blanks, with \\u escapes", indent: "  ", colon: " ", ascii: true},
		{name: "indented by four blanks, with \\u escapes", indent: "    ", colon: " ", ascii: true},
		{name: "indented by four blanks, with \\u escapes and \\/, as PHP writes", indent: "    ", colon: " ", ascii: true, slash: true},
		{name: "indented, as Jackson writes", indent: "  ", colon: " ", emptyOpen: true},
	}
}

// node is a JSON value with its members in order.
type node struct {
	kind  byte // '{', '[', '"' or 0 for numbers and words
	text  string
	names []string
	nodes []node
}

// parseNode reads valid JSON, from at; it returns where the value ends.
func parseNode(text []byte, at int) (node, int) {
	at = skipBlanks(text, at)
	switch c := text[at]; c {
	case '{', '[':
		n := node{kind: c}
		for i := skipBlanks(text, at+1); ; {
			if text[i] == '}' || text[i] == ']' {
				return n, i + 1
			}
			if c == '{' {
				end := skipValue(text, i)
				n.names = append(n.names, decodeText(text[i:end]))
				i = skipBlanks(text, end) + 1 // the colon
			}
			var child node
			child, i = parseNode(text, i)
			n.nodes = append(n.nodes, child)
			if i = skipBlanks(text, i); text[i] == ',' {
				i = skipBlanks(text, i+1)
			}
		}
	case '"':
		end := skipValue(text, at)
		return node{kind: '"', text: decodeText(text[at:end])}, end
	default:
		end := skipValue(text, at)
		return node{text: string(text[at:end])}, end
	}
}

func decodeText(raw []byte) string {
	if !slices.Contains(raw, '\\') {
		return string(raw[1 : len(raw)-1])
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return string(raw)
	}
	return s
}

// write appends the value in a dialect.
func (d dialect) write(out []byte, n node, depth int) []byte {
	switch n.kind {
	case '"':
		return d.writeText(out, n.text)
	case '{', '[':
		return d.writeNodes(out, n, depth)
	}
	if d.float && len(n.text) > 0 && (n.text[0] == '-' || n.text[0] <= '9') {
		return jsNumber(out, n.text)
	}
	return append(out, n.text...)
}

func (d dialect) writeNodes(out []byte, n node, depth int) []byte {
	out = append(out, n.kind)
	closing := n.kind + 2 // in ASCII
	if len(n.nodes) == 0 {
		if d.emptyOpen {
			out = append(out, ' ')
		}
		return append(out, closing)
	}
	order := make([]int, len(n.nodes))
	for i := range order {
		order[i] = i
	}
	if d.sorted && n.kind == '{' {
		slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(n.names[a], n.names[b]) })
	}
	line := func(depth int) {
		if d.indent != "" {
			out = append(out, '\n')
			for range depth {
				out = append(out, d.indent...)
			}
		}
	}
	for k, i := range order {
		if k > 0 {
			out = append(append(out, ','), d.item...)
		}
		line(depth + 1)
		if n.kind == '{' {
			out = d.writeText(out, n.names[i])
			if d.emptyOpen {
				out = append(out, ' ')
			}
			out = append(append(out, ':'), d.colon...)
		}
		out = d.write(out, n.nodes[i], depth+1)
	}
	line(depth)
	return append(out, closing)
}

// writeText writes a string as most libraries do.
func (d dialect) writeText(out []byte, text string) []byte {
	out = append(out, '"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\' || (r == '/' && d.slash):
			out = append(out, '\\', byte(r))
		case r < ' ':
			out = append(out, control(r)...)
		case d.html && (r == '<' || r == '>' || r == '&' || r == '\u2028' || r == '\u2029'):
			out = appendEscape(out, r)
		case d.ascii && r > '~':
			if r == 0x7f {
				out = append(out, 0x7f)
			} else if r > 0xffff {
				r -= 0x10000
				out = appendEscape(appendEscape(out, 0xd800+r>>10), 0xdc00+r&0x3ff)
			} else {
				out = appendEscape(out, r)
			}
		default:
			out = utf8.AppendRune(out, r)
		}
	}
	return append(out, '"')
}

func control(r rune) []byte {
	if i := strings.IndexRune("\b\f\n\r\t", r); i >= 0 {
		return []byte{'\\', "bfnrt"[i]}
	}
	return appendEscape(nil, r)
}

func appendEscape(out []byte, r rune) []byte {
	const digits = "0123456789abcdef"
	return append(out, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
}

// jsNumber writes a number as JavaScript writes what it read.
func jsNumber(out []byte, text string) []byte {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return append(out, text...)
	}
	if f == 0 {
		return append(out, '0')
	}
	abs := max(f, -f)
	if abs >= 1e21 || abs < 1e-6 {
		b := strconv.FormatFloat(f, 'e', -1, 64)
		mantissa, exp, _ := strings.Cut(b, "e")
		sign := exp[:1]
		return append(out, mantissa+"e"+sign+strings.TrimLeft(exp[1:], "0")...)
	}
	return strconv.AppendFloat(out, f, 'f', -1, 64)
}
