// Package hook holds what Creel is about: requests that arrived, and what
// became of them when they were sent on. It does no I/O and imports only the
// standard library; every other room speaks in its types.
package hook

import (
	"strings"
	"time"
)

// Inbox is the slug of the endpoint that always exists. It catches every
// path whose first segment names no endpoint.
const Inbox = "inbox"

// Header is one header line as it stood on the wire: the name in the sender's
// case and the value with surrounding blanks removed. Repeated names are
// repeated Headers; they are never joined.
type Header struct {
	Name, Value string
}

// Headers are header lines in wire order.
type Headers []Header

// Get returns the value of the first line named name, ignoring case, or "".
func (hs Headers) Get(name string) string {
	for _, h := range hs {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

// Values returns the values of all lines named name, ignoring case, in wire
// order; nil when there is none.
func (hs Headers) Values(name string) []string {
	var vs []string
	for _, h := range hs {
		if strings.EqualFold(h.Name, name) {
			vs = append(vs, h.Value)
		}
	}
	return vs
}

// State says how much of a request could be kept.
type State string

// The states of a request.
const (
	Kept    State = "kept"    // whole, as sent
	Cut     State = "cut"     // the sender stopped, or was too slow, before the end
	Refused State = "refused" // over a limit or malformed; a stub with the reason
)

// Via says how a request came in.
type Via string

// The ways in.
const (
	ViaDirect Via = "direct" // over the catch port
	ViaSample Via = "sample" // a sample sent by Creel itself over the catch port
	ViaTunnel Via = "tunnel"
	ViaRelay  Via = "relay"
	ViaImport Via = "import"
)

// Request is one HTTP request exactly as it arrived. It is never changed
// after capture: an edited copy is a Draft that points back here. What the
// person adds to it (note, tags, pin, read) is kept in Marks.
type Request struct {
	Seq         int64     // arrival order, from 1; never reused; 0 before it is kept
	UID         [16]byte  // UUIDv7
	Endpoint    string    // slug
	ReceivedAt  time.Time // UTC, when the head was complete
	Method      string    // as sent, case kept
	Target      string    // the request-target as sent: path and query, absolute form or "*"
	Host        string    // of the Host line (or absolute target); "" when absent
	Protocol    string    // "HTTP/1.1", "HTTP/1.0" or "HTTP/2.0"
	RemoteAddr  string    // "ip:port"
	Via         Via
	Secure      bool   // over TLS
	ContentType string // of the first Content-Type line; "" when absent
	BodyBytes   int64  // length of the body after transfer decoding, as far as it was read
	SHA256      [32]byte
	State       State
	Reason      string        // why State is not Kept, a sentence; else ""
	Status      int           // the status the sender was answered; 0 when it was told none
	Told        string        // how the answer came about when it was not the endpoint's plain reply, as "handshake:slack"; else ""
	Provider    string        // "stripe", "github", …; "" when not recognised
	Event       string        // the provider's event type; "" when unknown
	Sig         string        // "none", "valid" or "invalid"
	ReadTime    time.Duration // from the first byte of the head to the last of the body
	KeepAlive   bool          // the connection was left open for another request
	// CrossSite says that a browser sent this from a foreign page
	// (Sec-Fetch-Site, or an Origin that is no server's own). Such a request is
	// kept but never forwarded by itself.
	CrossSite bool
}

// Raw is the exact bytes of a request.
type Raw struct {
	Head    []byte // request line and header lines, up to and including the empty line
	Body    []byte // after transfer decoding; not content-decoded
	Trailer []byte // chunked trailer lines as sent, without the empty line; nil when none
}

// Marks are what the person added to a request.
type Marks struct {
	Note   string
	Tags   []string // sorted, lower-case, unique; never nil
	Pinned bool
	Read   bool
}

// Tally counts the deliveries of one request by what became of them.
type Tally struct {
	Waiting   int // waiting or sending
	Delivered int
	Failed    int // failed, dead or cancelled
}

// Row is one line of the list: a request, its marks and a summary of its
// deliveries. It carries no head and no body.
type Row struct {
	Request
	Marks
	Tally
	// Last is the newest finished attempt of any delivery, nil when none.
	Last *Last
}

// Last sums up the newest finished attempt of a request.
type Last struct {
	AttemptID string
	Status    int    // 0 when there was no answer
	ErrorKind string // "" when there was an answer
	// Changes is how many differences the answer has from the previous answer
	// of the same request by the same URL; -1 when there was none before.
	Changes int
}

// Capture is what the catcher hands over: a request without a Seq, and its
// bytes. The receiver owns the byte slices.
type Capture struct {
	Request
	Raw
}

// Answer is what the sender of a captured request is told.
type Answer struct {
	Seq     int64 // of the kept request, for X-Creel-Seq; 0 when it was not kept
	Status  int
	Headers Headers // Content-Type included; Content-Length is computed
	Body    []byte
	Rest    [][]byte // of the body, behind Body
	// Length is that of the whole body when it is more than Body and Rest: it is
	// announced, and the connection ends where they do, so that the sender sees
	// the answer cut.
	Length int64
	// Unsent, when not 0, is announced as the length to a HEAD in place of that
	// of an empty Body; -1 announces none.
	Unsent int64
	Delay  time.Duration // to wait before answering
	// Fault goes wrong on purpose when it is not nil.
	Fault *ReplyFault
	// Later, when not nil, is called for the answer once the request's bytes are
	// let go of, and takes the place of all the other fields. It may take long;
	// when hurry is closed it returns at once.
	Later func(hurry <-chan struct{}) Answer
	// Done, when not nil, is called once Body and Rest are not needed any more.
	Done func()
}

// BodyBytes is how long the body is that there is.
func (a *Answer) BodyBytes() int64 {
	n := int64(len(a.Body))
	for _, part := range a.Rest {
		n += int64(len(part))
	}
	return n
}

// IsCut says that the body is announced longer than it is.
func (a *Answer) IsCut() bool { return a.Length > a.BodyBytes() }
