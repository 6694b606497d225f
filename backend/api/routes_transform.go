package api

import (
	"context"
	"encoding/base64"

	"creel/backend/desk"
	"creel/backend/hook"

	"github.com/danielgtaylor/huma/v2"
)

// TransformTrial asks what a transform would make of a request.
type TransformTrial struct {
	Source  string `json:"source" maxLength:"65536" doc:"JavaScript: function transform(request) { return request }"`
	Request int64  `json:"request" minimum:"1" doc:"seq of the request it gets"`
	Target  string `json:"target,omitempty" maxLength:"64" doc:"name of the target it is for"`

	URL       *string `json:"url,omitempty" maxLength:"8192" doc:"in place of the target's, as pathMode, path and dropQuery"`
	PathMode  *string `json:"pathMode,omitempty" enum:"append,exact,template"`
	Path      *string `json:"path,omitempty" maxLength:"4096"`
	DropQuery *bool   `json:"dropQuery,omitempty"`
}

// TransformTried is what a transform made. Nothing was sent.
type TransformTried struct {
	Given   TransformMessage   `json:"given" doc:"what it got, with the URL it would be sent to"`
	Results []TransformMessage `json:"results" doc:"what would be sent; header rules, Host, Content-Length and Creel-Delivery are made after that"`
	Dropped bool               `json:"dropped" doc:"it ran, and wants nothing sent"`
	Logs    []string           `json:"logs" doc:"what console.log got"`
	Error   *TransformError    `json:"error,omitempty"`
	Ms      float64            `json:"ms" doc:"how long it ran"`
}

// TransformMessage is one request.
type TransformMessage struct {
	Method     string      `json:"method"`
	URL        string      `json:"url"`
	Headers    [][2]string `json:"headers" doc:"in the order of the wire"`
	BodyBase64 string      `json:"bodyBase64"`
}

// TransformError is why a transform failed.
type TransformError struct {
	Text   string `json:"text"`
	Line   int    `json:"line,omitempty" doc:"in the source, from 1; absent when it has no place there"`
	Column int    `json:"column,omitempty" doc:"from 1, in UTF-16 units"`
}

func (s *server) transformRoutes(api huma.API) {
	huma.Register(api, op("try-transform", "POST", "/transforms/try", "Run a transform on a kept request and send nothing"), s.tryTransform)
}

func (s *server) tryTransform(ctx context.Context, in *struct{ Body TransformTrial }) (*struct{ Body TransformTried }, error) {
	trial := desk.Trial{Source: in.Body.Source, Request: in.Body.Request}
	if in.Body.Target != "" {
		t, ok := s.desk.Target(in.Body.Target)
		if !ok {
			return nil, s.problem(ctx, &hook.Fault{Kind: hook.NotFound, Field: "target", Text: "there is no target named " + in.Body.Target})
		}
		trial.Target = t
	}
	set(&trial.Target.URL, in.Body.URL)
	set(&trial.Target.PathMode, in.Body.PathMode)
	set(&trial.Target.Path, in.Body.Path)
	set(&trial.Target.DropQuery, in.Body.DropQuery)
	tried, err := s.desk.TryTransform(ctx, trial)
	return answer(ctx, s, tried, err, triedOf)
}

func triedOf(t desk.Tried) TransformTried {
	out := TransformTried{
		Given:   transformMessageOf(t.Given),
		Results: make([]TransformMessage, len(t.Results)), Dropped: t.Err == nil && len(t.Results) == 0,
		Logs: t.Logs, Ms: t.TookMs,
	}
	if out.Logs == nil {
		out.Logs = []string{}
	}
	for i, m := range t.Results {
		out.Results[i] = transformMessageOf(m)
	}
	if t.Err != nil {
		out.Error = &TransformError{Text: t.Err.Text, Line: t.Err.Line, Column: t.Err.Column}
	}
	return out
}

func transformMessageOf(m hook.Draft) TransformMessage {
	return TransformMessage{
		Method: m.Method, URL: m.URL, Headers: pairsOf(m.Headers), BodyBase64: base64.StdEncoding.EncodeToString(m.Body),
	}
}
