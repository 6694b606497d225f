package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"text/tabwriter"
	"time"
)

// forwarding measures deliveries that are made and written down against a
// httputil.ReverseProxy to the same target, which writes nothing down. Both get
// the same posts over as many connections; Creel's time runs until its last
// delivery is recorded.
func forwarding(creel string, rounds int, length time.Duration) (err error) {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	data, err := os.MkdirTemp("", "creel-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(data)) }()
	target, err := launch(self, "-peer")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.stop()) }()
	proxy, err := launch(self, "-proxy", "http://"+target.addr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, proxy.stop()) }()
	ours, err := launch(creel, serving(filepath.Join(data, "data"))...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ours.stop()) }()
	if err := ours.forwardTo(target); err != nil {
		return err
	}
	fmt.Printf("\nPersisted forwarding, 1.6 KB JSON POST, %d keep-alive connections, %d × %v in turn, medians\n", connections, rounds, length)
	found := make([][]result, 2)
	for range rounds {
		if err := ours.settle(time.Minute); err != nil {
			return err
		}
		made, err := ours.forwards(target, length)
		if err != nil {
			return err
		}
		passed, err := saturate(proxy.addr, length)
		if err != nil {
			return err
		}
		found[0], found[1] = append(found[0], made), append(found[1], passed)
	}
	rates := tellForwarding(found)
	if err := errors.Join(ours.perRequest(found[0]), proxy.perRequest(found[1])); err != nil {
		return err
	}
	fmt.Printf("ratio %.2f\n", rates[0]/rates[1])
	return nil
}

// parallel is how many deliveries run at once, the most that a policy allows;
// the proxy has twice as many.
const parallel = connections / 2

// forwardTo has the inbox forward to that server.
func (s *server) forwardTo(target *server) error {
	return errors.Join(
		s.put(http.MethodPost, "/targets", map[string]any{
			"name": "app", "url": "http://" + target.addr, "policy": map[string]any{"parallel": parallel},
		}, http.StatusCreated),
		s.put(http.MethodPatch, "/endpoints/inbox", map[string]any{"targets": []string{"app"}}, http.StatusOK),
	)
}

// tellForwarding prints a line for each side and returns their rates.
func tellForwarding(found [][]result) []float64 {
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "\tdeliveries/s\tfailed\t\n")
	rates := make([]float64, 2)
	for i, name := range []string{"creel serve, kept and recorded", "httputil.ReverseProxy"} {
		rates[i] = median(found[i], result.rate)
		failed := 0
		for _, r := range found[i] {
			failed += r.failed
		}
		fmt.Fprintf(table, "%s\t%.0f\t%d\t\n", name, rates[i], failed)
	}
	_ = table.Flush()
	return rates
}

// forwards posts to Creel for that long and waits until every delivery is
// recorded; what it answers for is what the target got.
func (s *server) forwards(target *server, length time.Duration) (result, error) {
	before, err := target.got()
	if err != nil {
		return result{}, err
	}
	began := time.Now()
	posted, err := saturate(s.addr, length)
	if err != nil {
		return result{}, err
	}
	for {
		waiting, err := s.waiting()
		if err != nil {
			return result{}, err
		}
		if waiting == 0 {
			break
		}
		if time.Since(began) > 10*length+time.Minute {
			return result{}, fmt.Errorf("%d deliveries still wait", waiting)
		}
		time.Sleep(5 * time.Millisecond)
	}
	r := result{elapsed: time.Since(began), failed: posted.failed}
	after, err := target.got()
	if err != nil {
		return result{}, err
	}
	if r.answered = after - before; r.answered < posted.answered {
		return result{}, fmt.Errorf("%d requests were acknowledged, the target got %d", posted.answered, r.answered)
	}
	return r, nil
}

// waiting is how many deliveries Creel has yet to make.
func (s *server) waiting() (int, error) {
	body, err := s.get("/api/v1/status")
	if err != nil {
		return 0, err
	}
	var status struct {
		History struct {
			Waiting int `json:"waiting"`
		} `json:"history"`
	}
	err = json.Unmarshal(body, &status)
	return status.History.Waiting, err
}

// put changes something over the door.
func (s *server) put(method, path string, in any, want int) error {
	b, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequest(method, s.door+"/api/v1"+path, bytes.NewReader(b))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != want {
		said, _ := io.ReadAll(res.Body)
		return fmt.Errorf("%s %s: %s: %s", method, path, res.Status, said)
	}
	return nil
}

// got is how many posts a peer has had.
func (s *server) got() (int, error) {
	res, err := http.Get("http://" + s.addr + countPath)
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(b)))
}

// countPath is where a peer tells how many posts it had.
const countPath = "/count"

// peerHandler reads and discards bodies, and counts them.
func peerHandler() http.Handler {
	var posts atomic.Int64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Path == countPath {
			_, _ = fmt.Fprint(w, posts.Load())
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		posts.Add(1)
		_, _ = io.WriteString(w, "ok")
	})
}

// serveProxy is the measure of forwarding: the standard library's proxy, with
// as many connections kept open as there are clients.
func serveProxy(to string) error {
	u, err := url.Parse(to)
	if err != nil {
		return err
	}
	proxy := httputil.NewSingleHostReverseProxy(u)
	proxy.Transport = &http.Transport{MaxIdleConnsPerHost: connections, MaxIdleConns: connections}
	return announce(proxy)
}

// announce serves h on a free port and prints the ready line.
func announce(h http.Handler) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	line, err := json.Marshal(ready{Catch: "http://" + listener.Addr().String()})
	if err != nil {
		return err
	}
	fmt.Println(string(line))
	return http.Serve(listener, h)
}
