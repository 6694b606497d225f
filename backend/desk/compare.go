package desk

import (
	"context"
	"net/url"
	"strings"

	"creel/backend/compare"
	"creel/backend/hook"
)

// Sides of an attempt.
const (
	SideSent   = "sent"
	SideAnswer = "answer"
)

// Reference names a message: a request (seq), one side of an attempt, or a
// text. Exactly one is set.
type Reference struct {
	Request     int64
	Attempt     string
	Side        string
	Text        *string
	ContentType string
}

// Comparison is what differs between two messages.
type Comparison struct {
	compare.Result
	Sides *compare.Sides
}

// Compare says what differs between two messages, leaving out the ignored
// paths; with sides also line by line.
func (d *Desk) Compare(ctx context.Context, left, right Reference, ignore []string, sides bool) (Comparison, error) {
	l, err := d.message(ctx, left, "left")
	if err != nil {
		return Comparison{}, err
	}
	r, err := d.message(ctx, right, "right")
	if err != nil {
		return Comparison{}, err
	}
	for _, pattern := range ignore {
		if err := compare.CheckPattern(pattern); err != nil {
			return Comparison{}, &hook.Fault{Kind: hook.Invalid, Field: "ignore", Text: err.Error()}
		}
	}
	o := compare.Options{Ignore: ignore}
	out := Comparison{Result: compare.Compare(l, r, o)}
	if sides {
		s := compare.SideBySide(l, r, o)
		out.Sides = &s
	}
	return out, nil
}

func (d *Desk) message(ctx context.Context, ref Reference, field string) (compare.Message, error) {
	named := 0
	for _, is := range []bool{ref.Request != 0, ref.Attempt != "", ref.Text != nil} {
		if is {
			named++
		}
	}
	if named != 1 {
		f := hook.Faultf(hook.Invalid, "compare: name exactly one of request, attempt and text")
		f.Field = field
		return compare.Message{}, f
	}
	switch {
	case ref.Request != 0:
		raw, err := d.store.Raw(ctx, ref.Request)
		if err != nil {
			return compare.Message{}, err
		}
		return messageOf(raw.Head, raw.Body), nil
	case ref.Attempt != "":
		a, _, err := d.Attempt(ctx, ref.Attempt)
		if err != nil {
			return compare.Message{}, err
		}
		if ref.Side == SideSent {
			return messageOf(a.SentHead, a.SentBody), nil
		}
		if a.Status == 0 {
			f := hook.Faultf(hook.Invalid, "compare: that attempt has no answer: %s", errorText(a.Err))
			f.Field = field
			return compare.Message{}, f
		}
		return messageOf(a.AnswerHead, a.AnswerBody), nil
	}
	return compare.Message{ContentType: ref.ContentType, Body: []byte(*ref.Text)}, nil
}

func errorText(e *hook.AttemptError) string {
	if e == nil {
		return "it has not finished"
	}
	return e.Text
}

// messageOf reads a head and undoes the body's content encoding, as far as it
// can be: a body that cannot be decoded is compared as sent.
func messageOf(head, body []byte) compare.Message {
	line, headers := hook.ParseHead(head)
	if decoded, err := Decode(body, headers); err == nil {
		body = decoded
	}
	return compare.Message{
		Line: line, Query: QueryOf(line), Headers: headers, ContentType: headers.Get("Content-Type"), Body: body,
	}
}

// QueryOf returns the raw query of a request line, or "".
func QueryOf(line string) string {
	if strings.HasPrefix(line, "HTTP/") {
		return ""
	}
	_, rest, _ := strings.Cut(line, " ")
	target, _, _ := strings.Cut(rest, " ")
	_, query, _ := strings.Cut(target, "?")
	return query
}

// ParseQuery splits a raw query into decoded names and values, in order. What
// cannot be decoded stays as sent.
func ParseQuery(query string) [][2]string {
	pairs := [][2]string{}
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, [2]string{unescape(name), unescape(value)})
	}
	return pairs
}

func unescape(s string) string {
	if u, err := url.QueryUnescape(s); err == nil {
		return u
	}
	return s
}

// sameByNature are header lines that say nothing about the answer itself:
// they differ with the moment, the connection, or the body, which is compared
// anyway. The page leaves out the same (frontend/src/model/comparing.ts).
func sameByNature() []string {
	return []string{"headers.date", "headers.content-length", "headers.connection", "headers.keep-alive", "headers.transfer-encoding"}
}

// compareWithPrevious fills in how the answer differs from the previous one
// by the same URL. That it cannot be compared is no reason not to record the
// attempt.
func (d *Desk) compareWithPrevious(ctx context.Context, a *hook.Attempt) {
	delivery, err := d.store.Delivery(ctx, a.Delivery)
	if err != nil {
		d.log.Warn("answer not compared", "err", err)
		return
	}
	before, err := d.store.LastAnswer(ctx, delivery.Request, a.URL, a.ID)
	if err != nil {
		d.log.Warn("answer not compared", "err", err)
		return
	}
	if before == nil {
		return
	}
	result := compare.Compare(messageOf(before.AnswerHead, before.AnswerBody), messageOf(a.AnswerHead, a.AnswerBody),
		compare.Options{Ignore: sameByNature()})
	a.Changes, a.Against = result.Count, before.ID
}
