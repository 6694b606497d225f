package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// result is what one round of load found.
type result struct {
	answered  int             // 2xx
	failed    int             // everything else: other answers, broken connections
	elapsed   time.Duration   // from the first byte out to the last answer in
	latencies []time.Duration // of the answered
}

// rate is answered requests a second.
func (r result) rate() float64 { return float64(r.answered) / r.elapsed.Seconds() }

// quantile returns the latency below which that share of the requests stayed.
func (r result) quantile(share float64) time.Duration {
	if len(r.latencies) == 0 {
		return 0
	}
	slices.Sort(r.latencies)
	return r.latencies[min(int(share*float64(len(r.latencies))), len(r.latencies)-1)]
}

// payload is the request that is sent: a POST with a JSON body of 1.6 KB and
// the header lines of a usual provider. The client writes ready bytes and
// reads no more of the answer than it must, because every cycle it burns on
// the same cores would flatter the slower server.
func payload(addr string) []byte {
	var body bytes.Buffer
	body.WriteString(`{"id":"evt_1P8mXa2eZvKYlo2C","object":"event","type":"invoice.payment_succeeded","created":1760000000,"data":{"lines":[`)
	for i := 0; body.Len() < 1560; i++ {
		if i > 0 {
			body.WriteByte(',')
		}
		fmt.Fprintf(&body, `{"id":"il_%06d","amount":%d,"currency":"eur","description":"Seat %d"}`, i, 1000+i*7, i)
	}
	body.WriteString(`]}}`)
	return fmt.Appendf(nil, "POST /bench/events?source=load HTTP/1.1\r\nHost: %s\r\nUser-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\n"+
		"Accept: */*\r\nContent-Type: application/json; charset=utf-8\r\nStripe-Signature: t=1760000000,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd\r\n"+
		"Content-Length: %d\r\n\r\n%s", addr, body.Len(), body.Bytes())
}

// client is one keep-alive connection.
type client struct {
	addr string
	conn net.Conn
	in   *bufio.Reader
}

func dial(addr string) (*client, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", addr, err)
	}
	return &client{addr: addr, conn: conn, in: bufio.NewReaderSize(conn, 4096)}, nil
}

// send posts once and returns the status of the answer.
func (c *client) send(request []byte) (status int, err error) {
	if _, err := c.conn.Write(request); err != nil {
		return 0, err
	}
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < 12 {
		return 0, errors.New("answer is not HTTP")
	}
	status, err = strconv.Atoi(string(line[9:12]))
	if err != nil {
		return 0, err
	}
	length := 0
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if len(line) <= 2 {
			break
		}
		if name, value, ok := bytes.Cut(line, []byte(":")); ok && strings.EqualFold(string(name), "Content-Length") {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, err
			}
		}
	}
	_, err = io.CopyN(io.Discard, c.in, int64(length))
	return status, err
}

// saturate keeps all connections busy for the duration.
func saturate(addr string, duration time.Duration) (result, error) {
	clients := make([]*client, connections)
	for i := range clients {
		c, err := dial(addr)
		if err != nil {
			return result{}, err
		}
		defer func() { _ = c.conn.Close() }()
		clients[i] = c
	}
	request := payload(addr)
	parts := make([]result, connections)
	var done sync.WaitGroup
	began := time.Now()
	for i, c := range clients {
		done.Go(func() {
			for time.Since(began) < duration {
				sent := time.Now()
				status, err := c.send(request)
				if err != nil {
					parts[i].failed++
					return
				}
				parts[i].count(status, time.Since(sent))
			}
		})
	}
	done.Wait()
	return join(parts, time.Since(began)), nil
}

// steady sends at a fixed rate whatever the answers do, and measures from the
// time when each request was due, so that a stall counts for all it delayed.
func steady(addr string, perSecond int, duration time.Duration) (result, error) {
	const lanes = 8
	request := payload(addr)
	parts := make([]result, lanes)
	errs := make([]error, lanes)
	total := int(duration.Seconds() * float64(perSecond))
	gap := time.Second / time.Duration(perSecond)
	var done sync.WaitGroup
	began := time.Now()
	for lane := range lanes {
		done.Go(func() {
			c, err := dial(addr)
			if err != nil {
				errs[lane] = err
				return
			}
			defer func() { _ = c.conn.Close() }()
			for i := lane; i < total; i += lanes {
				due := began.Add(time.Duration(i) * gap)
				time.Sleep(time.Until(due))
				status, err := c.send(request)
				if err != nil {
					parts[lane].failed++
					return
				}
				parts[lane].count(status, time.Since(due))
			}
		})
	}
	done.Wait()
	return join(parts, time.Since(began)), errors.Join(errs...)
}

func (r *result) count(status int, took time.Duration) {
	if status < 200 || status > 299 {
		r.failed++
		return
	}
	r.answered++
	r.latencies = append(r.latencies, took)
}

func join(parts []result, elapsed time.Duration) result {
	all := result{elapsed: elapsed}
	for _, p := range parts {
		all.answered += p.answered
		all.failed += p.failed
		all.latencies = append(all.latencies, p.latencies...)
	}
	return all
}
