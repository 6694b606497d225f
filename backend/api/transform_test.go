package api_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"creel/backend/api"
	"creel/backend/testkit"
)

func TestATransformChangesWhatIsForwarded(t *testing.T) {
	target := testkit.NewTarget(t)
	rig := testkit.NewRig(t)
	source := `function transform(r) {
  if (r.json.type === "skip") return null;
  if (r.json.type === "bad") return r.json.no.way;
  if (r.json.type === "many") return r.json.items.map((item) => ({ ...r, json: item, path: r.path + "/" + item.n }));
  r.json.type = "changed";
  r.headers.set("X-Added", "1");
  return r;
}`
	rig.Call("POST", "/api/v1/targets", api.Target{Name: "app", URL: target.URL() + "/in", Transform: source}, nil, 201)
	rig.Call("PATCH", "/api/v1/endpoints/inbox", map[string]any{"targets": []string{"app"}}, nil, 200)
	deliveries := func(seq int64, n int, final string) (ds []api.Delivery) {
		rig.Await(final, func() bool {
			rig.Call("GET", fmt.Sprintf("/api/v1/requests/%d/deliveries", seq), nil, &ds, 200)
			for _, d := range ds {
				if d.State != final {
					return false
				}
			}
			return len(ds) == n
		})
		return ds
	}

	seq := rig.Post("/a?x=1", `{ "type": "keep" }`)
	got := target.Await(1)[0]
	if want := `{"type":"changed"}`; string(got.Body) != want || !strings.Contains(string(got.Head), "\r\nX-Added: 1\r\n") || got.Lines()[0] != "POST /in/a?x=1 HTTP/1.1" {
		t.Errorf("sent %s", got.Raw())
	}
	d := deliveries(seq, 1, "delivered")[0]
	if !d.Transformed || d.Edited || len(d.Attempts) != 1 {
		t.Errorf("delivery %+v", d)
	}

	seq = rig.Post("/a", `{"type":"skip"}`)
	d = deliveries(seq, 1, "dropped")[0]
	if len(d.Attempts) != 1 || d.Attempts[0].Error == nil || d.Attempts[0].Error.Kind != "dropped" || !strings.Contains(d.Attempts[0].Error.Text, "returned nothing") {
		t.Errorf("dropped: %+v", d.Attempts)
	}
	var row api.Detail
	rig.Call("GET", fmt.Sprintf("/api/v1/requests/%d", seq), nil, &row, 200)
	if row.Deliveries != (api.Tally{}) {
		t.Errorf("a dropped delivery counts as %+v", row.Deliveries)
	}

	seq = rig.Post("/a", `{"type":"bad"}`)
	d = deliveries(seq, 1, "failed")[0]
	if e := d.Attempts[0].Error; e.Kind != "transform" || !strings.Contains(e.Text, "at line 3, column") || !strings.Contains(e.Text, "Cannot read property 'way' of undefined") {
		t.Errorf("failed: %+v", e)
	}

	seq = rig.Post("/b", `{"type":"many","items":[{"n":1},{"n":2},{"n":3}]}`)
	ds := deliveries(seq, 3, "delivered")
	seen := map[string]string{}
	for _, s := range target.Await(4)[1:] {
		seen[s.Lines()[0]] = string(s.Body)
	}
	ids := map[string]bool{}
	for i, d := range ds {
		ids[d.ID] = true
		n := i + 1
		if line := fmt.Sprintf("POST /in/b/%d HTTP/1.1", n); seen[line] != fmt.Sprintf(`{"n":%d}`, n) {
			t.Errorf("%s had %q", line, seen[line])
		}
	}
	if len(ids) != 3 || len(target.Seen()) != 4 {
		t.Errorf("%d ids, %d requests at the target", len(ids), len(target.Seen()))
	}
}

// What is not changed keeps the bytes that a draft could not hold.
func TestATransformThatChangesTheBodyAloneKeepsTheHead(t *testing.T) {
	target := testkit.NewTarget(t)
	rig := testkit.NewRig(t)
	rig.Call("POST", "/api/v1/targets", api.Target{Name: "app", URL: target.URL(), Transform: `function transform(r) { if (r.body !== "as it is") r.body += "!"; return r }`}, nil, 201)
	rig.Call("PATCH", "/api/v1/endpoints/inbox", map[string]any{"targets": []string{"app"}}, nil, 200)
	for i, c := range [][2]string{{"text", "text!"}, {"as it is", "as it is"}} {
		rig.Raw(fmt.Sprintf("POST /x HTTP/1.1\r\nHost: h\r\nx-ODD:caf\xe9 \r\nX-Odd:  twice\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(c[0]), c[0]))
		got := target.Await(i + 1)[i]
		if string(got.Body) != c[1] || !strings.Contains(string(got.Head), "\r\nx-ODD:caf\xe9 \r\nX-Odd:  twice\r\n") {
			t.Errorf("sent %q", got.Raw())
		}
	}
}

func TestASourceThatCannotRunIsRefusedWithItsPlace(t *testing.T) {
	rig := testkit.NewRig(t)
	var p api.FaultProblem
	rig.Call("POST", "/api/v1/targets", api.Target{Name: "app", URL: "http://localhost:1", Transform: "function transform(r) {\n  return r r\n}"}, &p, 422)
	if p.Field != "transform" || p.Line != 2 || p.Column != 12 || !strings.Contains(p.Detail, "line 2, column 12: SyntaxError") {
		t.Errorf("%+v", p)
	}
	rig.Call("GET", "/api/v1/targets/app", nil, nil, 404)
	rig.Call("POST", "/api/v1/targets", api.Target{Name: "app", URL: "http://localhost:1"}, nil, 201)
	rig.Call("PATCH", "/api/v1/targets/app", map[string]any{"transform": "nothing"}, &p, 422)
	rig.Call("PATCH", "/api/v1/targets/app", map[string]any{"transform": "const transform = (r) => r"}, nil, 200)
	var target api.Target
	rig.Call("PATCH", "/api/v1/targets/app", map[string]any{"transform": ""}, &target, 200)
	if target.Transform != "" {
		t.Errorf("%+v", target)
	}
}

func TestATransformIsTriedWithoutSending(t *testing.T) {
	target := testkit.NewTarget(t)
	rig := testkit.NewRig(t)
	seq := rig.Post("/shop/a?x=1", `{"a":1}`)
	try := func(source string, more map[string]any) (out api.TransformTried) {
		in := map[string]any{"source": source, "request": seq, "url": target.URL() + "/in"}
		for k, v := range more {
			in[k] = v
		}
		rig.Call("POST", "/api/v1/transforms/try", in, &out, 200)
		return out
	}
	out := try(`function transform(r) { console.log(r.seq, r.path); r.json.b = 2; return [r, { method: "PUT", headers: {} }] }`, nil)
	if out.Error != nil || len(out.Results) != 2 || out.Dropped || len(out.Logs) != 1 || out.Logs[0] != fmt.Sprintf("%d /in/shop/a", seq) {
		t.Fatalf("%+v", out)
	}
	body, _ := base64.StdEncoding.DecodeString(out.Results[0].BodyBase64)
	if string(body) != `{"a":1,"b":2}` || out.Results[0].URL != target.URL()+"/in/shop/a?x=1" || len(out.Results[0].Headers) != len(out.Given.Headers) {
		t.Errorf("%s, %+v", body, out.Results[0])
	}
	if second := out.Results[1]; second.Method != "PUT" || len(second.Headers) != 0 || second.BodyBase64 != out.Given.BodyBase64 {
		t.Errorf("%+v", second)
	}
	if out := try("function transform() {}", map[string]any{"pathMode": "exact"}); !out.Dropped || out.Given.URL != target.URL()+"/in" || len(out.Results) != 0 {
		t.Errorf("%+v", out)
	}
	if out := try("function transform(r) {\n  r.x.y\n}", nil); out.Dropped || out.Error == nil || out.Error.Line != 2 {
		t.Errorf("%+v", out)
	}
	if out := try("function transform(r) { for (;;); }", nil); out.Error == nil || !strings.Contains(out.Error.Text, "longer than 250 ms") {
		t.Errorf("%+v", out.Error)
	}
	rig.Call("POST", "/api/v1/transforms/try", map[string]any{"source": "", "request": 99}, nil, 404)
	rig.Call("POST", "/api/v1/transforms/try", map[string]any{"source": "", "request": seq, "target": "none"}, nil, 404)
	if n := len(target.Seen()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}
