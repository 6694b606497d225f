package desk_test

import (
	"strings"
	"testing"

	"creel/backend/hook"
	"creel/backend/testkit"
)

// A run signs anew what it can; what it cannot is not sent and says why.
func TestRunSignsAnew(t *testing.T) {
	rig := rigWith(t, t.TempDir(), newLocker(), patient)
	app := testkit.NewTarget(t)
	setSecret(t, rig, "inbox", "github", "s3cret")
	body := `{"zen":"x"}`
	signed := github(t, rig, "/inbox", "another", body)
	if _, err := rig.Desk.CreateEndpoint(t.Context(), hook.Endpoint{Slug: "unsigned", Reply: hook.DefaultReply()}); err != nil {
		t.Fatal(err)
	}
	bare := rig.Post("/unsigned", `{}`)
	run := ended(t, rig, startRun(t, rig, hook.RunOrder{Seqs: []int64{signed, bare}, To: to(app.URL()), Resign: true}).ID)
	wantCounts(t, run, hook.RunDone, hook.RunCounts{Total: 2, Sent: 2, Delivered: 1, Failed: 1})
	if head := string(app.Seen()[0].Head); !strings.Contains(head, githubLine("s3cret", body)) || len(app.Seen()) != 1 {
		t.Errorf("sent %d, the first as %q", len(app.Seen()), head)
	}
	failed := itemsOf(t, rig, run.ID, hook.OnlyFailed)
	if len(failed) != 1 || failed[0].Request != bare || !strings.HasPrefix(failed[0].Note, "sign anew: ") {
		t.Errorf("failed items are %+v", failed)
	}
}
