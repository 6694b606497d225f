package desk_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"creel/backend/desk"
	"creel/backend/hook"
	"creel/backend/testkit"
)

// A reply that goes wrong on purpose is no failure of sending: the sample is
// kept, and told at once.
func TestSampleToAnEndpointWhoseAnswersGoWrong(t *testing.T) {
	rig := testkit.NewRig(t)
	for kind, fault := range map[string]hook.ReplyFault{
		"reset":  {Kind: hook.FaultReset},
		"cut":    {Kind: hook.FaultCut, AfterBytes: 1},
		"silent": {Kind: hook.FaultSilent, HoldMs: 300_000},
		"drip":   {Kind: hook.FaultDrip, BytesPerSecond: 1},
		"status": {Kind: hook.FaultStatus, Status: 503},
	} {
		reply := hook.DefaultReply()
		reply.Fault = fault
		if _, err := rig.Desk.CreateEndpoint(t.Context(), hook.Endpoint{Slug: kind, Reply: reply}); err != nil {
			t.Fatal(err)
		}
		sent, err := rig.Desk.SendSample(t.Context(), desk.SampleOrder{ID: "github.star", Endpoint: kind})
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		row, err := rig.Desk.Row(t.Context(), sent.Seq)
		if err != nil || row.Endpoint != kind || row.Via != hook.ViaSample || row.Status != sent.Status {
			t.Errorf("%s: sent %+v, kept as %+v: %v", kind, sent, row, err)
		}
	}
}

// What was sent before something failed is told: it is in the history.
func TestSamplesSentBeforeAFailureAreTold(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	var asked atomic.Int32
	rig := testkit.RigOn(t, t.TempDir(), "127.0.0.1:0", func(o *desk.Options) {
		o.Chance = func() float64 {
			if asked.Add(1) == 2 {
				leave()
			}
			return 0.99
		}
	})
	reply := hook.DefaultReply()
	reply.Fault = hook.ReplyFault{Kind: hook.FaultReset, Percent: 1}
	if _, err := rig.Desk.CreateEndpoint(t.Context(), hook.Endpoint{Slug: "gh", Reply: reply}); err != nil {
		t.Fatal(err)
	}
	sent, err := rig.Desk.SendSamples(ctx, desk.SampleOrder{ID: "github.star", Endpoint: "gh"}, 50)
	if err == nil || len(sent) == 0 || !strings.HasPrefix(err.Error(), fmt.Sprintf("%d of 50 samples were sent, then", len(sent))) {
		t.Errorf("%d sent, %v", len(sent), err)
	}
}
