package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"creel/backend/hook"
	"creel/backend/reply"
	"creel/backend/sign"
)

// talk is what a setup needs to know to answer for one endpoint.
type talk struct {
	plan *reply.Plan
	// always is the answer to every request, unless it is a handshake; plain
	// says that there is one.
	always hook.Answer
	plain  bool
	greets func(sign.Handshake) bool // nil: no handshake is answered
}

// talksOf makes the replies of all endpoints ready. One that an earlier version
// let pass and that cannot be read is answered as it stands.
func (d *Desk) talksOf(endpoints []hook.Endpoint) map[string]*talk {
	talks := make(map[string]*talk, len(endpoints))
	for _, e := range endpoints {
		plan, err := reply.Compile(e.Reply)
		if err != nil {
			d.log.Warn("reply is given as it stands", "endpoint", e.Slug, "err", err)
			plan = reply.Literal(e.Reply)
		}
		t := &talk{plan: plan, greets: greets(e)}
		t.always, t.plain = plan.Plain()
		talks[e.Slug] = t
	}
	return talks
}

// telling is how one request is answered: decided before it is kept, since the
// row says what the sender was told, and put in words after, since it may name
// its seq.
type telling struct {
	ready  bool // answer is all there is to it
	answer hook.Answer
	say    *reply.Saying
	status int
	told   string
	fault  *hook.ReplyFault
	wait   *waiting // for a target
}

// tell decides what to answer a request that is kept whole.
func (d *Desk) tell(s *setup, ep *hook.Endpoint, c *hook.Capture, headers hook.Headers) telling {
	t := s.talks[ep.Slug]
	var say *reply.Saying
	if !t.plain {
		say = t.plan.Rule(hook.Row{Request: c.Request}, c.Raw)
	}
	if say == nil && t.greets != nil {
		if a, id, ok := d.greet(t, ep, c, headers); ok {
			return telling{ready: true, answer: a, status: a.Status, told: hook.ToldHandshake + ":" + id}
		}
	}
	if t.plain {
		return telling{ready: true, answer: t.always, status: t.always.Status}
	}
	if say == nil {
		say = t.plan.Usual()
	}
	out := telling{say: say, status: say.Status(), told: say.Told}
	d.spoil(&out)
	if say.Mode == hook.ReplyTarget && out.waits() {
		out.wait = &waiting{name: passTarget(ep, say.Pass)}
		out.status = 0
		out.note(hook.ToldWaiting, out.wait.name)
	}
	return out
}

// spoil lets chance say whether the fault on purpose happens.
func (d *Desk) spoil(t *telling) {
	f := t.say.Fault
	if f.Kind == "" || f.Percent < 100 && d.chance()*100 >= float64(f.Percent) {
		return
	}
	t.note(hook.ToldFault, f.Kind)
	switch f.Kind {
	case hook.FaultStatus:
		t.ready, t.status = true, f.Status
		t.answer = hook.Answer{
			Status: f.Status, Delay: t.say.Delay(), Headers: hook.Headers{{Name: "Content-Type", Value: "text/plain; charset=utf-8"}},
			Body: []byte("failed on purpose\n"),
		}
		return
	case hook.FaultReset, hook.FaultSilent:
		t.status = 0
	}
	t.fault = &f
}

// waits says that a target's answer is of use: nothing else is answered.
func (t *telling) waits() bool {
	return !t.ready && (t.fault == nil || t.fault.Kind == hook.FaultCut || t.fault.Kind == hook.FaultDrip)
}

// note adds how the answer came about; a target's name comes last.
func (t *telling) note(kind, detail string) {
	if t.told != "" {
		t.told += ","
	}
	t.told += kind + ":" + detail
}

// passTarget is the target whose answer is passed on.
func passTarget(ep *hook.Endpoint, p hook.ReplyPass) string {
	if p.Target == "" && len(ep.Targets) > 0 {
		return ep.Targets[0]
	}
	return p.Target
}

// words is the answer to a request that has been kept.
func (d *Desk) words(t *telling, c *hook.Capture, headers hook.Headers) hook.Answer {
	a := t.answer
	if !t.ready {
		subject := &reply.Subject{Row: hook.Row{Request: c.Request}, Raw: c.Raw, Headers: headers, Now: d.now()}
		a = t.say.Answer(subject)
	}
	a.Seq, a.Fault = c.Seq, t.fault
	if t.wait == nil {
		return a
	}
	w, told := t.wait, strings.TrimSuffix(t.told, hook.ToldWaiting+":"+t.wait.name)
	return hook.Answer{Seq: c.Seq, Later: func(hurry <-chan struct{}) hook.Answer {
		got := d.passOn(w, t.say.Pass, a, hurry)
		got.answer.Seq, got.answer.Fault, got.answer.Delay = a.Seq, a.Fault, 0
		d.record(a.Seq, got.answer.Status, told+got.told)
		return got.answer
	}}
}

// record writes down what the sender was told in the end, behind its back.
func (d *Desk) record(seq int64, status int, told string) {
	d.done.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), recordWithin)
		defer cancel()
		if err := d.store.Told(ctx, seq, status, told); err != nil && hook.KindOf(err) != hook.NotFound {
			d.log.Warn("what the sender was told is not written down", "seq", seq, "err", err)
		}
	})
}

// recordWithin bounds how long writing that down is tried.
const recordWithin = 10 * time.Second

// checkReply fills in what is left out and refuses what cannot be answered.
func (s *setup) checkReply(e *hook.Endpoint) error {
	if err := reply.Clean(&e.Reply); err != nil {
		return err
	}
	if _, err := reply.Compile(e.Reply); err != nil {
		return err
	}
	if err := checkHandshakes(&e.Reply.Handshakes); err != nil {
		return err
	}
	if err := s.checkPass(e, &e.Reply, "reply.pass.target"); err != nil {
		return err
	}
	for i := range e.Reply.Rules {
		if err := s.checkPass(e, &e.Reply.Rules[i].Reply, fmt.Sprintf("reply.rules[%d].reply.pass.target", i)); err != nil {
			return err
		}
	}
	return nil
}

// checkPass sees to it that the target whose answer is passed on exists and is
// one that the endpoint forwards to.
func (s *setup) checkPass(e *hook.Endpoint, r *hook.Reply, field string) error {
	name := r.Pass.Target
	switch {
	case r.Mode != hook.ReplyTarget:
		return nil
	case name == "" && len(e.Targets) == 0:
		return fieldFault(hook.Invalid, field, "answer with the target's answer: the endpoint forwards to no target; choose one")
	case name == "":
		return nil
	}
	if _, ok := s.byName[name]; !ok {
		return fieldFault(hook.Invalid, field, "there is no target named %q", name)
	}
	if !slices.Contains(e.Targets, name) {
		e.Targets = append(slices.Clone(e.Targets), name)
	}
	return nil
}
