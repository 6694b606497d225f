//go:build unix

package cli_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Fault 53: asked to end in the middle of things, the program finishes what is
// being sent, cuts off who does not send on, and leaves with 0 within 5 s. All
// that was answered is there afterwards.
func TestTermWithBodiesInFlight(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	c := serve(t, dir)
	begin := func(target string) (net.Conn, *bufio.Reader) {
		nc, err := net.Dial("tcp", strings.TrimPrefix(c.Catch, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = nc.Close() })
		r := bufio.NewReader(nc)
		_, _ = fmt.Fprintf(nc, "POST %s HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n", target)
		if resp, err := http.ReadResponse(r, nil); err != nil || resp.StatusCode != 100 {
			t.Fatal(resp, err) // so its head has been read
		}
		_, _ = io.WriteString(nc, "half ")
		return nc, r
	}
	var senders []net.Conn
	var readers []*bufio.Reader
	for range 20 {
		nc, r := begin("/inbox/going-on")
		senders, readers = append(senders, nc), append(readers, r)
	}
	_, stuck := begin("/inbox/stuck")
	start := time.Now()
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	c.await("the port to be closed", func() bool {
		nc, err := net.Dial("tcp", strings.TrimPrefix(c.Catch, "http://"))
		if err == nil {
			_ = nc.Close()
		}
		return err != nil
	})
	for i, nc := range senders {
		_, _ = io.WriteString(nc, "half.")
		resp, err := http.ReadResponse(readers[i], nil)
		if err != nil || resp.StatusCode != 200 || !resp.Close {
			t.Fatalf("sender %d: %v %v", i, resp, err)
		}
	}
	if _, err := http.ReadResponse(stuck, nil); err == nil {
		t.Error("half a request was answered")
	}
	if err := c.cmd.Wait(); err != nil {
		t.Errorf("left with %v: %s", err, c.errs.String())
	}
	t.Logf("left %v after it was asked to", time.Since(start).Round(10*time.Millisecond))
	again := serve(t, dir)
	var page struct {
		Items []struct{ State, Target string }
	}
	again.call("GET", "/requests?limit=100", nil, &page)
	kept := 0
	for _, r := range page.Items {
		if r.State == "kept" && r.Target == "/inbox/going-on" {
			kept++
		} else if r.State == "kept" {
			t.Errorf("kept %+v", r)
		}
	}
	if kept != 20 {
		t.Errorf("%d of 20 answered requests are there", kept)
	}
}
