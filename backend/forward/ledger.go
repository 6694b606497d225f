package forward

import (
	"context"
	"strings"
	"time"

	"creel/backend/hook"
)

// Ledger is where deliveries wait and what became of them is written.
type Ledger interface {
	// Claim moves up to n due deliveries to Sending and returns them, oldest
	// first, leaving out those whose lane is in skip.
	Claim(ctx context.Context, now time.Time, n int, skip []string) ([]hook.Delivery, error)
	// NextDue is when the next waiting delivery is due; zero when none waits.
	NextDue(ctx context.Context) (time.Time, error)
	// Prepare returns what a try of d sends; t is d's target, nil when it has
	// none. It is hook.NotFound when the request is gone. It may be asked again
	// after an error, and is asked again at each try.
	Prepare(ctx context.Context, d hook.Delivery, t *hook.Target) (hook.Prepared, error)
	// Target returns a target by name.
	Target(name string) (hook.Target, bool)
	// Finish records an attempt and the state it leaves its delivery in.
	Finish(ctx context.Context, a hook.Attempt, to hook.DeliveryState, nextAt time.Time) error
	// Release puts deliveries that are Sending back to Waiting.
	Release(ctx context.Context) (int64, error)
}

// Policy says what an attempt leaves its delivery in and, for Waiting, when it
// is tried again. It is not asked about attempts that were broken off.
type Policy func(d hook.Delivery, a hook.Attempt) (to hook.DeliveryState, nextAt time.Time)

// Once is the policy of one try: an answer of class 2xx is Delivered,
// everything else Failed.
func Once(_ hook.Delivery, a hook.Attempt) (hook.DeliveryState, time.Time) {
	if a.Err == nil && a.Status >= 200 && a.Status < 300 {
		return hook.Delivered, time.Time{}
	}
	return hook.Failed, time.Time{}
}

// Lane is the queue a delivery stands in: the target's name, or "url:" and the
// host and port of its URL.
func Lane(d hook.Delivery) string {
	if d.Target != "" {
		return d.Target
	}
	p, err := parsePlace(d.URL)
	if err != nil {
		return "url:"
	}
	return "url:" + strings.ToLower(strings.TrimPrefix(p.origin[strings.Index(p.origin, "://"):], "://"))
}
