package forward

import (
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"creel/backend/hook"
)

const (
	// longestWait is the longest between two tries, whoever asks for it.
	longestWait = 24 * time.Hour
	// jitter is by how much of itself a wait is varied, either way.
	jitter = 0.2
	// parallelPerTarget is how many tries to one target run at once when its
	// policy does not say.
	parallelPerTarget = 4
)

// StandardWaits are the waits before each try of a delivery when its target
// has none of its own: ten tries in a little under nineteen hours.
func StandardWaits() []time.Duration {
	return []time.Duration{
		0, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour,
	}
}

// waitsOf are the waits of a policy.
func waitsOf(p hook.Policy) []time.Duration {
	if len(p.WaitsMs) == 0 {
		return StandardWaits()
	}
	waits := make([]time.Duration, len(p.WaitsMs))
	for i, ms := range p.WaitsMs {
		waits[i] = time.Duration(ms) * time.Millisecond
	}
	return waits
}

// Attempts is how often a delivery is tried by itself under a policy.
func Attempts(p hook.Policy) int {
	if p.Attempts > 0 {
		return p.Attempts
	}
	return len(waitsOf(p))
}

// schedule decides what an attempt leaves its delivery in.
type schedule struct {
	now    func() time.Time
	random func() float64 // 0 ≤ x < 1
}

// after says what attempt a leaves delivery d in and, for Waiting, when it is
// tried again. t is nil for a pasted URL.
//
// A forward follows its target's policy until it is delivered or Dead: its
// tries are used up, or the target said 410 Gone. So does a replay that was
// asked to (Delivery.Retry); any other replay is one try, and Failed after it,
// since a person is looking. What no try can mend is Failed at once.
func (s schedule) after(d hook.Delivery, a hook.Attempt, t *hook.Target) (hook.DeliveryState, time.Time) {
	var p hook.Policy
	if t != nil {
		p = t.Policy
	}
	switch {
	case succeeded(p, a):
		return hook.Delivered, time.Time{}
	case a.Err == nil && a.Status == http.StatusGone:
		return hook.Dead, time.Time{}
	case t == nil, d.Kind == hook.Replay && !d.Retry, hopeless(a):
		return hook.Failed, time.Time{}
	}
	tried := tries(d) + 1
	if tried >= Attempts(p) {
		return hook.Dead, time.Time{}
	}
	waits := waitsOf(p)
	wait := s.vary(waits[min(tried, len(waits)-1)])
	return hook.Waiting, s.now().UTC().Add(max(wait, retryAfter(a, s.now())))
}

// vary spreads a wait, so that what failed together is not tried together.
func (s schedule) vary(wait time.Duration) time.Duration {
	return min(time.Duration(float64(wait)*(1-jitter+2*jitter*s.random())), longestWait)
}

// tries is how many attempts of d count: those since its schedule last began
// anew that were not broken off by Creel's own closing.
func tries(d hook.Delivery) (n int) {
	for i, a := range d.Attempts {
		if i >= d.Base && (a.Err == nil || a.Err.Kind != hook.ErrCancelled) {
			n++
		}
	}
	return n
}

// hopeless reports whether trying again cannot help: nothing was or could be
// sent, and only the person can change that.
func hopeless(a hook.Attempt) bool {
	if a.Err == nil {
		return false
	}
	switch a.Err.Kind {
	case hook.ErrBadURL, hook.ErrLoop, hook.ErrInternal:
		return true
	case hook.ErrBlocked: // a name may have another address tomorrow
		p, err := parsePlace(a.URL)
		if err != nil {
			return true
		}
		_, err = netip.ParseAddr(p.host)
		return err == nil
	}
	return false
}

// retryAfter is how long the answer of a asks to be left alone, at most
// longestWait; 0 when it does not say, or says nonsense.
func retryAfter(a hook.Attempt, now time.Time) time.Duration {
	if len(a.AnswerHead) == 0 {
		return 0
	}
	_, headers := hook.ParseHead(a.AnswerHead)
	return parseRetryAfter(headers.Get("Retry-After"), now)
}

func parseRetryAfter(v string, now time.Time) time.Duration {
	if v == "" {
		return 0
	}
	if strings.Trim(v, "0123456789") == "" {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || n > int64(longestWait/time.Second) {
			return longestWait // more digits than a number has
		}
		return time.Duration(n) * time.Second
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), longestWait)
}

// succeeded reports whether the target took the delivery.
func succeeded(p hook.Policy, a hook.Attempt) bool {
	if a.Err != nil {
		return false
	}
	ranges, err := parseStatuses(p.Success)
	if err != nil {
		ranges = []statuses{{200, 299}}
	}
	for _, r := range ranges {
		if r.from <= a.Status && a.Status <= r.to {
			return true
		}
	}
	return false
}

// statuses are those from … to, both included.
type statuses struct{ from, to int }

// parseStatuses reads "200-299, 304"; "" is 200-299.
func parseStatuses(text string) ([]statuses, error) {
	if strings.TrimSpace(text) == "" {
		return []statuses{{200, 299}}, nil
	}
	var out []statuses
	for part := range strings.SplitSeq(text, ",") {
		lo, hi, isRange := strings.Cut(part, "-")
		if !isRange {
			hi = lo
		}
		from, bad := parseStatus(lo)
		to, worse := parseStatus(hi)
		if bad || worse || from > to {
			return nil, badPolicy("success", "%q is no status: write them as 200-299 or 200-204, 304", clip(strings.TrimSpace(part)))
		}
		out = append(out, statuses{from, to})
	}
	return out, nil
}

func parseStatus(text string) (n int, bad bool) {
	text = strings.TrimSpace(text)
	n, err := strconv.Atoi(text)
	return n, err != nil || len(text) != 3 || n < 100 || n > 599
}
