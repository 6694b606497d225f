package filter

import (
	"strings"
	"unicode"
)

// String returns the filter in its plainest spelling. Parse(e.String()) means
// the same as e, and its String is the same text; it can only fail when the
// plain spelling is longer than MaxSource (times and sizes are spelled out).
func (e *Expr) String() string {
	if e == nil || e.Root == nil {
		return ""
	}
	var b strings.Builder
	write(&b, e.Root, false)
	return b.String()
}

// write adds n; tight says that only a single term may stand here.
func write(b *strings.Builder, n Node, tight bool) {
	switch n := n.(type) {
	case And:
		writeAll(b, n.Terms, " ", tight)
	case Or:
		writeAll(b, n.Terms, " OR ", tight)
	case Not:
		b.WriteByte('-')
		write(b, n.Term, true)
	case Word:
		b.WriteString(wordText(n.Text))
	case Field:
		b.WriteString(n.text())
	}
}

func writeAll(b *strings.Builder, terms []Node, glue string, tight bool) {
	if tight {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	for i, t := range terms {
		if i > 0 {
			b.WriteString(glue)
		}
		_, or := t.(Or)
		write(b, t, or)
	}
}

// name is the field with its key, as it is typed.
func (f Field) name() string {
	switch {
	case f.Key == "":
		return f.Name
	case f.Name == "body" && f.Key[0] == '[':
		return f.Name + f.Key
	}
	return f.Name + "." + f.Key
}

func sign(op Op) string {
	return map[Op]string{Greater: ">", AtLeast: ">=", Less: "<", AtMost: "<="}[op]
}

// text spells a field out.
func (f Field) text() string {
	name := f.name()
	switch {
	case f.Name == "age" && f.Op == Range:
		return name + ":" + spanText(f.Lo) + ".." + spanText(f.Hi)
	case f.Name == "age":
		return name + ":" + sign(f.Op) + spanText(f.Value)
	case f.Name == "body" && f.Key != "" && f.Op == Equal && looksNumeric(f.Value):
		return name + ":" + quote(f.Value)
	}
	switch f.Op {
	case Range:
		return name + ":" + f.Lo + ".." + f.Hi
	case Regexp:
		return name + ":/" + slashed(f.Value) + "/"
	case Greater, AtLeast, Less, AtMost:
		if f.Name == "after" || f.Name == "before" {
			return name + ":" + f.Value
		}
		return name + ":" + sign(f.Op) + f.Value
	case Glob, Flag, Number:
		return name + ":" + f.Value
	}
	// Only on path can plain text begin with a slash, and not end with one too:
	// else it would be read as a regexp.
	if strings.HasPrefix(f.Value, "/") && (f.Name != "path" || strings.HasSuffix(f.Value, "/")) {
		return name + ":" + quote(f.Value)
	}
	return name + ":" + valueText(f.Value)
}

// slashed escapes the slashes of a regexp that are not escaped.
func slashed(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			b.WriteByte(s[i])
			i++
		case s[i] == '/':
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func wordText(s string) string {
	// A path into JSON may hold quotes, and with what follows the word would
	// pass for one.
	path := len(s) > 5 && strings.EqualFold(s[:4], "body") && strings.Contains(s, `"`)
	if path || s == "AND" || s == "OR" || s == "NOT" || s[0] == '-' || strings.Contains(s, ":") {
		return quote(s)
	}
	return bareOr(s)
}

func valueText(s string) string {
	if s == "" || strings.Contains(s, "*") || s[0] == '<' || s[0] == '>' {
		return quote(s)
	}
	return bareOr(s)
}

func bareOr(s string) string {
	if s[0] == '"' || strings.ContainsFunc(s, func(r rune) bool { return delimits(r) || unicode.IsControl(r) }) {
		return quote(s)
	}
	return s
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// ValueText spells a text as a value, quoted where it must be.
func ValueText(s string) string {
	if strings.HasPrefix(s, "/") || strings.Contains(s, "..") {
		return quote(s)
	}
	return valueText(s)
}
