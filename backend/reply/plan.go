package reply

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"creel/backend/filter"
	"creel/backend/hook"
)

// Plan is a reply made ready for answering. It does not change and may be used
// by many goroutines.
type Plan struct {
	usual Saying
	rules []rule
	Greet hook.Handshakes
}

type rule struct {
	when *filter.Expr
	say  Saying
}

// Saying is one thing to answer.
type Saying struct {
	Mode   string
	Pass   hook.ReplyPass
	Fault  hook.ReplyFault
	Told   string // "rule:2", or "" for the endpoint's own
	answer hook.Answer
	body   *template  // nil: the body of answer
	lines  []template // nil: the headers of answer
}

// Compile makes a Plan. What cannot be is a *hook.Fault that names the field
// ("reply.rules[0].reply.body") and the column.
func Compile(r hook.Reply) (*Plan, error) {
	usual, err := compile(r, "reply")
	if err != nil {
		return nil, err
	}
	p := &Plan{usual: usual, Greet: r.Handshakes}
	for i, ru := range r.Rules {
		at := fmt.Sprintf("reply.rules[%d]", i)
		when, err := filter.Parse(ru.When)
		if err != nil {
			return nil, within(err, at+".when", "")
		}
		if when.Root == nil {
			return nil, refuse(at+".when", "rule %d: say with a filter which requests it is for", i+1)
		}
		say, err := compile(ru.Reply, at+".reply")
		if err != nil {
			return nil, err
		}
		say.Told = fmt.Sprintf("%s:%d", hook.ToldRule, i+1)
		p.rules = append(p.rules, rule{when, say})
	}
	return p, nil
}

// Literal is a Plan that answers r as it stands, without placeholders and
// rules: for what an earlier version kept and this one cannot read.
func Literal(r hook.Reply) *Plan {
	return &Plan{usual: Saying{Mode: hook.ReplyFixed, answer: answerOf(r)}}
}

func answerOf(r hook.Reply) hook.Answer {
	return hook.Answer{
		Status: r.Status, Headers: r.Headers, Body: []byte(r.Body), Delay: time.Duration(r.DelayMs) * time.Millisecond,
	}
}

func compile(r hook.Reply, at string) (Saying, error) {
	say := Saying{Mode: r.Mode, Pass: r.Pass, Fault: r.Fault, answer: answerOf(r)}
	lines := make([]template, len(r.Headers))
	filled := false
	for i, h := range r.Headers {
		t, err := parse(h.Value, line)
		if err != nil {
			return say, within(err, at+".headers", "in the value of "+h.Name+": ")
		}
		if _, ok := t.literal(); !ok {
			if strings.EqualFold(h.Name, "Content-Type") {
				return say, refuse(at+".headers", "Content-Type has no placeholders: it says how the values in the body are written")
			}
			filled = true
		}
		lines[i] = *t
	}
	if filled {
		say.lines = lines
	} else {
		say.answer.Headers = plainLines(r.Headers, lines)
	}
	body, err := parse(r.Body, formOf(r.Headers.Get("Content-Type")))
	if err != nil {
		return say, within(err, at+".body", "")
	}
	if text, ok := body.literal(); ok {
		say.answer.Body = []byte(text)
	} else {
		say.body = body
	}
	return say, nil
}

// plainLines are the header lines of templates without holes.
func plainLines(hs hook.Headers, lines []template) hook.Headers {
	out := slices.Clone(hs)
	for i := range out {
		out[i].Value, _ = lines[i].literal()
	}
	return out
}

// Plain returns the answer that every request gets, when there is only one.
func (p *Plan) Plain() (hook.Answer, bool) {
	u := &p.usual
	ok := len(p.rules) == 0 && u.Mode == hook.ReplyFixed && u.Fault.Kind == "" && u.Simple()
	return u.answer, ok
}

// Rule returns what the first rule that means the request says; nil when none
// does.
func (p *Plan) Rule(row hook.Row, raw hook.Raw) *Saying {
	for i := range p.rules {
		if p.rules[i].when.Match(row, func() hook.Raw { return raw }) {
			return &p.rules[i].say
		}
	}
	return nil
}

// Usual is what is said when no rule speaks.
func (p *Plan) Usual() *Saying { return &p.usual }

// Simple says that the answer has no placeholders.
func (s *Saying) Simple() bool { return s.body == nil && s.lines == nil }

// Status is what the sender is told.
func (s *Saying) Status() int { return s.answer.Status }

// Delay is how long the answer is held back.
func (s *Saying) Delay() time.Duration { return s.answer.Delay }

// Answer is the answer to that request, whose Seq is known.
func (s *Saying) Answer(to *Subject) hook.Answer {
	a := s.answer
	if s.lines != nil {
		a.Headers = make(hook.Headers, len(s.answer.Headers))
		for i, h := range s.answer.Headers {
			a.Headers[i] = hook.Header{Name: h.Name, Value: string(s.lines[i].fill(to, maxLine))}
		}
	}
	if s.body != nil {
		a.Body = s.body.fill(to, hook.MaxReply)
	}
	return a
}

func within(err error, field, before string) error {
	var f *hook.Fault
	if errors.As(err, &f) {
		return &hook.Fault{Kind: f.Kind, Field: field, Column: f.Column, Text: before + f.Text}
	}
	return err
}

func refuse(field, format string, args ...any) error {
	return &hook.Fault{Kind: hook.Invalid, Field: field, Text: fmt.Sprintf(format, args...)}
}
