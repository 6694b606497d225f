package desk

import (
	"context"
	"slices"
	"strings"

	"creel/backend/hook"
	"creel/backend/sign"
)

// greets says which handshakes the endpoint answers by itself; nil is none.
func greets(e hook.Endpoint) func(sign.Handshake) bool {
	switch e.Reply.Handshakes.Mode {
	case hook.HandshakesOff:
		return nil
	case hook.HandshakesChosen:
		ids := e.Reply.Handshakes.IDs
		if len(ids) == 0 {
			return nil
		}
		return func(h sign.Handshake) bool { return slices.Contains(ids, h.ID) }
	}
	if e.Reply.Mode == hook.ReplyTarget {
		return nil
	}
	if e.Provider == "" {
		return func(h sign.Handshake) bool { return h.Sure }
	}
	return func(h sign.Handshake) bool { return h.Provider == e.Provider }
}

// greet answers a handshake, if the request is one that may be answered.
func (d *Desk) greet(t *talk, ep *hook.Endpoint, c *hook.Capture, headers hook.Headers) (hook.Answer, string, bool) {
	met, ok := sign.Meet(sign.Message{Method: c.Method, URL: c.Target, Headers: headers, Body: c.Body}, t.greets)
	if !ok {
		return hook.Answer{}, "", false
	}
	a, ok := met.Answer(d.keyOf(ep), ep.Reply.Handshakes.VerifyToken)
	return a, met.ID, ok
}

// keyOf is what signatures of an endpoint's senders are checked against.
func (d *Desk) keyOf(ep *hook.Endpoint) sign.Key {
	return sign.Key{Secret: ep.Secret, PublicKey: ep.PublicKey}
}

// checkHandshakes fills in what is left out and refuses what is not known.
func checkHandshakes(h *hook.Handshakes) error {
	switch h.Mode {
	case "":
		h.Mode = hook.HandshakesAuto
	case hook.HandshakesAuto, hook.HandshakesOff, hook.HandshakesChosen:
	default:
		return fieldFault(hook.Invalid, "reply.handshakes.mode", "handshakes %q: use auto, off or chosen", h.Mode)
	}
	known := sign.Handshakes()
	for _, id := range h.IDs {
		if !slices.ContainsFunc(known, func(k sign.Handshake) bool { return k.ID == id }) {
			return fieldFault(hook.Invalid, "reply.handshakes.ids", "there is no handshake %q", id)
		}
	}
	return nil
}

// Handshake is a question of a provider.
type Handshake = sign.Handshake

// Handshakes returns those that Creel can answer.
func (d *Desk) Handshakes() []Handshake { return sign.Handshakes() }

// Greeting is a handshake as it was seen in a request.
type Greeting struct {
	sign.Met
	Answered bool // by Creel
	// Lacks says that the endpoint has not what it takes to answer, Met.Needs.
	Lacks bool
}

// GreetingIn looks for a handshake in a kept request; nil when there is none.
// One that any request could look like counts only where it was answered or
// where the endpoint's provider asks so, and one that hands over a token always.
func (d *Desk) GreetingIn(row hook.Row, raw hook.Raw) *Greeting {
	if row.State != hook.Kept {
		return nil
	}
	_, headers := hook.ParseHead(raw.Head)
	answered, greeted := strings.CutPrefix(row.Told, hook.ToldHandshake+":")
	ep := d.setup.Load().endpoint(row.Endpoint)
	m := sign.Message{Method: row.Method, URL: row.Request.Target, Headers: headers, Body: raw.Body}
	met, ok := sign.Meet(m, func(h sign.Handshake) bool {
		if greeted {
			return h.ID == answered
		}
		return h.Sure || h.Provider == ep.Provider || h.ID == "notion"
	})
	if !ok {
		return nil
	}
	g := &Greeting{Met: met, Answered: greeted}
	if !g.Answered {
		_, can := met.Answer(d.keyOf(&ep), "")
		g.Lacks = !can
	}
	return g
}

// Confirm opens the address by which a subscription of AWS SNS is confirmed, as
// a delivery of its own: guarded, recorded and shown like any other. Only the
// address that the request itself names is opened, and only when it is one of
// AWS SNS.
func (d *Desk) Confirm(ctx context.Context, seq int64) (hook.Delivery, error) {
	row, err := d.store.Row(ctx, seq)
	if err != nil {
		return hook.Delivery{}, err
	}
	raw, err := d.store.Raw(ctx, seq)
	if err != nil {
		return hook.Delivery{}, err
	}
	g := d.GreetingIn(row, raw)
	if g == nil || g.ConfirmURL == "" {
		return hook.Delivery{}, hook.Faultf(hook.Conflict, "confirm request %d: it asks for no confirmation", seq)
	}
	if err := sign.CheckConfirmURL(g.ConfirmURL); err != nil {
		return hook.Delivery{}, err
	}
	one := []hook.Delivery{{
		ID: newID(), Request: seq, URL: g.ConfirmURL, Kind: hook.Replay, State: hook.Waiting, CreatedAt: d.now().UTC(),
		Draft: &hook.Draft{Method: "GET", URL: g.ConfirmURL, Headers: hook.Headers{{Name: "Accept", Value: "*/*"}}, Body: []byte{}},
	}}
	if err := d.store.AddDeliveries(ctx, one); err != nil {
		return hook.Delivery{}, err
	}
	d.outbox.Wake()
	return one[0], nil
}
