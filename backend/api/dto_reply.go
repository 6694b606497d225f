package api

import "creel/backend/hook"

// Reply is what an endpoint answers its senders.
type Reply struct {
	Saying
	Rules      *[]ReplyRule `json:"rules,omitempty" maxItems:"50" doc:"asked in order; the first that matches is answered in place of the above"`
	Handshakes *Handshakes  `json:"handshakes,omitempty"`
}

// Saying is one thing to answer.
type Saying struct {
	Mode    string      `json:"mode,omitempty" enum:"fixed,target" default:"fixed" doc:"target answers with the target's answer"`
	Status  int         `json:"status,omitempty" minimum:"200" maximum:"599" default:"200"`
	Headers [][2]string `json:"headers,omitempty" maxItems:"100" doc:"the values are templates, too"`
	Body    string      `json:"body,omitempty" maxLength:"1048576" doc:"a template: {{method}} {{path}} {{query.NAME}} {{header.NAME}} {{body}} {{body.PATH}} {{seq}} {{uid}} {{now}} {{event}} {{provider}}; {{\"text\"}} stands for the text itself"`
	DelayMs int         `json:"delayMs,omitempty" minimum:"0" maximum:"30000"`
	Fault   *ReplyFault `json:"fault,omitempty"`
	Pass    *ReplyPass  `json:"pass,omitempty" doc:"for mode target"`
}

// ReplyRule is a reply to the requests that a filter means.
type ReplyRule struct {
	When  string `json:"when" maxLength:"4096" doc:"a filter"`
	Reply Saying `json:"reply"`
}

// ReplyFault goes wrong on purpose; the request is kept all the same.
type ReplyFault struct {
	Kind           string `json:"kind" enum:"reset,cut,drip,silent,status" doc:"reset the connection, cut the answer short, let it drip, answer nothing, answer another status"`
	Percent        int    `json:"percent,omitempty" minimum:"1" maximum:"100" default:"100" doc:"how many of a hundred requests meet it, by chance"`
	AfterBytes     int    `json:"afterBytes,omitempty" minimum:"0" maximum:"1048576" doc:"cut: so many bytes of the body are sent"`
	BytesPerSecond int    `json:"bytesPerSecond,omitempty" minimum:"1" maximum:"1000000" doc:"drip; after 5 minutes the rest is not sent"`
	HoldMs         int    `json:"holdMs,omitempty" minimum:"100" maximum:"300000" doc:"silent: when the connection is closed; a minute when absent"`
	Status         int    `json:"status,omitempty" minimum:"200" maximum:"599" doc:"status: 500 when absent"`
}

// ReplyPass says whose answer is passed on, and what the sender gets when there
// is none.
type ReplyPass struct {
	Target    string `json:"target,omitempty" maxLength:"64" doc:"the endpoint's first target when absent"`
	TimeoutMs int    `json:"timeoutMs,omitempty" minimum:"100" maximum:"30000" default:"10000"`
	Fallback  string `json:"fallback,omitempty" enum:"gateway,reply" default:"gateway" doc:"gateway is 504 when the target was too slow and else 502, reply is the status, headers and body given here"`
}

// Handshakes says which of the providers' handshakes are answered.
type Handshakes struct {
	Mode        string   `json:"mode,omitempty" enum:"auto,off,chosen" default:"auto" doc:"auto: those of the endpoint's provider and, while none is chosen, those that cannot be mistaken; none with mode target"`
	IDs         []string `json:"ids,omitempty" maxItems:"100" doc:"for chosen"`
	VerifyToken string   `json:"verifyToken,omitempty" maxLength:"1024" doc:"what Meta must name as hub.verify_token; any passes when absent"`
}

func replyTo(r hook.Reply) Reply {
	out := Reply{Saying: sayingTo(r), Handshakes: &Handshakes{
		Mode: orElse(r.Handshakes.Mode, hook.HandshakesAuto), IDs: r.Handshakes.IDs, VerifyToken: r.Handshakes.VerifyToken,
	}}
	rules := make([]ReplyRule, len(r.Rules))
	for i, rule := range r.Rules {
		rules[i] = ReplyRule{When: rule.When, Reply: sayingTo(rule.Reply)}
	}
	out.Rules = &rules
	return out
}

func sayingTo(r hook.Reply) Saying {
	out := Saying{Mode: r.Mode, Status: r.Status, Headers: pairsOf(r.Headers), Body: r.Body, DelayMs: r.DelayMs}
	out.Fault = faultTo(r.Fault)
	if r.Mode == hook.ReplyTarget {
		out.Pass = &ReplyPass{Target: r.Pass.Target, TimeoutMs: r.Pass.TimeoutMs, Fallback: r.Pass.Fallback}
	}
	return out
}

func faultTo(f hook.ReplyFault) *ReplyFault {
	if f.Kind == "" {
		return nil
	}
	return &ReplyFault{
		Kind: f.Kind, Percent: f.Percent, AfterBytes: f.AfterBytes, BytesPerSecond: f.BytesPerSecond,
		HoldMs: f.HoldMs, Status: f.Status,
	}
}

// replyOf reads a reply; was is the one before: what is left out of rules and
// handshakes stays as it was.
func replyOf(r Reply, was hook.Reply) hook.Reply {
	out := r.reply()
	out.Rules, out.Handshakes = was.Rules, was.Handshakes
	if r.Rules != nil {
		out.Rules = nil
		for _, rule := range *r.Rules {
			out.Rules = append(out.Rules, hook.ReplyRule{When: rule.When, Reply: rule.Reply.reply()})
		}
	}
	if h := r.Handshakes; h != nil {
		out.Handshakes = hook.Handshakes{Mode: h.Mode, IDs: h.IDs, VerifyToken: h.VerifyToken}
	}
	return out
}

func (s Saying) reply() hook.Reply {
	out := hook.Reply{Mode: s.Mode, Status: s.Status, Headers: headersOf(s.Headers), Body: s.Body, DelayMs: s.DelayMs}
	if f := s.Fault; f != nil {
		out.Fault = hook.ReplyFault{
			Kind: f.Kind, Percent: f.Percent, AfterBytes: f.AfterBytes, BytesPerSecond: f.BytesPerSecond,
			HoldMs: f.HoldMs, Status: f.Status,
		}
	}
	if p := s.Pass; p != nil {
		out.Pass = hook.ReplyPass{Target: p.Target, TimeoutMs: p.TimeoutMs, Fallback: p.Fallback}
	}
	return out
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
