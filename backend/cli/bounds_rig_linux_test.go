package cli_test

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The bounds of the catch port, held against the real program: what it is
// flooded with, the answer to that, how ordinary requests fare meanwhile, the
// memory it takes, and that it is itself again afterwards.

const mib = 1 << 20

// within is how much more memory than at rest any flood may take.
const within = 64 * mib

// memory reads a figure of /proc/PID/status, in bytes.
func (c *creel) memory(name string) int64 {
	c.tb.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.PID))
	if err != nil {
		c.tb.Fatal(err)
	}
	m := regexp.MustCompile(name + `:\s+(\d+) kB`).FindSubmatch(b)
	if m == nil {
		c.tb.Fatalf("no %s in %s", name, b)
	}
	n, err := strconv.ParseInt(string(m[1]), 10, 64)
	if err != nil {
		c.tb.Fatal(err)
	}
	return n << 10
}

// atRest posts a few ordinary requests and returns the resident memory then.
// The peak is counted anew from here.
func (c *creel) atRest() int64 {
	c.tb.Helper()
	for range 20 {
		c.post("/inbox", `{"warm":true}`)
	}
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", c.PID), []byte("5"), 0); err != nil {
		c.tb.Fatal(err)
	}
	return c.memory("VmRSS")
}

// heldWithin checks the peak since atRest.
func (c *creel) heldWithin(rest int64) {
	c.tb.Helper()
	peak := c.memory("VmHWM")
	c.tb.Logf("memory: %d MiB at rest, %d MiB more at the peak, %d MiB more now", rest/mib, (peak-rest)/mib, (c.memory("VmRSS")-rest)/mib)
	if peak-rest > within {
		c.tb.Errorf("memory grew by %d MiB, more than %d", (peak-rest)/mib, within/mib)
	}
}

// usual posts ordinary requests over new connections, one after the other,
// until stopped. Each must be answered 200. Beside them it asks an empty
// handler, so that what the machine itself takes is known.
type usual struct {
	c     *creel
	twin  *httptest.Server
	stop  chan struct{}
	works sync.WaitGroup
	ours  polls
	twins polls
}

// polls are posts to one address.
type polls struct {
	n       int
	longest time.Duration
	bad     []string
}

func (c *creel) usual() *usual {
	u := &usual{c: c, stop: make(chan struct{})}
	u.twin = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
	}))
	u.works.Go(func() { u.ours.run(c.Catch+"/inbox", u.stop) })
	u.works.Go(func() { u.twins.run(u.twin.URL, u.stop) })
	return u
}

func (p *polls) run(url string, stop <-chan struct{}) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	pause := time.NewTicker(10 * time.Millisecond)
	defer pause.Stop()
	for {
		select {
		case <-stop:
			return
		case <-pause.C:
		}
		start := time.Now()
		resp, err := client.Post(url, "application/json", strings.NewReader(`{"usual":true}`))
		if err != nil {
			p.bad = append(p.bad, err.Error())
			continue
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		p.n++
		p.longest = max(p.longest, time.Since(start))
		if resp.StatusCode != 200 {
			p.bad = append(p.bad, resp.Status)
		}
	}
}

// halt stops posting.
func (u *usual) halt() {
	close(u.stop)
	u.works.Wait()
	u.twin.Close()
	u.c.tb.Logf("meanwhile %d ordinary posts, the longest %v; to an empty handler %v", u.ours.n,
		u.ours.longest.Round(time.Millisecond), u.twins.longest.Round(time.Millisecond))
}

// end stops and checks: no post failed, and none took longer than the second
// promised beyond what the machine made of an empty handler's.
func (u *usual) end() {
	u.c.tb.Helper()
	u.halt()
	if len(u.ours.bad) > 0 {
		u.c.tb.Errorf("%d of %d ordinary posts failed, the first: %s", len(u.ours.bad), u.ours.n+len(u.ours.bad), u.ours.bad[0])
	}
	if u.ours.n == 0 {
		u.c.tb.Error("no ordinary post was answered meanwhile")
	}
	if most := time.Second + 20*u.twins.longest; u.ours.longest > most {
		u.c.tb.Errorf("an ordinary post took %v, more than %v", u.ours.longest, most)
	}
}

// raw is a sender of bytes.
type raw struct {
	tb testing.TB
	net.Conn
	r *bufio.Reader
}

func (c *creel) raw() *raw {
	c.tb.Helper()
	nc, err := net.Dial("tcp", strings.TrimPrefix(c.Catch, "http://"))
	if err != nil {
		c.tb.Fatal(err)
	}
	c.tb.Cleanup(func() { _ = nc.Close() })
	return &raw{c.tb, nc, bufio.NewReader(nc)}
}

func (r *raw) send(s string) {
	r.tb.Helper()
	if _, err := io.WriteString(r.Conn, s); err != nil {
		r.tb.Fatal(err)
	}
}

// status reads one answer; 0 when the connection ended without one.
func (r *raw) status() int {
	resp, err := http.ReadResponse(r.r, nil)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// row is a request as the list gives it, with what detail adds.
type row struct {
	Seq                           int64
	State, Reason, Method, Target string
	Protocol, SHA256, ContentType string
	Status                        int
	BodyBytes                     int64
	KeepAlive                     bool
	Headers, Trailers             [][2]string
	Deliveries                    struct{ Waiting, Delivered, Failed int }
}

// rows returns those that match the filter, newest first.
func (c *creel) rows(filter string) (total int, rows []row) {
	c.tb.Helper()
	var page struct {
		Total int
		Items []row
	}
	if code := c.call("GET", "/requests?limit=1000&filter="+filter, nil, &page); code != 200 {
		c.tb.Fatalf("list %s: %d", filter, code)
	}
	return page.Total, page.Items
}

func (c *creel) detail(seq int64) (r row) {
	c.tb.Helper()
	if code := c.call("GET", fmt.Sprintf("/requests/%d", seq), nil, &r); code != 200 {
		c.tb.Fatalf("request %d: %d", seq, code)
	}
	return r
}

func hexOf(sum [32]byte) string { return hex.EncodeToString(sum[:]) }
