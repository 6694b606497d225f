package folder_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"creel/backend/folder"
	"creel/backend/hook"
)

func TestOneHolderAtATime(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	first, err := folder.Hold(dir)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Fatalf("mode %v, %v; want 0700", info.Mode(), err)
	}

	var other *folder.HeldByOther
	if _, err := folder.Hold(dir); !errors.As(err, &other) || other.Session != nil {
		t.Fatalf("second hold: %v; want HeldByOther without a session", err)
	}
	if err := first.Tell(folder.Session{PID: 42, UI: "http://127.0.0.1:1", Token: "t"}); err != nil {
		t.Fatal(err)
	}
	if _, err := folder.Hold(dir); !errors.As(err, &other) || other.Session == nil || other.Session.PID != 42 {
		t.Fatalf("second hold: %v; want HeldByOther by process 42", err)
	}
	session, err := os.Stat(filepath.Join(dir, "session.json"))
	if err != nil || session.Mode().Perm() != 0o600 {
		t.Fatalf("session mode %v, %v; want 0600", session, err)
	}

	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	if _, err := folder.ReadSession(dir); err == nil {
		t.Fatal("the session outlived its program")
	}
	again, err := folder.Hold(dir)
	if err != nil {
		t.Fatalf("hold after release: %v", err)
	}
	if err := again.Release(); err != nil {
		t.Fatal(err)
	}
}

// A program that was killed leaves its session behind; it must not be told to
// the next one.
func TestStaleSessionIsForgotten(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "session.json"), []byte(`{"pid":1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	held, err := folder.Hold(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = held.Release() }()
	if _, err := folder.ReadSession(dir); err == nil {
		t.Fatal("a stale session is still told")
	}
}

func TestLinkIsRefused(t *testing.T) {
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(t.TempDir(), link); err != nil {
		t.Fatal(err)
	}
	if _, err := folder.Hold(link); hook.KindOf(err) != hook.Invalid {
		t.Fatalf("hold of a link: %v; want invalid", err)
	}
}
