package catch

import (
	"bytes"
	"slices"
	"strings"

	"creel/backend/hook"
)

// foreign reports whether a page of that origin is from somewhere else than
// host. "null", the origin of sandboxed pages, is.
func foreign(origin, host []byte) bool {
	if len(origin) == 0 {
		return false
	}
	_, at, ok := bytes.Cut(origin, []byte("://"))
	return !ok || !bytes.EqualFold(plainHost(at), plainHost(host))
}

// plainHost takes a default port off.
func plainHost(host []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(host, []byte(":80")), []byte(":443"))
}

// fromServer reports whether a request with a foreign Origin is for certain no
// browser's: some providers name an origin of theirs (GoCardless does).
//
// Browsers say in Sec-Fetch lines where a request comes from, but not to plain
// HTTP beyond loopback, and Safari not before 16.4. Then two things tell. All
// browsers name themselves Mozilla, and a page can neither say otherwise nor
// write any line of its own before a preflight was answered by one that the
// catch port does not write by itself. Who only tries out what an Origin does,
// with curl, passes for a browser.
func fromServer(head []byte) bool {
	_, headers := hook.ParseHead(head)
	if agent := headers.Get("User-Agent"); agent == "" || len(agent) >= len(mozilla) && strings.EqualFold(agent[:len(mozilla)], mozilla) {
		return false
	}
	own := false
	for _, h := range headers {
		name := strings.ToLower(h.Name)
		if strings.HasPrefix(name, "sec-fetch-") || name == "access-control-request-method" {
			return false
		}
		own = own || !ofPage(name)
	}
	return own
}

const mozilla = "Mozilla/"

// ofPage reports whether a page can cause a line of that lower-case name, or a
// proxy on the way adds it, or curl writes it.
func ofPage(name string) bool {
	families := []string{"accept-", "access-control-", "content-", "if-", "sec-", "upgrade-", "x-forwarded-"}
	names := []string{
		"accept", "authorization", "cache-control", "connection", "cookie", "date", "dnt", "expect", "forwarded", "host", "keep-alive",
		"origin", "pragma", "priority", "range", "referer", "save-data", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
		"via", "x-real-ip", "x-requested-with",
	}
	return slices.Contains(names, name) || slices.ContainsFunc(families, func(f string) bool { return strings.HasPrefix(name, f) })
}
