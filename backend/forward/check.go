package forward

import (
	"crypto/x509"
	"encoding/pem"
	"math"

	"creel/backend/hook"
)

// CheckPolicy refuses, as hook.Invalid with the field at fault, a policy that
// cannot be followed.
func CheckPolicy(p hook.Policy) error {
	if len(p.WaitsMs) > 100 {
		return badPolicy("waitsMs", "%d waits: give at most 100", len(p.WaitsMs))
	}
	for i, ms := range p.WaitsMs {
		if ms < 0 || ms > longestWait.Milliseconds() {
			return badPolicy("waitsMs", "wait %d is %d ms: a wait is 0 to 24 hours", i+1, ms)
		}
	}
	switch {
	case p.Attempts < 0 || p.Attempts > 100:
		return badPolicy("attempts", "%d tries: give 1 to 100", p.Attempts)
	case math.IsNaN(p.RatePerSecond) || p.RatePerSecond < 0 || p.RatePerSecond > 1000 || p.RatePerSecond > 0 && p.RatePerSecond < 0.001:
		return badPolicy("ratePerSecond", "%g tries a second: give 0.001 to 1000, or 0 for no limit", p.RatePerSecond)
	case p.Parallel < 0 || p.Parallel > 32:
		return badPolicy("parallel", "%d at once: give 1 to 32", p.Parallel)
	}
	_, err := parseStatuses(p.Success)
	return err
}

// CheckConnection refuses, as hook.Invalid with the field at fault, what a
// target cannot be reached by.
func CheckConnection(c hook.Connection) error {
	for _, limit := range []struct {
		field string
		ms    int
	}{{"connectTimeoutMs", c.ConnectMs}, {"tlsTimeoutMs", c.TLSMs}, {"firstByteTimeoutMs", c.FirstByteMs}} {
		if limit.ms != 0 && (limit.ms < 10 || limit.ms > 300_000) {
			return badConnection(limit.field, "a limit of %d ms: give 10 to 300,000", limit.ms)
		}
	}
	if c.Redirects < 0 || c.Redirects > maxRedirects {
		return badConnection("redirects", "%d redirects: creel follows at most %d", c.Redirects, maxRedirects)
	}
	switch c.Verify {
	case hook.VerifySystem, hook.VerifySkip:
	case hook.VerifyCA:
		if _, err := poolOf(c.CA); err != nil {
			return err
		}
	default:
		return badConnection("verify", "%q is no way to check a certificate: it is system, ca or skip", clip(c.Verify))
	}
	switch c.Host {
	case hook.HostURL, hook.HostOriginal:
	case hook.HostFixed:
		if !isAuthority(c.HostName) {
			return badConnection("hostName", "%q cannot stand in a Host line: write a name, or name:port", clip(c.HostName))
		}
	default:
		return badConnection("host", "%q is no Host to send: it is target, original or fixed", clip(c.Host))
	}
	return nil
}

// isAuthority reports whether h is a host, or host:port, as a Host line has it.
func isAuthority(h string) bool {
	var p place
	return h != "" && len(h) <= 255 && p.readAuthority(h) == nil
}

// poolOf reads certificates in PEM; there must be one at least, and nothing
// else than certificates.
func poolOf(text string) (*x509.CertPool, error) {
	pool, n := x509.NewCertPool(), 0
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, badConnection("caPem", "this holds a %s: paste the certificate of the authority alone, and keep its key to yourself", clip(block.Type))
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, badConnection("caPem", "certificate %d cannot be read: %v", n+1, err)
		}
		pool.AddCert(c)
		n++
	}
	if n == 0 {
		return nil, badConnection("caPem", "there is no certificate in this: paste it in PEM, from -----BEGIN CERTIFICATE----- on")
	}
	return pool, nil
}

func badPolicy(field, format string, args ...any) error {
	f := hook.Faultf(hook.Invalid, format, args...)
	f.Field = "policy." + field
	return f
}

func badConnection(field, format string, args ...any) error {
	f := hook.Faultf(hook.Invalid, format, args...)
	f.Field = "connection." + field
	return f
}
