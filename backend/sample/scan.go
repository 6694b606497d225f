package sample

import (
	"bytes"
	"encoding/json"
	"strings"
)

// longestValue bounds a JSON value that jsonAt returns, in bytes of source.
const longestValue = 512

// jsonAt returns the string, number, true or false at a dotted path of a JSON
// text, or "". It reads no further than it must, keeps nothing and does not
// mind what is broken or missing behind the value. A number in the path is a
// place in a list; only 0 is looked for.
func jsonAt(body []byte, path string) string {
	if v := lastAt(body, path); v != "" {
		return v
	}
	c := cursor{b: body[:min(len(body), scanned)]}
	for path != "" {
		var key string
		key, path, _ = strings.Cut(path, ".")
		if !c.enter(key) {
			return ""
		}
	}
	return c.scalar()
}

// lastAt is jsonAt for a key that comes last in the outermost object and has
// a plain string, read from the end: some providers put the type there, behind
// the whole of what happened. "" says nothing.
func lastAt(body []byte, key string) string {
	blanks := " \t\r\n"
	b, ok := bytes.CutSuffix(bytes.TrimRight(body, blanks), []byte("}"))
	if !ok {
		return ""
	}
	if b, ok = bytes.CutSuffix(bytes.TrimRight(b, blanks), []byte(`"`)); !ok {
		return ""
	}
	open := bytes.LastIndexByte(b[max(0, len(b)-longestValue):], '"')
	if open < 0 {
		return ""
	}
	open += max(0, len(b)-longestValue)
	value := b[open+1:]
	// Behind a colon a quote opens a string and cannot be an escaped one.
	b, ok = bytes.CutSuffix(bytes.TrimRight(b[:open], blanks), []byte(":"))
	if !ok || bytes.IndexByte(value, '\\') >= 0 {
		return ""
	}
	b = bytes.TrimRight(b, blanks)
	n := len(b) - len(key) - 2
	if n < 1 || b[n] != '"' || b[len(b)-1] != '"' || string(b[n+1:len(b)-1]) != key {
		return ""
	}
	b = bytes.TrimRight(b[:n], blanks)
	if len(b) == 0 || (b[len(b)-1] != ',' && b[len(b)-1] != '{') || bytes.TrimLeft(b, blanks)[0] != '{' {
		return ""
	}
	return string(value)
}

// cursor walks over a JSON text. Every step moves it forward or fails, so a
// walk ends whatever the text.
type cursor struct {
	b []byte
	i int
}

func (c *cursor) blanks() {
	for c.i < len(c.b) {
		switch c.b[c.i] {
		case ' ', '\t', '\r', '\n':
			c.i++
		default:
			return
		}
	}
}

// take moves over the byte when it comes next, behind blanks.
func (c *cursor) take(b byte) bool {
	c.blanks()
	if c.i < len(c.b) && c.b[c.i] == b {
		c.i++
		return true
	}
	return false
}

// enter moves to the value of a key of the object that comes next, or to the
// first element of the list when key is "0".
func (c *cursor) enter(key string) bool {
	if key == "0" {
		return c.take('[')
	}
	if !c.take('{') {
		return false
	}
	for {
		k, ok := c.key()
		if !ok {
			return false
		}
		if string(k) == key {
			return true
		}
		if !c.skip() || !c.take(',') {
			return false
		}
	}
}

// key moves over a key and its colon and returns it as it is written.
func (c *cursor) key() ([]byte, bool) {
	c.blanks()
	k, ok := c.text()
	return k, ok && c.take(':')
}

// keyBeside returns the first key of the object that comes next other than
// the one named.
func (c *cursor) keyBeside(name string) string {
	if !c.take('{') {
		return ""
	}
	for {
		k, ok := c.key()
		if !ok {
			return ""
		}
		if string(k) != name {
			return string(k[:min(len(k), longestValue)])
		}
		if !c.skip() || !c.take(',') {
			return ""
		}
	}
}

// text moves over a string and returns what is between its quotes.
func (c *cursor) text() ([]byte, bool) {
	if c.i >= len(c.b) || c.b[c.i] != '"' {
		return nil, false
	}
	start := c.i + 1
	for i := start; ; {
		n := bytes.IndexByte(c.b[i:], '"')
		if n < 0 {
			c.i = len(c.b)
			return nil, false
		}
		end := i + n
		back := end
		for back > start && c.b[back-1] == '\\' {
			back--
		}
		i = end + 1
		if (end-back)%2 == 0 { // the quote is not escaped
			c.i = i
			return c.b[start:end], true
		}
	}
}

// skip moves over the value that comes next.
func (c *cursor) skip() bool {
	c.blanks()
	if c.i >= len(c.b) {
		return false
	}
	switch c.b[c.i] {
	case '"':
		_, ok := c.text()
		return ok
	case '{', '[':
		return c.skipNested()
	case '}', ']', ',', ':':
		return false // nothing is there to skip
	}
	c.bare()
	return true
}

// skipNested moves over an object or list. What is between strings and
// brackets does not matter for finding its end.
func (c *cursor) skipNested() bool {
	for depth := 0; c.i < len(c.b); {
		switch c.b[c.i] {
		case '"':
			if _, ok := c.text(); !ok {
				return false
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				c.i++
				return true
			}
		}
		c.i++
	}
	return false
}

// bare moves over a number or word.
func (c *cursor) bare() []byte {
	start := c.i
	for c.i++; c.i < len(c.b) && strings.IndexByte(" \t\r\n,:{}[]\"", c.b[c.i]) < 0; c.i++ {
	}
	return c.b[start:c.i]
}

// scalar returns the value that comes next as text; "" for null, objects,
// lists and what is longer than longestValue.
func (c *cursor) scalar() string {
	c.blanks()
	if c.i >= len(c.b) || c.b[c.i] == '{' || c.b[c.i] == '[' {
		return ""
	}
	if c.b[c.i] != '"' {
		v := c.bare()
		if len(v) > longestValue || string(v) == "null" {
			return ""
		}
		return string(v)
	}
	start := c.i
	v, ok := c.text()
	if !ok || len(v) > longestValue {
		return ""
	}
	if bytes.IndexByte(v, '\\') < 0 {
		return string(v)
	}
	var s string
	if json.Unmarshal(c.b[start:c.i], &s) != nil {
		return ""
	}
	return s
}
