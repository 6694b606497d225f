package hook

import "time"

// Cursor picks a stretch of the history, newest first.
type Cursor struct {
	Before int64 // only seqs below; 0 is no bound
	After  int64 // only seqs above; 0 is no bound
	Offset int   // rows of the result to skip, counted from the newest
	Limit  int   // at most that many rows, 1…1 000
	// Budget is how long to look for rows before answering with those found so
	// far; 0 is as long as it takes.
	Budget time.Duration
}

// Page is a stretch of the history, newest first.
type Page struct {
	Rows []Row // never nil
	// Total counts all requests that match, whatever the cursor.
	Total int64
	// Exact is false when counting was stopped early: Total is then a lower
	// bound.
	Exact bool
	// Next is not 0 when the Cursor's Budget ended the search: there may be more
	// rows below that seq.
	Next int64
}

// MarksPatch changes marks; nil fields stay.
type MarksPatch struct {
	Note   *string
	Tags   *[]string
	Pinned *bool
	Read   *bool
}

// Trash is a batch of deleted requests that can still be restored.
type Trash struct {
	ID    int64
	Count int64
	Until time.Time // when it is removed for good
}

// Usage says what history holds.
type Usage struct {
	Requests  int64
	Bytes     int64 // of heads and bodies kept
	Unread    int64
	Pinned    int64
	Endpoints map[string]EndpointUsage // by slug; also slugs that were deleted since
	Waiting   int64                    // deliveries waiting or sending
	Failed    int64                    // requests with a delivery that failed or was cancelled: is:failed
}

// Indexed says how far the search index is. What it does not hold is searched
// by reading.
type Indexed struct {
	To     int64 // every seq up to it is indexed, or gone
	Behind int64 // seqs that wait for it; the newest up to 1,023 do not, they are always read
	Bytes  int64 // on disk
}

// EndpointUsage counts one endpoint's requests.
type EndpointUsage struct {
	Requests, Unread int64
}

// Change tells that history changed. It is sent after the commit; losing or
// doubling one does no harm.
type Change struct {
	Epoch   int64   // grows when requests are deleted or return: reload the list
	Rev     int64   // grows with every change to anything but the arrival of requests
	LastSeq int64   // highest seq ever kept
	Updated []int64 // seqs whose rows changed since the previous Change
	Setup   bool    // endpoints, targets or settings changed
	// Pruned is the highest seq that the retention removed since the previous
	// Change, 0 when none: what is above it stays as it is.
	Pruned int64
}

// Retention bounds the history. Pinned requests are never removed by it.
type Retention struct {
	Count int64         // newest requests kept; 0 is no limit
	Age   time.Duration // 0 is no limit
	Bytes int64         // heads and bodies; 0 is no limit
}

// Count is how far counting the matches of a filter has come.
type Count struct {
	Counted int64 // that match, of those looked at
	Scanned int64 // looked at
	Of      int64 // there were to look at, the ones scanned included
	Next    int64 // go on with the seqs below; 0 when all are counted
}

// Value is a text that a field has in the history, and how many requests have
// it; 0 when that is not known.
type Value struct {
	Text  string
	Count int64
}
