package store

import (
	"fmt"
	"strings"

	"creel/backend/filter"
)

// planJSON plans a field that is compared with a value in JSON: the names on
// the way and the text of the value stand in the body, or the body has escapes
// that could spell them.
func planJSON(f filter.Field) *plan {
	all := &plan{}
	escapes := map[string]bool{}
	for _, text := range f.JSONTexts() {
		for run := range strings.FieldsFuncSeq(text, func(r rune) bool { return !plainInJSON(r) }) {
			if p := planText(run); p != nil {
				all.all = append(all.all, p)
				for _, r := range strings.ToLower(run) {
					addEscapes(escapes, r)
				}
			}
		}
	}
	if len(all.all) == 0 {
		return nil
	}
	ways := []*plan{all}
	for e := range escapes {
		p := planText(e)
		if p == nil {
			return nil
		}
		ways = append(ways, p)
	}
	return &plan{any: ways}
}

// plainInJSON is about characters that nobody escapes, though anybody may.
func plainInJSON(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_'
}

// addEscapes adds what could stand for a lower-case letter, a digit or _ in
// either case. For letters it is the beginning of an escape, as they are not
// escaped in practice; among the neighbours of digits are < and >, which are.
func addEscapes(to map[string]bool, r rune) {
	switch {
	case '0' <= r && r <= '9':
		to[fmt.Sprintf(`\u%04x`, r)] = true
	case r == '_':
		to[`\u005`] = true
	default:
		to[fmt.Sprintf(`\u%03x`, r>>4)] = true
		to[fmt.Sprintf(`\u%03x`, (r-'a'+'A')>>4)] = true
	}
	switch r { // what else folds to ASCII
	case 's':
		to[`\u017f`] = true
	case 'k':
		to[`\u212a`] = true
	}
}
