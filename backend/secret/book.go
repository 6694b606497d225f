package secret

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"creel/backend/hook"
)

// fileName is the file in the data folder that lists the secrets and, for want
// of a keychain, holds them.
const fileName = "secrets.json"

// book is what that file says.
type book struct {
	Version int              `json:"version"`
	Room    string           `json:"room"` // tells this data folder's items in the keychain from others'
	Secrets map[string]entry `json:"secrets"`
}

type entry struct {
	In     hook.Safe `json:"in"`
	Secret string    `json:"secret,omitempty"` // of InFile
	Why    string    `json:"why,omitempty"`    // InFile: why it is not in the keychain
}

// readBook reads the file, or makes an empty book when there is none. One that
// cannot be understood is renamed, so that it is not written over.
func readBook(dir string, log *slog.Logger) (book, error) {
	empty := book{Version: 1, Room: rand.Text(), Secrets: map[string]entry{}}
	path := filepath.Join(dir, fileName)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return empty, nil
	}
	if err != nil {
		return empty, &hook.Fault{Kind: hook.Unavailable, Text: "read the list of secrets: " + path, Err: err}
	}
	// Copied folders come with other permissions.
	if err := os.Chmod(path, 0o600); err != nil {
		log.Warn("the file of secrets may be readable by others", "path", path, "err", err)
	}
	b := book{}
	err = json.Unmarshal(data, &b)
	if err == nil && b.Version > 1 {
		return empty, hook.Faultf(hook.Newer, "read the list of secrets: %s was written by a newer Creel; use that one", path)
	}
	if err != nil || b.Room == "" {
		aside := path + ".damaged"
		log.Error("the list of secrets cannot be read; it was set aside, set the secrets again", "aside", aside, "err", err)
		if err := os.Rename(path, aside); err != nil {
			return empty, &hook.Fault{Kind: hook.Damaged, Text: "set the damaged list of secrets aside: " + path, Err: err}
		}
		return empty, nil
	}
	if b.Secrets == nil {
		b.Secrets = map[string]entry{}
	}
	return b, nil
}

// save writes the book so that a crash leaves the old one or the new one.
func (b book) save(dir string) error {
	data, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, fileName)
	if err := replace(dir, path, append(data, '\n')); err != nil {
		return &hook.Fault{Kind: hook.Unavailable, Text: "write the list of secrets: " + path + " could not be written; see that the folder is writable and the disk not full", Err: err}
	}
	return nil
}

// replace writes a file of its owner's under another name, syncs it, and gives
// it its name.
func replace(dir, path string, data []byte) (err error) {
	f, err := os.CreateTemp(dir, fileName+".*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	// Windows has no sync of a folder; there the rename is in its journal.
	if d, e := os.Open(dir); e == nil {
		_ = d.Sync()
		_ = d.Close()
	}
	return nil
}
