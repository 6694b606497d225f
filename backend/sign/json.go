package sign

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// find returns where the value at path stands in a valid JSON text: names of
// members, or numbers of elements. Of equal names the last counts, as parsers
// have it.
func find(text []byte, path ...string) (start, end int, ok bool) {
	start = skipBlanks(text, 0)
	end = skipValue(text, start)
	for _, name := range path {
		start, end, ok = child(text, start, name)
		if !ok {
			return 0, 0, false
		}
	}
	return start, end, end > start
}

// child finds a member or an element of the container that begins at at.
func child(text []byte, at int, name string) (start, end int, ok bool) {
	if at >= len(text) || (text[at] != '{' && text[at] != '[') {
		return 0, 0, false
	}
	object := text[at] == '{'
	for i, n := skipBlanks(text, at+1), 0; i < len(text) && text[i] != '}' && text[i] != ']'; n++ {
		key := strconv.Itoa(n)
		if object {
			after := skipValue(text, i)
			if json.Unmarshal(text[i:after], &key) != nil {
				return 0, 0, false
			}
			i = skipBlanks(text, after) + 1 // the colon
			i = skipBlanks(text, i)
		}
		after := skipValue(text, i)
		if key == name {
			start, end, ok = i, after, true
		}
		if i = skipBlanks(text, after); i < len(text) && text[i] == ',' {
			i = skipBlanks(text, i+1)
		}
	}
	return start, end, ok
}

func skipBlanks(text []byte, at int) int {
	for at < len(text) && bytes.IndexByte([]byte(" \t\r\n"), text[at]) >= 0 {
		at++
	}
	return at
}

// skipValue returns the end of the value that begins at at.
func skipValue(text []byte, at int) int {
	depth, quote := 0, false
	for i := at; i < len(text); i++ {
		switch c := text[i]; {
		case quote:
			if c == '\\' {
				i++
			} else if c == '"' {
				quote = false
			}
			if !quote && depth == 0 {
				return i + 1
			}
		case c == '"':
			quote = true
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth < 0 {
				return i
			}
			if depth == 0 {
				return i + 1
			}
		case depth == 0 && (c == ',' || c == ':' || c == ' ' || c == '\t' || c == '\r' || c == '\n'):
			return i
		}
	}
	return len(text)
}

// put returns text with value at path: in place of what is there, or as a new
// first member of an object that is. The rest stays byte for byte. It is not
// ok when text is no JSON or the parent no object.
func put(text []byte, value any, path ...string) ([]byte, bool) {
	raw, err := json.Marshal(value)
	if err != nil || !json.Valid(text) {
		return nil, false
	}
	if start, end, ok := find(text, path...); ok {
		return splice(text, start, end, raw), true
	}
	parent, _, ok := find(text, path[:len(path)-1]...)
	if !ok || text[parent] != '{' {
		return nil, false
	}
	name, err := json.Marshal(path[len(path)-1])
	if err != nil {
		return nil, false
	}
	member := append(append(name, ':'), raw...)
	if text[skipBlanks(text, parent+1)] != '}' {
		member = append(member, ',')
	}
	return splice(text, parent+1, parent+1, member), true
}

func splice(text []byte, start, end int, with []byte) []byte {
	out := make([]byte, 0, len(text)-(end-start)+len(with))
	out = append(out, text[:start]...)
	out = append(out, with...)
	return append(out, text[end:]...)
}

// object reads the members of a JSON object as texts: strings decoded, numbers
// and words as they stand, null as missing.
func object(text []byte) (map[string]string, bool) {
	var raw map[string]json.RawMessage
	if json.Unmarshal(text, &raw) != nil || raw == nil {
		return nil, false
	}
	values := make(map[string]string, len(raw))
	for name, v := range raw {
		if t, ok := plain(v); ok {
			values[name] = t
		}
	}
	return values, true
}

// plain reads a JSON string, number or word as text.
func plain(v json.RawMessage) (string, bool) {
	if len(v) == 0 || string(v) == "null" || v[0] == '{' || v[0] == '[' {
		return "", false
	}
	if v[0] != '"' {
		return string(v), true
	}
	var t string
	err := json.Unmarshal(v, &t)
	return t, err == nil
}
