package api

import (
	"context"
	"errors"
	"net/http"

	"creel/backend/hook"

	"github.com/danielgtaylor/huma/v2"
)

// huma takes these two from package variables only, so they are set once, as
// the program starts: every error at the door is a FaultProblem, and lists
// are never null.
func init() {
	huma.DefaultArrayNullable = false
	huma.NewError = func(status int, text string, errs ...error) huma.StatusError {
		p := &FaultProblem{
			ErrorModel: huma.ErrorModel{Title: http.StatusText(status), Status: status, Detail: text},
			Kind:       "internal",
		}
		if status < http.StatusInternalServerError {
			p.Kind = string(hook.Invalid)
		}
		for _, err := range errs {
			if err == nil {
				continue
			}
			if d, ok := err.(huma.ErrorDetailer); ok {
				p.Errors = append(p.Errors, d.ErrorDetail())
				continue
			}
			p.Errors = append(p.Errors, &huma.ErrorDetail{Message: err.Error()})
		}
		return p
	}
}

// FaultProblem is an error at the door: RFC 9457 problem details with the
// fault's kind and, for bad input, where it is.
type FaultProblem struct {
	huma.ErrorModel
	Kind   string `json:"kind" doc:"to compare: not-found, invalid, conflict, too-large, disk-full, unavailable, busy, internal"`
	Field  string `json:"field,omitempty" doc:"the input at fault"`
	Line   int    `json:"line,omitempty" doc:"where in a field of several lines, from 1"`
	Column int    `json:"column,omitempty" doc:"where in the field's text, from 1"`
}

// ContentType makes huma send application/problem+json.
func (p *FaultProblem) ContentType(string) string { return "application/problem+json" }

var statusOf = map[hook.FaultKind]int{
	hook.NotFound:    http.StatusNotFound,
	hook.Invalid:     http.StatusUnprocessableEntity,
	hook.Conflict:    http.StatusConflict,
	hook.Busy:        http.StatusConflict,
	hook.TooLarge:    http.StatusRequestEntityTooLarge,
	hook.DiskFull:    http.StatusInsufficientStorage,
	hook.Unavailable: http.StatusServiceUnavailable,
}

// problem turns an error of the desk into one for the door. What is no Fault
// is logged whole and told without detail.
func (s *server) problem(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	var f *hook.Fault
	switch {
	case errors.As(err, &f):
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		// Whoever asked hung up: a key was pressed, a page closed.
		f = &hook.Fault{Kind: hook.Unavailable, Text: "stopped, as it was no longer wanted"}
	default:
		s.log.ErrorContext(ctx, "door failed", "err", err)
		f = &hook.Fault{Kind: "internal", Text: "something failed inside Creel; its log has the detail"}
	}
	status := statusOf[f.Kind]
	if status == 0 {
		status = http.StatusInternalServerError
	}
	return &FaultProblem{
		ErrorModel: huma.ErrorModel{Title: http.StatusText(status), Status: status, Detail: f.Text},
		Kind:       string(f.Kind), Field: f.Field, Line: f.Line, Column: f.Column,
	}
}

// answer wraps what a use case returned.
func answer[In, Out any](ctx context.Context, s *server, in In, err error, shape func(In) Out) (*struct{ Body Out }, error) {
	if err != nil {
		return nil, s.problem(ctx, err)
	}
	return &struct{ Body Out }{shape(in)}, nil
}
