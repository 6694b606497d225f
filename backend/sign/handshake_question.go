package sign

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"

	"creel/backend/hook"
)

// maxQuestion is how long a body may be that is looked into for a handshake
// that no header announces. The longest of these have some 400 bytes.
const maxQuestion = 1 << 10

// maxAnnounced is how long one may be that a header announces.
const maxAnnounced = 16 << 10

// question is a request that may be a handshake. What is dear to read is read
// once, and only when something points to it.
type question struct {
	Message
	mark   string // the header that announces a handshake, lower-case; "" is none
	value  string // of that header
	query  url.Values
	object map[string]any
	parsed bool
}

// possible rules out nearly every request: it looks at the method, the names of
// the header lines, and a small body's first bytes.
// mark is the header that announces one, value what that says; "" is none.
func possible(m *Message) (mark, value string, ok bool) {
	if m.Method != "HEAD" {
		mark, value = announced(m.Headers)
	}
	switch {
	case m.Method == "HEAD" || mark != "":
		ok = true
	case m.Method == "GET":
		ok = strings.IndexByte(m.URL, '?') >= 0
	case m.Method == "POST":
		ok = aloneSmall(m.Body) || len(m.Body) == 0 && strings.Contains(m.URL, "validationToken=")
	}
	return mark, value, ok
}

// announced looks for a header that only handshakes have.
func announced(hs hook.Headers) (mark, value string) {
	for i := range hs {
		h := &hs[i]
		if name := announcing(h.Name, h.Value); name != "" {
			return name, h.Value
		}
	}
	return "", ""
}

// announcing is the lower-case name of a header that announces a handshake, or
// "". Most names are of another length.
func announcing(name, value string) string {
	switch len(name) {
	case len("X-Hook-Secret"):
		return whenSame(name, "x-hook-secret", true)
	case len("X-GitHub-Event"): // and aeg-event-type
		if value == "ping" {
			return whenSame(name, "x-github-event", true)
		}
		return whenSame(name, "aeg-event-type", strings.EqualFold(value, "SubscriptionValidation"))
	case len("X-Xero-Signature"):
		return whenSame(name, "x-xero-signature", true)
	case len("X-Signature-Ed25519"):
		return whenSame(name, "x-signature-ed25519", true)
	case len("X-Amz-Sns-Message-Type"): // and WebHook-Request-Origin
		if strings.HasSuffix(value, "Confirmation") {
			return whenSame(name, "x-amz-sns-message-type", true)
		}
		return whenSame(name, "webhook-request-origin", true)
	case len("Smartsheet-Hook-Challenge"):
		return whenSame(name, "smartsheet-hook-challenge", true)
	case len("Twitch-Eventsub-Message-Type"):
		return whenSame(name, "twitch-eventsub-message-type", value == "webhook_callback_verification")
	case len("X-Okta-Verification-Challenge"):
		return whenSame(name, "x-okta-verification-challenge", true)
	}
	return ""
}

func whenSame(name, want string, too bool) string {
	if too && strings.EqualFold(name, want) {
		return want
	}
	return ""
}

// small says that the body may be a question in itself.
func aloneSmall(b []byte) bool {
	if len(b) == 0 || len(b) > maxQuestion {
		return false
	}
	return b[0] == '{' && (bytes.Contains(b, []byte(`"challenge"`)) || bytes.Contains(b, []byte(`"plainToken"`)) ||
		bytes.Contains(b, []byte(`"verification_token"`)) || bytes.Contains(b, []byte(`"ping"`))) ||
		b[0] == 'w' && bytes.HasPrefix(b, []byte("webhook_id="))
}

// param is the value of a query name that occurs once, decoded.
func (q *question) param(name string) (string, bool) {
	if q.query == nil {
		_, raw, _ := strings.Cut(q.URL, "?")
		var err error
		if q.query, err = url.ParseQuery(raw); err != nil {
			q.query = url.Values{}
		}
	}
	vs := q.query[name]
	if len(vs) != 1 || vs[0] == "" {
		return "", false
	}
	return vs[0], true
}

// alone is the body as an object when it may be a question in itself.
func (q *question) alone() map[string]any {
	if q.Method != "POST" || !aloneSmall(q.Body) {
		return nil
	}
	return q.json()
}

// json is the body as an object; nil when it is none.
func (q *question) json() map[string]any {
	if q.parsed {
		return q.object
	}
	q.parsed = true
	if len(q.Body) <= maxAnnounced && json.Unmarshal(q.Body, &q.object) != nil {
		q.object = nil
	}
	return q.object
}

// said is the text of a member of the body, "" when it has none.
func textOf(object map[string]any, name string) string {
	s, _ := object[name].(string)
	return s
}

// quoted is s as JSON. A text can always be written.
func asJSON(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(b)
}

// header is the value of the announcing header when it has that name.
func (q *question) header(name string) (string, bool) {
	return q.value, q.mark == name && q.value != ""
}
