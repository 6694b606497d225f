package filter

import (
	"slices"
	"strings"
	"unicode"
)

// Completion is what could come at a place of a filter text.
type Completion struct {
	// From and To bound what an option replaces, in runes from 0; what is between
	// From and the cursor is typed already.
	From, To int
	Options  []Option
	// Values names the field whose values in the history could come too, as far
	// as they begin with Prefix: event, provider, endpoint, method, status, tag,
	// target, or header for names of header lines, which want a colon behind
	// them; else "".
	Values string
	// Prefix is the text typed of the value, without an opening quote.
	Prefix string
	// Quoted says that the value was begun with a quote.
	Quoted bool
}

// Option is one way to go on.
type Option struct {
	Text string // what stands there then; ends in ":" or "." when more must follow
	Doc  string // a few words
}

// Complete says what could come at the cursor (in runes, from 0) of a filter
// text, which need not parse. Inside a phrase, a regexp or a number nothing can
// be said, so there are no options.
func Complete(text string, cursor int) Completion {
	runes := []rune(text)
	cursor = max(0, min(cursor, len(runes)))
	start, inQuotes := termStart(runes[:cursor])
	for start < cursor && runes[start] == '-' {
		start++
	}
	end := cursor
	for end < len(runes) && !delimits(runes[end]) {
		end++
	}
	c := Completion{From: start, To: end, Options: []Option{}}
	typed := string(runes[start:cursor])
	name, value, ok := strings.Cut(typed, ":")
	if !ok {
		if inQuotes || strings.HasPrefix(typed, `"`) {
			return c
		}
		if i := slices.Index(runes[cursor:end], ':'); i >= 0 {
			c.To = cursor + i + 1 // the value behind stays
		}
		return c.names(typed)
	}
	c.From = start + len([]rune(name)) + 1
	if i := slices.Index(runes[cursor:], '"'); inQuotes && strings.HasPrefix(value, `"`) && i >= 0 {
		c.To = cursor + i + 1
	}
	return c.values(strings.ToLower(name), value)
}

// termStart returns where the term begins that reaches to the end of rs, and
// whether the end is within quotes.
func termStart(rs []rune) (start int, inQuotes bool) {
	for i := 0; i < len(rs); i++ {
		switch {
		case delimits(rs[i]):
			start = i + 1
		case (rs[i] == '"' || rs[i] == '/') && opens(rs[start:i]):
			closing := rs[i]
			for i++; i < len(rs) && rs[i] != closing; i++ {
				if rs[i] == '\\' {
					i++
				}
				if closing == '/' && i < len(rs) && unicode.IsSpace(rs[i]) && isPath(rs[start:i]) {
					break // on path a slash may be a plain one
				}
			}
			if inQuotes = i >= len(rs); inQuotes {
				return start, true
			}
			if closing == '/' && rs[i] != '/' {
				i--
			}
		}
	}
	return start, false
}

// opens says that a quote or a slash behind head begins a value or a phrase.
func opens(head []rune) bool {
	s := strings.TrimLeft(string(head), "-")
	return s == "" || strings.HasSuffix(s, ":") || strings.HasSuffix(s, "[")
}

func isPath(head []rune) bool {
	return strings.HasPrefix(strings.ToLower(strings.TrimLeft(string(head), "-")), "path:")
}

// names offers fields, and their flags where these begin like what is typed.
func (c Completion) names(typed string) Completion {
	low := strings.ToLower(typed)
	if name, ok := strings.CutPrefix(low, "header."); ok {
		c.Values, c.Prefix = "header", name
		c.From += len("header.")
		return c
	}
	for _, f := range known() {
		text := f.name + ":"
		if f.keyed {
			text = f.name + "."
		}
		if strings.HasPrefix(text, low) {
			c.Options = append(c.Options, Option{text, docOf(f.name)})
		}
		if f.name == "body" && strings.HasPrefix("body.", low) {
			c.Options = append(c.Options, Option{"body.", "a value in JSON: body.data.id:…"})
		}
		for _, v := range f.flags {
			if flag := f.name + ":" + v; typed != "" && (strings.HasPrefix(v, low) || f.name != low && strings.HasPrefix(flag, low)) {
				c.Options = append(c.Options, Option{flag, docOf(flag)})
			}
		}
	}
	return c
}

// values offers what can stand behind the colon.
func (c Completion) values(name, value string) Completion {
	c.Prefix, c.Quoted = strings.CutPrefix(value, `"`)
	offer := func(texts ...string) {
		for _, t := range texts {
			if strings.HasPrefix(t, strings.ToLower(value)) {
				c.Options = append(c.Options, Option{t, docOf(name + ":" + t)})
			}
		}
	}
	switch name {
	case "is", "has", "sig":
		fs := known()
		offer(fs[slices.IndexFunc(fs, func(f field) bool { return f.name == name })].flags...)
	case "attempt":
		offer(append([]string{"2xx", "3xx", "4xx", "5xx"}, errorKinds()...)...)
	case "age":
		offer("<1h", "<24h", "<7d", ">1h", ">24h", ">7d")
	case "size":
		offer(">1k", ">10k", ">100k", ">1m", "0")
	case "status":
		offer("2xx", "4xx", "5xx")
		c.Values = name
	case "event", "provider", "endpoint", "method", "tag", "target":
		c.Values = name
	}
	if c.Values != "" && strings.HasPrefix(value, "/") && name != "path" {
		c.Values = "" // a regexp
	}
	return c
}

// docOf says in a few words what a field or a flag is.
func docOf(name string) string {
	return map[string]string{
		"method": "POST, GET, …", "path": "of the URL; from its start when it begins with /",
		"query": "query.NAME: a value of the query", "header": "header.NAME: a header line",
		"body": "text in the body", "endpoint": "that caught it", "provider": "stripe, github, …",
		"event": "type of the event", "size": "of the body: >10k, 1Mi..8Mi", "status": "that the sender was answered",
		"seq": "number of the request", "sig": "signature: none, valid, invalid", "target": "name or URL it was sent on to",
		"attempt": "what came of sending it on: 5xx, timeout", "age": "<2h, >3d", "after": "a date or time",
		"before": "a date or time", "tag": "a tag it carries", "note": "text of its note",
		"is": "pinned, unread, failed, …", "has": "note, tag, attempt",
		"is:pinned": "kept whatever the retention", "is:unread": "not opened yet", "is:cut": "the sender stopped early",
		"is:refused": "not taken: too large, malformed", "is:replayed": "sent on by hand", "is:forwarded": "sent on at all",
		"is:failed": "a delivery ended without success", "is:dead": "a delivery used up its tries",
		"has:note": "a note was written", "has:tag": "it carries a tag", "has:attempt": "an attempt to send it on is finished",
		"sig:none": "not checked", "sig:valid": "the signature holds", "sig:invalid": "the signature does not hold",
		"attempt:error": "no answer, for any reason", "attempt:timeout": "no answer in time", "attempt:refused": "nothing listens there",
	}[name]
}
