package cli_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// HTTPS from the command line to the kept request: a sender that was given the
// authority's certificate is caught over TLS, one that was not is a row that
// says why; the authority outlives the program, and can be had at the door.
func TestCatchOverHTTPS(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	c := serve(t, dir, "--catch-tls", "127.0.0.1:0", "--catch-tls-host", "creel.test")
	var ca []byte
	if code := c.call("GET", "/tls/ca.pem", nil, &ca); code != 200 || strings.Contains(string(ca), "PRIVATE") {
		t.Fatalf("the certificate: %d %q", code, ca)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(ca) {
		t.Fatalf("%q is no certificate", ca)
	}
	trusting := func(name string) *http.Client {
		return &http.Client{Transport: &http.Transport{DisableKeepAlives: true, ForceAttemptHTTP2: true,
			TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: name}}}
	}
	post := func(c *creel, client *http.Client) (status int, err error) {
		resp, err := client.Post(c.CatchTLS+"/inbox/secure", "application/json", strings.NewReader(`{"over":"tls"}`))
		if err != nil {
			return 0, err
		}
		_ = resp.Body.Close()
		return resp.StatusCode, nil
	}
	for _, name := range []string{"", "localhost", "creel.test"} {
		if status, err := post(c, trusting(name)); status != 200 {
			t.Errorf("as %q: %d %v", name, status, err)
		}
	}
	if _, err := post(c, trusting("example.com")); err == nil {
		t.Error("it passes for example.com")
	}
	if _, err := post(c, http.DefaultClient); err == nil {
		t.Error("it is trusted by who was given nothing")
	}
	var page struct {
		Items []struct{ State, Reason, Protocol, Target string }
	}
	c.await("the row about trust", func() bool {
		c.call("GET", "/requests?limit=10", nil, &page)
		return strings.Contains(page.Items[0].Reason, "does not trust") && page.Items[0].State == "refused"
	})
	if last := page.Items[len(page.Items)-1]; last.State != "kept" || last.Target != "/inbox/secure" {
		t.Errorf("first row %+v", last)
	}
	if fi, err := os.Stat(filepath.Join(dir, "ca-key.pem")); err != nil || runtime.GOOS != "windows" && fi.Mode().Perm() != 0o600 {
		t.Error("the key is not for this user alone:", err)
	}
	if resp, err := http.Get(c.UI + "/api/v1/tls/ca.pem"); err != nil || resp.StatusCode != 401 {
		t.Error("without the token:", resp, err)
	}
	checkTLSAtTheDoor(t, c)

	if err := c.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.cmd.Wait()
	again := serve(t, dir, "--catch-tls", "127.0.0.1:0")
	if status, err := post(again, trusting("localhost")); status != 200 {
		t.Errorf("after a restart: %d %v", status, err)
	}
}

func checkTLSAtTheDoor(t *testing.T, c *creel) {
	t.Helper()
	type status struct {
		Listening    bool
		Address, URL string
		Certificate  struct{ Fingerprint string }
		Trust        []struct{ System string }
	}
	var st status
	if code := c.call("GET", "/tls", nil, &st); code != 200 || !st.Listening || st.URL != c.CatchTLS || len(st.Certificate.Fingerprint) != 95 || len(st.Trust) < 5 {
		t.Errorf("%d %+v", code, st)
	}
	if code := c.call("POST", "/tls", map[string]any{"address": st.Address, "host": "example.com"}, nil); code != 422 {
		t.Errorf("signing for example.com: %d", code)
	}
	var off status
	if code := c.call("POST", "/tls", map[string]any{"address": ""}, &off); code != 200 || off.Listening || off.URL != "" {
		t.Errorf("turned off: %d %+v", code, off)
	}
	if _, err := tls.Dial("tcp", st.Address, &tls.Config{InsecureSkipVerify: true}); err == nil {
		t.Error("it still listens")
	}
	if code := c.call("POST", "/tls", map[string]any{"address": st.Address, "remember": true}, &st); code != 200 || !st.Listening {
		t.Errorf("turned on again: %d %+v", code, st)
	}
	c.post("/inbox", "{}")
}

// A port for HTTPS that is taken is a named error of serve, as others are.
func TestTakenTLSPortIsNamed(t *testing.T) {
	c := serve(t, t.TempDir())
	addr := strings.TrimPrefix(c.Catch, "http://")
	out, err := exec.Command(binary, "serve", "--data", t.TempDir(), "--catch", "127.0.0.1:0", "--ui", "127.0.0.1:0", "--catch-tls", addr).CombinedOutput()
	if exitCode(err) != 1 || !strings.Contains(string(out), addr) {
		t.Errorf("%v: %s", err, out)
	}
}
