package cli_test

import (
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"creel/backend/testkit"
)

// told is what a row says of its answer.
type told struct {
	Status int
	Told   string
}

// passing has inbox answer with the answer of a target at url, waiting that
// long, and forward to another one too.
func (c *creel) passing(url, other string, timeoutMs int) {
	c.tb.Helper()
	for name, to := range map[string]string{"app": url, "other": other} {
		if code := c.call("POST", "/targets", map[string]any{"name": name, "url": to}, nil); code != 201 {
			c.tb.Fatalf("target %s: %d", name, code)
		}
	}
	in := map[string]any{"targets": []string{"app", "other"}, "reply": map[string]any{
		"mode": "target", "pass": map[string]any{"target": "app", "timeoutMs": timeoutMs},
	}}
	if code := c.call("PATCH", "/endpoints/inbox", in, nil); code != 200 {
		c.tb.Fatalf("endpoint: %d", code)
	}
}

// The whole program passes a target's answer on, falls back when it comes too
// late, and delivers to the others all the while.
func TestServeAnswersWithTheTargetsAnswer(t *testing.T) {
	app, other, gate := testkit.NewTarget(t), testkit.NewTarget(t), make(chan struct{})
	app.Script(
		testkit.Step{Status: 418, Headers: [][2]string{{"Content-Type", "text/tea"}}, Body: []byte("short and stout")},
		testkit.Step{Gate: gate, Status: 200},
	)
	c := serve(t, filepath.Join(t.TempDir(), "data"))
	c.passing(app.URL(), other.URL(), 300)
	resp, err := http.Post(c.Catch+"/inbox/tea", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil || resp.StatusCode != 418 || string(body) != "short and stout" || resp.Header.Get("X-Creel-Seq") != "1" {
		t.Errorf("%s %v %q, %v", resp.Status, resp.Header, body, err)
	}
	if resp, err = http.Post(c.Catch+"/inbox/late", "application/json", strings.NewReader("{}")); err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != 504 {
		t.Errorf("a late answer: %s", resp.Status)
	}
	close(gate)
	other.Await(2)
	for path, want := range map[string]told{"/requests/1": {418, "target:app"}, "/requests/2": {504, "fallback:timeout"}} {
		var got told
		c.await("the row to say what was told", func() bool {
			c.call("GET", path, nil, &got)
			return got == want
		})
	}
}

// A sender that waits when the process is killed gets nothing, and the row says
// so; what it sent is delivered by the next process.
func TestKilledWhileASenderWaits(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	app, other := testkit.NewTarget(t), testkit.NewTarget(t)
	app.Script(testkit.Step{Hang: true})
	first := serve(t, dir)
	first.passing(app.URL(), other.URL(), 30_000)
	nc, err := net.Dial("tcp", strings.TrimPrefix(first.Catch, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = nc.Close() }()
	if _, err := io.WriteString(nc, "POST /inbox HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi"); err != nil {
		t.Fatal(err)
	}
	app.Await(1)
	if err := first.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = first.cmd.Wait()
	if b, _ := io.ReadAll(nc); len(b) != 0 {
		t.Errorf("the sender was told %q", b)
	}

	second := serve(t, dir)
	if seen := app.Await(2); string(seen[1].Body) != "hi" {
		t.Errorf("delivered %q", seen[1].Raw())
	}
	var got told
	second.call("GET", "/requests/1", nil, &got)
	if want := (told{0, "waiting:app"}); got != want {
		t.Errorf("the row says %+v, want %+v", got, want)
	}
}
