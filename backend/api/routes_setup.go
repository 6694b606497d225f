package api

import (
	"context"
	"time"

	"creel/backend/desk"
	"creel/backend/hook"

	"github.com/danielgtaylor/huma/v2"
)

type slugInput struct {
	Slug string `path:"slug" maxLength:"64"`
}

type nameInput struct {
	Name string `path:"name" maxLength:"64"`
}

func (s *server) setupRoutes(api huma.API) {
	s.endpointRoutes(api)
	s.targetRoutes(api)
	s.sampleRoutes(api)
	huma.Register(api, op("get-settings", "GET", "/settings", "The person's choices"),
		func(context.Context, *struct{}) (*struct{ Body Settings }, error) {
			return &struct{ Body Settings }{s.settingsOf(s.desk.Settings())}, nil
		})
	huma.Register(api, op("change-settings", "PATCH", "/settings", "Change settings"),
		func(ctx context.Context, in *struct{ Body SettingsPatch }) (*struct{ Body Settings }, error) {
			set, err := s.desk.ChangeSettings(ctx, func(set *hook.Settings) { in.Body.apply(set) })
			return answer(ctx, s, set, err, s.settingsOf)
		})
	huma.Register(api, op("get-status", "GET", "/status", "How the program is"),
		func(ctx context.Context, _ *struct{}) (*struct{ Body Status }, error) {
			st, err := s.desk.Status(ctx)
			return answer(ctx, s, st, err, s.statusOf)
		})
	huma.Register(api, op("listen", "POST", "/listen", "Open the catch port, again or elsewhere"),
		func(ctx context.Context, in *struct{ Body ListenRequest }) (*struct{ Body CatchStatus }, error) {
			err := s.desk.Listen(ctx, in.Body.Address, in.Body.Remember)
			return answer(ctx, s, s.desk.Listening(), err, s.catchOf)
		})
	front := op("front", "POST", "/window/front", "Bring the window to the front")
	front.DefaultStatus = 204
	huma.Register(api, front, func(ctx context.Context, _ *struct{}) (*struct{}, error) {
		if s.front == nil {
			return nil, s.problem(ctx, hook.Faultf(hook.NotFound, "there is no window: Creel runs as serve"))
		}
		s.front()
		return nil, nil
	})
}

func (s *server) endpointRoutes(api huma.API) {
	huma.Register(api, op("list-endpoints", "GET", "/endpoints", "Endpoints, inbox first"),
		func(ctx context.Context, _ *struct{}) (*struct{ Body []Endpoint }, error) {
			usage, err := s.desk.Usage(ctx)
			return answer(ctx, s, s.desk.Endpoints(), err, func(es []hook.Endpoint) []Endpoint {
				out := make([]Endpoint, len(es))
				for i, e := range es {
					out[i] = s.endpointOf(e, usage)
				}
				return out
			})
		})
	create := op("create-endpoint", "POST", "/endpoints", "Create an endpoint")
	create.DefaultStatus = 201
	huma.Register(api, create, func(ctx context.Context, in *struct{ Body EndpointInput }) (*struct{ Body Endpoint }, error) {
		e, err := s.desk.CreateEndpoint(ctx, in.Body.endpoint())
		return answer(ctx, s, e, err, s.fresh)
	})
	huma.Register(api, op("get-endpoint", "GET", "/endpoints/{slug}", "One endpoint"),
		func(ctx context.Context, in *slugInput) (*struct{ Body Endpoint }, error) {
			usage, err := s.desk.Usage(ctx)
			if err != nil {
				return nil, s.problem(ctx, err)
			}
			e, err := s.desk.Endpoint(in.Slug)
			return answer(ctx, s, e, err, func(e hook.Endpoint) Endpoint { return s.endpointOf(e, usage) })
		})
	huma.Register(api, op("change-endpoint", "PATCH", "/endpoints/{slug}", "Change or rename an endpoint"),
		func(ctx context.Context, in *struct {
			Slug string `path:"slug" maxLength:"64"`
			Body EndpointPatch
		}) (*struct{ Body Endpoint }, error) {
			e, err := s.desk.ChangeEndpoint(ctx, in.Slug, in.Body.apply)
			if err != nil {
				return nil, s.problem(ctx, err)
			}
			usage, err := s.desk.Usage(ctx)
			return answer(ctx, s, e, err, func(e hook.Endpoint) Endpoint { return s.endpointOf(e, usage) })
		})
	remove := op("delete-endpoint", "DELETE", "/endpoints/{slug}", "Delete an endpoint; what it caught stays")
	remove.DefaultStatus = 204
	huma.Register(api, remove, func(ctx context.Context, in *slugInput) (*struct{}, error) {
		return nil, s.problem(ctx, s.desk.DeleteEndpoint(ctx, in.Slug))
	})
}

// fresh shapes an endpoint that has caught nothing yet.
func (s *server) fresh(e hook.Endpoint) Endpoint { return s.endpointOf(e, hook.Usage{}) }

func (in EndpointInput) endpoint() hook.Endpoint {
	e := hook.Endpoint{
		Slug: in.Slug, Name: in.Name, Provider: in.Provider,
		Filter: in.Filter, Reply: hook.DefaultReply(), Targets: []string{},
	}
	if in.Reply != nil {
		e.Reply = replyOf(*in.Reply, hook.Reply{})
	}
	if in.Targets != nil {
		e.Targets = *in.Targets
	}
	in.SigningPatch.apply(&e.Signing)
	return e
}

func (p EndpointPatch) apply(e *hook.Endpoint) {
	set(&e.Slug, p.Slug)
	set(&e.Name, p.Name)
	set(&e.Provider, p.Provider)
	p.SigningPatch.apply(&e.Signing)
	set(&e.Filter, p.Filter)
	set(&e.Targets, p.Targets)
	if p.Reply != nil {
		e.Reply = replyOf(*p.Reply, e.Reply)
	}
}

func (p SettingsPatch) apply(s *hook.Settings) {
	set(&s.Theme, p.Theme)
	set(&s.CatchAddr, p.CatchAddress)
	set(&s.MaxBodyBytes, p.MaxBodyBytes)
	set(&s.Keep.Count, p.KeepCount)
	set(&s.Keep.Bytes, p.KeepBytes)
	if p.KeepAgeHours != nil {
		s.Keep.Age = time.Duration(*p.KeepAgeHours) * time.Hour
	}
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

func (s *server) settingsOf(set hook.Settings) Settings {
	return Settings{
		Theme: set.Theme, CatchAddress: set.CatchAddr, MaxBodyBytes: set.MaxBodyBytes,
		KeepCount: set.Keep.Count, KeepAgeHours: int64(set.Keep.Age / time.Hour), KeepBytes: set.Keep.Bytes,
		DataDir: s.desk.DataDir(), DatabaseBytes: s.desk.DatabaseBytes(),
	}
}

func (s *server) catchOf(l desk.Listening) CatchStatus {
	return CatchStatus{Listening: l.Open, Address: l.Addr, URL: "http://" + l.Addr, Error: problemOf(l.Err)}
}

func (s *server) statusOf(st desk.Status) Status {
	return Status{
		Version: st.Version, PID: s.pid, StartedAt: stamp(st.StartedAt), Now: stamp(st.Now),
		Catch: s.catchOf(st.Listening), Secrets: placeOf(s.desk.SecretPlace()),
		History: History{
			Requests: st.Usage.Requests, Bytes: st.Usage.Bytes, Unread: st.Usage.Unread, Pinned: st.Usage.Pinned,
			Waiting: st.Usage.Waiting, Failed: st.Usage.Failed,
			IndexedTo: st.Indexed.To, IndexBehind: st.Indexed.Behind, Error: problemOf(st.Health), Notice: problemOf(st.Notice),
		},
		Epoch: st.Change.Epoch, Rev: st.Change.Rev, LastSeq: st.Change.LastSeq,
	}
}
