package trust_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"creel/backend/hook"
	"creel/backend/trust"
)

func at(day int) func() time.Time {
	return func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC).AddDate(0, 0, day) }
}

func open(t *testing.T, dir string, day int, hosts ...string) *trust.Authority {
	t.Helper()
	a, err := trust.Open(dir, at(day), hosts...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// shake has a client that trusts roots shake hands with a.
func shake(t *testing.T, a *trust.Authority, roots *x509.CertPool, name string, now func() time.Time) (*x509.Certificate, error) {
	t.Helper()
	here, there := net.Pipe()
	defer func() { _ = here.Close() }()
	go func() {
		server := tls.Server(there, a.Config())
		_ = server.Handshake()
		_ = there.Close()
	}()
	client := tls.Client(here, &tls.Config{RootCAs: roots, ServerName: name, Time: now, NextProtos: []string{"h2", "http/1.1"}})
	if err := client.Handshake(); err != nil {
		return nil, err
	}
	if p := client.ConnectionState().NegotiatedProtocol; p != "h2" {
		t.Errorf("they speak %q", p)
	}
	return client.ConnectionState().PeerCertificates[0], nil
}

func pool(t *testing.T, a *trust.Authority) *x509.CertPool {
	t.Helper()
	p := x509.NewCertPool()
	if !p.AppendCertsFromPEM(a.PEM()) {
		t.Fatal("the certificate cannot be read")
	}
	return p
}

func TestWhoTrustsItIsLetThrough(t *testing.T) {
	a := open(t, t.TempDir(), 0, "Creel.test", "192.168.1.7", "")
	for _, name := range []string{"localhost", "127.0.0.1", "::1", "creel.test", "192.168.1.7"} {
		cert, err := shake(t, a, pool(t, a), name, at(0))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if days := cert.NotAfter.Sub(cert.NotBefore).Hours() / 24; days > 825 || days < 824 {
			t.Errorf("valid for %v days", days)
		}
	}
	for _, name := range []string{"example.com", "127.0.0.2", "other.test"} {
		if _, err := shake(t, a, pool(t, a), name, at(0)); err == nil {
			t.Errorf("it passes for %s", name)
		}
	}
	if _, err := shake(t, a, x509.NewCertPool(), "localhost", at(0)); err == nil {
		t.Error("who does not trust it is let through")
	}
}

// The same authority is found again; its key is for this user's eyes only.
func TestKeptInTheFolder(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir, 0)
	b := open(t, dir, 500)
	if !bytes.Equal(a.PEM(), b.PEM()) || a.Fingerprint() != b.Fingerprint() || len(a.Fingerprint()) != 95 {
		t.Error("another authority was made")
	}
	if _, err := shake(t, b, pool(t, a), "localhost", at(500)); err != nil {
		t.Error(err)
	}
	var names []string
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, _ error) error {
		if d.IsDir() {
			return nil
		}
		names = append(names, d.Name())
		if fi, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && fi.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", d.Name(), fi.Mode(), err)
		}
		return nil
	})
	if !slices.Equal(names, []string{"ca-key.pem", "ca.pem"}) {
		t.Errorf("files %v", names)
	}
	if bytes.Contains(a.PEM(), []byte("PRIVATE")) {
		t.Error("the key is given away")
	}
}

// A certificate that is about to end is made anew while the program runs, and
// an authority that is about to end at its next start.
func TestRenewal(t *testing.T) {
	day := 0
	dir := t.TempDir()
	a, err := trust.Open(dir, func() time.Time { return at(day)() })
	if err != nil {
		t.Fatal(err)
	}
	first, err := shake(t, a, pool(t, a), "localhost", at(day))
	if err != nil {
		t.Fatal(err)
	}
	day = 700
	same, err := shake(t, a, pool(t, a), "localhost", at(day))
	if err != nil || !same.Equal(first) {
		t.Errorf("made anew too early: %v", err)
	}
	day = 800
	second, err := shake(t, a, pool(t, a), "localhost", at(day))
	if err != nil || second.Equal(first) {
		t.Errorf("not made anew: %v", err)
	}
	if b := open(t, dir, 3640); b.Fingerprint() == a.Fingerprint() {
		t.Error("the authority was not made anew")
	}
}

// Whoever has the key cannot pass for a public site: readers of the
// certificate know what it may sign for.
func TestItSignsForPrivateNamesOnly(t *testing.T) {
	for _, host := range []string{"example.com", "8.8.8.8", "2001:db8::1", "test.example", "a b.test", "*.test", ".test", "-\x00.test"} {
		if _, err := trust.Open(t.TempDir(), at(0), host); hook.KindOf(err) != hook.Invalid {
			t.Errorf("%q: %v", host, err)
		}
	}
	a := open(t, t.TempDir(), 0)
	cert, err := shake(t, a, pool(t, a), "localhost", at(0))
	if err != nil || cert.IsCA {
		t.Fatal(err)
	}
	if !bytes.Contains(a.PEM(), []byte("BEGIN CERTIFICATE")) {
		t.Error("no certificate")
	}
}

func TestBrokenFilesAreSaid(t *testing.T) {
	dir := t.TempDir()
	open(t, dir, 0)
	other := t.TempDir()
	open(t, other, 0)
	key, err := os.ReadFile(filepath.Join(other, "ca-key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "ca-key.pem"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := trust.Open(dir, at(0)); hook.KindOf(err) != hook.Invalid {
		t.Errorf("a key of another authority: %v", err)
	}
}
