package unpack_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"creel/backend/hook"
	"creel/backend/unpack"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"
)

// fataler is what *testing.T, *testing.F and *rapid.T share.
type fataler interface{ Fatal(...any) }

// packers write what Body undoes, by the name in Content-Encoding.
func packers() map[string]func(io.Writer) io.WriteCloser {
	return map[string]func(io.Writer) io.WriteCloser{
		"gzip":    func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		"x-gzip":  func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		"deflate": func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) },
		"br":      func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) },
		"zstd": func(w io.Writer) io.WriteCloser {
			z, _ := zstd.NewWriter(w)
			return z
		},
	}
}

func pack(t fataler, coding string, plain []byte) []byte {
	var b bytes.Buffer
	w := packers()[coding](&b)
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encoded(codings ...string) hook.Headers {
	var hs hook.Headers
	for _, c := range codings {
		hs = append(hs, hook.Header{Name: "content-encoding", Value: c})
	}
	return hs
}

func TestWhatWasPackedComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "plain")
		names := rapid.SliceOfN(rapid.SampledFrom([]string{"gzip", "x-gzip", "deflate", "br", "zstd"}), 0, 4).Draw(t, "codings")
		body := plain
		for _, n := range names {
			if len(body) > 0 {
				body = pack(t, n, body)
			}
		}
		for _, hs := range []hook.Headers{encoded(names...), encoded(strings.Join(names, " , "), "identity")} {
			got, err := unpack.Body(body, hs)
			if err != nil || !bytes.Equal(got, plain) {
				t.Fatalf("%v: %d bytes and %v, want %d", hs, len(got), err, len(plain))
			}
		}
	})
}

func TestRawDeflate(t *testing.T) {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, 9)
	_, _ = w.Write([]byte("without the two bytes"))
	_ = w.Close()
	got, err := unpack.Body(b.Bytes(), encoded("deflate"))
	if err != nil || string(got) != "without the two bytes" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestBounds(t *testing.T) {
	zeros := make([]byte, 2*unpack.MaxBytes)
	noise := make([]byte, unpack.MaxBytes+1)
	_, _ = rand.NewChaCha8([32]byte{}).Read(noise)
	small := pack(t, "gzip", zeros[:unpack.MaxBytes/2])
	for name, c := range map[string]struct {
		body []byte
		hs   hook.Headers
		kind hook.FaultKind
	}{
		"bomb":             {small, encoded("gzip"), hook.TooLarge},
		"too large":        {pack(t, "zstd", noise), encoded("zstd"), hook.TooLarge},
		"unknown":          {[]byte("x"), encoded("rot13"), hook.Invalid},
		"not what it says": {[]byte("plain"), encoded("gzip"), hook.Invalid},
		"cut short":        {pack(t, "gzip", []byte("some text"))[:15], encoded("gzip"), hook.Invalid},
		"five deep":        {[]byte("x"), encoded("gzip", "gzip", "gzip", "gzip", "gzip"), hook.Invalid},
	} {
		if got, err := unpack.Body(c.body, c.hs); hook.KindOf(err) != c.kind || got != nil {
			t.Errorf("%s: %d bytes and %v, want %s", name, len(got), err, c.kind)
		}
	}
	// Below the least bound the ratio does not matter.
	if got, err := unpack.Body(pack(t, "gzip", zeros[:60<<10]), encoded("gzip")); err != nil || len(got) != 60<<10 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func FuzzBody(f *testing.F) {
	for name := range packers() {
		f.Add(name, pack(f, name, []byte("hello, hello, hello")))
	}
	f.Add("gzip, br", []byte("\x1f\x8b"))
	f.Fuzz(func(t *testing.T, coding string, body []byte) {
		got, err := unpack.Body(body, encoded(coding))
		if err != nil && hook.KindOf(err) == "" {
			t.Fatalf("%v is no fault", err)
		}
		if len(got) > max(unpack.MaxBytes, len(body)) {
			t.Fatalf("%d bytes came out", len(got))
		}
	})
}
