// Package unpack undoes content encodings (gzip, deflate, br, zstd) within
// bounds, so that a bomb costs neither memory nor time. It is pure: bytes in,
// bytes out.
package unpack

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"strings"

	"creel/backend/hook"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// MaxBytes is the most that comes out.
const MaxBytes = 8 << 20

const (
	maxDecodeRatio = 100
	minDecoded     = 64 << 10 // below this the ratio does not matter
	maxEncodings   = 4
)

// Body undoes the Content-Encoding lines of headers, last one first. A body
// without any comes back as it is. It is hook.Invalid when an encoding is
// unknown or broken, and hook.TooLarge past 8 MiB or 100 times the size.
func Body(body []byte, headers hook.Headers) ([]byte, error) {
	var codings []string
	for _, v := range headers.Values("Content-Encoding") {
		for _, c := range strings.Split(v, ",") {
			if c = strings.ToLower(strings.TrimSpace(c)); c != "" && c != "identity" {
				codings = append(codings, c)
			}
		}
	}
	if len(codings) > maxEncodings {
		return nil, hook.Faultf(hook.Invalid, "decode body: %d content encodings on top of each other are too many", len(codings))
	}
	limit := int64(min(MaxBytes, max(minDecoded, len(body)*maxDecodeRatio)))
	for i := len(codings) - 1; i >= 0; i-- {
		decoded, err := decodeOne(codings[i], body, limit)
		if err != nil {
			return nil, err
		}
		body = decoded
	}
	return body, nil
}

func decodeOne(coding string, body []byte, limit int64) ([]byte, error) {
	if len(body) == 0 {
		return body, nil
	}
	r, stop, err := decoder(coding, body)
	if err != nil {
		return nil, err
	}
	defer stop()
	var out bytes.Buffer
	n, err := io.Copy(&out, io.LimitReader(r, limit+1))
	if n > limit {
		return nil, hook.Faultf(hook.TooLarge, "decode body: it grows past %d KiB, so only the body as sent is shown", limit>>10)
	}
	if err != nil {
		return nil, &hook.Fault{Kind: hook.Invalid, Text: "decode body: it says " + coding + " but is not", Err: err}
	}
	return out.Bytes(), nil
}

func decoder(coding string, body []byte) (io.Reader, func(), error) {
	broken := func(err error) (io.Reader, func(), error) {
		return nil, nil, &hook.Fault{Kind: hook.Invalid, Text: "decode body: it says " + coding + " but is not", Err: err}
	}
	switch coding {
	case "gzip", "x-gzip":
		r, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return broken(err)
		}
		return r, func() { _ = r.Close() }, nil
	case "deflate":
		// The name means zlib; some senders leave its two-byte header out.
		if r, err := zlib.NewReader(bytes.NewReader(body)); err == nil {
			return r, func() { _ = r.Close() }, nil
		}
		r := flate.NewReader(bytes.NewReader(body))
		return r, func() { _ = r.Close() }, nil
	case "br":
		return brotli.NewReader(bytes.NewReader(body)), func() {}, nil
	case "zstd":
		r, err := zstd.NewReader(bytes.NewReader(body), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))
		if err != nil {
			return broken(err)
		}
		return r, r.Close, nil
	}
	return nil, nil, hook.Faultf(hook.Invalid, "decode body: the content encoding %q is not known", coding)
}
