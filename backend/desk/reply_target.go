package desk

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"creel/backend/hook"
)

// waiting is one sender that is to get a target's answer.
type waiting struct {
	name     string  // of the target
	delivery string  // "" when there is none to wait for
	waiter           // to is nil when there is none
	why      awaited // why there is none
}

// The words of fallback:WHY, beside the classes of hook.AttemptError.
const (
	whyTimeout = "timeout"       // the target took too long
	whyBusy    = "busy"          // too many senders wait already
	whyClosing = "closing"       // Creel was closing
	whyNotSent = "not-forwarded" // nothing is forwarded: the filter, the sender, or no such target
	whyResting = "resting"       // the target's breaker is open: nothing is sent to it for now
)

// expect finds the delivery whose answer is passed on among those that the
// request owes, and gets in line for it. Call it before the request is kept: a
// delivery may be made at any moment after.
func (d *Desk) expect(w *waiting, owed []hook.Delivery) {
	w.why = awaited{why: whyNotSent}
	for _, o := range owed {
		if o.Target != w.name {
			continue
		}
		var ok bool
		if w.waiter, ok = d.waiters.add(o.ID, w.name); !ok {
			w.why = awaited{why: whyBusy}
			return
		}
		w.delivery, w.why = o.ID, awaited{}
		// Asked after the waiter is known: a breaker that opens later tells it.
		if rests, ok := resting(d.outbox.Breaker(w.name), d.now()); ok {
			d.waiters.drop(o.ID)
			w.to, w.why = nil, rests
		}
		return
	}
}

// resting reports whether nothing is sent to a target for now, in words for who
// waits for its answer.
func resting(b hook.Breaker, now time.Time) (awaited, bool) {
	if b.State != hook.BreakerOpen || !b.ProbeAt.After(now) {
		return awaited{}, false
	}
	return awaited{why: whyResting, text: fmt.Sprintf(
		"it failed %d times in a row, so nothing is sent to it until it is tried again at %s; this request waits for that",
		b.Failures, b.ProbeAt.UTC().Format("15:04:05 MST"))}, true
}

// giveUpResting answers the senders that wait for targets which nothing is sent
// to for now, but those whose request is on its way.
func (d *Desk) giveUpResting(breakers map[string]hook.Breaker) {
	now := d.now()
	d.waiters.giveUp(func(target string) (awaited, bool) { return resting(breakers[target], now) }, d.outbox.Holds)
}

// cancelled is what a waiter gets whose delivery was given up before it was
// tried.
func cancelled(text string) awaited { return awaited{why: string(hook.ErrCancelled), text: text} }

// passed is the answer in the end, and how it came about.
type passed struct {
	answer hook.Answer
	told   string
}

// passOn waits for the target's answer, as long as p says and until hurry is
// closed. The delivery goes on whatever becomes of the wait.
func (d *Desk) passOn(w *waiting, p hook.ReplyPass, own hook.Answer, hurry <-chan struct{}) (got passed) {
	if w.to == nil {
		return fallback(w.name, w.why.why, w.why.text, p, own)
	}
	defer d.waiters.drop(w.delivery)
	defer func() {
		if got.answer.Done == nil { // it holds none of the rest
			w.rest.release()
		}
	}()
	timer := time.NewTimer(millis(p.TimeoutMs))
	defer timer.Stop()
	select {
	case got := <-w.to:
		a := got.attempt
		switch {
		case got.why != "":
			return fallback(w.name, got.why, got.text, p, own)
		case a.Err != nil:
			return fallback(w.name, string(a.Err.Kind), a.Err.Text, p, own)
		}
		return pass(w, a)
	case <-timer.C:
		return fallback(w.name, whyTimeout, "", p, own)
	case <-hurry:
		return fallback(w.name, whyClosing, "", p, own)
	}
}

// pass passes an answer on. What of it there was no room for is missing at its
// end, and the sender sees that.
func pass(w *waiting, a hook.Attempt) passed {
	answer := passedAnswer(a)
	answer.Rest, answer.Length, answer.Done = w.rest.all(), a.AnswerBytes, w.rest.release
	told := hook.ToldTarget + ":" + w.name
	if answer.IsCut() {
		told = fmt.Sprintf("%s:%d,%s", hook.ToldCut, answer.BodyBytes(), told)
	}
	return passed{answer, told}
}

// passedAnswer is the target's answer as the sender gets it: what belongs to
// the connection to the target stays there.
func passedAnswer(a hook.Attempt) hook.Answer {
	_, headers := hook.ParseHead(a.AnswerHead)
	gone := map[string]bool{
		"connection": true, "keep-alive": true, "proxy-connection": true, "transfer-encoding": true, "te": true,
		"trailer": true, "upgrade": true, "content-length": true, "x-creel-seq": true,
	}
	for _, v := range headers.Values("Connection") {
		for name := range strings.SplitSeq(v, ",") {
			gone[strings.ToLower(strings.TrimSpace(name))] = true
		}
	}
	kept := hook.Headers{}
	for _, h := range headers {
		if !gone[strings.ToLower(h.Name)] {
			kept = append(kept, h)
		}
	}
	answer := hook.Answer{Status: a.Status, Headers: kept, Body: a.AnswerBody}
	if a.Method == http.MethodHead {
		answer.Unsent = -1
		if n, err := strconv.ParseInt(headers.Get("Content-Length"), 10, 64); err == nil && n >= 0 {
			answer.Unsent = n
		}
	}
	return answer
}

// fallback is what the sender gets when there is no answer to pass on.
func fallback(target, why, text string, p hook.ReplyPass, own hook.Answer) passed {
	told := hook.ToldFallback + ":" + why
	if p.Fallback == hook.FallbackReply {
		return passed{own, told}
	}
	status := 502
	if why == whyTimeout {
		status = 504
	}
	if text == "" {
		text = map[string]string{
			whyTimeout: fmt.Sprintf("it did not answer within %v", millis(p.TimeoutMs)),
			whyBusy:    fmt.Sprintf("%d senders wait for answers already", maxWaiters),
			whyClosing: "Creel is closing",
			whyNotSent: "this request is not forwarded",
		}[why]
	}
	return passed{hook.Answer{
		Status: status, Headers: hook.Headers{{Name: "Content-Type", Value: "text/plain; charset=utf-8"}},
		Body: fmt.Appendf(nil, "kept, but without an answer of the target %s: %s\n", target, text),
	}, told}
}
