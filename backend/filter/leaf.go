package filter

import (
	"strings"
	"unsafe"

	"creel/backend/hook"
	"creel/backend/unpack"
)

// Holds compares one text value as f says: a method, a path, one header
// value. It is for histories that find the value themselves.
func (f Field) Holds(v string) bool { return f.holds(v) }

// HoldsNumber compares a status, size or seq as f says.
func (f Field) HoldsNumber(v int64) bool { return f.within(v) }

// HoldsBody compares what BodyText returned as a body field says, with a path
// or without.
func (f Field) HoldsBody(text []byte) bool {
	if f.Key != "" {
		return f.holdsJSON(text)
	}
	return f.holds(view(text))
}

// HoldsTags compares the tags of a request: one of them must hold, and empty
// text means that there are none.
func (f Field) HoldsTags(tags []string) bool {
	if f.Op == Equal && f.Value == "" {
		return len(tags) == 0
	}
	return f.any(tags)
}

// HoldsTarget compares where a delivery goes: plain text is the name of its
// target or a part of its URL, patterns and regexps are for either.
func (f Field) HoldsTarget(name, url string) bool {
	if f.Op == Contains {
		return foldPrefix(name, f.ready().parts[0]) == len(name) || f.holds(url)
	}
	return f.holds(name) || f.Op != Equal && f.holds(url)
}

// In reports whether the word occurs in text.
func (w Word) In(text string) bool {
	if w.look == nil {
		return newNeedle(w.Text).in(text)
	}
	return w.look.in(text)
}

// BodyText is what words and body fields are held against: the body with its
// Content-Encoding undone, or as it was sent where that is not possible.
// lines are the header lines as sent. The result may be body itself.
func BodyText(lines string, body []byte) []byte {
	if len(body) == 0 || len(HeaderValues(lines, "Content-Encoding")) == 0 {
		return body
	}
	plain, err := unpack.Body(body, hook.ParseHeaders([]byte(lines)))
	if err != nil {
		return body
	}
	return plain
}

// view reads bytes as text without copying them: bodies are large.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// JSONTexts returns what stands in every body of JSON that a body.PATH field
// holds for, apart from case, unless the body spells it with escapes: names of
// members and parts of text values.
func (f Field) JSONTexts() (texts []string) {
	for _, s := range f.ready().path {
		if s.kind == member && s.n < 0 {
			texts = append(texts, s.name)
		}
	}
	switch f.Op {
	case Equal:
		return append(texts, f.Value)
	case Glob:
		return append(texts, strings.Split(f.Value, "*")...)
	}
	return texts
}
