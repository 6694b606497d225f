package sign

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// judgeToken compares the token in the header with the secrets.
func judgeToken(s *spec, m Message, w where, ring keyring) outcome {
	set, p := s.lines(m.Headers, w)
	if token, there := queryToken(m.URL); s.id == "bearer-token" && p != nil && there {
		return matchToken(token, ring)
	}
	if p != nil {
		return p.outcome(claims{})
	}
	text := m.Headers.Get(set.signature)
	switch s.id {
	case "basic-auth":
		return judgeBasic(text, set.signature, ring)
	case "bearer-token":
		token, found := cutFold(text, "Bearer ")
		if !found {
			return outcome{reason: HeaderMalformed, received: text,
				hint: "The header " + set.signature + " does not begin with “Bearer ”."}
		}
		text = strings.TrimSpace(token)
	}
	return matchToken(text, ring)
}

// tokenField is where CloudEvents lets a bearer token stand, other than in the
// header.
const tokenField = "access_token"

func queryToken(url string) (string, bool) {
	_, _, query := splitURL(url)
	return field(pairsOf(strings.TrimPrefix(query, "?")), tokenField)
}

func matchToken(text string, ring keyring) outcome {
	o := outcome{reason: TokenDiffers, received: text}
	for _, k := range ring.shared {
		if equal(text, k.text) {
			o.reason = OK
		}
	}
	return o
}

func judgeBasic(text, name string, ring keyring) outcome {
	code, found := cutFold(text, "Basic ")
	login, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSpace(code))
	if !found || err != nil {
		return outcome{reason: HeaderMalformed, received: text,
			hint: "The header " + name + " is not “Basic ” followed by base64 of user:password. It reads: " + quoted(text)}
	}
	o := matchToken(string(login), ring)
	o.received = text
	return o
}

// judgeClientState compares the clientState of every notification.
func judgeClientState(_ *spec, m Message, _ where, ring keyring) outcome {
	var body struct {
		Value []struct {
			ClientState json.RawMessage `json:"clientState"`
		} `json:"value"`
	}
	if json.Unmarshal(m.Body, &body) != nil || len(body.Value) == 0 {
		return outcome{reason: SignatureMissing, hint: "The body is not JSON with a list “value” of notifications, each with a clientState."}
	}
	o := outcome{reason: SignatureMissing}
	for _, v := range body.Value {
		state, ok := plain(v.ClientState)
		if !ok {
			return outcome{reason: SignatureMissing, hint: "A notification in “value” has no clientState: the subscription was made without one, or this is not from Microsoft Graph."}
		}
		if o = matchToken(state, ring); o.reason != OK {
			return o
		}
	}
	return o
}

// writeToken sends the secret itself.
func writeToken(s *spec, m Message, k signer) (Message, error) {
	text := k.key.text
	switch s.id {
	case "basic-auth":
		text = "Basic " + base64.StdEncoding.EncodeToString([]byte(text))
	case "bearer-token":
		if _, there := queryToken(m.URL); there && m.Headers.Get(s.header(k.where)) == "" {
			origin, path, query := splitURL(m.URL)
			m.URL = origin + path + "?" + string(setPair([]byte(query[1:]), pair{tokenField, text}))
			return m, nil
		}
		text = "Bearer " + text
	}
	m.Headers = setLine(m.Headers, s.header(k.where), text)
	return m, nil
}

func writeClientState(_ *spec, m Message, k signer) (Message, error) {
	var body struct {
		Value []json.RawMessage `json:"value"`
	}
	if json.Unmarshal(m.Body, &body) != nil || len(body.Value) == 0 {
		return m, errBody("JSON with a list “value” of notifications")
	}
	for i := range body.Value {
		text, ok := put(m.Body, k.key.text, "value", itoa(i), "clientState")
		if !ok {
			return m, errBody("JSON with a list “value” of notifications")
		}
		m.Body = text
	}
	return m, nil
}
