package forward

import (
	"context"
	"strings"
	"time"

	"creel/backend/hook"
)

// Ledger is where deliveries wait and what became of them is written.
type Ledger interface {
	// Claim moves due deliveries to Sending and returns them, oldest first.
	Claim(ctx context.Context, c hook.Claim) ([]hook.Delivery, error)
	// NextDue is when the next waiting delivery that c may take is due; zero
	// when none waits. It may be in the past.
	NextDue(ctx context.Context, c hook.Claim) (time.Time, error)
	// Prepare returns what a try of d sends; t is d's target, nil when it has
	// none. It is hook.NotFound when the request is gone. It may be asked again
	// after an error, and is asked again at each try.
	Prepare(ctx context.Context, d hook.Delivery, t *hook.Target) (hook.Prepared, error)
	// Delivery returns one as it stands: its target may have been renamed since
	// it was claimed.
	Delivery(ctx context.Context, id string) (hook.Delivery, error)
	// Targets returns all targets; Target one by name.
	Targets() []hook.Target
	Target(name string) (hook.Target, bool)
	// Finish records an attempt and the state it leaves its delivery in.
	Finish(ctx context.Context, a hook.Attempt, to hook.DeliveryState, nextAt time.Time) error
	// PutBack makes claimed deliveries wait again as they did.
	PutBack(ctx context.Context, ids []string) error
	// Release puts deliveries that are Sending back to Waiting.
	Release(ctx context.Context) (int64, error)
	// Breakers returns what KeepBreakers was given last, by target; targets
	// whose breaker never opened are left out.
	Breakers(ctx context.Context) (map[string]hook.Breaker, error)
	KeepBreakers(ctx context.Context, breakers map[string]hook.Breaker) error
}

// byHand begins the name of a lane of replays that are one try. They have one
// of their own for each target: what a person sends does not queue behind what
// waits, and no breaker, rate or order holds it up.
const byHand = "\x01"

// Lane is the queue a delivery stands in: the target's name, for replays with
// a mark before it, or "url:" and the host and port of its URL.
func Lane(d hook.Delivery) string {
	switch {
	case d.Target != "" && d.Kind == hook.Replay && !d.Retry:
		return byHand + d.Target
	case d.Target != "":
		return d.Target
	}
	p, err := parsePlace(d.URL)
	if err != nil {
		return "url:"
	}
	return "url:" + strings.ToLower(strings.TrimPrefix(p.origin[strings.Index(p.origin, "://"):], "://"))
}
