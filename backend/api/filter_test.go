package api_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"creel/backend/testkit"
)

func at(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return "/api/v1" + path + "?" + q.Encode()
}

func TestCountAtTheDoor(t *testing.T) {
	rig := testkit.NewRig(t)
	for i := range 5 {
		rig.Post("/inbox", fmt.Sprintf(`{"n":%d}`, i))
	}
	var c map[string]any
	rig.Call("GET", at("/requests/count", "filter", "body.n:>2"), nil, &c, 200)
	keys(t, "count", c, "counted", "scanned", "of", "done", "next")
	if c["counted"] != 2.0 || c["scanned"] != 5.0 || c["of"] != 5.0 || c["done"] != true || c["next"] != nil {
		t.Errorf("count: %v", c)
	}
	rig.Call("GET", at("/requests/count", "before", "4"), nil, &c, 200)
	if c["counted"] != 3.0 || c["of"] != 3.0 {
		t.Errorf("count below 4: %v", c)
	}
	var problem map[string]any
	rig.Call("GET", at("/requests/count", "filter", "x status:no"), nil, &problem, 422)
	if problem["field"] != "filter" || problem["column"] != 10.0 {
		t.Errorf("problem: %v", problem)
	}
}

func TestCheckAtTheDoor(t *testing.T) {
	rig := testkit.NewRig(t)
	var c struct {
		OK    bool
		Plain string
		Slow  bool
		Marks []map[string]any
		Error *struct {
			Column int
			Text   string
		}
	}
	rig.Call("GET", at("/filter/check", "filter", "push  size:>1k body.data.id:evt_*"), nil, &c, 200)
	if want := "[map[in:any text:push] map[in:body key:data.id text:evt_]]"; !c.OK || !c.Slow || c.Error != nil || c.Plain != "push size:>1000 body.data.id:evt_*" || fmt.Sprint(c.Marks) != want {
		t.Errorf("check: %+v", c)
	}
	rig.Call("GET", at("/filter/check", "filter", "é sig:wrong"), nil, &c, 200)
	if c.OK || c.Error == nil || c.Error.Column != 7 || !strings.Contains(c.Error.Text, "none, valid, invalid") || len(c.Marks) != 0 {
		t.Errorf("check of a mistake: %+v", c)
	}
	rig.Call("GET", at("/filter/check"), nil, &c, 200)
	if !c.OK || c.Plain != "" || c.Slow {
		t.Errorf("check of nothing: %+v", c)
	}
}

func TestCompleteAtTheDoor(t *testing.T) {
	rig := testkit.NewRig(t)
	rig.Post("/inbox", "a")
	rig.Post("/inbox", "b")
	var c struct {
		From, To int
		Offers   []map[string]any
	}
	rig.Call("GET", at("/filter/complete", "filter", "😀 metho", "cursor", "8"), nil, &c, 200)
	if c.From != 3 || c.To != 8 || len(c.Offers) != 1 || c.Offers[0]["text"] != "method:" {
		t.Errorf("complete: %+v", c)
	}
	c.Offers = nil
	rig.Call("GET", at("/filter/complete", "filter", "method:p x", "cursor", "8"), nil, &c, 200)
	if c.From != 7 || c.To != 8 || fmt.Sprint(c.Offers) != "[map[count:2 text:POST]]" {
		t.Errorf("complete with a value seen: %+v", c)
	}
	rig.Call("GET", at("/filter/complete", "filter", "header.conten", "cursor", "13"), nil, &c, 200)
	if c.From != 7 || !strings.Contains(fmt.Sprint(c.Offers), "content-length:") {
		t.Errorf("complete with a header name: %+v", c)
	}
	rig.Call("GET", at("/filter/complete", "filter", "is:un", "cursor", "99"), nil, &c, 200)
	if len(c.Offers) != 1 || c.Offers[0]["text"] != "unread" {
		t.Errorf("complete behind the end: %+v", c)
	}
}

func TestValuesAtTheDoor(t *testing.T) {
	rig := testkit.NewRig(t)
	rig.Post("/inbox", "a")
	var vs []map[string]any
	rig.Call("GET", at("/filter/values", "field", "method", "prefix", "p"), nil, &vs, 200)
	if fmt.Sprint(vs) != "[map[count:1 text:POST]]" {
		t.Errorf("values: %v", vs)
	}
	rig.Call("GET", at("/filter/values", "field", "tag"), nil, &vs, 200)
	if vs == nil || len(vs) != 0 {
		t.Errorf("values of nothing: %v", vs)
	}
	rig.Call("GET", at("/filter/values", "field", "body"), nil, nil, 422)
	rig.Call("GET", at("/filter/values"), nil, nil, 422)
}
