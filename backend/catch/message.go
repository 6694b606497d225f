package catch

import (
	"bytes"
	"math"
)

// maxMethod is the most bytes of a method. The longest registered one has 16.
const maxMethod = 128

// message is the one reading of a head: what framing, answering and the row
// need. Its slices are parts of the head.
type message struct {
	method, target, host, contentType []byte

	http10    bool
	http2     bool  // set before parse
	length    int64 // -1: no Content-Length
	chunked   bool
	close     bool // the sender wants the connection closed after the answer
	expects   bool // Expect: 100-continue
	crossSite bool

	hosts       int
	lengthText  []byte
	encodings   int
	keepAlive   bool
	otherExpect bool
	fetchSite   bool // Sec-Fetch-Site: cross-site
	origins     [][]byte
}

// parse reads a head that outline.scan found the end of.
func (m *message) parse(head []byte) *spoilt {
	m.length = -1
	nl := bytes.IndexByte(head, '\n')
	if sp := m.requestLine(head[:nl-1]); sp != nil {
		return sp
	}
	for rest := head[nl+1 : len(head)-2]; len(rest) > 0; {
		nl := bytes.IndexByte(rest, '\n')
		name, value, sp := splitField(rest[:nl-1])
		if rest = rest[nl+1:]; sp == nil && len(rest) > 0 && (rest[0] == ' ' || rest[0] == '\t') {
			sp = folded()
		}
		if sp == nil {
			sp = m.field(name, value)
		}
		if sp != nil {
			return sp
		}
	}
	return m.conclude(head)
}

func (m *message) requestLine(line []byte) *spoilt {
	sp1 := bytes.IndexByte(line, ' ')
	sp2 := bytes.LastIndexByte(line, ' ')
	if sp1 < 0 || sp2 == sp1 {
		return malformed("The request line is not a method, a target and a version with one space between them.")
	}
	m.method, m.target = line[:sp1], line[sp1+1:sp2]
	switch version := string(line[sp2+1:]); {
	case m.http2 && version == "HTTP/2.0":
	case !m.http2 && version == "HTTP/1.1":
	case !m.http2 && version == "HTTP/1.0":
		m.http10 = true
	default:
		return malformed("The request line does not end in HTTP/1.1 or HTTP/1.0.")
	}
	if len(m.method) > maxMethod {
		return malformed("The method is too long.")
	}
	if !isToken(m.method) {
		return malformed("The method is not a token.")
	}
	if !isVisible(m.target) {
		return malformed("The request target is empty or has a blank or control character in it.")
	}
	return m.targetForm()
}

// targetForm accepts "/path", "http://host/path" and, for OPTIONS, "*".
// CONNECT's "host:port" is none of them: a 2xx to it would promise a tunnel.
func (m *message) targetForm() *spoilt {
	if m.target[0] == '/' {
		return nil
	}
	if string(m.target) == "*" {
		if string(m.method) == "OPTIONS" {
			return nil
		}
		return malformed("The target * is for OPTIONS only.")
	}
	scheme, rest, ok := bytes.Cut(m.target, []byte("://"))
	if ok && (is(scheme, "http") || is(scheme, "https")) {
		if i := bytes.IndexAny(rest, "/?#"); i >= 0 {
			rest = rest[:i]
		}
		// Some readers undo escapes in it, others do not.
		if len(rest) > 0 && isHost(rest) && bytes.IndexByte(rest, '%') < 0 {
			m.host = rest
			return nil
		}
		return malformed("The host in the request target is not a host.")
	}
	return malformed("The request target is neither a path nor an http URL.")
}

// splitField takes a header or trailer line apart.
func splitField(line []byte) (name, value []byte, sp *spoilt) {
	if line[0] == ' ' || line[0] == '\t' {
		return nil, nil, folded()
	}
	colon := bytes.IndexByte(line, ':')
	if colon < 0 {
		return nil, nil, malformed("A header line has no colon.")
	}
	name, value = line[:colon], trim(line[colon+1:])
	if !isToken(name) {
		if n := len(name); n > 0 && (name[n-1] == ' ' || name[n-1] == '\t') {
			return nil, nil, malformed("A header name has a blank before its colon.")
		}
		return nil, nil, malformed("A header name is not a token.")
	}
	if !isValue(value) {
		return nil, nil, malformed("A header value has a control character in it.")
	}
	return name, value, nil
}

func folded() *spoilt { return malformed("A header line is folded: it begins with a blank.") }

// field notes what a header line means to the catcher; most mean nothing.
func (m *message) field(name, value []byte) *spoilt {
	switch len(name) {
	case len("host"):
		if is(name, "host") {
			return m.hostLine(value)
		}
	case len("origin"):
		if is(name, "origin") {
			m.origins = append(m.origins, value)
		} else if is(name, "expect") {
			m.expects = m.expects || is(value, "100-continue")
			m.otherExpect = m.otherExpect || !is(value, "100-continue")
		}
	case len("connection"):
		if is(name, "connection") {
			m.connection(value)
		}
	case len("content-type"):
		if is(name, "content-type") && m.contentType == nil {
			m.contentType = value
		}
	case len("content-length"):
		if is(name, "content-length") {
			return m.lengthLine(value)
		}
		if is(name, "sec-fetch-site") && is(value, "cross-site") {
			m.fetchSite = true
		}
	case len("transfer-encoding"):
		if is(name, "transfer-encoding") {
			return m.encodingLine(value)
		}
	}
	return nil
}

func (m *message) hostLine(value []byte) *spoilt {
	if m.hosts++; m.hosts > 1 {
		return malformed("There is more than one Host line.")
	}
	if !isHost(value) {
		return malformed("The Host line is not a host.")
	}
	if m.host == nil { // else the target names the host, and counts (RFC 9112, 3.2.2)
		m.host = value
	}
	return nil
}

func (m *message) lengthLine(value []byte) *spoilt {
	if m.lengthText != nil {
		if !bytes.Equal(m.lengthText, value) {
			return malformed("Two Content-Length lines disagree.")
		}
		return nil
	}
	if len(value) == 0 {
		return malformed("Content-Length is empty.")
	}
	var n int64
	for _, b := range value {
		if b < '0' || b > '9' {
			return malformed("Content-Length is not a plain number.")
		}
		if n > (math.MaxInt64-9)/10 {
			return malformed("Content-Length is too large to be a length.")
		}
		n = n*10 + int64(b-'0')
	}
	m.lengthText, m.length = value, n
	return nil
}

func (m *message) encodingLine(value []byte) *spoilt {
	if m.encodings++; m.encodings > 1 {
		return malformed("There is more than one Transfer-Encoding line.")
	}
	if !is(value, "chunked") {
		return malformed("Transfer-Encoding is something other than chunked.")
	}
	m.chunked = true
	return nil
}

func (m *message) connection(value []byte) {
	for len(value) > 0 {
		var option []byte
		option, value, _ = bytes.Cut(value, []byte(","))
		option = trim(option)
		m.close = m.close || is(option, "close")
		m.keepAlive = m.keepAlive || is(option, "keep-alive")
	}
}

// conclude checks what only all lines of head together can tell.
func (m *message) conclude(head []byte) *spoilt {
	if m.hosts == 0 && !m.http10 {
		return malformed("There is no Host line.")
	}
	if m.hosts > 0 && len(m.host) == 0 {
		return malformed("The Host line is empty.") // no http URL has an empty host (RFC 9110, 4.2.1)
	}
	if m.chunked && m.http10 {
		return malformed("HTTP/1.0 has no Transfer-Encoding.")
	}
	if m.chunked && m.length >= 0 {
		return malformed("There are both Content-Length and Transfer-Encoding.")
	}
	if m.http10 {
		m.close = m.close || !m.keepAlive
		m.expects, m.otherExpect = false, false
	}
	if string(m.method) == "CONNECT" {
		m.close = true // whatever the sender takes a 2xx for, nothing follows it
	}
	m.crossSite = m.fetchSite
	for _, origin := range m.origins {
		m.crossSite = m.crossSite || foreign(origin, m.host) && !fromServer(head)
	}
	return nil
}
