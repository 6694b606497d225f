package secret_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"creel/backend/hook"
	"creel/backend/secret"

	"github.com/zalando/go-keyring"
	"pgregory.net/rapid"
)

// chain is a keychain in memory that can fail, hang, and look around at each
// call.
type chain struct {
	mu    sync.Mutex
	items map[string]string
	fail  error
	hang  chan struct{} // calls wait until it is closed; nil does not
	watch func(call string)
}

func newChain() *chain { return &chain{items: map[string]string{}} }

func (c *chain) enter(call string) error {
	c.mu.Lock()
	hang, watch, fail := c.hang, c.watch, c.fail
	c.mu.Unlock()
	if watch != nil {
		watch(call)
	}
	if hang != nil {
		<-hang
	}
	return fail
}

func (c *chain) Set(service, user, value string) error {
	if err := c.enter("set"); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.items[service+" "+user] = value
	return nil
}

func (c *chain) Get(service, user string) (string, error) {
	if err := c.enter("get"); err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.items[service+" "+user]
	if !ok {
		return "", secret.ErrNone
	}
	return v, nil
}

func (c *chain) Delete(service, user string) error {
	if err := c.enter("delete"); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.items[service+" "+user]; !ok {
		return secret.ErrNone
	}
	delete(c.items, service+" "+user)
	return nil
}

func (c *chain) len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.items)
}

// atOnce is a clock on which every wait is over, for keychains that hang.
func atOnce(time.Duration) <-chan time.Time {
	over := make(chan time.Time)
	close(over)
	return over
}

func never(time.Duration) <-chan time.Time { return nil }

func open(t testing.TB, dir string, k secret.Keychain, more ...func(*secret.Options)) *secret.Room {
	t.Helper()
	o := secret.Options{Dir: dir, Keychain: k, After: never}
	for _, f := range more {
		f(&o)
	}
	r, err := secret.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func keep(t testing.TB, r *secret.Room, value string) string {
	t.Helper()
	ref, err := r.Keep(context.Background(), value)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func wantRead(t testing.TB, r *secret.Room, ref, want string) {
	t.Helper()
	if got, err := r.Read(ref); err != nil || got != want {
		t.Fatalf("read: %q, %v; want %q", got, err, want)
	}
}

func onDisk(t testing.TB, dir string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "secrets.json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestASecretInTheKeychainIsNotInTheFolder(t *testing.T) {
	dir, k := t.TempDir(), newChain()
	r := open(t, dir, k)
	ref := keep(t, r, "whsec_hidden")
	wantRead(t, r, ref, "whsec_hidden")
	if r.Where(ref).Place != hook.InKeychain {
		t.Errorf("it is said to be in %+v", r.Where(ref))
	}
	if strings.Contains(onDisk(t, dir), "hidden") {
		t.Error("the file holds the secret, too")
	}
	wantRead(t, open(t, dir, k), ref, "whsec_hidden")
}

func TestWithoutAKeychainItIsAFileOfItsOwner(t *testing.T) {
	dir := t.TempDir()
	r := open(t, dir, nil, func(o *secret.Options) { o.Why = "this session has no keychain" })
	ref := keep(t, r, "whsec_filed")
	want := hook.SecretPlace{Place: hook.InFile, Why: "this session has no keychain"}
	if got := r.Where(ref); got != want || r.Place() != want {
		t.Errorf("where %+v, place %+v", got, r.Place())
	}
	path := filepath.Join(dir, "secrets.json")
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	// A folder that was copied comes back with other permissions.
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	wantRead(t, open(t, dir, nil), ref, "whsec_filed")
	if info, err = os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode after opening %v, %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(path + ".*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestAKeychainThatRefusesIsReplacedByTheFileAndSaidSo(t *testing.T) {
	dir, k := t.TempDir(), newChain()
	k.fail = errors.New("no such service")
	r := open(t, dir, k)
	ref := keep(t, r, "one")
	if got := r.Where(ref); got.Place != hook.InFile || got.Why != "no such service" {
		t.Errorf("where %+v", got)
	}
	wantRead(t, open(t, dir, nil), ref, "one")
}

func TestAKeychainThatHangsHoldsNobodyUp(t *testing.T) {
	dir, k := t.TempDir(), newChain()
	first := keep(t, open(t, dir, k), "one")
	k.hang = make(chan struct{})
	late := make(chan struct{}, 1)
	r := open(t, dir, k, func(o *secret.Options) {
		o.After, o.Late = atOnce, func() { late <- struct{}{} }
	})
	if _, err := r.Read(first); hook.KindOf(err) != hook.Unavailable || !strings.Contains(err.Error(), "locked") {
		t.Fatalf("read of a locked keychain: %v", err)
	}
	second := keep(t, r, "two")
	wantRead(t, r, second, "two")
	if r.Where(second).Place != hook.InFile {
		t.Errorf("the second is in %+v", r.Where(second))
	}
	if err := r.Forget(context.Background(), first); err != nil {
		t.Errorf("forget while it hangs: %v", err)
	}
	close(k.hang) // unlocked
	<-late
	wantRead(t, r, second, "two")
}

func TestWhatTheKeychainTookTooLateIsTakenOutAgain(t *testing.T) {
	dir, k := t.TempDir(), newChain()
	k.hang = make(chan struct{})
	deleted := make(chan struct{})
	k.watch = func(call string) {
		if call == "delete" {
			close(deleted)
		}
	}
	r := open(t, dir, k, func(o *secret.Options) { o.After = atOnce })
	ref := keep(t, r, "two")
	close(k.hang)
	<-deleted
	wantRead(t, r, ref, "two")
	if strings.Count(onDisk(t, dir), "two") != 1 {
		t.Errorf("the file says %s", onDisk(t, dir))
	}
}

// At every call of the keychain, and after every write, a crash may come. What
// Keep has returned must be there then, whatever was going on.
func TestACrashAtAnyStepLosesNothingThatWasKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "creel-secret-")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		k := newChain()
		known := map[string]string{} // by ref: kept and not let go of
		crash := func(string) {
			after, err := os.MkdirTemp("", "creel-secret-")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = os.RemoveAll(after) }()
			if b, err := os.ReadFile(filepath.Join(dir, "secrets.json")); err == nil {
				if err := os.WriteFile(filepath.Join(after, "secrets.json"), b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			k.mu.Lock()
			then := &chain{items: maps.Clone(k.items)}
			k.mu.Unlock()
			r, err := secret.Open(context.Background(), secret.Options{Dir: after, Keychain: then, After: never})
			if err != nil {
				t.Fatal(err)
			}
			var refs []string
			for ref, want := range known {
				if got, err := r.Read(ref); err != nil || got != want {
					t.Fatalf("lost: %q, %v; want %q", got, err, want)
				}
				refs = append(refs, ref)
			}
			if err := r.Sweep(context.Background(), refs); err != nil {
				t.Fatal(err)
			}
			inChain := 0
			for ref := range known {
				if r.Where(ref).Place == hook.InKeychain {
					inChain++
				}
			}
			if then.len() != inChain {
				t.Fatalf("%d items in the keychain after sweeping, %d are named", then.len(), inChain)
			}
		}
		k.watch = crash
		r, err := secret.Open(context.Background(), secret.Options{Dir: dir, Keychain: k, After: never})
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 6).Draw(t, "steps") {
			k.fail = nil
			if rapid.Bool().Draw(t, "fails") {
				k.fail = errors.New("refused")
			}
			if len(known) > 0 && rapid.Bool().Draw(t, "forget") {
				ref := rapid.SampledFrom(keys(known)).Draw(t, "ref")
				delete(known, ref)
				if err := r.Forget(context.Background(), ref); err != nil {
					t.Fatal(err)
				}
			} else {
				value := rapid.StringN(1, 40, 200).Draw(t, "secret")
				ref, err := r.Keep(context.Background(), value)
				if err != nil {
					t.Fatal(err)
				}
				known[ref] = value
			}
			crash("after")
		}
	})
}

func keys(m map[string]string) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	return out
}

func TestADamagedFileIsSetAside(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "secrets.json"), []byte(`{"version":1,"room`), 0o600); err != nil {
		t.Fatal(err)
	}
	r := open(t, dir, nil)
	wantRead(t, r, keep(t, r, "x"), "x")
	if b, err := os.ReadFile(filepath.Join(dir, "secrets.json.damaged")); err != nil || string(b) != `{"version":1,"room` {
		t.Errorf("aside: %q, %v", b, err)
	}
}

func TestAFileOfANewerCreelIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "secrets.json"), []byte(`{"version":9,"room":"r"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := secret.Open(context.Background(), secret.Options{Dir: dir}); hook.KindOf(err) != hook.Newer {
		t.Errorf("opened: %v", err)
	}
}

func TestAFolderThatCannotBeWrittenKeepsTheOldSecrets(t *testing.T) {
	dir := t.TempDir()
	r := open(t, dir, nil)
	ref := keep(t, r, "old")
	before := onDisk(t, dir)
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Keep(context.Background(), "new"); hook.KindOf(err) != hook.Unavailable {
		t.Errorf("kept in a folder that is gone: %v", err)
	}
	wantRead(t, r, ref, "old")
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	if onDisk(t, dir) != before {
		t.Error("the file changed")
	}
}

func TestNamesTheSecretThatIsGone(t *testing.T) {
	r := open(t, t.TempDir(), nil)
	if _, err := r.Read("nobody"); hook.KindOf(err) != hook.NotFound {
		t.Errorf("read of an unknown ref: %v", err)
	}
	if err := r.Forget(context.Background(), "nobody"); err != nil {
		t.Error(err)
	}
}

// The library's own double of the system's keychain.
func TestTheSystemsKeychain(t *testing.T) {
	keyring.MockInit()
	k, why := secret.Choose(func(name string) string {
		return map[string]string{"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}[name]
	})
	if k == nil {
		t.Fatalf("no keychain: %s", why)
	}
	dir := t.TempDir()
	r := open(t, dir, k)
	ref := keep(t, r, "whsec_real")
	if r.Where(ref).Place != hook.InKeychain {
		t.Fatalf("where %+v", r.Where(ref))
	}
	var book struct{ Room string }
	if err := json.Unmarshal([]byte(onDisk(t, dir)), &book); err != nil {
		t.Fatal(err)
	}
	if v, err := keyring.Get("Creel", book.Room+"/"+ref); err != nil || v != "whsec_real" {
		t.Errorf("in the keychain: %q, %v", v, err)
	}
	if err := r.Forget(context.Background(), ref); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.Get("Creel", book.Room+"/"+ref); !errors.Is(err, keyring.ErrNotFound) {
		t.Errorf("after forgetting: %v", err)
	}

	keyring.MockInitWithError(keyring.ErrSetDataTooBig)
	ref = keep(t, r, strings.Repeat("x", 8192))
	if got := r.Where(ref); got.Place != hook.InFile || !strings.Contains(got.Why, "too long") {
		t.Errorf("a long one is in %+v", got)
	}
}

func TestTheFileCanBeAskedFor(t *testing.T) {
	k, why := secret.Choose(func(name string) string {
		return map[string]string{"CREEL_SECRETS": "file", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}[name]
	})
	if k != nil || why == "" {
		t.Errorf("keychain %v, %q", k, why)
	}
	if k, why := secret.Choose(func(string) string { return "" }); runtime.GOOS == "linux" && (k != nil || why == "") {
		t.Errorf("without a session bus: keychain %v, %q", k, why)
	}
}
