package sample_test

import (
	"encoding/json"
	"errors"
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

// The lines and the keys, three deep, of every sample, a file for each
// provider, so that a change of one is meant.
func TestStructure(t *testing.T) {
	texts := map[string]string{}
	for _, info := range sample.All() {
		m := build(t, info.ID, 1)
		var b strings.Builder
		fmt.Fprintf(&b, "%s: %s %s, signed by %q\n", info.ID, m.Method, info.ContentType, info.Scheme)
		for _, h := range m.Headers {
			fmt.Fprintf(&b, "  > %s\n", h.Name)
		}
		for _, l := range structure(t, info.ContentType, m.Body) {
			fmt.Fprintf(&b, "  %s\n", l)
		}
		texts[info.Provider] += b.String() + "\n"
	}
	if *update {
		if err := errors.Join(os.RemoveAll("testdata/structure"), os.MkdirAll("testdata/structure", 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	for _, provider := range slices.Sorted(maps.Keys(texts)) {
		file, got := "testdata/structure/"+provider+".txt", texts[provider]
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.ReplaceAll(string(want), "\r\n", "\n"), got); diff != "" {
			t.Errorf("samples of %s changed (go test ./backend/sample -update accepts it):\n%s", provider, diff)
		}
	}
	if files, err := os.ReadDir("testdata/structure"); err != nil || len(files) != len(texts) {
		t.Errorf("%d files for %d providers: %v", len(files), len(texts), err)
	}
}

func structure(t *testing.T, contentType string, body []byte) []string {
	t.Helper()
	switch contentType {
	case "application/json", "application/cloudevents+json", "text/plain":
		var v any
		if err := json.Unmarshal(body, &v); err != nil {
			t.Fatal(err)
		}
		return paths("", v, 3)
	case "application/x-www-form-urlencoded":
		v, err := url.ParseQuery(string(body))
		if err != nil {
			t.Fatal(err)
		}
		return slices.Sorted(maps.Keys(v))
	}
	return nil // no keys; its own test reads it
}

// paths lists the leaves of a JSON value with their types, and what lies deeper
// as {}; elements of a list share one path.
func paths(at string, v any, deep int) []string {
	var all []string
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			if deep > 0 {
				all = append(all, paths(at+"."+k, e, deep-1)...)
			}
		}
	case []any:
		for _, e := range v {
			all = append(all, paths(at+"[]", e, deep)...)
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
