package desk

import (
	"fmt"
	"strings"
	"time"

	"creel/backend/hook"
)

// waiting is one sender that is to get a target's answer.
type waiting struct {
	name     string // of the target
	delivery string // "" when there is none to wait for
	answer   <-chan hook.Attempt
	why      string // why there is none, a fallback's word
}

// The words of fallback:WHY, beside the classes of hook.AttemptError.
const (
	whyTimeout  = "timeout"       // the target took too long
	whyBusy     = "busy"          // too many senders wait already
	whyClosing  = "closing"       // Creel was closing
	whyTooLarge = "large"         // the answer is longer than is kept
	whyNotSent  = "not-forwarded" // nothing is forwarded: the filter, the sender, or no such target
)

// expect finds the delivery whose answer is passed on among those that the
// request owes, and gets in line for it. Call it before the request is kept: a
// delivery may be made at any moment after.
func (d *Desk) expect(w *waiting, owed []hook.Delivery) {
	w.why = whyNotSent
	for _, o := range owed {
		if o.Target != w.name {
			continue
		}
		if w.answer = d.waiters.add(o.ID); w.answer == nil {
			w.why = whyBusy
			return
		}
		w.delivery, w.why = o.ID, ""
		return
	}
}

// passed is the answer in the end, and how it came about.
type passed struct {
	answer hook.Answer
	told   string
}

// passOn waits for the target's answer, as long as p says and until hurry is
// closed. The delivery goes on whatever becomes of the wait.
func (d *Desk) passOn(w *waiting, p hook.ReplyPass, own hook.Answer, hurry <-chan struct{}) passed {
	if w.answer == nil {
		return fallback(w.name, w.why, "", p, own)
	}
	defer d.waiters.drop(w.delivery)
	timer := time.NewTimer(millis(p.TimeoutMs))
	defer timer.Stop()
	select {
	case a := <-w.answer:
		switch {
		case a.Err != nil:
			return fallback(w.name, string(a.Err.Kind), a.Err.Text, p, own)
		case a.AnswerTruncated:
			return fallback(w.name, whyTooLarge, "", p, own)
		}
		return passed{passedAnswer(a), hook.ToldTarget + ":" + w.name}
	case <-timer.C:
		return fallback(w.name, whyTimeout, "", p, own)
	case <-hurry:
		return fallback(w.name, whyClosing, "", p, own)
	}
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
	return hook.Answer{Status: a.Status, Headers: kept, Body: a.AnswerBody}
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
			whyTimeout:  fmt.Sprintf("it did not answer within %v", millis(p.TimeoutMs)),
			whyBusy:     fmt.Sprintf("%d senders wait for answers already", maxWaiters),
			whyClosing:  "Creel is closing",
			whyTooLarge: fmt.Sprintf("its answer is longer than %d MiB", hook.MaxAnswer>>20),
			whyNotSent:  "this request is not forwarded",
		}[why]
	}
	return passed{hook.Answer{
		Status: status, Headers: hook.Headers{{Name: "Content-Type", Value: "text/plain; charset=utf-8"}},
		Body: fmt.Appendf(nil, "kept, but without an answer of the target %s: %s\n", target, text),
	}, told}
}
