package api

import (
	"context"

	"creel/backend/desk"
	"creel/backend/hook"

	"github.com/danielgtaylor/huma/v2"
)

type runInput struct {
	ID int64 `path:"id" minimum:"1"`
}

type runItemsInput struct {
	ID     int64  `path:"id" minimum:"1"`
	After  int64  `query:"after" minimum:"0" doc:"only items with a larger n"`
	Offset int    `query:"offset" minimum:"0" maximum:"1000000" doc:"items of those to skip"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	Only   string `query:"only" enum:",failed,changed,unlike,pending" doc:"failed, changed or pending ones, or those not as the first outcome of their request; all when absent"`
}

type runOut = struct{ Body Run }

func (s *server) batchRoutes(api huma.API) {
	run := func(ctx context.Context, r hook.Run, err error) (*runOut, error) {
		return answer(ctx, s, r, err, runOf)
	}
	huma.Register(api, op("start-run", "POST", "/runs", "Send many requests, or one to many places; it works on in the background"),
		func(ctx context.Context, in *struct{ Body RunRequest }) (*runOut, error) {
			r, err := s.startRun(ctx, in.Body)
			return run(ctx, r, err)
		})
	huma.Register(api, op("list-runs", "GET", "/runs", "The newest runs, newest first"),
		func(ctx context.Context, in *struct {
			Limit int `query:"limit" minimum:"1" maximum:"200" default:"50"`
		}) (*struct{ Body []Run }, error) {
			rs, err := s.desk.Runs(ctx, in.Limit)
			return answer(ctx, s, rs, err, runsOf)
		})
	huma.Register(api, op("get-run", "GET", "/runs/{id}", "One run and how far it is"),
		func(ctx context.Context, in *runInput) (*runOut, error) {
			r, err := s.desk.Run(ctx, in.ID)
			return run(ctx, r, err)
		})
	huma.Register(api, op("list-run-items", "GET", "/runs/{id}/items", "What came of each sending, in the order of sending"),
		func(ctx context.Context, in *runItemsInput) (*struct{ Body []RunItem }, error) {
			items, rows, err := s.desk.RunItems(ctx, in.ID, hook.ItemCursor{After: in.After, Offset: in.Offset, Limit: in.Limit, Only: in.Only})
			return answer(ctx, s, items, err, func(is []hook.RunItem) []RunItem { return runItemsOf(is, rows) })
		})
	huma.Register(api, op("cancel-run", "POST", "/runs/{id}/cancel", "Send nothing more of a run and break off what is under way"),
		func(ctx context.Context, in *runInput) (*runOut, error) {
			r, err := s.desk.CancelRun(ctx, in.ID)
			return run(ctx, r, err)
		})
	huma.Register(api, op("resume-run", "POST", "/runs/{id}/resume", "Go on with what of a run was not sent"),
		func(ctx context.Context, in *runInput) (*runOut, error) {
			r, err := s.desk.ResumeRun(ctx, in.ID)
			return run(ctx, r, err)
		})
	huma.Register(api, op("delete-run", "DELETE", "/runs/{id}", "Forget a run; what it sent stays recorded with its requests"),
		func(ctx context.Context, in *runInput) (*struct{}, error) {
			return nil, s.problem(ctx, s.desk.DeleteRun(ctx, in.ID))
		})
	huma.Register(api, op("list-simulated-providers", "GET", "/simulated-providers", "Providers whose deadline and retries can be simulated"),
		func(context.Context, *struct{}) (*struct{ Body []SimulatedProvider }, error) {
			return &struct{ Body []SimulatedProvider }{each(desk.Providers(), simulatedOf)}, nil
		})
}

func (s *server) startRun(ctx context.Context, r RunRequest) (hook.Run, error) {
	if r.Again > 0 {
		return s.desk.RepeatRun(ctx, r.Again)
	}
	o, err := orderOf(r)
	if err != nil {
		return hook.Run{}, err
	}
	return s.desk.StartRun(ctx, o)
}
