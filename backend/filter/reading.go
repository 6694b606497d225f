package filter

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"creel/backend/hook"
)

// Path leads to values in JSON, as body.PATH does in a filter.
type Path struct {
	steps []step
}

// ParsePath reads a path as it stands behind the word body, ".data.items[0].id"
// or `["a b"]`. The error is a *hook.Fault of kind Invalid with the column in
// runes of src, from 1.
func ParsePath(src string) (Path, error) {
	p := &parser{src: "body" + src + ":"}
	fault := func(column int, text string) error {
		text = strings.NewReplacer(":value", "", "a dot, a bracket or the colon before the value", "a dot or a bracket").Replace(text)
		return &hook.Fault{Kind: hook.Invalid, Column: min(max(1, column-len("body")), len(src)+1), Text: text}
	}
	var steps []step
	for p.pos = len("body"); ; {
		at := p.pos
		s, more, err := p.step()
		var f *hook.Fault
		switch {
		case errors.As(err, &f):
			return Path{}, fault(f.Column, f.Text)
		case !more && !p.colonEnds():
			return Path{}, fault(p.column(at), `quote a name with a colon or a blank in it, as in body["a:b"]`)
		case !more && len(steps) == 0:
			return Path{}, fault(p.column(at), "expected a dot or a bracket, as in body.items[0].id")
		case !more:
			return Path{steps}, nil
		}
		if steps = append(steps, s); len(steps) > maxSteps {
			return Path{}, fault(p.column(at), "this path has more than 32 parts")
		}
	}
}

// colonEnds says that the colon at pos is the last of src.
func (p *parser) colonEnds() bool { return p.pos == len(p.src)-1 }

// Doc is a body that is JSON from end to end.
type Doc struct {
	text []byte
}

// ReadDoc reads what BodyText returned; ok is false when body fields have no
// values in it.
func ReadDoc(text []byte) (d Doc, ok bool) {
	text = bytes.Trim(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(text) == 0 || len(text) > maxJSON || !json.Valid(text) {
		return Doc{}, false
	}
	return Doc{text}, true
}

// Whole is all of it, as it is spelled.
func (d Doc) Whole() []byte { return d.text }

// First returns the first value that the path leads to, as it is spelled; it
// is a part of the body.
func (d Doc) First(p Path) (value []byte, ok bool) {
	if len(d.text) == 0 || len(p.steps) == 0 {
		return nil, false
	}
	walk(d.text, 0, p.steps, func(v []byte) bool {
		value = v
		return true
	})
	return value, value != nil
}

// TextOf is the text of a value of JSON: that of a string, or the value as it
// is spelled.
func TextOf(value []byte) string {
	if len(value) > 0 && value[0] == '"' {
		return unquoted(value)
	}
	return string(value)
}
