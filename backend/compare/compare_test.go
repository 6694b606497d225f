package compare_test

import (
	"testing"

	"creel/backend/compare"
	"creel/backend/hook"
)

func TestCompareMessages(t *testing.T) {
	l := compare.Message{Line: "POST /a?x=1&y=2 HTTP/1.1", Headers: hook.Headers{{Name: "Host", Value: "a"}, {Name: "X-A", Value: "1,  2"}}, Body: []byte(`{"a":1.0,"b":[1,2]}`)}
	r := compare.Message{Line: "PUT /a?y=2&x=3 HTTP/1.1", Headers: hook.Headers{{Name: "x-a", Value: "1, 2"}, {Name: "Host", Value: "a"}}, Body: []byte(`{"b":[1,2,3], "a":1}`)}
	res := compare.Compare(l, r, compare.Options{})
	if res.Count != 3 || res.Same {
		t.Errorf("count %d, same %v: %+v", res.Count, res.Same, res)
	}
}
