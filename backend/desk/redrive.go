package desk

import (
	"context"

	"creel/backend/filter"
	"creel/backend/hook"
)

// redriveStep is how many deliveries one call of Redrive moves at most, so that
// the caller sees progress and the history is never held up.
const redriveStep = 500

// Redrive makes deliveries wait again that ended without success, of requests
// that match the filter text ("" is all). It moves a bounded number of them and
// says how many are left; call it again with the After that it returned until
// none is. They are sent at the pace of their targets.
func (d *Desk) Redrive(ctx context.Context, text string, r hook.Redrive) (hook.Redriven, error) {
	var expr *filter.Expr
	if text != "" {
		var err error
		if expr, err = filter.Parse(text); err != nil {
			return hook.Redriven{}, err
		}
	}
	for _, state := range r.States {
		switch state {
		case hook.Failed, hook.Dead, hook.Cancelled:
		default:
			return hook.Redriven{}, fieldFault(hook.Invalid, "states", "deliveries that are %s are not sent again: name failed, dead or cancelled", state)
		}
	}
	if r.Most <= 0 || r.Most > redriveStep {
		r.Most = redriveStep
	}
	out, err := d.store.Redrive(ctx, expr, r)
	if err == nil && out.Moved > 0 {
		d.outbox.Wake()
	}
	return out, err
}

// TryTarget lets a delivery to a resting target through now.
func (d *Desk) TryTarget(name string) error {
	if _, ok := d.Target(name); !ok {
		return hook.Faultf(hook.NotFound, "there is no target named %q", name)
	}
	d.outbox.TryNow(name)
	d.outbox.Wake()
	return nil
}

// Breaker is that of a target.
func (d *Desk) Breaker(name string) hook.Breaker { return d.outbox.Breaker(name) }

// Standing says where a delivery stands with the tries it has.
type Standing struct {
	Tries   int // made since its schedule last began anew
	AtMost  int // that it has; 1 when it is not tried again by itself
	Resting hook.Breaker
}

// Standing works out that of a delivery with its attempts.
func (d *Desk) Standing(dl hook.Delivery) Standing {
	s := Standing{Tries: d.roads.Tried(dl), AtMost: 1, Resting: hook.Breaker{State: hook.BreakerClosed}}
	t, ok := d.Target(dl.Target)
	if !ok || dl.Kind == hook.Replay && !dl.Retry {
		return s
	}
	s.AtMost = d.roads.Attempts(t.Policy)
	if dl.State == hook.Waiting {
		s.Resting = d.outbox.Breaker(dl.Target)
	}
	return s
}

// TargetLoad is what waits and ended for a target.
type TargetLoad struct{ Waiting, Dead, Failed int64 }

// TargetLoads are those of all targets; "" is pasted URLs.
func (d *Desk) TargetLoads(ctx context.Context) (map[string]TargetLoad, error) {
	dead, failed, err := d.store.Ended(ctx)
	if err != nil {
		return nil, err
	}
	waiting, err := d.store.Queues(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]TargetLoad{}
	for name := range dead {
		out[name] = TargetLoad{Dead: dead[name]}
	}
	for name, n := range failed {
		l := out[name]
		l.Failed = n
		out[name] = l
	}
	for name, n := range waiting {
		l := out[name]
		l.Waiting = n
		out[name] = l
	}
	return out, nil
}
