package forward_test

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"creel/backend/forward"
	"creel/backend/hook"
	"creel/backend/testkit"
)

// to is a caught POST on its way to a target.
func to(url string, c hook.Connection, edits ...func(*hook.Target)) forward.Outbound {
	o := outbound(url, "POST /in HTTP/1.1\nHost: hooks.example\nAuthorization: Bearer secret\nCookie: s=1\nContent-Type: text/plain", "body")
	o.Request.Host = "hooks.example"
	o.Target = &hook.Target{Name: "app", URL: url, Connection: c}
	for _, f := range edits {
		f(o.Target)
	}
	return o
}

func redirect(status int, location string) testkit.Step {
	return testkit.Step{Status: status, Headers: [][2]string{{"Location", location}}, Body: []byte("moved")}
}

// Fault 63: followed only where asked for, three at most, 307 and 308 with
// method and body, the others as a GET.
func TestRedirectsAreFollowedWhereAskedFor(t *testing.T) {
	for _, c := range []struct {
		status int
		method string
		body   string
	}{{301, "GET", ""}, {302, "GET", ""}, {303, "GET", ""}, {307, "POST", "body"}, {308, "POST", "body"}} {
		target := testkit.NewTarget(t)
		target.Script(redirect(c.status, "/next?x=1"))
		a := newSender(t, forward.Options{}).Send(context.Background(), to(target.URL()+"/first", hook.Connection{Redirects: 1}))
		seen := target.Seen()
		if a.Err != nil || a.Status != 200 || len(seen) != 2 || a.URL != target.URL()+"/first" {
			t.Fatalf("%d: status %d, error %+v, %d seen", c.status, a.Status, a.Err, len(seen))
		}
		lines := seen[1].Lines()
		if lines[0] != c.method+" /next?x=1 HTTP/1.1" || string(seen[1].Body) != c.body {
			t.Errorf("%d: then %q with %q", c.status, lines[0], seen[1].Body)
		}
		if !slices.Contains(lines, "Authorization: Bearer secret") {
			t.Errorf("%d: the same host lost its credentials: %q", c.status, lines)
		}
		if c.body == "" && slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, "Content-") }) {
			t.Errorf("%d: a GET without a body says what it is: %q", c.status, lines)
		}
		want := []hook.Hop{{Status: c.status, URL: target.URL() + "/next?x=1"}}
		if !slices.Equal(a.Hops, want) || string(a.SentHead) != string(seen[1].Head) {
			t.Errorf("%d: hops %v, sent %q", c.status, a.Hops, a.SentHead)
		}
	}
}

func TestARedirectLoopEndsAtTheThird(t *testing.T) {
	for asked, want := range []int{1, 2, 3, 4, 4} {
		target := testkit.NewTarget(t)
		target.Usual(redirect(307, "/again"))
		a := newSender(t, forward.Options{}).Send(context.Background(), to(target.URL(), hook.Connection{Redirects: asked}))
		if n := len(target.Seen()); n != want || a.Status != 307 || a.Err != nil || len(a.Hops) != want-1 {
			t.Errorf("%d asked for: sent %d, want %d; status %d, hops %v", asked, n, want, a.Status, a.Hops)
		}
	}
}

// Credentials stay with the host they were meant for: those of the request,
// and those that the target's rules set.
func TestCredentialsDoNotCrossHosts(t *testing.T) {
	first, second := testkit.NewTarget(t), testkit.NewTarget(t)
	first.Script(redirect(307, second.URL()+"/x"))
	o := to(first.URL(), hook.Connection{Redirects: 3}, func(t *hook.Target) {
		t.HeaderRules = []hook.HeaderRule{{Op: "set", Name: "X-Shop-Key", Value: "hush"}}
	})
	a := newSender(t, forward.Options{}).Send(context.Background(), o)
	if a.Err != nil || a.Status != 200 {
		t.Fatalf("status %d, error %+v", a.Status, a.Err)
	}
	if lines := first.Seen()[0].Lines(); !slices.Contains(lines, "X-Shop-Key: hush") || !slices.Contains(lines, "Cookie: s=1") {
		t.Errorf("sent first: %q", lines)
	}
	lines := second.Seen()[0].Lines()
	for _, l := range lines {
		if lower := strings.ToLower(l); strings.Contains(lower, "secret") || strings.Contains(lower, "hush") || strings.HasPrefix(lower, "cookie") {
			t.Errorf("another host got %q", l)
		}
	}
	if !slices.Contains(lines, "Host: "+second.Addr()) || !slices.Contains(lines, hook.DeliveryHeader+": "+deliveryID) {
		t.Errorf("sent second: %q", lines)
	}
}

// Fault 63: wherever a redirect points, the guard stands there too.
func TestRedirectsDoNotGetPastTheGuard(t *testing.T) {
	for _, location := range []string{
		"file:///etc/passwd", "gopher://127.0.0.1:9/", "http://169.254.169.254/latest/meta-data/", "http://[::ffff:a9fe:a9fe]/",
		"http://2852039166/", "http://[64:ff9b::a9fe:a9fe]/", "http://0.0.0.0:9/", "http://user@127.0.0.1:9/", "//169.254.169.254/x",
		"http://10.0.0.1:9/", "http://192.168.0.1:9/", "http://[fd00::1]:9/", "http://100.64.0.1:9/", "http://%zz/",
	} {
		target := testkit.NewTarget(t)
		target.Script(redirect(307, location))
		a := newSender(t, forward.Options{Connect: 300 * time.Millisecond}).Send(context.Background(), to(target.URL(), hook.Connection{Redirects: 3}))
		if a.Err == nil || len(target.Seen()) != 1 {
			t.Fatalf("%s: status %d, error %+v, %d seen", location, a.Status, a.Err, len(target.Seen()))
		}
		// A number for a host is a name that has no address.
		if a.Err.Kind != hook.ErrBlocked && !(strings.Contains(location, "2852039166") && (a.Err.Kind == hook.ErrDNS || a.Err.Kind == hook.ErrTimeout)) {
			t.Errorf("%s: %+v, want blocked", location, a.Err)
		}
	}
}

// A redirect back to Creel's own port is a loop like any other.
func TestARedirectToCreelItselfIsALoop(t *testing.T) {
	target, own := testkit.NewTarget(t), testkit.NewTarget(t)
	target.Script(redirect(307, own.URL()))
	s := newSender(t, forward.Options{Own: func(addr string) bool { return addr == own.Addr() }})
	a := s.Send(context.Background(), to(target.URL(), hook.Connection{Redirects: 3}))
	if a.Err == nil || a.Err.Kind != hook.ErrLoop || len(own.Seen()) != 0 {
		t.Errorf("error %+v", a.Err)
	}
}

// Fault 64: a certificate is checked unless the person said otherwise for this
// target, and no connection is shared between one that is and one that is not.
func TestTrustIsPerTarget(t *testing.T) {
	config, _ := certificate(t, func(*x509.Certificate) {})
	stranger, _ := certificate(t, func(*x509.Certificate) {})
	pemOf := func(der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	}
	own, other := pemOf(config.Certificates[0].Certificate[0]), pemOf(stranger.Certificates[0].Certificate[0])
	target := testkit.NewTLSTarget(t, config)
	s := newSender(t, forward.Options{IdleFor: time.Hour})
	for _, c := range []struct {
		name       string
		c          hook.Connection
		ok, marked bool
	}{
		{"by default", hook.Connection{}, false, false},
		{"skipped", hook.Connection{Verify: hook.VerifySkip}, true, true},
		{"by default, with an unchecked connection open", hook.Connection{}, false, false},
		{"its own authority", hook.Connection{Verify: hook.VerifyCA, CA: own}, true, false},
		{"another authority", hook.Connection{Verify: hook.VerifyCA, CA: other}, false, false},
		{"by default, at last", hook.Connection{}, false, false},
	} {
		a := s.Send(context.Background(), to(target.URL(), c.c))
		if (a.Err == nil) != c.ok || a.Unverified != c.marked {
			t.Errorf("%s: error %+v, unverified %v", c.name, a.Err, a.Unverified)
		}
		if !c.ok && a.Err != nil && a.Err.Kind != hook.ErrTLS {
			t.Errorf("%s: %+v, want tls", c.name, a.Err)
		}
	}
	if n := len(target.Seen()); n != 2 {
		t.Errorf("%d sent, want 2", n)
	}
	// An authority of one's own does not make up for a wrong name.
	named, _ := certificate(t, func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"other.example"} })
	elsewhere := testkit.NewTLSTarget(t, named)
	a := s.Send(context.Background(), to(elsewhere.URL(), hook.Connection{Verify: hook.VerifyCA, CA: pemOf(named.Certificates[0].Certificate[0])}))
	if a.Err == nil || !strings.Contains(a.Err.Text, "made out to other.example") {
		t.Errorf("a wrong name: %+v", a.Err)
	}
}

func TestTheHostLine(t *testing.T) {
	target := testkit.NewTarget(t)
	s := newSender(t, forward.Options{})
	for want, c := range map[string]hook.Connection{
		target.Addr():       {},
		"hooks.example":     {Host: hook.HostOriginal},
		"shop.example:8443": {Host: hook.HostFixed, HostName: "shop.example:8443"},
	} {
		s.Send(context.Background(), to(target.URL(), c))
		seen := target.Seen()
		if lines := seen[len(seen)-1].Lines(); !slices.Contains(lines, "Host: "+want) {
			t.Errorf("sent %q, want Host: %s", lines, want)
		}
	}
}

// Fault 60: each phase has its own limit, and says which was missed.
func TestPhasesOfATargetHaveTheirOwnLimits(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	hangs := testkit.NewTarget(t)
	hangs.Usual(testkit.Step{Hang: true})
	s := newSender(t, forward.Options{})
	for say, o := range map[string]forward.Outbound{
		"TLS handshake":  to("https://"+silent.Addr().String(), hook.Connection{TLSMs: 40}),
		"the first byte": to(hangs.URL(), hook.Connection{FirstByteMs: 40}),
	} {
		a := s.Send(context.Background(), o)
		if a.Err == nil || a.Err.Kind != hook.ErrTimeout || !strings.Contains(a.Err.Text, say) || !strings.Contains(a.Err.Text, "40 ms") {
			t.Errorf("error %+v, want a timeout of %s within 40 ms", a.Err, say)
		}
	}
}

func TestPoliciesAndConnectionsAreChecked(t *testing.T) {
	_, key, _ := strings.Cut("x-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n", "x")
	field := func(err error) string {
		var f *hook.Fault
		if errors.As(err, &f) && f.Kind == hook.Invalid {
			return f.Field
		}
		return ""
	}
	for want, p := range map[string]hook.Policy{
		"policy.waitsMs": {WaitsMs: []int64{0, 90_000_000}}, "policy.attempts": {Attempts: 101}, "policy.success": {Success: "ok"},
		"policy.ratePerSecond": {RatePerSecond: -1}, "policy.parallel": {Parallel: 33}, "": {Success: "200-204, 304", WaitsMs: []int64{0, 5}},
	} {
		if got := field(forward.CheckPolicy(p)); got != want {
			t.Errorf("%+v: field %q, want %q", p, got, want)
		}
	}
	for want, c := range map[string]hook.Connection{
		"connection.redirects": {Redirects: 4}, "connection.verify": {Verify: "maybe"}, "connection.caPem": {Verify: hook.VerifyCA, CA: key},
		"connection.hostName": {Host: hook.HostFixed, HostName: "a b"}, "connection.connectTimeoutMs": {ConnectMs: 1}, "": {Redirects: 3},
	} {
		if got := field(forward.CheckConnection(c)); got != want {
			t.Errorf("%+v: field %q, want %q", c, got, want)
		}
	}
}
