package sign

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"
)

// payload is what is signed, in pieces, so that a large body need not be
// copied to be hashed.
type payload [][]byte

// join returns the bytes in one; of a single piece the piece itself.
func (p payload) join() []byte {
	if len(p) == 1 {
		return p[0]
	}
	return bytes.Join(p, nil)
}

// algorithm turns a key and a payload into a signature, or checks one.
type algorithm string

const (
	hmacSHA1    algorithm = "HMAC-SHA1"
	hmacSHA256  algorithm = "HMAC-SHA256"
	hmacSHA384  algorithm = "HMAC-SHA384"
	hmacSHA512  algorithm = "HMAC-SHA512"
	plainSHA1   algorithm = "SHA-1"
	plainSHA256 algorithm = "SHA-256"
	edwards     algorithm = "Ed25519"
	ecdsaSHA256 algorithm = "ECDSA-SHA256"
	rsaSHA1     algorithm = "RSA-SHA1"
	rsaSHA256   algorithm = "RSA-SHA256"
	tokenOnly   algorithm = "token"
)

// byMethod finds the HMAC that a prefix such as "sha256" names.
func byMethod(method string) (algorithm, bool) {
	switch strings.ToLower(method) {
	case "sha1":
		return hmacSHA1, true
	case "sha256":
		return hmacSHA256, true
	case "sha384":
		return hmacSHA384, true
	case "sha512":
		return hmacSHA512, true
	}
	return "", false
}

// method is the inverse of byMethod.
func (a algorithm) method() string {
	return strings.ToLower(strings.TrimPrefix(string(a), "HMAC-"))
}

// asymmetric says that checking takes a public key and signing a private one.
func (a algorithm) asymmetric() bool {
	return a == edwards || a == ecdsaSHA256 || a == rsaSHA1 || a == rsaSHA256
}

func (a algorithm) hash() (func() hash.Hash, crypto.Hash) {
	switch a {
	case hmacSHA1, plainSHA1, rsaSHA1:
		return sha1.New, crypto.SHA1
	case hmacSHA384:
		return sha512.New384, crypto.SHA384
	case hmacSHA512:
		return sha512.New, crypto.SHA512
	default:
		return sha256.New, crypto.SHA256
	}
}

// digest is the signature of a symmetric algorithm. The plain hashes take no
// key: their payload has the secret in it.
func (a algorithm) digest(key []byte, p payload) []byte {
	newHash, _ := a.hash()
	var w hash.Hash
	if strings.HasPrefix(string(a), "HMAC-") {
		w = hmac.New(newHash, key)
	} else {
		w = newHash()
	}
	for _, piece := range p {
		w.Write(piece) // never fails: hash.Hash promises so
	}
	return w.Sum(nil)
}

// holds checks a signature by a public key of the fitting kind.
func (a algorithm) holds(public crypto.PublicKey, p payload, sig []byte) bool {
	switch key := public.(type) {
	case ed25519.PublicKey:
		return a == edwards && len(key) == ed25519.PublicKeySize && ed25519.Verify(key, p.join(), sig)
	case *ecdsa.PublicKey:
		return a == ecdsaSHA256 && ecdsa.VerifyASN1(key, a.digest(nil, p), sig)
	case *rsa.PublicKey:
		_, id := a.hash()
		return (a == rsaSHA1 || a == rsaSHA256) && rsa.VerifyPKCS1v15(key, id, a.digest(nil, p), sig) == nil
	}
	return false
}

// sign makes the signature of an asymmetric algorithm. Equal payloads get
// equal signatures.
func (a algorithm) sign(private crypto.Signer, p payload) ([]byte, error) {
	switch key := private.(type) {
	case ed25519.PrivateKey:
		if a == edwards {
			return ed25519.Sign(key, p.join()), nil
		}
	case *ecdsa.PrivateKey:
		if a == ecdsaSHA256 {
			// No randomness: RFC 6979.
			return key.Sign(nil, a.digest(nil, p), crypto.SHA256)
		}
	case *rsa.PrivateKey:
		if a == rsaSHA1 || a == rsaSHA256 {
			_, id := a.hash()
			return rsa.SignPKCS1v15(rand.Reader, key, id, a.digest(nil, p))
		}
	}
	return nil, fmt.Errorf("sign by %s: the private key is of another kind", a)
}

// encoding is how signature bytes are written as text.
type encoding int

const (
	hexText encoding = iota
	base64Text
	base64URLText // without padding
)

func (e encoding) String() string {
	switch e {
	case base64Text:
		return "base64"
	case base64URLText:
		return "base64url"
	}
	return "hex"
}

func (e encoding) encode(b []byte) string {
	switch e {
	case base64Text:
		return base64.StdEncoding.EncodeToString(b)
	case base64URLText:
		return base64.RawURLEncoding.EncodeToString(b)
	}
	return hex.EncodeToString(b)
}

// decode reads text strictly: one text for each signature, but for the case of
// hex digits and padding left off.
func (e encoding) decode(text string) ([]byte, bool) {
	var b []byte
	var err error
	switch {
	case strings.ContainsAny(text, "\r\n"): // which base64 would skip
		return nil, false
	case e == hexText:
		b, err = hex.DecodeString(text)
	case e == base64URLText:
		b, err = base64.RawURLEncoding.Strict().DecodeString(strings.TrimRight(text, "="))
	case strings.HasSuffix(text, "="):
		b, err = base64.StdEncoding.Strict().DecodeString(text)
	default:
		b, err = base64.RawStdEncoding.Strict().DecodeString(text)
	}
	return b, err == nil && len(b) > 0
}
