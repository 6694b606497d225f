package desk

import "time"

// pause is until when nothing happens by itself.
func (r *runner) pause() time.Duration {
	d := sweepFlights
	if r.end == "" && len(r.pending) > 0 && r.hasRoom() {
		d = min(d, r.notBefore.Sub(r.d.now()))
	}
	return max(d, time.Millisecond)
}

// paced works out when the next group may start, one having started now.
func (r *runner) paced(now time.Time) {
	step := r.step()
	if step == 0 {
		return
	}
	// A late start is made up for, but only a little: never a burst.
	const late = 50 * time.Millisecond
	if r.notBefore.Before(now.Add(-late)) {
		r.notBefore = now.Add(-late)
		if step > late {
			r.notBefore = now
		}
	}
	r.notBefore = r.notBefore.Add(step)
}

// step is how long after the start of a group the next may start.
func (r *runner) step() (step time.Duration) {
	o := r.run.Order
	if o.RatePerSecond > 0 {
		step = time.Duration(float64(time.Second) / o.RatePerSecond)
	}
	if o.Parallel > 1 {
		step = max(step, time.Duration(o.DelayMs)*time.Millisecond)
	}
	return step
}

// rest is how long after an answer the next may start.
func (r *runner) rest() time.Duration {
	if r.run.Order.Parallel > 1 {
		return 0
	}
	return time.Duration(r.run.Order.DelayMs) * time.Millisecond
}
