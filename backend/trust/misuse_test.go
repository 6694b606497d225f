package trust_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"path/filepath"
	"testing"
	"time"
)

// Somebody who stole the key cannot pass for a site of the world with it: the
// certificate that senders trust forbids it.
func TestAStolenKeyIsOfNoUseElsewhere(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir, 0)
	stolen, err := tls.LoadX509KeyPair(filepath.Join(dir, "ca.pem"), filepath.Join(dir, "ca-key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(name string, ips ...net.IP) *x509.Certificate {
		der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
			SerialNumber: big.NewInt(7), NotBefore: at(0)().Add(-time.Hour), NotAfter: at(30)(),
			DNSNames: []string{name}, IPAddresses: ips, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		}, stolen.Leaf, key.Public(), stolen.PrivateKey)
		if err != nil {
			t.Fatal(err)
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return cert
	}
	verify := func(cert *x509.Certificate, name string) error {
		_, err := cert.Verify(x509.VerifyOptions{Roots: pool(t, a), DNSName: name, CurrentTime: at(0)()})
		return err
	}
	if err := verify(sign("mine.test"), "mine.test"); err != nil {
		t.Errorf("a private name: %v", err)
	}
	if err := verify(sign("bank.example.com"), "bank.example.com"); err == nil {
		t.Error("it passes for a bank")
	}
	if err := verify(sign("mine.test", net.IPv4(8, 8, 8, 8)), "mine.test"); err == nil {
		t.Error("it passes for a public address")
	}
}
