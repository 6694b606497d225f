package api

import (
	"context"

	"creel/backend/hook"

	"github.com/danielgtaylor/huma/v2"
)

func (s *server) replyRoutes(api huma.API) {
	huma.Register(api, op("list-handshakes", "GET", "/handshakes", "Questions of providers that Creel can answer"),
		func(context.Context, *struct{}) (*struct{ Body []Handshake }, error) {
			out := []Handshake{}
			for _, h := range s.desk.Handshakes() {
				out = append(out, handshakeOf(h))
			}
			return &struct{ Body []Handshake }{out}, nil
		})
	preview := op("preview-reply", "POST", "/replies/preview", "What a reply would say to a request, without saying it")
	preview.MaxBodyBytes, preview.DefaultStatus = maxLargeBody, 200
	huma.Register(api, preview, func(ctx context.Context, in *struct{ Body ReplyPreviewRequest }) (*struct{ Body ReplyPreview }, error) {
		p, err := s.desk.PreviewReply(ctx, s.tried(in.Body), in.Body.Request, in.Body.Own)
		return answer(ctx, s, p, err, previewOf)
	})
	confirm := op("confirm-subscription", "POST", "/requests/{seq}/confirm", "Confirm the AWS SNS subscription that a request asks for; the delivery tells what SNS says")
	confirm.DefaultStatus = 200
	huma.Register(api, confirm, func(ctx context.Context, in *seqInput) (*struct{ Body Delivery }, error) {
		d, err := s.desk.Confirm(ctx, in.Seq)
		return answer(ctx, s, d, err, deliveryOf)
	})
}

// tried is the endpoint that a preview is about.
func (s *server) tried(in ReplyPreviewRequest) hook.Endpoint {
	e, err := s.desk.Endpoint(in.Endpoint)
	if err != nil {
		e = hook.Endpoint{Slug: in.Endpoint, Targets: []string{}}
	}
	e.Reply = replyOf(in.Reply, e.Reply)
	set(&e.Provider, in.Provider)
	set(&e.Targets, in.Targets)
	return e
}
