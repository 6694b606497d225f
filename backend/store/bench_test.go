package store_test

import (
	"bytes"
	"fmt"
	"testing"

	"creel/backend/hook"
)

// BenchmarkKeep is durable capture: 64 callers, 1.6 KB bodies.
func BenchmarkKeep(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			s := openTemp(b)
			body := bytes.Repeat([]byte("webhooks"), 200)
			head := bytes.Repeat([]byte("Header: value\r\n"), 20)
			b.SetParallelism((callers + 1) / 2)
			b.ReportAllocs()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					keep(b, s, capture(func(c *hook.Capture) { c.Head, c.Body = head, body }))
				}
			})
		})
	}
}

// BenchmarkList is a page far down a history of 100,000.
func BenchmarkList(b *testing.B) {
	s := openTemp(b)
	for range 100 {
		keepN(b, s, 1000)
	}
	for _, src := range []string{"", "endpoint:shop", "method:POST"} {
		e := parse(b, src)
		b.Run("filter="+src, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.List(ctx, e, hook.Cursor{Offset: 99_000, Limit: 100}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
