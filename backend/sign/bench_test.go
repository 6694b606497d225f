package sign_test

import (
	"bytes"
	"testing"

	"creel/backend/hook"
	"creel/backend/sign"
)

// What explaining costs when nothing matches, by size and kind of body.
func BenchmarkExplain(b *testing.B) {
	object := []byte(`{"id":123456,"name":"Jörg & friends","url":"https://example.com/a?b=1","nested":{"a":[1,2,3]}},`)
	list := func(size int) []byte {
		text := append([]byte("["), bytes.Repeat(object, size/len(object))...)
		return append(bytes.TrimSuffix(text, []byte(",")), ']')
	}
	for _, c := range []struct {
		name string
		body []byte
	}{
		{"json 2 KiB", list(2 << 10)}, {"json 64 KiB", list(64 << 10)}, {"json 1 MiB", list(1 << 20)}, {"json 4 MiB", list(4 << 20)}, {"json 8 MiB", list(8 << 20)}, {"json 25 MiB", list(25 << 20)},
		{"small form", []byte("From=%2B1&To=%2B2&Body=Hello")}, {"lines 25 MiB", bytes.Repeat([]byte("abc\n"), 25<<18)}, {"form 1 MiB", bytes.Repeat([]byte("a=b%20c&"), 1<<17)},
	} {
		for _, scheme := range []string{"stripe-v1", "square", "twilio", "linear"} {
			m := sign.Message{Method: "POST", URL: "https://hooks.example.com/in?a=1&b=2", Body: c.body, Headers: hook.Headers{
				{Name: "Stripe-Signature", Value: "t=1,v1=00"}, {Name: "x-square-hmacsha256-signature", Value: "AAAA"},
				{Name: "X-Twilio-Signature", Value: "AAAA"}, {Name: "Linear-Signature", Value: "00"}}}
			b.Run(c.name+" "+scheme, func(b *testing.B) {
				for b.Loop() {
					if v := explained(m, sign.Key{Secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, sign.Options{Scheme: scheme}); v.Valid {
						b.Fatal("valid")
					}
				}
			})
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	for _, scheme := range []string{"stripe-v1", "hmac-sha256-hex", "aws-sns"} {
		m := sign.Message{Method: "POST", Body: bytes.Repeat([]byte("x"), 1600), Headers: hook.Headers{{Name: "Stripe-Signature", Value: "t=1,v1=00"}, {Name: "X-Cal-Signature-256", Value: "00"}}}
		b.Run(scheme, func(b *testing.B) {
			for b.Loop() {
				sign.Verify(m, sign.Key{Secret: "whsec_x"}, sign.Options{Scheme: scheme})
			}
		})
	}
}
