// Package script runs JavaScript transforms: a function that gets a request
// about to be sent and returns what is sent instead. It runs one transform in
// a fresh runtime without I/O, timers or modules, and breaks it off after a
// time. What it cannot break off or bound by itself (a long native call,
// memory) is bounded by the process it runs in: see the room sandbox.
package script

import (
	"time"

	"creel/backend/hook"
)

// Bounds of a transform.
const (
	MaxSource   = 64 << 10 // bytes of source
	MaxBody     = 8 << 20  // bytes of the body given
	MaxOutput   = 16 << 20 // bytes of all bodies and header lines returned
	MaxRequests = 100      // requests returned
	MaxLogLines = 200
	MaxLogBytes = 16 << 10 // of all log lines
	maxLogLine  = 2000
	maxDepth    = 2000 // calls within calls

	// TimeLimit is how long a transform may work: processor time where that is
	// known, so that a busy machine is not its fault.
	TimeLimit = 250 * time.Millisecond
	// WallLimit is how long it may take in any case.
	WallLimit = 10 * TimeLimit
	// MemoryLimit is how much memory a transform may hold, in bytes.
	MemoryLimit = 64 << 20
)

// Input is the request that a transform gets.
type Input struct {
	Method     string
	URL        string // where it would be sent: absolute, http or https
	Headers    hook.Headers
	Body       []byte
	Seq        int64
	Endpoint   string // slug
	Target     string // name
	ReceivedAt time.Time
	Provider   string
	Event      string
}

// Message is one request that a transform returned.
type Message struct {
	Method string
	URL    string
	// Headers and Body are nil when they are those of the Input, exactly.
	Headers     hook.Headers
	Body        []byte
	SameHeaders bool
	SameBody    bool
}

// Output is what came of a run.
type Output struct {
	// Messages are what is to be sent; none means that nothing is.
	Messages []Message
	Logs     []string // what console got, a line each
	Err      *Error   // nil when it ran to its end
	Took     time.Duration
}

// Failed reports whether the transform failed, as Err says.
func (o Output) Failed() bool { return o.Err != nil }

// Error is why a source cannot be used, or a run failed: a sentence, and the
// place in the source when there is one.
type Error struct {
	Text   string
	Line   int // from 1; 0 is no place
	Column int // from 1
}

// Error is the sentence, with its place.
func (e *Error) Error() string { return e.Text }
