package desk_test

import (
	"os"
	"path/filepath"
	"testing"

	"creel/backend/desk"
	"creel/backend/hook"
	"creel/backend/testkit"
)

// discord sends a sample and returns the public key of the test pair that
// signed it.
func discord(t *testing.T, rig *testkit.Rig) string {
	t.Helper()
	m, err := rig.Desk.MakeSample(desk.SampleOrder{ID: discordSample(t, rig), Endpoint: "inbox"})
	if err != nil {
		t.Fatal(err)
	}
	if m.Signing.By != desk.SignedByTestKey || m.Signing.PublicKey == "" {
		t.Fatalf("signed by %+v", m.Signing)
	}
	return m.Signing.PublicKey
}

func discordSample(t *testing.T, rig *testkit.Rig) string {
	t.Helper()
	for _, s := range rig.Desk.Samples() {
		if s.Provider == "discord" {
			return s.ID
		}
	}
	t.Fatal("there is no sample of Discord")
	return ""
}

// The test keys are of one data folder: the same over restarts, and another
// folder's are others.
func TestTestKeysAreOfTheDataFolder(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "test-keys.pem")
	rig := testkit.RigOn(t, dir, "127.0.0.1:0")
	if _, err := os.Stat(path); err == nil {
		t.Error("made before they were needed")
	}
	first := discord(t, rig)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", info, err)
	}
	rig.Close()
	if again := discord(t, testkit.RigOn(t, dir, "127.0.0.1:0")); again != first {
		t.Errorf("after a restart the public key is %s, was %s", again, first)
	}
	if other := discord(t, testkit.NewRig(t)); other == first {
		t.Error("another folder has the same keys")
	}
}

// A damaged file is told of, and never written over: somebody's app has its
// public key.
func TestDamagedTestKeysAreTold(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "test-keys.pem")
	if err := os.WriteFile(path, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	rig := testkit.RigOn(t, dir, "127.0.0.1:0")
	_, err := rig.Desk.MakeSample(desk.SampleOrder{ID: discordSample(t, rig), Endpoint: "inbox"})
	if hook.KindOf(err) != hook.Damaged {
		t.Errorf("signed, or failed for another reason: %v", err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "nonsense" {
		t.Errorf("the file became %q, %v", b, err)
	}
}
