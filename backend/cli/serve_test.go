package cli_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"creel/backend/testkit"
)

// TestMain builds creel-headless once for all tests of the process.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "creel-headless-")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "creel-headless")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	build := exec.Command("go", "build", "-buildvcs=false", "-o", binary, "creel")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build creel-headless: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// binary is the path of creel-headless.
var binary string

// creel is a running `creel-headless serve`.
type creel struct {
	Catch, UI, Token, Version string
	CatchTLS                  string
	PID                       int

	tb   testing.TB
	cmd  *exec.Cmd
	errs bytes.Buffer
}

func serve(tb testing.TB, dir string, more ...string) *creel {
	tb.Helper()
	return serveBy(tb, binary, dir, more...)
}

// serveBy is serve with a program of its own, which hands over to creel.
func serveBy(tb testing.TB, program, dir string, more ...string) *creel {
	tb.Helper()
	c := &creel{tb: tb}
	args := append([]string{"serve", "--data", dir, "--catch", "127.0.0.1:0", "--ui", "127.0.0.1:0", "--ready-json"}, more...)
	c.cmd = exec.Command(program, args...)
	c.cmd.Stderr = &c.errs
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = c.cmd.Process.Kill()
		_ = c.cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || json.Unmarshal([]byte(line), c) != nil {
		tb.Fatalf("ready line %q, %v; it said %s", line, err, c.errs.String())
	}
	return c
}

func (c *creel) post(path, body string) (seq string) {
	c.tb.Helper()
	resp, err := http.Post(c.Catch+path, "application/json", strings.NewReader(body))
	if err != nil {
		c.tb.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != 200 {
		c.tb.Fatalf("post %s: %s", path, resp.Status)
	}
	return resp.Header.Get("X-Creel-Seq")
}

func (c *creel) call(method, path string, in, out any) int {
	c.tb.Helper()
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			c.tb.Fatal(err)
		}
	}
	req, err := http.NewRequest(method, c.UI+"/api/v1"+path, &body)
	if err != nil {
		c.tb.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.Token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.tb.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.tb.Fatal(err)
	}
	if raw, ok := out.(*[]byte); ok {
		*raw = b
	} else if out != nil {
		if err := json.Unmarshal(b, out); err != nil {
			c.tb.Fatalf("%s %s: %v in %s", method, path, err, b)
		}
	}
	return resp.StatusCode
}

// await asks until ok, and fails when that takes absurdly long.
func (c *creel) await(what string, ok func() bool) {
	c.tb.Helper()
	for until := time.Now().Add(30 * time.Second); !ok(); {
		if time.Now().After(until) {
			c.tb.Fatalf("%s: not within half a minute", what)
		}
		runtime.Gosched()
	}
}

type deliveries []struct {
	ID, State, URL string
	Attempts       []struct {
		ID     string
		Status int
	}
}

// What was acknowledged before a SIGKILL is there afterwards: requests, bytes,
// deliveries and answers.
func TestKilledProcessHasLostNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	target := testkit.NewTarget(t)
	target.Usual(testkit.Step{Status: 207, Body: []byte(`{"seen":true}`)})
	first := serve(t, dir)
	const many = 40
	for i := range many {
		if got, want := first.post(fmt.Sprintf("/inbox/%d", i), fmt.Sprintf(`{"n":%d}`, i)), fmt.Sprint(i+1); got != want {
			t.Fatalf("seq %s, want %s", got, want)
		}
	}
	if code := first.call("POST", "/requests/7/replay", map[string]any{"url": target.URL() + "/hook"}, nil); code != 200 {
		t.Fatalf("replay: %d", code)
	}
	target.Await(1)
	var before deliveries
	first.await("the answer", func() bool {
		first.call("GET", "/requests/7/deliveries", nil, &before)
		return len(before) == 1 && before[0].State == "delivered"
	})
	if err := first.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = first.cmd.Wait()

	second := serve(t, dir)
	var page struct {
		Total int
		Items []struct{ Seq int }
	}
	second.call("GET", "/requests?limit=1000", nil, &page)
	if page.Total != many || len(page.Items) != many || page.Items[0].Seq != many {
		t.Fatalf("%d of %d requests after the kill", page.Total, many)
	}
	for i := range many {
		var body []byte
		second.call("GET", fmt.Sprintf("/requests/%d/body", i+1), nil, &body)
		if string(body) != fmt.Sprintf(`{"n":%d}`, i) {
			t.Errorf("body of %d: %q", i+1, body)
		}
	}
	var after deliveries
	second.call("GET", "/requests/7/deliveries", nil, &after)
	if len(after) != 1 || after[0].ID != before[0].ID || after[0].Attempts[0].Status != 207 {
		t.Fatalf("deliveries %+v, want %+v", after, before)
	}
	var answer []byte
	second.call("GET", "/attempts/"+after[0].Attempts[0].ID+"/answer?part=body", nil, &answer)
	if string(answer) != `{"seen":true}` {
		t.Errorf("answer %q", answer)
	}
	if got := second.post("/inbox", "{}"); got != fmt.Sprint(many+1) {
		t.Errorf("next seq %s, want %d", got, many+1)
	}
	if len(target.Seen()) != 1 {
		t.Errorf("the target saw %d requests, want the one that was asked for", len(target.Seen()))
	}
}

// A delivery that the process died over is made after the restart, under the
// same id.
func TestOwedDeliveryOutlivesTheProcess(t *testing.T) {
	dir := t.TempDir()
	target := testkit.NewTarget(t)
	target.Script(testkit.Step{Hang: true})
	first := serve(t, dir)
	first.call("POST", "/targets", map[string]any{"name": "app", "url": target.URL()}, nil)
	if code := first.call("PATCH", "/endpoints/inbox", map[string]any{"targets": []string{"app"}}, nil); code != 200 {
		t.Fatalf("targets of inbox: %d", code)
	}
	first.post("/inbox", `{"a":1}`)
	target.Await(1)
	if err := first.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = first.cmd.Wait()
	second := serve(t, dir)
	seen := target.Await(2)
	mark := func(s testkit.Seen) string {
		for _, line := range s.Lines() {
			if strings.HasPrefix(line, "Creel-Delivery: ") {
				return line
			}
		}
		return ""
	}
	if mark(seen[0]) == "" || mark(seen[0]) != mark(seen[1]) || !bytes.Equal(seen[0].Body, seen[1].Body) {
		t.Fatalf("sent %q, then %q", seen[0].Raw(), seen[1].Raw())
	}
	second.await("the delivery to be recorded", func() bool {
		var ds deliveries
		second.call("GET", "/requests/1/deliveries", nil, &ds)
		return len(ds) == 1 && ds[0].State == "delivered"
	})
}

func TestSecondServeSaysWhoHoldsTheFolder(t *testing.T) {
	dir := t.TempDir()
	c := serve(t, dir)
	out, err := exec.Command(binary, "serve", "--data", dir, "--catch", "127.0.0.1:0", "--ui", "127.0.0.1:0").CombinedOutput()
	if exitCode(err) != 1 || !strings.Contains(string(out), fmt.Sprint(c.PID)) || !strings.Contains(string(out), c.UI) {
		t.Fatalf("second serve: %v: %s", err, out)
	}
	if c.post("/inbox", "{}") != "1" {
		t.Error("the first one was disturbed")
	}
}

func TestTakenPortIsNamed(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	for _, flag := range []string{"--catch", "--ui"} {
		args := []string{"serve", "--data", t.TempDir(), "--catch", "127.0.0.1:0", "--ui", "127.0.0.1:0"}
		out, err := exec.Command(binary, append(args, flag, taken.Addr().String())...).CombinedOutput()
		if exitCode(err) != 1 || !strings.Contains(string(out), taken.Addr().String()) {
			t.Errorf("%s taken: %v: %s", flag, err, out)
		}
	}
}

// What is no address ends serve with words, and so does what no command is.
func TestWrongArgumentsAreNamed(t *testing.T) {
	for args, want := range map[string]string{
		"serve --catch nonsense":        "not an address",
		"serve --catch 127.0.0.1:99999": "not an address",
		"serve --ui nonsense":           "--ui",
		"serve --frob":                  "creel serve --help",
		"serve extra":                   `"extra"`,
		"frob":                          `"frob"`,
		"sample frob":                   `"frob"`,
		"sample send":                   "creel sample list",
		"sample send a b c":             "creel sample list",
		"sample send a --times x":       `"x" for "--times"`,
	} {
		out, err := exec.Command(binary, append(strings.Fields(args), "--data", t.TempDir())...).CombinedOutput()
		if exitCode(err) != 1 || !strings.Contains(string(out), want) || strings.Contains(string(out), "strconv") {
			t.Errorf("%s: %v: %s", args, err, out)
		}
	}
}

// Asked to end, it finishes what has begun and leaves with 0.
func TestTermEndsInOrder(t *testing.T) {
	dir := t.TempDir()
	c := serve(t, dir)
	c.call("PATCH", "/endpoints/inbox", map[string]any{"reply": map[string]any{"status": 200, "delayMs": 30000}}, nil)
	answered := make(chan string, 1)
	go func() {
		resp, err := http.Post(c.Catch+"/inbox", "text/plain", strings.NewReader("last words"))
		if err != nil {
			answered <- err.Error()
			return
		}
		_ = resp.Body.Close()
		answered <- resp.Status
	}()
	c.await("the request to be kept", func() bool {
		var page struct{ Total int }
		c.call("GET", "/requests", nil, &page)
		return page.Total == 1
	})
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if status := <-answered; status != "200 OK" {
		t.Errorf("the sender in waiting was told %q", status)
	}
	if err := c.cmd.Wait(); err != nil {
		t.Errorf("left with %v: %s", err, c.errs.String())
	}
	if _, err := os.Stat(filepath.Join(dir, "session.json")); err == nil {
		t.Error("the session outlived the program")
	}
}

func TestSeedFillsAFolder(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command(binary, "seed", "-n", "3000", "--data", dir).CombinedOutput(); err != nil {
		t.Fatalf("seed: %v: %s", err, out)
	}
	c := serve(t, dir)
	var page struct {
		Total int
		Items []struct {
			Seq      int
			Provider string
		}
	}
	c.call("GET", "/requests?limit=1000", nil, &page)
	providers := map[string]bool{}
	for _, r := range page.Items {
		providers[r.Provider] = true
	}
	if page.Total != 3000 || page.Items[0].Seq != 3000 || len(providers) < 8 {
		t.Fatalf("%d requests, newest %d, providers %v", page.Total, page.Items[0].Seq, providers)
	}
	if out, err := exec.Command(binary, "seed").CombinedOutput(); exitCode(err) != 1 || !strings.Contains(string(out), "--data") {
		t.Errorf("seed without a folder: %v: %s", err, out)
	}
}

func exitCode(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return 0
}
