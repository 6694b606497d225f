package catch

import (
	"bytes"
	"net/http"
	"strings"

	"golang.org/x/net/http2/hpack"
)

// headLines makes a head, or a trailer, of the fields of one block.
type headLines struct {
	f       *fieldsConn
	h       *streamHead
	opens   bool
	most    int // bytes
	came    int // bytes of frames so far
	expects bool
	spoilt  *spoilt

	method, scheme, authority, path string
	pseudo                          int
	host                            *string
	lines                           bytes.Buffer
	count                           int
}

// add is called for each field in order.
func (l *headLines) add(field hpack.HeaderField) {
	if l.spoilt != nil {
		return
	}
	if l.spoilt = l.field(field); l.spoilt != nil {
		l.f.dec.SetEmitEnabled(false)
	}
}

func (l *headLines) field(field hpack.HeaderField) *spoilt {
	if strings.HasPrefix(field.Name, ":") {
		return l.pseudoField(field)
	}
	if strings.ToLower(field.Name) != field.Name || !isToken(field.Name) {
		return malformed("A header name is not a token in lower case.")
	}
	if !isValue(field.Value) || field.Value != string(trim([]byte(field.Value))) {
		return malformed("A header value has a control character in it, or blanks around it.")
	}
	switch field.Name {
	case "connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade":
		return malformed("There is a header line that HTTP/2 does not have: " + field.Name + ".")
	case "te":
		if field.Value != "trailers" {
			return malformed("The te line is something other than trailers.")
		}
	case "host":
		l.host = &field.Value
	case "expect":
		l.expects = l.expects || strings.EqualFold(field.Value, "100-continue")
	}
	if l.count++; l.count > l.f.c.o.MaxLines {
		return refuse(http.StatusRequestHeaderFieldsTooLarge, "The head has too many header lines.")
	}
	return l.line(field.Name, field.Value)
}

// afford is asked before so many more bytes are decoded, which are kept until
// a field is complete. What is far over every limit is not read to its end.
func (l *headLines) afford(bytes int) *spoilt {
	if l.came += bytes; l.came > l.farthest() {
		return refuse(0, "The head is too large.")
	}
	return l.hold(l.came)
}

// farthest is how many bytes of frames are read of one block.
func (l *headLines) farthest() int { return 2 * (l.most + frameMost) }

// hold takes memory for a head of that size.
func (l *headLines) hold(size int) *spoilt {
	if !l.opens || size <= bufSize || int64(size) <= l.h.held.n {
		return nil
	}
	held, ok := l.f.c.memory.grow(l.h.held, classOf(int64(size), int64(l.farthest())), l.f.c.o.MemoryWait)
	if l.h.held = held; !ok {
		return noMemory()
	}
	return nil
}

func (l *headLines) line(name, value string) *spoilt {
	size := l.lines.Len() + len(name) + len(value) + len(": \r\n")
	if size > l.most {
		return refuse(http.StatusRequestHeaderFieldsTooLarge, "The head is too large.")
	}
	if sp := l.hold(size); sp != nil {
		return sp
	}
	l.lines.WriteString(name)
	l.lines.WriteString(": ")
	l.lines.WriteString(value)
	l.lines.WriteString("\r\n")
	return nil
}

func (l *headLines) pseudoField(field hpack.HeaderField) *spoilt {
	at := map[string]*string{":method": &l.method, ":scheme": &l.scheme, ":authority": &l.authority, ":path": &l.path}[field.Name]
	switch {
	case !l.opens || at == nil:
		return malformed("There is a pseudo-header that requests do not have.")
	case l.count > 0:
		return malformed("A pseudo-header comes after header lines.")
	case *at != "":
		return malformed("A pseudo-header is there twice.")
	case field.Value == "" || !isVisible(field.Value):
		return malformed("A pseudo-header is empty or has a blank or control character in it.")
	}
	l.pseudo += len(field.Value)
	if l.pseudo > l.f.c.o.MaxHead {
		return refuse(http.StatusRequestURITooLong, "The request line is too long.")
	}
	*at = field.Value
	return nil
}

// end makes the head, or the trailer, of the lines.
func (l *headLines) end() {
	l.f.mu.Lock() // the handler of a stream with a trailer is at work
	defer l.f.mu.Unlock()
	if !l.opens {
		l.h.trailer = bytes.Clone(l.lines.Bytes())
		if l.h.spoilt == nil {
			l.h.spoilt = l.spoilt
		}
		return
	}
	line := l.method + " " + l.path + " HTTP/2.0\r\n"
	if l.host == nil && l.authority != "" {
		line += "host: " + l.authority + "\r\n"
	}
	l.h.bytes = append(append([]byte(line), l.lines.Bytes()...), "\r\n"...)
	switch {
	case l.spoilt != nil:
	case l.method == "" || l.scheme == "" || l.path == "":
		l.spoilt = malformed("The method, the scheme or the path is missing.")
	case l.host != nil && l.authority != "" && *l.host != l.authority:
		l.spoilt = malformed("The host line and :authority disagree.")
	}
	l.h.spoilt = l.spoilt
}
