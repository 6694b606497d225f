package sign

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"creel/backend/hook"
)

func itoa(n int) string { return strconv.Itoa(n) }

func errBody(wanted string) error {
	f := hook.Faultf(hook.Invalid, "cannot sign this body: the signature stands inside it, and it is not %s. Edit the body, or send it unsigned", wanted)
	f.Field = "body"
	return f
}

// setLine puts a value into the first line of that name, whose spelling stays,
// and drops the others; it adds the line when there is none. The slice given
// is not written to.
func setLine(hs hook.Headers, name, value string) hook.Headers {
	out := make(hook.Headers, 0, len(hs)+1)
	found := false
	for _, h := range hs {
		if !strings.EqualFold(h.Name, name) {
			out = append(out, h)
		} else if !found {
			found = true
			out = append(out, hook.Header{Name: h.Name, Value: value})
		}
	}
	if !found {
		out = append(out, hook.Header{Name: name, Value: value})
	}
	return out
}

// dropLines leaves the lines of that name out.
func dropLines(hs hook.Headers, name string) hook.Headers {
	return slices.DeleteFunc(slices.Clone(hs), func(h hook.Header) bool { return strings.EqualFold(h.Name, name) })
}

// boundaryOf is the boundary of a multipart form, or "".
func boundaryOf(m Message) string {
	kind, params, err := mime.ParseMediaType(m.Headers.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return ""
	}
	return params["boundary"]
}

// longestField bounds a field of a multipart form that is read, in bytes.
const longestField = 1 << 20

// formOf reads the fields of a form body, of either kind.
func formOf(m Message) ([]pair, bool) {
	boundary := boundaryOf(m)
	if boundary == "" {
		ps := pairsOf(string(m.Body))
		return ps, len(ps) > 0
	}
	var ps []pair
	r := multipart.NewReader(bytes.NewReader(m.Body), boundary)
	for {
		part, err := r.NextRawPart()
		if err != nil {
			return ps, len(ps) > 0
		}
		value, err := io.ReadAll(io.LimitReader(part, longestField))
		if err != nil {
			return ps, len(ps) > 0
		}
		if part.FileName() == "" {
			ps = append(ps, pair{part.FormName(), string(value)})
		}
	}
}

// setFields puts values into the form, in place of those of the same name or
// at its end. The other fields stay byte for byte.
func setFields(m Message, values []pair) (Message, error) {
	boundary := boundaryOf(m)
	for _, v := range values {
		if boundary != "" {
			body, ok := setPart(m.Body, boundary, v)
			if !ok {
				return m, errBody("a multipart form with the field " + v.name)
			}
			m.Body = body
			continue
		}
		m.Body = setPair(m.Body, v)
	}
	return m, nil
}

func setPair(body []byte, v pair) []byte {
	text := url.QueryEscape(v.name) + "=" + url.QueryEscape(v.value)
	var parts []string
	found := false
	for part := range strings.SplitSeq(string(body), "&") {
		name, _, _ := strings.Cut(part, "=")
		if part != "" && unescape(name) == v.name {
			part, found = text, true
		}
		if part != "" {
			parts = append(parts, part)
		}
	}
	if !found {
		parts = append(parts, text)
	}
	return []byte(strings.Join(parts, "&"))
}

// setPart replaces the content of a part that is there.
func setPart(body []byte, boundary string, v pair) ([]byte, bool) {
	mark := []byte("--" + boundary)
	for at := 0; ; {
		i := bytes.Index(body[at:], mark)
		if i < 0 {
			return nil, false
		}
		at += i + len(mark)
		head := bytes.Index(body[at:], []byte("\r\n\r\n"))
		if head < 0 {
			return nil, false
		}
		start := at + head + 4
		end := bytes.Index(body[start:], append([]byte("\r\n"), mark...))
		if end < 0 {
			return nil, false
		}
		for _, h := range hook.ParseHeaders(bytes.TrimPrefix(body[at:start], []byte("\r\n"))) {
			_, params, err := mime.ParseMediaType(h.Value)
			if strings.EqualFold(h.Name, "Content-Disposition") && err == nil && params["name"] == v.name {
				return splice(body, start, start+end, []byte(v.value)), true
			}
		}
		at = start + end
	}
}
