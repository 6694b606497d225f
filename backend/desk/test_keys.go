package desk

import (
	"crypto/rand"
	"sync"

	"creel/backend/hook"
	"creel/backend/sign"
)

// TestKeyFile keeps the installation's test keys where only their owner can
// read them.
type TestKeyFile interface {
	// Read returns what was kept; nil when nothing was yet.
	Read() ([]byte, error)
	// Keep keeps text; it is safe when Keep returns.
	Keep(text []byte) error
	// Path is where, for people.
	Path() string
}

// testKeys are the installation's, read or made when they are first needed.
type testKeys struct {
	file TestKeyFile

	mu   sync.Mutex
	keys *sign.TestKeys
}

// made returns the keys that were made in this run or an earlier one; nil when
// nothing was ever signed with any, or they cannot be read.
func (k *testKeys) made() *sign.TestKeys {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.keys == nil && k.read() != nil {
		return nil
	}
	return k.keys
}

// get returns the keys, and makes them the first time.
func (k *testKeys) get() (*sign.TestKeys, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.keys != nil {
		return k.keys, nil
	}
	if err := k.read(); err != nil || k.keys != nil {
		return k.keys, err
	}
	keys, err := sign.NewTestKeys(rand.Reader)
	if err != nil {
		return nil, err
	}
	text, err := keys.Text()
	if err != nil {
		return nil, err
	}
	// Kept first: what is shown as the public key must be the same for good.
	if k.file != nil {
		if err := k.file.Keep(text); err != nil {
			return nil, &hook.Fault{Kind: hook.Unavailable, Text: "keep the local test keys: " + k.file.Path() + " could not be written; see that the folder is writable and the disk not full", Err: err}
		}
	}
	k.keys = keys
	return keys, nil
}

func (k *testKeys) read() error {
	if k.file == nil {
		return nil
	}
	text, err := k.file.Read()
	if err != nil {
		return &hook.Fault{Kind: hook.Unavailable, Text: "read the local test keys: " + k.file.Path() + " could not be read", Err: err}
	}
	if text == nil {
		return nil
	}
	keys, err := sign.ReadTestKeys(text)
	if err != nil {
		return &hook.Fault{Kind: hook.Damaged, Text: "read the local test keys: " + k.file.Path() + " is damaged; delete it to have new ones made, and give your app their public key", Err: err}
	}
	k.keys = keys
	return nil
}

// keysFor are the test keys where a scheme needs them; nil for the others.
func (k *testKeys) keysFor(scheme string) (*sign.TestKeys, error) {
	if s, known := sign.SchemeByID(scheme); !known || !s.NeedsPublicKey {
		return nil, nil
	}
	return k.get()
}
