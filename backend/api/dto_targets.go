package api

import (
	"creel/backend/desk"
	"creel/backend/hook"
)

// Policy is how deliveries to a target are tried.
type Policy struct {
	Attempts      int      `json:"attempts,omitempty" minimum:"0" maximum:"100" doc:"tries of a delivery; 0 is one for each wait, 10 with the standard ones"`
	WaitsMs       *[]int64 `json:"waitsMs,omitempty" maxItems:"100" doc:"waits before each try; empty is the standard schedule (0 s, 5 s, 30 s, 2 m, 10 m, 30 m, 1 h, 2 h, 5 h, 10 h). Each is varied by up to a fifth; the last repeats"`
	Success       string   `json:"success,omitempty" maxLength:"200" doc:"statuses that count as delivered, such as 200-299, 304; 200-299 when absent"`
	RatePerSecond float64  `json:"ratePerSecond,omitempty" minimum:"0" maximum:"1000" doc:"tries begun in a second at most; 0 is no limit"`
	Parallel      int      `json:"parallel,omitempty" minimum:"0" maximum:"32" doc:"tries at once; 0 is 4"`
	InOrder       bool     `json:"inOrder,omitempty" doc:"strictly one after the other: one that fails holds up the others until it is delivered, dead or cancelled"`
}

// Connection is how a target is reached.
type Connection struct {
	ConnectTimeoutMs   int    `json:"connectTimeoutMs,omitempty" minimum:"0" maximum:"300000" doc:"finding the address and connecting; 0 is 5000"`
	TLSTimeoutMs       int    `json:"tlsTimeoutMs,omitempty" minimum:"0" maximum:"300000" doc:"0 is 10000"`
	FirstByteTimeoutMs int    `json:"firstByteTimeoutMs,omitempty" minimum:"0" maximum:"300000" doc:"until the answer begins; 0 is timeoutMs"`
	Redirects          int    `json:"redirects,omitempty" minimum:"0" maximum:"3" doc:"followed at most; credentials never cross hosts"`
	Verify             string `json:"verify,omitempty" enum:"system,ca,skip" default:"system" doc:"how the certificate is checked: by this machine's authorities, by caPem alone, or not at all"`
	CAPem              string `json:"caPem,omitempty" maxLength:"262144"`
	Host               string `json:"host,omitempty" enum:"target,original,fixed" default:"target" doc:"the Host line: of the target's URL, of the request, or hostName"`
	HostName           string `json:"hostName,omitempty" maxLength:"255"`
}

// Breaker says whether a target is sent to.
type Breaker struct {
	State       string `json:"state" enum:"closed,open,half-open" doc:"closed: it is sent to; open: it failed 10 times in a row and nothing is sent; half-open: one delivery is being tried"`
	Since       string `json:"since,omitempty" format:"date-time"`
	NextProbeAt string `json:"nextProbeAt,omitempty" format:"date-time" doc:"when the next delivery is tried"`
	Failures    int    `json:"failures" doc:"in a row"`
}

// Queue counts a target's deliveries.
type Queue struct {
	Waiting int64 `json:"waiting" doc:"waiting or being sent"`
	Dead    int64 `json:"dead"`
	Failed  int64 `json:"failed"`
}

// RedriveRequest asks to send deliveries again that ended without success.
type RedriveRequest struct {
	IDs    *[]string `json:"ids,omitempty" maxItems:"1000" doc:"these deliveries"`
	Filter *string   `json:"filter,omitempty" maxLength:"4096" doc:"or all whose requests match; an empty filter is all"`
	Target string    `json:"target,omitempty" maxLength:"64" doc:"only to this target"`
	States []string  `json:"states,omitempty" enum:"failed,dead,cancelled" doc:"dead and failed when absent"`
	After  int64     `json:"after,omitempty" minimum:"0" doc:"what the last call returned; begins when absent"`
	Limit  int       `json:"limit,omitempty" minimum:"1" maximum:"500" doc:"how many at most; 500 when absent"`
}

// Redriven tells what became of it.
type Redriven struct {
	Moved int64 `json:"moved" doc:"that wait again, their schedule anew"`
	Left  int64 `json:"left" doc:"that match and were not reached: call again with after"`
	After int64 `json:"after"`
}

func policyOf(p hook.Policy) *Policy {
	waits := p.WaitsMs
	if waits == nil {
		waits = []int64{}
	}
	return &Policy{
		Attempts: p.Attempts, WaitsMs: &waits, Success: p.Success,
		RatePerSecond: p.RatePerSecond, Parallel: p.Parallel, InOrder: p.InOrder,
	}
}

func (p *Policy) policy() hook.Policy {
	if p == nil {
		return hook.Policy{}
	}
	out := hook.Policy{
		Attempts: p.Attempts, Success: p.Success, RatePerSecond: p.RatePerSecond, Parallel: p.Parallel, InOrder: p.InOrder,
	}
	if p.WaitsMs != nil && len(*p.WaitsMs) > 0 {
		out.WaitsMs = *p.WaitsMs
	}
	return out
}

func connectionOf(c hook.Connection) *Connection {
	out := &Connection{
		ConnectTimeoutMs: c.ConnectMs, TLSTimeoutMs: c.TLSMs, FirstByteTimeoutMs: c.FirstByteMs,
		Redirects: c.Redirects, Verify: c.Verify, CAPem: c.CA, Host: c.Host, HostName: c.HostName,
	}
	if c.Verify == hook.VerifySystem {
		out.Verify = "system"
	}
	if c.Host == hook.HostURL {
		out.Host = "target"
	}
	return out
}

func (c *Connection) connection() hook.Connection {
	if c == nil {
		return hook.Connection{}
	}
	out := hook.Connection{
		ConnectMs: c.ConnectTimeoutMs, TLSMs: c.TLSTimeoutMs, FirstByteMs: c.FirstByteTimeoutMs,
		Redirects: c.Redirects, Verify: c.Verify, CA: c.CAPem, Host: c.Host, HostName: c.HostName,
	}
	if c.Verify == "system" {
		out.Verify = hook.VerifySystem
	}
	if c.Host == "target" {
		out.Host = hook.HostURL
	}
	return out
}

func breakerOf(k hook.Breaker) *Breaker {
	out := &Breaker{State: string(k.State), Failures: k.Failures}
	if !k.Since.IsZero() {
		out.Since = stamp(k.Since)
	}
	if !k.ProbeAt.IsZero() {
		out.NextProbeAt = stamp(k.ProbeAt)
	}
	return out
}

// targetOf shapes a target with how it is doing; load is nil when that was not
// looked up.
func (s *server) targetOf(t hook.Target, load *desk.TargetLoad) Target {
	out := targetOf(t)
	out.Breaker = breakerOf(s.desk.Breaker(t.Name))
	if load != nil {
		out.Deliveries = &Queue{Waiting: load.Waiting, Dead: load.Dead, Failed: load.Failed}
	}
	return out
}

// deliveryOf shapes a delivery with where it stands.
func (s *server) deliveryOf(d hook.Delivery) Delivery {
	out := deliveryOf(d)
	st := s.desk.Standing(d)
	out.Tries, out.TriesAtMost = st.Tries, st.AtMost
	if st.Resting.State == hook.BreakerOpen || st.Resting.State == hook.BreakerHalfOpen {
		out.Held = breakerOf(st.Resting)
	}
	return out
}

func (s *server) deliveriesOf(ds []hook.Delivery) []Delivery {
	out := make([]Delivery, len(ds))
	for i, d := range ds {
		out[i] = s.deliveryOf(d)
	}
	return out
}
