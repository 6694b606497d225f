package desk

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"creel/backend/filter"
	"creel/backend/hook"
)

var slugPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

// Endpoints returns all endpoints, inbox first.
func (d *Desk) Endpoints() []hook.Endpoint { return d.setup.Load().endpoints }

// Endpoint returns one endpoint.
func (d *Desk) Endpoint(slug string) (hook.Endpoint, error) {
	s := d.setup.Load()
	i, ok := s.bySlug[slug]
	if !ok {
		return hook.Endpoint{}, hook.Faultf(hook.NotFound, "there is no endpoint %q", slug)
	}
	return s.endpoints[i], nil
}

// CreateEndpoint adds an endpoint.
func (d *Desk) CreateEndpoint(ctx context.Context, e hook.Endpoint) (hook.Endpoint, error) {
	return d.putEndpoint(ctx, "", func(s *setup) (hook.Endpoint, error) {
		if _, taken := s.bySlug[e.Slug]; taken {
			return e, fieldFault(hook.Conflict, "slug", "there is an endpoint at /%s already; choose another path", e.Slug)
		}
		return e, nil
	})
}

// ChangeEndpoint changes one endpoint; change edits a copy of it.
func (d *Desk) ChangeEndpoint(ctx context.Context, slug string, change func(*hook.Endpoint)) (hook.Endpoint, error) {
	return d.putEndpoint(ctx, slug, func(s *setup) (hook.Endpoint, error) {
		i, ok := s.bySlug[slug]
		if !ok {
			return hook.Endpoint{}, hook.Faultf(hook.NotFound, "there is no endpoint %q", slug)
		}
		e := s.endpoints[i]
		change(&e)
		if slug == hook.Inbox && e.Slug != hook.Inbox {
			return e, fieldFault(hook.Invalid, "slug", "inbox keeps its path: it catches what no other endpoint does")
		}
		if _, taken := s.bySlug[e.Slug]; taken && e.Slug != slug {
			return e, fieldFault(hook.Conflict, "slug", "there is an endpoint at /%s already; choose another path", e.Slug)
		}
		return e, nil
	})
}

func (d *Desk) putEndpoint(ctx context.Context, was string, make func(*setup) (hook.Endpoint, error)) (hook.Endpoint, error) {
	d.setupMu.Lock()
	defer d.setupMu.Unlock()
	s := d.setup.Load()
	e, err := make(s)
	if err != nil {
		return e, err
	}
	if err := s.checkEndpoint(&e); err != nil {
		return e, err
	}
	if err := d.keepSecret(ctx, &e); err != nil {
		return e, err
	}
	if err := d.store.PutEndpoint(ctx, was, e); err != nil {
		return e, err
	}
	err = d.reload(ctx)
	d.signingChanged(ctx, s.endpoint(was), e)
	return e, err
}

// checkEndpoint fills in what is left out and refuses what makes no sense.
func (s *setup) checkEndpoint(e *hook.Endpoint) error {
	if !slugPattern.MatchString(e.Slug) {
		return fieldFault(hook.Invalid, "slug", "path %q: use small letters, digits, - and _, at most 64 of them", e.Slug)
	}
	e.Name = strings.TrimSpace(e.Name)
	if e.Name == "" {
		e.Name = e.Slug
	}
	if e.Targets == nil {
		e.Targets = []string{}
	}
	for i, name := range e.Targets {
		if _, ok := s.byName[name]; !ok {
			return fieldFault(hook.Invalid, "targets", "there is no target named %q", name)
		}
		for _, other := range e.Targets[:i] {
			if other == name {
				return fieldFault(hook.Invalid, "targets", "target %q is named twice", name)
			}
		}
	}
	if e.Filter != "" {
		if _, err := filter.Parse(e.Filter); err != nil {
			return err
		}
	}
	if err := checkSigning(&e.Signing); err != nil {
		return err
	}
	return s.checkReply(e)
}

// endpoint is the one of that slug, or the zero Endpoint.
func (s *setup) endpoint(slug string) (e hook.Endpoint) {
	if i, ok := s.bySlug[slug]; ok {
		e = s.endpoints[i]
	}
	return e
}

// DeleteEndpoint removes an endpoint. What it caught stays in the history.
func (d *Desk) DeleteEndpoint(ctx context.Context, slug string) error {
	if slug == hook.Inbox {
		return hook.Faultf(hook.Conflict, "inbox cannot be deleted: it catches what no other endpoint does")
	}
	was := d.setup.Load().endpoint(slug)
	err := d.changeSetup(ctx, func() error { return d.store.DeleteEndpoint(ctx, slug) })
	if err == nil {
		d.signingChanged(ctx, was, hook.Endpoint{Slug: slug, Provider: was.Provider})
	}
	return err
}

// Targets returns all targets by name.
func (d *Desk) Targets() []hook.Target { return d.setup.Load().targets }

// CreateTarget adds a target.
func (d *Desk) CreateTarget(ctx context.Context, t hook.Target) (hook.Target, error) {
	return d.putTarget(ctx, "", t)
}

// ChangeTarget changes one target; change edits a copy of it.
func (d *Desk) ChangeTarget(ctx context.Context, name string, change func(*hook.Target)) (hook.Target, error) {
	t, ok := d.Target(name)
	if !ok {
		return t, hook.Faultf(hook.NotFound, "there is no target named %q", name)
	}
	change(&t)
	return d.putTarget(ctx, name, t)
}

func (d *Desk) putTarget(ctx context.Context, was string, t hook.Target) (hook.Target, error) {
	if err := d.checkTarget(&t); err != nil {
		return t, err
	}
	if t.Name != was {
		if _, taken := d.Target(t.Name); taken {
			return t, fieldFault(hook.Conflict, "name", "there is a target named %q already; choose another name", t.Name)
		}
	}
	if err := d.checkTransform(ctx, was, t.Transform); err != nil {
		return t, err
	}
	err := d.changeSetup(ctx, func() error { return d.store.PutTarget(ctx, was, t) })
	if err == nil && d.outbox != nil {
		if was != "" {
			d.outbox.Rename(was, t.Name)
			d.waiters.rename(was, t.Name)
		}
		d.outbox.Wake() // a new policy may let something go
	}
	return t, err
}

func (d *Desk) checkTarget(t *hook.Target) error {
	t.Name = strings.TrimSpace(t.Name)
	if t.Name == "" || len(t.Name) > 64 {
		return fieldFault(hook.Invalid, "name", "a target needs a name of at most 64 letters")
	}
	url, err := d.roads.Clean(t.URL)
	if err != nil {
		return err
	}
	t.URL = url
	if t.PathMode == "" {
		t.PathMode = hook.PathAppend
	}
	if t.TimeoutMs == 0 {
		t.TimeoutMs = 30_000
	}
	for _, r := range t.HeaderRules {
		if err := d.roads.CheckRule(r); err != nil {
			return err
		}
	}
	if t.Filter != "" {
		if _, err := filter.Parse(t.Filter); err != nil {
			return err
		}
	}
	return d.roads.CheckTarget(*t)
}

// DeleteTarget removes a target, takes it out of every endpoint and cancels
// what waits for it.
func (d *Desk) DeleteTarget(ctx context.Context, name string) error {
	err := d.changeSetup(ctx, func() error { return d.store.DeleteTarget(ctx, name) })
	if err == nil && d.outbox != nil {
		d.outbox.Rename(name, "")
		d.waiters.giveUp(func(target string) (awaited, bool) {
			return cancelled("the target was deleted"), target == name
		}, d.outbox.Holds)
	}
	return err
}

// Settings are the person's choices.
func (d *Desk) Settings() hook.Settings { return d.setup.Load().settings }

// ChangeSettings changes settings; change edits a copy. A new catch address
// is listened on at once, and when that fails nothing is changed.
func (d *Desk) ChangeSettings(ctx context.Context, change func(*hook.Settings)) (hook.Settings, error) {
	before := d.Settings()
	s := before
	change(&s)
	if s.Keep.Count < 0 || s.Keep.Age < 0 || s.Keep.Bytes < 0 {
		return before, fieldFault(hook.Invalid, "keepCount", "limits of the history are 0 (none) or more")
	}
	if s.MaxBodyBytes < 1<<10 || s.MaxBodyBytes > 256<<20 {
		return before, fieldFault(hook.Invalid, "maxBodyBytes", "the largest body kept can be from 1 KiB to 256 MiB")
	}
	if s.CatchAddr != before.CatchAddr {
		if err := d.Listen(ctx, s.CatchAddr, true); err != nil {
			return before, err
		}
		s.CatchAddr = d.Settings().CatchAddr
	}
	err := d.changeSettings(ctx, func(now *hook.Settings) error { *now = s; return nil })
	if s.Keep != before.Keep {
		d.pruneSoon()
	}
	return d.Settings(), err
}

func (d *Desk) changeSettings(ctx context.Context, change func(*hook.Settings) error) error {
	s := d.Settings()
	if err := change(&s); err != nil {
		return err
	}
	return d.changeSetup(ctx, func() error { return d.store.PutSettings(ctx, s) })
}

func (d *Desk) changeSetup(ctx context.Context, change func() error) error {
	d.setupMu.Lock()
	defer d.setupMu.Unlock()
	if err := change(); err != nil {
		return err
	}
	return d.reload(ctx)
}

// DataDir is the folder that holds everything Creel keeps.
func (d *Desk) DataDir() string { return d.dataDir }

// Value and PutValue keep small things of the window's own.
func (d *Desk) Value(ctx context.Context, key string) (string, error) { return d.store.Value(ctx, key) }

// PutValue keeps a small thing of the window's own.
func (d *Desk) PutValue(ctx context.Context, key, value string) error {
	return d.store.PutValue(ctx, key, value)
}

func fieldFault(kind hook.FaultKind, field, format string, args ...any) error {
	return &hook.Fault{Kind: kind, Field: field, Text: fmt.Sprintf(format, args...)}
}
