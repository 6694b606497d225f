package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"creel/backend/filter"
	"creel/backend/hook"
)

const (
	// MaxFilters is how many filters can be saved.
	MaxFilters     = 100
	maxFilterName  = 100 // characters
	savedFiltersID = "filters"
)

// SavedFilter is a filter that a person gave a name.
type SavedFilter struct {
	Name   string `json:"name"`
	Filter string `json:"filter"`
}

// Filters returns the saved filters in the person's order. One that an earlier
// version of the language took is returned even if it no longer parses.
func (d *Desk) Filters(ctx context.Context) ([]SavedFilter, error) {
	text, err := d.store.Value(ctx, savedFiltersID)
	if err != nil || text == "" {
		return []SavedFilter{}, err
	}
	var fs []SavedFilter
	if err := json.Unmarshal([]byte(text), &fs); err != nil {
		return nil, fmt.Errorf("read saved filters: %w", err)
	}
	return fs, nil
}

// PutFilters replaces all saved filters and returns them as they are kept. It
// is hook.Invalid when one has no name or cannot be parsed, or when there are
// too many, and hook.Conflict when two have one name but for case.
func (d *Desk) PutFilters(ctx context.Context, fs []SavedFilter) ([]SavedFilter, error) {
	out := make([]SavedFilter, 0, len(fs))
	names := map[string]bool{}
	if len(fs) > MaxFilters {
		return nil, fieldFault(hook.Invalid, "filters", "%d filters: at most %d can be saved; delete one first", len(fs), MaxFilters)
	}
	for _, f := range fs {
		f.Name, f.Filter = strings.TrimSpace(f.Name), strings.TrimSpace(f.Filter)
		folded := filter.Fold(f.Name)
		switch {
		case f.Name == "":
			return nil, fieldFault(hook.Invalid, "name", "give the filter a name")
		case utf8.RuneCountInString(f.Name) > maxFilterName:
			return nil, fieldFault(hook.Invalid, "name", "use at most %d characters for a filter's name", maxFilterName)
		case !hook.IsLineSafe(f.Name):
			return nil, fieldFault(hook.Invalid, "name", "use no line breaks in a filter's name")
		case names[folded]:
			return nil, fieldFault(hook.Conflict, "name", "there is a filter named %q already; choose another name", f.Name)
		case f.Filter == "":
			return nil, fieldFault(hook.Invalid, "filter", "filter %q is empty: it would mean every request", f.Name)
		}
		if _, err := filter.Parse(f.Filter); err != nil {
			return nil, err
		}
		names[folded] = true
		out = append(out, f)
	}
	text, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("save filters: %w", err)
	}
	return out, d.store.PutShown(ctx, savedFiltersID, string(text))
}
