package reply

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"creel/backend/filter"
	"creel/backend/hook"

	"github.com/google/uuid"
)

// maxLine is the most bytes of one header value, its placeholders filled in.
const maxLine = 8 << 10

// Subject is a request that is answered.
type Subject struct {
	Row     hook.Row
	Raw     hook.Raw
	Headers hook.Headers // of Raw.Head
	Now     time.Time    // of the answer

	text []byte
	doc  filter.Doc
	read struct{ text, doc, isDoc bool }
}

// body is what words and body fields of a filter are held against.
func (s *Subject) body() []byte {
	if !s.read.text {
		s.read.text = true
		_, lines, _ := strings.Cut(string(s.Raw.Head), "\n")
		s.text = filter.BodyText(lines, s.Raw.Body)
	}
	return s.text
}

func (s *Subject) json() (filter.Doc, bool) {
	if !s.read.doc {
		s.read.doc = true
		s.doc, s.read.isDoc = filter.ReadDoc(s.body())
	}
	return s.doc, s.read.isDoc
}

// value is what a hole stands for.
type value struct {
	text string
	raw  []byte // as a value of JSON; nil when it is a text
	none bool   // missing
}

func (s *Subject) value(h hole) value {
	r := &s.Row
	switch h.key {
	case "method":
		return value{text: r.Method}
	case "path":
		return value{text: filter.PathOf(r.Request.Target)}
	case "query":
		return first(filter.QueryValues(r.Request.Target, h.name))
	case "header":
		return first(s.Headers.Values(h.name))
	case "seq":
		n := strconv.FormatInt(r.Seq, 10)
		return value{text: n, raw: []byte(n)}
	case "uid":
		return value{text: uuid.UUID(r.UID).String()}
	case "now":
		return value{text: s.Now.UTC().Format("2006-01-02T15:04:05.000000Z")}
	case "event":
		return value{text: r.Event, none: r.Event == ""}
	case "provider":
		return value{text: r.Provider, none: r.Provider == ""}
	}
	doc, ok := s.json()
	switch {
	case !h.deep && ok:
		return value{text: string(s.body()), raw: doc.Whole()}
	case !h.deep:
		return value{text: string(s.body()), none: len(s.body()) == 0}
	case !ok:
		return value{none: true}
	}
	raw, ok := doc.First(h.path)
	if !ok {
		return value{none: true}
	}
	return value{text: filter.TextOf(raw), raw: raw}
}

func first(values []string) value {
	if len(values) == 0 {
		return value{none: true}
	}
	return value{text: values[0]}
}

// literal is the text of a template without holes.
func (t *template) literal() (string, bool) {
	if len(t.parts) == 1 {
		return t.parts[0].text, true
	}
	return "", false
}

// fill writes the template with the values of s. A value that would take it
// over most bytes counts as missing.
func (t *template) fill(s *Subject, most int) []byte {
	left := most - t.fixed
	var out bytes.Buffer
	for _, p := range t.parts {
		out.WriteString(p.text)
		if p.hole.key == "" {
			continue
		}
		v := s.value(p.hole)
		written := t.form.write(v, p.quoted)
		if len(written) > left {
			written = t.form.write(value{none: true}, p.quoted)
		}
		left -= len(written)
		out.Write(written)
	}
	return out.Bytes()
}

// write spells a value so that the text around it keeps its meaning.
func (f form) write(v value, quoted bool) []byte {
	switch {
	case f == jsonText && quoted:
		b := quotedJSON(v.text)
		return b[1 : len(b)-1]
	case f == jsonText && v.none:
		return []byte("null")
	case f == jsonText && v.raw != nil:
		return v.raw
	case f == jsonText:
		return quotedJSON(v.text)
	case f == markup:
		return []byte(escapeMarkup(v.text))
	case f == formText:
		return []byte(url.QueryEscape(v.text))
	case f == line:
		return []byte(oneLine(v.text))
	}
	return []byte(v.text)
}

// quotedJSON is s as a string of JSON. Encoding a text cannot fail.
func quotedJSON(s string) []byte {
	b, err := json.Marshal(s)
	if err != nil {
		return []byte(`""`)
	}
	return b
}

func escapeMarkup(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;").
		Replace(strings.ToValidUTF8(s, "\uFFFD"))
}

// oneLine makes a value fit for a header line.
func oneLine(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?")))
}
