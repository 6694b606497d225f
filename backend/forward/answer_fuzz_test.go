package forward

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"testing"
)

// An answer that this package accepts is accepted by net/http as well, and
// read the same way.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 404\r\n\r\nbody",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: b\r\n c\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
		"HTTP/1.1 200 OK\nContent-Length: 1\nContent-Length: 1\n\nx",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		br := bufio.NewReader(bytes.NewReader(wire))
		h, err := readAnswerHead(br)
		if err != nil {
			return
		}
		if !bytes.Contains(wire, h.raw) || h.status < 101 || h.status > 999 {
			t.Fatalf("status %d, head %q", h.status, h.raw)
		}
		theirs, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(h.raw)), &http.Request{Method: "POST"})
		if err != nil {
			t.Fatalf("accepted, but net/http says %v of %q", err, h.raw)
		}
		if theirs.StatusCode != h.status || (len(theirs.TransferEncoding) > 0) != h.chunked && !h.bodyless("POST") {
			t.Fatalf("status %d, chunked %v; net/http: %d, %v of %q", h.status, h.chunked, theirs.StatusCode, theirs.TransferEncoding, h.raw)
		}
		if !h.chunked && !h.bodyless("POST") && theirs.ContentLength != h.length {
			t.Fatalf("length %d; net/http: %d of %q", h.length, theirs.ContentLength, h.raw)
		}
		b, err := readAnswerBody(br, h, "POST", io.Discard)
		if b.bytes < int64(len(b.kept)) || b.clean && err != nil {
			t.Fatalf("kept %d of %d, clean %v, %v", len(b.kept), b.bytes, b.clean, err)
		}
	})
}
