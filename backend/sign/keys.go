package sign

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"strings"
)

// keying is how the text of a secret becomes the key.
type keying int

const (
	asText     keying = iota
	asStandard        // "whsec_" and base64, the prefix optional: decoded
	asHex             // hex digits: decoded
	asSHA1            // the SHA-1 of the text
)

const (
	standardSecret  = "whsec_"
	standardPrivate = "whsk_"
	standardPublic  = "whpk_"
)

// key derives the key of one secret.
func (k keying) key(secret string) ([]byte, error) {
	switch k {
	case asStandard:
		key, ok := looseBase64(strings.TrimPrefix(secret, standardSecret))
		if !ok {
			return nil, errors.New("it should be whsec_ followed by base64, and what follows is not base64")
		}
		return key, nil
	case asHex:
		key, err := hex.DecodeString(secret)
		if err != nil || len(key) == 0 {
			return nil, errors.New("it should be hex digits only, an even number of them (usually 64)")
		}
		return key, nil
	case asSHA1:
		sum := sha1.Sum([]byte(secret))
		return sum[:], nil
	}
	return []byte(secret), nil
}

// looseBase64 reads base64 of either alphabet, padded or not.
func looseBase64(text string) ([]byte, bool) {
	if text == "" || strings.ContainsAny(text, "\r\n") {
		return nil, false
	}
	text = strings.TrimRight(text, "=")
	enc := base64.RawStdEncoding
	if strings.ContainsAny(text, "-_") {
		enc = base64.RawURLEncoding
	}
	b, err := enc.DecodeString(text)
	return b, err == nil && len(b) > 0
}

// Secrets splits the text of Key.Secret: one secret a line, when there are
// several lines with something on them; else the text as it is, blanks and a
// line end at its end included, for they are part of what was given.
func Secrets(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\r\n"); strings.TrimSpace(line) != "" {
			lines = append(lines, line)
		}
	}
	switch {
	case len(lines) > 1:
		return lines
	case text == "":
		return nil
	}
	return []string{text}
}

// sharedKey is one secret with the key derived from it.
type sharedKey struct {
	text string
	key  []byte
}

// keyring is what signatures are checked against.
type keyring struct {
	shared []sharedKey
	public []crypto.PublicKey
	// name is the public key's name, for braintree.
	name string
}

// publicKeys reads all keys in text that alg can use. PEM blocks may be keys
// or certificates; else each line is one key.
func publicKeys(alg algorithm, text string) ([]crypto.PublicKey, error) {
	var keys []crypto.PublicKey
	add := func(key any, err error) {
		if err == nil && fits(alg, key) {
			keys = append(keys, key)
		}
	}
	if strings.Contains(text, "-----BEGIN") {
		for block, rest := pem.Decode([]byte(text)); block != nil; block, rest = pem.Decode(rest) {
			switch block.Type {
			case "CERTIFICATE":
				if cert, err := x509.ParseCertificate(block.Bytes); err == nil {
					add(cert.PublicKey, nil)
				}
			case "RSA PUBLIC KEY":
				add(x509.ParsePKCS1PublicKey(block.Bytes))
			default:
				add(x509.ParsePKIXPublicKey(block.Bytes))
			}
		}
	} else {
		for line := range strings.FieldsSeq(text) {
			for _, raw := range rawKey(strings.TrimPrefix(line, standardPublic)) {
				if len(raw) == ed25519.PublicKeySize {
					add(ed25519.PublicKey(raw), nil)
					continue
				}
				if cert, err := x509.ParseCertificate(raw); err == nil {
					add(cert.PublicKey, nil)
					continue
				}
				add(x509.ParsePKIXPublicKey(raw))
			}
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("it holds no " + alg.keyKind() + " public key: wanted is PEM, or the key as base64 or hex, as the provider shows it")
	}
	return keys, nil
}

// rawKey reads hex, else base64.
func rawKey(text string) [][]byte {
	if b, err := hex.DecodeString(text); err == nil && len(b) > 0 {
		return [][]byte{b}
	}
	if b, ok := looseBase64(text); ok {
		return [][]byte{b}
	}
	return nil
}

func fits(alg algorithm, key any) bool {
	switch key.(type) {
	case ed25519.PublicKey, ed25519.PrivateKey:
		return alg == edwards
	case *ecdsa.PublicKey, *ecdsa.PrivateKey:
		return alg == ecdsaSHA256
	case *rsa.PublicKey, *rsa.PrivateKey:
		return alg == rsaSHA1 || alg == rsaSHA256
	}
	return false
}

// keyKind names the kind of key for people.
func (a algorithm) keyKind() string {
	switch a {
	case edwards:
		return "Ed25519"
	case ecdsaSHA256:
		return "ECDSA P-256"
	}
	return "RSA"
}

// privateKey reads the first private key in text that alg can use.
func privateKey(alg algorithm, text string) (crypto.Signer, error) {
	for block, rest := pem.Decode([]byte(text)); block != nil; block, rest = pem.Decode(rest) {
		for _, parse := range []func([]byte) (any, error){
			x509.ParsePKCS8PrivateKey,
			func(der []byte) (any, error) { return x509.ParsePKCS1PrivateKey(der) },
			func(der []byte) (any, error) { return x509.ParseECPrivateKey(der) },
		} {
			key, err := parse(block.Bytes)
			if signer, ok := key.(crypto.Signer); err == nil && ok && fits(alg, key) {
				return signer, nil
			}
		}
	}
	if alg == edwards {
		for _, raw := range rawKey(strings.TrimPrefix(strings.TrimSpace(text), standardPrivate)) {
			switch len(raw) {
			case ed25519.SeedSize, ed25519.PrivateKeySize:
				return ed25519.NewKeyFromSeed(raw[:ed25519.SeedSize]), nil
			}
		}
	}
	return nil, errors.New("it holds no " + alg.keyKind() + " private key: wanted is PEM" + map[bool]string{true: ", or a seed as hex or base64"}[alg == edwards])
}
