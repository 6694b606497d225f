package desk

import (
	"context"

	"creel/backend/hook"
	"creel/backend/reply"
)

// Preview is what would be answered to a request that has been kept.
type Preview struct {
	Seq    int64 // of the request; 0 when the history has none
	Told   string
	Answer hook.Answer
	// Waits is the target whose answer would be waited for, or "".
	Waits string
	Fault hook.ReplyFault
}

// PreviewReply works out what a reply would say to the request seq, or, when
// that is 0, to the newest one of the endpoint, or the newest of all. With own
// it is the endpoint's own reply, whatever rules and handshakes would say; Told
// then still names what would. Nothing is sent and nothing changed. Chance is
// left out: faults are only named.
func (d *Desk) PreviewReply(ctx context.Context, e hook.Endpoint, seq int64, own bool) (Preview, error) {
	s := d.setup.Load()
	if err := s.checkReply(&e); err != nil {
		return Preview{}, err
	}
	plan, err := reply.Compile(e.Reply)
	if err != nil {
		return Preview{}, err
	}
	row, raw, err := d.example(ctx, e.Slug, seq)
	if err != nil {
		return Preview{}, err
	}
	_, headers := hook.ParseHead(raw.Head)
	p := Preview{Seq: row.Seq}
	say := plan.Rule(row, raw)
	if say != nil {
		p.Told = say.Told
	} else if t := (&talk{greets: greets(e)}); t.greets != nil {
		if a, id, ok := d.greet(t, &e, &hook.Capture{Request: row.Request, Raw: raw}, headers); ok {
			p.Told, p.Answer = hook.ToldHandshake+":"+id, a
		}
	}
	switch {
	case own || p.Told == "":
		say = plan.Usual()
	case say == nil:
		return p, nil // a handshake
	}
	p.Answer = say.Answer(&reply.Subject{Row: row, Raw: raw, Headers: headers, Now: d.now()})
	p.Fault = say.Fault
	if say.Mode == hook.ReplyTarget {
		p.Waits = passTarget(&e, say.Pass)
		p.Answer = fallback(p.Waits, whyTimeout, "", say.Pass, p.Answer).answer
	}
	return p, nil
}

// example is a request to try a reply on: the newest of the endpoint, else of
// all; slug is "" for an endpoint that is only being made. Without any, an
// empty one will do.
func (d *Desk) example(ctx context.Context, slug string, seq int64) (hook.Row, hook.Raw, error) {
	if seq == 0 {
		filters := []string{""}
		if slug != "" {
			filters = []string{"endpoint:" + slug, ""}
		}
		for _, filter := range filters {
			page, err := d.List(ctx, filter, hook.Cursor{Limit: 1})
			if err != nil {
				return hook.Row{}, hook.Raw{}, err
			}
			if len(page.Rows) > 0 {
				seq = page.Rows[0].Seq
				break
			}
		}
	}
	if seq == 0 {
		target := "/" + slug
		return hook.Row{Request: hook.Request{Method: "POST", Target: target, State: hook.Kept, ReceivedAt: d.now()}},
			hook.Raw{Head: []byte("POST " + target + " HTTP/1.1\r\n\r\n")}, nil
	}
	row, err := d.store.Row(ctx, seq)
	if err != nil {
		return row, hook.Raw{}, err
	}
	raw, err := d.store.Raw(ctx, seq)
	return row, raw, err
}
