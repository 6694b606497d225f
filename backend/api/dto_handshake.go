package api

import "creel/backend/desk"

// Handshake is a question of a provider that Creel can answer.
type Handshake struct {
	ID       string `json:"id"`
	Provider string `json:"provider,omitempty"`
	Name     string `json:"name"`
	Asks     string `json:"asks"`
	Answers  string `json:"answers"`
	Needs    string `json:"needs,omitempty" doc:"what must be set at the endpoint to answer: secret, public key, secret and public key"`
	Sure     bool   `json:"sure" doc:"no ordinary request looks like it: answered by itself while no provider is chosen"`
}

// Greeting is a handshake as it was seen in a request.
type Greeting struct {
	Handshake
	Answered   bool   `json:"answered" doc:"by Creel"`
	Lacks      bool   `json:"lacks,omitempty" doc:"not answered, since the endpoint has not what it needs"`
	Token      string `json:"token,omitempty" doc:"what the provider hands over to be kept as the secret"`
	ConfirmURL string `json:"confirmUrl,omitempty" doc:"what POST /requests/{seq}/confirm opens"`
}

// ReplyPreviewRequest asks what a reply would say.
type ReplyPreviewRequest struct {
	Reply    Reply     `json:"reply"`
	Endpoint string    `json:"endpoint,omitempty" maxLength:"64" doc:"slug; what is not given here is taken from it"`
	Provider *string   `json:"provider,omitempty" maxLength:"64"`
	Targets  *[]string `json:"targets,omitempty" maxItems:"50"`
	Own      bool      `json:"own,omitempty" doc:"the endpoint's own reply, whatever rules and handshakes would say"`
	Request  int64     `json:"request,omitempty" minimum:"0" doc:"seq to try it on; the endpoint's newest when absent"`
}

// ReplyPreview is what would be answered.
type ReplyPreview struct {
	Request int64       `json:"request" doc:"seq it was tried on; 0 when nothing has been caught yet"`
	Told    string      `json:"told,omitempty" doc:"rule:N or handshake:ID when it is not the endpoint's own reply"`
	Status  int         `json:"status"`
	Headers [][2]string `json:"headers"`
	Text    string      `json:"text" doc:"the body, at most its first 64 KiB"`
	Bytes   int64       `json:"bytes" doc:"of the whole body"`
	Waits   string      `json:"waits,omitempty" doc:"the target whose answer is passed on in place of this"`
	Fault   *ReplyFault `json:"fault,omitempty" doc:"what goes wrong on purpose"`
}

func handshakeOf(h desk.Handshake) Handshake {
	return Handshake{ID: h.ID, Provider: h.Provider, Name: h.Name, Asks: h.Asks, Answers: h.Answers, Needs: h.Needs, Sure: h.Sure}
}

func greetingOf(g *desk.Greeting) *Greeting {
	if g == nil {
		return nil
	}
	return &Greeting{
		Handshake: handshakeOf(g.Handshake), Answered: g.Answered, Lacks: g.Lacks, Token: text(g.Token), ConfirmURL: text(g.ConfirmURL),
	}
}

// previewText is how much of a body is shown.
const previewText = 64 << 10

func previewOf(p desk.Preview) ReplyPreview {
	body := p.Answer.Body
	out := ReplyPreview{
		Request: p.Seq, Told: p.Told, Status: p.Answer.Status, Headers: pairsOf(p.Answer.Headers), Waits: p.Waits,
		Text: text(string(body[:min(len(body), previewText)])), Bytes: int64(len(body)),
	}
	out.Fault = faultTo(p.Fault)
	return out
}
