package store

import (
	"strings"

	"creel/backend/filter"
)

// planJSON plans a field that is compared with a value in JSON: the names on
// the way and the text of the value stand in the body, or the body has escapes
// that could spell them. ASCII is \u00.., and of what else folds to ASCII the
// long s is \u017f and the Kelvin sign \u212a.
func planJSON(f filter.Field) *plan {
	var escapes []*plan
	for _, e := range []string{`\u00`, `\u01`, `\u21`} {
		p := planText(e)
		if p == nil {
			return nil
		}
		escapes = append(escapes, p)
	}
	all := &plan{}
	for _, text := range f.JSONTexts() {
		for run := range strings.FieldsFuncSeq(text, mayBeEscaped) {
			if p := planText(run); p != nil {
				all.all = append(all.all, p)
			}
		}
	}
	if len(all.all) == 0 {
		return nil
	}
	return &plan{any: append(escapes, all)}
}

// mayBeEscaped is about characters that JSON writes in more ways than one
// without \u00.., or that are not ASCII.
func mayBeEscaped(r rune) bool {
	return r < ' ' || r > '~' || r == '"' || r == '\\' || r == '/'
}
