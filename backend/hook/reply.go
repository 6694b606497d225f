package hook

// Reply modes.
const (
	ReplyFixed  = "fixed"
	ReplyTarget = "target" // answer with the target's answer
)

// Bounds of replies.
const (
	// MaxReply is the most bytes of a reply's body, its placeholders filled in.
	MaxReply = 1 << 20
	// MaxReplyRules is the most rules of an endpoint.
	MaxReplyRules = 50
	// MaxDelayMs is the longest delay of a reply.
	MaxDelayMs = 30_000
	// MaxFaultSeconds is how long a dripping or missing answer may take.
	MaxFaultSeconds = 300
)

// Reply is what an endpoint answers its senders. Body and the values of Headers
// are templates: {{method}}, {{body.data.id}} and the like stand for values of
// the request; what they mean is written in the package reply.
type Reply struct {
	Mode    string // ReplyFixed or ReplyTarget
	Status  int    // 200…599
	Headers Headers
	Body    string
	DelayMs int // 0…MaxDelayMs
	// Fault is something that goes wrong on purpose; the zero value is nothing.
	Fault ReplyFault
	// Pass is for ReplyTarget.
	Pass ReplyPass
	// Rules are asked in order; the first that matches is answered in place of
	// the above. The Reply of a rule has no rules and no handshakes of its own.
	Rules []ReplyRule
	// Handshakes are the questions of providers that Creel answers by itself,
	// unless a rule does.
	Handshakes Handshakes
}

// DefaultReply is "200 ok" as text.
func DefaultReply() Reply {
	return Reply{Mode: ReplyFixed, Status: 200, Headers: Headers{{"Content-Type", "text/plain; charset=utf-8"}}, Body: "ok"}
}

// Retarget replaces a target's name.
func (r *Reply) Retarget(name, to string) {
	if r.Pass.Target == name {
		r.Pass.Target = to
	}
	for i := range r.Rules {
		r.Rules[i].Reply.Retarget(name, to)
	}
}

// ReplyRule is a reply to the requests that a filter means.
type ReplyRule struct {
	When  string // a filter; not ""
	Reply Reply
}

// Fallbacks of ReplyPass.
const (
	// FallbackGateway is 504 when the target was too slow, else 502, with the
	// reason in words.
	FallbackGateway = "gateway"
	// FallbackReply is the reply's own status, headers and body.
	FallbackReply = "reply"
)

// ReplyPass says whose answer is passed on, and what becomes of the sender when
// there is none.
type ReplyPass struct {
	Target    string // name of a target; "" is the endpoint's first
	TimeoutMs int    // how long its answer is waited for, 100…30 000
	Fallback  string // FallbackGateway or FallbackReply
}

// Kinds of ReplyFault.
const (
	FaultReset  = "reset"  // the connection is reset (TCP RST) in place of an answer
	FaultCut    = "cut"    // the connection is closed after AfterBytes of the body
	FaultDrip   = "drip"   // the answer comes at BytesPerSecond
	FaultSilent = "silent" // nothing is answered; the connection is closed after HoldMs
	FaultStatus = "status" // Status is answered in place of the reply's
)

// ReplyFault is a fault on purpose. The request is kept all the same.
type ReplyFault struct {
	Kind string // one of the kinds, or "" for none
	// Percent is how many of a hundred requests meet the fault, by chance, 1…100;
	// 0 is all.
	Percent        int
	AfterBytes     int // FaultCut: 0…MaxReply
	BytesPerSecond int // FaultDrip: 1…1 000 000
	HoldMs         int // FaultSilent: 100…300 000
	Status         int // FaultStatus: 200…599
}

// Modes of Handshakes.
const (
	// HandshakesAuto answers those of the endpoint's provider and, while no
	// provider is chosen, those that cannot be mistaken for anything else. With
	// ReplyTarget it answers none: the target is asked.
	HandshakesAuto   = "auto"
	HandshakesOff    = "off"
	HandshakesChosen = "chosen" // those listed
)

// Handshakes says which of the providers' handshakes are answered.
type Handshakes struct {
	Mode string   // HandshakesAuto when ""
	IDs  []string // for HandshakesChosen, as in the package sign
	// VerifyToken is what Meta must name as hub.verify_token; "" lets any pass.
	VerifyToken string
}

// How a reply came about, the first part of Request.Told.
const (
	ToldRule      = "rule"      // rule:N, from 1
	ToldHandshake = "handshake" // handshake:ID
	ToldFault     = "fault"     // fault:KIND
	ToldWaiting   = "waiting"   // waiting:NAME, for the answer of that target; Status is 0
	ToldCut       = "cut"       // cut:BYTES, after so many bytes of the target's answer, which is longer
	ToldTarget    = "target"    // target:NAME, whose answer it was
	ToldFallback  = "fallback"  // fallback:WHY, in place of the target's answer
)
