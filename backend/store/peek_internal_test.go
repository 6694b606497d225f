package store

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"creel/backend/hook"
)

// FuzzPeek reads any bytes as a database and its log: it ends, and what it
// refuses it refuses with a kind.
func FuzzPeek(f *testing.F) {
	head := make([]byte, 100)
	copy(head, "SQLite format 3\x00")
	head[16], head[63] = 0x20, 1
	copy(head[68:], "Crel")
	log := make([]byte, 32+24+8192)
	copy(log[16:], "saltsalt")
	log[32+3] = 1
	copy(log[40:], "saltsalt")
	log[32+24+63] = 9
	f.Add(head, log)
	f.Add(bytes.Repeat([]byte{0xff}, 120), []byte(nil))
	f.Add([]byte("short"), log[:40])
	f.Fuzz(func(t *testing.T, db, wal []byte) {
		path := filepath.Join(t.TempDir(), fileName)
		if err := os.WriteFile(path, db, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+"-wal", wal, 0o600); err != nil {
			t.Fatal(err)
		}
		h, err := peek(path)
		if err != nil && hook.KindOf(err) == "" {
			t.Errorf("peek: %v", err)
		}
		if err == nil && h.version < 0 {
			t.Errorf("version is %d", h.version)
		}
	})
}

func TestPeekFindsTheVersionInTheLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), fileName)
	head := make([]byte, 100)
	copy(head, "SQLite format 3\x00")
	head[16], head[63] = 0x20, 1
	copy(head[68:], "Crel")
	log := make([]byte, 32+24+8192)
	copy(log[16:], "saltsalt")
	log[32+3] = 1
	copy(log[40:], "saltsalt")
	log[32+24+63] = 9
	for _, f := range []struct {
		name string
		b    []byte
	}{{path, head}, {path + "-wal", log}} {
		if err := os.WriteFile(f.name, f.b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if h, err := peek(path); err != nil || h.version != 9 {
		t.Errorf("version is %d (%v), want 9", h.version, err)
	}
}
