package catch

import (
	"bytes"
	"net/http"
)

// outline finds the end of a head while its bytes come in, and stops at the
// first byte that no head can have. It reads each byte once, however small
// the pieces.
type outline struct {
	start int // of the request line: 2 after one empty line that is let pass
	at    int // start of the line that is not complete yet
	seen  int // bytes known to hold no further line end
	lines int // complete lines, the request line included
	bad   int // end of the line that was refused; 0: no single line was
}

// scan looks at b, all that has come so far. It returns the length of the
// head, start included, or 0 when there must come more.
func (o *outline) scan(b []byte, maxHead, maxLines int) (end int, sp *spoilt) {
	if o.seen == 0 {
		if sp := o.opening(b); sp != nil {
			return 0, sp
		}
	}
	for {
		i := bytes.IndexByte(b[o.seen:], '\n')
		if i < 0 {
			o.seen = len(b)
			break
		}
		nl := o.seen + i
		if nl-o.start >= maxHead {
			return 0, o.tooLong()
		}
		if nl == o.at || b[nl-1] != '\r' {
			o.bad = nl + 1
			return 0, malformed("The head has a line that ends in LF without CR.")
		}
		empty := nl-1 == o.at
		o.at, o.seen = nl+1, nl+1
		switch {
		case !empty:
			if o.lines++; o.lines > maxLines+1 {
				return 0, refuse(http.StatusRequestHeaderFieldsTooLarge, "The head has too many header lines.")
			}
		case o.lines > 0:
			return o.at, nil
		case o.start == 0:
			// RFC 9112, 2.2: one empty line before a request is let pass, for
			// senders that write one after a body.
			o.start = o.at
		default:
			o.bad = o.at
			return 0, malformed("There is no request line.")
		}
	}
	if len(b)-o.start >= maxHead {
		return 0, o.tooLong()
	}
	return 0, o.opening(b)
}

// opening refuses at once what cannot become a request line, so that a sender
// that speaks something else does not wait for a timeout.
func (o *outline) opening(b []byte) *spoilt {
	if o.lines > 0 || o.start >= len(b) || tokenByte[b[o.start]] || b[o.start] == '\r' && o.start == 0 {
		return nil
	}
	if b[o.start] == 0x16 {
		return malformed("This is TLS; the catch port speaks plain HTTP, so use http:// and not https://.")
	}
	return malformed("This is not HTTP: it does not start with a method.")
}

func (o *outline) tooLong() *spoilt {
	if o.lines == 0 {
		return refuse(http.StatusRequestURITooLong, "The request line is too long.")
	}
	return refuse(http.StatusRequestHeaderFieldsTooLarge, "The head is too large.")
}
