package desk

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"creel/backend/filter"
	"creel/backend/hook"
)

// List returns the requests that match a filter text, newest first.
func (d *Desk) List(ctx context.Context, src string, cur hook.Cursor) (hook.Page, error) {
	expr, err := filter.Parse(src)
	if err != nil {
		return hook.Page{}, err
	}
	return d.store.List(ctx, expr, cur)
}

// Row returns one request's row.
func (d *Desk) Row(ctx context.Context, seq int64) (hook.Row, error) { return d.store.Row(ctx, seq) }

// Raw returns the exact bytes of one request.
func (d *Desk) Raw(ctx context.Context, seq int64) (hook.Raw, error) { return d.store.Raw(ctx, seq) }

// Body returns one request's body, with its content encodings undone within
// bounds when decoded is set.
func (d *Desk) Body(ctx context.Context, seq int64, decoded bool) ([]byte, error) {
	raw, err := d.store.Raw(ctx, seq)
	if err != nil || !decoded {
		return raw.Body, err
	}
	_, headers := hook.ParseHead(raw.Head)
	return Decode(raw.Body, headers)
}

// Mark changes what the person added to one request and returns its row.
func (d *Desk) Mark(ctx context.Context, seq int64, p hook.MarksPatch) (hook.Row, error) {
	if p.Tags != nil {
		tags, err := cleanTags(*p.Tags)
		if err != nil {
			return hook.Row{}, err
		}
		p.Tags = &tags
	}
	n, err := d.store.Mark(ctx, []int64{seq}, p)
	if err != nil {
		return hook.Row{}, err
	}
	if n == 0 {
		return hook.Row{}, gone(seq)
	}
	return d.store.Row(ctx, seq)
}

// MarkAll changes the marks of all requests that match; it returns how many.
// Notes and tags are not given to many at once.
func (d *Desk) MarkAll(ctx context.Context, src string, p hook.MarksPatch) (int64, error) {
	if p.Note != nil || p.Tags != nil {
		return 0, hook.Faultf(hook.Invalid, "mark many: only read and pinned can be set for many requests at once")
	}
	expr, err := filter.Parse(src)
	if err != nil {
		return 0, err
	}
	return d.store.MarkAll(ctx, expr, p)
}

// Trash deletes the requests that match, up to that seq (0 is all); Restore
// brings them back for a short while.
func (d *Desk) Trash(ctx context.Context, src string, upTo int64) (hook.Trash, error) {
	expr, err := filter.Parse(src)
	if err != nil {
		return hook.Trash{}, err
	}
	return d.store.Trash(ctx, expr, upTo)
}

// TrashOne deletes one request; Restore brings it back for a short while.
func (d *Desk) TrashOne(ctx context.Context, seq int64) (hook.Trash, error) {
	t, err := d.store.Trash(ctx, filter.Seq(seq), 0)
	if err == nil && t.Count == 0 {
		return t, gone(seq)
	}
	return t, err
}

// Restore brings a deleted batch back and returns how many requests it held.
func (d *Desk) Restore(ctx context.Context, trash int64) (int64, error) {
	return d.store.Restore(ctx, trash)
}

// Usage says what history holds.
func (d *Desk) Usage(ctx context.Context) (hook.Usage, error) { return d.store.Usage(ctx) }

// Health is nil, or why history cannot be written just now.
func (d *Desk) Health() error { return d.store.Health() }

func gone(seq int64) error {
	return hook.Faultf(hook.NotFound, "request %d is not kept: it was deleted, or never was", seq)
}

// cleanTags trims, lower-cases, sorts and removes doubles.
func cleanTags(tags []string) ([]string, error) {
	clean := []string{}
	for _, t := range tags {
		t = strings.ToLower(strings.TrimSpace(t))
		if t == "" {
			continue
		}
		if utf8.RuneCountInString(t) > 40 || strings.ContainsAny(t, " \t\r\n,\"") {
			f := hook.Faultf(hook.Invalid, "tag %q: a tag is one word of at most 40 letters, without commas or quotes", t)
			f.Field = "tags"
			return nil, f
		}
		clean = append(clean, t)
	}
	slices.Sort(clean)
	return slices.Compact(clean), nil
}
