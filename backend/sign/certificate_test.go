package sign_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"creel/backend/hook"
	"creel/backend/sign"
)

const payPalName = "messageverificationcerts.paypal.com"

// authority issues certificates, through another one in between.
type authority struct {
	roots   *x509.CertPool
	between *x509.Certificate
	key     *ecdsa.PrivateKey
}

func issue(t *testing.T, template, parent *x509.Certificate, public crypto.PublicKey, by crypto.Signer) *x509.Certificate {
	t.Helper()
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	if template.NotAfter.IsZero() {
		template.NotBefore, template.NotAfter = now().AddDate(-1, 0, 0), now().AddDate(1, 0, 0)
	}
	template.BasicConstraintsValid = true
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, by)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := authority{roots: x509.NewCertPool()}
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	ca := func(name string) *x509.Certificate {
		return &x509.Certificate{Subject: pkix.Name{CommonName: name}, IsCA: true, KeyUsage: x509.KeyUsageCertSign}
	}
	root := issue(t, ca("root"), ca("root"), rootKey.Public(), rootKey)
	a.roots.AddCert(root)
	a.between = issue(t, ca("between"), root, a.key.Public(), rootKey)
	return a
}

// senderKey is that of whoever signs; it takes long to make.
var senderKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func pemOf(kind string, ders ...[]byte) string {
	var text strings.Builder
	for _, der := range ders {
		text.Write(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	return text.String()
}

// payPal is a message that the sender's key signed.
func payPal(t *testing.T) sign.Message {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(senderKey())
	if err != nil {
		t.Fatal(err)
	}
	m := sign.Message{Method: "POST", Body: []byte(`{"id":"WH-1"}`), Headers: hook.Headers{{Name: "PAYPAL-CERT-URL", Value: "https://api.paypal.com/v1/notifications/certs/CERT-1"}}}
	m, _, err = sign.Sign(m, sign.Key{Secret: "WEBHOOK1", PrivateKey: pemOf("PRIVATE KEY", der)}, sign.SignOptions{Scheme: "paypal-cert", Now: now(), Rand: random()})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestPayPalsCertificate(t *testing.T) {
	a, stranger, m := newAuthority(t), newAuthority(t), payPal(t)
	leaf := func(by authority, template x509.Certificate) *x509.Certificate {
		return issue(t, &template, by.between, senderKey().Public(), by.key)
	}
	named := func(name string) x509.Certificate { return x509.Certificate{Subject: pkix.Name{CommonName: name}} }
	good := leaf(a, named(payPalName))
	old := named(payPalName)
	old.NotBefore, old.NotAfter = now().AddDate(-2, 0, 0), now().AddDate(-1, 0, 0)
	short := named(payPalName) // of now, and not of the machine's clock
	short.NotBefore, short.NotAfter = now().Add(-time.Hour), now().Add(time.Hour)
	public, err := x509.MarshalPKIXPublicKey(senderKey().Public())
	if err != nil {
		t.Fatal(err)
	}
	own := named(payPalName)
	selfSigned := issue(t, &own, &own, senderKey().Public(), senderKey())
	chain := func(certs ...*x509.Certificate) string {
		var ders [][]byte
		for _, c := range certs {
			ders = append(ders, c.Raw)
		}
		return pemOf("CERTIFICATE", ders...)
	}
	cases := []struct {
		name, key string
		roots     *x509.CertPool
		reason    sign.Reason
		says      string // "" is nothing at all
	}{
		{"whole chain", chain(good, a.between), a.roots, sign.OK, ""},
		{"in another order", chain(a.between, good), a.roots, sign.OK, ""},
		{"of the sandbox", chain(leaf(a, named("messageverificationcerts.sandbox.paypal.com")), a.between), a.roots, sign.OK, ""},
		{"by its other names", chain(leaf(a, x509.Certificate{DNSNames: []string{payPalName}}), a.between), a.roots, sign.OK, ""},
		{"judged as of the receipt", chain(leaf(a, short), a.between), a.roots, sign.OK, ""},
		{"without what is in between", chain(good), a.roots, sign.CertUntrusted, "in between"},
		{"of a stranger", chain(leaf(stranger, named(payPalName)), stranger.between), a.roots, sign.CertUntrusted, "authority"},
		{"of somebody else", chain(leaf(a, named("evil.example")), a.between), a.roots, sign.CertUntrusted, "evil.example"},
		{"of a name that only begins so", chain(leaf(a, named(payPalName+".evil.example")), a.between), a.roots, sign.CertUntrusted, "somebody else"},
		{"expired", chain(leaf(a, old), a.between), a.roots, sign.CertUntrusted, "it holds from"},
		{"a key alone", pemOf("PUBLIC KEY", public), a.roots, sign.OK, "not at hand"},
		{"signed by itself", chain(selfSigned), a.roots, sign.OK, "signed by itself"},
		{"no authorities", chain(good, a.between), nil, sign.OK, "not checked"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			key, o := sign.Key{Secret: "WEBHOOK1", PublicKey: c.key}, sign.Options{Scheme: "paypal-cert", Roots: c.roots, Now: now()}
			for _, v := range []sign.Verdict{sign.Verify(m, key, o), explained(m, key, o)} {
				if v.Reason != c.reason || v.Valid != (c.reason == sign.OK) || (len(v.Hints) > 0) != (c.says != "") || !strings.Contains(strings.Join(v.Hints, " "), c.says) {
					t.Errorf("%s %q, want %s saying %q", v.Reason, v.Hints, c.reason, c.says)
				}
			}
			// A body that was changed is that, whatever the certificate.
			bad := m
			bad.Body = []byte(`{"id":"WH-2"}`)
			if v := sign.Verify(bad, key, o); v.Reason != sign.SignatureDiffers {
				t.Errorf("a changed body: %s", v.Reason)
			}
		})
	}
	// Without a clock that of the signature counts.
	if v := sign.Verify(m, sign.Key{Secret: "WEBHOOK1", PublicKey: chain(leaf(a, short), a.between)}, sign.Options{Scheme: "paypal-cert", Roots: a.roots}); !v.Valid {
		t.Errorf("by the signed time: %s %q", v.Reason, v.Hints)
	}
}
