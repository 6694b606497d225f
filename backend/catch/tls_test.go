package catch_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"creel/backend/catch"
	"creel/backend/hook"
)

// openTLS has c listen with a certificate of net/http's tests, and returns
// what trusts it.
func openTLS(t *testing.T, c *catch.Catcher) *tls.Config {
	t.Helper()
	model := httptest.NewUnstartedServer(nil)
	model.StartTLS()
	model.Close()
	if err := c.OpenTLS("127.0.0.1:0", &tls.Config{Certificates: model.TLS.Certificates, NextProtos: []string{"h2", "http/1.1"}}); err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(model.Certificate())
	return &tls.Config{RootCAs: roots, ServerName: "example.com"}
}

func dialTLS(t *testing.T, c *catch.Catcher, trust *tls.Config) *tls.Conn {
	t.Helper()
	nc, err := tls.Dial("tcp", c.TLSAddr(), trust)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = nc.Close() })
	return nc
}

// What holds for plain requests holds over TLS: exact bytes, keep-alive, large
// bodies, Expect, one reading or 400.
func TestOverTLS(t *testing.T) {
	k := &recorder{}
	c := open(t, k, catch.Options{})
	trust := openTLS(t, c)
	nc := dialTLS(t, c, trust)
	r := bufio.NewReader(nc)
	ask := func(raw string, status int) *http.Response {
		t.Helper()
		go func() { _, _ = io.WriteString(nc, raw) }()
		res, err := http.ReadResponse(r, nil)
		if err != nil || res.StatusCode != status {
			t.Fatalf("%.50q: %v %v", raw, res, err)
		}
		if status != 100 {
			_, _ = io.Copy(io.Discard, res.Body)
		}
		return res
	}
	body := strings.Repeat("0123456789abcdef", 1<<16)
	head := "POST /t HTTP/1.1\r\nx-A:  1\r\nHOST:a\r\n"
	ask(head+"\r\n", 200)
	ask(head+fmt.Sprintf("Content-Length: %d\r\n\r\n", len(body))+body, 200)
	ask(head+"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n", 100)
	ask("hi", 200)
	ask(chunky+"2\r\nhi\r\n0\r\nX: 1\r\n\r\n", 200)
	if res := ask(head+"Content-Length: 5, 5\r\n\r\nhello"+next, 400); !res.Close {
		t.Error("close not announced")
	}
	if rest, err := io.ReadAll(r); len(rest) > 0 || err != nil {
		t.Errorf("it said more: %q, %v", rest, err)
	}
	got := k.all()
	if len(got) != 5 || string(got[0].Head) != head+"\r\n" || string(got[1].Body) != body || string(got[2].Body) != "hi" ||
		string(got[3].Trailer) != "X: 1\r\n" || got[4].State != hook.Refused {
		t.Errorf("%d captures", len(got))
	}
	plain := dial(t, c) // the other port goes on beside it
	plain.send(next)
	plain.expect(200)
}

// A sender that cannot or does not want to speak TLS leaves a row that says
// why.
func TestTLSThatDoesNotBegin(t *testing.T) {
	k := &recorder{}
	c := open(t, k, catch.Options{HeadTimeout: time.Second})
	trust := openTLS(t, c)
	raw := func() *peer {
		nc, err := net.Dial("tcp", c.TLSAddr())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = nc.Close() })
		return &peer{t, nc.(*net.TCPConn), bufio.NewReader(nc)}
	}
	said := func(n int, want string) {
		t.Helper()
		x := k.wait(n)[n-1]
		if !strings.Contains(x.Reason, want) || x.State == hook.Kept {
			t.Errorf("%s: %q, want %q", x.State, x.Reason, want)
		}
	}
	p := raw()
	p.send(next)
	p.expect(400)
	said(1, "https://")
	if _, err := tls.Dial("tcp", c.TLSAddr(), &tls.Config{ServerName: "example.com"}); err == nil {
		t.Fatal("trusted by everybody")
	}
	said(2, "does not trust")
	if _, err := tls.Dial("tcp", c.TLSAddr(), &tls.Config{ServerName: "example.com", MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}); err == nil {
		t.Fatal("TLS 1.1 is spoken")
	}
	said(3, "no version")
	p = raw()
	p.send("\x16\x03\x01") // and nothing more
	said(4, "time was over")
	p.gone()
	raw().fin() // looked and left
	_ = dialTLS(t, c, trust).Close()
	nc := dialTLS(t, c, trust)
	_, _ = io.WriteString(nc, next)
	if res, err := http.ReadResponse(bufio.NewReader(nc), nil); err != nil || res.StatusCode != 200 {
		t.Error(res, err)
	}
	if n := len(k.all()); n != 5 {
		t.Errorf("%d captures, want 5", n)
	}
}

func TestClosingTLS(t *testing.T) {
	k := &recorder{}
	c := open(t, k, catch.Options{})
	trust := openTLS(t, c)
	addr := c.TLSAddr()
	idle := dialTLS(t, c, trust)
	half, err := net.Dial("tcp", addr) // never greets
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = half.Close() }()
	c.CloseTLS()
	if c.TLSAddr() != "" || c.Addr() == "" {
		t.Errorf("addresses %q and %q", c.Addr(), c.TLSAddr())
	}
	if n, err := idle.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("an idle connection: %v", err)
	}
	if err := c.Shut(context.Background()); err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", addr); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("dial after CloseTLS: %v", err)
	}
}
