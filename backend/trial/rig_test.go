//go:build linux

package trial

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for what must happen before it calls it
// missing. It is no measure of speed.
const patience = time.Minute

// launch says how to start the program.
type launch struct {
	dir    string
	bin    string   // plain when ""
	prefix []string // a command that runs it, such as strace
	env    []string
	more   []string // arguments
}

// creel is a running `creel serve`.
type creel struct {
	Catch, UI, Token string
	PID              int

	tb   testing.TB
	cmd  *exec.Cmd
	said *lines
	dead chan struct{} // closed when the command has ended
	err  error         // of the command; valid once dead is closed
	http *http.Client
}

// lines is what a process said on standard error.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l launch) command() *exec.Cmd {
	bin := l.bin
	if bin == "" {
		bin = plain
	}
	args := append(append([]string{}, l.prefix...), bin, "serve", "--data", l.dir, "--catch", "127.0.0.1:0", "--ui", "127.0.0.1:0", "--ready-json")
	args = append(args, l.more...)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), l.env...)
	return cmd
}

// start launches the program and waits until it accepts.
func start(tb testing.TB, l launch) *creel {
	tb.Helper()
	c, err := try(tb, l)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// refused launches the program, which must end by itself with status 1, and
// returns what it said.
func refused(tb testing.TB, l launch) string {
	tb.Helper()
	out, err := l.command().CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		tb.Fatalf("started or ended otherwise than with 1: %v: %s", err, out)
	}
	return string(out)
}

// try is start for a program that may die on the way.
func try(tb testing.TB, l launch) (*creel, error) {
	c := &creel{tb: tb, cmd: l.command(), said: &lines{}, dead: make(chan struct{}),
		http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: patience}}
	c.cmd.Stderr = c.said
	out, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	c.cmd.Stdout = w
	err = c.cmd.Start()
	_ = w.Close()
	if err != nil {
		return nil, err
	}
	go func() {
		c.err = c.cmd.Wait()
		close(c.dead)
	}()
	tb.Cleanup(c.end)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err == nil {
		err = json.Unmarshal([]byte(line), c)
	}
	if err != nil {
		if !errors.Is(err, io.EOF) {
			_ = c.cmd.Process.Kill()
		}
		<-c.dead // it has said all
		return nil, errors.Join(errors.New("no ready line: "+line+c.said.String()), err)
	}
	return c, nil
}

// end kills what is left of it.
func (c *creel) end() {
	if c.PID != 0 {
		select {
		case <-c.dead:
		default:
			_ = syscall.Kill(c.PID, syscall.SIGKILL)
		}
	} else {
		_ = c.cmd.Process.Kill()
	}
	<-c.dead
	c.http.CloseIdleConnections()
}

// kill is kill -9, and waits for the end.
func (c *creel) kill() {
	c.tb.Helper()
	if err := syscall.Kill(c.PID, syscall.SIGKILL); err != nil {
		c.tb.Fatalf("kill: %v", err)
	}
	<-c.dead
	c.http.CloseIdleConnections()
}

// stop asks it to end, which it must do well.
func (c *creel) stop() {
	c.tb.Helper()
	if err := syscall.Kill(c.PID, syscall.SIGTERM); err != nil {
		c.tb.Fatalf("terminate: %v", err)
	}
	c.died()
	if c.err != nil {
		c.tb.Fatalf("asked to end it left with %v: %s", c.err, c.said)
	}
}

// died waits until it has ended by itself.
func (c *creel) died() {
	c.tb.Helper()
	select {
	case <-c.dead:
	case <-time.After(patience):
		c.tb.Fatalf("it lives on; it said %s", c.said)
	}
	c.http.CloseIdleConnections()
}

// call asks the door; out may be nil, *[]byte or something to decode into.
func (c *creel) call(method, path string, in, out any) (status int, err error) {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return 0, err
		}
	}
	req, err := http.NewRequest(method, c.UI+"/api/v1"+path, &body)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+c.Token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	switch out := out.(type) {
	case nil:
	case *[]byte:
		*out = b
	default:
		err = json.Unmarshal(b, out)
	}
	return resp.StatusCode, err
}

// ask is call that must succeed.
func (c *creel) ask(method, path string, in, out any) {
	c.tb.Helper()
	var raw json.RawMessage
	status, err := c.call(method, path, in, &raw)
	if status == http.StatusNoContent {
		return
	}
	if err != nil || status >= 300 {
		c.tb.Fatalf("%s %s: %d, %v: %s; it said %s", method, path, status, err, raw, c.said)
	}
	if out != nil {
		if err := json.Unmarshal(raw, out); err != nil {
			c.tb.Fatalf("%s %s: %v in %s", method, path, err, raw)
		}
	}
}

// status is what the page's banners are made of.
type status struct {
	Epoch, Rev, LastSeq int64
	History             struct {
		Requests, Waiting int64
		Error             *struct{ Kind, Text string }
		Notice            *struct{ Kind, Text string }
	}
}

func (c *creel) status() (s status) {
	c.tb.Helper()
	c.ask("GET", "/status", nil, &s)
	return s
}

// trouble waits for a banner of that kind that says all of these.
func (c *creel) trouble(kind string, says ...string) string {
	c.tb.Helper()
	var text string
	await(c.tb, "a banner of kind "+kind, func() bool {
		e := c.status().History.Error
		if e == nil || e.Kind != kind {
			return false
		}
		text = e.Text
		return true
	})
	for _, s := range says {
		if !strings.Contains(text, s) {
			c.tb.Errorf("the banner says %q, without %q", text, s)
		}
	}
	return text
}

// healthy waits until there is no banner.
func (c *creel) healthy() {
	c.tb.Helper()
	await(c.tb, "the banner to go", func() bool { return c.status().History.Error == nil })
}

// await polls for what happens in another process.
func await(tb testing.TB, what string, ok func() bool) {
	tb.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	for !ok() {
		select {
		case <-tick.C:
		case <-late:
			tb.Fatalf("%s: not within %v", what, patience)
		}
	}
}

// size of a file in a data folder, -1 when it is not there.
func size(dir, name string) int64 {
	fi, err := os.Stat(filepath.Join(dir, name))
	if err != nil {
		return -1
	}
	return fi.Size()
}

// pause is a moment between two looks at another process.
func pause() { <-time.After(10 * time.Millisecond) }
