package forward

import (
	"time"

	"creel/backend/hook"
)

const (
	// breakAfter is how many failures in a row open a breaker.
	breakAfter = 10
	// firstProbe is how long a breaker that opened waits until its probe; the
	// wait doubles with each that fails, up to lastProbe.
	firstProbe = 30 * time.Second
	lastProbe  = 5 * time.Minute
)

// breaker is that of one target. While it is open no tries are spent: what
// waits goes on waiting. One delivery at a time is let through to see whether
// the target is back.
type breaker struct{ hook.Breaker }

// failed notes a try that failed, and says whether that opened the breaker.
// probe says that the try was let through while the breaker was half-open.
func (k *breaker) failed(now time.Time, probe bool) bool {
	k.Failures++
	switch {
	case k.State == hook.BreakerHalfOpen && probe:
		k.Probes++
	case k.State == hook.BreakerClosed && k.Failures >= breakAfter:
		k.Probes = 0
	default:
		return false
	}
	wait := min(firstProbe<<min(k.Probes, 10), lastProbe)
	k.State, k.Since, k.ProbeAt = hook.BreakerOpen, now, now.Add(wait)
	return true
}

// succeeded notes a try that was taken, and says whether that closed it.
func (k *breaker) succeeded(now time.Time) bool {
	closed := k.State != hook.BreakerClosed
	k.Failures, k.Probes, k.ProbeAt = 0, 0, time.Time{}
	if closed {
		k.State, k.Since = hook.BreakerClosed, now
	}
	return closed
}

// brokenOff notes a probe that told nothing: the next one may go at once.
func (k *breaker) brokenOff(now time.Time) {
	if k.State == hook.BreakerHalfOpen {
		k.State, k.Since, k.ProbeAt = hook.BreakerOpen, now, now
	}
}

// probing notes that a delivery is let through.
func (k *breaker) probing(now time.Time) {
	k.State, k.Since, k.ProbeAt = hook.BreakerHalfOpen, now, time.Time{}
}

// wait is how long nothing may be sent; 0 is that it may.
func (k *breaker) wait(now time.Time) time.Duration {
	if k.State != hook.BreakerOpen {
		return 0
	}
	k.follow(now)
	return max(0, k.ProbeAt.Sub(now))
}

// follow keeps a clock that was set from making the wait any longer: one that
// was set back since the breaker opened takes the probe with it.
func (k *breaker) follow(now time.Time) {
	if back := k.Since.Sub(now); back > 0 {
		k.Since, k.ProbeAt = now, k.ProbeAt.Add(-back)
	}
	if k.ProbeAt.Sub(now) > lastProbe {
		k.ProbeAt = now.Add(lastProbe)
	}
}
