package catch_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"pgregory.net/rapid"

	"creel/backend/catch"
	"creel/backend/hook"
)

// h2 is a sender that writes frames itself, so that order and spelling are its
// own.
type h2 struct {
	t     testing.TB
	nc    *tls.Conn
	fr    *http2.Framer
	block bytes.Buffer
	enc   *hpack.Encoder
}

// dialH2 greets as a sender does that waits for the other's settings.
func dialH2(t testing.TB, c *catch.Catcher, trust *tls.Config) *h2 {
	t.Helper()
	config := trust.Clone()
	config.NextProtos = []string{"h2"}
	nc, err := tls.Dial("tcp", c.TLSAddr(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = nc.Close() })
	p := &h2{t: t, nc: nc, fr: http2.NewFramer(nc, nc)}
	p.fr.AllowIllegalWrites = true
	p.enc = hpack.NewEncoder(&p.block)
	p.fr.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	if _, err := io.WriteString(nc, http2.ClientPreface); err != nil {
		t.Fatal(err)
	}
	p.must(p.fr.WriteSettings())
	return p
}

func (p *h2) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// encode makes a header block of names and values in turn.
func (p *h2) encode(fields ...string) []byte {
	p.block.Reset()
	for i := 0; i < len(fields); i += 2 {
		p.must(p.enc.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]}))
	}
	return bytes.Clone(p.block.Bytes())
}

// open sends a head; split cuts its block into frames of that many bytes.
func (p *h2) open(id uint32, ends bool, split int, fields ...string) {
	p.t.Helper()
	block := p.encode(fields...)
	first := block
	if split > 0 && len(block) > split {
		first = block[:split]
	}
	rest := block[len(first):]
	p.must(p.fr.WriteHeaders(http2.HeadersFrameParam{
		StreamID: id, BlockFragment: first, EndStream: ends, EndHeaders: len(rest) == 0, PadLength: byte(len(first) % 7),
	}))
	for len(rest) > 0 {
		n := min(split, len(rest))
		p.must(p.fr.WriteContinuation(id, n == len(rest), rest[:n]))
		rest = rest[n:]
	}
}

// answer reads frames until the answer of a stream is whole.
func (p *h2) answer(id uint32) (status string, headers map[string]string, body string, err error) {
	headers = map[string]string{}
	for {
		f, err := p.fr.ReadFrame()
		if err != nil {
			return status, headers, body, err
		}
		if f.Header().StreamID != id {
			if s, ok := f.(*http2.SettingsFrame); ok && !s.IsAck() {
				p.must(p.fr.WriteSettingsAck())
			}
			continue
		}
		ended := false
		switch f := f.(type) {
		case *http2.MetaHeadersFrame:
			status = f.PseudoValue("status")
			for _, h := range f.RegularFields() {
				headers[h.Name] = h.Value
			}
			ended = f.StreamEnded()
		case *http2.DataFrame:
			body += string(f.Data())
			ended = f.StreamEnded()
		case *http2.RSTStreamFrame:
			return status, headers, body, fmt.Errorf("reset: %s", f.ErrCode)
		}
		if ended {
			return status, headers, body, nil
		}
	}
}

func (p *h2) expect(id uint32, want string) map[string]string {
	p.t.Helper()
	status, headers, _, err := p.answer(id)
	if status != want {
		p.t.Fatalf("stream %d: %q %v, want %s", id, status, err, want)
	}
	return headers
}

// target are the fields every request begins with.
func target(method, path string) []string {
	return []string{":method", method, ":scheme", "https", ":authority", "a.example", ":path", path}
}

func TestHTTP2KeepsOrderAndSpelling(t *testing.T) {
	k := &recorder{}
	c := open(t, k, catch.Options{})
	p := dialH2(t, c, openTLS(t, c))
	fields := append(target("POST", "/t?b=%61&a=2"), "zeta", "1", "alpha", "x  y", "zeta", "2", "cookie", "a=1", "cookie", "b=2", "content-type", "text/plain")
	p.open(1, false, 9, fields...)
	p.must(p.fr.WriteDataPadded(1, false, []byte("he"), make([]byte, 200)))
	p.must(p.fr.WriteData(1, false, []byte("llo\x00")))
	p.open(1, true, 0, "x-sum", "ß", "x-other", "2")
	if h := p.expect(1, "200"); h["x-creel-seq"] != "1" || h["content-length"] != "2" || h["content-type"] == "" {
		t.Errorf("answer %v", h)
	}
	// The same texts again come from the table of the connection.
	p.open(3, true, 0, fields...)
	p.expect(3, "200")
	got := k.wait(2)
	head := "POST /t?b=%61&a=2 HTTP/2.0\r\nhost: a.example\r\nzeta: 1\r\nalpha: x  y\r\nzeta: 2\r\ncookie: a=1\r\ncookie: b=2\r\ncontent-type: text/plain\r\n\r\n"
	for i, body := range []string{"hello\x00", ""} {
		if x := got[i]; string(x.Head) != head || string(x.Body) != body {
			t.Errorf("%d: head %q, body %q", i, x.Head, x.Body)
		}
	}
	x := got[0]
	if string(x.Trailer) != "x-sum: ß\r\nx-other: 2\r\n" || x.Protocol != "HTTP/2.0" || !x.Secure || !x.KeepAlive ||
		x.Method != "POST" || x.Target != "/t?b=%61&a=2" || x.Host != "a.example" || x.ContentType != "text/plain" || x.State != hook.Kept {
		t.Errorf("%+v", x)
	}
}

func TestHTTP2OneReadingOrRefused(t *testing.T) {
	k := &recorder{}
	c := open(t, k, catch.Options{MaxHead: 8 << 10, MaxBody: func() int64 { return 1000 }, StubsPerMinute: 1000})
	p := dialH2(t, c, openTLS(t, c))
	cases := []struct {
		fields []string
		body   string
		status string
		reason string
	}{
		{append(target("POST", "/"), "connection", "close"), "", "400", "HTTP/2 does not have"},
		{append(target("POST", "/"), "transfer-encoding", "chunked"), "", "400", "HTTP/2 does not have"},
		{append(target("POST", "/"), "te", "gzip"), "", "400", "te line"},
		{append(target("POST", "/"), "Upper", "1"), "", "400", "lower case"},
		{append(target("POST", "/"), "a b", "1"), "", "400", "token"},
		{append(target("POST", "/"), "a", "1\r\nb: 2"), "", "400", "control character"},
		{append(target("POST", "/"), "a", " 1"), "", "400", "blanks around"},
		{append(target("POST", "/"), ":path", "/b"), "", "400", "twice"},
		{append([]string{"a", "1"}, target("POST", "/")...), "", "400", "after header lines"},
		{append(target("POST", "/"), ":status", "200"), "", "400", "do not have"},
		{append(target("POST", "/"), "host", "b.example"), "", "400", "disagree"},
		{[]string{":method", "POST", ":path", "/"}, "", "400", "missing"},
		{target("POST", "b c"), "", "400", "blank"},
		{append(target("POST", "/"), "content-length", "3"), "hello", "400", "longer"},
		{append(target("POST", "/"), "content-length", "9"), "hello", "400", "shorter"},
		{append(target("POST", "/"), "content-length", "9"), "", "400", "no body"},
		{append(target("POST", "/"), "content-length", "1", "content-length", "2"), "h", "400", "disagree"},
		{append(target("POST", "/"), "content-length", "1001"), "h", "413", "over the limit"},
		{target("POST", "/"), strings.Repeat("x", 1001), "413", "over the limit"},
		{append(target("POST", "/"), "big", strings.Repeat("x", 9000)), "", "431", "too large"},
		{append(target("POST", "/"), "expect", "else"), "h", "417", "expects"},
	}
	id := uint32(1)
	for i, tc := range cases {
		p.open(id, tc.body == "", 16<<10, tc.fields...)
		if tc.body != "" {
			p.must(p.fr.WriteData(id, true, []byte(tc.body)))
		}
		p.expect(id, tc.status)
		x := k.wait(i + 1)[i]
		if x.State == hook.Kept || !strings.Contains(x.Reason, tc.reason) || len(x.Body) > 0 {
			t.Errorf("%q: %s, %q, %d body bytes", tc.fields, x.State, x.Reason, len(x.Body))
		}
		id += 2
	}
	p.open(id, true, 0, append(target("GET", "/"), "a", "1")...) // the connection goes on
	p.expect(id, "200")
}

// A sender that goes away in the middle of a body leaves what had come.
func TestHTTP2Cut(t *testing.T) {
	k := &recorder{}
	c := open(t, k, catch.Options{})
	trust := openTLS(t, c)
	p := dialH2(t, c, trust)
	p.open(1, false, 0, target("POST", "/a")...)
	p.must(p.fr.WriteData(1, false, []byte("half")))
	p.open(3, true, 0, target("GET", "/ping")...)
	p.expect(3, "200") // by now the first is being read, or about to be
	p.must(p.fr.WriteRSTStream(1, http2.ErrCodeCancel))
	k.wait(2)
	p.open(5, false, 0, target("POST", "/b")...)
	p.must(p.fr.WriteData(5, false, []byte("half")))
	p.open(7, true, 0, target("GET", "/ping")...)
	p.expect(7, "200")
	_ = p.nc.Close()
	cut := 0
	for _, x := range k.wait(4) {
		if x.Target != "/ping" {
			cut++
			if x.State != hook.Cut || x.Status != 0 || !strings.Contains(x.Reason, " ended ") {
				t.Errorf("%s: %s %d %q", x.Target, x.State, x.Status, x.Reason)
			}
		}
	}
	if cut != 2 {
		t.Errorf("%d cut", cut)
	}
}

// What net/http's client sends arrives whole, many at a time, large and small.
func TestHTTP2FromAClient(t *testing.T) {
	k := &recorder{answer: func(x *hook.Capture) hook.Answer {
		return hook.Answer{Status: 201, Headers: hook.Headers{{Name: "X-One", Value: "1"}, {Name: "x-one", Value: "2"}, {Name: "Connection", Value: "close"}},
			Body: bytes.Repeat([]byte("a"), 300<<10)}
	}}
	c := open(t, k, catch.Options{})
	client := &http.Client{Transport: &http2.Transport{TLSClientConfig: openTLS(t, c)}}
	defer client.CloseIdleConnections()
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			body := bytes.Repeat([]byte{byte(i)}, i*i*1700)
			var in io.Reader = bytes.NewReader(body)
			if i%2 == 1 {
				in = io.MultiReader(in) // of unknown length
			}
			res, err := client.Post("https://"+c.TLSAddr()+fmt.Sprintf("/%d", i), "a/b", in)
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = res.Body.Close() }()
			got, err := io.ReadAll(res.Body)
			if err != nil || res.StatusCode != 201 || len(got) != 300<<10 || len(res.Header["X-One"]) != 2 || res.ProtoMajor != 2 {
				t.Errorf("%d: %s, %d bytes, %v", i, res.Status, len(got), err)
			}
		})
	}
	all.Wait()
	if t.Failed() {
		t.FailNow()
	}
	for _, x := range k.wait(40) {
		var i int
		if _, err := fmt.Sscanf(x.Target, "/%d", &i); err != nil || len(x.Body) != i*i*1700 || bytes.Count(x.Body, []byte{byte(i)}) != len(x.Body) {
			t.Errorf("%s: %d bytes", x.Target, len(x.Body))
		}
	}
}

// A HEAD has no body in its answer; a request under way is answered before the
// catcher is shut; an idle connection does not keep it from shutting.
func TestHTTP2HeadAndShut(t *testing.T) {
	began, goOn := make(chan struct{}), make(chan struct{})
	k := &recorder{answer: func(x *hook.Capture) hook.Answer {
		switch x.Method + x.Target {
		case "HEAD/":
			return hook.Answer{Status: 200, Body: []byte("ok")}
		case "HEAD/passed":
			return hook.Answer{Status: 200, Unsent: 7}
		case "HEAD/unknown":
			return hook.Answer{Status: 200, Unsent: -1}
		}
		close(began)
		<-goOn
		return hook.Answer{Status: 204}
	}}
	c := open(t, k, catch.Options{})
	trust := openTLS(t, c)
	idle := dialH2(t, c, trust)
	idle.open(1, true, 0, target("HEAD", "/")...)
	status, headers, body, err := idle.answer(1)
	if status != "200" || body != "" || headers["content-length"] != "2" || err != nil {
		t.Errorf("HEAD: %s %v %q %v", status, headers, body, err)
	}
	for i, want := range []struct{ path, length string }{{"/passed", "7"}, {"/unknown", ""}} {
		id := uint32(3 + 2*i)
		idle.open(id, true, 0, target("HEAD", want.path)...)
		status, headers, body, err := idle.answer(id)
		if status != "200" || body != "" || headers["content-length"] != want.length || err != nil {
			t.Errorf("HEAD %s: %s %v %q %v", want.path, status, headers, body, err)
		}
	}
	busy := dialH2(t, c, trust)
	busy.open(1, true, 0, target("GET", "/")...)
	<-began
	shut := make(chan error)
	go func() { shut <- c.Shut(context.Background()) }()
	for {
		if _, err := idle.fr.ReadFrame(); err != nil {
			break // only when the shutting has begun
		}
	}
	close(goOn)
	busy.expect(1, "204")
	if err := <-shut; err != nil {
		t.Error(err)
	}
}

// Whatever frames come, the catcher neither fails nor keeps what was not sent.
func TestHTTP2Garbage(t *testing.T) {
	k := &recorder{}
	c := open(t, k, catch.Options{StubsPerMinute: 1 << 20})
	trust := openTLS(t, c)
	rapid.Check(t, func(rt *rapid.T) {
		config := trust.Clone()
		config.NextProtos = []string{"h2"}
		nc, err := tls.Dial("tcp", c.TLSAddr(), config)
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { _ = nc.Close() }()
		_, _ = io.WriteString(nc, http2.ClientPreface)
		fr := http2.NewFramer(nc, nc)
		_ = fr.WriteSettings()
		for range rapid.IntRange(1, 8).Draw(rt, "frames") {
			kind := http2.FrameType(rapid.ByteRange(0, 10).Draw(rt, "kind"))
			flags := http2.Flags(rapid.SampledFrom([]byte{0, 1, 4, 5, 8, 0x20, 0x2d, 0xff}).Draw(rt, "flags"))
			id := rapid.Uint32Range(0, 5).Draw(rt, "stream")
			_ = fr.WriteRawFrame(kind, flags, id, rapid.SliceOfN(rapid.Byte(), 0, 60).Draw(rt, "payload"))
		}
	})
	for _, x := range k.all() {
		if x.State == hook.Kept && len(x.Head) == 0 {
			t.Errorf("kept without a head: %+v", x)
		}
	}
	p := dialH2(t, c, trust)
	p.open(1, true, 0, target("GET", "/")...)
	if _, _, _, err := p.answer(1); err != nil && !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}

// A fault on purpose breaks one stream; the connection goes on.
func TestHTTP2Faults(t *testing.T) {
	faults := map[string]*hook.ReplyFault{
		"/reset":  {Kind: hook.FaultReset},
		"/cut":    {Kind: hook.FaultCut, AfterBytes: 3},
		"/drip":   {Kind: hook.FaultDrip, BytesPerSecond: 1000},
		"/silent": {Kind: hook.FaultSilent, HoldMs: 100},
	}
	k := &recorder{answer: func(x *hook.Capture) hook.Answer {
		return hook.Answer{Status: 200, Body: []byte("abcdef"), Fault: faults[x.Target]}
	}}
	c := open(t, k, catch.Options{})
	p := dialH2(t, c, openTLS(t, c))
	id := uint32(1)
	for _, tc := range []struct{ path, body, ends string }{
		{"/reset", "", "reset"}, {"/cut", "abc", "reset"}, {"/drip", "abcdef", ""}, {"/silent", "", "reset"}, {"/", "abcdef", ""},
	} {
		p.open(id, true, 0, target("GET", tc.path)...)
		_, _, body, err := p.answer(id)
		if body != tc.body || (err == nil) != (tc.ends == "") || err != nil && !strings.Contains(err.Error(), tc.ends) {
			t.Errorf("%s: %q, %v", tc.path, body, err)
		}
		id += 2
	}
	if n := len(k.wait(5)); n != 5 {
		t.Errorf("%d captures", n)
	}
}
