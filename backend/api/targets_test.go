package api_test

import (
	"fmt"
	"net/http"
	"testing"

	"creel/backend/testkit"

	"github.com/google/go-cmp/cmp"
)

type object = map[string]any

// deliveryNow is the newest delivery of a request.
func deliveryNow(rig *testkit.Rig, seq int64) object {
	var ds []object
	rig.Call("GET", fmt.Sprintf("/api/v1/requests/%d/deliveries", seq), nil, &ds, 200)
	if len(ds) == 0 {
		return object{}
	}
	return ds[0]
}

func TestATargetsPolicyAndConnectionAreKept(t *testing.T) {
	rig := testkit.NewRig(t)
	policy := object{"attempts": 3.0, "waitsMs": []any{0.0, 500.0}, "success": "200-204", "ratePerSecond": 2.5, "parallel": 2.0, "inOrder": true}
	connection := object{"connectTimeoutMs": 100.0, "redirects": 2.0, "verify": "skip", "host": "fixed", "hostName": "shop.example"}
	var got object
	rig.Call("POST", "/api/v1/targets", object{"name": "app", "url": "https://a.test/x", "filter": "method:POST", "policy": policy, "connection": connection,
		"pathMode": "template", "path": "/in/{path}", "dropQuery": true}, &got, 201)
	rig.Call("PATCH", "/api/v1/targets/app", object{"timeoutMs": 1000}, &got, 200)
	rig.Call("GET", "/api/v1/targets/app", nil, &got, 200)
	if d := cmp.Diff(policy, got["policy"]); d != "" {
		t.Errorf("policy differs:\n%s", d)
	}
	if d := cmp.Diff(connection, got["connection"]); d != "" {
		t.Errorf("connection differs:\n%s", d)
	}
	if got["filter"] != "method:POST" || got["path"] != "/in/{path}" || got["dropQuery"] != true {
		t.Errorf("target is %v", got)
	}
	if d := cmp.Diff(object{"state": "closed", "failures": 0.0}, got["breaker"]); d != "" {
		t.Errorf("breaker differs:\n%s", d)
	}
	for field, in := range map[string]object{
		"policy.success":      {"policy": object{"success": "fine"}},
		"connection.caPem":    {"connection": object{"verify": "ca", "caPem": "nope"}},
		"connection.hostName": {"connection": object{"host": "fixed"}},
		"path":                {"path": "{path}"},
		"filter":              {"filter": "(a"},
	} {
		var problem struct{ Field, Detail string }
		rig.Call("PATCH", "/api/v1/targets/app", in, &problem, 422)
		if problem.Field != field || problem.Detail == "" {
			t.Errorf("%v: at fault is %+v, want %s", in, problem, field)
		}
	}
}

// A forward that fails waits for its next try; what has ended is sent again,
// one, many or all that match; and a target's own filter picks what it gets.
func TestDeliveriesAreSentAgain(t *testing.T) {
	rig := testkit.NewRig(t)
	target := testkit.NewTarget(t)
	target.Usual(testkit.Step{Status: 500})
	rig.Call("POST", "/api/v1/targets", object{"name": "app", "url": target.URL(), "policy": object{"attempts": 1}, "filter": "path:/inbox/mine"}, nil, 201)
	rig.Call("PATCH", "/api/v1/endpoints/inbox", object{"targets": []string{"app"}}, nil, 200)
	other := rig.Post("/inbox/other", "{}")
	var seqs []int64
	for range 3 {
		seqs = append(seqs, rig.Post("/inbox/mine", "{}"))
	}
	rig.Await("dead letters", func() bool {
		var ts []object
		rig.Call("GET", "/api/v1/targets", nil, &ts, 200)
		return ts[0]["deliveries"].(object)["dead"] == 3.0
	})
	if d := deliveryNow(rig, other); len(d) != 0 {
		t.Errorf("the target got what its filter leaves out: %v", d)
	}
	var page object
	rig.Call("GET", "/api/v1/requests?filter=is%3Adead", nil, &page, 200)
	if page["total"] != 3.0 {
		t.Errorf("%v are dead", page["total"])
	}
	rig.Call("POST", "/api/v1/deliveries/redrive", object{}, nil, 422)
	rig.Call("POST", "/api/v1/deliveries/redrive", object{"filter": "(a"}, nil, 422)
	rig.Call("POST", "/api/v1/deliveries/redrive", object{"filter": "", "states": []string{"delivered"}}, nil, 422)
	target.Usual(testkit.Step{})
	var moved struct{ Moved, Left, After int64 }
	rig.Call("POST", "/api/v1/deliveries/redrive", object{"filter": fmt.Sprintf("seq:%d", seqs[0])}, &moved, 200)
	if moved.Moved != 1 || moved.Left != 0 {
		t.Errorf("by filter: %+v", moved)
	}
	id := deliveryNow(rig, seqs[1])["id"].(string)
	rig.Call("POST", "/api/v1/deliveries/redrive", object{"ids": []string{id}}, &moved, 200)
	rig.Call("POST", "/api/v1/deliveries/redrive", object{"filter": "", "limit": 1}, &moved, 200)
	rig.Await("all to be delivered", func() bool {
		n := 0
		for _, seq := range seqs {
			if deliveryNow(rig, seq)["state"] == "delivered" {
				n++
			}
		}
		return n == 3
	})
	for _, seq := range seqs {
		d := deliveryNow(rig, seq)
		if attempts := d["attempts"].([]any); len(attempts) != 2 || d["tries"] != 1.0 || d["triesAtMost"] != 1.0 {
			t.Errorf("%d: %d attempts, %v of %v tries", seq, len(attempts), d["tries"], d["triesAtMost"])
		}
	}
}

// A target that rests says so, and Try now lets one through.
func TestARestingTargetIsTriedWhenAsked(t *testing.T) {
	rig := testkit.NewRig(t)
	target := testkit.NewTarget(t)
	target.Usual(testkit.Step{Status: 502})
	rig.Call("POST", "/api/v1/targets", object{"name": "app", "url": target.URL()}, nil, 201)
	rig.Call("PATCH", "/api/v1/endpoints/inbox", object{"targets": []string{"app"}}, nil, 200)
	for range 30 {
		rig.Post("/inbox", "{}")
	}
	resting := func() object {
		var got object
		rig.Call("GET", "/api/v1/targets/app", nil, &got, 200)
		return got["breaker"].(object)
	}
	rig.Await("the breaker to open", func() bool { return resting()["state"] == "open" })
	if k := resting(); k["nextProbeAt"] == nil || k["since"] == nil || k["failures"].(float64) < 10 {
		t.Errorf("breaker is %v", k)
	}
	last := int64(30)
	rig.Await("the last to wait", func() bool { return deliveryNow(rig, last)["state"] == "waiting" })
	d := deliveryNow(rig, last)
	if len(d["attempts"].([]any)) != 0 || d["held"] == nil || d["triesAtMost"] != 10.0 {
		t.Errorf("held is %v", d)
	}
	target.Usual(testkit.Step{})
	rig.Call("POST", "/api/v1/targets/ghost/try", nil, nil, http.StatusNotFound)
	rig.Call("POST", "/api/v1/targets/app/try", nil, nil, 200)
	rig.Await("those without a try to be delivered", func() bool { return deliveryNow(rig, last)["state"] == "delivered" })
	if k := resting(); k["state"] != "closed" {
		t.Errorf("breaker is %v", k)
	}
	first := deliveryNow(rig, 1)
	if first["state"] == "delivered" {
		return
	}
	rig.Call("POST", "/api/v1/deliveries/"+first["id"].(string)+"/retry", nil, nil, 200)
	rig.Await("the first, tried now", func() bool { return deliveryNow(rig, 1)["state"] == "delivered" })
}
