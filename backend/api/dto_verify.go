package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"

	"creel/backend/desk"
	"creel/backend/hook"

	"github.com/danielgtaylor/huma/v2"
)

// orNull is a field that null empties and that stays as it is when absent.
type orNull[T any] struct {
	sent  bool
	value *T // nil is null
}

// UnmarshalJSON notes that the field was sent, null included.
func (o *orNull[T]) UnmarshalJSON(b []byte) error {
	o.sent, o.value = true, nil
	return json.Unmarshal(b, &o.value)
}

// Schema describes it as T or null.
func (orNull[T]) Schema(r huma.Registry) *huma.Schema {
	s := *huma.SchemaFromType(r, reflect.TypeFor[T]())
	s.Nullable = true
	return &s
}

// SigningPatch is how an endpoint's requests are signed; absent fields stay,
// null empties them.
type SigningPatch struct {
	Secret           orNull[string] `json:"secret" required:"false" maxLength:"16384" writeOnly:"true" doc:"as the provider shows it; several, while one is being replaced, stand one a line. Null or empty removes it. Kept in the system's keychain, or in a file that only its owner can read; never given back"`
	Scheme           orNull[string] `json:"scheme" required:"false" maxLength:"64" doc:"how requests are signed; follows from the provider when null. GET /signatures lists them"`
	PublicKey        orNull[string] `json:"publicKey" required:"false" maxLength:"16384" doc:"for schemes with one: PEM, base64 or hex"`
	PublicURL        orNull[string] `json:"publicUrl" required:"false" maxLength:"8192" doc:"the URL as registered with the provider, for schemes that sign it"`
	SignatureHeader  orNull[string] `json:"signatureHeader" required:"false" maxLength:"256" doc:"the header line with the signature; the provider's when null"`
	ToleranceSeconds orNull[int]    `json:"toleranceSeconds" required:"false" minimum:"0" maximum:"31536000" doc:"how far the signed time may lie from the receipt; what is usual for the scheme when null, 0 does not look at the clock"`
}

// SigningInfo is how an endpoint's requests are signed, without the secret.
type SigningInfo struct {
	SecretSet        bool         `json:"secretSet"`
	SecretPlace      *SecretPlace `json:"secretPlace,omitempty" doc:"where the secret is kept"`
	Scheme           string       `json:"scheme,omitempty"`
	PublicKey        string       `json:"publicKey,omitempty"`
	PublicURL        string       `json:"publicUrl,omitempty"`
	SignatureHeader  string       `json:"signatureHeader,omitempty"`
	ToleranceSeconds *int         `json:"toleranceSeconds,omitempty"`
}

// SecretPlace is where a secret is kept, and why there.
type SecretPlace struct {
	Place string `json:"place" enum:"keychain,file"`
	Why   string `json:"why,omitempty" doc:"why it is not in the system's keychain"`
}

// VerifyRequest is a message, and by what to verify it.
type VerifyRequest struct {
	Method           string      `json:"method,omitempty" maxLength:"64" default:"POST"`
	URL              string      `json:"url,omitempty" maxLength:"16384" doc:"as the sender called it; signed by some schemes"`
	Headers          [][2]string `json:"headers,omitempty" maxItems:"1000" doc:"all lines, in order"`
	BodyBase64       string      `json:"bodyBase64,omitempty" doc:"the exact bytes of the body"`
	Provider         string      `json:"provider,omitempty" maxLength:"64" doc:"provider or scheme, or neither: then as the headers tell"`
	Scheme           string      `json:"scheme,omitempty" maxLength:"64"`
	Secret           *string     `json:"secret,omitempty" nullable:"true" maxLength:"16384" writeOnly:"true"`
	PublicKey        *string     `json:"publicKey,omitempty" nullable:"true" maxLength:"16384"`
	SignatureHeader  *string     `json:"signatureHeader,omitempty" nullable:"true" maxLength:"256"`
	ToleranceSeconds *float64    `json:"toleranceSeconds,omitempty" nullable:"true" doc:"absent or null: the clock is not looked at"`
	Now              *float64    `json:"now,omitempty" nullable:"true" doc:"unix seconds to judge the clock by; the machine's clock when absent"`
}

// Verdict is what verifying a message found.
type Verdict struct {
	Valid            bool     `json:"valid"`
	Reason           string   `json:"reason" doc:"ok, or why not: no_secret, header_missing, signature_differs, body_changed, timestamp_too_old, …"`
	AlsoReason       string   `json:"alsoReason,omitempty" doc:"the second reason, when two things are wrong at once"`
	Scheme           string   `json:"scheme" doc:"empty when none was found"`
	Provider         string   `json:"provider,omitempty"`
	SignedBase64     *string  `json:"signedBase64,omitempty" doc:"the exact bytes that are signed, at most their first 1 MiB"`
	SignedBytes      int      `json:"signedBytes" doc:"how many there are"`
	Expected         string   `json:"expected,omitempty" doc:"the signature that the secret makes"`
	Received         string   `json:"received,omitempty" doc:"the signature that came"`
	Timestamp        string   `json:"timestamp,omitempty" format:"date-time" doc:"the signed time"`
	JudgedAt         string   `json:"judgedAt,omitempty" format:"date-time" doc:"the time that the signed one was held against: of a kept request, its receipt"`
	ToleranceSeconds *float64 `json:"toleranceSeconds,omitempty" doc:"absent when the clock was not looked at"`
	Hints            []string `json:"hints" doc:"what happened, why, and what to do; the most telling first"`
}

// RequestVerdict is the verdict on a kept request.
type RequestVerdict struct {
	Verdict
	Endpoint    string       `json:"endpoint" doc:"whose secret it is"`
	SecretSet   bool         `json:"secretSet"`
	SecretPlace *SecretPlace `json:"secretPlace,omitempty"`
	Resign      Resignable   `json:"resign"`
}

// Resignable says whether a request can be signed anew as it is sent on.
type Resignable struct {
	Possible  bool   `json:"possible"`
	Text      string `json:"text" doc:"why not, or what is done"`
	PublicKey string `json:"publicKey,omitempty" doc:"of the local test key pair, where one signs in place of the provider"`
}

// VerdictTry is what differs from the endpoint's settings for one verdict.
type VerdictTry struct {
	Provider *string `json:"provider,omitempty" maxLength:"64"`
	SigningPatch
}

func (t VerdictTry) apply(e *hook.Endpoint) {
	set(&e.Provider, t.Provider)
	t.SigningPatch.apply(&e.Signing)
}

// Signatures are what is known of how webhooks are signed.
type Signatures struct {
	Providers []SigningProvider `json:"providers" doc:"by name"`
	Schemes   []SigningScheme   `json:"schemes" doc:"by id"`
	Place     *SecretPlace      `json:"secretPlace,omitempty" doc:"where the next secret is tried to be kept"`
}

// SigningProvider is a sender of webhooks.
type SigningProvider struct {
	ID              string   `json:"id"`
	Name            string   `json:"name"`
	Schemes         []string `json:"schemes" doc:"the best first; none when it signs nothing"`
	SignatureHeader string   `json:"signatureHeader,omitempty"`
	SecretHint      string   `json:"secretHint,omitempty" doc:"where to find the secret"`
}

// SigningScheme is one way of signing.
type SigningScheme struct {
	ID               string   `json:"id"`
	Name             string   `json:"name"`
	Algorithm        string   `json:"algorithm"`
	Headers          []string `json:"headers"`
	Signs            string   `json:"signs" doc:"what is signed, as a template"`
	SecretShape      string   `json:"secretShape,omitempty"`
	NeedsSecret      bool     `json:"needsSecret"`
	NeedsPublicKey   bool     `json:"needsPublicKey"`
	NeedsURL         bool     `json:"needsUrl"`
	NeedsHeader      bool     `json:"needsHeader" doc:"the signature's header has to be named"`
	ToleranceSeconds *float64 `json:"toleranceSeconds,omitempty" doc:"usual; absent when there is no timestamp"`
	Resign           string   `json:"resign" doc:"what signing anew takes: nothing, fresh, url, body, token or key"`
}

// ResignInput is true, or says by what to sign.
type ResignInput struct {
	wanted bool
	order  desk.ResignOrder
}

// UnmarshalJSON reads true, false, null or {secret, scheme}.
func (r *ResignInput) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	if len(b) > 0 && b[0] != '{' {
		return json.Unmarshal(b, &r.wanted)
	}
	var by struct{ Secret, Scheme string }
	if err := json.Unmarshal(b, &by); err != nil {
		return errors.New("resign is true, or an object with secret and scheme")
	}
	r.wanted, r.order = true, desk.ResignOrder{Secret: by.Secret, Scheme: by.Scheme}
	return nil
}

// Schema describes both forms.
func (ResignInput) Schema(huma.Registry) *huma.Schema {
	longest := 16384
	text := &huma.Schema{Type: huma.TypeString, MaxLength: &longest}
	return &huma.Schema{OneOf: []*huma.Schema{
		{Type: huma.TypeBoolean, Nullable: true},
		{
			Type: huma.TypeObject, AdditionalProperties: false,
			Properties: map[string]*huma.Schema{"secret": {Type: huma.TypeString, MaxLength: &longest, WriteOnly: true}, "scheme": text},
		},
	}}
}

// wish is the order to the desk; nil when it is not to be signed anew.
func (r ResignInput) wish() *desk.ResignOrder {
	if !r.wanted {
		return nil
	}
	return &r.order
}

func (p SigningPatch) apply(s *hook.Signing) {
	if p.Secret.sent {
		// Without a ref it is one to be kept.
		s.Secret, s.SecretRef = filledText(p.Secret.value), ""
	}
	for _, f := range []struct {
		to   *string
		from orNull[string]
	}{{&s.Scheme, p.Scheme}, {&s.PublicKey, p.PublicKey}, {&s.PublicURL, p.PublicURL}, {&s.SignatureHeader, p.SignatureHeader}} {
		if f.from.sent {
			*f.to = filledText(f.from.value)
		}
	}
	if p.ToleranceSeconds.sent {
		s.ToleranceSeconds = p.ToleranceSeconds.value
	}
}

func filledText(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
