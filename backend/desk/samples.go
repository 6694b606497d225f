package desk

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"creel/backend/hook"
	"creel/backend/sample"
)

// sampleTimeout bounds a sample's way through the catch port: longer than
// the longest delay an endpoint can have.
const sampleTimeout = 40 * time.Second

// sampleWaiters knows the addresses that samples are being sent from, which
// tells them apart from other requests without adding a line to them.
type sampleWaiters struct {
	mu    sync.Mutex
	addrs map[string]*sampleWaiter
}

// sampleWaiter is one sample on its way.
type sampleWaiter struct {
	sent SampleSent // Seq is 0 until it is kept
	// hangUp ends the wait for an answer.
	hangUp func()
}

func newSampleWaiters() *sampleWaiters { return &sampleWaiters{addrs: map[string]*sampleWaiter{}} }

func (w *sampleWaiters) add(addr string, hangUp func()) (remove func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.addrs[addr] = &sampleWaiter{hangUp: hangUp}
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.addrs, addr)
	}
}

func (w *sampleWaiters) has(addr string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.addrs[addr] != nil
}

// kept tells that the sample from addr was kept, and whether its answer goes
// wrong on purpose, so that waiting for it would only take time.
func (w *sampleWaiters) kept(addr string, sent SampleSent, fault bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if one := w.addrs[addr]; one != nil {
		if one.sent = sent; fault {
			one.hangUp()
		}
	}
}

// of returns what is known of the sample from addr.
func (w *sampleWaiters) of(addr string) SampleSent {
	w.mu.Lock()
	defer w.mu.Unlock()
	if one := w.addrs[addr]; one != nil {
		return one.sent
	}
	return SampleSent{}
}

// SampleSent tells what became of a sample.
type SampleSent struct {
	Seq    int64 // of the request it became; 0 when it was not kept
	Status int   // what it was answered
}

// maxSamples bounds how many times one order sends its sample.
const maxSamples = 1000

// Samples are the events that can be sent.
func (d *Desk) Samples() []sample.Info { return sample.All() }

// SampleID finds a sample by provider and event: as it is recognised ("push")
// or, where a provider has several of one event, as its id says it
// ("pull_request.closed"); the provider's first when event is "".
func (d *Desk) SampleID(provider, event string) (string, error) {
	if _, found := sample.Find(provider + "." + event); found {
		return provider + "." + event, nil
	}
	var known []string
	for _, s := range sample.All() {
		if s.Provider != provider {
			continue
		}
		if event == "" || s.Event == event {
			return s.ID, nil
		}
		known = append(known, strings.TrimPrefix(s.ID, provider+"."))
	}
	if known == nil {
		return "", &hook.Fault{Kind: hook.NotFound, Field: "provider", Text: fmt.Sprintf("there is no sample of a provider %q; the list of samples names those there are", provider)}
	}
	return "", &hook.Fault{Kind: hook.NotFound, Field: "event",
		Text: fmt.Sprintf("there is no sample %q of %s; there is %s", event, provider, strings.Join(known, ", "))}
}

// SendSamples sends a sample to an endpoint over the real catch port, as its
// provider would, times times, one after the other. The first is the one of
// the order's seed, the others have ids of their own. It returns what was sent
// until something failed.
func (d *Desk) SendSamples(ctx context.Context, o SampleOrder, times int) ([]SampleSent, error) {
	if times < 1 || times > maxSamples {
		return nil, &hook.Fault{Kind: hook.Invalid, Field: "times", Text: fmt.Sprintf("send sample %d times: give a number from 1 to %d", times, maxSamples)}
	}
	var all []SampleSent
	for range times {
		sent, err := d.SendSample(ctx, o)
		if err != nil {
			return all, afterSome(err, len(all), times)
		}
		all = append(all, sent)
		o.Seed, o.again = "", o.Headers != nil
	}
	return all, nil
}

// afterSome adds to why a sample was not sent how many had been by then.
func afterSome(err error, sent, of int) error {
	var f *hook.Fault
	if sent == 0 || !errors.As(err, &f) {
		return err
	}
	told := *f
	told.Text = fmt.Sprintf("%d of %d samples were sent, then it failed: %s", sent, of, f.Text)
	return &told
}

// SendSample sends a sample once.
func (d *Desk) SendSample(ctx context.Context, o SampleOrder) (SampleSent, error) {
	addr := d.catcher.Addr()
	if addr == "" {
		return SampleSent{}, hook.Faultf(hook.Unavailable, "send sample: the catch port is not open; open it first")
	}
	m, err := d.MakeSample(o)
	if err != nil {
		return SampleSent{}, err
	}
	target := strings.TrimPrefix(m.URL, strings.TrimSuffix(d.CatchURL(o.Endpoint), "/"+o.Endpoint))
	sent, err := d.post(ctx, addr, target, m)
	if err != nil {
		return sent, &hook.Fault{Kind: hook.Unavailable, Text: "send sample through " + addr, Err: err}
	}
	return sent, nil
}

// post writes the sample by hand, so that it arrives with its header lines
// in the provider's order and case.
func (d *Desk) post(ctx context.Context, addr, target string, m SampleMade) (SampleSent, error) {
	ctx, cancel := context.WithTimeout(ctx, sampleTimeout)
	defer cancel()
	var dialer net.Dialer
	host := reachable(addr)
	conn, err := dialer.DialContext(ctx, "tcp", host)
	if err != nil {
		return SampleSent{}, err
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	from := conn.LocalAddr().String()
	defer d.samples.add(from, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })()

	var out bytes.Buffer
	fmt.Fprintf(&out, "%s %s HTTP/1.1\r\nHost: %s\r\n", m.Method, target, host)
	for _, h := range m.Headers {
		fmt.Fprintf(&out, "%s: %s\r\n", h.Name, h.Value)
	}
	fmt.Fprintf(&out, "Content-Length: %d\r\n\r\n", len(m.Body))
	out.Write(m.Body)
	if _, err := conn.Write(out.Bytes()); err != nil {
		return SampleSent{}, err
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err == nil {
		defer func() { _ = resp.Body.Close() }()
		_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, 2<<20))
	}
	if sent := d.samples.of(from); err != nil && sent.Seq > 0 {
		return sent, nil // the endpoint's answer goes wrong on purpose
	} else if err != nil {
		return SampleSent{}, err
	}
	seq, err := strconv.ParseInt(resp.Header.Get("X-Creel-Seq"), 10, 64)
	if err != nil {
		return SampleSent{Status: resp.StatusCode}, fmt.Errorf("it was answered %s and not kept", resp.Status)
	}
	return SampleSent{Seq: seq, Status: resp.StatusCode}, nil
}

// reachable turns an address to listen on into one to dial: every interface
// becomes loopback.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
		if ip != nil && ip.To4() == nil {
			host = "::1"
		}
	}
	return net.JoinHostPort(host, port)
}
