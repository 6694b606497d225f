package api

import (
	"context"
	"unicode/utf16"

	"creel/backend/desk"
	"creel/backend/hook"

	"github.com/danielgtaylor/huma/v2"
)

func (s *server) filterRoutes(api huma.API) {
	huma.Register(api, op("count-requests", "GET", "/requests/count", "Count what matches, a step at a time"),
		func(ctx context.Context, in *struct {
			Filter string `query:"filter" maxLength:"4096"`
			Before int64  `query:"before" minimum:"0" doc:"the next of the step before; 0 begins"`
		}) (*struct{ Body Count }, error) {
			c, err := s.desk.Count(ctx, in.Filter, in.Before)
			return answer(ctx, s, c, err, countOf)
		})
	huma.Register(api, op("check-filter", "GET", "/filter/check", "What a filter means, or what is wrong with it"),
		func(_ context.Context, in *struct {
			Filter string `query:"filter" maxLength:"8192"`
		}) (*struct{ Body FilterCheck }, error) {
			return &struct{ Body FilterCheck }{checkOf(s.desk.Check(in.Filter))}, nil
		})
	huma.Register(api, op("complete-filter", "GET", "/filter/complete", "What could come at the cursor of a filter"),
		func(ctx context.Context, in *struct {
			Filter string `query:"filter" maxLength:"8192"`
			Cursor int    `query:"cursor" minimum:"0" doc:"in UTF-16 units, from 0"`
		}) (*struct{ Body FilterCompletion }, error) {
			c, err := s.desk.Complete(ctx, in.Filter, runesIn(in.Filter, in.Cursor))
			return answer(ctx, s, c, err, func(c desk.Completion) FilterCompletion { return completionOf(in.Filter, c) })
		})
	huma.Register(api, op("list-values", "GET", "/filter/values", "Texts that a field has in the history, the most frequent first"),
		func(ctx context.Context, in *struct {
			Field  string `query:"field" required:"true" enum:"event,provider,method,status,endpoint,tag,target,header"`
			Prefix string `query:"prefix" maxLength:"1000"`
			Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
		}) (*struct{ Body []Value }, error) {
			vs, err := s.desk.Values(ctx, in.Field, in.Prefix, in.Limit)
			return answer(ctx, s, vs, err, valuesOf)
		})
	huma.Register(api, op("list-filters", "GET", "/filters", "Saved filters, in the person's order"),
		func(ctx context.Context, _ *struct{}) (*struct{ Body []SavedFilter }, error) {
			fs, err := s.desk.Filters(ctx)
			return answer(ctx, s, fs, err, savedFiltersOf)
		})
	huma.Register(api, op("put-filters", "PUT", "/filters", "Replace all saved filters, and so their order"),
		func(ctx context.Context, in *struct{ Body []SavedFilter }) (*struct{ Body []SavedFilter }, error) {
			fs := make([]desk.SavedFilter, len(in.Body))
			for i, f := range in.Body {
				fs[i] = desk.SavedFilter(f)
			}
			fs, err := s.desk.PutFilters(ctx, fs)
			return answer(ctx, s, fs, err, savedFiltersOf)
		})
}

func savedFiltersOf(fs []desk.SavedFilter) []SavedFilter {
	out := make([]SavedFilter, len(fs))
	for i, f := range fs {
		out[i] = SavedFilter(f)
	}
	return out
}

func countOf(c hook.Count) Count {
	out := Count{Counted: c.Counted, Scanned: c.Scanned, Of: c.Of, Done: c.Next == 0}
	if c.Next > 0 {
		out.Next = &c.Next
	}
	return out
}

func valuesOf(vs []hook.Value) []Value {
	out := make([]Value, len(vs))
	for i, v := range vs {
		out[i] = Value{Text: text(v.Text), Count: v.Count}
	}
	return out
}

func checkOf(c desk.Checked) FilterCheck {
	out := FilterCheck{OK: c.Fault == nil, Plain: c.Plain, Slow: c.Slow, Marks: make([]FilterMark, len(c.Marks))}
	for i, m := range c.Marks {
		out.Marks[i] = FilterMark(m)
	}
	if c.Fault != nil {
		out.Error = &FilterError{Column: c.Fault.Column, Text: c.Fault.Text}
	}
	return out
}

func completionOf(src string, c desk.Completion) FilterCompletion {
	out := FilterCompletion{From: unitsIn(src, c.From), To: unitsIn(src, c.To), Offers: make([]FilterOffer, len(c.Offers))}
	for i, o := range c.Offers {
		out.Offers[i] = FilterOffer{Text: text(o.Text), Doc: o.Doc, Count: o.Count}
	}
	return out
}

// runesIn is how many runes the first units of UTF-16 are.
func runesIn(s string, units int) (n int) {
	for _, r := range s {
		if units -= utf16.RuneLen(r); units < 0 {
			break
		}
		n++
	}
	return n
}

// unitsIn is how many units of UTF-16 the first runes are.
func unitsIn(s string, runes int) (n int) {
	for _, r := range s {
		if runes--; runes < 0 {
			break
		}
		n += utf16.RuneLen(r)
	}
	return n
}
