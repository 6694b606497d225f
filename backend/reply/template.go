// Package reply works out what an endpoint answers: templates filled with
// values of the request, rules, and faults on purpose. It computes and nothing
// else.
//
// A template is text with placeholders:
//
//	{{method}} {{path}} {{query.NAME}} {{header.NAME}} {{body.PATH}} {{body}}
//	{{seq}} {{uid}} {{now}} {{event}} {{provider}}
//
// They read what the fields of the same name in a filter read, the first value
// where there are several. {{seq}} and {{uid}} name the request, {{now}} is the
// time of the answer in UTC. {{"text"}} stands for the text itself, so that
// {{"{{"}} writes two braces. There is no code.
//
// A value that is missing is empty. Values are written so that what is around
// them keeps its meaning: in JSON a value within quotes is escaped, and one that
// stands for itself is a value of JSON, null when it is missing; in XML, HTML
// and forms it is escaped, too.
package reply

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"creel/backend/filter"
	"creel/backend/hook"
)

// maxHoles is the most placeholders of a template.
const maxHoles = 200

// form is what kind of text a template makes.
type form int

const (
	plain form = iota
	jsonText
	markup   // XML and HTML
	formText // application/x-www-form-urlencoded
	line     // a header value
)

// formOf goes by a content type.
func formOf(contentType string) form {
	kind, _, _ := strings.Cut(contentType, ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	switch {
	case strings.HasSuffix(kind, "/json"), strings.HasSuffix(kind, "+json"):
		return jsonText
	case kind == "text/html", strings.HasSuffix(kind, "/xml"), strings.HasSuffix(kind, "+xml"):
		return markup
	case kind == "application/x-www-form-urlencoded":
		return formText
	}
	return plain
}

// template is text with holes.
type template struct {
	form  form
	parts []part
	fixed int // bytes of the texts
}

// part is a text and the hole behind it; the last part has none.
type part struct {
	text string
	hole hole
	// quoted says that the hole is within a string of JSON.
	quoted bool
}

// hole is one placeholder.
type hole struct {
	key  string // "" is none
	name string // of a header line or in the query
	path filter.Path
	deep bool // body.PATH
}

// parse reads a template. The error is a *hook.Fault with the column in runes,
// from 1.
func parse(src string, as form) (*template, error) {
	t := &template{form: as}
	quoted := false
	rest, at := src, 0 // rest is src[at:]
	text := ""
	for {
		open := strings.Index(rest, "{{")
		if open < 0 {
			t.add(text+rest, hole{}, &quoted)
			return t, nil
		}
		text += rest[:open]
		size, h, literal, err := parseHole(src, at+open)
		if err != nil {
			return nil, err
		}
		at += open + size
		rest = src[at:]
		if h.key == "" {
			text += literal
			continue
		}
		if len(t.parts) == maxHoles {
			return nil, fault(src, at-size, "there are more than 200 placeholders: use fewer")
		}
		t.add(text, h, &quoted)
		text = ""
	}
}

func (t *template) add(text string, h hole, quoted *bool) {
	if t.form == jsonText {
		*quoted = quotedAfter(text, *quoted)
	}
	t.fixed += len(text)
	t.parts = append(t.parts, part{text, h, *quoted})
}

// quotedAfter says whether a string of JSON is open behind text.
func quotedAfter(text string, open bool) bool {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '"':
			open = !open
		case text[i] == '\\' && open:
			i++
		}
	}
	return open
}

// parseHole reads the placeholder at src[at:]. A literal has no key.
func parseHole(src string, at int) (size int, h hole, literal string, err error) {
	end, ok := holeEnd(src, at+2)
	if !ok {
		return 0, h, "", fault(src, at, `expected }} for this {{; for the braces themselves write {{"{{"}}`)
	}
	size = end + 2 - at
	inner := src[at+2 : end]
	key := strings.TrimLeft(inner, " \t")
	at += 2 + len(inner) - len(key)
	key = strings.TrimRight(key, " \t")
	if strings.HasPrefix(key, `"`) {
		if len(key) < 2 || !strings.HasSuffix(key, `"`) {
			return 0, h, "", fault(src, at, "expected only quoted text between these braces")
		}
		return size, h, key[1 : len(key)-1], nil
	}
	h, err = holeOf(src, at, key)
	return size, h, "", err
}

// holeEnd finds the }} outside quotes.
func holeEnd(src string, from int) (int, bool) {
	quoted := false
	for i := from; i < len(src); i++ {
		switch c := src[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			i++
		case c == '\n':
			return 0, false
		case !quoted && strings.HasPrefix(src[i:], "}}"):
			return i, true
		}
	}
	return 0, false
}

func holeOf(src string, at int, key string) (hole, error) {
	switch key {
	case "method", "path", "body", "seq", "uid", "now", "event", "provider":
		return hole{key: key}, nil
	case "":
		return hole{}, fault(src, at, "expected a value between the braces, "+offer)
	}
	if strings.HasPrefix(key, "body.") || strings.HasPrefix(key, "body[") {
		path, err := filter.ParsePath(key[len("body"):])
		var f *hook.Fault
		if errors.As(err, &f) {
			return hole{}, shifted(f, src, at+len("body"))
		}
		return hole{key: "body", path: path, deep: true}, err
	}
	name, ok := strings.CutPrefix(key, "query.")
	if ok && name != "" {
		return hole{key: "query", name: name}, nil
	}
	if name, ok = strings.CutPrefix(key, "header."); ok && hook.IsToken(name) {
		return hole{key: "header", name: name}, nil
	}
	switch {
	case strings.HasPrefix(key, "query"):
		return hole{}, fault(src, at, "expected a name of the query, as in {{query.id}}")
	case strings.HasPrefix(key, "header"):
		return hole{}, fault(src, at, "expected a header name, as in {{header.X-Request-Id}}")
	}
	return hole{}, fault(src, at, fmt.Sprintf("there is no value {{%s}}; %s", short(key), offer))
}

const offer = "use method, path, query.NAME, header.NAME, body, body.PATH, seq, uid, now, event or provider"

func short(s string) string {
	if len(s) <= 40 {
		return s
	}
	cut := 40
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

func fault(src string, at int, text string) error {
	return &hook.Fault{Kind: hook.Invalid, Column: utf8.RuneCountInString(src[:at]) + 1, Text: text}
}

func shifted(f *hook.Fault, src string, at int) error {
	return &hook.Fault{Kind: f.Kind, Column: utf8.RuneCountInString(src[:at]) + f.Column, Text: f.Text}
}
