// Package folder is the data folder: where it is, who holds it, and how a
// second program reaches the one that does.
package folder

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"creel/backend/hook"

	"github.com/gofrs/flock"
)

const (
	lockFile    = "creel.lock"
	sessionFile = "session.json"
)

// Session tells other programs of the same user how to reach the program
// that holds the folder. It is written once both ports are open.
type Session struct {
	PID       int       `json:"pid"`
	UI        string    `json:"ui"`    // http://host:port of the door
	Catch     string    `json:"catch"` // http://host:port of the catch port; "" while it is not open
	Token     string    `json:"token"`
	Version   string    `json:"version"`
	Window    bool      `json:"window"` // it has a window to bring to the front
	StartedAt time.Time `json:"startedAt"`
}

// Default is the data folder when none is named: $CREEL_DATA, or "creel" in
// the place where the operating system keeps programs' data.
func Default() (string, error) {
	if dir := os.Getenv("CREEL_DATA"); dir != "" {
		return filepath.Abs(dir)
	}
	if runtime.GOOS == "linux" {
		if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
			return filepath.Join(dir, "creel"), nil
		}
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("find a place for data: %w; name one with --data", err)
		}
		return filepath.Join(home, ".local", "share", "creel"), nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find a place for data: %w; name one with --data", err)
	}
	return filepath.Join(dir, "Creel"), nil
}

// Held is a data folder that this program holds alone.
type Held struct {
	Dir  string
	lock *flock.Flock
}

// HeldByOther says that another program holds the folder. Session is nil
// when it has not said yet how to reach it.
type HeldByOther struct {
	Dir     string
	Session *Session
}

// Error names the holder.
func (e *HeldByOther) Error() string {
	if e.Session == nil {
		return fmt.Sprintf("the data folder %s is held by another Creel that is just starting or closing; try again, or choose another with --data", e.Dir)
	}
	return fmt.Sprintf("the data folder %s is held by the Creel with process id %d at %s; use that one, close it, or choose another with --data",
		e.Dir, e.Session.PID, e.Session.UI)
}

// Hold makes the folder (0700) if needed and takes its lock. The lock ends
// with the process, however it ends. It returns *HeldByOther when another
// program holds it, and hook.Invalid for a symbolic link.
func Hold(dir string) (*Held, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, &hook.Fault{Kind: hook.Unavailable, Text: "make data folder " + dir, Err: err}
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return nil, &hook.Fault{Kind: hook.Unavailable, Text: "look at data folder " + dir, Err: err}
	}
	if !info.IsDir() {
		return nil, hook.Faultf(hook.Invalid, "open data folder %s: it is a link or a file; name a folder of your own", dir)
	}
	lock := flock.New(filepath.Join(dir, lockFile), flock.SetPermissions(0o600))
	ok, err := lock.TryLock()
	if err != nil {
		return nil, &hook.Fault{Kind: hook.Unavailable, Text: "lock data folder " + dir + ": can it be written to?", Err: err}
	}
	if !ok {
		other := &HeldByOther{Dir: dir}
		if s, err := ReadSession(dir); err == nil {
			other.Session = &s
		}
		return nil, other
	}
	h := &Held{Dir: dir, lock: lock}
	// A session left by a program that was killed must not mislead anyone.
	if err := os.Remove(h.path()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Join(&hook.Fault{Kind: hook.Unavailable,
			Text: "open data folder " + dir + ": it cannot be written to; make it writable, or choose another with --data", Err: err}, lock.Unlock())
	}
	return h, nil
}

func (h *Held) path() string { return filepath.Join(h.Dir, sessionFile) }

// Tell writes how to reach this program, readable by this user alone.
func (h *Held) Tell(s Session) error {
	b, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("tell session: %w", err)
	}
	tmp := h.path() + ".new"
	if err := os.WriteFile(tmp, append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("tell session: %w", err)
	}
	return os.Rename(tmp, h.path())
}

// Release gives the folder up.
func (h *Held) Release() error {
	if err := os.Remove(h.path()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, h.lock.Unlock())
	}
	return h.lock.Unlock()
}

// Running is ReadSession for a program that needs the other one: its error says
// what to do when none holds dir. "" is the default folder.
func Running(dir string) (Session, error) {
	if dir == "" {
		var err error
		if dir, err = Default(); err != nil {
			return Session{}, err
		}
	}
	s, err := ReadSession(dir)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("no Creel runs on the data folder %s: start one with creel or creel serve, or name the folder of the one that runs with --data", dir)
	}
	return s, err
}

// ReadSession returns how to reach the program that holds dir.
func ReadSession(dir string) (Session, error) {
	b, err := os.ReadFile(filepath.Join(dir, sessionFile))
	if err != nil {
		return Session{}, fmt.Errorf("read session: %w", err)
	}
	var s Session
	if err := json.Unmarshal(b, &s); err != nil {
		return Session{}, fmt.Errorf("read session: %w", err)
	}
	return s, nil
}
