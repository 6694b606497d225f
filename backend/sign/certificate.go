package sign

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The names for which the certificates that sign PayPal's messages are issued.
const (
	payPalName    = "messageverificationcerts.paypal.com"
	payPalSandbox = "messageverificationcerts.sandbox.paypal.com"
)

// certificates reads the certificates in the text of a public key.
func certificates(text string) []*x509.Certificate {
	var all []*x509.Certificate
	for block, rest := pem.Decode([]byte(text)); block != nil; block, rest = pem.Decode(rest) {
		if cert, err := x509.ParseCertificate(block.Bytes); err == nil {
			all = append(all, cert)
		}
	}
	if all != nil {
		return all
	}
	for word := range strings.FieldsSeq(text) {
		for _, raw := range rawKey(word) {
			if cert, err := x509.ParseCertificate(raw); err == nil {
				all = append(all, cert)
			}
		}
	}
	return all
}

// certified looks at whose the key is that a PayPal message's signature holds
// by: the certificate's chain must lead to an authority that is trusted, and it
// must be issued for PayPal. The problem is nil when all that can be checked is
// fine; hint tells what could not be.
func (x *exam) certified(c claims) (p *problem, hint string) {
	all := certificates(x.key.PublicKey)
	i := slices.IndexFunc(all, func(cert *x509.Certificate) bool {
		ring := x.ring
		ring.public = []crypto.PublicKey{cert.PublicKey}
		return fits(x.spec.alg, cert.PublicKey) && x.spec.holds(x.m, x.w, ring)
	})
	if i < 0 {
		return nil, "Whether the key is PayPal's was not checked: a public key alone is set, and the certificate that tells is not at hand. Download it once from PAYPAL-CERT-URL and set it in place of the key; Creel never fetches it by itself."
	}
	cert := all[i]
	switch {
	case bytes.Equal(cert.RawIssuer, cert.RawSubject) && cert.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature) == nil:
		return nil, "The certificate that is set is signed by itself, as those for tests are: that you set it is all that speaks for it. An app that checks the chain, as PayPal's own libraries do, refuses it."
	case x.o.Roots == nil:
		return nil, "Whether the certificate leads to an authority that is trusted was not checked: the authorities of this system could not be read."
	}
	between := x509.NewCertPool()
	for _, other := range all {
		between.AddCert(other)
	}
	at := x.o.Now
	if at.IsZero() {
		at, _ = stampTime(x.spec.unit, c.stamp)
	}
	_, err := cert.Verify(x509.VerifyOptions{Roots: x.o.Roots, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	if err != nil {
		return &problem{CertUntrusted, "The signature holds by the certificate that is set, but that is not to be trusted: " + chainText(err, cert, at)}, ""
	}
	for _, name := range append([]string{cert.Subject.CommonName}, cert.DNSNames...) {
		if strings.EqualFold(name, payPalName) || strings.EqualFold(name, payPalSandbox) {
			return nil, ""
		}
	}
	return &problem{CertUntrusted, fmt.Sprintf("The signature holds by the certificate that is set, but that was issued for %s; PayPal signs with one for %s. It is somebody else's.", quoted(cert.Subject.CommonName), payPalName)}, ""
}

// chainText says in words why a certificate's chain does not hold.
func chainText(err error, cert *x509.Certificate, at time.Time) string {
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	const day = "2006-01-02"
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && (at.After(cert.NotAfter) || at.Before(cert.NotBefore)):
		return fmt.Sprintf("it holds from %s to %s, and the request came on %s. Download the one that PAYPAL-CERT-URL names now.", cert.NotBefore.Format(day), cert.NotAfter.Format(day), at.Format(day))
	case errors.As(err, &unknown):
		return "it does not lead to an authority that this system trusts. Set the whole file that PAYPAL-CERT-URL gives, with the certificates in between."
	}
	return err.Error() + "."
}
