package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
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
	req, err := http.NewRequest(http.MethodGet, s.door+"/api/v1/requests?limit=1", nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	client := http.Client{Timeout: time.Minute}
	res, err := client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("count history: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	var page struct {
		Total int `json:"total"`
	}
	if err := json.NewDecoder(res.Body).Decode(&page); err != nil {
		return 0, fmt.Errorf("count history: %w", err)
	}
	return page.Total, nil
}

// servePeer is the measure: an empty net/http handler that reads and discards
// the body, in a process of its own. It ends when it is told to.
func servePeer() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("serve peer: %w", err)
	}
	line, err := json.Marshal(ready{Catch: "http://" + listener.Addr().String()})
	if err != nil {
		return fmt.Errorf("serve peer: %w", err)
	}
	fmt.Println(string(line))
	return http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, "ok")
	}))
}
