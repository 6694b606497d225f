package secret_test

import (
	"bytes"
	"os"
	"testing"

	"creel/backend/secret"
)

func TestTestKeysAreTheirOwnersAlone(t *testing.T) {
	dir := t.TempDir()
	k := secret.NewTestKeys(dir)
	if text, err := k.Read(); text != nil || err != nil {
		t.Fatalf("before any: %q, %v", text, err)
	}
	if err := k.Keep([]byte("keys")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(k.Path(), 0o644); err != nil { // as a copy may have it
		t.Fatal(err)
	}
	if text, err := secret.NewTestKeys(dir).Read(); !bytes.Equal(text, []byte("keys")) || err != nil {
		t.Fatalf("read %q, %v", text, err)
	}
	info, err := os.Stat(k.Path())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	if err := secret.NewTestKeys(dir + "/gone").Keep([]byte("x")); err == nil {
		t.Error("kept in a folder that is not there")
	}
}
