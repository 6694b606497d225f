package sign

import "time"

// Reason says in a word what a Verdict rests on. Reasons are compared, hints
// are for people.
type Reason string

// The reasons. Only OK is valid.
const (
	OK Reason = "ok"

	// Nothing to check by.
	NoSecret      Reason = "no_secret"      // none is set
	NoPublicKey   Reason = "no_public_key"  // none is set
	KeyMalformed  Reason = "key_malformed"  // the secret or key cannot be read in the form the scheme wants
	NoScheme      Reason = "no_scheme"      // none was named and none is recognised
	UnknownScheme Reason = "unknown_scheme" // what was named is none
	NoURL         Reason = "no_url"         // the scheme signs the URL and none was given

	// The signature cannot be read.
	HeaderMissing      Reason = "header_missing"      // a header the scheme needs is not there
	HeaderMalformed    Reason = "header_malformed"    // it is there and does not have its form
	SignatureMissing   Reason = "signature_missing"   // the body that should carry the signature does not
	SignatureMalformed Reason = "signature_malformed" // the signature in the body does not have its form
	VersionUnknown     Reason = "version_unknown"     // there are signatures, but of no version known here
	AlgorithmRefused   Reason = "algorithm_refused"   // the message names an algorithm that the scheme does not allow
	TimestampMissing   Reason = "timestamp_missing"
	TimestampMalformed Reason = "timestamp_malformed"

	// The signature does not match.
	SignatureDiffers Reason = "signature_differs" // and no trial tells why
	TokenDiffers     Reason = "token_differs"     // the token sent is not the secret
	SecretWrong      Reason = "secret_wrong"      // a trial found the form of the secret that matches
	BodyChanged      Reason = "body_changed"      // the body is not what was signed
	URLDiffers       Reason = "url_differs"       // the URL is not what was signed
	ClaimWrong       Reason = "claim_wrong"       // a token's claim is not what the scheme wants
	CertURLRefused   Reason = "cert_url_refused"  // the message's certificate does not come from the provider
	CertUntrusted    Reason = "cert_untrusted"    // the certificate that is set is not the provider's, or leads to nobody trusted
	SchemeWrong      Reason = "scheme_wrong"      // a trial found another way of signing that matches

	// The signature matches, the clock does not.
	TimestampTooOld   Reason = "timestamp_too_old"
	TimestampInFuture Reason = "timestamp_in_future"
)

// Verdict is what verification found.
type Verdict struct {
	Valid  bool // Reason is OK
	Reason Reason
	// Also is the second reason, where Explain found that two things are wrong
	// at once; else "".
	Also   Reason
	Scheme string // Scheme.ID; "" when none was found
	// Provider is a Provider.ID, or "" when nothing tells.
	Provider string
	// Signed are the exact bytes that the receiver signs for comparison; nil
	// when it did not come to that. The slice may be the message's own body:
	// do not write to it.
	Signed []byte
	// Expected is the signature that the given secret makes, in the scheme's
	// own spelling; "" when it needs a private key, and for schemes that
	// compare a token. Received is what came, as it stood; of several the
	// first.
	Expected, Received string
	// Timestamp is the signed time, UTC; zero when there is none.
	Timestamp time.Time
	// Hints say what happened, why, and what to do; the most telling first.
	// There is at least one for every verdict that is not valid; of a valid one
	// they tell what could not be checked.
	Hints []string
}
