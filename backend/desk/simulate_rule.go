package desk

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"creel/backend/hook"
)

// try is one try of a simulation as the provider would see it.
type try struct {
	n       int // from 1
	attempt hook.Attempt
	at      time.Duration // since the first
}

// maxRetryAfter is the longest pause that a target may ask for.
const maxRetryAfter = day

// rule says what the provider would make of a try: whether it would accept it,
// when it would try again, and why, in a sentence.
func (p Simulated) rule(t try) (hook.Ruling, time.Duration, string) {
	what, why, ok := p.judge(t.attempt)
	said := saidOf(t.attempt)
	if ok {
		return hook.RulingAccepted, 0, said + ": accepted"
	}
	if why != "" {
		said += ", but " + why
	}
	status := t.attempt.Status
	answered := what&(onTimeout|onNoAnswer) == 0
	switch {
	case answered && slices.Contains(p.disables, status):
		return hook.RulingDisabled, 0, fmt.Sprintf("%s: %s would switch the webhook off", said, p.Name)
	case answered && slices.Contains(p.final, status), p.retries&what == 0:
		return hook.RulingGiveUp, 0, fmt.Sprintf("%s: not accepted, and %s does not try again after that", said, p.Name)
	case p.ID == "slack" && answered && hasHeader(t.attempt, "X-Slack-No-Retry", "1"):
		return hook.RulingGiveUp, 0, said + ": the answer asks for no retry (X-Slack-No-Retry)"
	case t.n > len(p.Waits):
		return p.last(t, said)
	}
	wait := p.Waits[t.n-1]
	asked := ""
	if d, ok := retryAfterOf(t.attempt); ok && p.retryAfter && answered && d > wait {
		wait, asked = d, ", as Retry-After asks"
	}
	return hook.RulingRetry, wait, fmt.Sprintf("%s: not accepted, tried again after %s%s", said, inWords(wait), asked)
}

// last is the ruling when no try is left.
func (p Simulated) last(t try, said string) (hook.Ruling, time.Duration, string) {
	text := said + ": not accepted, and it was the only try"
	if len(p.Waits) > 0 {
		text = fmt.Sprintf("%s: not accepted, and it was the last of %d tries, %s after the first", said, len(p.Waits)+1, inWords(t.at))
	}
	if p.After != "" {
		text += "; " + p.After
	}
	if p.Disables {
		return hook.RulingDisabled, 0, text
	}
	return hook.RulingGiveUp, 0, text
}

// judge says whether a try would be accepted, and else what it counts as; why
// is set when the answer alone does not tell.
func (p Simulated) judge(a hook.Attempt) (what cause, why string, ok bool) {
	connect := a.Phases.DNS + a.Phases.Connect + a.Phases.TLS
	switch {
	case p.Connect > 0 && connect > p.Connect:
		return onTimeout, fmt.Sprintf("connecting took %s and %s waits %s", inWords(connect), p.Name, inWords(p.Connect)), false
	case p.Timeout > 0 && a.Phases.Total > p.Timeout:
		return onTimeout, fmt.Sprintf("%s waits %s", p.Name, inWords(p.Timeout)), false
	case a.Err != nil && a.Err.Kind == hook.ErrTimeout:
		return onTimeout, "", false
	case a.Err != nil || a.Status == 0:
		return onNoAnswer, "", false
	case p.accepts == nil && a.Status >= 200 && a.Status <= 299, slices.Contains(p.accepts, a.Status):
		return 0, "", true
	case a.Status >= 200 && a.Status <= 299:
		return on4xx, fmt.Sprintf("%s accepts only %s", p.Name, p.acceptsInWords()), false
	case a.Status == http.StatusTooManyRequests:
		return on429, "", false
	case a.Status >= 500:
		return on5xx, "", false
	case a.Status >= 400:
		return on4xx, "", false
	}
	return on3xx, "", false
}

// Accepts says in words which answers count: "2xx", "200 or 204".
func (p Simulated) Accepts() string { return p.acceptsInWords() }

func (p Simulated) acceptsInWords() string {
	if p.accepts == nil {
		return "2xx"
	}
	if len(p.accepts) > 4 {
		return fmt.Sprintf("%d–%d", p.accepts[0], p.accepts[len(p.accepts)-1])
	}
	words := make([]string, len(p.accepts))
	for i, s := range p.accepts {
		words[i] = strconv.Itoa(s)
	}
	return strings.Join(words, " or ")
}

// saidOf is what the target did: "500 after 120 ms".
func saidOf(a hook.Attempt) string {
	took := inWords(a.Phases.Total)
	if a.Status != 0 {
		return fmt.Sprintf("%d after %s", a.Status, took)
	}
	return fmt.Sprintf("no answer after %s (%s)", took, errorText(a.Err))
}

func hasHeader(a hook.Attempt, name, value string) bool {
	_, headers := hook.ParseHead(a.AnswerHead)
	return strings.TrimSpace(headers.Get(name)) == value
}

// retryAfterOf reads Retry-After: seconds or a date, at most maxRetryAfter.
func retryAfterOf(a hook.Attempt) (time.Duration, bool) {
	_, headers := hook.ParseHead(a.AnswerHead)
	text := strings.TrimSpace(headers.Get("Retry-After"))
	if n, err := strconv.ParseUint(text, 10, 32); err == nil {
		return min(time.Duration(n)*time.Second, maxRetryAfter), true
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	return min(max(at.Sub(a.StartedAt), 0), maxRetryAfter), true
}

// inWords writes a duration as a person would: "120 ms", "4.2 s", "5 min",
// "2 h 30 min", "3 d".
func inWords(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < min1:
		return strings.TrimSuffix(strconv.FormatFloat(d.Seconds(), 'f', 1, 64), ".0") + " s"
	case d < hour:
		return inParts(d.Round(time.Second), min1, "min", time.Second, "s")
	case d < 2*day:
		return inParts(d.Round(time.Minute), hour, "h", min1, "min")
	}
	return inParts(d.Round(time.Hour), day, "d", hour, "h")
}

func inParts(d, large time.Duration, ofLarge string, small time.Duration, ofSmall string) string {
	text := fmt.Sprintf("%d %s", d/large, ofLarge)
	if rest := d % large / small; rest > 0 {
		text += fmt.Sprintf(" %d %s", rest, ofSmall)
	}
	return text
}
