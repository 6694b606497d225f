package api

import (
	"context"
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

// PartInput names one part of a multipart body.
type PartInput struct {
	N       int  `path:"n" minimum:"0" maximum:"999" doc:"place of the part, from 0"`
	Decoded bool `query:"decoded" doc:"undo the body's Content-Encoding first, within bounds"`
}

// byteRoutes give a request's bytes, whole and in pieces.
func (s *server) byteRoutes(api huma.API) {
	huma.Register(api, rawOp("get-head", "/requests/{seq}/head", "The exact bytes of request line and header lines"),
		func(ctx context.Context, in *seqInput) (*bytesOut, error) {
			raw, err := s.desk.Raw(ctx, in.Seq)
			return rawBytes(raw.Head), s.problem(ctx, err)
		})
	huma.Register(api, rawOp("get-body", "/requests/{seq}/body", "The exact bytes of the body"),
		func(ctx context.Context, in *struct {
			Seq     int64 `path:"seq" minimum:"1"`
			Decoded bool  `query:"decoded" doc:"undo Content-Encoding, within bounds"`
		}) (*bytesOut, error) {
			body, err := s.desk.Body(ctx, in.Seq, in.Decoded)
			return rawBytes(body), s.problem(ctx, err)
		})
	huma.Register(api, rawOp("get-raw", "/requests/{seq}/raw", "The exact bytes of head, body and trailer lines, one after another; chunk framing is not kept"),
		func(ctx context.Context, in *seqInput) (*bytesOut, error) {
			raw, err := s.desk.Raw(ctx, in.Seq)
			return rawBytes(slices.Concat(raw.Head, raw.Body, raw.Trailer)), s.problem(ctx, err)
		})
	huma.Register(api, rawOp("get-part", "/requests/{seq}/parts/{n}", "The exact bytes of one part of a multipart body, without its headers"),
		func(ctx context.Context, in *struct {
			Seq int64 `path:"seq" minimum:"1"`
			PartInput
		}) (*bytesOut, error) {
			part, err := s.desk.Part(ctx, in.Seq, in.N, in.Decoded)
			return rawBytes(part), s.problem(ctx, err)
		})
}
