package desk

import (
	"context"
	"time"

	"creel/backend/filter"
	"creel/backend/hook"
)

// Store is the history on disk. Every method returns a *hook.Fault for what a
// person can act on. Reading never waits for writing.
type Store interface {
	RunStore

	// Keep commits the request and the deliveries it owes in one synced
	// transaction and returns its seq. It sets owed[i].Request. When it
	// returns an error nothing is known to be kept.
	Keep(ctx context.Context, c *hook.Capture, owed []hook.Delivery) (seq int64, err error)

	// Told writes down what the sender of a kept request was told in the end,
	// hook.Request's Status and Told.
	Told(ctx context.Context, seq int64, status int, told string) error

	// List returns the rows that match expr (nil is all), newest first.
	List(ctx context.Context, expr *filter.Expr, cur hook.Cursor) (hook.Page, error)
	// Count counts the matches of expr among the seqs below before (0: all),
	// newest first, for about as long as budget.
	Count(ctx context.Context, expr *filter.Expr, before int64, budget time.Duration) (hook.Count, error)
	// Values returns texts that a field has in the history and that begin with
	// prefix, the most frequent first.
	Values(ctx context.Context, field, prefix string, limit int) ([]hook.Value, error)
	// Rows returns the rows with these seqs that still exist, newest first.
	Rows(ctx context.Context, seqs []int64) ([]hook.Row, error)
	Row(ctx context.Context, seq int64) (hook.Row, error)
	Raw(ctx context.Context, seq int64) (hook.Raw, error)
	// Raws returns the bytes of those of the requests that are small, in one
	// go; the others are left out.
	Raws(ctx context.Context, seqs []int64) (map[int64]hook.Raw, error)
	Usage(ctx context.Context) (hook.Usage, error)
	Indexed(ctx context.Context) hook.Indexed

	// Mark changes the marks of the rows that match; it returns how many.
	Mark(ctx context.Context, seqs []int64, p hook.MarksPatch) (int64, error)
	// MarkAll is Mark for every request that matches expr.
	MarkAll(ctx context.Context, expr *filter.Expr, p hook.MarksPatch) (int64, error)
	// Trash hides the requests that match (seq ≤ upTo; 0 is all) until they are
	// restored or purged. Pinned ones too: the caller says so in expr.
	Trash(ctx context.Context, expr *filter.Expr, upTo int64) (hook.Trash, error)
	Restore(ctx context.Context, trash int64) (int64, error)
	// Prune removes for good what the retention no longer keeps and trash past
	// its time, oldest first, in small transactions, and gives disk space back.
	Prune(ctx context.Context, keep hook.Retention) (removed int64, err error)

	Endpoints(ctx context.Context) ([]hook.Endpoint, error)
	// PutEndpoint creates or replaces; with was != "" and != e.Slug it renames,
	// and the requests caught so far go with it.
	PutEndpoint(ctx context.Context, was string, e hook.Endpoint) error
	DeleteEndpoint(ctx context.Context, slug string) error
	Targets(ctx context.Context) ([]hook.Target, error)
	// PutTarget: as PutEndpoint; a rename is followed by endpoints and waiting
	// deliveries.
	PutTarget(ctx context.Context, was string, t hook.Target) error
	// DeleteTarget also takes it out of every endpoint and cancels its waiting
	// deliveries.
	DeleteTarget(ctx context.Context, name string) error
	// StoredSecrets are, by slug, those that an earlier Creel kept with its
	// endpoints; MoveSecrets puts refs in their place.
	StoredSecrets(ctx context.Context) (map[string]string, error)
	MoveSecrets(ctx context.Context, refs map[string]string) error
	// SetSigs notes what verifying rows anew found, by seq.
	SetSigs(ctx context.Context, sigs map[int64]string) error
	Settings(ctx context.Context) (hook.Settings, error)
	PutSettings(ctx context.Context, s hook.Settings) error
	// Value and PutValue keep small things of the program's own (window size).
	// A missing key is "", nil.
	Value(ctx context.Context, key string) (string, error)
	PutValue(ctx context.Context, key, value string) error
	// PutShown is PutValue for what every window shows: the change is told of.
	PutShown(ctx context.Context, key, value string) error

	AddDeliveries(ctx context.Context, ds []hook.Delivery) error
	// Deliveries of one request, newest first, attempts without sent and
	// answer bodies.
	Deliveries(ctx context.Context, seq int64) ([]hook.Delivery, error)
	Delivery(ctx context.Context, id string) (hook.Delivery, error)
	// Attempt returns one attempt whole, with its delivery's request seq.
	Attempt(ctx context.Context, id string) (a hook.Attempt, seq int64, err error)
	// LastAnswer returns the newest attempt of this request by that URL that
	// has an answer, whole, leaving out the attempt except; nil when none.
	LastAnswer(ctx context.Context, seq int64, url, except string) (*hook.Attempt, error)
	// Claim moves due deliveries to Sending, oldest first. A lane is the
	// target's name, "\x01" and the name for replays of one try, or "url:" and
	// the URL's host.
	Claim(ctx context.Context, c hook.Claim) ([]hook.Delivery, error)
	// NextDue is when the next waiting delivery that c may take is due; zero
	// when none waits.
	NextDue(ctx context.Context, c hook.Claim) (time.Time, error)
	// PutBack makes claimed deliveries wait again as they did.
	PutBack(ctx context.Context, ids []string) error
	// Finish records an attempt and the state it leaves its delivery in.
	Finish(ctx context.Context, a hook.Attempt, to hook.DeliveryState, nextAt time.Time) error
	// Freeze makes draft what the delivery sends, at each try, and records more
	// deliveries beside it, in one transaction. A delivery whose draft is
	// Transformed already keeps it, and nothing is recorded: that draft is
	// returned. It is a Conflict when the delivery is not Sending.
	Freeze(ctx context.Context, id string, draft hook.Draft, more []hook.Delivery) (hook.Draft, error)
	// KeepLogs notes what the transform of a delivery wrote, in place of what it
	// wrote before.
	KeepLogs(ctx context.Context, id string, logs []string) error
	// Move changes the state of a delivery that is in one of the states from:
	// Waiting (try again now) or Cancelled. It is a Conflict otherwise.
	Move(ctx context.Context, id string, from []hook.DeliveryState, to hook.DeliveryState) error
	// Release puts deliveries left Sending by a previous run back to Waiting.
	Release(ctx context.Context) (int64, error)
	// Redrive makes deliveries wait again that ended without success and whose
	// requests match expr (nil is all), oldest first, their schedule anew.
	Redrive(ctx context.Context, expr *filter.Expr, r hook.Redrive) (hook.Redriven, error)
	// Ended counts, by target ("" is pasted URLs), the deliveries that are dead
	// and those that failed.
	Ended(ctx context.Context) (dead, failed map[string]int64, err error)
	// Queues counts, by target, the deliveries that wait or are being sent.
	Queues(ctx context.Context) (map[string]int64, error)
	// Breakers returns what KeepBreakers was given last.
	Breakers(ctx context.Context) (map[string]hook.Breaker, error)
	KeepBreakers(ctx context.Context, breakers map[string]hook.Breaker) error

	// Change is the state of history now.
	Change() hook.Change
	// Health is nil, or why history cannot be written just now.
	Health() error
	Close() error
}
