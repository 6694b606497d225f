//go:build unix

package store_test

import (
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"creel/backend/hook"
	"creel/backend/store"

	_ "modernc.org/sqlite"
)

func wantFault(t *testing.T, dir string, kind hook.FaultKind) {
	t.Helper()
	s, err := store.Open(ctx, store.Options{Dir: dir})
	if err == nil {
		t.Fatalf("opened; want %s (close: %v)", kind, s.Close())
	}
	if hook.KindOf(err) != kind {
		t.Errorf("error is %q (%v), want %s", hook.KindOf(err), err, kind)
	}
}

func TestNewFilesAreOursAlone(t *testing.T) {
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	dir := filepath.Join(t.TempDir(), "deep", "data")
	s, err := store.Open(ctx, store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	keep(t, s, capture())
	for name, want := range map[string]fs.FileMode{"": 0o700, "creel.db": 0o600, "creel.db-wal": 0o600, "creel.db-shm": 0o600} {
		fi, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if fi.Mode().Perm() != want {
			t.Errorf("%q has mode %v, want %v", name, fi.Mode().Perm(), want)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("after closing the folder holds %v (%v)", left, err)
	}
}

func TestForeignFoldersAreRefused(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "link")
	if err := os.Symlink(t.TempDir(), link); err != nil {
		t.Fatal(err)
	}
	wantFault(t, link, hook.Invalid)
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wantFault(t, file, hook.Invalid)
	if os.Geteuid() == 0 {
		theirs := filepath.Join(dir, "theirs")
		if err := os.Mkdir(theirs, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(theirs, 65534, 65534); err != nil {
			t.Fatal(err)
		}
		wantFault(t, theirs, hook.Invalid)
	} else {
		wantFault(t, "/usr", hook.Invalid)
	}
	data := t.TempDir()
	if err := os.Symlink(filepath.Join(dir, "file"), filepath.Join(data, "creel.db")); err != nil {
		t.Fatal(err)
	}
	wantFault(t, data, hook.Invalid)
}

// contents hashes every file of a folder.
func contents(t *testing.T, dir string) map[string][32]byte {
	t.Helper()
	all := map[string][32]byte{}
	es, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range es {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = sha256.Sum256(b)
	}
	return all
}

func wantUntouched(t *testing.T, dir string, before map[string][32]byte) {
	t.Helper()
	after := contents(t, dir)
	if len(after) != len(before) {
		t.Errorf("the folder holds %d files, held %d", len(after), len(before))
	}
	for name, sum := range before {
		if after[name] != sum {
			t.Errorf("%s was changed", name)
		}
	}
}

// made is a folder with a closed history in it.
func made(t *testing.T) (dir, db string) {
	t.Helper()
	dir = t.TempDir()
	s, err := store.Open(ctx, store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	keepN(t, s, 100)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, filepath.Join(dir, "creel.db")
}

func TestNewerDatabaseIsRefusedUntouched(t *testing.T) {
	dir, db := made(t)
	b, err := os.ReadFile(db)
	if err != nil {
		t.Fatal(err)
	}
	binary.BigEndian.PutUint32(b[60:], 999)
	if err := os.WriteFile(db, b, 0o600); err != nil {
		t.Fatal(err)
	}
	before := contents(t, dir)
	wantFault(t, dir, hook.Newer)
	wantUntouched(t, dir, before)
}

func TestNewerVersionStillInTheLogIsRefusedUntouched(t *testing.T) {
	_, db := made(t)
	other, err := sql.Open("sqlite", "file:"+db)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.Exec("PRAGMA user_version = 999"); err != nil {
		t.Fatal(err)
	}
	// A copy while it is open is what a crash leaves: the version is in the log.
	crashed := t.TempDir()
	for _, name := range []string{"", "-wal"} {
		b, err := os.ReadFile(db + name)
		if err != nil {
			t.Fatal(err)
		}
		if name == "" && binary.BigEndian.Uint32(b[60:]) == 999 {
			t.Fatal("the version is in the file already")
		}
		if err := os.WriteFile(filepath.Join(crashed, "creel.db"+name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := contents(t, crashed)
	wantFault(t, crashed, hook.Newer)
	wantUntouched(t, crashed, before)
}

func TestDamagedFilesAreRefusedUntouched(t *testing.T) {
	dir, db := made(t)
	good, err := os.ReadFile(db)
	if err != nil {
		t.Fatal(err)
	}
	foreign := append([]byte(nil), good...)
	binary.BigEndian.PutUint32(foreign[68:], 0x12345678)
	for name, b := range map[string][]byte{
		"text":  []byte("this is no database, and it is longer than the hundred bytes that a header of one takes, is it not?"),
		"short": good[:50], "cut": good[:len(good)/2], "of another program": foreign,
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(db, b, 0o600); err != nil {
				t.Fatal(err)
			}
			before := contents(t, dir)
			want := hook.Damaged
			if name == "of another program" {
				want = hook.Invalid // nothing is wrong with it: it is not moved away either
			}
			wantFault(t, dir, want)
			wantUntouched(t, dir, before)
		})
	}
}

func TestFailuresInsideTheFileAreDamage(t *testing.T) {
	dir, db := made(t)
	b, err := os.ReadFile(db)
	if err != nil {
		t.Fatal(err)
	}
	for i := 100; i < 8192; i++ {
		b[i] ^= 0xa5
	}
	if err := os.WriteFile(db, b, 0o600); err != nil {
		t.Fatal(err)
	}
	wantFault(t, dir, hook.Damaged)
}
