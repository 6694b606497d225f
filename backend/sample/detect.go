package sample

import (
	"bytes"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"creel/backend/hook"
)

// scanned is how much of a body Detect reads from its start.
const scanned = 64 << 10

// longestEvent bounds an event type, in bytes; a longer one is none.
const longestEvent = 100

// Detect recognises who sent a request and what it tells, both as in All, or
// "" for what it cannot tell. It looks at header lines first and, of providers
// it knows, at the first 64 KiB and the very end of the body; it checks no
// signature, so the answer is what the request claims.
func Detect(hs hook.Headers, body []byte) (provider, event string) {
	m := find(hs)
	if m.rank == 0 {
		m = bodyMark(body)
	}
	provider = m.provider
	switch m.how {
	case fromHeader:
		event = hs.Get(m.where)
	case fromBody:
		event = firstAt(body, m.where)
	case fromForm:
		event = formEvent(body, m.where)
	case fromSlack:
		event = slackEvent(body)
	case fromDiscord:
		event = discordEvent(body)
	case fromKey:
		event = keyEvent(body, m.where)
	case fromHub:
		provider, event = hubEvent(body)
	case fromSvix:
		provider, event = svixEvent(body, m.where)
	case fromBraintree:
		event = braintreeEvent(body)
	case confirmed:
		if event = firstAt(body, m.where); event == "" {
			provider = ""
		}
	}
	return provider, clean(event)
}

// find returns the surest mark that a request bears. Of one that is a header's
// own value, where names that header.
func find(hs hook.Headers) (best mark) {
	var buf [48]byte // longer names mark nobody
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
		m := markOf(string(name), h.Value)
		if m.rank == 0 || (best.rank > 0 && best.rank <= m.rank) {
			continue
		}
		if best = m; m.how == fromHeader && m.where == "" {
			best.where = h.Name
		}
	}
	return best
}

// clean returns an event type fit to be shown in a line, or "".
func clean(event string) string {
	event = strings.TrimSpace(event)
	if len(event) > longestEvent || !utf8.ValidString(event) || strings.ContainsFunc(event, unicode.IsControl) {
		return ""
	}
	return event
}

// firstAt returns the first JSON value that is there, of paths with a blank
// between. A path of two with a plus between makes "first.second", or what is
// there of them.
func firstAt(body []byte, paths string) string {
	for path := range strings.SplitSeq(paths, " ") {
		one, two, both := strings.Cut(path, "+")
		v := jsonAt(body, one)
		if both {
			v = strings.Trim(v+"."+jsonAt(body, two), ".")
		}
		if v != "" {
			return v
		}
	}
	return ""
}

// formEvent returns "kind.value" for the first form field that is there.
func formEvent(body []byte, fields string) string {
	body = body[:min(len(body), scanned)]
	for f := range strings.SplitSeq(fields, " ") {
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
			if len(raw) > 1<<10 {
				raw = raw[:1<<10]
				if at := bytes.LastIndexByte(raw, '%'); at >= len(raw)-2 {
					raw = raw[:at] // not through an escape
				}
			}
			v, err := url.QueryUnescape(string(raw))
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

// keyEvent is the first key beside the one named.
func keyEvent(body []byte, beside string) string {
	c := cursor{b: body[:min(len(body), scanned)]}
	return c.keyBeside(beside)
}

// svixEvent tells apart those who send through Svix: Clerk and Resend have an
// envelope of their own.
func svixEvent(body []byte, where string) (provider, event string) {
	event = firstAt(body, where)
	switch {
	case strings.HasPrefix(jsonAt(body, "instance_id"), "ins_"):
		return "clerk", event
	case strings.HasPrefix(event, "email.") && jsonAt(body, "data.email_id") != "":
		return "resend", event
	}
	return "svix", event
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
