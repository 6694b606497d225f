package sign

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"time"
)

// TestKeys are the key pairs that sign where the sender's private key would be
// needed: one of each kind, made once for an installation. Whoever takes their
// public halves for a provider's trusts this installation, and nobody else.
type TestKeys struct {
	edwards ed25519.PrivateKey
	ecdsa   *ecdsa.PrivateKey
	rsa     *rsa.PrivateKey
}

// testRSABits is the size that providers use.
const testRSABits = 2048

// NewTestKeys makes fresh pairs. It takes a good part of a second.
func NewTestKeys(rnd io.Reader) (*TestKeys, error) {
	var k TestKeys
	var err error
	if _, k.edwards, err = ed25519.GenerateKey(rnd); err != nil {
		return nil, err
	}
	if k.ecdsa, err = ecdsa.GenerateKey(elliptic.P256(), rnd); err != nil {
		return nil, err
	}
	if k.rsa, err = rsa.GenerateKey(rnd, testRSABits); err != nil {
		return nil, err
	}
	return &k, nil
}

// Text writes the private keys as PEM, to be kept and read by ReadTestKeys.
func (k *TestKeys) Text() ([]byte, error) {
	var text []byte
	for _, key := range []any{k.edwards, k.ecdsa, k.rsa} {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return nil, err
		}
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})...)
	}
	return text, nil
}

// ReadTestKeys reads what Text wrote. Keys of other kinds in it are passed
// over; it is an error when one is missing.
func ReadTestKeys(text []byte) (*TestKeys, error) {
	var k TestKeys
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("read test keys: %w", err)
		}
		switch key := key.(type) {
		case ed25519.PrivateKey:
			k.edwards = key
		case *ecdsa.PrivateKey:
			k.ecdsa = key
		case *rsa.PrivateKey:
			k.rsa = key
		}
	}
	if k.edwards == nil || k.ecdsa == nil || k.ecdsa.Curve != elliptic.P256() || k.rsa == nil {
		return nil, errors.New("read test keys: there should be three, Ed25519, ECDSA P-256 and RSA")
	}
	return &k, nil
}

// PublicKey is the public half for a scheme with NeedsPublicKey, as the
// scheme's provider would show it: Discord's as hex, a certificate for PayPal
// and SNS. ok is false for other schemes.
func (k *TestKeys) PublicKey(scheme string) (text string, ok bool) {
	s, known := lookUp(scheme)
	if !known || !s.alg.asymmetric() {
		return "", false
	}
	text, err := publicText(s, k.private(s.alg))
	return text, err == nil
}

// private is the key that signs by alg, which is asymmetric.
func (k *TestKeys) private(alg algorithm) crypto.Signer {
	switch alg {
	case edwards:
		return k.edwards
	case ecdsaSHA256:
		return k.ecdsa
	}
	return k.rsa
}

// publicText writes the public half as the scheme's provider shows it.
func publicText(s *spec, private crypto.Signer) (string, error) {
	if key, ok := private.(ed25519.PrivateKey); ok {
		raw := key[ed25519.SeedSize:] // the second half is the public key
		switch {
		case s.enc == hexText:
			return hexText.encode(raw), nil
		case s.keying == asStandard:
			return standardPublic + base64Text.encode(raw), nil
		}
		return base64Text.encode(raw), nil
	}
	if s.id == "paypal-cert" || s.id == "aws-sns" {
		return testCertificate(private)
	}
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		return "", err
	}
	if s.alg == ecdsaSHA256 {
		return base64Text.encode(der), nil
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), nil
}

// testCertificate wraps a key in a certificate signed by itself. It names
// nobody: a receiver that looks at names must be told to trust it.
func testCertificate(private crypto.Signer) (string, error) {
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(4290),
		Subject:               pkix.Name{CommonName: "Creel test key, trusted by nobody"},
		NotBefore:             time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:              time.Date(2049, 12, 31, 0, 0, 0, 0, time.UTC),
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), nil
}
