package secret

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// testKeysName is the file in the data folder with the keys that sign where a
// provider's private key would be needed.
const testKeysName = "test-keys.pem"

// TestKeys is that file. It is no item of the keychain: what it holds opens
// nothing but what was told to trust it, and has to be there when the keychain
// is locked.
type TestKeys struct{ dir string }

// NewTestKeys is the file of that data folder, which need not be there yet.
func NewTestKeys(dir string) TestKeys { return TestKeys{dir} }

// Path is where it is.
func (k TestKeys) Path() string { return filepath.Join(k.dir, testKeysName) }

// Read returns what the file holds; nil when there is none.
func (k TestKeys) Read() ([]byte, error) {
	text, err := os.ReadFile(k.Path())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	// Copied folders come with other permissions.
	return text, os.Chmod(k.Path(), 0o600)
}

// Keep writes the file, 0600 and synced, so that a crash leaves the old one or
// the new one.
func (k TestKeys) Keep(text []byte) error { return replace(k.dir, k.Path(), text) }
