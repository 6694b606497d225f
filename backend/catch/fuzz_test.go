package catch_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"creel/backend/catch"
	"creel/backend/hook"
)

// stricter is where the catcher refuses, by its reason, what http.ReadRequest
// reads. Where the two accept, they must read the same.
var stricter = []string{
	"The head has a line that ends in LF without CR.",         // net/http takes LF for CRLF
	"A line of the chunked body ends in LF without CR.",       //
	"There is no Host line.",                                  // checked by http.Server only
	"There is more than one Host line.",                       //
	"The Host line is not a host.", "The Host line is empty.", //
	"A header value has a control character in it.",                                      //
	"A header line is folded: it begins with a blank.",                                   // net/http joins the lines
	"A header name has a blank before its colon.",                                        // checked by http.Server only
	"A header name is not a token.",                                                      // net/http lets a name with blanks inside pass
	"There are both Content-Length and Transfer-Encoding.",                               // net/http lets chunked win
	"The request line does not end in HTTP/1.1 or HTTP/1.0.",                             // net/http takes any HTTP/d.d
	"The request target is empty or has a blank or control character in it.",             // net/http splits at the first and last blank
	"The request target is neither a path nor an http URL.",                              // net/http takes any URL, and CONNECT's host:port
	"The host in the request target is not a host.",                                      // user information, odd bytes
	"The target * is for OPTIONS only.",                                                  //
	"The request expects something other than 100-continue.",                             // 417 is http.Server's, too
	"What follows a chunk size is not a chunk extension.",                                // net/http ignores all after ";", and trailing blanks
	"A trailer line has a name that is for the head only.",                               // net/http drops such lines
	"The method is too long.", "The request line is too long.", "The head is too large.", // limits
	"The head has too many header lines.", "A line of the chunked body is too long.", "The chunk extensions are too long.", //
}

// FuzzAgainstNetHTTP holds the catcher to net/http's reading of the same
// bytes. A request that is Kept must be one that net/http reads, too, with the
// same method, target, host, body and trailer, and ending at the same byte. A
// request that net/http reads must be Kept, or refused for one of the reasons
// in stricter.
//
// The catcher is looser in two things: one empty line before a request is let
// pass, and the path of a target is not parsed as a URL ("/%zz").
func FuzzAgainstNetHTTP(f *testing.F) {
	for _, r := range refusals {
		f.Add([]byte(r.raw + next))
	}
	for _, table := range [][]probe{lineProbes, headerProbes, methodProbes, lengthProbes, chunkProbes, smuggledProbes} {
		for _, p := range table {
			f.Add([]byte(p.raw + next))
		}
	}
	f.Add([]byte(next + "\r\n" + next + line + host + "Content-Length: 3\r\n\r\nabc" + next))
	f.Add([]byte(chunky + "3;a=b\r\nabc\r\n0\r\nX: 1\r\n\r\n" + next))
	f.Add([]byte("OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\nGET http://b/%zz HTTP/1.0\r\n\r\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		got, _ := serve(bytes.NewReader(in), catch.Options{})
		oracle := bufio.NewReaderSize(bytes.NewReader(in), len(in)+16)
		for i, g := range got {
			if lead, _ := oracle.Peek(2); string(lead) == "\r\n" {
				_, _ = oracle.Discard(2)
			}
			req, body, err := readOne(oracle)
			var bad *url.Error
			if errors.As(err, &bad) {
				return // no further common ground
			}
			switch {
			case g.State == hook.Kept && err != nil:
				t.Fatalf("kept what net/http does not read (%v): %q", err, g.Head)
			case g.State == hook.Kept:
				compare(t, g, req, body)
			case err == nil && g.State == hook.Cut:
				t.Fatalf("cut what net/http reads whole: %q", g.Head)
			case err == nil && !req.ProtoAtLeast(1, 1) && strings.Contains(g.Reason, "Transfer-Encoding"):
				// net/http ignores the line in HTTP/1.0 (its issue 12785).
			case err == nil && !slices.Contains(stricter, g.Reason):
				t.Fatalf("refused what net/http reads: %s %q", g.Reason, g.Head)
			}
			if g.State != hook.Kept && i != len(got)-1 {
				t.Fatalf("a request was read behind one that was not kept")
			}
		}
	})
}

func readOne(r *bufio.Reader) (*http.Request, []byte, error) {
	req, err := http.ReadRequest(r)
	if err != nil {
		return nil, nil, err
	}
	body, err := io.ReadAll(req.Body)
	return req, body, err
}

func compare(t *testing.T, g hook.Capture, req *http.Request, body []byte) {
	t.Helper()
	if g.Method != req.Method || g.Target != req.RequestURI || g.Host != req.Host || g.Protocol != req.Proto {
		t.Fatalf("%+v, net/http reads %s %q %q %s", g.Request, req.Method, req.RequestURI, req.Host, req.Proto)
	}
	if !bytes.Equal(g.Body, body) || g.BodyBytes != int64(len(body)) {
		t.Fatalf("body %q, net/http reads %q", g.Body, body)
	}
	if g.KeepAlive == req.Close && req.Method != "CONNECT" {
		t.Fatalf("keep-alive %v, net/http reads close %v: %q", g.KeepAlive, req.Close, g.Head)
	}
	_, hs := hook.ParseHead(g.Head)
	sameHeaders(t, hs, req.Header)
	sameHeaders(t, hook.ParseHeaders(g.Trailer), req.Trailer)
}

// sameHeaders wants all that net/http holds, but for the lines it takes out.
func sameHeaders(t *testing.T, hs hook.Headers, want http.Header) {
	t.Helper()
	for name, vs := range want {
		got := hs.Values(name)
		if name == "Content-Length" {
			got = slices.Compact(got) // net/http drops repetitions
		}
		if !slices.Equal(got, vs) && !strings.EqualFold(name, "Cache-Control") {
			t.Fatalf("%s is %q, net/http reads %q", name, got, vs)
		}
	}
}
