package api

import (
	"context"
	"encoding/base64"

	"creel/backend/desk"
	"creel/backend/hook"

	"github.com/danielgtaylor/huma/v2"
)

type idInput struct {
	ID string `path:"id" maxLength:"64"`
}

func (s *server) sendRoutes(api huma.API) {
	replay := op("replay", "POST", "/requests/{seq}/replay", "Send a request on, as it is or edited")
	replay.MaxBodyBytes, replay.DefaultStatus = maxLargeBody, 200
	huma.Register(api, replay, s.replay)
	huma.Register(api, op("list-deliveries", "GET", "/requests/{seq}/deliveries", "A request's deliveries, newest first"),
		func(ctx context.Context, in *seqInput) (*struct{ Body []Delivery }, error) {
			ds, err := s.desk.Deliveries(ctx, in.Seq)
			return answer(ctx, s, ds, err, s.deliveriesOf)
		})
	huma.Register(api, op("retry-delivery", "POST", "/deliveries/{id}/retry", "Try a delivery now: one that waits, or that ended without success"),
		func(ctx context.Context, in *idInput) (*struct{ Body Delivery }, error) {
			d, err := s.desk.Retry(ctx, in.ID)
			return answer(ctx, s, d, err, s.deliveryOf)
		})
	huma.Register(api, op("cancel-delivery", "POST", "/deliveries/{id}/cancel", "Give a waiting delivery up"),
		func(ctx context.Context, in *idInput) (*struct{ Body Delivery }, error) {
			d, err := s.desk.Cancel(ctx, in.ID)
			return answer(ctx, s, d, err, s.deliveryOf)
		})
	huma.Register(api, op("get-attempt", "GET", "/attempts/{id}", "One try, bodies apart"),
		func(ctx context.Context, in *idInput) (*struct{ Body AttemptDetail }, error) {
			a, seq, err := s.desk.Attempt(ctx, in.ID)
			return answer(ctx, s, a, err, func(a hook.Attempt) AttemptDetail { return attemptDetailOf(a, seq) })
		})
	huma.Register(api, rawOp("get-attempt-sent", "/attempts/{id}/sent", "The exact bytes sent"), s.attemptBytes(desk.SideSent))
	huma.Register(api, rawOp("get-attempt-answer", "/attempts/{id}/answer", "The bytes of the answer, as far as they were kept"), s.attemptBytes(desk.SideAnswer))
	huma.Register(api, rawOp("get-attempt-part", "/attempts/{id}/{side}/parts/{n}", "The exact bytes of one part of a multipart body, without its headers"),
		func(ctx context.Context, in *struct {
			ID   string `path:"id" maxLength:"64"`
			Side string `path:"side" enum:"sent,answer"`
			PartInput
		}) (*bytesOut, error) {
			part, err := s.desk.AttemptPart(ctx, in.ID, in.Side, in.N, in.Decoded)
			return rawBytes(part), s.problem(ctx, err)
		})
	compare := op("compare", "POST", "/compare", "What differs between two messages")
	compare.MaxBodyBytes = maxLargeBody
	huma.Register(api, compare, func(ctx context.Context, in *struct{ Body CompareRequest }) (*struct{ Body Comparison }, error) {
		c, err := s.desk.Compare(ctx, desk.Reference(in.Body.Left), desk.Reference(in.Body.Right), in.Body.Ignore, in.Body.Sides)
		return answer(ctx, s, c, err, comparisonOf)
	})
}

func (s *server) replay(ctx context.Context, in *struct {
	Seq  int64 `path:"seq" minimum:"1"`
	Body ReplayRequest
}) (*struct{ Body []Delivery }, error) {
	order := desk.ReplayOrder{Target: in.Body.Target, URL: in.Body.URL, Times: in.Body.Times, Retry: in.Body.Retry, Resign: in.Body.Resign.wish()}
	if e := in.Body.Edits; e != nil {
		edits, err := editsOf(*e)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		order.Edits = edits
	}
	ds, err := s.desk.Replay(ctx, in.Seq, order)
	return answer(ctx, s, ds, err, s.deliveriesOf)
}

func editsOf(e Edits) (*desk.Edits, error) {
	out := &desk.Edits{Method: e.Method}
	if e.Headers != nil {
		hs := headersOf(*e.Headers)
		out.Headers = &hs
	}
	switch {
	case e.BodyText != nil && e.BodyBase64 != nil:
		return nil, &hook.Fault{Kind: hook.Invalid, Field: "edits.bodyText", Text: "give the body as bodyText or as bodyBase64, not both"}
	case e.BodyText != nil:
		body := []byte(*e.BodyText)
		out.Body = &body
	case e.BodyBase64 != nil:
		body, err := base64.StdEncoding.DecodeString(*e.BodyBase64)
		if err != nil {
			return nil, &hook.Fault{Kind: hook.Invalid, Field: "edits.bodyBase64", Text: "bodyBase64 is not base64", Err: err}
		}
		out.Body = &body
	}
	return out, nil
}

type attemptBytesInput struct {
	ID      string `path:"id" maxLength:"64"`
	Part    string `query:"part" enum:"all,head,body" default:"all"`
	Decoded bool   `query:"decoded" doc:"with part=body: undo Content-Encoding, within bounds"`
}

// attemptBytes serves one side of an attempt: all of it, or its head or body.
func (s *server) attemptBytes(side string) func(context.Context, *attemptBytesInput) (*bytesOut, error) {
	return func(ctx context.Context, in *attemptBytesInput) (*bytesOut, error) {
		a, _, err := s.desk.Attempt(ctx, in.ID)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		head, body := a.SentHead, a.SentBody
		if side == desk.SideAnswer {
			head, body = a.AnswerHead, a.AnswerBody
		}
		switch {
		case in.Part == "head":
			return rawBytes(head), nil
		case in.Part == "body" && in.Decoded:
			_, headers := hook.ParseHead(head)
			body, err := desk.Decode(body, headers)
			return rawBytes(body), s.problem(ctx, err)
		case in.Part == "body":
			return rawBytes(body), nil
		}
		return rawBytes(append(append([]byte{}, head...), body...)), nil
	}
}
