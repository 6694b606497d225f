package desk

import (
	"slices"

	"creel/backend/hook"
	"creel/backend/sign"
)

// What the rows in the list say of a signature.
const (
	sigNone    = "none" // not verified: there is nothing to verify by
	sigValid   = "valid"
	sigInvalid = "invalid"
)

// sigOf verifies a request as it is caught: a hash or two over the body, which
// is in memory.
func sigOf(ep *hook.Endpoint, r *hook.Request, headers hook.Headers, body []byte) string {
	if r.State != hook.Kept || ep.Secret == "" && ep.PublicKey == "" {
		return sigNone
	}
	c := newChecking(ep, r, headers, body)
	if _, told := c.cannot(); told {
		return sigNone
	}
	v := sign.Verify(c.message, c.key, c.options)
	switch {
	case v.Valid:
		return sigValid
	case slices.Contains([]sign.Reason{
		sign.NoSecret, sign.NoPublicKey, sign.KeyMalformed, sign.NoScheme, sign.UnknownScheme, sign.NoURL,
	}, v.Reason):
		return sigNone
	}
	return sigInvalid
}
