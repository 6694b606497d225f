package sign

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"time"
)

// TestKey is the local test key pair of a scheme with NeedsPublicKey, always
// the same; ok is false for other schemes. Anyone can make its private key: it
// proves nothing but that verification works. The public key stands as the
// provider would show it: Discord's as hex, a certificate for PayPal and SNS.
func TestKey(scheme string) (key Key, ok bool) {
	s, known := lookUp(scheme)
	if !known || !s.alg.asymmetric() {
		return Key{}, false
	}
	private, err := testPrivate(s)
	if err != nil {
		return Key{}, false
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return Key{}, false
	}
	public, err := publicText(s, private)
	if err != nil {
		return Key{}, false
	}
	return Key{PublicKey: public, PrivateKey: string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))}, true
}

// phraseOf is what the test key of a scheme is made from. Discord's and
// SendGrid's are those of the samples, so that one public key serves for both.
func phraseOf(s *spec) [32]byte {
	name := s.id
	switch s.id {
	case "discord-ed25519":
		name = "discord"
	case "sendgrid-ecdsa":
		name = "sendgrid"
	}
	return sha256.Sum256([]byte("creel sample key: " + name))
}

func testPrivate(s *spec) (crypto.Signer, error) {
	phrase := phraseOf(s)
	switch s.alg {
	case edwards:
		return ed25519.NewKeyFromSeed(phrase[:]), nil
	case ecdsaSHA256:
		return ecdsa.ParseRawPrivateKey(elliptic.P256(), phrase[:])
	}
	return testRSA()
}

// The two primes of the RSA test key. They are published here on purpose: a
// key for tests must be the same everywhere, and finding primes takes long.
const (
	testP = "E5C14A107C5699114097BDBED79249C3DBCEE1EDFDCEF2201DB039CF1C506A7847EA7E9A5D167B5AFFB949C94653BE14401271371F08CF9BED773525E9FB601B3A317ED9E40A08A4C73C42707079A0068F875F3FC341F568479B250B24FA4D91FA6284BC894887F5CB99F450BEDC92E21AB09EBA6F5BF77455E46A18691C3C19"
	testQ = "FB947B52C6A9FE5F75F136A32B1211DDE04991520B483E0E394ADAD6B4A12CF21C96AFF583753514775AD6A2D60A36ABD32D313B9099F0CF02B44BAB92D7FF4EB78AE7339479A5E48ADD5BBBDF1E6F38A1B6039261C59BB6FA82CD0F511C01461AAE525B0E04C5DB1D84E7F626A53E803E706B842444D378464689F9E596CCDF"
)

func testRSA() (*rsa.PrivateKey, error) {
	p, _ := new(big.Int).SetString(testP, 16)
	q, _ := new(big.Int).SetString(testQ, 16)
	one, e := big.NewInt(1), int64(65537)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: int(e)},
		D:         new(big.Int).ModInverse(big.NewInt(e), phi),
		Primes:    []*big.Int{p, q},
	}
	key.Precompute()
	return key, key.Validate()
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
