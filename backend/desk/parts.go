package desk

import (
	"bytes"
	"context"
	"regexp"
	"strings"

	"creel/backend/hook"
)

// maxParts bounds how far a multipart body is taken apart; the page shows as
// many.
const maxParts = 1_000

// Part returns the exact bytes of part n, from 0, of a request's multipart
// body, with the body's content encodings undone first when decoded is set.
// It is hook.NotFound when the body has no such part.
func (d *Desk) Part(ctx context.Context, seq int64, n int, decoded bool) ([]byte, error) {
	raw, err := d.store.Raw(ctx, seq)
	if err != nil {
		return nil, err
	}
	return partOf(raw.Head, raw.Body, n, decoded)
}

// AttemptPart is Part of one side of an attempt.
func (d *Desk) AttemptPart(ctx context.Context, id, side string, n int, decoded bool) ([]byte, error) {
	a, _, err := d.Attempt(ctx, id)
	if err != nil {
		return nil, err
	}
	if side == SideAnswer {
		return partOf(a.AnswerHead, a.AnswerBody, n, decoded)
	}
	return partOf(a.SentHead, a.SentBody, n, decoded)
}

func partOf(head, body []byte, n int, decoded bool) ([]byte, error) {
	_, headers := hook.ParseHead(head)
	if decoded {
		plain, err := Decode(body, headers)
		if err != nil {
			return nil, err
		}
		body = plain
	}
	boundary := boundaryOf(headers)
	if boundary == "" {
		return nil, hook.Faultf(hook.NotFound, "find part %d: the body is not multipart, or its Content-Type names no boundary", n)
	}
	parts := splitParts(body, boundary)
	if n < 0 || n >= len(parts) {
		return nil, hook.Faultf(hook.NotFound, "find part %d: the body has %d, counted from 0", n, len(parts))
	}
	return parts[n], nil
}

var parameter = regexp.MustCompile(`(?:[^;"]|"(?:[^"\\]|\\.)*")+`)

// boundaryOf reads the boundary as leniently as the page does: what senders
// write is not always what mime.ParseMediaType lets pass.
func boundaryOf(headers hook.Headers) string {
	values := headers.Values("Content-Type")
	if len(values) == 0 {
		return ""
	}
	fields := parameter.FindAllString(values[0], -1)
	if len(fields) == 0 || !strings.HasPrefix(strings.ToLower(strings.TrimSpace(fields[0])), "multipart/") {
		return ""
	}
	boundary := ""
	for _, field := range fields[1:] {
		name, value, ok := strings.Cut(field, "=")
		if ok && strings.EqualFold(strings.TrimSpace(name), "boundary") {
			boundary = unquoted(strings.TrimSpace(value))
		}
	}
	return boundary
}

func unquoted(value string) string {
	if !strings.HasPrefix(value, `"`) {
		return value
	}
	value = strings.TrimSuffix(value[1:], `"`)
	var out strings.Builder
	for i := 0; i < len(value); i++ {
		if value[i] == '\\' && i+1 < len(value) {
			i++
		}
		out.WriteByte(value[i])
	}
	return out.String()
}

// splitParts returns the bodies of a multipart body's parts (RFC 2046; bare LF
// line ends are understood), at most maxParts. They are views into body. The
// last one counts when the closing boundary is missing.
func splitParts(body []byte, boundary string) (parts [][]byte) {
	mark := []byte("--" + boundary)
	at := bytes.Index(body, mark)
	for at >= 0 && len(parts) < maxParts {
		at += len(mark)
		if bytes.HasPrefix(body[at:], []byte("--")) {
			return parts
		}
		start, ok := lineEnd(body, at)
		if !ok {
			return parts
		}
		next := nextBoundary(body, mark, start)
		end := len(body)
		if next >= 0 {
			end = beforeBreak(body, start, next)
		}
		parts = append(parts, afterHead(body[start:end]))
		at = next
	}
	return parts
}

// lineEnd is where the line after a boundary begins.
func lineEnd(body []byte, at int) (int, bool) {
	for at < len(body) && (body[at] == ' ' || body[at] == '\t') {
		at++
	}
	if at < len(body) && body[at] == '\r' {
		at++
	}
	return at + 1, at < len(body) && body[at] == '\n'
}

// nextBoundary finds the next mark at the start of a line, -1 when there is
// none.
func nextBoundary(body, mark []byte, from int) int {
	for at := from; ; at++ {
		i := bytes.Index(body[at:], mark)
		if i < 0 {
			return -1
		}
		if at += i; at == from || body[at-1] == '\n' {
			return at
		}
	}
}

// beforeBreak leaves out the line break that belongs to the boundary.
func beforeBreak(body []byte, start, at int) int {
	if at > start && body[at-1] == '\n' {
		at--
		if at > start && body[at-1] == '\r' {
			at--
		}
	}
	return at
}

// afterHead is what follows the first empty line; nothing when there is none.
func afterHead(part []byte) []byte {
	for at := 0; ; {
		i := bytes.IndexByte(part[at:], '\n')
		if i < 0 {
			return []byte{}
		}
		line := bytes.TrimSuffix(part[at:at+i], []byte("\r"))
		at += i + 1
		if len(line) == 0 {
			return part[at:]
		}
	}
}
