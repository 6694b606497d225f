package hook

import "time"

// Endpoint is a named catch URL and its settings.
type Endpoint struct {
	Slug     string // one path segment: a–z, 0–9, "-", "_", at most 64 bytes
	Name     string // for people; the slug when empty
	Provider string // "" when not chosen
	Signing
	Reply   Reply
	Targets []string // names of targets that each new request is forwarded to; never nil
	Filter  string   // only requests that match are forwarded; "" is all
}

// Path modes of a target.
const (
	// PathAppend appends what followed the endpoint's slug (path and query) to
	// the target's URL.
	PathAppend = "append"
	// PathExact uses the target's URL as it is.
	PathExact = "exact"
	// PathTemplate puts parts of the request into Target.Path.
	PathTemplate = "template"
)

// Target is a named URL that requests are sent on to.
type Target struct {
	Name        string // unique, at most 64 bytes
	URL         string // absolute, http or https
	PathMode    string // PathAppend, PathExact or PathTemplate
	Path        string // for PathTemplate: see forward.URLFor
	DropQuery   bool   // leave out the request's query
	HeaderRules []HeaderRule
	TimeoutMs   int    // for the whole attempt, 100…300 000
	NoMark      bool   // leave out the Creel-Delivery line
	Filter      string // only requests that match are forwarded here; "" is all
	Policy      Policy
	Connection  Connection
	Transform   string // JavaScript that changes what is sent; "" is none
}

// HeaderRule changes the header lines sent to a target.
type HeaderRule struct {
	Op    string // "set" replaces every line of that name by one, "remove" drops them
	Name  string
	Value string // for "set"
}

// Draft is an edited copy of a request about to be sent.
type Draft struct {
	Method  string
	URL     string
	Headers Headers // exactly these lines; Host, Content-Length and hop-by-hop lines are made anew
	Body    []byte
	// OwnHead and OwnBody say that the header lines or the body are those of
	// the request, byte for byte; Headers or Body are then nil.
	OwnHead bool `json:",omitempty"`
	OwnBody bool `json:",omitempty"`
	// Transformed says that the target's transform made this draft. It is not
	// run again: each try sends the same.
	Transformed bool `json:",omitempty"`
	// Edited says that what was transformed had been edited by hand.
	Edited bool `json:",omitempty"`
}

// Kind says who wanted a delivery.
type Kind string

// The kinds of delivery.
const (
	Forward Kind = "forward" // by an endpoint's targets
	Replay  Kind = "replay"  // by hand
)

// DeliveryState is where a delivery stands.
type DeliveryState string

// The states of a delivery. Failed may be tried again, Dead has used up its
// tries; neither moves by itself.
const (
	Waiting   DeliveryState = "waiting"
	Sending   DeliveryState = "sending"
	Delivered DeliveryState = "delivered"
	Failed    DeliveryState = "failed"
	Dead      DeliveryState = "dead"
	Cancelled DeliveryState = "cancelled"
	// Dropped is the end of a delivery whose target's transform wanted nothing
	// sent. It is no failure and counts as none.
	Dropped DeliveryState = "dropped"
)

// Delivery is the duty to send one request to one target. Its ID is stable
// over attempts and restarts and goes out as the Creel-Delivery line.
type Delivery struct {
	ID        string // UUIDv7 text
	Request   int64  // seq
	Target    string // name; "" for a pasted URL or a draft
	URL       string // where it goes, path and query worked out
	Kind      Kind
	State     DeliveryState
	Draft     *Draft  // nil when the request is sent as it arrived
	Resign    *Resign // nil when the signature is sent as it is
	CreatedAt time.Time
	NextAt    time.Time // zero unless Waiting for a later try
	DueAt     time.Time // since when it may be sent; zero before it is recorded
	// Retry says that a replay follows its target's policy. Without it a
	// replay is one try. A forward always follows.
	Retry bool
	// Base is how many attempts were made before the schedule last began anew.
	Base int
	// Logs is what the target's transform wrote with console.log when it last
	// ran for this delivery, a line each; up to MaxLogs bytes.
	Logs     []string
	Attempts []Attempt // oldest first
}

// MaxLogs is how many bytes are kept of what a transform wrote.
const MaxLogs = 4 << 10

// ErrorClass says why an attempt has no answer.
type ErrorClass string

// The error classes of an attempt.
const (
	ErrRefused   ErrorClass = "refused"   // nothing listens there
	ErrDNS       ErrorClass = "dns"       // the name has no address
	ErrTLS       ErrorClass = "tls"       // handshake or certificate
	ErrTimeout   ErrorClass = "timeout"   // the text names the phase
	ErrReset     ErrorClass = "reset"     // connection closed or reset by the target
	ErrBlocked   ErrorClass = "blocked"   // an address Creel does not send to
	ErrProtocol  ErrorClass = "protocol"  // the answer is not HTTP
	ErrLoop      ErrorClass = "loop"      // the target is Creel itself
	ErrCancelled ErrorClass = "cancelled" // by the person, or Creel was closing
	ErrBadURL    ErrorClass = "url"       // the URL cannot be sent to
	ErrUnreach   ErrorClass = "network"   // no route, network or host unreachable
	ErrInternal  ErrorClass = "internal"
	ErrTransform ErrorClass = "transform" // the target's transform failed
	ErrDropped   ErrorClass = "dropped"   // the target's transform wanted nothing sent
	ErrSign      ErrorClass = "sign"      // it could not be signed anew
)

// AttemptError is why an attempt has no answer: a class to compare and a
// sentence to show.
type AttemptError struct {
	Kind ErrorClass
	Text string
}

// Phases are the timings of an attempt. A phase that did not happen (a reused
// connection, an address instead of a name) is zero.
type Phases struct {
	DNS, Connect, TLS, FirstByte, Total time.Duration
}

// Attempt is one try of a delivery.
type Attempt struct {
	ID        string // UUIDv7 text
	Delivery  string
	N         int // from 1
	StartedAt time.Time
	Method    string
	URL       string
	Status    int           // 0 when there was no answer
	Err       *AttemptError // nil when there was an answer
	Phases    Phases
	// SentHead is the exact request line and header lines sent, up to and
	// including the empty line.
	SentHead []byte
	// SentBody is nil when the body sent is the request's own.
	SentBody []byte
	// AnswerHead is the exact status line and header lines received.
	AnswerHead []byte
	// AnswerBody is the first MaxAnswer bytes after transfer decoding.
	AnswerBody []byte
	// AnswerBytes is the length of the whole answer body, kept or not.
	AnswerBytes     int64
	AnswerTruncated bool
	// Unverified says that the certificate of the target was not checked.
	Unverified bool
	// Hops are the redirects that were followed, oldest first.
	Hops []Hop
	// Changes: see Last.Changes.
	Changes int
	// Against is the id of the attempt that Changes compares with, or "".
	Against string
}

// Hop is one redirect that was followed.
type Hop struct {
	Status int
	URL    string // where it led
}

// MaxAnswer is how many bytes of an answer's body are kept.
const MaxAnswer = 1 << 20

// MaxPassed is how many bytes of an answer's body are passed on to a sender that
// waits for it; what is longer is cut there.
const MaxPassed = 25 << 20
