package sample_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"creel/backend/sample"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The lines and keys of every sample, so that a change of one is meant.
func TestStructure(t *testing.T) {
	var b strings.Builder
	for _, info := range sample.All() {
		m := build(t, info.ID, 1)
		fmt.Fprintf(&b, "%s: %s %s, signed by %q\n", info.ID, m.Method, info.ContentType, info.Scheme)
		for _, h := range m.Headers {
			fmt.Fprintf(&b, "  > %s\n", h.Name)
		}
		for _, l := range structure(t, info.ContentType, m.Body) {
			fmt.Fprintf(&b, "  %s\n", l)
		}
		b.WriteString("\n")
	}
	const file = "testdata/structure.txt"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.ReplaceAll(string(want), "\r\n", "\n"), b.String()); diff != "" {
		t.Errorf("samples changed (go test ./backend/sample -update accepts it):\n%s", diff)
	}
}

func structure(t *testing.T, contentType string, body []byte) []string {
	t.Helper()
	switch contentType {
	case "application/json":
		var v any
		if err := json.Unmarshal(body, &v); err != nil {
			t.Fatal(err)
		}
		return paths("", v)
	case "application/x-www-form-urlencoded":
		v, err := url.ParseQuery(string(body))
		if err != nil {
			t.Fatal(err)
		}
		return slices.Sorted(maps.Keys(v))
	}
	return nil // no keys; its own test reads it
}

// paths lists the leaves of a JSON value with their types; elements of a list
// share one path.
func paths(at string, v any) []string {
	var all []string
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			all = append(all, paths(at+"."+k, e)...)
		}
	case []any:
		for _, e := range v {
			all = append(all, paths(at+"[]", e)...)
		}
	}
	if len(all) == 0 {
		return []string{strings.TrimPrefix(at, ".") + " " + kind(v)}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func kind(v any) string {
	switch v.(type) {
	case map[string]any:
		return "{}"
	case []any:
		return "[]"
	case string:
		return "text"
	case float64:
		return "number"
	case bool:
		return "bool"
	}
	return "null"
}
