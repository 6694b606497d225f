package catch_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"testing"

	"creel/backend/catch"
	"creel/backend/hook"
)

type okKeeper struct{}

func (okKeeper) Keep(context.Context, *hook.Capture) hook.Answer {
	r := hook.DefaultReply()
	return hook.Answer{Seq: 1, Status: r.Status, Headers: r.Headers, Body: []byte(r.Body)}
}

// BenchmarkCatch compares the catcher, with a keeper that keeps nothing, to an
// empty net/http handler that reads and discards the body: 1.6 KB posts over
// 64 keep-alive connections. Read it as a ratio.
func BenchmarkCatch(b *testing.B) {
	b.Run("catch", func(b *testing.B) {
		c := catch.New(okKeeper{}, catch.Options{})
		if err := c.Open("127.0.0.1:0"); err != nil {
			b.Fatal(err)
		}
		defer func() { _ = c.Shut(context.Background()) }()
		post(b, c.Addr())
	})
	b.Run("net-http", func(b *testing.B) {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		srv := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
		})}
		go func() { _ = srv.Serve(ln) }()
		defer func() { _ = srv.Close() }()
		post(b, ln.Addr().String())
	})
}

func post(b *testing.B, addr string) {
	body := bytes.Repeat([]byte(`{"a": 1, "b": 2}`), 100)
	req := []byte("POST /inbox/hook HTTP/1.1\r\nHost: " + addr + "\r\nUser-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\n" +
		"Accept: */*; q=0.5, application/xml\r\nContent-Type: application/json; charset=utf-8\r\nCache-Control: no-cache\r\n" +
		"Stripe-Signature: t=1712345678,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd\r\n" +
		"Content-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + string(body))
	b.ReportAllocs()
	b.SetParallelism(32) // 64 connections on 2 cores
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		nc, err := net.Dial("tcp", addr)
		if err != nil {
			b.Error(err)
			return
		}
		defer func() { _ = nc.Close() }()
		r := bufio.NewReader(nc)
		for pb.Next() {
			if _, err := nc.Write(req); err != nil {
				b.Error(err)
				return
			}
			if err := skipAnswer(r); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// skipAnswer reads one answer, with next to no work, so that the client weighs
// little in the comparison.
func skipAnswer(r *bufio.Reader) error {
	length := 0
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if v, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(v))); err != nil {
				return err
			}
		}
		if len(line) == 2 {
			_, err = r.Discard(length)
			return err
		}
	}
}
