package forward

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"creel/backend/hook"
)

// line is one header line on its way out: its name, and its whole text as it
// will stand on the wire, without the line end.
type line struct {
	name string
	text []byte
}

func newLine(name, value string) line {
	return line{name, []byte(name + ": " + value)}
}

// message is a request ready to be written.
type message struct {
	method string
	url    string
	place  place
	lines  []line
	head   []byte
	body   []byte
	// drafted says that body is not the caught request's own.
	drafted bool
}

// compose builds what is sent for o. Its errors are sentences for the person,
// of class hook.ErrBadURL or hook.ErrInternal.
func compose(o Outbound) (message, *hook.AttemptError) {
	m := message{method: o.Request.Method, url: o.Delivery.URL, body: o.Raw.Body}
	d := o.Delivery.Draft
	if d != nil {
		if !d.OwnBody {
			m.body, m.drafted = append([]byte{}, d.Body...), true
		}
		if d.Method != "" {
			m.method = d.Method
		}
		if m.url == "" {
			m.url = d.URL
		}
	}
	var err error
	if m.place, err = parsePlace(m.url); err != nil {
		return m, &hook.AttemptError{Kind: hook.ErrBadURL, Text: err.Error()}
	}
	var lines []line
	if d != nil && !d.OwnHead {
		lines, err = draftLines(d.Headers)
	} else {
		lines = splitHead(o.Raw.Head)
	}
	switch {
	case err != nil:
	case !hook.IsToken(m.method):
		err = fmt.Errorf("send request: the method %q is no HTTP method; edit the request", clip(m.method))
	case strings.EqualFold(m.method, "CONNECT"):
		err = fmt.Errorf("send request: CONNECT asks for a tunnel, which creel does not open; edit the request to use another method")
	default:
		lines = m.remake(lines, o)
		lines, err = applyRules(lines, o.Target)
	}
	if err != nil {
		return m, &hook.AttemptError{Kind: hook.ErrInternal, Text: err.Error()}
	}
	if o.Sign != nil {
		if lines, err = m.sign(lines, o.Sign); err != nil {
			return m, &hook.AttemptError{Kind: hook.ErrSign, Text: err.Error()}
		}
	}
	m.lines = lines
	m.serialise()
	return m, nil
}

// remake drops the lines that describe the sender's connection and makes
// Host, Content-Length and the mark anew, each where the original stood.
func (m *message) remake(lines []line, o Outbound) []line {
	named := connectionOptions(lines)
	length := strconv.Itoa(len(m.body))
	markID := o.Delivery.ID
	if o.Target != nil && o.Target.NoMark {
		markID = ""
	}
	var host, sized, marked bool
	// A chunked body gets its Content-Length where Transfer-Encoding stood.
	hasLength := has(lines, "Content-Length")
	out := make([]line, 0, len(lines)+3)
	for _, l := range lines {
		lower := strings.ToLower(l.name)
		switch {
		case lower == "host":
			if !host {
				_, said, _ := strings.Cut(string(l.text), ":")
				out = append(out, newLine(l.name, m.hostLine(o, strings.Trim(said, " \t"))))
			}
			host = true
		case lower == "content-length":
			if !sized {
				out = append(out, sizeLine(l, length))
			}
			sized = true
		case lower == "transfer-encoding" && !hasLength && !sized && len(m.body) > 0:
			out = append(out, newLine("Content-Length", length))
			sized = true
		case lower == strings.ToLower(hook.DeliveryHeader):
			if !marked && markID != "" {
				out = append(out, newLine(hook.DeliveryHeader, markID))
			}
			marked = true
		case isHopByHop(lower), named[lower]:
		default:
			out = append(out, l)
		}
	}
	if !host {
		out = append([]line{newLine("Host", m.hostLine(o, o.Request.Host))}, out...)
	}
	if !sized && (len(m.body) > 0 || !isBodyless(m.method)) {
		out = append(out, newLine("Content-Length", length))
	}
	if !marked && markID != "" {
		out = append(out, newLine(hook.DeliveryHeader, markID))
	}
	return out
}

// hostLine is the Host that o is sent with, where the sender's said host.
func (m *message) hostLine(o Outbound, host string) string {
	if o.Target != nil {
		switch c := o.Target.Connection; {
		case c.Host == hook.HostFixed && isAuthority(c.HostName):
			return c.HostName
		case c.Host == hook.HostOriginal && isAuthority(host):
			return host
		}
	}
	return m.place.authority
}

// serialise writes request line and lines into m.head.
func (m *message) serialise() {
	lines := m.lines
	size := len(m.method) + len(m.place.target) + len("  HTTP/1.1\r\n\r\n")
	for _, l := range lines {
		size += len(l.text) + 2
	}
	head := make([]byte, 0, size)
	head = append(head, m.method...)
	head = append(head, ' ')
	head = append(head, m.place.target...)
	head = append(head, " HTTP/1.1\r\n"...)
	for _, l := range lines {
		head = append(head, l.text...)
		head = append(head, "\r\n"...)
	}
	m.head = append(head, "\r\n"...)
}

// splitHead returns the header lines of a kept head, byte for byte. Folded
// lines are joined by one blank, as RFC 9112 asks of whoever passes them on.
// A line that could be read as something else by the target is left out: one
// without a proper name, or with a CR or NUL in it.
func splitHead(head []byte) []line {
	_, rest, _ := bytes.Cut(head, []byte("\n"))
	var folded [][]byte
	for len(rest) > 0 {
		var raw []byte
		raw, rest, _ = bytes.Cut(rest, []byte("\n"))
		raw = bytes.TrimSuffix(raw, []byte("\r"))
		if len(raw) == 0 {
			break
		}
		if raw[0] != ' ' && raw[0] != '\t' {
			folded = append(folded, raw)
		} else if n := len(folded); n > 0 {
			joined := bytes.TrimRight(folded[n-1], " \t")
			joined = append(joined[:len(joined):len(joined)], ' ')
			folded[n-1] = append(joined, bytes.TrimLeft(raw, " \t")...)
		}
	}
	lines := make([]line, 0, len(folded))
	for _, raw := range folded {
		name, _, ok := bytes.Cut(raw, []byte(":"))
		if ok && hook.IsToken(string(name)) && hook.IsLineSafe(string(raw)) {
			lines = append(lines, line{string(name), raw})
		}
	}
	return lines
}

func draftLines(headers hook.Headers) ([]line, error) {
	lines := make([]line, 0, len(headers))
	for i, h := range headers {
		if !hook.IsToken(h.Name) || !hook.IsLineSafe(h.Value) {
			return nil, fmt.Errorf("send request: header line %d (%q) has a character in it that cannot be sent, such as a line break; edit it", i+1, clip(h.Name))
		}
		lines = append(lines, newLine(h.Name, h.Value))
	}
	return lines, nil
}

// CheckRule refuses, as hook.Invalid, a header rule that cannot be applied:
// an unknown op, a name or value that cannot stand in a header line, or a
// header that Creel makes itself.
func CheckRule(r hook.HeaderRule) error {
	lower := strings.ToLower(r.Name)
	text := ""
	switch {
	case r.Op != "set" && r.Op != "remove":
		text = fmt.Sprintf("header rule %q: the op is %q, but must be set or remove", clip(r.Name), clip(r.Op))
	case !hook.IsToken(r.Name):
		text = fmt.Sprintf("header rule %q: a header name has letters, digits and dashes, no blanks or colons", clip(r.Name))
	case r.Op == "set" && !hook.IsLineSafe(r.Value):
		text = fmt.Sprintf("header rule %q: the value has a line break or NUL in it", clip(r.Name))
	case lower == strings.ToLower(hook.DeliveryHeader):
		text = fmt.Sprintf("header rule %q: creel makes this line itself; turn the mark off instead", clip(r.Name))
	case isHopByHop(lower), lower == "content-length", lower == "host" && r.Op == "remove":
		text = fmt.Sprintf("header rule %q: creel makes this line itself, since the connection depends on it", clip(r.Name))
	}
	if text == "" {
		return nil
	}
	return &hook.Fault{Kind: hook.Invalid, Text: text, Field: "headerRules"}
}

// applyRules changes lines as the target's rules say, in their order: set
// replaces the first line of that name, drops the others, and appends when
// there is none.
func applyRules(lines []line, t *hook.Target) ([]line, error) {
	if t == nil {
		return lines, nil
	}
	for _, r := range t.HeaderRules {
		if err := CheckRule(r); err != nil {
			return nil, err
		}
		lines = applyRule(lines, r)
	}
	return lines, nil
}

func applyRule(lines []line, r hook.HeaderRule) []line {
	pending := r.Op == "set"
	kept := make([]line, 0, len(lines)+1)
	for _, l := range lines {
		switch {
		case !strings.EqualFold(l.name, r.Name):
			kept = append(kept, l)
		case pending:
			kept = append(kept, newLine(r.Name, r.Value))
			pending = false
		}
	}
	if pending {
		kept = append(kept, newLine(r.Name, r.Value))
	}
	return kept
}

// sizeLine keeps a Content-Length line as it is when it says the truth.
func sizeLine(l line, length string) line {
	if _, value, _ := strings.Cut(string(l.text), ":"); strings.Trim(value, " \t") == length {
		return l
	}
	return newLine(l.name, length)
}

// connectionOptions are the names, in lower case, that Connection lines list:
// those lines are meant for the next machine only.
func connectionOptions(lines []line) map[string]bool {
	var named map[string]bool
	for _, l := range lines {
		if !strings.EqualFold(l.name, "Connection") {
			continue
		}
		_, value, _ := strings.Cut(string(l.text), ":")
		for option := range strings.SplitSeq(value, ",") {
			if named == nil {
				named = map[string]bool{}
			}
			named[strings.ToLower(strings.Trim(option, " \t"))] = true
		}
	}
	return named
}

// isHopByHop knows the headers, in lower case, that speak of one connection.
func isHopByHop(lower string) bool {
	switch lower {
	case "connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade":
		return true
	}
	return strings.HasPrefix(lower, "proxy-")
}

func has(lines []line, name string) bool {
	for _, l := range lines {
		if strings.EqualFold(l.name, name) {
			return true
		}
	}
	return false
}

// isBodyless reports whether a request of that method and no body is sent
// without a Content-Length.
func isBodyless(method string) bool {
	switch method {
	case "GET", "HEAD", "DELETE", "OPTIONS", "TRACE":
		return true
	}
	return false
}
