package compare

import (
	"fmt"
	"math"
	"strings"
)

// kind is the kind of a JSON value.
type kind uint8

const (
	kindNull kind = iota
	kindFalse
	kindTrue
	kindNumber
	kindString
	kindArray
	kindObject
)

const (
	// maxDepth is how deep arrays and objects may nest, the same as in
	// encoding/json; deeper bodies are compared as text.
	maxDepth = 10_000
	// maxNodes bounds the memory of a scanned body (40 bytes a node).
	maxNodes = 6_000_000
	// noKey marks a node that is no object member.
	noKey = math.MaxUint32
)

// node is one JSON value. Nodes stand in the order of the source, each
// container before its children, so that a subtree is a stretch of the tape.
type node struct {
	start, end  uint32 // the value's text in the source
	key, keyEnd uint32 // the member name with its quotes; key is noKey when there is none
	next        uint32 // the node after this subtree: the next sibling, if there is one
	count       uint32 // children
	lines       uint32 // lines when pretty-printed
	kind        kind
	ignored     bool   // Options.Ignore covers it
	hash        uint64 // of the value, whatever its spelling, spacing and key order
}

// doc is a scanned JSON text.
type doc struct {
	src   string
	nodes []node
}

// text is the value's source text.
func (d *doc) text(i uint32) string { return d.src[d.nodes[i].start:d.nodes[i].end] }

// rawKey is the member name as written, without its quotes.
func (d *doc) rawKey(i uint32) string { return d.src[d.nodes[i].key+1 : d.nodes[i].keyEnd-1] }

// key is the member name.
func (d *doc) keyOf(i uint32) string { return decodeString(d.rawKey(i)) }

// kids returns the children of i in order.
func (d *doc) kids(i uint32) []uint32 {
	n := &d.nodes[i]
	out := make([]uint32, 0, n.count)
	for k := i + 1; k < n.next; k = d.nodes[k].next {
		out = append(out, k)
	}
	return out
}

// scanner reads JSON (RFC 8259, as encoding/json does: strings may hold
// bytes that are not UTF-8) into a tape of nodes. It keeps its own stack, so
// depth costs no call stack.
type scanner struct {
	hasher
	src         string
	pos         int
	nodes       []node
	open        []frame
	key, keyEnd uint32 // of the member whose value comes next
	why         string // the fault, when it is not the next character
}

// frame is a container that is not closed yet.
type frame struct {
	node  uint32
	count uint32
	lines uint32
	key   uint64 // hash of the member name whose value comes next
	sum   uint64 // of the children so far
}

// scan reads src whole. The error says in words why it is not JSON, or too
// deep or too large to be compared by structure.
func scan(src string, h hasher) (*doc, error) {
	if len(src) >= math.MaxUint32 {
		return nil, fmt.Errorf("scan json: larger than 4 GiB")
	}
	s := scanner{hasher: h, src: src, key: noKey, nodes: make([]node, 0, len(src)/16+8)}
	if !s.run() {
		if s.why == "" {
			s.why = "not valid JSON"
		}
		return nil, fmt.Errorf("scan json: %s at byte %d", s.why, s.pos)
	}
	return &doc{src: src, nodes: s.nodes}, nil
}

// run alternates between the start of a value and what may follow one.
func (s *scanner) run() bool {
	for {
		if !s.value() {
			return false
		}
		for {
			if len(s.open) == 0 {
				s.space()
				return s.pos == len(s.src)
			}
			more, ok := s.after()
			if !ok {
				return false
			}
			if more {
				break
			}
		}
	}
}

func (s *scanner) space() {
	for s.pos < len(s.src) {
		switch s.src[s.pos] {
		case ' ', '\n', '\t', '\r':
			s.pos++
		default:
			return
		}
	}
}

// peek skips blanks and returns the next byte, 0 at the end.
func (s *scanner) peek() byte {
	s.space()
	if s.pos == len(s.src) {
		return 0
	}
	return s.src[s.pos]
}

// value reads up to and including the first whole value: a scalar or an
// empty container, possibly the first inside containers that it opens.
func (s *scanner) value() bool {
	for {
		c := s.peek()
		if c != '{' && c != '[' {
			return s.scalar(c)
		}
		if len(s.open) == maxDepth {
			s.why = "nested too deep"
			return false
		}
		k := kindArray
		if c == '{' {
			k = kindObject
		}
		if !s.push(k, s.pos) {
			return false
		}
		s.open = append(s.open, frame{node: uint32(len(s.nodes) - 1)})
		s.pos++
		if s.peek() == c+2 { // '[' and ']', '{' and '}' are two apart
			s.pos++
			s.close()
			return true
		}
		if k == kindObject && !s.member() {
			return false
		}
	}
}

// after reads what follows a value in a container: a comma (more is true, the
// next value follows) or the end of the container.
func (s *scanner) after() (more, ok bool) {
	top := &s.open[len(s.open)-1]
	object := s.nodes[top.node].kind == kindObject
	switch s.peek() {
	case ',':
		s.pos++
		return true, !object || s.member()
	case ']':
		ok = !object
	case '}':
		ok = object
	}
	if ok {
		s.pos++
		s.close()
	}
	return false, ok
}

// member reads a name and its colon.
func (s *scanner) member() bool {
	if s.peek() != '"' {
		return false
	}
	from := s.pos
	if !s.str() {
		return false
	}
	s.key, s.keyEnd = uint32(from), uint32(s.pos)
	s.open[len(s.open)-1].key = s.text(decodeString(s.src[from+1 : s.pos-1]))
	if s.peek() != ':' {
		return false
	}
	s.pos++
	return true
}

// push appends a node that starts at from.
func (s *scanner) push(k kind, from int) bool {
	if len(s.nodes) == maxNodes {
		s.why = "more values than can be compared by structure"
		return false
	}
	s.nodes = append(s.nodes, node{start: uint32(from), key: s.key, keyEnd: s.keyEnd, kind: k, lines: 1})
	s.key = noKey
	return true
}

// scalar reads a string, number or word that starts with c.
func (s *scanner) scalar(c byte) bool {
	from := s.pos
	var k kind
	ok := false
	switch {
	case c == '"':
		k, ok = kindString, s.str()
	case c == '-' || c >= '0' && c <= '9':
		k, ok = kindNumber, s.number()
	case c == 't':
		k, ok = kindTrue, s.word("true")
	case c == 'f':
		k, ok = kindFalse, s.word("false")
	case c == 'n':
		k, ok = kindNull, s.word("null")
	}
	if !ok || !s.push(k, from) {
		return false
	}
	n := &s.nodes[len(s.nodes)-1]
	n.end, n.next = uint32(s.pos), uint32(len(s.nodes))
	n.hash = s.scalarHash(k, s.src[from:s.pos])
	s.done(n)
	return true
}

func (h hasher) scalarHash(k kind, text string) uint64 {
	sum := h.salt
	switch k {
	case kindString:
		sum = h.text(decodeString(text[1 : len(text)-1]))
	case kindNumber:
		sum = h.number(text)
	}
	return mix(sum, h.salt+uint64(k))
}

// close ends the innermost container.
func (s *scanner) close() {
	f := s.open[len(s.open)-1]
	s.open = s.open[:len(s.open)-1]
	n := &s.nodes[f.node]
	n.end, n.next, n.count = uint32(s.pos), uint32(len(s.nodes)), f.count
	if f.count > 0 {
		n.lines = f.lines + 2
	}
	n.hash = s.containerHash(n.kind, f.sum, f.count)
	s.done(n)
}

func (h hasher) containerHash(k kind, sum uint64, count uint32) uint64 {
	return mix(sum^h.salt, uint64(k)<<32|uint64(count))
}

// done adds a finished value to the container around it.
func (s *scanner) done(n *node) {
	if len(s.open) == 0 {
		return
	}
	f := &s.open[len(s.open)-1]
	f.count++
	f.lines += n.lines
	f.sum = s.fold(s.nodes[f.node].kind, f.sum, f.key, n.hash)
}

// fold adds a child to the sum of its container: in order for an array,
// whatever the order for an object.
func (h hasher) fold(k kind, sum, key, hash uint64) uint64 {
	if k == kindObject {
		return sum + mix(key, hash)
	}
	return mix(sum+h.salt, hash)
}

func (s *scanner) word(w string) bool {
	if !strings.HasPrefix(s.src[s.pos:], w) {
		return false
	}
	s.pos += len(w)
	return true
}

// str reads a string from its opening quote on.
func (s *scanner) str() bool {
	src := s.src
	for i := s.pos + 1; i < len(src); i++ {
		c := src[i]
		if c == '"' {
			s.pos = i + 1
			return true
		}
		if c < ' ' {
			s.pos = i
			return false
		}
		if c != '\\' {
			continue
		}
		n := escapeLen(src[i:])
		if n == 0 {
			s.pos = i
			return false
		}
		i += n - 1
	}
	s.pos = len(src)
	return false
}

// escapeLen is the length of the escape that s starts with, 0 when it is
// none.
func escapeLen(s string) int {
	if len(s) < 2 {
		return 0
	}
	switch s[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(s) < 6 {
			return 0
		}
		for _, c := range []byte(s[2:6]) {
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
				return 0
			}
		}
		return 6
	}
	return 0
}

// number reads a number.
func (s *scanner) number() bool {
	if s.src[s.pos] == '-' {
		s.pos++
	}
	zero := s.pos < len(s.src) && s.src[s.pos] == '0'
	if n := s.digits(); n == 0 || zero && n > 1 {
		return false
	}
	if s.pos < len(s.src) && s.src[s.pos] == '.' {
		s.pos++
		if s.digits() == 0 {
			return false
		}
	}
	if s.pos < len(s.src) && s.src[s.pos]|0x20 == 'e' {
		s.pos++
		if s.pos < len(s.src) && (s.src[s.pos] == '+' || s.src[s.pos] == '-') {
			s.pos++
		}
		return s.digits() > 0
	}
	return true
}

// digits skips digits and says how many there were.
func (s *scanner) digits() int {
	from := s.pos
	for s.pos < len(s.src) && s.src[s.pos]-'0' <= 9 {
		s.pos++
	}
	return s.pos - from
}
