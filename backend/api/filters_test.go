package api_test

import (
	"fmt"
	"strings"
	"testing"

	"creel/backend/desk"
	"creel/backend/testkit"
)

type saved = []map[string]string

func TestSavedFiltersAreKept(t *testing.T) {
	rig := testkit.NewRig(t)
	var got saved
	rig.Call("GET", "/api/v1/filters", nil, &got, 200)
	if got == nil || len(got) != 0 {
		t.Errorf("filters of a new folder: %v", got)
	}
	want := saved{{"name": "Big ones", "filter": "size:>1M"}, {"name": "A", "filter": `is:pinned (é OR "x y")`}}
	rig.Call("PUT", "/api/v1/filters", saved{{"name": "  Big ones ", "filter": " size:>1M"}, want[1]}, &got, 200)
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("put: %v", got)
	}
	got = nil
	rig.Call("GET", "/api/v1/filters", nil, &got, 200)
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("get: %v", got)
	}
	rig.Call("PUT", "/api/v1/filters", saved{}, &got, 200)
	rig.Call("GET", "/api/v1/filters", nil, &got, 200)
	if got == nil || len(got) != 0 {
		t.Errorf("after taking all out: %v", got)
	}
}

// What is refused changes nothing, and says which input is at fault.
func TestSavedFiltersAreChecked(t *testing.T) {
	rig := testkit.NewRig(t)
	one := map[string]string{"name": "One", "filter": "a"}
	rig.Call("PUT", "/api/v1/filters", saved{one}, nil, 200)
	many := make(saved, desk.MaxFilters+1)
	for i := range many {
		many[i] = map[string]string{"name": fmt.Sprint(i), "filter": "a"}
	}
	for name, c := range map[string]struct {
		put    saved
		status int
		field  string
	}{
		"no name":     {saved{{"name": " ", "filter": "a"}}, 422, "name"},
		"a long name": {saved{{"name": strings.Repeat("é", 101), "filter": "a"}}, 422, "name"},
		"two lines":   {saved{{"name": "a\nb", "filter": "a"}}, 422, "name"},
		"same name":   {saved{one, {"name": "oNE", "filter": "b"}}, 409, "name"},
		"nothing":     {saved{{"name": "x", "filter": " "}}, 422, "filter"},
		"a mistake":   {saved{one, {"name": "x", "filter": "status:no"}}, 422, "filter"},
		"too many":    {many, 422, "filters"},
	} {
		t.Run(name, func(t *testing.T) {
			var problem map[string]any
			rig.Call("PUT", "/api/v1/filters", c.put, &problem, c.status)
			if problem["field"] != c.field {
				t.Errorf("problem: %v", problem)
			}
			var got saved
			rig.Call("GET", "/api/v1/filters", nil, &got, 200)
			if fmt.Sprint(got) != fmt.Sprint(saved{one}) {
				t.Errorf("kept: %v", got)
			}
		})
	}
	rig.Call("PUT", "/api/v1/filters", many[1:], nil, 200)
}
