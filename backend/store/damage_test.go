package store_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"creel/backend/hook"
	"creel/backend/store"
)

func TestSetAsideKeepsTheFilesAndMakesRoom(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"creel.db": "not a database at all", "creel.db-wal": "nor a log", "creel.db-shm": "x"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := store.Open(ctx, store.Options{Dir: dir}); hook.KindOf(err) != hook.Damaged {
		t.Fatalf("open: %v", err)
	}
	name, err := store.SetAside(dir, time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC))
	if err != nil || name != "creel-damaged-20261123-120000.000.db" {
		t.Fatalf("set aside as %q (%v)", name, err)
	}
	for file, want := range map[string]string{name: "not a database at all", name + "-wal": "nor a log"} {
		if b, err := os.ReadFile(filepath.Join(dir, file)); err != nil || string(b) != want {
			t.Errorf("%s holds %q (%v)", file, b, err)
		}
	}
	s := openTemp(t, func(o *store.Options) { o.Dir = dir })
	if seq := keep(t, s, capture()); seq != 1 {
		t.Errorf("the first request of the new history is %d", seq)
	}
}

// Damage that was met while running is looked for at the next start, however
// large the history; when there is none after all, it is forgotten.
func TestSuspicionIsForgottenWhenThereIsNoDamage(t *testing.T) {
	dir := t.TempDir()
	mark := filepath.Join(dir, "creel.db-suspect")
	s := openTemp(t, func(o *store.Options) { o.Dir = dir })
	keep(t, s, capture())
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(mark, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s = openTemp(t, func(o *store.Options) { o.Dir = dir })
	if _, err := os.Stat(mark); err == nil {
		t.Error("the suspicion stays though the history is whole")
	}
	if seq := keep(t, s, capture()); seq != 2 {
		t.Errorf("next seq %d", seq)
	}
}

func TestWhatIsDeletedWhileOpenIsPutBack(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // it lets nobody delete an open file
	}
	dir := t.TempDir()
	s := openTemp(t, func(o *store.Options) { o.Dir = dir })
	keepN(t, s, 20)
	if err := os.Remove(filepath.Join(dir, "creel.db")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Keep(ctx, capture(), nil); hook.KindOf(err) != hook.Unavailable || !strings.Contains(err.Error(), "restart Creel") {
		t.Errorf("keep in a deleted file: %v", err)
	}
	if s.Health() == nil {
		t.Error("health is well though the file is gone")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again := openTemp(t, func(o *store.Options) { o.Dir = dir })
	if n := mustUsage(t, again).Requests; n < 20 {
		t.Errorf("%d of 20 are there", n)
	}
}

// A body that is no longer the one that arrived is not shown.
func TestAlteredBodyIsNotShown(t *testing.T) {
	dir := t.TempDir()
	s := openTemp(t, func(o *store.Options) { o.Dir = dir })
	keep(t, s, capture(body("the bytes that arrived, unlike any others")))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "creel.db")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	altered := strings.Replace(string(b), "unlike any others", "unlike any Others", 1)
	if altered == string(b) {
		t.Fatal("the body is not in the file as it is")
	}
	if err := os.WriteFile(path, []byte(altered), 0o600); err != nil {
		t.Fatal(err)
	}
	s = openTemp(t, func(o *store.Options) { o.Dir = dir })
	if raw, err := s.Raw(ctx, 1); hook.KindOf(err) != hook.Damaged || len(raw.Body) > 0 {
		t.Errorf("body is %q (%v)", raw.Body, err)
	}
}
