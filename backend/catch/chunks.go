package catch

import (
	"bytes"
	"fmt"
	"net/http"
)

const (
	maxChunkLine  = 1 << 10  // one size line with its extensions
	maxExtensions = 16 << 10 // all extensions of a body
	maxSizeDigits = 16       // leading zeros included
)

// chunks reads a chunked body (RFC 9112, 7.1) without any of the liberties
// that parsers have been tricked by.
type chunks struct {
	pace
	limit   int64 // of the body
	body    []byte
	trailer []byte

	extensions int
}

func (k *chunks) read() *spoilt {
	for {
		line, sp := k.line(maxChunkLine)
		if sp != nil {
			return sp
		}
		size, ext, sp := chunkSize(line)
		if sp != nil {
			return sp
		}
		if k.extensions += ext; k.extensions > maxExtensions {
			return malformed("The chunk extensions are too long.")
		}
		if size == 0 {
			return k.trailers()
		}
		if size > k.limit-int64(len(k.body)) {
			return tooLarge(k.limit)
		}
		if sp := k.data(int(size)); sp != nil {
			return sp
		}
		if line, sp = k.line(maxChunkLine); sp != nil {
			return sp
		}
		if len(line) != 0 {
			return malformed("A chunk is longer than its size says.")
		}
	}
}

// data appends size bytes of chunk data to the body.
func (k *chunks) data(size int) *spoilt {
	for size > 0 {
		if sp := k.reserve(size); sp != nil {
			return sp
		}
		free := k.body[len(k.body):min(cap(k.body), len(k.body)+size)]
		n := copy(free, k.buf[k.r:k.w])
		k.r += n
		if n == 0 {
			var err error
			if n, err = k.pace.read(free, k.deadline(len(k.body))); err != nil {
				return k.broken(err)
			}
		}
		k.body = k.body[:len(k.body)+n]
		size -= n
	}
	return nil
}

// grown is the capacity that a full body grows to for a chunk of size bytes. A
// chunk's size is only a claim, so memory grows with what has come. A body that
// has taken the share of a large one gets place for all of it at once: each
// step more would leave a copy to be collected.
func (k *chunks) grown(size int) int {
	const (
		first = 64 << 10
		whole = 32 << 20
	)
	have := len(k.body)
	want := max(2*have, have+min(size, first), 512)
	if have+size > mediumBody {
		want = max(whole, 2*have)
	}
	return int(min(int64(want), k.limit))
}

// reserve makes place for some of the next size bytes.
func (k *chunks) reserve(size int) *spoilt {
	if len(k.body) < cap(k.body) {
		return nil
	}
	have, want := len(k.body), k.grown(size)
	if !k.take(classOf(int64(max(want, have+size)), k.limit)) {
		return noMemory()
	}
	body := make([]byte, have, want)
	copy(body, k.body)
	k.body = body
	return nil
}

// trailers reads the lines after the last chunk. Lines that would change the
// framing or the host, had they come in time, are refused: a reader that
// merged them would read another request.
func (k *chunks) trailers() *spoilt {
	for lines := 0; ; lines++ {
		line, sp := k.line(k.o.MaxHead - len(k.trailer))
		if sp != nil {
			return sp
		}
		if len(line) == 0 {
			return nil
		}
		if lines == k.o.MaxLines {
			return refuse(http.StatusRequestHeaderFieldsTooLarge, "There are too many trailer lines.")
		}
		name, _, sp := splitField(line)
		if sp != nil {
			return sp
		}
		if is(name, "content-length") || is(name, "transfer-encoding") || is(name, "host") {
			return malformed("A trailer line has a name that is for the head only.")
		}
		k.trailer = append(append(k.trailer, line...), '\r', '\n')
	}
}

// line takes the next line, at most limit bytes with its CRLF, which is left
// out. The line is good until the next read.
func (k *chunks) line(limit int) ([]byte, *spoilt) {
	for seen := 0; ; {
		b := k.buf[k.r:k.w]
		if i := bytes.IndexByte(b[seen:], '\n'); i >= 0 {
			nl := seen + i
			if nl >= limit {
				return nil, longLine()
			}
			if nl == 0 || b[nl-1] != '\r' {
				return nil, malformed("A line of the chunked body ends in LF without CR.")
			}
			k.r += nl + 1
			return b[:nl-1], nil
		}
		if seen = len(b); seen >= limit {
			return nil, longLine()
		}
		if !k.room(limit) {
			return nil, noMemory()
		}
		n, err := k.pace.read(k.buf[k.w:], k.deadline(len(k.body)))
		k.w += n
		if err != nil {
			return nil, k.broken(err)
		}
	}
}

func longLine() *spoilt { return malformed("A line of the chunked body is too long.") }

func (k *chunks) broken(err error) *spoilt {
	return k.spoilt(err, fmt.Sprintf("%d bytes of a chunked body", len(k.body)))
}

// chunkSize reads a chunk's first line and returns how many of its bytes are
// extensions.
func chunkSize(line []byte) (size int64, extensions int, sp *spoilt) {
	n := 0
	for n < len(line) {
		d := hexDigit(line[n])
		if d < 0 {
			break
		}
		if n == maxSizeDigits || size >= 1<<58 {
			return 0, 0, malformed("A chunk size is too large to be a size.")
		}
		size = size<<4 | int64(d)
		n++
	}
	if n == 0 {
		return 0, 0, malformed("A chunk size is not a hexadecimal number.")
	}
	if !validExtensions(line[n:]) {
		return 0, 0, malformed("What follows a chunk size is not a chunk extension.")
	}
	return size, len(line) - n, nil
}

func hexDigit(b byte) int {
	switch {
	case '0' <= b && b <= '9':
		return int(b - '0')
	case 'a' <= b && b <= 'f':
		return int(b-'a') + 10
	case 'A' <= b && b <= 'F':
		return int(b-'A') + 10
	}
	return -1
}

// validExtensions reads *( BWS ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ] ).
func validExtensions(s []byte) bool {
	for len(s) > 0 {
		s = trimLeft(s)
		if len(s) == 0 || s[0] != ';' {
			return false
		}
		n := tokenLen(trimLeft(s[1:]))
		if n == 0 {
			return false
		}
		s = trimLeft(s[1:])[n:]
		value := trimLeft(s)
		if len(value) == 0 || value[0] != '=' {
			continue
		}
		value = trimLeft(value[1:])
		if n = tokenLen(value); n == 0 {
			n = quotedLen(value)
		}
		if n == 0 {
			return false
		}
		s = value[n:]
	}
	return true
}

func trimLeft(s []byte) []byte { return bytes.TrimLeft(s, " \t") }

func tokenLen(s []byte) int {
	for i, b := range s {
		if !tokenByte[b] {
			return i
		}
	}
	return len(s)
}

// quotedLen is the length of the quoted-string that s begins with, or 0.
func quotedLen(s []byte) int {
	if len(s) == 0 || s[0] != '"' {
		return 0
	}
	for i := 1; i < len(s); i++ {
		switch b := s[i]; {
		case b == '"':
			return i + 1
		case b < ' ' && b != '\t' || b == 0x7F:
			return 0
		case b == '\\':
			if i++; i == len(s) || s[i] < ' ' && s[i] != '\t' || s[i] == 0x7F {
				return 0
			}
		}
	}
	return 0
}
