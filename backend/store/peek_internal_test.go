package store

import (
	"bytes"
	"encoding/binary"
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
	log := logOf(9)
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
	log := logOf(9)
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

// logOf is a write-ahead log that commits a first page with each version.
func logOf(versions ...byte) []byte {
	log := make([]byte, walHeader)
	binary.BigEndian.PutUint32(log, walMagic)
	log[10] = 0x20 // pages of 8,192 bytes
	copy(log[16:], "saltsalt")
	sum := walSum{order: binary.LittleEndian}
	sign := func(at []byte) {
		binary.BigEndian.PutUint32(at, sum.s0)
		binary.BigEndian.PutUint32(at[4:], sum.s1)
	}
	sum.add(log[:24])
	sign(log[24:])
	for _, v := range versions {
		frame := make([]byte, frameHeader+8192)
		frame[3], frame[7] = 1, 1
		copy(frame[8:], "saltsalt")
		frame[frameHeader+63] = v
		sum.add(frame[:8])
		sum.add(frame[frameHeader:])
		sign(frame[16:])
		log = append(log, frame...)
	}
	return log
}

// What a power loss tore is noise: it must not look like a newer version.
func TestPeekBelievesNoTornFrame(t *testing.T) {
	path := filepath.Join(t.TempDir(), fileName)
	log := logOf(2, 3, 99)
	for name, c := range map[string]struct {
		harm func(b []byte) []byte
		want int
	}{
		"whole":          {func(b []byte) []byte { return b }, 99},
		"last torn":      {func(b []byte) []byte { b[len(b)-4096]++; return b }, 3},
		"last cut":       {func(b []byte) []byte { return b[:len(b)-1] }, 3},
		"version torn":   {func(b []byte) []byte { b[walHeader+2*(frameHeader+8192)+frameHeader+60]++; return b }, 3},
		"second torn":    {func(b []byte) []byte { b[walHeader+frameHeader+8192+20]++; return b }, 2},
		"not committed":  {func([]byte) []byte { b := logOf(2, 3); b[walHeader+frameHeader+8192+7] = 0; return b }, 2},
		"header torn":    {func(b []byte) []byte { b[17]++; return b }, -1},
		"of no log":      {func(b []byte) []byte { return bytes.Repeat([]byte{7}, len(b)) }, -1},
		"shorter than 1": {func(b []byte) []byte { return b[:walHeader+100] }, 0},
	} {
		if err := os.WriteFile(path, c.harm(bytes.Clone(log)), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := walVersion(path); err != nil || got != c.want {
			t.Errorf("%s: version %d (%v), want %d", name, got, err, c.want)
		}
	}
}

// The power goes while the first page of a new file is written: half of it is
// there, and the journal that undoes it.
func TestAFileWhoseMakingWasTornIsMadeAnew(t *testing.T) {
	dir := t.TempDir()
	page := make([]byte, 8192)
	copy(page[4096:], bytes.Repeat([]byte{0xa5}, 4096))
	journal := make([]byte, 512)
	copy(journal, "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7")
	binary.BigEndian.PutUint32(journal[20:], 512)  // bytes of a sector
	binary.BigEndian.PutUint32(journal[24:], 8192) // bytes of a page; the file had none
	for name, b := range map[string][]byte{fileName: page, fileName + "-journal": journal} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := openIn(t, dir)
	if _, err := s.Keep(ctx, small([]byte("first")), nil); err != nil {
		t.Error(err)
	}
	if exists(filepath.Join(dir, fileName+"-journal")) {
		t.Error("the journal is still there")
	}
}
