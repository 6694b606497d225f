package catch_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"creel/backend/catch"
	"creel/backend/hook"

	"pgregory.net/rapid"
)

// sent is a request as its sender meant it, and as it went out.
type sent struct {
	method, target, host, contentType string
	body, head, wire, trailer         []byte
}

var (
	tokens  = rapid.StringMatching(`[A-Za-z0-9!#$%&'*+.^_|~-]{1,10}`)
	targets = rapid.StringMatching(`(/[!-~\x80-\xff]{0,20}|http://[a-z0-9.]{1,8}(:[0-9]{1,4})?(/[!-~]{0,9})?)`)
	hosts   = rapid.StringMatching(`([a-z0-9.-]{1,12}|\[::1\])(:[0-9]{1,5})?`)
	values  = rapid.StringMatching(`([!-~\x80-\xff]([\t -~\x80-\xff]{0,20}[!-~])?)?`)
	blanks  = rapid.StringMatching(`[ \t]{0,3}`)
)

// drawSent draws a valid request in odd but legal spelling.
func drawSent(t *rapid.T) sent {
	s := sent{
		method: tokens.Filter(func(m string) bool { return m != "CONNECT" && m != "HEAD" }).Draw(t, "method"),
		target: targets.Draw(t, "target"),
		host:   hosts.Draw(t, "host"),
		body:   rapid.SliceOfN(rapid.Byte(), 0, 6000).Draw(t, "body"),
	}
	oddCase := func(name string) string {
		up := rapid.SliceOfN(rapid.Bool(), len(name), len(name)).Draw(t, "case")
		b := []byte(strings.ToLower(name))
		for i := range b {
			if up[i] {
				b[i] = bytes.ToUpper(b[i : i+1])[0]
			}
		}
		return string(b)
	}
	field := func(name, value string) string {
		return oddCase(name) + ":" + blanks.Draw(t, "ows") + value + blanks.Draw(t, "ows") + "\r\n"
	}
	lines := []string{field("host", s.host)}
	chunked := rapid.Bool().Draw(t, "chunked")
	switch {
	case chunked:
		lines = append(lines, field("transfer-encoding", oddCase("chunked")))
	case len(s.body) > 0 || rapid.Bool().Draw(t, "length 0"):
		n := strings.Repeat("0", rapid.IntRange(0, 3).Draw(t, "zeros")) + fmt.Sprint(len(s.body))
		lines = append(lines, field("content-length", n))
		if rapid.Bool().Draw(t, "twice") {
			lines = append(lines, field("content-length", n))
		}
	}
	if rapid.Bool().Draw(t, "typed") {
		s.contentType = values.Draw(t, "content type")
		lines = append(lines, field("content-type", s.contentType))
	}
	for range rapid.IntRange(0, 8).Draw(t, "more lines") {
		lines = append(lines, field("x-"+tokens.Draw(t, "name"), values.Draw(t, "value")))
	}
	lines = rapid.Permutation(lines).Draw(t, "order")
	s.head = []byte(s.method + " " + s.target + " HTTP/1.1\r\n" + strings.Join(lines, "") + "\r\n")
	s.wire = s.body
	if chunked {
		s.wire, s.trailer = drawChunks(t, s.body)
	}
	if _, rest, ok := strings.Cut(s.target, "://"); ok {
		s.host, _, _ = strings.Cut(rest, "/")
		s.host, _, _ = strings.Cut(s.host, "?")
	}
	return s
}

func drawChunks(t *rapid.T, body []byte) (wire, trailer []byte) {
	exts := rapid.StringMatching(`([ \t]*;[ \t]*[a-z]{1,4}([ \t]*=[ \t]*([a-z0-9]{1,4}|"([a-z ;]|\\")*"))?){0,3}`)
	sizes := rapid.SampledFrom([]string{"%x", "%X", "00%x"})
	var b bytes.Buffer
	for len(body) > 0 {
		n := rapid.IntRange(1, len(body)).Draw(t, "chunk")
		fmt.Fprintf(&b, sizes.Draw(t, "size")+"%s\r\n%s\r\n", n, exts.Draw(t, "ext"), body[:n])
		body = body[n:]
	}
	b.WriteString(rapid.StringMatching(`0{1,4}`).Draw(t, "end") + exts.Draw(t, "ext") + "\r\n")
	for range rapid.IntRange(0, 3).Draw(t, "trailers") {
		trailer = append(trailer, "X-"+tokens.Draw(t, "name")+":"+blanks.Draw(t, "ows")+values.Draw(t, "value")+"\r\n"...)
	}
	b.Write(trailer)
	b.WriteString("\r\n")
	return b.Bytes(), trailer
}

// pieces gives bytes in pieces of drawn sizes.
type pieces struct {
	b     []byte
	sizes []int
	n     int
}

func (p *pieces) Read(dst []byte) (int, error) {
	if len(p.b) == 0 {
		return 0, io.EOF
	}
	size := p.sizes[p.n%len(p.sizes)]
	p.n++
	n := copy(dst[:min(size, len(dst))], p.b)
	p.b = p.b[n:]
	return n, nil
}

// TestEverySpellingIsReadAsMeant sends several requests over one connection,
// torn into odd pieces, and wants every field and byte back.
func TestEverySpellingIsReadAsMeant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want []sent
		var wire []byte
		for range rapid.IntRange(1, 4).Draw(t, "requests") {
			s := drawSent(t)
			want = append(want, s)
			wire = append(append(wire, s.head...), s.wire...)
		}
		sizes := rapid.SliceOfN(rapid.IntRange(1, 5000), 1, 5).Draw(t, "pieces")
		got, out := serve(&pieces{b: wire, sizes: sizes}, catch.Options{})
		if len(got) != len(want) {
			t.Fatalf("%d captures of %d; answered %q", len(got), len(want), out)
		}
		for i, w := range want {
			g := got[i]
			if g.State != hook.Kept || g.Method != w.method || g.Target != w.target || g.Host != w.host || g.ContentType != w.contentType {
				t.Errorf("request %d: %+v, want %+v", i, g.Request, w)
			}
			if !bytes.Equal(g.Head, w.head) || !bytes.Equal(g.Body, w.body) || !bytes.Equal(g.Trailer, w.trailer) {
				t.Errorf("request %d: bytes differ:\n%q %q %q\n%q %q %q", i, g.Head, g.Body, g.Trailer, w.head, w.body, w.trailer)
			}
		}
	})
}

// TestCutAnywhere ends the connection after any byte: what came is a Cut stub
// whose bytes are how the request began, and no 2xx is written.
func TestCutAnywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSent(t)
		wire := append(append([]byte(nil), s.head...), s.wire...)
		at := rapid.IntRange(1, len(wire)-1).Draw(t, "cut")
		if at >= len(s.head) && len(s.wire) == 0 {
			t.Skip("nothing to cut")
		}
		got, out := serve(bytes.NewReader(wire[:at]), catch.Options{})
		if len(got) != 1 || got[0].State != hook.Cut || out != "" {
			t.Fatalf("captures %+v, answered %q", got, out)
		}
		if !bytes.HasPrefix(s.head, got[0].Head) || !bytes.HasPrefix(s.body, got[0].Body) {
			t.Errorf("head %q, body %q", got[0].Head, got[0].Body)
		}
	})
}
