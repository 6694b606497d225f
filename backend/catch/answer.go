package catch

import (
	"net"
	"net/http"
	"strconv"
	"time"

	"creel/backend/hook"
)

// ending is what an answer needs to know of its request.
type ending struct {
	head   bool // HEAD: the answer's body is announced and not sent
	http10 bool
	keep   bool // the connection may stay open
}

// copyBody is up to what size a body is copied behind its head, so that one
// write takes both.
const copyBody = 16 << 10

// answer writes a, in one write, and reports whether the connection stays
// open.
func (c *conn) answer(a *hook.Answer, e ending) bool {
	out, body, keep := c.spell(a, e)
	if c.write(out, body) != nil || !c.writeRest(a, body) {
		return false
	}
	if a.IsCut() && body != nil {
		c.cut()
		return false
	}
	return keep
}

// writeRest writes what of an answer follows its body, if that is sent at all.
func (c *conn) writeRest(a *hook.Answer, body []byte) bool {
	for _, part := range a.Rest {
		if body == nil {
			break
		}
		c.writeWithin()
		if _, err := c.nc.Write(part); err != nil {
			return false
		}
	}
	return true
}

// spell is a as it goes over the wire: its head, in memory of the connection's
// own, and the body that follows, nil when none does. keep says that the
// connection stays open.
func (c *conn) spell(a *hook.Answer, e ending) (out, body []byte, keep bool) {
	body = a.Body
	status := a.Status
	if status < 200 || status > 999 {
		// 1xx is no answer, and other numbers are none of HTTP's.
		status, body = http.StatusInternalServerError, nil
	}
	out = append(c.out[:0], "HTTP/1.1 "...)
	out = strconv.AppendInt(out, int64(status), 10)
	out = append(out, ' ')
	out = append(out, http.StatusText(status)...)
	out = append(out, "\r\n"...)
	dated, closes := false, false
	for _, h := range a.Headers {
		if !own(h, &dated, &closes) {
			out = appendHeader(out, h.Name, h.Value)
		}
	}
	if !dated {
		out = append(out, c.dateHeader()...)
	}
	if a.Seq > 0 {
		out = append(out, "X-Creel-Seq: "...)
		out = strconv.AppendInt(out, a.Seq, 10)
		out = append(out, "\r\n"...)
	}
	switch {
	case status == http.StatusNoContent || status == http.StatusNotModified:
		body = nil
	default:
		if status == http.StatusResetContent {
			body = nil
		}
		if length := lengthOf(a, body, e.head); length >= 0 {
			out = append(out, "Content-Length: "...)
			out = strconv.AppendInt(out, length, 10)
			out = append(out, "\r\n"...)
		}
	}
	keep = e.keep && !closes && !c.closing.Load() && !a.IsCut()
	switch {
	case !keep:
		out = append(out, "Connection: close\r\n"...)
	case e.http10:
		out = append(out, "Connection: keep-alive\r\n"...)
	}
	out = append(out, "\r\n"...)
	if e.head {
		body = nil
	}
	return out, body, keep
}

// lengthOf is the length to announce for an answer with that body, nil for
// none; -1 to announce nothing.
func lengthOf(a *hook.Answer, body []byte, head bool) int64 {
	switch {
	case head && len(body) == 0 && a.Unsent != 0:
		return a.Unsent
	case body == nil:
		return 0
	}
	return max(a.Length, a.BodyBytes())
}

// own reports whether a header line of an answer is for the catcher to write,
// or cannot be written at all; and notes what it says about the connection.
func own(h hook.Header, dated, closes *bool) bool {
	if !isToken(h.Name) || !isValue(h.Value) {
		return true
	}
	switch http.CanonicalHeaderKey(h.Name) {
	case "Date":
		*dated = true
	case "Connection":
		*closes = *closes || is(trim([]byte(h.Value)), "close")
		return true
	case "Content-Length", "Transfer-Encoding", "Trailer", "Keep-Alive", "Proxy-Connection", "Upgrade", "X-Creel-Seq":
		return true
	}
	return false
}

func appendHeader(out []byte, name, value string) []byte {
	out = append(out, name...)
	out = append(out, ": "...)
	out = append(out, value...)
	return append(out, "\r\n"...)
}

func (c *conn) write(out, body []byte) error {
	c.writeWithin()
	if len(body) <= copyBody {
		out = append(out, body...)
		body = nil
	}
	if cap(out) <= bufSize {
		c.out = out
	}
	if body == nil {
		_, err := c.nc.Write(out)
		return err
	}
	_, err := (&net.Buffers{out, body}).WriteTo(c.nc)
	return err
}

// writeWithin sees to it that a write ends within WriteTimeout, or up to a
// quarter later.
func (c *conn) writeWithin() {
	now, limit := time.Now(), c.o.WriteTimeout
	if left := c.writeBy.Sub(now); left < limit {
		c.writeBy = now.Add(limit + limit/4)
		_ = c.nc.SetWriteDeadline(c.writeBy)
	}
}

// dateLine is the Date line of one second.
type dateLine struct {
	second int64
	line   []byte
}

func (c *Catcher) dateHeader() []byte {
	now := c.o.Now()
	d := c.date.Load()
	if d == nil || d.second != now.Unix() {
		d = &dateLine{now.Unix(), now.UTC().AppendFormat(nil, "Date: "+http.TimeFormat+"\r\n")}
		c.date.Store(d)
	}
	return d.line
}
