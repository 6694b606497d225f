package desk

import (
	"context"

	"creel/backend/filter"
	"creel/backend/hook"
)

// RunStore keeps runs and their items.
type RunStore interface {
	// Seqs returns the seqs of what matches expr (nil is all), oldest first, and
	// no more than most of them.
	Seqs(ctx context.Context, expr *filter.Expr, most int) ([]int64, error)
	// LastPlace is where a request was last sent; hook.NotFound when nowhere.
	LastPlace(ctx context.Context, seq int64) (hook.Place, error)

	// AddRun records a run without items and returns it with its ID.
	AddRun(ctx context.Context, r hook.Run) (hook.Run, error)
	Run(ctx context.Context, id int64) (hook.Run, error)
	// Runs returns the newest runs, newest first.
	Runs(ctx context.Context, most int) ([]hook.Run, error)
	SetRun(ctx context.Context, id int64, state hook.RunState, reason string) error
	// DeleteRun forgets a run; its deliveries stay.
	DeleteRun(ctx context.Context, id int64) error
	// InterruptRuns ends what an earlier start of Creel left working and returns
	// the runs that have items in the outbox.
	InterruptRuns(ctx context.Context, reason string) ([]int64, error)

	// AddItems appends items, which are pending, and sets their N.
	AddItems(ctx context.Context, run int64, items []hook.RunItem) error
	Items(ctx context.Context, run int64, cur hook.ItemCursor) ([]hook.RunItem, error)
	// SendItems records the deliveries of pending items: ds[i] is that of ns[i].
	SendItems(ctx context.Context, run int64, ns []int64, ds []hook.Delivery) error
	// SettleItems records what came of items, in one transaction. It fills in Was,
	// and without an answer Against.
	SettleItems(ctx context.Context, run int64, items []hook.SettledItem) error
}
