package sign

import (
	"slices"

	"creel/backend/hook"
)

// Handshake is a question that a provider asks to see that a URL is its
// owner's, or that somebody listens there.
type Handshake struct {
	ID       string // "slack"
	Provider string // as sample.Detect names it; "" when several ask so
	Name     string // "Slack", for people
	Asks     string // what the provider sends
	Answers  string // what is answered
	// Needs is what must be set at the endpoint to answer: "secret", "public
	// key", "secret and public key", or "".
	Needs string
	// Sure: no ordinary request looks like it, so that it can be answered
	// without knowing the provider.
	Sure bool

	// find looks for the question in a request; value is what the answer is
	// made of.
	find func(q *question) (value string, ok bool)
	// reply makes the answer; ok is false when a key is missing.
	reply func(m Met, k Key) (a hook.Answer, ok bool)
}

// Met is a handshake that was recognised in a request.
type Met struct {
	Handshake
	// Token is what the provider hands over to be kept as the secret (Asana's
	// X-Hook-Secret, Notion's verification_token), else "".
	Token string
	// ConfirmURL is to be opened to say yes (AWS SNS), else "". See
	// CheckConfirmURL.
	ConfirmURL string

	value   string
	message Message
	verify  string
}

// Handshakes returns all that Creel knows.
func Handshakes() []Handshake { return slices.Clone(handshakeTable) }

// Meet looks for a handshake in a request, among those that may be answered;
// may is asked only about what was found. Of m, URL may be path and query only.
// It is quick where there is none.
func Meet(m Message, may func(Handshake) bool) (Met, bool) {
	mark, said, ok := possible(&m)
	if !ok {
		return Met{}, false
	}
	return meet(&question{Message: m, mark: mark, value: said}, may)
}

func meet(q *question, may func(Handshake) bool) (Met, bool) {
	for _, h := range handshakeTable {
		value, ok := h.find(q)
		if !ok || !may(h) {
			continue
		}
		met := Met{Handshake: h, value: value, message: q.Message}
		switch h.ID {
		case "asana", "notion":
			met.Token = value
		case "aws-sns":
			met.ConfirmURL = value
		}
		return met, true
	}
	return Met{}, false
}

// Answer is what the provider wants to hear. verifyToken is what Meta must name
// as hub.verify_token; "" lets any pass. ok is false when the endpoint lacks
// what the handshake Needs: then the usual reply is as good as any.
func (m Met) Answer(k Key, verifyToken string) (a hook.Answer, ok bool) {
	m.verify = verifyToken
	return m.reply(m, k)
}

func textAnswer(status int, body string) hook.Answer {
	hs := hook.Headers{{Name: "Content-Type", Value: "text/plain; charset=utf-8"}, {Name: "X-Content-Type-Options", Value: "nosniff"}}
	return hook.Answer{Status: status, Headers: hs, Body: []byte(body)}
}

func jsonAnswer(body string) hook.Answer {
	return hook.Answer{Status: 200, Headers: hook.Headers{{Name: "Content-Type", Value: "application/json"}}, Body: []byte(body)}
}

func emptyAnswer(status int, more ...hook.Header) hook.Answer {
	return hook.Answer{Status: status, Headers: more}
}
