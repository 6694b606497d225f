package sample

import (
	"bytes"
	_ "embed"
	"net/url"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"creel/backend/hook"
)

// scanned is how much of a body Detect reads from its start.
const scanned = 64 << 10

// longestEvent bounds an event type, in bytes; a longer one is none.
const longestEvent = 100

//go:embed marks.txt
var marksText string

// mark is one line of marks.txt.
type mark struct {
	rank     int
	header   string // in the case of the file
	prefix   string // of the value of user-agent, lower case
	provider string // "" when how has to tell
	how      string
	where    []string
}

type marks struct {
	byHeader map[string]*mark
	agents   []*mark // by user-agent
}

var readMarks = sync.OnceValue(func() *marks {
	m := &marks{byHeader: map[string]*mark{}}
	for rank, line := range strings.Split(marksText, "\n") {
		// A product name may hold one blank; columns are two or more apart.
		left, rest, ok := strings.Cut(line, "  ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Fields(rest)
		k := &mark{rank: rank, header: left, provider: strings.Trim(cells[0], "-"), how: cells[1], where: cells[2:]}
		if header, prefix, ok := strings.Cut(left, "="); ok {
			k.header, k.prefix = header, prefix
			m.agents = append(m.agents, k)
			continue
		}
		m.byHeader[left] = k
	}
	return m
})

// Detect recognises who sent a request and what it tells, both as in All, or
// "" for what it cannot tell. It looks at header lines first and, of providers
// it knows, at the first 64 KiB and the very end of the body; it checks no
// signature, so the answer is what the request claims.
func Detect(hs hook.Headers, body []byte) (provider, event string) {
	k := find(hs)
	if k == nil {
		return "", ""
	}
	provider, event = k.provider, ""
	switch k.how {
	case "header":
		name := k.header
		if len(k.where) > 0 {
			name = k.where[0]
		}
		event = hs.Get(name)
	case "body":
		event = firstAt(body, k.where)
	case "form":
		event = formEvent(body, k.where)
	case "slack":
		event = slackEvent(body)
	case "discord":
		event = discordEvent(body)
	case "telegram":
		event = telegramEvent(body)
	case "hub":
		provider, event = hubEvent(body)
	}
	return provider, clean(event)
}

// find returns the surest mark that a request bears, nil when it bears none.
func find(hs hook.Headers) *mark {
	all := readMarks()
	var best *mark
	var buf [48]byte
	for _, h := range hs {
		if len(h.Name) > len(buf) {
			continue
		}
		name := buf[:len(h.Name)]
		for i := range name {
			c := h.Name[i]
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			name[i] = c
		}
		k := all.byHeader[string(name)]
		if k == nil && string(name) == "user-agent" {
			k = all.agent(h.Value)
		}
		if k != nil && (best == nil || k.rank < best.rank) {
			best = k
		}
	}
	return best
}

func (m *marks) agent(value string) *mark {
	for _, k := range m.agents {
		if len(value) >= len(k.prefix) && strings.EqualFold(value[:len(k.prefix)], k.prefix) {
			return k
		}
	}
	return nil
}

// clean returns an event type fit to be shown in a line, or "".
func clean(event string) string {
	event = strings.TrimSpace(event)
	if len(event) > longestEvent || !utf8.ValidString(event) || strings.ContainsFunc(event, unicode.IsControl) {
		return ""
	}
	return event
}

func firstAt(body []byte, paths []string) string {
	for _, p := range paths {
		if v := jsonAt(body, p); v != "" {
			return v
		}
	}
	return ""
}

// formEvent returns "kind.value" for the first form field that is there.
func formEvent(body []byte, fields []string) string {
	body = body[:min(len(body), scanned)]
	for _, f := range fields {
		name, kind, _ := strings.Cut(f, "=")
		if v, ok := formValue(body, name); ok {
			return strings.TrimSuffix(kind+"."+v, ".")
		}
	}
	return ""
}

// formValue returns the decoded value of a form field whose name needs no
// decoding. A value longer than 1 KiB is cut.
func formValue(body []byte, name string) (string, bool) {
	for len(body) > 0 {
		var pair []byte
		pair, body, _ = bytes.Cut(body, []byte("&"))
		if len(pair) > len(name) && pair[len(name)] == '=' && string(pair[:len(name)]) == name {
			raw := pair[len(name)+1:]
			v, err := url.QueryUnescape(string(raw[:min(len(raw), 1<<10)]))
			return v, err == nil
		}
	}
	return "", false
}

// slackEvent tells the three things apart that Slack posts: events (JSON),
// slash commands (form) and what people do with messages (form with JSON in
// payload).
func slackEvent(body []byte) string {
	if bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{")) {
		if v := jsonAt(body, "type"); v != "event_callback" && v != "" {
			return v
		}
		return jsonAt(body, "event.type")
	}
	body = body[:min(len(body), scanned)]
	if _, ok := formValue(body, "command"); ok {
		return "slash_command"
	}
	v, _ := formValue(body, "payload")
	return jsonAt([]byte(v), "type")
}

// discordEvent names interactions, whose types are numbers, and webhook
// events.
func discordEvent(body []byte) string {
	if v := jsonAt(body, "event.type"); v != "" {
		return v
	}
	switch jsonAt(body, "type") {
	case "0", "1":
		return "ping"
	case "2":
		return "application_command"
	case "3":
		return "message_component"
	case "4":
		return "application_command_autocomplete"
	case "5":
		return "modal_submit"
	}
	return ""
}

// telegramEvent is the key beside update_id.
func telegramEvent(body []byte) string {
	c := cursor{b: body[:min(len(body), scanned)]}
	return c.keyBeside("update_id")
}

// hubEvent tells apart those who sign by WebSub's header and name themselves
// in the body only.
func hubEvent(body []byte) (provider, event string) {
	if v := jsonAt(body, "webhookEvent"); v != "" {
		return "jira", v
	}
	if v := jsonAt(body, "topic"); v != "" && jsonAt(body, "type") == "notification_event" {
		return "intercom", v
	}
	if v := jsonAt(body, "object"); v != "" && jsonAt(body, "entry.0.id") != "" {
		return "meta", v
	}
	return "", ""
}
