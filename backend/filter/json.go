package filter

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"creel/backend/unpack"
)

// maxJSON is how large a body is looked into for body.PATH, unpacked.
const maxJSON = unpack.MaxBytes

// holdsJSON reports whether a value that the path leads to in body is as f
// says. A body that is not JSON from end to end has no values.
func (f Field) holdsJSON(body []byte) bool {
	p := f.ready()
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if len(p.path) == 0 || len(body) > maxJSON || !mayHold(body, p.mark) || !json.Valid(body) {
		return false
	}
	_, found := walk(body, blanks(body, 0), p.path, func(v []byte) bool { return f.holdsScalar(v) })
	return found
}

// markOf is what a body must hold for the path to lead anywhere: the longest
// of its names in quotes.
func markOf(path []step) []byte {
	long := ""
	for _, s := range path {
		if s.kind == member && s.n < 0 && len(s.name) > len(long) {
			long = s.name
		}
	}
	if long == "" {
		return nil
	}
	return []byte(`"` + long + `"`)
}

// mayHold is quick: most bodies of a history lack the name. With escapes a
// name can be spelled in other ways.
func mayHold(body, mark []byte) bool {
	return bytes.Contains(body, mark) || bytes.IndexByte(body, '\\') >= 0
}

// walk follows path from the value at b[i], in valid JSON, and calls visit with
// each value it leads to until that says true. next is behind the value.
func walk(b []byte, i int, path []step, visit func([]byte) bool) (next int, found bool) {
	if len(path) == 0 {
		next = skip(b, i)
		return next, visit(b[i:next])
	}
	switch b[i] {
	case '{':
		return walkMembers(b, i, path, visit)
	case '[':
		return walkElements(b, i, path, visit)
	}
	return skip(b, i), false
}

func walkMembers(b []byte, i int, path []step, visit func([]byte) bool) (next int, found bool) {
	for i = blanks(b, i+1); b[i] != '}'; {
		end := skip(b, i)
		leads := path[0].kind == either || path[0].kind == member && spells(b[i:end], path[0].name)
		i = blanks(b, blanks(b, end)+1) // over the colon
		if leads {
			i, found = walk(b, i, path[1:], visit)
		} else {
			i = skip(b, i)
		}
		if found {
			return i, true
		}
		if i = blanks(b, i); b[i] == ',' {
			i = blanks(b, i+1)
		}
	}
	return i + 1, false
}

func walkElements(b []byte, i int, path []step, visit func([]byte) bool) (next int, found bool) {
	s := path[0]
	i = blanks(b, i+1)
	for n := 0; b[i] != ']'; n++ {
		if s.kind == either || s.kind == every || s.n == n {
			i, found = walk(b, i, path[1:], visit)
		} else {
			i = skip(b, i)
		}
		if found {
			return i, true
		}
		if i = blanks(b, i); b[i] == ',' {
			i = blanks(b, i+1)
		}
	}
	return i + 1, false
}

// blanks returns the index of the first byte from i that is no blank.
func blanks(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// skip returns the index behind the value at b[i].
func skip(b []byte, i int) int {
	depth := 0
	for ; i < len(b); i++ {
		switch b[i] {
		case '"':
			i = behind(b, i) - 1
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
		case ' ', '\t', '\n', '\r', ',', ':':
			continue
		default:
			for i+1 < len(b) && strings.IndexByte(" \t\r\n,:]}", b[i+1]) < 0 {
				i++
			}
		}
		if depth == 0 {
			return i + 1
		}
	}
	return i
}

// behind returns the index behind the string that begins at b[i].
func behind(b []byte, i int) int {
	for i++; ; {
		n := bytes.IndexByte(b[i:], '"')
		escapes := 0
		for i+n-escapes-1 >= i && b[i+n-escapes-1] == '\\' {
			escapes++
		}
		if i += n + 1; escapes%2 == 0 {
			return i
		}
	}
}

// spells reports whether a string of JSON is that name.
func spells(raw []byte, name string) bool {
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1:len(raw)-1]) == name
	}
	return unquoted(raw) == name
}

// unquoted is the text of a string of JSON. Bytes that are not UTF-8 stay
// unless there are escapes beside them.
func unquoted(raw []byte) string {
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1])
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// holdsScalar compares one value of JSON: the text of a string, or a number or
// word (true, false, null) as it is spelled. Objects and arrays have no text;
// only the pattern "*" holds for them.
func (f Field) holdsScalar(raw []byte) bool {
	var text string
	switch raw[0] {
	case '{', '[':
		return f.Op == Glob && !slices.ContainsFunc(f.ready().parts, func(p string) bool { return p != "" })
	case '"':
		text = unquoted(raw)
	default:
		text = string(raw)
	}
	p := f.ready()
	switch f.Op {
	case Number, Greater, AtLeast, Less, AtMost, Range:
		return isNumber(text) && p.between(f.Op, decimalOf(text))
	}
	return f.holds(text)
}

// between compares a number with what was asked for.
func (p *prepared) between(op Op, v decimal) bool {
	c := v.compare(p.from)
	switch op {
	case Number:
		return c == 0
	case Greater:
		return c > 0
	case AtLeast:
		return c >= 0
	case Less:
		return c < 0
	case AtMost:
		return c <= 0
	case Range:
		return c >= 0 && v.compare(p.to) <= 0
	}
	return false
}
