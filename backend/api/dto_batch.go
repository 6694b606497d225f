package api

import (
	"cmp"
	"time"

	"creel/backend/desk"
	"creel/backend/hook"
)

// Place is where a request is sent: exactly one of target and url.
type Place struct {
	Target string `json:"target,omitempty" maxLength:"64" doc:"name of a target"`
	URL    string `json:"url,omitempty" maxLength:"8192"`
}

// RunRequest asks to send many requests, or one to many places, as one run.
// What is sent is filter or seqs; where to is to, or target, or url, or last.
type RunRequest struct {
	Again              int64    `json:"again,omitempty" minimum:"1" doc:"the id of an earlier run: the same order once more, its filter looked up anew; everything else is then left out"`
	Filter             *string  `json:"filter,omitempty" maxLength:"4096" doc:"all requests that match, oldest first; \"\" is all there are"`
	Seqs               []int64  `json:"seqs,omitempty" maxItems:"10000" doc:"or these, in this order"`
	To                 []Place  `json:"to,omitempty" maxItems:"20" doc:"each request is sent to every place"`
	Target             string   `json:"target,omitempty" maxLength:"64" doc:"short for one place"`
	URL                string   `json:"url,omitempty" maxLength:"8192" doc:"short for one place"`
	Last               bool     `json:"last,omitempty" doc:"each request to where it was last sent"`
	Mode               string   `json:"mode,omitempty" enum:"ordered,parallel" doc:"ordered, the default, sends each after the answer to the one before"`
	Parallel           int      `json:"parallel,omitempty" minimum:"1" maximum:"32" doc:"with mode parallel: how many are under way at once, 4 when absent; a target's own limit holds all the same"`
	RatePerSecond      float64  `json:"ratePerSecond,omitempty" minimum:"0" maximum:"1000" doc:"starts a second at most; 0 is no bound"`
	StopAtFirstFailure bool     `json:"stopAtFirstFailure,omitempty"`
	Times              int      `json:"times,omitempty" minimum:"1" maximum:"100" doc:"how often each request is sent; 1 when absent"`
	DelayMs            int      `json:"delayMs,omitempty" minimum:"0" maximum:"60000" doc:"pause after each answer (ordered) or each start (parallel)"`
	Shuffle            bool     `json:"shuffle,omitempty" doc:"in a random order"`
	Duplicate          bool     `json:"duplicate,omitempty" doc:"send each a second time without waiting for the answer"`
	Resign             bool     `json:"resign,omitempty" doc:"sign each anew"`
	Ignore             []string `json:"ignore,omitempty" maxItems:"200" doc:"paths to leave out when answers are compared, such as body.id"`
	Simulate           string   `json:"simulate,omitempty" maxLength:"64" doc:"a provider from /simulated-providers, whose deadline and retries are applied"`
	RealTimeMs         int      `json:"realTimeMs,omitempty" minimum:"0" maximum:"60000" doc:"with simulate: the longest pause that is really waited; longer ones are only reported"`
}

// RunOrder is what a run was asked to do, as it was understood.
type RunOrder struct {
	Filter             *string  `json:"filter,omitempty"`
	Requests           int      `json:"requests,omitempty" doc:"how many requests were named one by one"`
	Seqs               []int64  `json:"seqs,omitempty" doc:"those requests, when they are at most 1,000"`
	To                 []Place  `json:"to"`
	Last               bool     `json:"last"`
	Parallel           int      `json:"parallel" doc:"1 is ordered"`
	RatePerSecond      float64  `json:"ratePerSecond"`
	StopAtFirstFailure bool     `json:"stopAtFirstFailure"`
	Times              int      `json:"times"`
	DelayMs            int      `json:"delayMs"`
	Shuffle            bool     `json:"shuffle"`
	Duplicate          bool     `json:"duplicate"`
	Resign             bool     `json:"resign"`
	Ignore             []string `json:"ignore"`
	Simulate           string   `json:"simulate,omitempty"`
	RealTimeMs         int      `json:"realTimeMs"`
}

// Run is the sending of many requests, or of one to many places.
type Run struct {
	ID        int64    `json:"id"`
	Order     RunOrder `json:"order"`
	State     string   `json:"state" enum:"planning,running,done,stopped,cancelled,interrupted" doc:"stopped, cancelled and interrupted ones can be resumed while items are left"`
	Reason    string   `json:"reason,omitempty" doc:"why it is stopped or interrupted"`
	CreatedAt string   `json:"createdAt" format:"date-time"`
	EndedAt   string   `json:"endedAt,omitempty" format:"date-time"`
	Total     int64    `json:"total" doc:"items; of a simulation those known so far"`
	Sent      int64    `json:"sent" doc:"handed to the outbox, or found impossible to send"`
	Delivered int64    `json:"delivered"`
	Failed    int64    `json:"failed" doc:"their first try failed"`
	Cancelled int64    `json:"cancelled"`
	Changed   int64    `json:"changed" doc:"answered otherwise than the time before"`
	Same      int64    `json:"same" doc:"answered as the time before"`
	Repeats   *Repeats `json:"repeats,omitempty" doc:"of a run that sends each request more than once: whether it comes out the same each time"`
}

// Repeats compare the outcomes of a run with the first one of the same request
// and place. No answer is an outcome of its own; headers are not looked at.
type Repeats struct {
	Outcomes    int64 `json:"outcomes" doc:"that were compared, the firsts among them"`
	Firsts      int64 `json:"firsts" doc:"that the others were compared with"`
	Same        int64 `json:"same" doc:"as the first"`
	Unlike      int64 `json:"unlike" doc:"with another status, another body, or both"`
	OtherStatus int64 `json:"otherStatus"`
	OtherBody   int64 `json:"otherBody"`
}

// RunItem is one sending of a run.
type RunItem struct {
	N         int64   `json:"n" doc:"from 1, in the order of sending"`
	Request   int64   `json:"request" doc:"seq"`
	Place     int     `json:"place" doc:"index in order.to"`
	Repeat    int     `json:"repeat" doc:"which of the repeats, or of a simulation which try, from 1"`
	Duplicate bool    `json:"duplicate" doc:"sent together with the item before"`
	State     string  `json:"state" enum:"pending,sent,delivered,failed,cancelled"`
	URL       string  `json:"url,omitempty"`
	Delivery  string  `json:"delivery,omitempty"`
	Attempt   string  `json:"attempt,omitempty"`
	Status    int     `json:"status,omitempty" doc:"absent when there was no answer"`
	TookMs    float64 `json:"tookMs"`
	Changes   *int    `json:"changes,omitempty" doc:"differences from the answer before; absent when there is none to compare with"`
	Against   string  `json:"against,omitempty" doc:"the attempt whose answer that was"`
	Was       int     `json:"was,omitempty" doc:"the status of that answer"`
	Note      string  `json:"note,omitempty" doc:"why there is no answer; of a simulation what the provider makes of it"`
	AtMs      int64   `json:"atMs,omitempty" doc:"of a simulation: since the first try, by the provider's clock"`
	WaitMs    int64   `json:"waitMs,omitempty" doc:"of a simulation: until the next try"`
	Alike     string  `json:"alike,omitempty" enum:"first,same,status,body,both" doc:"of a run that sends each request more than once: how it compares with the first outcome, or in what it differs"`
	Ruling    string  `json:"ruling,omitempty" enum:"accepted,retry,give-up,disabled" doc:"of a simulation"`
	Method    string  `json:"method,omitempty" doc:"of the request, as the two below; absent when it was deleted"`
	Path      string  `json:"path,omitempty" doc:"the request-target as it was sent to Creel"`
	Event     string  `json:"event,omitempty"`
}

// SimulatedProvider is a provider whose way of delivering can be simulated.
type SimulatedProvider struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	ConnectMs    int64  `json:"connectMs,omitempty" doc:"how long it waits for a connection; absent when not known"`
	TimeoutMs    int64  `json:"timeoutMs,omitempty" doc:"how long it waits for the whole answer; absent when not known"`
	TimeoutTrust string `json:"timeoutTrust" enum:"documented,commonly-known"`
	Accepts      string `json:"accepts" doc:"answers that it takes for received, in words"`
	Retries      int    `json:"retries"`
	Schedule     string `json:"schedule" doc:"in words, as published"`
	RetryTrust   string `json:"retryTrust" enum:"documented,commonly-known"`
	Assumed      bool   `json:"assumed" doc:"the single pauses are not published: Creel's are made up to fit"`
	WholeMs      int64  `json:"wholeMs" doc:"from the first try to the last"`
	After        string `json:"after,omitempty" doc:"what becomes of the webhook when all tries have failed"`
}

// orderOf understands a RunRequest; what makes no sense is left to the desk.
func orderOf(r RunRequest) (hook.RunOrder, error) {
	o := hook.RunOrder{
		Seqs: r.Seqs, Last: r.Last, Parallel: 1, RatePerSecond: r.RatePerSecond, DelayMs: r.DelayMs,
		StopAtFirstFailure: r.StopAtFirstFailure, Times: r.Times, Duplicate: r.Duplicate, Shuffle: r.Shuffle,
		Resign: r.Resign, Ignore: r.Ignore, Simulate: r.Simulate, RealTimeMs: r.RealTimeMs,
	}
	if (r.Filter == nil) == (len(r.Seqs) == 0) {
		return o, &hook.Fault{Kind: hook.Invalid, Field: "filter", Text: "start run: say what to send, with either a filter or seqs"}
	}
	if r.Filter != nil {
		o.Filter = *r.Filter
	}
	if r.Mode == "parallel" {
		o.Parallel = cmp.Or(r.Parallel, 4)
	} else if r.Parallel > 1 {
		return o, &hook.Fault{Kind: hook.Invalid, Field: "parallel", Text: "start run: an ordered run sends one at a time; use mode parallel"}
	}
	for _, p := range r.To {
		o.To = append(o.To, hook.Place(p))
	}
	if r.Target != "" || r.URL != "" {
		o.To = append(o.To, hook.Place{Target: r.Target, URL: r.URL})
	}
	return o, nil
}

func runOf(r hook.Run) Run {
	const namedOneByOne = 1000
	o := r.Order
	order := RunOrder{
		Requests: len(o.Seqs), To: []Place{}, Last: o.Last, Parallel: o.Parallel, RatePerSecond: o.RatePerSecond,
		StopAtFirstFailure: o.StopAtFirstFailure, Times: o.Times, DelayMs: o.DelayMs, Shuffle: o.Shuffle, Duplicate: o.Duplicate,
		Resign: o.Resign, Ignore: append([]string{}, o.Ignore...), Simulate: o.Simulate, RealTimeMs: o.RealTimeMs,
	}
	if len(o.Seqs) == 0 {
		order.Filter = &o.Filter
	} else if len(o.Seqs) <= namedOneByOne {
		order.Seqs = o.Seqs
	}
	for _, p := range o.To {
		order.To = append(order.To, Place(p))
	}
	out := Run{
		ID: r.ID, Order: order, State: string(r.State), Reason: r.Reason, CreatedAt: stamp(r.CreatedAt), Total: r.Total, Sent: r.Sent,
		Delivered: r.Delivered, Failed: r.Failed, Cancelled: r.Cancelled, Changed: r.Changed, Same: r.Same,
	}
	if p := r.Repeats; p.Firsts > 0 {
		out.Repeats = &Repeats{p.Firsts + p.Same + p.Unlike, p.Firsts, p.Same, p.Unlike, p.OtherStatus, p.OtherBody}
	}
	if !r.EndedAt.IsZero() {
		out.EndedAt = stamp(r.EndedAt)
	}
	return out
}

func runsOf(rs []hook.Run) []Run { return each(rs, runOf) }

func runItemOf(i hook.RunItem) RunItem {
	out := RunItem{
		N: i.N, Request: i.Request, Place: i.Place, Repeat: i.Repeat, Duplicate: i.Twin, State: string(i.State), URL: i.URL,
		Delivery: i.Delivery, Attempt: i.Attempt, Status: i.Status, TookMs: float64(i.Took) / float64(time.Millisecond),
		Against: i.Against, Was: i.Was, Note: i.Note, AtMs: i.At.Milliseconds(), WaitMs: i.Wait.Milliseconds(), Ruling: string(i.Ruling), Alike: string(i.Alike),
	}
	if i.Changes >= 0 {
		out.Changes = &i.Changes
	}
	return out
}

// runItemsOf adds to each item what is known of its request.
func runItemsOf(items []hook.RunItem, rows []hook.Row) []RunItem {
	known := make(map[int64]*hook.Row, len(rows))
	for i := range rows {
		known[rows[i].Seq] = &rows[i]
	}
	return each(items, func(i hook.RunItem) RunItem {
		out := runItemOf(i)
		if row := known[i.Request]; row != nil {
			out.Method, out.Path, out.Event = row.Method, row.Target, row.Event
		}
		return out
	})
}

func simulatedOf(p desk.Simulated) SimulatedProvider {
	out := SimulatedProvider{
		ID: p.ID, Name: p.Name, ConnectMs: p.Connect.Milliseconds(), TimeoutMs: p.Timeout.Milliseconds(),
		TimeoutTrust: string(p.TimeoutTrust), Accepts: p.Accepts(), Retries: len(p.Waits), Schedule: p.Schedule,
		RetryTrust: string(p.RetryTrust), Assumed: p.Assumed, After: p.After,
	}
	for _, w := range p.Waits {
		out.WholeMs += w.Milliseconds()
	}
	return out
}

func each[In, Out any](in []In, shape func(In) Out) []Out {
	out := make([]Out, len(in))
	for i := range in {
		out[i] = shape(in[i])
	}
	return out
}
