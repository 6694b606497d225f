package cli_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// run runs a command beside a Creel and returns what it printed.
func run(t *testing.T, dir string, args ...string) (out string, code int) {
	t.Helper()
	text, err := exec.Command(binary, append(args, "--data", dir)...).CombinedOutput()
	return string(text), exitCode(err)
}

func TestSamplesFromTheCommandLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := serve(t, dir)
	if status := c.call("POST", "/endpoints", map[string]any{"slug": "gh"}, nil); status != 201 {
		t.Fatalf("make endpoint: %d", status)
	}

	out, code := run(t, dir, "sample", "list")
	if lines := strings.Count(out, "\n"); code != 0 || lines < 100 {
		t.Fatalf("list: %d lines, exit %d: %s", lines, code, out)
	}
	if out, code = run(t, dir, "sample", "list", "GitHub", "merged"); code != 0 || !regexp.MustCompile(`^github +pull_request\.closed +Pull request merged\n$`).MatchString(out) {
		t.Errorf("list with words: exit %d: %s", code, out)
	}
	var infos []struct{ ID, Secret string }
	if out, code = run(t, dir, "sample", "list", "--json", "charge.refunded"); code != 0 || json.Unmarshal([]byte(out), &infos) != nil ||
		len(infos) != 1 || infos[0].Secret != "whsec_creel_test_secret_stripe" {
		t.Errorf("list as JSON: exit %d: %s", code, out)
	}

	if out, code = run(t, dir, "sample", "send", "shopify", "orders/create", "--set", "line_items[0].sku=K2-CREAM", "--set", "test=false"); code != 0 || out != "sent, kept as #1; answered 200\n" {
		t.Fatalf("send: exit %d: %s", code, out)
	}
	var row struct {
		Endpoint, Provider, Event, Via string
		BodyBytes                      int64
	}
	c.call("GET", "/requests/1", nil, &row)
	if row.Endpoint != "inbox" || row.Provider != "shopify" || row.Event != "orders/create" || row.Via != "sample" {
		t.Errorf("kept as %+v", row)
	}
	if body := c.body(t, 1); !strings.Contains(body, `"sku":"K2-CREAM"`) || !strings.Contains(body, `"test":false`) {
		t.Errorf("sent %s", body)
	}
	if out, code = run(t, dir, "sample", "send", "github", "pull_request.closed", "--to", "gh", "--times", "3"); code != 0 || out != "sent 3, kept as #2 to #4; the last was answered 200\n" {
		t.Errorf("send three: exit %d: %s", code, out)
	}
	c.call("GET", "/requests/4", nil, &row)
	if row.Endpoint != "gh" || row.Event != "pull_request" || !strings.Contains(c.body(t, 4), `"action":"closed"`) {
		t.Errorf("kept as %+v", row)
	}
	if out, code = run(t, dir, "sample", "send", "stripe", "--json"); code != 0 || !strings.Contains(out, `"seqs":[5]`) {
		t.Errorf("send the provider's first: exit %d: %s", code, out)
	}

	for want, args := range map[string][]string{
		`no sample of a provider "strype"`:   {"send", "strype"},
		`there is payment_intent.succeeded,`: {"send", "stripe", "charge"},
		`--set "amount": write PATH=VALUE`:   {"send", "stripe", "--set", "amount"},
		`no object and no list`:              {"send", "stripe", "--set", "id.x=1"},
		`nowhere`:                            {"send", "stripe", "--to", "nowhere"},
		`body.times`:                         {"send", "stripe", "--times", "0"},
		`creel sample list`:                  {"send"},
		`no sample has the words "strype x"`: {"list", "strype", "x"},
	} {
		if out, code := run(t, dir, append([]string{"sample"}, args...)...); code != 1 || !strings.Contains(out, want) {
			t.Errorf("%v: exit %d: %s", args, code, out)
		}
	}
	var page struct{ Total int }
	if c.call("GET", "/requests", nil, &page); page.Total != 5 {
		t.Errorf("%d requests are kept, want 5", page.Total)
	}
}

// Without a Creel that runs the commands say so, also when one was killed.
func TestSamplesWithoutACreel(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if out, code := run(t, dir, "sample", "list"); code != 1 || !strings.Contains(out, "no Creel runs") || !strings.Contains(out, "creel serve") {
		t.Errorf("list: exit %d: %s", code, out)
	}
	session := `{"pid":1,"ui":"http://127.0.0.1:1","token":"x"}`
	if err := os.WriteFile(filepath.Join(dir, "session.json"), []byte(session), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, code := run(t, dir, "sample", "send", "stripe"); code != 1 || !strings.Contains(out, "start Creel again") || strings.Count(out, "127.0.0.1:1") > 2 {
		t.Errorf("send: exit %d: %s", code, out)
	}
}

func (c *creel) body(t *testing.T, seq int64) string {
	t.Helper()
	var b []byte
	c.call("GET", fmt.Sprintf("/requests/%d/body", seq), nil, &b)
	return string(b)
}
