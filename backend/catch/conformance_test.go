package catch_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"creel/backend/catch"
	"creel/backend/hook"
)

// probe is one case of HTTP/1.1 conformance. The names are those of
// Http11Probe (github.com/MDA2AV/Http11Probe), whose cases these are, so that
// its verdicts can be laid beside ours; names in lower case are our own.
type probe struct {
	name, raw string
	want      reading
}

// reading is what a probe must come to. The zero value is the commonest: 400,
// a stub, and the connection closed.
type reading struct {
	status int    // of the answer; 0: 400; -1: none, the request was cut short
	body   string // as kept
	last   bool   // kept, and the connection closed
	then   string // kept, and what follows is read as "STATE METHOD TARGET" each; "": the next request
}

func kept(body string) reading { return reading{status: 200, body: body} }

func cut(body string) reading { return reading{status: -1, body: body} }

var (
	refused = reading{}
	once    = reading{status: 200, last: true}
)

const (
	get    = "GET / HTTP/1.1\r\nHost: a\r\n"
	posted = "POST / HTTP/1.1\r\nHost: a\r\n"
	te     = "Transfer-Encoding: chunked\r\n"
	five   = "Content-Length: 5\r\n"
	hello  = five + "\r\nhello"
	chunk  = posted + te + "\r\n"
	end    = "0\r\n\r\n"
	socket = "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: "
)

// smuggling wraps a request in a body of n bytes that ends early for a reader
// of chunks: headers is a format for n.
func smuggling(headers, inner string) string {
	body := end + inner
	return posted + fmt.Sprintf(headers, len(body)) + "\r\n" + body
}

// TestConformance has one reading or 400 for every probe, and wants the bytes
// behind a refused one never taken for a request. Each is read in one piece
// and byte by byte.
func TestConformance(t *testing.T) {
	var all []probe
	for _, table := range [][]probe{lineProbes, headerProbes, methodProbes, lengthProbes, chunkProbes, smuggledProbes, oversizeProbes} {
		all = append(all, table...)
	}
	seen := map[string]bool{}
	for _, p := range all {
		if seen[p.name] {
			t.Errorf("%s is there twice", p.name)
		}
		seen[p.name] = true
		t.Run(p.name, func(t *testing.T) {
			raw := p.raw
			if p.want.status >= 0 {
				raw += next
			}
			for _, in := range []io.Reader{strings.NewReader(raw), iotest.OneByteReader(strings.NewReader(raw))} {
				got, out := serve(in, catch.Options{})
				checkReading(t, p, got, out)
			}
		})
	}
	if len(all) < 200 {
		t.Errorf("%d probes only", len(all))
	}
}

func checkReading(t *testing.T, p probe, got []hook.Capture, out string) {
	t.Helper()
	if len(got) == 0 {
		t.Fatalf("nothing was captured; answered %q", out)
	}
	x, w := got[0], p.want
	answers := answersOf(t, got, out)
	switch w.status {
	case -1:
		if len(got) != 1 || x.State != hook.Cut || string(x.Body) != w.body || len(answers) != 0 {
			t.Errorf("want it cut with %q: %+v %q; answered %q", w.body, x.Request, x.Body, out)
		}
		return
	case 0, 417, 414, 431:
		status := max(w.status, 400)
		if len(got) != 1 || x.State != hook.Refused || x.Body != nil || x.KeepAlive {
			t.Errorf("want it refused alone: %d captures, %+v", len(got), x.Request)
		}
		if len(answers) != 1 || answers[0].StatusCode != status || !answers[0].Close {
			t.Errorf("want one %d and a close: %q", status, out)
		}
		return
	}
	if x.State != hook.Kept || string(x.Body) != w.body || answers[0].StatusCode != 200 || answers[0].Close != w.last {
		t.Fatalf("want it kept with %q, closed %v: %+v %q; answered %q", w.body, w.last, x.Request, x.Body, out)
	}
	if head := strings.TrimPrefix(p.raw, "\r\n"); !strings.HasPrefix(head, string(x.Head)) || len(head) < len(x.Head) {
		t.Errorf("head %q is not how %q begins", x.Head, p.raw)
	}
	then := "kept GET /smuggled"
	if w.then != "" {
		then = w.then
	}
	if w.last {
		then = ""
	}
	var rest []string
	for _, y := range got[1:] {
		rest = append(rest, string(y.State)+" "+y.Method+" "+y.Target)
	}
	if s := strings.Join(rest, ", "); s != then {
		t.Errorf("what follows is read as %q, want %q", s, then)
	}
}

// answersOf reads all that was written: an answer to each capture that is not
// cut, in order, and nothing else. It checks what every answer must have.
func answersOf(t *testing.T, got []hook.Capture, out string) (answers []*http.Response) {
	t.Helper()
	r := bufio.NewReader(strings.NewReader(out))
	for _, x := range got {
		if x.State == hook.Cut {
			continue
		}
		for {
			res, err := http.ReadResponse(r, &http.Request{Method: x.Method})
			if err != nil {
				t.Fatalf("no answer to %s %s: %v in %q", x.Method, x.Target, err, out)
			}
			if res.StatusCode == http.StatusContinue && x.Protocol == "HTTP/1.1" {
				continue
			}
			if _, err := io.Copy(io.Discard, res.Body); err != nil {
				t.Fatal(err)
			}
			answers = append(answers, res)
			break
		}
		h := answers[len(answers)-1].Header
		if _, err := time.Parse(http.TimeFormat, h.Get("Date")); err != nil {
			t.Error("Date:", err) // COMP-DATE-HEADER, COMP-DATE-FORMAT
		}
		if h.Get("Content-Type") == "" || h.Get("Upgrade") != "" || h.Get("Transfer-Encoding") != "" {
			t.Errorf("headers %v", h) // COMP-CONTENT-TYPE
		}
	}
	if rest, _ := io.ReadAll(r); len(rest) > 0 {
		t.Errorf("more was said: %q", rest)
	}
	if strings.Contains(out, "secret-token") {
		t.Error("the answer repeats a header of the request") // COMP-TRACE-SENSITIVE
	}
	return answers
}
