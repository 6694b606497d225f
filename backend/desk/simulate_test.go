package desk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"creel/backend/desk"
	"creel/backend/hook"
	"creel/backend/testkit"
)

// simulated runs a simulation to its end and returns its tries.
func simulated(t *testing.T, rig *testkit.Rig, provider, url string, seqs ...int64) (hook.Run, []hook.RunItem) {
	t.Helper()
	run := ended(t, rig, startRun(t, rig, hook.RunOrder{Seqs: seqs, To: to(url), Simulate: provider}).ID)
	return run, itemsOf(t, rig, run.ID, "")
}

func wantRulings(t *testing.T, items []hook.RunItem, want ...string) {
	t.Helper()
	got := make([]string, len(items))
	for i, it := range items {
		got[i] = fmt.Sprintf("%s %d at %v then %v", it.Ruling, it.Status, it.At, it.Wait)
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the tries were\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestSlackTriesAgainWithItsHeaders(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	app.Script(testkit.Step{Status: 500}, testkit.Step{Cut: true}, testkit.Step{})
	seq := rig.Post("/inbox", "{}")
	run, items := simulated(t, rig, "slack", app.URL(), seq)
	wantRulings(t, items, "retry 500 at 0s then 1s", "retry 0 at 1s then 1m0s", "accepted 200 at 1m1s then 0s")
	if run.State != hook.RunDone || run.Delivered != 1 || run.Failed != 2 {
		t.Errorf("the run is %+v", run)
	}
	seen := app.Seen()
	for i, want := range []string{"", "X-Slack-Retry-Num: 1\r\nX-Slack-Retry-Reason: http_error", "X-Slack-Retry-Num: 2\r\nX-Slack-Retry-Reason: connection_failed"} {
		head := string(seen[i].Head)
		if want == "" && strings.Contains(head, "X-Slack-Retry") || !strings.Contains(head, want) {
			t.Errorf("try %d went out as %q, want %q in it", i+1, head, want)
		}
	}
	for _, it := range items {
		d, err := rig.Store.Delivery(t.Context(), it.Delivery)
		if err != nil || d.Kind != hook.Replay || len(d.Attempts) != 1 {
			t.Errorf("the delivery of try %d is %+v (%v)", it.Repeat, d, err)
		}
	}
}

// The answer is right but comes after the provider has hung up.
func TestAnswerAfterTheDeadlineIsATimeout(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	app.Usual(testkit.Step{Delay: 1200 * time.Millisecond})
	_, items := simulated(t, rig, "sentry", app.URL(), rig.Post("/inbox", "{}"))
	wantRulings(t, items, "give-up 200 at 0s then 0s")
	note := items[0].Note
	if !strings.HasPrefix(note, "200 after 1.") || !strings.Contains(note, "Sentry waits 1 s") || !strings.Contains(note, "unsubscribe") {
		t.Errorf("the note is %q", note)
	}
}

func TestProviderGivesUp(t *testing.T) {
	rig := testkit.NewRig(t)
	seq := rig.Post("/inbox", "{}")
	answer := func(status int, headers ...[2]string) string {
		app := testkit.NewTarget(t)
		app.Usual(testkit.Step{Status: status, Headers: headers})
		return app.URL()
	}
	for name, c := range map[string]struct {
		provider, url string
		want          []string
	}{
		"no retries":      {"github", answer(500), []string{"give-up 500 at 0s then 0s"}},
		"gone":            {"standard-webhooks", answer(410), []string{"disabled 410 at 0s then 0s"}},
		"final status":    {"mailgun", answer(406), []string{"give-up 406 at 0s then 0s"}},
		"only some 2xx":   {"zoom", answer(202), []string{"retry 202 at 0s then 5m0s", "retry 202 at 5m0s then 20m0s", "retry 202 at 25m0s then 1h0m0s", "give-up 202 at 1h25m0s then 0s"}},
		"a 4xx at 5xx":    {"pagerduty", answer(404), []string{"give-up 404 at 0s then 0s"}},
		"no slack retry":  {"slack", answer(500, [2]string{"X-Slack-No-Retry", "1"}), []string{"give-up 500 at 0s then 0s"}},
		"nothing there":   {"twilio", "http://127.0.0.1:1", []string{"retry 0 at 0s then 1s", "give-up 0 at 1s then 0s"}},
		"redirects count": {"woocommerce", answer(302), []string{"accepted 302 at 0s then 0s"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, items := simulated(t, rig, c.provider, c.url, seq)
			wantRulings(t, items, c.want...)
		})
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	app.Script(testkit.Step{Status: 429, Headers: [][2]string{{"Retry-After", "90"}}})
	_, items := simulated(t, rig, "standard-webhooks", app.URL(), rig.Post("/inbox", "{}"))
	wantRulings(t, items, "retry 429 at 0s then 1m30s", "accepted 200 at 1m30s then 0s")
	if !strings.Contains(items[0].Note, "Retry-After") {
		t.Errorf("the note is %q", items[0].Note)
	}
}

func TestSimulationDisables(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	app.Usual(testkit.Step{Status: 500})
	seqs := posts(rig, 2)
	run, items := simulated(t, rig, "shopify", app.URL(), seqs...)
	if run.Total != 18 || len(items) != 18 {
		t.Fatalf("%d tries, want 9 for each of two requests", len(items))
	}
	var last hook.RunItem
	for _, it := range items {
		if it.Request == seqs[0] {
			last = it
		}
	}
	if last.Ruling != hook.RulingDisabled || last.Repeat != 9 || last.At.Round(time.Hour) != 4*time.Hour || !strings.Contains(last.Note, "removed") {
		t.Errorf("the last try is %+v", last)
	}
}

func TestSimulationIsCancelled(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	app.Script(testkit.Step{Status: 500}, testkit.Step{Hang: true})
	run := startRun(t, rig, hook.RunOrder{Seqs: posts(rig, 2), To: to(app.URL()), Simulate: "stripe"})
	app.Await(2)
	run, err := rig.Desk.CancelRun(t.Context(), run.ID)
	if err != nil || run.State != hook.RunCancelled || run.Cancelled != 1 || len(app.Seen()) != 2 {
		t.Errorf("the run is %+v (%v), %d were sent", run, err, len(app.Seen()))
	}
}

// The pauses of each provider fit what is known of the whole.
func TestSchedulesFitTheirWords(t *testing.T) {
	whole := map[string]time.Duration{
		"shopify": 4 * time.Hour, "stripe": 72 * time.Hour, "paddle": 72 * time.Hour, "paypal": 72 * time.Hour,
		"square": 24 * time.Hour, "bigcommerce": 48 * time.Hour, "monday": 30 * time.Minute, "zoom": 85 * time.Minute,
		"docusign": 15 * 24 * time.Hour, "svix": 27*time.Hour + 35*time.Minute + 5*time.Second,
	}
	for _, p := range desk.Providers() {
		var sum time.Duration
		for _, w := range p.Waits {
			if w <= 0 {
				t.Errorf("%s has a pause of %v", p.ID, w)
			}
			sum += w
		}
		if want, ok := whole[p.ID]; ok && (sum < want*95/100 || sum > want*105/100) {
			t.Errorf("%s retries for %v, want about %v", p.ID, sum, want)
		}
		delete(whole, p.ID)
	}
	for id := range whole {
		t.Errorf("%s is missing", id)
	}
}
