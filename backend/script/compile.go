package script

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/grafana/sobek"
	"github.com/grafana/sobek/ast"
	"github.com/grafana/sobek/file"
	"github.com/grafana/sobek/parser"
)

// sourceName tells the frames of the transform from those of the prelude.
const sourceName = "transform.js"

// unit is a compiled transform: a script that declares transform, or a module
// with a default export.
type unit struct {
	source string
	script *sobek.Program
	module *sobek.SourceTextModuleRecord
}

// exports tells a module from a script, whose parser knows no export.
var exports = regexp.MustCompile(`\bexport\b`)

func compile(source string) (unit, *Error) {
	u := unit{source: source}
	if len(source) > MaxSource {
		return u, &Error{Text: fmt.Sprintf("the source is longer than %d KiB; shorten it", MaxSource>>10)}
	}
	program, err := parse(source)
	switch {
	case err == nil:
		u.script, err = sobek.CompileAST(program, false)
	case exports.MatchString(source):
		err = u.compileModule()
	}
	if err != nil {
		return u, u.syntaxError(err)
	}
	return u, nil
}

func parse(source string, options ...parser.Option) (*ast.Program, error) {
	return parser.ParseFile(nil, sourceName, source, 0, append(options, parser.WithDisableSourceMaps)...)
}

func (u *unit) compileModule() error {
	program, err := parse(u.source, parser.IsModule)
	if err != nil {
		return err
	}
	if u.module, err = sobek.ModuleFromAST(program, noImports); err != nil {
		return err
	}
	if err := u.module.Link(); err != nil {
		return err
	}
	found := false
	u.module.GetExportedNames(func(names []string) { found = slices.Contains(names, "default") })
	if !found {
		return errMissing
	}
	return nil
}

var errMissing = errors.New("there is no function transform; write function transform(request) { return request }")

func noImports(_ any, name string) (sobek.ModuleRecord, error) {
	return nil, fmt.Errorf("import %q: a transform is one file and can import nothing", clip(name, 80))
}

// syntaxError reads what sobek says of a source.
func (u *unit) syntaxError(err error) *Error {
	var list parser.ErrorList
	var one *parser.Error
	var compiled *sobek.CompilerSyntaxError
	switch {
	case errors.As(err, &list) && len(list) > 0:
		return u.at("SyntaxError: "+list[0].Message, list[0].Position)
	case errors.As(err, &one):
		return u.at("SyntaxError: "+one.Message, one.Position)
	case errors.As(err, &compiled):
		place := file.Position{}
		if compiled.File != nil {
			place = compiled.File.Position(compiled.Offset)
		}
		return u.at("SyntaxError: "+compiled.Message, place)
	}
	return &Error{Text: clip(err.Error(), maxErrorText)}
}

// at makes an Error with a place. Columns come as bytes and are given as
// UTF-16 units, as editors count.
func (u *unit) at(text string, p file.Position) *Error {
	e := &Error{Text: clip(text, maxErrorText)}
	if p.Line < 1 {
		return e
	}
	e.Line, e.Column = p.Line, max(p.Column, 1)
	lines := strings.Split(u.source, "\n")
	if p.Line <= len(lines) {
		before := lines[p.Line-1]
		before = before[:min(e.Column-1, len(before))]
		e.Column = len(utf16.Encode([]rune(before))) + 1
	}
	return e
}

const maxErrorText = 1000

// clip shortens text to about most bytes, at a rune's end.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
