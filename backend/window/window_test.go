package window_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"creel/backend/window"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestPlaceSurvivesARestart(t *testing.T) {
	values := map[string]string{}
	get := func(key string) (string, error) { return values[key], nil }
	put := func(key, value string) error { values[key] = value; return nil }
	was := window.Place{X: 40, Y: 12, W: 1400, H: 900, Maximised: true, Dark: true}
	if err := was.Keep(put); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(was, window.Recall(get)); d != "" {
		t.Error(d)
	}
}

func TestUnreadablePlaceIsAFreshWindow(t *testing.T) {
	for name, get := range map[string]func(string) (string, error){
		"missing": func(string) (string, error) { return "", nil },
		"broken":  func(string) (string, error) { return `{"w":"wide"}`, nil },
		"failing": func(string) (string, error) { return "", errors.New("no database") },
	} {
		p := window.Recall(get)
		if p.Placed() || p.W != 1280 || p.H != 820 {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

// A window remembered on a screen that is gone must not open out of reach.
func TestWithinKeepsTheWindowOnTheScreen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		any := rapid.IntRange(-5000, 9000)
		p := window.Place{X: any.Draw(t, "x"), Y: any.Draw(t, "y"), W: any.Draw(t, "w"), H: any.Draw(t, "h")}
		width, height := rapid.IntRange(window.MinWidth, 8000).Draw(t, "width"), rapid.IntRange(window.MinHeight, 5000).Draw(t, "height")
		got := p.Within(width, height)
		if got.X < 0 || got.Y < 0 || got.X+got.W > width || got.Y+got.H > height {
			t.Fatalf("%+v is not within %d×%d", got, width, height)
		}
		if got.W < window.MinWidth || got.H < window.MinHeight {
			t.Fatalf("%+v is too small to use", got)
		}
		if again := got.Within(width, height); again != got {
			t.Fatalf("moved twice: %+v, then %+v", got, again)
		}
	})
}

func TestOnlyWebLinksAreOpened(t *testing.T) {
	for _, bad := range []string{
		"", "javascript:alert(1)", "file:///etc/passwd", "http:", "https:///x", "smb://host/share",
		"//host/x", "/usr/bin/true", "-a", "ms-settings:", "http://a b/",
	} {
		if command, err := window.Opener("linux", bad); err == nil {
			t.Errorf("%q would be opened by %q", bad, command)
		}
	}
}

func TestHonestLinksReachTheBrowserWhole(t *testing.T) {
	link := "https://en.wikipedia.org/wiki/Hook_(disambiguation)?a=1&b=~x!*;$#[1]"
	for goos, first := range map[string]string{"linux": "xdg-open", "darwin": "open", "windows": "rundll32"} {
		command, err := window.Opener(goos, link)
		if err != nil {
			t.Fatal(err)
		}
		if command[0] != first || command[len(command)-1] != "https://en.wikipedia.org/wiki/Hook_(disambiguation)?a=1&b=~x!*;$#[1]" {
			t.Errorf("%s: %q", goos, command)
		}
	}
}

func TestSaveWritesTheDoorsBytesForThisPersonOnly(t *testing.T) {
	body := strings.Repeat("caught\x00\r\n", 1000)
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer secret" || r.URL.RequestURI() != "/api/v1/requests/7/body?decoded=true" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_, _ = io.WriteString(w, body)
	}))
	defer door.Close()
	to := filepath.Join(t.TempDir(), "body.bin")
	if err := os.WriteFile(to, []byte("an older file"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := window.Save(t.Context(), door.URL, "secret", "/api/v1/requests/7/body?decoded=true", to); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(to)
	if err != nil || string(got) != body {
		t.Errorf("read %d bytes, %v", len(got), err)
	}
	if info, err := os.Stat(to); err != nil || (os.PathSeparator == '/' && info.Mode().Perm() != 0o600) {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// A page gone wrong must not send the token elsewhere nor leave half a file.
func TestSaveStaysWithTheDoor(t *testing.T) {
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/v1/short" {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "half")
			return
		}
		w.WriteHeader(http.StatusNotFound)
	}))
	defer door.Close()
	dir := t.TempDir()
	for _, doorPath := range []string{
		"", "/", "/healthz", "@evil.test/api/v1/x", ".evil.test/api/v1/", "http://evil.test/api/v1/x", "//evil.test/api/v1/x",
		"/api/v1/../../x", "/api/v1/requests/404", "/api/v1/short",
	} {
		if err := window.Save(t.Context(), door.URL, "secret", doorPath, filepath.Join(dir, "out")); err == nil {
			t.Errorf("%q was saved", doorPath)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestFileNameIsOnePathElement(t *testing.T) {
	for in, want := range map[string]string{
		"":                 "body",
		"..":               "body",
		"../../etc/passwd": "_.._etc_passwd",
		`C:\x.json`:        "C__x.json",
		"a\nb\x00.txt":     "a_b_.txt",
		"push 7.json":      "push 7.json",
		".bashrc":          "bashrc",
	} {
		if got := window.FileName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzFileName(f *testing.F) {
	f.Add("../x")
	f.Fuzz(func(t *testing.T, in string) {
		got := window.FileName(in)
		if got == "" || got == "." || got == ".." || filepath.Base(got) != got {
			t.Errorf("%q: %q", in, got)
		}
	})
}
