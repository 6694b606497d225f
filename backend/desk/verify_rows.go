package desk

import (
	"crypto/x509"
	"slices"
	"sync"

	"creel/backend/hook"
	"creel/backend/sign"
)

// What the rows in the list say of a signature.
const (
	sigNone    = "none" // not verified: there is nothing to verify by
	sigValid   = "valid"
	sigInvalid = "invalid"
)

// certified is the scheme that looks at a certificate's chain.
const certified = "paypal-cert"

// rootsOf reads the authorities that certificates must lead to, when they are
// first needed; nil when they cannot be read, which verdicts then say.
func rootsOf(o Options) func() *x509.CertPool {
	return sync.OnceValue(func() *x509.CertPool {
		read := o.Roots
		if read == nil {
			read = x509.SystemCertPool
		}
		pool, err := read()
		if err != nil {
			o.Log.Warn("the system's certificate authorities cannot be read; chains are not checked", "err", err)
			return nil
		}
		return pool
	})
}

// sigOf verifies a request as it is caught: a hash or two over the body, which
// is in memory.
func (d *Desk) sigOf(ep *hook.Endpoint, r *hook.Request, headers hook.Headers, body []byte) string {
	if r.State != hook.Kept || ep.Secret == "" && ep.PublicKey == "" {
		return sigNone
	}
	c := newChecking(ep, r, headers, body)
	if _, told := c.cannot(); told {
		return sigNone
	}
	if c.options.Scheme == certified {
		c.options.Roots = d.roots()
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
