package desk_test

import (
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
