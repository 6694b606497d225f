package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// server is a process under load.
type server struct {
	cmd   *exec.Cmd
	addr  string // host:port that takes the posts
	door  string // Creel's API, "" for the peer
	token string
}

// ready is the line that a server prints when it accepts.
type ready struct {
	Catch string `json:"catch"`
	UI    string `json:"ui"`
	Token string `json:"token"`
}

// launch starts a program and waits for its ready line.
func launch(program string, args ...string) (*server, error) {
	cmd := exec.Command(program, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	s := &server{cmd: cmd}
	lines := bufio.NewScanner(out)
	var line ready
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &line) != nil {
		return nil, errors.Join(fmt.Errorf("start %s: it printed no ready line", program), s.stop())
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	s.addr, s.door, s.token = strings.TrimPrefix(line.Catch, "http://"), line.UI, line.Token
	return s, nil
}

// stop asks the process to end and waits for it.
func (s *server) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		if err := s.cmd.Process.Kill(); err != nil {
			return fmt.Errorf("stop %s: %w", s.cmd.Path, err)
		}
	}
	var exit *exec.ExitError
	if err := s.cmd.Wait(); err != nil && !errors.As(err, &exit) {
		return fmt.Errorf("stop %s: %w", s.cmd.Path, err)
	}
	return nil
}

// kept asks Creel how many requests its history holds.
func (s *server) kept() (int, error) {
	body, err := s.get("/api/v1/requests?limit=1")
	if err != nil {
		return 0, fmt.Errorf("count history: %w", err)
	}
	var page struct {
		Total int `json:"total"`
	}
	if err := json.Unmarshal(body, &page); err != nil {
		return 0, fmt.Errorf("count history: %w", err)
	}
	return page.Total, nil
}

// get asks the door.
func (s *server) get(path string) ([]byte, error) {
	req, err := http.NewRequest(http.MethodGet, s.door+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	client := http.Client{Timeout: time.Minute}
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", res.Status, body)
	}
	return body, err
}

// servePeer is the measure: an empty net/http handler that reads and discards
// the body, in a process of its own. It ends when it is told to.
func servePeer() error {
	return announce(peerHandler())
}

// perRequest prints the processor time that a request took so far, which
// depends less on what else the machine does than the rate.
func (s *server) perRequest(rounds []result) error {
	cpu, _, err := s.usage()
	if err != nil {
		return err
	}
	n := 0
	for _, r := range rounds {
		n += r.answered
	}
	fmt.Printf("%s: %.1f µs of processor time a request\n", filepath.Base(s.cmd.Path), float64(cpu.Microseconds())/float64(max(n, 1)))
	return nil
}

// settle waits until the process has nothing to do.
func (s *server) settle(within time.Duration) error {
	const glance = 200 * time.Millisecond
	for began := time.Now(); time.Since(began) < within; {
		before, _, err := s.usage()
		if err != nil {
			return err
		}
		time.Sleep(glance)
		after, _, err := s.usage()
		if err != nil {
			return err
		}
		if after-before <= glance/20 {
			return nil
		}
	}
	return fmt.Errorf("%s was still busy after %v", s.cmd.Path, within)
}

// usage is the processor time and the resident memory, in bytes, of the
// process, as Linux tells them.
func (s *server) usage() (cpu time.Duration, rss int64, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0, 0, fmt.Errorf("read usage: %w", err)
	}
	// The second field is the name in parentheses; the numbers follow it.
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 22 {
		return 0, 0, fmt.Errorf("read usage: %q is not what was expected", stat)
	}
	var user, system, pages int64
	if _, err := fmt.Sscan(fields[11]+" "+fields[12]+" "+fields[21], &user, &system, &pages); err != nil {
		return 0, 0, fmt.Errorf("read usage: %w", err)
	}
	const tick = 10 * time.Millisecond
	return time.Duration(user+system) * tick, pages * int64(os.Getpagesize()), nil
}
