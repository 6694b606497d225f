package desk_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"creel/backend/desk"
	"creel/backend/hook"
	"creel/backend/sign"
	"creel/backend/testkit"
)

// certified makes a key, and a certificate for PayPal of an authority of its
// own.
func certified(t *testing.T) (key *rsa.PrivateKey, leaf []byte, roots *x509.CertPool) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	valid := func(name string, ca bool) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IsCA: ca, BasicConstraintsValid: true,
			NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		}
	}
	root := valid("root", true)
	der, err := x509.CreateCertificate(rand.Reader, root, root, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	authority, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots = x509.NewCertPool()
	roots.AddCert(authority)
	if leaf, err = x509.CreateCertificate(rand.Reader, valid("messageverificationcerts.paypal.com", false), root, key.Public(), key); err != nil {
		t.Fatal(err)
	}
	return key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf}), roots
}

// What rows and verdicts say of PayPal's certificate follows from the
// authorities of the machine.
func TestPayPalsCertificateIsHeldAgainstTheRoots(t *testing.T) {
	key, leaf, roots := certified(t)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	private := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	m, _, err := sign.Sign(sign.Message{Method: "POST", Body: []byte("{}")}, sign.Key{Secret: "WEBHOOK1", PrivateKey: private},
		sign.SignOptions{Scheme: "paypal-cert", Now: time.Now(), Rand: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	var head strings.Builder
	head.WriteString("POST /inbox HTTP/1.1\r\nHost: 127.0.0.1\r\n")
	for _, h := range m.Headers {
		head.WriteString(h.Name + ": " + h.Value + "\r\n")
	}
	for _, c := range []struct {
		name   string
		roots  func() (*x509.CertPool, error)
		reason string
		sig    string
	}{
		{"trusted", func() (*x509.CertPool, error) { return roots, nil }, "ok", "valid"},
		{"not trusted", func() (*x509.CertPool, error) { return x509.NewCertPool(), nil }, "cert_untrusted", "invalid"},
		{"not to be read", func() (*x509.CertPool, error) { return nil, errors.New("no roots here") }, "ok", "valid"},
		{"the machine's", nil, "cert_untrusted", "invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rig := testkit.RigOn(t, t.TempDir(), "127.0.0.1:0", func(o *desk.Options) { o.Roots = c.roots })
			caught := capture("inbox", "", "{}")
			caught.Provider, caught.Head = "paypal", []byte(head.String()+"\r\n")
			seq, err := rig.Store.Keep(t.Context(), caught, nil)
			if err != nil {
				t.Fatal(err)
			}
			_, err = rig.Desk.ChangeEndpoint(t.Context(), "inbox", func(e *hook.Endpoint) {
				e.Provider, e.Secret, e.PublicKey = "paypal", "WEBHOOK1", string(leaf)
			})
			if err != nil {
				t.Fatal(err)
			}
			if v := verdict(t, rig, seq); v.Reason != c.reason {
				t.Errorf("%s: %q", v.Reason, v.Hints)
			}
			rig.Await("the row to say so", func() bool { return sigOf(t, rig, seq) == c.sig })
		})
	}
}
