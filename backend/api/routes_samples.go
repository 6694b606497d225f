package api

import (
	"context"
	"encoding/base64"

	"creel/backend/desk"
	"creel/backend/hook"

	"github.com/danielgtaylor/huma/v2"
)

func (s *server) sampleRoutes(api huma.API) {
	huma.Register(api, op("list-samples", "GET", "/samples", "Events that can be sent"),
		func(context.Context, *struct{}) (*struct{ Body []Sample }, error) {
			return &struct{ Body []Sample }{s.samples()}, nil
		})
	huma.Register(api, op("preview-sample", "GET", "/samples/{id}", "A sample as it would be sent, signed; ids and times are new each time unless a seed is given"), s.previewSample)
	huma.Register(api, op("send-sample", "POST", "/samples", "Send a sample through the catch port, edited or not, signed after editing"), s.sendSample)
}

func (s *server) samples() []Sample {
	infos := s.desk.Samples()
	out := make([]Sample, len(infos))
	for i, in := range infos {
		out[i] = Sample{
			ID: in.ID, Provider: in.Provider, ProviderName: in.ProviderName, Event: in.Event, Title: in.Title,
			Description: in.Description, ContentType: in.ContentType, Method: in.Method, Scheme: in.Scheme, Secret: in.Secret,
		}
	}
	return out
}

type sampleInput struct {
	ID       string `path:"id" maxLength:"128"`
	Endpoint string `query:"endpoint" default:"inbox" maxLength:"64"`
	Seed     string `query:"seed" maxLength:"64" doc:"of an earlier preview"`
}

func (s *server) previewSample(ctx context.Context, in *sampleInput) (*struct{ Body SampleMessage }, error) {
	made, err := s.desk.MakeSample(desk.SampleOrder{ID: in.ID, Endpoint: in.Endpoint, Seed: in.Seed})
	return answer(ctx, s, made, err, func(m desk.SampleMade) SampleMessage {
		return SampleMessage{
			Method: m.Method, URL: m.URL, Headers: pairsOf(m.Headers), BodyBase64: base64.StdEncoding.EncodeToString(m.Body), Seed: m.Seed,
			Signing: SampleSigning{
				By: m.Signing.By, Scheme: m.Signing.Scheme, Text: m.Signing.Text,
				Secret: m.Signing.Secret, PublicKey: m.Signing.PublicKey, Headers: append([]string{}, m.Signing.Lines...),
			},
		}
	})
}

func (s *server) sendSample(ctx context.Context, in *struct{ Body SampleRequest }) (*struct{ Body SampleSent }, error) {
	o, err := s.sampleOrder(in.Body)
	if err != nil {
		return nil, s.problem(ctx, err)
	}
	all, err := s.desk.SendSamples(ctx, o, in.Body.Times)
	return answer(ctx, s, all, err, func(all []desk.SampleSent) SampleSent {
		last := all[len(all)-1]
		sent := SampleSent{Seq: last.Seq, Status: last.Status, Seqs: []int64{}}
		for _, one := range all {
			sent.Seqs = append(sent.Seqs, one.Seq)
		}
		return sent
	})
}

func (s *server) sampleOrder(in SampleRequest) (desk.SampleOrder, error) {
	o := desk.SampleOrder{ID: in.ID, Endpoint: in.Endpoint, Seed: in.Seed, Unsigned: in.Unsigned}
	if o.ID == "" {
		var err error
		if o.ID, err = s.desk.SampleID(in.Provider, in.Event); err != nil {
			return o, err
		}
	}
	if in.Headers != nil {
		o.Headers = headersOf(*in.Headers)
	}
	switch {
	case in.Body != nil && in.BodyBase64 != nil:
		return o, &hook.Fault{Kind: hook.Invalid, Field: "body", Text: "send sample: give the body as text or as base64, not both"}
	case in.Body != nil:
		o.Body = []byte(*in.Body)
	case in.BodyBase64 != nil:
		body, err := base64.StdEncoding.DecodeString(*in.BodyBase64)
		if err != nil {
			return o, &hook.Fault{Kind: hook.Invalid, Field: "bodyBase64", Text: "send sample: the body is not base64", Err: err}
		}
		o.Body = body
	}
	for _, f := range in.Set {
		o.Set = append(o.Set, desk.SampleField(f))
	}
	return o, nil
}
