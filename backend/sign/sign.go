// Package sign verifies, explains and makes the signatures of webhooks.
//
// What a provider signs, how and where it puts the result is data: a table of
// schemes made of pieces (where the signature stands, the algorithm, what is
// signed, the encoding, the key's derivation, the timestamp's unit and
// tolerance). Three operations work on it:
//
//   - Verify says whether a signature holds and, if not, a first reason. It is
//     cheap: a hash or two over the body.
//   - Explain is Verify followed by trials: what would have to be otherwise
//     (the secret's form, the body, the URL, the clock) for the signature to
//     hold. It is bounded in work, whatever the body's size.
//   - Sign signs a message anew, with a fresh timestamp and id.
//
// Nothing here does I/O or reads the clock: certificates and keys are given,
// never fetched, and now and randomness come from the caller.
package sign

import (
	"crypto/x509"
	"io"
	"time"

	"creel/backend/hook"
)

// Message is an HTTP request to verify or to sign.
type Message struct {
	Method string
	// URL is the absolute URL that the sender called: for schemes that sign
	// it, exactly the text registered with the provider. It may be empty where
	// Scheme.NeedsURL is false.
	URL string
	// Headers are the lines in wire order; names are compared without case.
	Headers hook.Headers
	// Body is the raw body as received: not decoded, not trimmed.
	Body []byte
}

// Key is what a signature is checked against or made with.
type Key struct {
	// Secret is the shared secret as the provider shows it. Several, while one
	// is being replaced, stand one a line: see Secrets. basic-auth takes
	// "user:password".
	Secret string
	// PublicKey is for schemes with Scheme.NeedsPublicKey: PEM (key or
	// certificate), base64 or hex, with or without the provider's prefix;
	// several PEM blocks or lines are tried in turn. For braintree it is the
	// public key's name, which may be empty.
	PublicKey string
	// PrivateKey signs where Scheme.NeedsPublicKey: PEM (PKCS #8, PKCS #1, SEC 1),
	// or for Ed25519 a seed or key as hex, base64 or "whsk_…". Empty: Sign uses
	// SignOptions.TestKeys. Verify does not look at it.
	PrivateKey string
}

// Options say how to verify.
type Options struct {
	// Scheme is a Scheme.ID. Empty: it follows from Provider and the headers,
	// else from the headers alone, as Detect tells.
	Scheme string
	// Provider is a Provider.ID, or empty.
	Provider string
	// SignatureHeader names the header that carries the signature or token,
	// for the general schemes (hmac-…, authorization-static) and senders that
	// rename theirs. Empty: the provider's, or the scheme's own.
	SignatureHeader string
	// Tolerance is how far the signed timestamp may lie from Now. Nil: it is
	// not checked. Scheme.Tolerance holds what the provider's library allows.
	// The expiry of a JWT is checked regardless.
	Tolerance *time.Duration
	// Now is when the request is taken to have arrived. Zero: no clock is
	// looked at, not even for a JWT's expiry.
	Now time.Time
	// URLs are more URLs that the sender may rightly have called, tried like
	// Message.URL where the URL is signed.
	URLs []string
	// Decode undoes one content coding ("br", "zstd") for Explain, within
	// bounds of its own. gzip and deflate need none. Nil: other codings are not
	// tried.
	Decode func(coding string, body []byte) ([]byte, error)
	// Roots are the authorities that certificates must lead to. Nil: a chain is
	// not checked, and a hint says so.
	Roots *x509.CertPool
	// TestKeys are those of this installation, if there are any yet, so that
	// Explain knows what they signed.
	TestKeys *TestKeys
}

// SignOptions say how to sign.
type SignOptions struct {
	// Scheme, Provider and SignatureHeader are as in Options.
	Scheme, Provider, SignatureHeader string
	// Now is the fresh timestamp.
	Now time.Time
	// Rand gives the bytes of fresh ids, tokens and nonces. The same bytes
	// make the same message.
	Rand io.Reader
	// KeepID leaves the message's own id as it is, where it has one. The
	// receiver may then take the message for one it knows.
	KeepID bool
	// TestKeys sign where a private key is needed and none is given; nil: then
	// it is a Fault.
	TestKeys *TestKeys
}

// Note says what Sign did, for people.
type Note struct {
	Scheme string
	// Text says what was signed and with what, in one or two sentences; always
	// set.
	Text string
	// TestKey says that one of SignOptions.TestKeys signed, since the provider's own
	// private key is nowhere but with the provider. The receiver must be given
	// PublicKey in place of the provider's.
	TestKey   bool
	PublicKey string // PEM, hex or base64, in the provider's own shape; only with TestKey
	// Unchanged says that the scheme has nothing that ages: the message that
	// came in would have verified as it was, with the same secret.
	Unchanged bool
}
