// Package trust is the certificate authority of one data folder: what HTTPS
// on the catch port is signed by, and how a sender comes to trust it. It is
// made when HTTPS is first wanted, and can sign for names of this machine and
// of private networks only, so that nobody who gets hold of its key could pass
// for anybody else.
package trust

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"creel/backend/hook"
)

const (
	certFile = "ca.pem"     // may be given to anybody
	keyFile  = "ca-key.pem" // never leaves the folder

	authorityDays = 3650
	leafDays      = 825 // more is refused by Apple's systems
	renewBefore   = 30 * 24 * time.Hour
)

// Authority signs certificates for the catch port. Its methods may be called
// from any goroutine.
type Authority struct {
	cert *x509.Certificate
	key  crypto.Signer
	now  func() time.Time

	mu    sync.Mutex
	hosts []string
	leaf  *tls.Certificate
}

// Open reads the authority kept in dir, or makes one there, with its key in a
// file that only this user can read. hosts are names and addresses to sign for
// besides those of loopback; it is hook.Invalid when the authority must not
// sign for one of them, or when its files are broken.
func Open(dir string, now func() time.Time, hosts ...string) (*Authority, error) {
	a := &Authority{now: now}
	for _, h := range hosts {
		if h = strings.ToLower(strings.Trim(h, "[] ")); h == "" {
			continue
		}
		if !local(h) {
			return nil, hook.Faultf(hook.Invalid, "sign for %q: only names ending in .localhost, .local, .test, .internal or .home.arpa and addresses of private networks can be signed for; use one of those", h)
		}
		a.hosts = append(a.hosts, h)
	}
	err := a.load(dir)
	if errors.Is(err, fs.ErrNotExist) {
		err = a.create(dir)
	}
	if err != nil {
		return nil, err
	}
	return a, nil
}

func (a *Authority) load(dir string) error {
	certPEM, err := os.ReadFile(filepath.Join(dir, certFile))
	if err != nil {
		return err
	}
	keyPEM, err := os.ReadFile(filepath.Join(dir, keyFile))
	if err != nil {
		return err
	}
	broken := func(err error) error {
		return &hook.Fault{Kind: hook.Invalid, Err: err, Text: "read the certificate authority: " + certFile + " and " + keyFile +
			" in the data folder do not belong together; remove both, and new ones are made"}
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		return broken(err)
	}
	signer, ok := pair.PrivateKey.(crypto.Signer)
	if a.cert, a.key = pair.Leaf, signer; !ok || !a.cert.IsCA {
		return broken(nil)
	}
	if !a.now().Before(a.cert.NotAfter.Add(-leafDays * 24 * time.Hour / 10)) {
		return fs.ErrNotExist // near its end: a new one takes its place
	}
	return nil
}

func (a *Authority) create(dir string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	from := a.now().Add(-time.Hour)
	template := &x509.Certificate{
		SerialNumber: serial(),
		// The folder is not named: the certificate goes to other machines.
		Subject:   pkix.Name{CommonName: "Creel local CA " + from.UTC().Format("2006-01-02"), Organization: []string{"Creel"}},
		NotBefore: from, NotAfter: from.AddDate(0, 0, authorityDays),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage:                    x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		PermittedDNSDomainsCritical: true,
		PermittedDNSDomains:         domains(),
		PermittedIPRanges:           ranges(),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		return err
	}
	a.key = key
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := write(filepath.Join(dir, keyFile), "PRIVATE KEY", keyDER); err != nil {
		return err
	}
	return write(filepath.Join(dir, certFile), "CERTIFICATE", der)
}

// write puts a file in place whole, readable by this user only.
func write(path, kind string, der []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // made with 0600
	if err == nil {
		err = errors.Join(pem.Encode(f, &pem.Block{Type: kind, Bytes: der}), f.Sync(), f.Close())
		if err == nil {
			err = os.Rename(f.Name(), path)
		}
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}
	if err != nil {
		return &hook.Fault{Kind: hook.Unavailable, Text: "write the certificate authority: " + path, Err: err}
	}
	return nil
}

// Config is how the catch port speaks TLS. The certificate is made on the
// first connection and again before it ends.
func (a *Authority) Config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return a.certificate() },
	}
}

func (a *Authority) certificate() (*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	if a.leaf != nil && now.Before(a.leaf.Leaf.NotAfter.Add(-renewBefore)) && now.After(a.leaf.Leaf.NotBefore) {
		return a.leaf, nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	from := now.Add(-time.Hour)
	until := from.AddDate(0, 0, leafDays)
	if until.After(a.cert.NotAfter) {
		until = a.cert.NotAfter
	}
	template := &x509.Certificate{
		SerialNumber: serial(),
		Subject:      pkix.Name{CommonName: "localhost", Organization: []string{"Creel"}},
		NotBefore:    from, NotAfter: until,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		DNSNames:              []string{"localhost"},
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	for _, h := range a.hosts {
		if ip := net.ParseIP(h); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, h)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	a.leaf = &tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: key, Leaf: leaf}
	return a.leaf, nil
}

// PEM is the certificate that senders are to trust.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// Fingerprint is the SHA-256 of the certificate, as systems show it:
// "AB:CD:…".
func (a *Authority) Fingerprint() string {
	sum := sha256.Sum256(a.cert.Raw)
	var parts []string
	for _, b := range sum {
		parts = append(parts, strings.ToUpper(hex.EncodeToString([]byte{b})))
	}
	return strings.Join(parts, ":")
}

// NotAfter is when the certificate ends.
func (a *Authority) NotAfter() time.Time { return a.cert.NotAfter }

func serial() *big.Int {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	b[0] &= 0x7F
	return new(big.Int).SetBytes(b)
}
