package forward

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http/httputil"
	"strconv"
	"strings"

	"creel/backend/hook"
)

// Bounds of an answer.
const (
	maxHeadBytes = 1 << 20  // of all heads of one answer, interim ones included
	maxHeadLines = 1000     // of one head or trailer
	maxInterim   = 16       // answers of class 1xx before the real one
	maxBodyBytes = 64 << 20 // read, of which hook.MaxAnswer are kept
)

// protocolError says why what came back is not an HTTP answer.
type protocolError struct{ text string }

func (e *protocolError) Error() string { return e.text }

func protocolf(format string, args ...any) error {
	return &protocolError{fmt.Sprintf(format, args...)}
}

// answerHead is the head of an answer: its exact bytes and what of it decides
// how the body is read.
type answerHead struct {
	raw    []byte
	status int
	old    bool // HTTP/1.0
	close  bool // the connection ends with this answer
	// length is the Content-Length, -1 when there is none.
	length  int64
	chunked bool
}

// readAnswerHead reads the head of the final answer; interim answers before it
// are skipped. What is left over in br is the body. Errors of the connection
// are returned as they are, io.ErrUnexpectedEOF when it ended within a head;
// everything else is a *protocolError.
func readAnswerHead(br *bufio.Reader) (answerHead, error) {
	budget := maxHeadBytes
	for range maxInterim + 1 {
		raw, err := readLines(br, &budget, true)
		if err != nil {
			return answerHead{raw: raw}, err
		}
		h, err := parseAnswerHead(raw)
		if err != nil {
			return answerHead{raw: raw}, err
		}
		if h.status >= 200 || h.status == 101 {
			return h, nil
		}
	}
	return answerHead{}, protocolf("more than %d interim answers (1xx) came, and no final one", maxInterim)
}

// readLines reads lines up to and including an empty one. first says that they
// begin with a status line, which is judged before more is waited for: a server
// that speaks something else may never send an empty line.
func readLines(br *bufio.Reader, budget *int, first bool) ([]byte, error) {
	var raw []byte
	start, lines := 0, 0
	for {
		part, err := br.ReadSlice('\n')
		raw = append(raw, part...)
		if *budget -= len(part); *budget < 0 {
			return raw, protocolf("the head of the answer is larger than %d bytes", maxHeadBytes)
		}
		if first && lines == 0 && !couldBeHTTP(raw) {
			return raw, notHTTP(raw)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && (len(raw) > 0 || !first):
			return raw, io.ErrUnexpectedEOF
		case err != nil:
			return raw, err
		}
		if end := bytes.TrimRight(raw[start:], "\r\n"); len(end) == 0 && len(raw)-start <= 2 && (lines > 0 || !first) {
			return raw, nil
		}
		start = len(raw)
		if lines++; lines > maxHeadLines+1 {
			return raw, protocolf("the head of the answer has more than %d lines", maxHeadLines)
		}
	}
}

// couldBeHTTP reports whether b may be the beginning of an HTTP/1 answer.
func couldBeHTTP(b []byte) bool {
	const mark = "HTTP/1."
	n := min(len(b), len(mark))
	return string(b[:n]) == mark[:n]
}

func notHTTP(b []byte) error {
	switch {
	case len(b) >= 2 && b[0] == 0x15 && b[1] == 0x03:
		return protocolf("it speaks TLS; write the URL with https://")
	case bytes.HasPrefix(b, []byte("HTTP/")):
		version, _, _ := bytes.Cut(b, []byte(" "))
		return protocolf("it answers in %s, and creel speaks HTTP/1.1", clip(printable(version)))
	}
	return protocolf("what came back is not HTTP, it begins with %q", clip(printable(b)))
}

// printable makes bytes of unknown origin safe for a sentence.
func printable(b []byte) string {
	return strings.ToValidUTF8(string(b[:min(len(b), 40)]), "?")
}

func parseAnswerHead(raw []byte) (answerHead, error) {
	h := answerHead{raw: raw, length: -1}
	first, rest, _ := bytes.Cut(raw, []byte("\n"))
	first = bytes.TrimSuffix(first, []byte("\r"))
	if err := h.readStatusLine(first); err != nil {
		return h, err
	}
	fields, err := answerFields(rest)
	if err != nil {
		return h, err
	}
	return h, h.readFields(fields)
}

func (h *answerHead) readStatusLine(b []byte) error {
	text := string(b)
	version, after, _ := strings.Cut(text, " ")
	after = strings.TrimLeft(after, " ")
	code, _, _ := strings.Cut(after, " ")
	if version != "HTTP/1.1" && version != "HTTP/1.0" {
		return notHTTP(b)
	}
	n, err := strconv.Atoi(code)
	if err != nil || len(code) != 3 || n < 100 || !isDigit(code[0]) || !hook.IsLineSafe(string(b)) {
		return protocolf("the status line %q is malformed", clip(text))
	}
	h.status, h.old = n, version == "HTTP/1.0"
	return nil
}

// answerFields splits header lines, joining folded ones.
func answerFields(rest []byte) (hook.Headers, error) {
	var fields hook.Headers
	for len(rest) > 0 {
		var raw []byte
		raw, rest, _ = bytes.Cut(rest, []byte("\n"))
		raw = bytes.TrimSuffix(raw, []byte("\r"))
		if len(raw) == 0 {
			break
		}
		if !hook.IsLineSafe(string(raw)) {
			return nil, protocolf("a header line of the answer has a CR or NUL in it: %q", clip(printable(raw)))
		}
		if raw[0] == ' ' || raw[0] == '\t' {
			if len(fields) == 0 {
				return nil, protocolf("the first header line of the answer begins with a blank")
			}
			last := &fields[len(fields)-1]
			last.Value = strings.Trim(last.Value+" "+string(raw), " \t")
			continue
		}
		name, value, ok := strings.Cut(string(raw), ":")
		if !ok || !hook.IsToken(name) {
			return nil, protocolf("a header line of the answer is malformed: %q", clip(printable(raw)))
		}
		fields = append(fields, hook.Header{Name: name, Value: strings.Trim(value, " \t")})
	}
	return fields, nil
}

// readFields works out the framing as strictly as net/http does: an answer
// that could be read in two ways is refused.
func (h *answerHead) readFields(fields hook.Headers) error {
	h.close = h.old
	for _, v := range fields.Values("Connection") {
		for option := range strings.SplitSeq(v, ",") {
			if strings.EqualFold(strings.Trim(option, " \t"), "close") {
				h.close = true
			}
		}
	}
	codings := fields.Values("Transfer-Encoding")
	if len(codings) > 0 && !h.old {
		if len(codings) > 1 || !strings.EqualFold(codings[0], "chunked") {
			return protocolf("the answer's transfer encoding is %q, and only chunked is understood", clip(strings.Join(codings, ", ")))
		}
		h.chunked = true
	}
	for i, v := range fields.Values("Content-Length") {
		n, err := strconv.ParseUint(v, 10, 63)
		if err != nil || v == "" || !isDigit(v[0]) {
			return protocolf("the answer's Content-Length is %q", clip(v))
		}
		if i > 0 && int64(n) != h.length {
			return protocolf("the answer has two different Content-Lengths, %d and %d", h.length, n)
		}
		h.length = int64(n)
	}
	if h.chunked {
		h.length = -1
	}
	return nil
}

// bodyless reports whether an answer to that method has no body, whatever its
// header lines say.
func (h *answerHead) bodyless(method string) bool {
	return method == "HEAD" || h.status < 200 || h.status == 204 || h.status == 304
}

// answerBody is a body after transfer decoding: the first bytes of it, and how
// many there were.
type answerBody struct {
	kept  []byte
	bytes int64
	// stopped says that reading was given up at maxBodyBytes.
	stopped bool
	// clean says that the connection stands at the end of the answer.
	clean bool
	rest  io.Writer
}

// readAnswerBody reads the body that follows h; what of it is not kept is written
// to rest. On an error, body holds what had come until then. The error is io.ErrUnexpectedEOF when the connection
// ended early, a *protocolError for bad chunks, else the connection's own.
func readAnswerBody(br *bufio.Reader, h answerHead, method string, rest io.Writer) (answerBody, error) {
	b := answerBody{rest: rest}
	switch {
	case h.bodyless(method):
		b.clean = h.status >= 200
		return b, nil
	case h.chunked:
		if err := b.read(&chunkReader{r: httputil.NewChunkedReader(br)}); err != nil || b.stopped {
			return b, err
		}
		budget := maxHeadBytes
		_, err := readLines(br, &budget, false)
		b.clean = err == nil
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = nil // the last chunk has come: only the trailer is missing
		}
		return b, err
	case h.length >= 0:
		err := b.read(io.LimitReader(br, h.length))
		if err == nil && !b.stopped && b.bytes < h.length {
			err = io.ErrUnexpectedEOF
		}
		b.clean = err == nil && !b.stopped
		return b, err
	}
	return b, b.read(br)
}

// read takes r to its end, or to the bound.
func (b *answerBody) read(r io.Reader) error {
	var kept bytes.Buffer
	n, err := io.Copy(&kept, io.LimitReader(r, hook.MaxAnswer))
	b.kept, b.bytes = kept.Bytes(), n
	if err != nil || n < hook.MaxAnswer {
		return err
	}
	n, err = io.Copy(b.rest, io.LimitReader(r, maxBodyBytes-hook.MaxAnswer))
	b.bytes += n
	if err == nil && b.bytes == maxBodyBytes {
		// One byte more tells a body of exactly that size from a longer one.
		var probe [1]byte
		got, probeErr := io.ReadFull(r, probe[:])
		b.bytes += int64(got)
		b.stopped = got > 0
		if !errors.Is(probeErr, io.EOF) {
			err = probeErr
		}
	}
	return err
}

// chunkReader tells faults of the chunking from faults of the connection,
// which the decoder returns unchanged.
type chunkReader struct{ r io.Reader }

func (c *chunkReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || isNetwork(err) {
		return n, err
	}
	return n, protocolf("the answer's chunks are malformed: %v", err)
}
