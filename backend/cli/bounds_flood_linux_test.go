package cli_test

import (
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// Fault 1: 2,000 senders that begin a head and never end it. Each is cut at
// 10 s with 408.
func TestSlowLoris(t *testing.T) {
	t.Parallel() // it waits for most of its time
	c := serve(t, t.TempDir())
	rest := c.atRest()
	var slow []*raw
	for i := range 2000 {
		r := c.raw()
		r.send("POST /slow HTTP/1.1\r\nHost: a\r\nX-Slow: "[:10+i%28])
		slow = append(slow, r)
	}
	begun := time.Now()
	u := c.usual()
	answers := map[int]int{}
	for _, r := range slow {
		answers[r.status()]++
	}
	t.Logf("cut after %v: %v", time.Since(begun).Round(100*time.Millisecond), answers)
	u.end()
	if answers[408] != len(slow) {
		t.Errorf("answers %v, want %d times 408", answers, len(slow))
	}
	c.heldWithin(rest)
	if total, _ := c.rows("is:cut"); total < 1 || total > 120 {
		t.Errorf("%d stubs, want some, at most 60 a minute", total)
	}
	c.post("/inbox", "{}")
}

// Fault 2 and 14: bodies that stop, with and without Expect, are cut too, and
// leave a stub that says so.
func TestStalledBodies(t *testing.T) {
	t.Parallel()
	c := serve(t, t.TempDir())
	const head = "POST /inbox/stalled HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n"
	plain, polite, chunked := c.raw(), c.raw(), c.raw()
	plain.send(head + "\r\nsome")
	polite.send(head + "Expect: 100-continue\r\n\r\n")
	chunked.send("POST /inbox/stalled HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n")
	if code := polite.status(); code != 100 {
		t.Errorf("asked to go on, it said %d", code)
	}
	u := c.usual()
	for _, r := range []*raw{plain, polite, chunked} {
		if code := r.status(); code != 408 {
			t.Errorf("a stalled body is answered %d, want 408", code)
		}
	}
	u.end()
	total, rows := c.rows("is:cut")
	if total != 3 {
		t.Errorf("%d stubs, want 3", total)
	}
	for _, r := range rows {
		if r.State != "cut" || r.Status != 408 || !strings.Contains(r.Reason, "too slowly") || r.BodyBytes != 4 && r.BodyBytes != 0 {
			t.Errorf("stub %+v", r)
		}
	}
}

// largest is a body of the size limit.
func largest() []byte {
	body := make([]byte, 32*mib)
	_, _ = rand.NewChaCha8([32]byte{7}).Read(body)
	return body
}

// Fault 17: 50 bodies of the size limit at once. They are let in one after the
// other; who cannot be within 10 s is told 503. What was answered 200 is there
// byte for byte.
func TestFiftyLargestBodies(t *testing.T) {
	for framing, many := range map[string]int{"Content-Length: 33554432": 50, "Transfer-Encoding: chunked": 20} {
		t.Run(framing, func(t *testing.T) {
			c := serve(t, t.TempDir())
			rest := c.atRest()
			body := largest()
			u := c.usual()
			var mu sync.Mutex
			answers := map[int]int{}
			var wg sync.WaitGroup
			for range many {
				r := c.raw()
				wg.Go(func() {
					if framing == "Transfer-Encoding: chunked" {
						_, _ = io.WriteString(r, "POST /inbox/large HTTP/1.1\r\nHost: a\r\n"+framing+"\r\n\r\n2000000\r\n")
						_, _ = r.Write(body)
						_, _ = io.WriteString(r, "\r\n0\r\n\r\n")
					} else {
						_, _ = io.WriteString(r, "POST /inbox/large HTTP/1.1\r\nHost: a\r\n"+framing+"\r\n\r\n")
						_, _ = r.Write(body)
					}
					code := r.status()
					mu.Lock()
					answers[code]++
					mu.Unlock()
				})
			}
			wg.Wait()
			u.end()
			t.Logf("answers %v", answers)
			// 408 is for a sender that the machine did not let write for 10 s.
			if answers[200] == 0 || answers[200]+answers[503]+answers[408] != many {
				t.Errorf("answers %v, want 200 and refusals only", answers)
			}
			c.heldWithin(rest)
			total, rows := c.rows("path:/inbox/large+-is:refused")
			if total != answers[200] {
				t.Errorf("%d kept, %d answered 200", total, answers[200])
			}
			for _, r := range rows {
				if r.State != "kept" || r.BodyBytes != 32*mib || c.detail(r.Seq).SHA256 != hexOf(sha256.Sum256(body)) {
					t.Errorf("kept %+v", r)
				}
			}
			if total, _ := c.rows("is:refused"); total != answers[503] {
				t.Errorf("%d stubs of the %d refused", total, answers[503])
			}
			var back []byte
			if c.call("GET", fmt.Sprintf("/requests/%d/body", rows[0].Seq), nil, &back); string(back) != string(body) {
				t.Error("the body given back differs")
			}
		})
	}
}

// Fault 16: a body of 1 GiB, announced and not; and the limit to the byte.
func TestHugeBodies(t *testing.T) {
	c := serve(t, t.TempDir())
	rest := c.atRest()
	u := c.usual()
	announced := c.raw()
	announced.send("POST /inbox/huge HTTP/1.1\r\nHost: a\r\nContent-Length: 1073741824\r\n\r\n")
	if code := announced.status(); code != 413 {
		t.Errorf("1 GiB announced is answered %d", code)
	}
	endless := c.raw()
	piece := []byte("100000\r\n" + strings.Repeat("x", mib) + "\r\n")
	go func() {
		_, _ = io.WriteString(endless, "POST /inbox/huge HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
		for range 1024 {
			if _, err := endless.Write(piece); err != nil {
				return // it has stopped listening
			}
		}
	}()
	if code := endless.status(); code != 413 {
		t.Errorf("1 GiB in chunks is answered %d", code)
	}
	body := largest()
	for size, want := range map[int]int{32 * mib: 200, 32*mib + 1: 413} {
		resp, err := http.Post(c.Catch+"/inbox/edge", "", io.LimitReader(strings.NewReader(string(body)+"x"), int64(size)))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%d bytes: %s, want %d", size, resp.Status, want)
		}
	}
	u.end()
	c.heldWithin(rest)
	total, rows := c.rows("is:refused")
	if total != 3 {
		t.Errorf("%d stubs, want 3", total)
	}
	for _, r := range rows {
		if r.Status != 413 || !strings.Contains(r.Reason, "over the limit") || r.BodyBytes != 0 {
			t.Errorf("stub %+v", r)
		}
	}
}

// Faults 3, 4, 5: 100,000 header lines, a head of 1 MiB and one byte more, a
// target of nearly 1 MiB; many of each at once.
func TestHugeHeads(t *testing.T) {
	c := serve(t, t.TempDir())
	rest := c.atRest()
	u := c.usual()
	const line, host = "POST /inbox/head HTTP/1.1\r\n", "Host: a\r\n"
	exact := func(n int) string {
		head := line + host + "X: "
		return head + strings.Repeat("v", n-len(head)-len("\r\n\r\n")) + "\r\n\r\n"
	}
	target := func(n int) string { return "POST /inbox/" + strings.Repeat("t", n) + " HTTP/1.1\r\n" + host + "\r\n" }
	for _, v := range []struct {
		name, head string
		want       int
	}{
		{"100,000 lines", line + host + strings.Repeat("X: 1\r\n", 100_000) + "\r\n", 431},
		{"1 MiB", exact(mib), 200},
		{"1 MiB and a byte", exact(mib + 1), 431},
		{"target of 64 KiB", target(64 << 10), 200},
		{"target of 1,000 KiB", target(1000 << 10), 200},
		{"target of 1 MiB", target(mib), 414},
	} {
		var wg sync.WaitGroup
		var mu sync.Mutex
		answers := map[int]int{}
		for range 20 {
			r := c.raw()
			wg.Go(func() {
				_, _ = io.WriteString(r, v.head)
				code := r.status()
				mu.Lock()
				answers[code]++
				mu.Unlock()
			})
		}
		wg.Wait()
		// 20 heads of 1 MiB, each doubling its buffer, are near the memory budget.
		if answers[v.want] == 0 || answers[v.want]+answers[503] != 20 {
			t.Errorf("%s: answers %v, want %d", v.name, answers, v.want)
		}
		t.Logf("%s: %v", v.name, answers)
	}
	u.end()
	c.heldWithin(rest)
	c.post("/inbox", "{}")
}
