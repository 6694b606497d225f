package api_test

import (
	"fmt"
	"net/http"
	"testing"

	"creel/backend/api"
	"creel/backend/testkit"
)

func TestRunsAtTheDoor(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	app.Script(testkit.Step{}, testkit.Step{Status: 503})
	for range 3 {
		rig.Post("/inbox/x", `{"a":1}`)
	}
	var run api.Run
	rig.Call("POST", "/api/v1/runs", map[string]any{
		"filter": "path:/inbox/x", "url": app.URL(), "mode": "ordered", "stopAtFirstFailure": true,
	}, &run, http.StatusOK)
	at := fmt.Sprintf("/api/v1/runs/%d", run.ID)
	if run.Total != 3 || run.Order.Filter == nil || *run.Order.Filter != "path:/inbox/x" || run.Order.Parallel != 1 {
		t.Errorf("the run begins as %+v", run)
	}
	rig.Await("the run to stop", func() bool {
		rig.Call("GET", at, nil, &run, http.StatusOK)
		return run.State != "running"
	})
	if run.State != "stopped" || run.Delivered != 1 || run.Failed != 1 || run.Reason == "" || run.EndedAt == "" {
		t.Errorf("the run stopped as %+v", run)
	}
	var items []api.RunItem
	rig.Call("GET", at+"/items", nil, &items, http.StatusOK)
	if len(items) != 3 || items[0].State != "delivered" || items[0].Changes != nil || items[0].Method != "POST" || items[0].Path != "/inbox/x" || items[1].Status != 503 || items[2].State != "pending" {
		t.Errorf("items are %+v", items)
	}
	rig.Call("GET", at+"/items?only=failed&after=1&limit=5", nil, &items, http.StatusOK)
	if len(items) != 1 || items[0].N != 2 {
		t.Errorf("failed items are %+v", items)
	}
	var attempt api.AttemptDetail
	rig.Call("GET", "/api/v1/attempts/"+items[0].Attempt, nil, &attempt, http.StatusOK)
	if attempt.Status != 503 || attempt.Request != items[0].Request {
		t.Errorf("the item's attempt is %+v", attempt)
	}
	rig.Call("POST", at+"/cancel", nil, nil, http.StatusConflict)
	rig.Call("POST", at+"/resume", nil, &run, http.StatusOK)
	rig.Await("the rest to be sent", func() bool {
		rig.Call("GET", at, nil, &run, http.StatusOK)
		return run.State == "done"
	})
	var again api.Run
	rig.Call("POST", "/api/v1/runs", map[string]any{"again": run.ID}, &again, http.StatusOK)
	if again.ID == run.ID || again.Total != 3 {
		t.Errorf("the run again is %+v", again)
	}
	rig.Await("it to end", func() bool {
		rig.Call("GET", fmt.Sprintf("/api/v1/runs/%d", again.ID), nil, &again, http.StatusOK)
		return again.State == "done"
	})
	var all []api.Run
	rig.Call("GET", "/api/v1/runs", nil, &all, http.StatusOK)
	if len(all) != 2 || all[0].ID != again.ID {
		t.Errorf("the runs are %+v", all)
	}
	rig.Call("DELETE", at, nil, nil, http.StatusNoContent)
	rig.Call("GET", at, nil, nil, http.StatusNotFound)
	rig.Call("GET", at+"/items", nil, nil, http.StatusNotFound)
}

func TestRunsRefusedAtTheDoor(t *testing.T) {
	rig := testkit.NewRig(t)
	rig.Post("/inbox", "{}")
	for name, c := range map[string]struct {
		body  map[string]any
		field string
	}{
		"nothing":             {map[string]any{"url": "http://127.0.0.1:1"}, "filter"},
		"both":                {map[string]any{"url": "http://127.0.0.1:1", "filter": "", "seqs": []int{1}}, "filter"},
		"nowhere":             {map[string]any{"seqs": []int{1}}, "to"},
		"ordered in parallel": {map[string]any{"seqs": []int{1}, "url": "http://127.0.0.1:1", "parallel": 3}, "parallel"},
		"no such provider":    {map[string]any{"seqs": []int{1}, "url": "http://127.0.0.1:1", "simulate": "x"}, "simulate"},
	} {
		var p api.FaultProblem
		rig.Call("POST", "/api/v1/runs", c.body, &p, http.StatusUnprocessableEntity)
		if p.Field != c.field || p.Detail == "" {
			t.Errorf("%s: %+v, want the field %s", name, p, c.field)
		}
	}
	rig.Call("POST", "/api/v1/runs", map[string]any{"again": 7}, nil, http.StatusNotFound)
}

func TestSimulatedProvidersAreListed(t *testing.T) {
	rig := testkit.NewRig(t)
	var ps []api.SimulatedProvider
	rig.Call("GET", "/api/v1/simulated-providers", nil, &ps, http.StatusOK)
	seen := map[string]bool{}
	for _, p := range ps {
		if seen[p.ID] || p.Name == "" || p.Schedule == "" || p.Accepts == "" || p.RetryTrust == "" || p.TimeoutTrust == "" {
			t.Errorf("%+v is not whole", p)
		}
		seen[p.ID] = true
	}
	for _, id := range []string{"stripe", "github", "shopify", "slack", "twilio", "standard-webhooks", "svix", "zoom", "linear",
		"pagerduty", "sentry", "discord", "square", "bigcommerce"} {
		if !seen[id] {
			t.Errorf("%s is missing", id)
		}
	}
}
