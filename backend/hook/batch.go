package hook

import "time"

// Run is the sending of many requests, or of one to many places, as one piece
// of work: it is paced, can be stopped and gone on with, and keeps what came
// of each item. Each item is an ordinary delivery.
type Run struct {
	ID    int64 // from 1, never reused
	Order RunOrder
	State RunState
	// Reason is why the run is Stopped or Interrupted, a sentence; else "".
	Reason    string
	CreatedAt time.Time
	EndedAt   time.Time // zero while it works
	RunCounts
	Repeats Repeats
}

// RunCounts are how far a run has come, in items.
type RunCounts struct {
	Total     int64 // planned; of a simulation, those known so far
	Sent      int64 // handed to the outbox, or found impossible to send
	Delivered int64
	Failed    int64
	Cancelled int64
	Changed   int64 // another answer than the one before it
	Same      int64 // the same answer as the one before it
}

// Done is how many items have come to an end.
func (c RunCounts) Done() int64 { return c.Delivered + c.Failed + c.Cancelled }

// Repeats sum up a run that sends each request more than once to a place: does
// it come out the same each time? No answer is an outcome of its own.
type Repeats struct {
	Firsts      int64 // outcomes that the others of their request and place are compared with
	Same        int64 // as the first
	Unlike      int64 // with another status, another body, or both
	OtherStatus int64
	OtherBody   int64
}

// Likeness is how an outcome compares with the first one of its request and
// place; "" is that it does not.
type Likeness string

// The likenesses. Headers are not looked at.
const (
	LikeFirst    Likeness = "first" // it is the first
	LikeSame     Likeness = "same"
	UnlikeStatus Likeness = "status"
	UnlikeBody   Likeness = "body"
	UnlikeBoth   Likeness = "both"
)

// RunState is where a run stands.
type RunState string

// The states of a run. A run that is Stopped, Cancelled or Interrupted can be
// gone on with as long as items are left.
const (
	RunPlanning    RunState = "planning" // its items are being listed
	RunRunning     RunState = "running"
	RunDone        RunState = "done"
	RunStopped     RunState = "stopped"     // at the first failure
	RunCancelled   RunState = "cancelled"   // by the person
	RunInterrupted RunState = "interrupted" // Creel was closed, or could not write
)

// Place is where a request is sent: a target by its name, or a URL.
type Place struct {
	Target string
	URL    string
}

// RunOrder says what a run sends where, and how.
type RunOrder struct {
	// What is sent: the requests that match Filter, oldest first, or Seqs in
	// their order.
	Filter string
	Seqs   []int64
	// Where to: each request to every place, or, with Last, to where it was
	// last sent.
	To   []Place
	Last bool
	// Parallel is how many items may be under way at once; 1 sends each after
	// the answer to the one before.
	Parallel int
	// RatePerSecond bounds the starts; 0 is no bound.
	RatePerSecond float64
	// DelayMs is waited after each answer (Parallel 1) or each start.
	DelayMs int
	// StopAtFirstFailure starts nothing more after an item has failed.
	StopAtFirstFailure bool
	Times              int  // how often each request is sent, 1…100
	Duplicate          bool // each is sent a second time without waiting for the answer
	Shuffle            bool // in a random order
	Resign             bool // sign each anew
	// Ignore are paths that comparing answers leaves out, as in /compare.
	Ignore []string
	// Simulate names a provider whose timeouts and retries are applied; ""
	// sends once. RealTimeMs is the longest wait between two tries that is
	// really waited; longer ones are only reported.
	Simulate   string
	RealTimeMs int
}

// ItemState is where an item of a run stands.
type ItemState string

// The states of an item.
const (
	ItemPending   ItemState = "pending" // not sent, as yet
	ItemSent      ItemState = "sent"    // in the outbox
	ItemDelivered ItemState = "delivered"
	ItemFailed    ItemState = "failed"
	ItemCancelled ItemState = "cancelled"
)

// RunItem is one sending of a run.
type RunItem struct {
	N        int64 // from 1, in the order of sending
	Request  int64 // seq
	Place    int   // index in the order's To; 0 with Last
	Repeat   int   // which of the repeats of this request, from 1
	Twin     bool  // a duplicate, sent together with the item before
	State    ItemState
	URL      string // where it went; "" before it is sent
	Delivery string // id; "" before it is sent
	RunOutcome
}

// RunOutcome is what came of an item.
type RunOutcome struct {
	Attempt string        // id; "" when nothing was tried
	Status  int           // of the answer; 0 when there was none
	Took    time.Duration // the whole attempt
	// Changes is how many differences the answer has from the one before it, by
	// the same URL; -1 when there is none to compare with.
	Changes int
	Against string // the attempt before, whose answer it was compared with
	Was     int    // the status of that answer; 0 when there is none
	Note    string // why there is no answer, a sentence; else ""
	Alike   Likeness
	// Of a simulation:
	At     time.Duration // since the first try, as the provider's clock would show
	Wait   time.Duration // until the next try; 0 when there is none
	Ruling Ruling
}

// SettledItem is an item that has come to its end.
type SettledItem struct {
	N     int64
	State ItemState // ItemDelivered, ItemFailed or ItemCancelled
	RunOutcome
}

// IsChanged says that the answer is another than before, or that there was one
// before and now there is none.
func (o RunOutcome) IsChanged() bool { return o.Changes > 0 || (o.Was > 0 && o.Status == 0) }

// Ruling is what a provider would make of one try; "" outside simulations.
type Ruling string

// The rulings.
const (
	RulingAccepted Ruling = "accepted"
	RulingRetry    Ruling = "retry"    // it would try again
	RulingGiveUp   Ruling = "give-up"  // it would not try again
	RulingDisabled Ruling = "disabled" // it would switch the webhook off
)

// ItemCursor picks a stretch of a run's items, in the order of sending.
type ItemCursor struct {
	After  int64 // only items with a larger N
	Offset int   // of what matches, skip so many
	Limit  int   // at most that many, 1…1 000
	Only   string
}

// What an ItemCursor may be narrowed to.
const (
	OnlyFailed  = "failed"
	OnlyChanged = "changed"
	OnlyPending = "pending"
	OnlyOpen    = "open"   // sent and not ended
	OnlyUnlike  = "unlike" // not as the first outcome of their request and place
)
