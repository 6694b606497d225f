package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"creel/backend/hook"
	"creel/backend/sign"
)

// SecretUnreadable is the reason of a verdict when the secret is in a keychain
// that does not answer; the other reasons are those of sign.
const SecretUnreadable = "secret_unreadable"

// VerifyOrder is a message, and by what to verify it.
type VerifyOrder struct {
	Method, URL string
	Headers     hook.Headers
	Body        []byte

	Provider, Scheme  string // either or both; neither: as the headers tell
	Secret, PublicKey string
	SignatureHeader   string
	Tolerance         *time.Duration // nil does not look at the clock
	Now               time.Time      // zero is the machine's clock
}

// Verdict is what verifying a message found.
type Verdict struct {
	Valid    bool
	Reason   string // "ok", "no_secret", …, as sign names them, or SecretUnreadable
	Also     string // the second reason, when two things are wrong at once; else ""
	Scheme   string // "" when none was found
	Provider string // "" when nothing tells
	// Signed are the exact bytes that are signed; nil when it did not come to
	// that.
	Signed             []byte
	Expected, Received string
	Timestamp          time.Time      // the signed time; zero when there is none
	JudgedAt           time.Time      // zero when no clock was looked at
	Tolerance          *time.Duration // nil when it was not checked
	Hints              []string
	// Of a kept request: the endpoint whose secret it is, and where that is
	// kept.
	Endpoint    string
	SecretSet   bool
	SecretPlace hook.SecretPlace
	Resign      Resignable
}

// Resignable says whether a request can be signed anew when it is sent on.
type Resignable struct {
	Possible bool
	Text     string // why not, or what is done
	// PublicKey is that of the local test key pair, where one signs.
	PublicKey string
}

// Schemes are the ways of signing that are known.
func (d *Desk) Schemes() []sign.Scheme { return sign.Schemes() }

// Signers are the providers of which it is known how they sign.
func (d *Desk) Signers() []sign.Provider { return sign.Providers() }

// SecretPlace says where the next secret is tried to be kept.
func (d *Desk) SecretPlace() hook.SecretPlace {
	if d.secrets == nil {
		return hook.SecretPlace{}
	}
	return d.secrets.Place()
}

// SecretAt says where a secret is kept.
func (d *Desk) SecretAt(ref string) hook.SecretPlace {
	if d.secrets == nil || ref == "" {
		return hook.SecretPlace{}
	}
	return d.secrets.Where(ref)
}

// Verify verifies any message, and explains. The error is that of ctx when the
// caller has gone.
func (d *Desk) Verify(ctx context.Context, o VerifyOrder) (Verdict, error) {
	if err := checkOrder(&o); err != nil {
		return Verdict{}, err
	}
	options := sign.Options{
		Provider: o.Provider, Scheme: o.Scheme, SignatureHeader: o.SignatureHeader,
		Tolerance: o.Tolerance, Now: o.Now, Decode: undo,
	}
	if o.Tolerance != nil && o.Now.IsZero() {
		options.Now = d.now()
	}
	m := sign.Message{Method: o.Method, URL: o.URL, Headers: o.Headers, Body: o.Body}
	options.TestKeys, options.Roots = d.tests.made(), d.roots()
	leave, err := d.explain.enter(ctx, int64(len(o.Body)))
	if err != nil {
		return Verdict{}, err
	}
	defer leave()
	return explained(ctx, m, sign.Key{Secret: o.Secret, PublicKey: o.PublicKey}, options)
}

func checkOrder(o *VerifyOrder) error {
	if o.Scheme != "" && !slices.ContainsFunc(sign.Schemes(), func(s sign.Scheme) bool { return s.ID == o.Scheme }) {
		return fieldFault(hook.Invalid, "scheme", "verify: there is no scheme %q; GET /signatures lists them", o.Scheme)
	}
	if o.Tolerance != nil && *o.Tolerance < 0 {
		return fieldFault(hook.Invalid, "toleranceSeconds", "verify: a tolerance is 0 seconds or more; leave it out to not look at the clock")
	}
	return nil
}

// undo undoes one content coding for the trials of sign.
func undo(coding string, body []byte) ([]byte, error) {
	return Decode(body, hook.Headers{{Name: "Content-Encoding", Value: coding}})
}

func verdictOf(v sign.Verdict, o sign.Options) Verdict {
	out := Verdict{
		Valid: v.Valid, Reason: string(v.Reason), Scheme: v.Scheme, Provider: v.Provider, Signed: v.Signed,
		Also: string(v.Also), Expected: v.Expected, Received: v.Received, Timestamp: v.Timestamp, Hints: v.Hints,
	}
	if o.Tolerance != nil {
		out.JudgedAt, out.Tolerance = o.Now, o.Tolerance
	}
	return out
}

// Verdict verifies a kept request by the secret of its endpoint, and explains.
// The clock is that of the receipt. try changes a copy of the endpoint, to see
// what another secret or scheme finds; nothing of it is kept. nil is none.
func (d *Desk) Verdict(ctx context.Context, seq int64, try func(*hook.Endpoint)) (Verdict, error) {
	row, err := d.store.Row(ctx, seq)
	if err != nil {
		return Verdict{}, err
	}
	ep := d.keeperOf(row.Endpoint)
	if ep.SecretRef != "" && ep.Secret == "" {
		ep = d.readAgain(ctx, ep)
	}
	kept := ep.SecretRef
	if try != nil {
		try(&ep)
		if err := checkSigning(&ep.Signing); err != nil {
			return Verdict{}, err
		}
	}
	// Not before its turn is the body read: those who wait take no memory.
	leave, err := d.explain.enter(ctx, row.BodyBytes)
	if err != nil {
		return Verdict{}, err
	}
	defer leave()
	raw, err := d.store.Raw(ctx, seq)
	if err != nil {
		return Verdict{}, err
	}
	_, headers := hook.ParseHead(raw.Head)
	c := newChecking(&ep, &row.Request, headers, raw.Body)
	v, told := c.cannot()
	if !told {
		c.options.TestKeys, c.options.Roots = d.tests.made(), d.roots()
		if v, err = explained(ctx, c.message, c.key, c.options); err != nil {
			return Verdict{}, err
		}
	}
	v.Endpoint, v.SecretSet, v.SecretPlace = ep.Slug, kept != "", d.SecretAt(kept)
	v.Resign = d.resignable(c)
	if row.State != hook.Kept {
		v.Hints = append(v.Hints, fmt.Sprintf("The request was not kept whole (%s), so its signature cannot be expected to hold.", row.Reason))
	}
	if tip := d.ageTip(&v); tip != "" {
		v.Hints = append(v.Hints, tip)
	}
	return v, nil
}

// keeperOf is the endpoint that caught a request, also under a slug that is no
// endpoint's any more: then one that signs nothing.
func (d *Desk) keeperOf(slug string) hook.Endpoint {
	if e, err := d.Endpoint(slug); err == nil {
		return e
	}
	return hook.Endpoint{Slug: slug}
}

// ageTip says what becomes of a signature that held on receipt when the
// request is sent on now.
func (d *Desk) ageTip(v *Verdict) string {
	if !v.Valid || v.Tolerance == nil || v.Timestamp.IsZero() || d.now().Sub(v.Timestamp) <= *v.Tolerance {
		return ""
	}
	return fmt.Sprintf("The clock is judged as of the receipt. Sent on now as it is, an app that checks the clock finds this signature %s old and refuses it; sign it anew as you send it.",
		roughly(d.now().Sub(v.Timestamp)))
}

// roughly writes a span the way one says it: "3 days", "12 minutes".
func roughly(span time.Duration) string {
	for _, u := range []struct {
		name string
		len  time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}} {
		if n := int(span / u.len); n >= 2 {
			return fmt.Sprintf("%d %ss", n, u.name)
		}
	}
	return fmt.Sprintf("%d seconds", int(span/time.Second))
}

// checking is a request on its way to a verdict.
type checking struct {
	ep      *hook.Endpoint
	message sign.Message
	key     sign.Key
	options sign.Options
	foreign string // the provider it is from, when the endpoint's secret is for another
}

// newChecking gathers what verifying a request by its endpoint takes.
func newChecking(ep *hook.Endpoint, r *hook.Request, headers hook.Headers, body []byte) checking {
	c := checking{ep: ep, key: sign.Key{Secret: ep.Secret, PublicKey: ep.PublicKey}}
	c.message = sign.Message{Method: r.Method, URL: receivedURL(r), Headers: headers, Body: body}
	c.options = sign.Options{
		Provider: ep.Provider, Scheme: ep.Scheme, SignatureHeader: ep.SignatureHeader, Decode: undo,
		URLs: sign.CandidateURLs(c.message.URL, headers),
	}
	if ep.PublicURL != "" {
		c.message.URL, c.options.URLs = publicURLs(ep.PublicURL, r.Target)
	}
	detected, scheme := r.Provider, ""
	if p, s := sign.Detect(headers, body, rawQuery(r.Target)); p != "" || s != "" {
		scheme = s
		if p != "" {
			detected = p
		}
	}
	if c.options.Provider == "" && c.options.Scheme == "" {
		c.options.Provider = detected
	}
	c.foreign = foreign(ep, detected, scheme)
	c.options.Scheme = resolveScheme(c.options, headers, body, scheme)
	c.options.Tolerance = tolerance(ep, c.options.Scheme)
	if c.options.Tolerance != nil || ep.ToleranceSeconds == nil { // a token's expiry needs no tolerance
		c.options.Now = r.ReceivedAt
	}
	return c
}

// resolveScheme names the scheme that Verify will use, where it can be told.
func resolveScheme(o sign.Options, headers hook.Headers, body []byte, detected string) string {
	if o.Scheme != "" {
		return o.Scheme
	}
	if s := sign.SchemeFor(o.Provider, headers, body); s != "" {
		return s
	}
	return detected
}

// tolerance is that of the endpoint, else what is usual for the scheme; nil
// when the clock is not looked at.
func tolerance(ep *hook.Endpoint, scheme string) *time.Duration {
	if s := ep.ToleranceSeconds; s != nil {
		if *s == 0 {
			return nil
		}
		t := time.Duration(*s) * time.Second
		return &t
	}
	for _, s := range sign.Schemes() {
		if s.ID == scheme && s.Tolerance > 0 {
			return &s.Tolerance
		}
	}
	return nil
}

// foreign returns the provider that a request is from when the endpoint's
// secret is for another one that signs in other ways; else "".
func foreign(ep *hook.Endpoint, detected, scheme string) string {
	if ep.Provider == "" || detected == "" || detected == ep.Provider {
		return ""
	}
	theirs := schemesOf(detected)
	if len(theirs) == 0 {
		return ""
	}
	ours := append(schemesOf(ep.Provider), ep.Scheme)
	if scheme != "" && slices.Contains(ours, scheme) {
		return ""
	}
	for _, s := range theirs {
		if slices.Contains(ours, s) {
			return ""
		}
	}
	return detected
}

func schemesOf(provider string) []string {
	for _, p := range sign.Providers() {
		if p.ID == provider {
			return slices.Clone(p.Schemes)
		}
	}
	return nil
}

func providerName(id string) string {
	for _, p := range sign.Providers() {
		if p.ID == id {
			return p.Name
		}
	}
	return id
}

// cannot gives the verdict when there is nothing to verify by.
func (c checking) cannot() (Verdict, bool) {
	v := Verdict{Scheme: c.options.Scheme, Provider: c.options.Provider}
	switch {
	case c.ep.SecretRef != "" && c.ep.Secret == "":
		v.Reason = SecretUnreadable
		v.Hints = []string{"The secret is in the system's keychain, which is locked or does not answer. Unlock the keychain and open this again, or set the secret once more."}
	case c.foreign != "" && (c.key.Secret != "" || c.key.PublicKey != ""):
		v.Reason, v.Provider, v.Scheme = string(sign.NoSecret), c.foreign, ""
		v.Hints = []string{fmt.Sprintf("This request is from %s, and the secret of this endpoint is for %s. Give %s an endpoint of its own to have its signatures verified, too.",
			providerName(c.foreign), providerName(c.ep.Provider), providerName(c.foreign))}
	default:
		return v, false
	}
	return v, true
}

// receivedURL is what the sender called, as far as the request tells.
func receivedURL(r *hook.Request) string {
	if strings.Contains(r.Target, "://") && !strings.HasPrefix(r.Target, "/") {
		return r.Target
	}
	return "http://" + r.Host + r.Target
}

// publicURLs are the URLs that the provider may sign when base is the one
// registered with it: base with the query that came, base alone, and base with
// what followed the endpoint's slug.
func publicURLs(base, target string) (likeliest string, more []string) {
	query := rawQuery(target)
	path, _, _ := strings.Cut(target, "?")
	_, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	likeliest = base
	if query != "" && !strings.Contains(base, "?") {
		likeliest, more = base+"?"+query, append(more, base)
	}
	if rest != "" && !strings.Contains(base, "?") {
		deep := strings.TrimSuffix(base, "/") + "/" + rest
		if query != "" {
			deep += "?" + query
		}
		more = append(more, deep)
	}
	return likeliest, more
}

func rawQuery(target string) string {
	_, query, _ := strings.Cut(target, "?")
	return query
}
