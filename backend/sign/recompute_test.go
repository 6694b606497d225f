package sign_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
)

// The helpers of tests that recompute signatures by themselves.

func hmacRaw(key, text string) []byte {
	w := hmac.New(sha256.New, []byte(key))
	w.Write([]byte(text))
	return w.Sum(nil)
}

func hmacHex(key, text string) string { return hex.EncodeToString(hmacRaw(key, text)) }

func hmac64(key, text string) string { return base64.StdEncoding.EncodeToString(hmacRaw(key, text)) }

func hmacSHA1(key []byte, text string) []byte {
	w := hmac.New(sha1.New, key)
	w.Write([]byte(text))
	return w.Sum(nil)
}
