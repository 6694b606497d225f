package forward

import (
	"fmt"
	"strconv"
	"strings"

	"creel/backend/hook"
)

// sign lets the signer change lines and body of a message that is otherwise
// ready, and brings Content-Length in line with the body.
func (m *message) sign(lines []line, sign hook.Signer) ([]line, error) {
	draft := hook.Draft{Method: m.method, URL: m.url, Body: m.body, Headers: make(hook.Headers, len(lines))}
	for i, l := range lines {
		_, value, _ := strings.Cut(string(l.text), ":")
		draft.Headers[i] = hook.Header{Name: l.name, Value: strings.Trim(value, " \t")}
	}
	signed, err := sign(draft)
	if err != nil {
		return nil, err
	}
	for _, name := range signed.Remove {
		lines = applyRule(lines, hook.HeaderRule{Op: "remove", Name: name})
	}
	for _, h := range signed.Set {
		if !hook.IsToken(h.Name) || !hook.IsLineSafe(h.Value) {
			return nil, fmt.Errorf("sign request: the header line %q has a character in it that cannot be sent, such as a line break; check the secret and its scheme", clip(h.Name))
		}
		lines = applyRule(lines, hook.HeaderRule{Op: "set", Name: h.Name, Value: h.Value})
	}
	if signed.Body == nil {
		return lines, nil
	}
	m.body, m.drafted = signed.Body, true
	if has(lines, "Content-Length") || len(m.body) > 0 || !isBodyless(m.method) {
		lines = applyRule(lines, hook.HeaderRule{Op: "set", Name: "Content-Length", Value: strconv.Itoa(len(m.body))})
	}
	return lines, nil
}
