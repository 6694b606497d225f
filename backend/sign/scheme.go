package sign

import (
	"slices"
	"strings"
	"time"
)

// Unit is how a timestamp is written.
type Unit string

// The units of a timestamp.
const (
	NoTime  Unit = ""
	Seconds Unit = "s"       // unix seconds
	Millis  Unit = "ms"      // unix milliseconds
	RFC3339 Unit = "rfc3339" // 2026-11-23T15:30:00Z, with or without fractions
	JWTTime Unit = "jwt"     // the claims nbf, iat and exp of a JWT
)

// Resign says what it takes for a replayed message to verify.
type Resign string

// The ways of signing anew.
const (
	// ResignNothing: nothing ages and the URL is not signed; the stored
	// message verifies again as it is, unless it was edited.
	ResignNothing Resign = "nothing"
	ResignFresh   Resign = "fresh" // headers, with a fresh timestamp
	ResignURL     Resign = "url"   // headers, for the URL sent to; a fresh timestamp if there is one
	ResignBody    Resign = "body"  // the body carries the signature, or the timestamp, and is edited
	ResignToken   Resign = "token" // the secret itself is sent
	ResignKey     Resign = "key"   // needs the sender's private key: a test key pair instead
)

// Covers says what a signature stands for.
type Covers struct {
	Body, URL, Method, Timestamp, ID bool
}

// Scheme describes one way of signing.
type Scheme struct {
	ID        string // "stripe-v1"
	Name      string // for people
	Algorithm string // "HMAC-SHA256"; "token" when the secret itself is sent
	// Providers are the Provider.IDs that use it.
	Providers []string
	// Headers are the lines it reads, that with the signature first; none when
	// all is inside the body, or when the provider names it.
	Headers []string
	// InBody says that the signature stands inside the body.
	InBody bool
	Covers Covers
	// What verifying needs. NeedsHeader: Options.SignatureHeader or a Provider.
	NeedsSecret, NeedsPublicKey, NeedsURL, NeedsHeader bool
	TimestampUnit                                      Unit
	// Tolerance is what the provider's own library allows, or what is usual; 0
	// when there is no timestamp or no usual tolerance.
	Tolerance time.Duration
	// OldOnly: only a timestamp too far in the past is refused, not one in the
	// future.
	OldOnly bool
	// NotFuture: any timestamp in the future is refused, whatever the tolerance.
	NotFuture bool
	Resign    Resign
	// SecretShape says in words what the secret looks like and how it becomes
	// the key: "whsec_ and base64, decoded".
	SecretShape string
	// Signs writes what is signed as a template: "{id}.{timestamp}.{body}".
	Signs string
}

// Provider describes a sender of webhooks.
type Provider struct {
	ID   string // as sample.Detect names it: "stripe"
	Name string // "Stripe"
	// Schemes are the Scheme.IDs it uses, the best first; none when it signs
	// nothing.
	Schemes []string
	// SignatureHeader is where its signature stands, for schemes shared by
	// many; "" when the scheme tells.
	SignatureHeader string
	// SecretHint says where to find the secret: "Developers → Webhooks → …".
	SecretHint string
}

// schemeTable is what the world is told of specTable, made once and never
// written again.
var schemeTable = describe(specTable)

func describe(specs []spec) []Scheme {
	var all []Scheme
	for _, s := range specs {
		d := s.public()
		for _, p := range providerTable {
			if slices.Contains(p.Schemes, d.ID) {
				d.Providers = append(d.Providers, p.ID)
			}
		}
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b Scheme) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// Schemes lists all schemes, in the order of their ids. The slice is the
// caller's; what its elements hold is not to be written to.
func Schemes() []Scheme { return slices.Clone(schemeTable) }

// SchemeByID returns the scheme of that id.
func SchemeByID(id string) (Scheme, bool) {
	i := slices.IndexFunc(schemeTable, func(s Scheme) bool { return s.ID == id })
	if i < 0 {
		return Scheme{}, false
	}
	return schemeTable[i], true
}
