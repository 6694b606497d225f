package api_test

import (
	"fmt"
	"testing"
	"time"

	"creel/backend/testkit"
)

// What a transform makes is signed as it is sent: every message of it, and
// again at each later try, though its body is frozen at the first.
func TestWhatATransformMadeIsSignedAtEachTry(t *testing.T) {
	for name, resign := range map[string]any{
		"by the endpoint's secret": true,
		"by the order's":           map[string]any{"secret": stripeSecret},
	} {
		t.Run(name, func(t *testing.T) {
			rig := testkit.NewRig(t)
			app := newShop(t, stripeSecret)
			app.fail = 2
			if resign == true {
				setSecret(rig, "inbox", map[string]any{"secret": stripeSecret})
			}
			rig.Call("POST", "/api/v1/targets", map[string]any{
				"name": "shop", "url": app.URL, "policy": map[string]any{"waitsMs": []int{0, 1, 1}},
				"transform": "function transform(r) { return [1, 2].map((n) => ({ ...r, json: { n, at: Math.random() } })) }",
			}, nil, 201)
			body := `{"id":"evt_1","object":"event"}`
			seq := stripe(t, rig, "/inbox", stripeLine("whsec_old", time.Unix(1_700_000_000, 0), body), body)
			rig.Call("POST", fmt.Sprintf("/api/v1/requests/%d/replay", seq), map[string]any{"target": "shop", "resign": resign, "retry": true}, nil, 200)
			var ds []struct {
				State    string
				Resigned bool
				Attempts []any
			}
			rig.Await("both to be delivered", func() bool {
				rig.Call("GET", fmt.Sprintf("/api/v1/requests/%d/deliveries", seq), nil, &ds, 200)
				return len(ds) == 2 && ds[0].State == "delivered" && ds[1].State == "delivered"
			})
			if tries := len(ds[0].Attempts) + len(ds[1].Attempts); tries != 4 || !ds[0].Resigned || !ds[1].Resigned {
				t.Errorf("%d tries: %+v", tries, ds)
			}
		})
	}
}
