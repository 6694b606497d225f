package secret

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"

	"github.com/zalando/go-keyring"
)

// Choose returns the keychain of this machine, or nil and, in words, why there
// is none. env reads the environment: CREEL_SECRETS=file asks for the file.
func Choose(env func(string) string) (Keychain, string) {
	if env("CREEL_SECRETS") == "file" {
		return nil, "CREEL_SECRETS=file says so"
	}
	switch runtime.GOOS {
	case "darwin", "windows":
		return system{}, ""
	}
	// Without a session bus the library would start one, and leave it running.
	if env("DBUS_SESSION_BUS_ADDRESS") != "" {
		return system{}, ""
	}
	if dir := env("XDG_RUNTIME_DIR"); dir != "" {
		if _, err := os.Stat(filepath.Join(dir, "bus")); err == nil {
			return system{}, ""
		}
	}
	return nil, "this session has no keychain"
}

// system is the keychain of the operating system: Keychain on macOS,
// Credential Manager on Windows, the Secret Service elsewhere.
type system struct{}

func (system) Set(service, user, secret string) error {
	return plain(keyring.Set(service, user, secret))
}

func (system) Get(service, user string) (string, error) {
	v, err := keyring.Get(service, user)
	return v, plain(err)
}

func (system) Delete(service, user string) error { return plain(keyring.Delete(service, user)) }

func plain(err error) error {
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return ErrNone
	case errors.Is(err, keyring.ErrSetDataTooBig):
		return errors.New("the secret is too long for this keychain")
	case errors.Is(err, keyring.ErrUnsupportedPlatform):
		return errors.New("this system has no keychain")
	}
	return err
}
