package hook

import "time"

// Policy is how deliveries to a target are tried. A zero field is its default.
type Policy struct {
	// WaitsMs are the waits before each try, in milliseconds, the first before
	// the first try; each is 0…86 400 000. Empty is the standard schedule: 0 s,
	// 5 s, 30 s, 2 m, 10 m, 30 m, 1 h, 2 h, 5 h, 10 h. Waits but for 0 are
	// varied by up to a fifth either way.
	WaitsMs []int64
	// Attempts is how often a delivery is tried, 1…100; 0 is once for each
	// wait. Where there are more attempts than waits, the last wait repeats.
	Attempts int
	// Success are the statuses that count as delivered: "200-299, 304". "" is
	// 200-299.
	Success string
	// RatePerSecond is how many tries are begun in a second at most, up to
	// 1000; 0 is no limit.
	RatePerSecond float64
	// Parallel is how many tries run at once, 1…32; 0 is 4.
	Parallel int
	// InOrder sends strictly in the order of arrival: one at a time, and a
	// delivery that fails holds up those behind it until it is delivered, dead
	// or cancelled. Parallel has no meaning then.
	InOrder bool
}

// Ways to check a target's certificate.
const (
	VerifySystem = ""     // against the authorities of this machine
	VerifyCA     = "ca"   // against the target's own authority, and no other
	VerifySkip   = "skip" // not at all: anybody can pretend to be the target
)

// Host lines that a target is sent.
const (
	HostURL      = ""         // the host of the target's URL
	HostOriginal = "original" // the one that the request came with
	HostFixed    = "fixed"    // Connection.HostName
)

// Connection is how a target is reached. A zero field is its default.
type Connection struct {
	ConnectMs   int    // finding the address and connecting, 10…300 000; 0 is 5 000
	TLSMs       int    // the handshake, 10…300 000; 0 is 10 000
	FirstByteMs int    // from connected until the answer begins; 0 is the whole attempt's limit
	Redirects   int    // how many are followed, 0…3
	Verify      string // VerifySystem, VerifyCA or VerifySkip
	CA          string // for VerifyCA: certificates in PEM
	Host        string // HostURL, HostOriginal or HostFixed
	HostName    string // for HostFixed
}

// BreakerState says whether a target is sent to.
type BreakerState string

// The states of a breaker.
const (
	BreakerClosed   BreakerState = "closed"    // it is sent to
	BreakerOpen     BreakerState = "open"      // it failed too often in a row: nothing is sent until the next probe
	BreakerHalfOpen BreakerState = "half-open" // one delivery is being tried
)

// Breaker keeps a target that fails again and again from being sent to, so
// that deliveries do not use up their tries on it.
type Breaker struct {
	State    BreakerState
	Since    time.Time // when it came into this state; zero for one that never opened
	ProbeAt  time.Time // when the next delivery is tried; zero unless open
	Failures int       // in a row
	Probes   int       // probes that failed since it opened
}

// Claim says which due deliveries to take for sending.
type Claim struct {
	Now  time.Time
	Most int // in all
	// Limits is how many of a lane to take at most, 0 is none; a lane that is
	// not named has no limit of its own.
	Limits map[string]int
	// Ordered are the lanes of which only the oldest waiting delivery may be
	// taken, and only once it is due.
	Ordered map[string]bool
}

// Redrive asks to send deliveries again that ended without success.
type Redrive struct {
	IDs    []string        // these; nil is all that the rest picks
	Target string          // "" is any
	States []DeliveryState // of Failed, Dead and Cancelled; none is Dead and Failed
	// After is the number of the delivery that the last call ended with, so that
	// what fails again is not picked again; 0 begins.
	After int64
	Most  int // how many to move at most
}

// Redriven tells what became of a Redrive.
type Redriven struct {
	Moved int64
	Left  int64 // that it picked and did not reach
	After int64 // pass to the next Redrive
}
