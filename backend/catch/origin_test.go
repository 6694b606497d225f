package catch_test

import (
	"strings"
	"testing"

	"creel/backend/catch"
)

// Only what no page of a browser can send takes the mark off a foreign Origin.
func TestOriginOfAServer(t *testing.T) {
	const server, line = "User-Agent: gocardless-webhook-service/1.1\r\n", "Webhook-Signature: 00\r\n"
	const firefox = "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"
	for name, c := range map[string]struct {
		lines string
		cross bool
	}{
		"a server":                                {server + line, false},
		"a line that begins like a page's":        {server + "Telnyx-Signature-Ed25519: 00\r\n", false},
		"a server without a line of its own":      {server + "Content-Type: application/json\r\nAccept: */*\r\n", true},
		"a server behind a proxy, without a line": {server + "X-Forwarded-For: 1.2.3.4\r\nVia: 1.1 p\r\n", true},
		"nobody's name":                           {line, true},
		"an empty name":                           {"User-Agent:\r\n" + line, true},
		"a browser without Sec-Fetch":             {firefox, true},
		"a browser allowed to add a line":         {firefox + line, true},
		"a browser in odd case":                   {"user-agent: mozilla/4.0\r\n" + line, true},
		"another name and Sec-Fetch":              {server + line + "Sec-Fetch-Mode: cors\r\n", true},
		"same-site, but another origin":           {server + line + "sec-fetch-site: same-site\r\n", true},
		"a preflight":                             {server + line + "Access-Control-Request-Method: POST\r\n", true},
		"Sec-Fetch-Site alone":                    {server + line + "Sec-Fetch-Site: cross-site\r\n", true},
		"curl, to see what an Origin does":        {"User-Agent: curl/8.14.1\r\nAccept: */*\r\nContent-Length: 0\r\n", true},
	} {
		for _, origin := range []string{"https://api.gocardless.com", "null"} {
			caps, out := serve(strings.NewReader("POST / HTTP/1.1\r\nHost: a\r\nOrigin: "+origin+"\r\n"+c.lines+"\r\n"), catch.Options{})
			if len(caps) != 1 || caps[0].CrossSite != c.cross {
				t.Errorf("%s: %d captures, cross-site %v; answered %q", name, len(caps), !c.cross, out)
			}
		}
	}
}
