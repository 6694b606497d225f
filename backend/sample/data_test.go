package sample_test

import (
	"bytes"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"creel/backend/sample"
)

// Whose hosts a sample may name: nobody's, and the providers' own.
var hosts = strings.Fields(`
	example example.com example.net example.org
	stripe.com github.com githubusercontent.com bitbucket.org atlassian.net shopify.com myshopify.com slack.com
	api.mailgun.net lemonsqueezy.com squareupsandbox.com paypal.com mollie.com fbcdn.net facebook.com linear.app trello.com hubspot.com
	calendly.com docusign.net vercel.com vercel.app netlify.com netlify.app circleci.com sentry.io pagerduty.com auth0.com okta.com xero.com
	amazonaws.com azure.com windows.net azure.net clerk.com svix.com openai.com discord.com intercom.com Cal.com
	mg.harbour-lane.example`)

var (
	urls  = regexp.MustCompile(`(?:https?|git|ssh)://([^/"'\s<>?#&)]+)`)
	mails = regexp.MustCompile(`[A-Za-z0-9]@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)`)
	// live are shapes of secrets that somebody's scanner takes for real ones.
	live = regexp.MustCompile(`sk_live_|rk_live_|pk_live_|AKIA[0-9A-Z]{16}|xox[bpars]-[0-9]|ghp_[0-9A-Za-z]{30}|AIza[0-9A-Za-z_-]{30}|SG\.[0-9A-Za-z_-]{20}|-----BEGIN`)
)

// Nobody is named who could be called, written to or broken into.
func TestSamplesNameNobody(t *testing.T) {
	for _, info := range sample.All() {
		m := build(t, info.ID, 9)
		text := string(m.Body)
		if form, err := url.QueryUnescape(text); err == nil && strings.HasSuffix(info.ContentType, "urlencoded") {
			text = form
		}
		text = strings.ReplaceAll(text, `\/`, "/")
		for _, h := range m.Headers {
			text += "\n" + h.Value
		}
		for _, found := range slices.Concat(urls.FindAllStringSubmatch(text, -1), mails.FindAllStringSubmatch(text, -1)) {
			host := found[1]
			if at := strings.LastIndex(host, "@"); at >= 0 {
				host = host[at+1:]
			}
			host, _, _ = strings.Cut(host, ":")
			if !slices.ContainsFunc(hosts, func(h string) bool { return host == h || strings.HasSuffix(host, "."+h) }) {
				t.Errorf("%s names %s", info.ID, found[0])
			}
		}
		if found := live.FindString(text + info.Secret); found != "" {
			t.Errorf("%s has what looks like a real secret: %s", info.ID, found)
		}
		if info.Secret != "" && !regexp.MustCompile(`(?i)test|4CR33L|^whsec_|^[0-9A-F]{64}$|^Y3JlZWw`).MatchString(info.Secret) {
			t.Errorf("%s: the secret %q does not look like a test's", info.ID, info.Secret)
		}
	}
}

// What is carried along in every build stays small.
func TestEmbeddedFilesAreSmallAndAllUsed(t *testing.T) {
	used := map[string]bool{}
	for _, info := range sample.All() {
		used[info.Provider] = true
	}
	var total int64
	err := filepath.WalkDir("events", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if path != "events" && !used[filepath.Base(path)] {
				t.Errorf("%s is in no list", path)
			}
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if total += info.Size(); info.Size() > 16<<10 {
			t.Errorf("%s has %d bytes", path, info.Size())
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte("\r")) && !strings.HasSuffix(path, ".png") {
			t.Errorf("%s has carriage returns", path)
		}
		return err
	})
	if err != nil || total > 600<<10 {
		t.Errorf("%d bytes: %v", total, err)
	}
	t.Logf("%d bytes", total)
}
