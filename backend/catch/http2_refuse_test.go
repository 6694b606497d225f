package catch_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"pgregory.net/rapid"

	"creel/backend/catch"
	"creel/backend/hook"
)

// gone reads until the connection has ended, and gives the code of the GOAWAY.
func (p *h2) gone() (code http2.ErrCode) {
	for {
		f, err := p.fr.ReadFrame()
		var lost net.Error
		if err != nil && !errors.As(err, new(http2.StreamError)) {
			if errors.As(err, &lost) && lost.Timeout() {
				p.t.Error("the connection stays open")
			}
			return code
		}
		if bye, ok := f.(*http2.GoAwayFrame); ok {
			code = bye.ErrCode
		}
	}
}

// stub checks that x is a refused row of HTTP/2 with that reason.
func stub(t *testing.T, name string, x hook.Capture, reason string) {
	t.Helper()
	if x.State != hook.Refused || x.Status != 0 || x.Protocol != "HTTP/2.0" || !x.Secure || len(x.Body) > 0 || !strings.Contains(x.Reason, reason) {
		t.Errorf("%s: %s %d %s, %d body bytes: %q, want %q", name, x.State, x.Status, x.Protocol, len(x.Body), x.Reason, reason)
	}
}

// What ends a connection is shown once, whoever of the two that read frames
// finds it; nothing that came with it is kept.
func TestHTTP2BrokenFramesAreShown(t *testing.T) {
	raw := func(kind http2.FrameType, flags http2.Flags, stream uint32, payload string) func(*h2) {
		return func(p *h2) { _ = p.fr.WriteRawFrame(kind, flags, stream, []byte(payload)) }
	}
	block := func(stream uint32, payload string) func(*h2) {
		return raw(http2.FrameHeaders, http2.FlagHeadersEndHeaders|http2.FlagHeadersEndStream, stream, payload)
	}
	for name, tc := range map[string]struct {
		send   func(*h2)
		code   http2.ErrCode
		reason string
	}{
		"ping of 3 bytes":           {raw(http2.FramePing, 0, 0, "abc"), http2.ErrCodeFrameSize, "length"},
		"ping on a stream":          {raw(http2.FramePing, 0, 1, "abcdefgh"), http2.ErrCodeProtocol, "frame_ping_has_stream"},
		"data on no stream":         {raw(http2.FrameData, 0, 7, "x"), http2.ErrCodeProtocol, "data_on_idle"},
		"settings of 5 bytes":       {raw(http2.FrameSettings, 0, 0, "12345"), http2.ErrCodeFrameSize, "length"},
		"window that overflows":     {raw(http2.FrameWindowUpdate, 0, 0, "\x7f\xff\xff\xff"), http2.ErrCodeFlowControl, "windows"},
		"a promise":                 {raw(http2.FramePushPromise, http2.FlagPushPromiseEndHeaders, 1, "\x00\x00\x00\x02"), http2.ErrCodeProtocol, "push_promise"},
		"continuation of nothing":   {raw(http2.FrameContinuation, 0, 1, "x"), http2.ErrCodeProtocol, "malformed"},
		"reset of nothing":          {raw(http2.FrameRSTStream, 0, 5, "\x00\x00\x00\x08"), http2.ErrCodeProtocol, "reset_idle_stream"},
		"a frame of 17 KiB":         {raw(http2.FrameData, 0, 1, strings.Repeat("x", 17<<10)), http2.ErrCodeFrameSize, "larger than"},
		"block on an even stream":   {func(p *h2) { p.open(2, true, 0, target("POST", "/")...) }, http2.ErrCodeProtocol, "headers_even"},
		"block of no code":          {block(1, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), http2.ErrCodeCompression, "header block"},
		"block broken off":          {func(p *h2) { raw(http2.FrameHeaders, 0, 1, "")(p); raw(http2.FramePing, 0, 0, "abcdefgh")(p) }, http2.ErrCodeProtocol, "broken off"},
		"continuation of another":   {func(p *h2) { raw(http2.FrameHeaders, 0, 1, "")(p); raw(http2.FrameContinuation, 4, 3, "")(p) }, http2.ErrCodeProtocol, "broken off"},
		"more padding than payload": {raw(http2.FrameHeaders, http2.FlagHeadersPadded|http2.FlagHeadersEndHeaders, 1, "\x09x"), http2.ErrCodeProtocol, "padding"},
		"lines without end": {func(p *h2) {
			raw(http2.FrameHeaders, 0, 1, "")(p)
			lines := p.encode("a", strings.Repeat("x", 5000), "b", strings.Repeat("y", 5000))
			for range 500 {
				_ = p.fr.WriteContinuation(1, false, lines)
			}
		}, http2.ErrCodeNo, "The head is too large."},
		"a head without end": {func(p *h2) {
			raw(http2.FrameHeaders, 0, 1, "\x00\x7f\xff\xff\x7f")(p) // a name of 2 MiB begins
			for range 1 << 10 {
				raw(http2.FrameContinuation, 0, 1, strings.Repeat("a", 8<<10))(p)
			}
		}, http2.ErrCodeNo, "A header block of HTTP/2 is broken, or has a line over every limit."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := &recorder{}
			c := open(t, k, catch.Options{})
			p := dialH2(t, c, openTLS(t, c))
			tc.send(p)
			code := p.gone()
			stub(t, name, k.wait(1)[0], tc.reason)
			if code != tc.code && tc.code != http2.ErrCodeNo {
				t.Errorf("GOAWAY %v, want %v", code, tc.code)
			}
			_ = c.Shut(context.Background())
			if n := len(k.all()); n != 1 {
				t.Errorf("%d rows", n)
			}
		})
	}
}

// What is refused is bounded per minute like everything that is.
func TestHTTP2BrokenFramesAreBounded(t *testing.T) {
	k := &recorder{}
	c := open(t, k, catch.Options{StubsPerMinute: 3, Now: atNoon})
	trust := openTLS(t, c)
	var all sync.WaitGroup
	for range 5 {
		p := dialH2(t, c, trust)
		p.must(p.fr.WriteRawFrame(http2.FramePing, 0, 0, []byte("abc")))
		all.Go(func() { p.gone() })
	}
	all.Wait()
	if n := len(k.all()); n != 3 || c.Unshown() != 2 {
		t.Errorf("%d rows, %d unshown", n, c.Unshown())
	}
}

func TestHTTP2WhatIsNoneIsShown(t *testing.T) {
	k := &recorder{}
	c := open(t, k, catch.Options{})
	config := openTLS(t, c).Clone()
	config.NextProtos = []string{"h2"}
	for _, sent := range []string{"POST / HTTP/1.1\r\nHost: a\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", ""} {
		nc, err := tls.Dial("tcp", c.TLSAddr(), config)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(nc, sent)
		if sent != "" {
			_, _ = io.Copy(io.Discard, nc)
		}
		_ = nc.Close()
	}
	// Who says nothing leaves nothing; the one behind is there to see that.
	p := dialH2(t, c, openTLS(t, c))
	p.open(1, true, 0, target("GET", "/")...)
	p.expect(1, "200")
	got := k.wait(3)
	if len(got) != 3 {
		t.Errorf("%d rows", len(got))
	}
	for i, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		x := got[i]
		if x.State != hook.Refused || x.Status != 0 || !strings.Contains(x.Reason, "something else") || x.Protocol != protocol || len(x.Head) == 0 {
			t.Errorf("%s: %s %d %q: %q", x.Protocol, x.State, x.Status, x.Reason, x.Head)
		}
	}
}

// A stream that is refused for itself is shown with its head; the others go on.
func TestHTTP2TooManyStreams(t *testing.T) {
	goOn := make(chan struct{})
	release := sync.OnceFunc(func() { close(goOn) })
	k := &recorder{answer: func(x *hook.Capture) hook.Answer {
		if x.State == hook.Kept {
			<-goOn
		}
		return hook.Answer{Status: 204}
	}}
	c := open(t, k, catch.Options{StubsPerMinute: 1000})
	defer release()
	p := dialH2(t, c, openTLS(t, c))
	const most = 100
	for i := range uint32(most) {
		p.open(2*i+1, true, 0, target("POST", "/held")...)
	}
	k.wait(most)
	over := append(target("POST", "/over"), "x-large", strings.Repeat("x", 60<<10))
	for i := range uint32(3) {
		p.open(2*(most+i)+1, true, 8<<10, over...)
		if _, _, _, err := p.answer(2*(most+i) + 1); err == nil || !strings.Contains(err.Error(), "reset") {
			t.Errorf("%v", err)
		}
	}
	for _, x := range k.wait(most + 3)[most:] {
		if stub(t, "over", x, "Too many requests"); x.Target != "/over" || !bytes.Contains(x.Head, []byte("x-large: xxx")) {
			t.Errorf("%s, a head of %d bytes", x.Target, len(x.Head))
		}
	}
	if n := c.MemoryInUse(); n != 0 {
		t.Errorf("%d bytes are held for what was refused", n)
	}
	release()
	p.expect(1, "204")
}

// A head that does not come to its end is shown as cut, with what had come.
func TestHTTP2HeadCut(t *testing.T) {
	for reason, limit := range map[string]time.Duration{"ended before": 0, "not complete after": 2 * time.Second} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			k := &recorder{}
			c := open(t, k, catch.Options{HeadTimeout: limit})
			p := dialH2(t, c, openTLS(t, c))
			block := p.encode(append(target("POST", "/slow"), "a", "1")...)
			p.must(p.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block}))
			if limit == 0 {
				_ = p.nc.Close()
			} else {
				p.gone()
			}
			x := k.wait(1)[0]
			if x.State != hook.Cut || !strings.Contains(x.Reason, reason) || x.Target != "/slow" || !strings.HasSuffix(string(x.Head), "a: 1\r\n\r\n") {
				t.Errorf("%s: %q of %s: %q", x.State, x.Reason, x.Target, x.Head)
			}
		})
	}
}

// A block that is refused stays refused, whatever trailer comes behind it.
func TestHTTP2TrailersAfterRefusal(t *testing.T) {
	k := &recorder{}
	c := open(t, k, catch.Options{})
	p := dialH2(t, c, openTLS(t, c))
	bad := p.encode(append(target("POST", "/bad"), "connection", "close")...)
	var both bytes.Buffer
	fr := http2.NewFramer(&both, nil)
	p.must(fr.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: bad, EndHeaders: true}))
	p.must(fr.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: p.encode("x-sum", "1"), EndHeaders: true, EndStream: true}))
	if _, err := p.nc.Write(both.Bytes()); err != nil {
		t.Fatal(err)
	}
	p.expect(1, "400")
	if x := k.wait(1)[0]; x.State != hook.Refused {
		t.Errorf("%+v", x)
	}
}

// A trailer that does not end its stream ends the request, which is shown by
// whoever has it then.
func TestHTTP2TrailerWithoutEnd(t *testing.T) {
	k := &recorder{}
	c := open(t, k, catch.Options{})
	p := dialH2(t, c, openTLS(t, c))
	p.open(1, false, 0, target("POST", "/a")...)
	p.must(p.fr.WriteData(1, false, []byte("half")))
	p.open(3, true, 0, target("GET", "/ping")...)
	p.expect(3, "200")
	p.open(1, false, 0, "x-sum", "1")
	if _, _, _, err := p.answer(1); err == nil {
		t.Error("no reset")
	}
	got := k.wait(2)
	i := slices.IndexFunc(got, func(x hook.Capture) bool { return x.Target == "/a" })
	if i < 0 || got[i].State == hook.Kept || got[i].Status != 0 || !strings.Contains(got[i].Reason, "ended") {
		t.Errorf("%+v", got)
	}
}

// However what is written is cut into pieces, what it refuses is seen.
func TestHTTP2WhatIsSpokenIsFollowed(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var out bytes.Buffer
		fr := http2.NewFramer(&out, nil)
		fr.AllowIllegalWrites = true
		var want []catch.Refusal
		for range rapid.IntRange(0, 12).Draw(rt, "frames") {
			stream := rapid.Uint32Range(1, 99).Draw(rt, "stream")
			code := http2.ErrCode(rapid.Uint32Range(0, 13).Draw(rt, "code"))
			junk := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(rt, "junk")
			switch rapid.IntRange(0, 3).Draw(rt, "kind") {
			case 0:
				_ = fr.WriteRSTStream(stream, code)
				want = append(want, catch.Refusal{Kind: http2.FrameRSTStream, Stream: stream, Code: code})
			case 1:
				_ = fr.WriteGoAway(stream, code, junk)
				want = append(want, catch.Refusal{Kind: http2.FrameGoAway, Code: code})
			case 2:
				_ = fr.WriteData(stream, false, junk)
			default:
				_ = fr.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: junk})
			}
		}
		got := catch.Spoken(out.Bytes(), func(left int) int { return rapid.IntRange(1, left).Draw(rt, "piece") })
		if !slices.Equal(got, want) {
			rt.Fatalf("%v, want %v", got, want)
		}
	})
}

// Fuzzed pieces of frames neither stop the watch nor make it read beyond.
func FuzzHTTP2Spoken(f *testing.F) {
	var out bytes.Buffer
	fr := http2.NewFramer(&out, nil)
	_ = fr.WriteRSTStream(1, http2.ErrCodeProtocol)
	_ = fr.WriteGoAway(1, http2.ErrCodeNo, []byte("bye"))
	_ = fr.WriteHeaders(http2.HeadersFrameParam{StreamID: 3, BlockFragment: hpack.AppendHuffmanString(nil, "a")})
	f.Add(out.Bytes(), 1)
	f.Fuzz(func(t *testing.T, b []byte, size int) {
		if got := catch.Spoken(b, func(left int) int { return 1 + int(uint(size)%uint(left)) }); len(got) > len(b)/13 {
			t.Errorf("%d refusals in %d bytes", len(got), len(b))
		}
	})
}
