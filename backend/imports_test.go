// Package backend_test holds the arrows of the architecture: who may import
// whom. The map is in ARCHITECTURE.md.
package backend_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// arrows lists, for each room, the rooms that its code may import. A room that
// is missing here may import none and fails the test until it has a line.
var arrows = map[string][]string{
	"hook":    {},
	"filter":  {"hook", "unpack"},
	"unpack":  {"hook"},
	"compare": {"hook"},
	"sign":    {"hook"},
	"sample":  {"hook"},
	"script":  {"hook"},
	"sandbox": {"hook", "script"},
	"convert": {"hook"},
	"catch":   {"hook", "filter", "sign", "script"},
	"store":   {"hook", "filter", "sign", "script", "failpoint"},
	"forward": {"hook", "filter", "sign", "script", "failpoint"},
	"act":     {"hook", "filter", "sign", "script"},
	"secret":  {"hook"},
	"reply":   {"hook", "filter"},
	"desk":    {"hook", "filter", "compare", "sign", "sample", "script", "convert", "unpack", "reply", "failpoint"},
	"api":     {"desk", "hook"},
	"cli":     {"desk", "hook"},
	"folder":  {"hook"},
	"trust":   {"hook"},
	"window":  {},
	// failpoint compiles to nothing but in the builds of fault tests; trial is
	// those tests.
	"failpoint": {},
	"trial":     {},
	// testkit builds real things for tests, and only tests import it.
	"testkit": {"hook", "filter", "store", "desk", "forward", "sample", "catch", "api", "secret", "sandbox"},
}

// owners lists the only places that may import an outside module, by path
// prefix. "app.go" and "main.go" are files at the root.
var owners = map[string][]string{
	"github.com/wailsapp/":         {"app.go"},
	"modernc.org/":                 {"store"},
	"github.com/gorilla/websocket": {"api"},
	"github.com/danielgtaylor/":    {"api"},
	"github.com/spf13/cobra":       {"cli", "main.go"},
	"github.com/gofrs/flock":       {"folder"},
	"github.com/zalando/":          {"secret"},
	"github.com/godbus/":           {"secret"},
	"github.com/grafana/sobek":     {"script"},
	"golang.org/x/net/":            {"catch"},
}

// pure are the rooms without I/O: they compute and nothing else.
var pure = []string{"hook", "filter", "unpack", "compare", "sign", "script", "convert", "reply"}

// outside are standard packages that reach the machine.
var outside = []string{"net", "net/http", "os", "os/exec", "os/signal", "syscall", "database/sql", "log", "log/slog"}

// source is one Go file and what it imports.
type source struct {
	path    string // from the module's root, with slashes
	room    string // "hook", or the file's name at the root, or "build"
	test    bool
	imports []string
}

// sources reads the imports of every Go file of the module.
func sources(t *testing.T) []source {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	var all []source
	add := func(file string) {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		from, err := filepath.Rel(root, file)
		if err != nil {
			t.Fatal(err)
		}
		s := source{path: filepath.ToSlash(from), test: strings.HasSuffix(file, "_test.go")}
		parts := strings.Split(s.path, "/")
		s.room = parts[0]
		if parts[0] == "backend" && len(parts) > 2 {
			s.room = parts[1]
		}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			s.imports = append(s.imports, imported)
		}
		all = append(all, s)
	}
	top, err := filepath.Glob(filepath.Join(root, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range top {
		add(file)
	}
	for _, dir := range []string{"backend", "build"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(file string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.HasSuffix(file, ".go") {
				add(file)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// own returns the room of an import of ours, such as "hook" for
// "creel/backend/hook".
func own(imported string) (room string, ok bool) {
	rest, ok := strings.CutPrefix(imported, "creel/backend/")
	room, _, _ = strings.Cut(rest, "/")
	return room, ok
}

func TestRoomsImportOnlyWhatTheMapAllows(t *testing.T) {
	for _, s := range sources(t) {
		allowed, known := arrows[s.room]
		inBackend := strings.HasPrefix(s.path, "backend/") && s.path != "backend/imports_test.go"
		if inBackend && !known {
			t.Errorf("%s: the room %q has no line in arrows", s.path, s.room)
			continue
		}
		if s.room == "app.go" {
			allowed, known = []string{"api", "window"}, true
		}
		for _, imported := range s.imports {
			room, ours := own(imported)
			if !ours || room == s.room || (s.test && room == "testkit") {
				continue
			}
			if known && !slices.Contains(allowed, room) && !s.test {
				t.Errorf("%s imports %s: %s may import only %v", s.path, imported, s.room, allowed)
			}
			if room == "testkit" {
				t.Errorf("%s imports testkit, which is for tests", s.path)
			}
		}
	}
}

// Tests may reach further than the code they test, but the rooms that must not
// know each other are strangers in tests too.
func TestStrangersStayStrangersInTests(t *testing.T) {
	strangers := []string{"catch", "store", "forward", "act", "secret"}
	for _, s := range sources(t) {
		if !s.test || !slices.Contains(strangers, s.room) {
			continue
		}
		for _, imported := range s.imports {
			if room, ours := own(imported); ours && room != s.room && slices.Contains(strangers, room) {
				t.Errorf("%s imports %s: the two are strangers", s.path, imported)
			}
		}
	}
}

func TestOutsideModulesHaveOneOwner(t *testing.T) {
	for _, s := range sources(t) {
		for _, imported := range s.imports {
			for prefix, rooms := range owners {
				if strings.HasPrefix(imported, prefix) && !slices.Contains(rooms, s.room) && !s.test {
					t.Errorf("%s imports %s, which belongs to %v", s.path, imported, rooms)
				}
			}
		}
	}
}

func TestPureRoomsDoNoIO(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || !slices.Contains(pure, s.room) {
			continue
		}
		for _, imported := range s.imports {
			if slices.Contains(outside, imported) {
				t.Errorf("%s imports %s, but %s does no I/O", s.path, imported, s.room)
			}
		}
	}
}

func TestTheGroundUsesTheStandardLibraryOnly(t *testing.T) {
	for _, s := range sources(t) {
		if s.room != "hook" || s.test {
			continue
		}
		for _, imported := range s.imports {
			if first, _, _ := strings.Cut(imported, "/"); strings.Contains(first, ".") || first == "creel" {
				t.Errorf("%s imports %s", s.path, imported)
			}
		}
	}
}

// A guard that reads nothing guards nothing.
func TestTheGuardSeesTheModule(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range sources(t) {
		seen[s.room] = true
	}
	for _, room := range []string{"app.go", "hook", "desk"} {
		if !seen[room] {
			t.Errorf("no source of %s was read", room)
		}
	}
}
