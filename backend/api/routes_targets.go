package api

import (
	"context"

	"creel/backend/hook"

	"github.com/danielgtaylor/huma/v2"
)

func (s *server) targetRoutes(api huma.API) {
	huma.Register(api, op("list-targets", "GET", "/targets", "Targets by name, and how each is doing"),
		func(ctx context.Context, _ *struct{}) (*struct{ Body []Target }, error) {
			loads, err := s.desk.TargetLoads(ctx)
			return answer(ctx, s, s.desk.Targets(), err, func(ts []hook.Target) []Target {
				out := make([]Target, len(ts))
				for i, t := range ts {
					load := loads[t.Name]
					out[i] = s.targetOf(t, &load)
				}
				return out
			})
		})
	create := op("create-target", "POST", "/targets", "Create a target")
	create.DefaultStatus = 201
	huma.Register(api, create, func(ctx context.Context, in *struct{ Body Target }) (*struct{ Body Target }, error) {
		t, err := s.desk.CreateTarget(ctx, in.Body.target())
		return answer(ctx, s, t, err, s.targetAlone)
	})
	huma.Register(api, op("get-target", "GET", "/targets/{name}", "One target, and how it is doing"),
		func(ctx context.Context, in *nameInput) (*struct{ Body Target }, error) {
			t, ok := s.desk.Target(in.Name)
			if !ok {
				return nil, s.problem(ctx, hook.Faultf(hook.NotFound, "there is no target named %q", in.Name))
			}
			loads, err := s.desk.TargetLoads(ctx)
			load := loads[in.Name]
			return answer(ctx, s, t, err, func(t hook.Target) Target { return s.targetOf(t, &load) })
		})
	huma.Register(api, op("change-target", "PATCH", "/targets/{name}", "Change or rename a target"),
		func(ctx context.Context, in *struct {
			Name string `path:"name" maxLength:"64"`
			Body TargetPatch
		}) (*struct{ Body Target }, error) {
			t, err := s.desk.ChangeTarget(ctx, in.Name, in.Body.apply)
			return answer(ctx, s, t, err, s.targetAlone)
		})
	huma.Register(api, op("try-target", "POST", "/targets/{name}/try", "Let the next delivery to a resting target through now"),
		func(ctx context.Context, in *nameInput) (*struct{ Body Target }, error) {
			if err := s.desk.TryTarget(in.Name); err != nil {
				return nil, s.problem(ctx, err)
			}
			t, _ := s.desk.Target(in.Name)
			return answer(ctx, s, t, nil, s.targetAlone)
		})
	remove := op("delete-target", "DELETE", "/targets/{name}", "Delete a target; what waits for it is cancelled")
	remove.DefaultStatus = 204
	huma.Register(api, remove, func(ctx context.Context, in *nameInput) (*struct{}, error) {
		return nil, s.problem(ctx, s.desk.DeleteTarget(ctx, in.Name))
	})
	huma.Register(api, op("redrive", "POST", "/deliveries/redrive", "Send deliveries again that ended without success, one, many or all that match; at the pace of their targets"), s.redrive)
}

// targetAlone shapes a target without counting its deliveries.
func (s *server) targetAlone(t hook.Target) Target { return s.targetOf(t, nil) }

func (s *server) redrive(ctx context.Context, in *struct{ Body RedriveRequest }) (*struct{ Body Redriven }, error) {
	if (in.Body.IDs == nil) == (in.Body.Filter == nil) {
		return nil, s.problem(ctx, &hook.Fault{Kind: hook.Invalid, Field: "filter", Text: "say which to send again, by either ids or a filter; an empty filter is all"})
	}
	r := hook.Redrive{Target: in.Body.Target, After: in.Body.After, Most: in.Body.Limit}
	for _, state := range in.Body.States {
		r.States = append(r.States, hook.DeliveryState(state))
	}
	text := ""
	if in.Body.IDs != nil {
		r.IDs = append([]string{}, *in.Body.IDs...)
	} else {
		text = *in.Body.Filter
	}
	out, err := s.desk.Redrive(ctx, text, r)
	return answer(ctx, s, out, err, func(out hook.Redriven) Redriven { return Redriven(out) })
}

func (t Target) target() hook.Target {
	return hook.Target{
		Name: t.Name, URL: t.URL, PathMode: t.PathMode, Path: t.Path, DropQuery: t.DropQuery, HeaderRules: rulesOf(t.HeaderRules),
		TimeoutMs: t.TimeoutMs, NoMark: t.Mark != nil && !*t.Mark, Filter: t.Filter,
		Policy: t.Policy.policy(), Connection: t.Connection.connection(), Transform: t.Transform,
	}
}

func (p TargetPatch) apply(t *hook.Target) {
	set(&t.Name, p.Name)
	set(&t.URL, p.URL)
	set(&t.PathMode, p.PathMode)
	set(&t.Path, p.Path)
	set(&t.DropQuery, p.DropQuery)
	set(&t.TimeoutMs, p.TimeoutMs)
	set(&t.Filter, p.Filter)
	set(&t.Transform, p.Transform)
	if p.HeaderRules != nil {
		t.HeaderRules = rulesOf(*p.HeaderRules)
	}
	if p.Mark != nil {
		t.NoMark = !*p.Mark
	}
	if p.Policy != nil {
		t.Policy = p.Policy.policy()
	}
	if p.Connection != nil {
		t.Connection = p.Connection.connection()
	}
}
