package catch_test

import (
	"crypto/sha256"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"creel/backend/catch"
	"creel/backend/hook"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 123_456_000, time.UTC)

func atNoon() time.Time { return noon }

// got is what one accepted request must turn into; head is empty when all of
// the input is head.
type got struct {
	method, target, host, protocol, contentType string
	body, trailer                               string
	keep, cross                                 bool
}

func TestAccepted(t *testing.T) {
	cases := []struct {
		name, head, rest string
		want             got
	}{
		{"GET", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "", got{method: "GET", target: "/", host: "a", keep: true}},
		{"any method", "M-SEARCH!#$%&'*+.^_`|~ /x?y HTTP/1.1\r\nHost: a\r\n\r\n", "",
			got{method: "M-SEARCH!#$%&'*+.^_`|~", target: "/x?y", host: "a", keep: true}},
		{"method case kept", "post / HTTP/1.1\r\nHost: a\r\n\r\n", "", got{method: "post", target: "/", host: "a", keep: true}},
		{"order, case, spacing, repeats", "POST /a//b/../%2e%zz?a=1&a=2 HTTP/1.1\r\nx-B:1\r\nX-b: \t2 \r\nHOST:a:80\r\nempty:\r\n\r\n", "",
			got{method: "POST", target: "/a//b/../%2e%zz?a=1&a=2", host: "a:80", keep: true}},
		{"bytes over 0x7F", "GET /\xff\xc3\xa4 HTTP/1.1\r\nHost: a\r\nX: \xff\xfe\r\n\r\n", "",
			got{method: "GET", target: "/\xff\xc3\xa4", host: "a", keep: true}},
		{"absolute form", "GET HTTP://b.example:81/p?q HTTP/1.1\r\nHost: a\r\n\r\n", "",
			got{method: "GET", target: "HTTP://b.example:81/p?q", host: "b.example:81", keep: true}},
		{"absolute form without path", "GET https://b?q HTTP/1.1\r\nHost: a\r\n\r\n", "",
			got{method: "GET", target: "https://b?q", host: "b", keep: true}},
		{"asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "", got{method: "OPTIONS", target: "*", host: "a", keep: true}},
		{"CONNECT with a path closes", "CONNECT /x HTTP/1.1\r\nHost: a\r\n\r\n", "", got{method: "CONNECT", target: "/x", host: "a"}},
		{"IPv6 host", "GET / HTTP/1.1\r\nHost: [::1]:4290\r\n\r\n", "", got{method: "GET", target: "/", host: "[::1]:4290", keep: true}},
		{"empty host, but one in the target", "GET http://b/ HTTP/1.1\r\nHost:\r\n\r\n", "", got{method: "GET", target: "http://b/", host: "b", keep: true}},
		{"1.0 without host", "GET / HTTP/1.0\r\n\r\n", "", got{method: "GET", target: "/", protocol: "HTTP/1.0"}},
		{"1.0 keep-alive", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "", got{method: "GET", target: "/", protocol: "HTTP/1.0", keep: true}},
		{"1.0 expects nothing", "POST / HTTP/1.0\r\nExpect: miracles\r\n\r\n", "", got{method: "POST", target: "/", protocol: "HTTP/1.0"}},
		{"close among options", "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE\r\n\r\n", "", got{method: "GET", target: "/", host: "a"}},
		{"body by length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Type: text/plain; a=b\r\ncontent-type: x\r\n\r\n", "\x00\r\n\xffx",
			got{method: "POST", target: "/", host: "a", contentType: "text/plain; a=b", body: "\x00\r\n\xffx", keep: true}},
		{"length twice the same, zeros before", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0002\r\nContent-Length: 0002\r\n\r\n", "ab",
			got{method: "POST", target: "/", host: "a", body: "ab", keep: true}},
		{"GET with a body", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n", "ab", got{method: "GET", target: "/", host: "a", body: "ab", keep: true}},
		{"chunked", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n", "3\r\nabc\r\n00A \t; n=v;q=\"a\\\";\" ; n\r\n0123456789\r\n000\r\n\r\n",
			got{method: "POST", target: "/", host: "a", body: "abc0123456789", keep: true}},
		{"chunked and empty, with trailers", "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "0;x\r\nX-Sum:  1\r\nx-sum:2 \r\n\r\n",
			got{method: "PUT", target: "/", host: "a", trailer: "X-Sum:  1\r\nx-sum:2 \r\n", keep: true}},
		{"an empty line before", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "", got{method: "GET", target: "/", host: "a", keep: true}},
		{"cross-site by Sec-Fetch-Site", "GET / HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: Cross-Site\r\n\r\n", "", got{method: "GET", target: "/", host: "a", keep: true, cross: true}},
		{"same-origin", "GET / HTTP/1.1\r\nHost: a:80\r\nSec-Fetch-Site: same-origin\r\nOrigin: http://A\r\n\r\n", "", got{method: "GET", target: "/", host: "a:80", keep: true}},
		{"foreign origin", "GET / HTTP/1.1\r\nHost: a\r\nOrigin: https://b\r\n\r\n", "", got{method: "GET", target: "/", host: "a", keep: true, cross: true}},
		{"foreign origin before the host", "GET / HTTP/1.1\r\nOrigin: https://b\r\nHost: a\r\n\r\n", "", got{method: "GET", target: "/", host: "a", keep: true, cross: true}},
		{"foreign origin of a server", "POST / HTTP/1.1\r\nHost: a\r\nUser-Agent: gocardless-webhook-service/1.1\r\nOrigin: https://api.gocardless.com\r\nWebhook-Signature: 00\r\n\r\n", "",
			got{method: "POST", target: "/", host: "a", keep: true}},
		{"origin null", "GET / HTTP/1.1\r\nHost: a\r\nOrigin: null\r\n\r\n", "", got{method: "GET", target: "/", host: "a", keep: true, cross: true}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			raw := c.head + c.rest
			if c.name == "an empty line before" {
				raw = "\r\n" + raw
			}
			for name, in := range map[string]io.Reader{"whole": strings.NewReader(raw), "by the byte": iotest.OneByteReader(strings.NewReader(raw))} {
				caps, out := serve(in, catch.Options{Now: atNoon})
				if len(caps) != 1 {
					t.Fatalf("%s: %d captures, want 1; answered %q", name, len(caps), out)
				}
				if !strings.HasPrefix(out, "HTTP/1.1 200 OK\r\n") {
					t.Errorf("%s: answered %q", name, out)
				}
				check(t, caps[0], c.head, c.want)
			}
		})
	}
}

func check(t *testing.T, x hook.Capture, head string, w got) {
	t.Helper()
	want := hook.Capture{Raw: hook.Raw{Head: []byte(head), Body: []byte(w.body)}, Request: hook.Request{
		ReceivedAt: noon, Method: w.method, Target: w.target, Host: w.host, Protocol: w.protocol,
		RemoteAddr: "127.0.0.1:9", Via: hook.ViaDirect, ContentType: w.contentType, BodyBytes: int64(len(w.body)),
		SHA256: sha256.Sum256([]byte(w.body)), State: hook.Kept, KeepAlive: w.keep, CrossSite: w.cross,
	}}
	if want.Protocol == "" {
		want.Protocol = "HTTP/1.1"
	}
	if w.trailer != "" {
		want.Trailer = []byte(w.trailer)
	}
	id := uuid.UUID(x.UID)
	if id.Version() != 7 || id.Variant() != uuid.RFC4122 {
		t.Errorf("uid %v is no UUIDv7", id)
	}
	if sec, nsec := id.Time().UnixTime(); !time.Unix(sec, nsec).Equal(noon.Truncate(time.Millisecond)) {
		t.Errorf("uid %v is of %v, want %v", id, time.Unix(sec, nsec), noon)
	}
	x.UID = [16]byte{}
	if d := cmp.Diff(want, x, cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
}
