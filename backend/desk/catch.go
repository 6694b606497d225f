package desk

import (
	"context"
	"strings"

	"creel/backend/hook"
	"creel/backend/sample"

	"github.com/google/uuid"
)

// Keep takes a finished capture, keeps it together with the deliveries it
// owes, and says what to answer. It never fails: what could not be kept is
// answered 503, so that the sender tries again.
func (d *Desk) Keep(ctx context.Context, c *hook.Capture) hook.Answer {
	s := d.setup.Load()
	ep := s.endpointFor(c.Target)
	_, headers := hook.ParseHead(c.Head)
	c.Endpoint = ep.Slug
	if d.samples.has(c.RemoteAddr) {
		c.Via = hook.ViaSample
	}
	c.Provider, c.Event = sample.Detect(headers, c.Body)
	c.Sig = d.sigOf(ep, &c.Request, headers, c.Body)
	var owed []hook.Delivery
	var t telling
	if c.State == hook.Kept {
		t = d.tell(s, ep, c, headers)
		c.Status, c.Told = t.status, t.told
		owed = d.owed(s, ep, c, headers)
		if t.wait != nil {
			d.expect(t.wait, owed)
		}
	}
	seq, err := d.store.Keep(ctx, c, owed)
	if err != nil {
		d.log.Error("request not kept", "err", err)
		if t.wait != nil {
			d.waiters.drop(t.wait.delivery)
		}
		return notKept(err)
	}
	if len(owed) > 0 {
		d.outbox.Wake()
	}
	c.Seq = seq
	if now := d.setup.Load(); now != s {
		if e := now.endpointFor(c.Target); e.Secret != ep.Secret || byOf(e) != byOf(ep) {
			d.again.row(seq) // it was verified by what is no longer set
		}
	}
	if c.Via == hook.ViaSample {
		d.samples.kept(c.RemoteAddr, SampleSent{seq, c.Status}, strings.Contains(","+c.Told, ","+hook.ToldFault+":"))
	}
	if c.State != hook.Kept {
		return hook.Answer{Seq: seq}
	}
	return d.words(&t, c, headers)
}

// endpointFor picks the endpoint by the first path segment of a
// request-target.
func (s *setup) endpointFor(target string) *hook.Endpoint {
	if i, ok := s.bySlug[firstSegment(target)]; ok {
		return &s.endpoints[i]
	}
	return &s.endpoints[s.bySlug[hook.Inbox]]
}

// firstSegment is the first segment of a request-target's path, byte for byte:
// no decoding, so that no two spellings of a slug exist. It is "" where there
// is no path.
func firstSegment(target string) string {
	path := target
	if _, rest, absolute := strings.Cut(target, "://"); absolute && target[0] != '/' {
		end := strings.IndexAny(rest, "/?#")
		if end < 0 {
			return ""
		}
		path = rest[end:]
	}
	path = strings.TrimPrefix(path, "/")
	if i := strings.IndexAny(path, "/?#"); i >= 0 {
		path = path[:i]
	}
	return path
}

// owed works out the deliveries of a new request. What a browser sent from a
// foreign page, and what Creel itself sent, is never forwarded by itself.
func (d *Desk) owed(s *setup, ep *hook.Endpoint, c *hook.Capture, headers hook.Headers) []hook.Delivery {
	if len(ep.Targets) == 0 || c.CrossSite || headers.Get(hook.DeliveryHeader) != "" {
		return nil
	}
	if expr := s.filters[ep.Slug]; expr != nil {
		if !expr.Match(hook.Row{Request: c.Request}, func() hook.Raw { return c.Raw }) {
			return nil
		}
	}
	owed := make([]hook.Delivery, 0, len(ep.Targets))
	for _, name := range ep.Targets {
		i, ok := s.byName[name]
		if !ok {
			continue
		}
		if expr := s.onlyTo[name]; expr != nil && !expr.Match(hook.Row{Request: c.Request}, func() hook.Raw { return c.Raw }) {
			continue
		}
		url, err := d.roads.URLFor(s.targets[i], ep.Slug, c.Target)
		if err != nil {
			d.log.Warn("target has no usable url", "target", name, "err", err)
			url = s.targets[i].URL
		}
		owed = append(owed, hook.Delivery{
			ID: newID(), Target: name, URL: url, Kind: hook.Forward, State: hook.Waiting, CreatedAt: d.now().UTC(),
		})
	}
	return owed
}

// notKept is the answer when nothing is known to be on disk.
func notKept(err error) hook.Answer {
	text := "not kept: the history cannot be written just now; please send again later\n"
	if hook.KindOf(err) == hook.DiskFull {
		text = "not kept: the disk is full; please send again later\n"
	}
	return hook.Answer{
		Status:  503,
		Headers: hook.Headers{{Name: "Content-Type", Value: "text/plain; charset=utf-8"}, {Name: "Retry-After", Value: "10"}},
		Body:    []byte(text),
	}
}

// newID returns a UUIDv7 as text. The randomness source of the operating
// system does not fail on any system Go supports.
func newID() string { return uuid.Must(uuid.NewV7()).String() }
