package desk

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"creel/backend/hook"
	"creel/backend/sign"
)

// Secrets is where secrets are kept: each under a ref, apart from the history.
type Secrets interface {
	// Keep keeps a secret under a new ref; it is safe when Keep returns.
	Keep(ctx context.Context, secret string) (ref string, err error)
	// Read is Unavailable when a keychain does not answer, NotFound when there
	// is no such secret. It does not wait for the keychain.
	Read(ref string) (string, error)
	// Retry asks the keychain again for what could not be read, for a short
	// while.
	Retry(ctx context.Context)
	Where(ref string) hook.SecretPlace
	Place() hook.SecretPlace
	Forget(ctx context.Context, refs ...string) error
	// Sweep forgets all but the named.
	Sweep(ctx context.Context, named []string) error
}

// readSecrets fills in the secrets of endpoints, as far as they can be read.
func (d *Desk) readSecrets(es []hook.Endpoint) {
	if d.secrets == nil {
		return
	}
	for i := range es {
		if ref := es[i].SecretRef; ref != "" {
			// What cannot be read shows as such in every verdict.
			es[i].Secret, _ = d.secrets.Read(ref)
		}
	}
}

// readAgain asks the keychain once more for the secret of an endpoint.
func (d *Desk) readAgain(ctx context.Context, ep hook.Endpoint) hook.Endpoint {
	if d.secrets == nil {
		return ep
	}
	d.secrets.Retry(ctx)
	secret, err := d.secrets.Read(ep.SecretRef)
	if err != nil {
		return ep
	}
	ep.Secret = secret
	d.SecretsRead()
	return ep
}

// SecretsRead says that secrets that could not be read at first can be now.
func (d *Desk) SecretsRead() {
	d.setupMu.Lock()
	defer d.setupMu.Unlock()
	s := *d.setup.Load()
	s.endpoints = slices.Clone(s.endpoints)
	d.readSecrets(s.endpoints)
	d.setup.Store(&s)
	d.again.ask()
}

// readLateSecrets takes in what the keychain gave between New and Start.
func (d *Desk) readLateSecrets() {
	for _, e := range d.setup.Load().endpoints {
		if e.SecretRef != "" && e.Secret == "" {
			d.SecretsRead()
			return
		}
	}
}

// adoptSecrets takes over the secrets that an earlier Creel kept in the
// history, and forgets those that no endpoint names.
func (d *Desk) adoptSecrets(ctx context.Context) error {
	if d.secrets == nil {
		return nil
	}
	stored, err := d.store.StoredSecrets(ctx)
	if err != nil {
		return err
	}
	refs := map[string]string{}
	for slug, secret := range stored {
		if refs[slug], err = d.secrets.Keep(ctx, secret); err != nil {
			return err
		}
	}
	if len(refs) > 0 {
		if err := d.store.MoveSecrets(ctx, refs); err != nil {
			return err
		}
	}
	if aside := d.notice(); aside == nil {
		return d.sweepSecrets(ctx)
	}
	return nil // a history that lies aside may name them
}

// sweepSecrets forgets what no endpoint names.
func (d *Desk) sweepSecrets(ctx context.Context) error {
	es, err := d.store.Endpoints(ctx)
	if err != nil {
		return err
	}
	named := make([]string, 0, len(es))
	for _, e := range es {
		named = append(named, e.SecretRef)
	}
	if err := d.secrets.Sweep(ctx, named); err != nil {
		d.log.Warn("secrets of endpoints that are gone were not removed; the next start tries again", "err", err)
	}
	return nil
}

// keepSecret gives a new secret a ref, before the endpoint that names it is
// saved: a crash in between leaves the old one in place.
func (d *Desk) keepSecret(ctx context.Context, e *hook.Endpoint) (err error) {
	if e.SecretRef != "" {
		return nil
	}
	if strings.TrimSpace(e.Secret) == "" {
		e.Secret = "" // an empty secret is none, and verifies nothing
		return nil
	}
	if d.secrets == nil {
		return fieldFault(hook.Unavailable, "secret", "keep secret: there is no place for secrets in this run")
	}
	e.SecretRef, err = d.secrets.Keep(ctx, e.Secret)
	return err
}

// signingChanged lets go of the secret that e no longer names, and has the rows
// verified anew. was is the endpoint before, if there was one.
func (d *Desk) signingChanged(ctx context.Context, was, e hook.Endpoint) {
	if d.secrets != nil && was.SecretRef != "" && was.SecretRef != e.SecretRef {
		if err := d.secrets.Forget(ctx, was.SecretRef); err != nil {
			d.log.Warn("the former secret was not removed; the next start tries again", "err", err)
		}
	}
	if was.Slug != "" && was.Slug != e.Slug {
		d.again.follow(was.Slug, e.Slug)
	}
	d.again.ask()
}

// checkSigning refuses what cannot be.
func checkSigning(s *hook.Signing) error {
	if s.Scheme != "" && !slices.ContainsFunc(sign.Schemes(), func(k sign.Scheme) bool { return k.ID == s.Scheme }) {
		return fieldFault(hook.Invalid, "scheme", "there is no signature scheme %q; leave it out to have it follow from the provider", s.Scheme)
	}
	s.PublicURL = strings.TrimSpace(s.PublicURL)
	if s.PublicURL != "" {
		u, err := url.Parse(s.PublicURL)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return fieldFault(hook.Invalid, "publicUrl", "public URL %q: give it whole, as registered with the provider, such as https://example.com/hooks", s.PublicURL)
		}
	}
	s.SignatureHeader = strings.TrimSuffix(strings.TrimSpace(s.SignatureHeader), ":")
	if s.SignatureHeader != "" && !hook.IsToken(s.SignatureHeader) {
		return fieldFault(hook.Invalid, "signatureHeader", "signature header %q: give the name of a header line, such as X-Signature", s.SignatureHeader)
	}
	if t := s.ToleranceSeconds; t != nil && (*t < 0 || *t > 365*24*3600) {
		return fieldFault(hook.Invalid, "toleranceSeconds", "tolerance: from 0 seconds (the clock is not looked at) to a year")
	}
	return nil
}
