package api

import (
	"context"
	"net/http"
	"time"

	"creel/backend/desk"
	"creel/backend/hook"

	"github.com/danielgtaylor/huma/v2"
)

type listInput struct {
	Filter string `query:"filter" maxLength:"4096" doc:"filter text; empty is all"`
	Before int64  `query:"before" minimum:"0" doc:"only requests older than this seq"`
	After  int64  `query:"after" minimum:"0" doc:"only requests newer than this seq; the oldest of them first get a place in the page"`
	Offset int    `query:"offset" minimum:"0" maximum:"100000000" doc:"requests to skip, from the newest"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	Within int    `query:"withinMs" minimum:"0" maximum:"60000" doc:"answer after about that long with what was found so far; next then goes on. 0 waits for a whole page"`
}

type seqInput struct {
	Seq int64 `path:"seq" minimum:"1"`
}

// bytesOut is an answer of raw bytes. It is never anything a browser would
// render or run.
type bytesOut struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func rawBytes(b []byte) *bytesOut {
	if b == nil {
		b = []byte{}
	}
	return &bytesOut{ContentType: "application/octet-stream", Disposition: "attachment", Body: b}
}

func op(id, method, path, summary string) huma.Operation {
	return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, MaxBodyBytes: maxSmallBody}
}

// rawOp describes an operation that answers raw bytes.
func rawOp(id, path, summary string) huma.Operation {
	o := op(id, http.MethodGet, path, summary)
	o.Responses = map[string]*huma.Response{"200": {
		Description: "the bytes",
		Content:     map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: "string", Format: "binary"}}},
	}}
	return o
}

func (s *server) requestRoutes(api huma.API) {
	huma.Register(api, op("list-requests", "GET", "/requests", "Requests, newest first"), s.list)
	huma.Register(api, op("list-changes", "GET", "/changes", "What became of known rows"), s.changes)
	huma.Register(api, op("get-request", "GET", "/requests/{seq}", "One request"), s.detail)
	huma.Register(api, op("mark-request", "PATCH", "/requests/{seq}", "Change note, tags, pin, read"),
		func(ctx context.Context, in *struct {
			Seq  int64 `path:"seq" minimum:"1"`
			Body MarksPatch
		}) (*struct{ Body Row }, error) {
			row, err := s.desk.Mark(ctx, in.Seq, hook.MarksPatch(in.Body))
			return answer(ctx, s, row, err, rowOf)
		})
	huma.Register(api, op("mark-requests", "PATCH", "/requests", "Set pin or read of all that match"),
		func(ctx context.Context, in *struct {
			Filter string `query:"filter" maxLength:"4096"`
			Body   MarksPatch
		}) (*struct{ Body Counted }, error) {
			n, err := s.desk.MarkAll(ctx, in.Filter, hook.MarksPatch(in.Body))
			return answer(ctx, s, n, err, func(n int64) Counted { return Counted{n} })
		})
	huma.Register(api, op("delete-requests", "DELETE", "/requests", "Delete all that match; they can be restored for a while"),
		func(ctx context.Context, in *struct {
			Filter string `query:"filter" maxLength:"4096"`
			UpTo   int64  `query:"upTo" minimum:"0" doc:"spare requests newer than this seq; 0 spares none"`
		}) (*struct{ Body Trash }, error) {
			t, err := s.desk.Trash(ctx, in.Filter, in.UpTo)
			return answer(ctx, s, t, err, trashOf)
		})
	huma.Register(api, op("delete-request", "DELETE", "/requests/{seq}", "Delete one; it can be restored for a while"),
		func(ctx context.Context, in *seqInput) (*struct{ Body Trash }, error) {
			t, err := s.desk.TrashOne(ctx, in.Seq)
			return answer(ctx, s, t, err, trashOf)
		})
	huma.Register(api, op("restore-trash", "POST", "/trash/{id}/restore", "Bring deleted requests back"),
		func(ctx context.Context, in *struct {
			ID int64 `path:"id"`
		}) (*struct{ Body Counted }, error) {
			n, err := s.desk.Restore(ctx, in.ID)
			return answer(ctx, s, n, err, func(n int64) Counted { return Counted{n} })
		})
}

func trashOf(t hook.Trash) Trash {
	out := Trash{ID: t.ID, Count: t.Count}
	if !t.Until.IsZero() {
		out.Until = stamp(t.Until)
	}
	return out
}

func (s *server) list(ctx context.Context, in *listInput) (*struct{ Body RowPage }, error) {
	// The state is read first: a row that arrives in between is then told
	// twice, never lost.
	now := s.desk.Change()
	page, err := s.desk.List(ctx, in.Filter, hook.Cursor{Before: in.Before, After: in.After, Offset: in.Offset, Limit: in.Limit,
		Budget: time.Duration(in.Within) * time.Millisecond})
	return answer(ctx, s, page, err, func(p hook.Page) RowPage {
		out := RowPage{
			Items: rowsOf(p.Rows), Total: p.Total, Exact: p.Exact,
			LastSeq: now.LastSeq, Epoch: now.Epoch, Rev: now.Rev,
		}
		if p.Next > 0 {
			out.Next = &p.Next
		} else if n := len(p.Rows); n > 0 && n == in.Limit {
			out.Next = &p.Rows[n-1].Seq
		}
		return out
	})
}

func (s *server) changes(ctx context.Context, in *struct {
	Epoch int64 `query:"epoch"`
	After int64 `query:"after" doc:"the last revision known"`
}) (*struct{ Body Changes }, error) {
	c, err := s.desk.ChangesAfter(ctx, in.Epoch, in.After)
	return answer(ctx, s, c, err, func(c desk.Changes) Changes {
		return Changes{Epoch: c.Epoch, Rev: c.Rev, LastSeq: c.LastSeq, Reset: c.Reset, Setup: c.Setup, Pruned: c.Pruned, Rows: rowsOf(c.Rows)}
	})
}

func (s *server) detail(ctx context.Context, in *seqInput) (*struct{ Body Detail }, error) {
	row, err := s.desk.Row(ctx, in.Seq)
	if err != nil {
		return nil, s.problem(ctx, err)
	}
	raw, err := s.desk.Raw(ctx, in.Seq)
	return answer(ctx, s, raw, err, func(raw hook.Raw) Detail {
		d := detailOf(row, raw)
		d.Handshake = greetingOf(s.desk.GreetingIn(row, raw))
		return d
	})
}
