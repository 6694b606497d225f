package desk_test

import (
	"testing"

	"creel/backend/hook"
	"creel/backend/testkit"
)

// A rule that every attempt would fail on is refused when it is written.
func TestHeaderRulesThatCannotBeAppliedAreRefused(t *testing.T) {
	rig := testkit.NewRig(t)
	for _, r := range []hook.HeaderRule{
		{Op: "add", Name: "X-A", Value: "1"},
		{Op: "set", Name: "", Value: "1"},
		{Op: "set", Name: "X A", Value: "1"},
		{Op: "set", Name: "X-A", Value: "1\r\nX-B: 2"},
		{Op: "set", Name: "Content-Length", Value: "1"},
		{Op: "set", Name: "keep-alive", Value: "1"},
		{Op: "set", Name: "Proxy-Connection", Value: "1"},
		{Op: "remove", Name: "Transfer-Encoding"},
		{Op: "remove", Name: "Host"},
		{Op: "set", Name: "creel-delivery", Value: "mine"},
	} {
		_, err := rig.Desk.CreateTarget(t.Context(), hook.Target{
			Name: "app", URL: "http://127.0.0.1:3000", HeaderRules: []hook.HeaderRule{r},
		})
		if hook.KindOf(err) != hook.Invalid {
			t.Errorf("rule %+v: got %v, want invalid", r, err)
		}
	}
	if ts := rig.Desk.Targets(); len(ts) != 0 {
		t.Errorf("a refused target was kept: %+v", ts)
	}
	_, err := rig.Desk.CreateTarget(t.Context(), hook.Target{
		Name: "app", URL: "http://127.0.0.1:3000", HeaderRules: []hook.HeaderRule{
			{Op: "set", Name: "Host", Value: "shop.example"}, {Op: "remove", Name: "Cookie"}, {Op: "set", Name: "X-Env", Value: ""},
		},
	})
	if err != nil {
		t.Errorf("good rules: %v", err)
	}
}
