package desk

import (
	"crypto/rand"
	"slices"
	"strings"
	"sync"

	"creel/backend/hook"
	"creel/backend/sign"
)

// ResignOrder asks to sign anew what is sent on.
type ResignOrder struct {
	Secret string // "" is that of the endpoint
	Scheme string // "" follows from the endpoint and the request
}

// lentSecrets are those that came with an order, by delivery. They are nowhere
// but in memory: after a restart such a delivery is not sent.
type lentSecrets struct {
	mu   sync.Mutex
	by   map[string]string
	olds []string // the deliveries, in the order they came
}

func newLentSecrets() *lentSecrets { return &lentSecrets{by: map[string]string{}} }

// maxLent bounds them; the oldest go first, whose deliveries have most likely
// been made.
const maxLent = 10_000

func (l *lentSecrets) put(delivery, secret string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, known := l.by[delivery]; !known {
		l.olds = append(l.olds, delivery)
	}
	l.by[delivery] = secret
	if len(l.olds) > maxLent {
		delete(l.by, l.olds[0])
		l.olds = l.olds[1:]
	}
}

// share lends the secret of one delivery to more that come of it.
func (l *lentSecrets) share(from string, to []hook.Delivery) {
	if secret, ok := l.get(from); ok {
		for _, d := range to {
			l.put(d.ID, secret)
		}
	}
}

func (l *lentSecrets) get(delivery string) (string, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, ok := l.by[delivery]
	return s, ok
}

// resign marks the deliveries of one request to be signed anew, and refuses
// right away what could not be signed when its time comes.
func (d *Desk) resign(row hook.Row, raw hook.Raw, o ResignOrder, ds []hook.Delivery) error {
	if o.Scheme != "" && !slices.ContainsFunc(sign.Schemes(), func(s sign.Scheme) bool { return s.ID == o.Scheme }) {
		return fieldFault(hook.Invalid, "resign.scheme", "sign anew: there is no scheme %q", o.Scheme)
	}
	own := strings.TrimSpace(o.Secret) != ""
	for i := range ds {
		ds[i].Resign = &hook.Resign{Scheme: o.Scheme, OwnSecret: own}
		if own {
			d.lent.put(ds[i].ID, o.Secret)
		}
	}
	if len(ds) == 0 {
		return nil
	}
	_, headers := hook.ParseHead(raw.Head)
	m := hook.Draft{Method: row.Method, URL: ds[0].URL, Headers: headers, Body: raw.Body}
	if ds[0].Draft != nil {
		m = *ds[0].Draft
	}
	_, err := d.signer(row.Request, raw, ds[0])(m)
	return err
}

// signer returns what signs a try of del, nil when it is sent as it is.
func (d *Desk) signer(r hook.Request, raw hook.Raw, del hook.Delivery) hook.Signer {
	if del.Resign == nil {
		return nil
	}
	return func(m hook.Draft) (hook.Signed, error) {
		ep := d.keeperOf(r.Endpoint)
		_, headers := hook.ParseHead(raw.Head)
		if del.Resign.OwnSecret {
			secret, ok := d.lent.get(del.ID)
			if !ok {
				return hook.Signed{}, fieldFault(hook.Invalid, "resign", "sign anew: the secret that was given with the order is not kept over a restart; replay the request and give it again")
			}
			ep.Secret, ep.SecretRef = secret, ""
		}
		if del.Resign.Scheme != "" {
			ep.Scheme = del.Resign.Scheme
		}
		c := newChecking(&ep, &r, headers, raw.Body)
		if del.Resign.OwnSecret || del.Resign.Scheme != "" {
			c.foreign = ""
		}
		return d.signAnew(c, m)
	}
}

// signAnew signs m as c's request would have been signed by its sender.
func (d *Desk) signAnew(c checking, m hook.Draft) (hook.Signed, error) {
	scheme, why := c.canSign()
	if why != "" {
		return hook.Signed{}, fieldFault(hook.Invalid, "resign", "sign anew: %s", why)
	}
	before := sign.Message{Method: m.Method, URL: m.URL, Headers: m.Headers, Body: m.Body}
	options := sign.SignOptions{Provider: c.options.Provider, Now: d.now(), Rand: rand.Reader, KeepID: true}
	older := before
	for _, also := range sign.AlsoSigned(c.options.Provider, scheme.ID, m.Headers, m.Body) {
		// An older signature beside it would be stale; one that cannot be made
		// stays as it is.
		options.Scheme = also
		if next, _, err := sign.Sign(older, c.key, options); err == nil {
			older = next
		}
	}
	test, err := d.tests.keysFor(scheme.ID)
	if err != nil {
		return hook.Signed{}, asResign(err)
	}
	options.Scheme, options.SignatureHeader, options.KeepID, options.TestKeys = scheme.ID, c.options.SignatureHeader, false, test
	after, _, err := sign.Sign(older, c.key, options)
	if err != nil {
		return hook.Signed{}, asResign(err)
	}
	return whatChanged(before, after), nil
}

// asResign points a fault of signing at the order.
func asResign(err error) error {
	f := hook.Faultf(hook.Invalid, "sign anew: %s", err.Error())
	f.Field = "resign"
	return f
}

// canSign says by which scheme a request is signed anew, or why it cannot be.
func (c checking) canSign() (scheme sign.Scheme, why string) {
	i := slices.IndexFunc(sign.Schemes(), func(s sign.Scheme) bool { return s.ID == c.options.Scheme })
	switch {
	case i < 0 && c.options.Provider != "":
		return scheme, providerName(c.options.Provider) + " is not known to sign its requests; send it without"
	case i < 0:
		return scheme, "nothing tells how this request is signed; choose a provider or a scheme for its endpoint"
	}
	scheme = sign.Schemes()[i]
	if c.foreign != "" {
		return scheme, "this request is from " + providerName(c.foreign) + ", and the secret of its endpoint is for " + providerName(c.ep.Provider)
	}
	if c.ep.SecretRef != "" && c.ep.Secret == "" {
		return scheme, "the secret is in the system's keychain, which is locked or does not answer; unlock it and try again"
	}
	if scheme.NeedsSecret && !scheme.NeedsPublicKey && c.key.Secret == "" {
		return scheme, "no secret is set for the endpoint " + c.ep.Slug + "; set it first"
	}
	return scheme, ""
}

// resignable says whether a kept request can be signed anew.
func (d *Desk) resignable(c checking) Resignable {
	scheme, why := c.canSign()
	if why != "" {
		return Resignable{Text: why}
	}
	r := Resignable{Possible: true}
	switch scheme.Resign {
	case sign.ResignKey:
		keys, err := d.tests.get()
		if err != nil {
			return Resignable{Text: err.Error()}
		}
		r.Text = "The provider's private key is nowhere but with the provider, so a test key pair signs that was made for this installation of Creel alone. Give your app this public key in place of the provider's, in development only."
		r.PublicKey, _ = keys.PublicKey(scheme.ID)
	case sign.ResignNothing:
		r.Text = "This signature does not age: it is made anew only for a body that was edited."
	case sign.ResignURL:
		r.Text = "The URL is part of this signature: it is made anew for the URL that is sent to."
	case sign.ResignBody:
		r.Text = "The signature stands inside the body, which is changed by it."
	case sign.ResignToken:
		r.Text = "The secret itself is sent."
	default:
		r.Text = "Signed with the time of each try, so that your app's check of the clock passes."
	}
	return r
}

// whatChanged tells what signing did to a message.
func whatChanged(before, after sign.Message) hook.Signed {
	var out hook.Signed
	seen := map[string]bool{}
	for _, h := range slices.Concat(before.Headers, after.Headers) {
		name := strings.ToLower(h.Name)
		if seen[name] {
			continue
		}
		seen[name] = true
		now := after.Headers.Values(h.Name)
		switch {
		case slices.Equal(before.Headers.Values(h.Name), now):
		case len(now) == 0:
			out.Remove = append(out.Remove, h.Name)
		default:
			i := slices.IndexFunc(after.Headers, func(l hook.Header) bool { return strings.EqualFold(l.Name, h.Name) })
			out.Set = append(out.Set, after.Headers[i])
		}
	}
	if string(before.Body) != string(after.Body) {
		out.Body = after.Body
		if out.Body == nil {
			out.Body = []byte{}
		}
	}
	return out
}
