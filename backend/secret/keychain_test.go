//go:build keychain

// These tests use a real gnome-keyring-daemon on a bus and in a home of their
// own; build/scripts/keychain-test.sh brings both.
package secret_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"creel/backend/hook"
	"creel/backend/secret"

	"github.com/godbus/dbus/v5"
)

const bus = "org.freedesktop.secrets"

// daemon is a gnome-keyring-daemon.
type daemon struct {
	t    *testing.T
	conn *dbus.Conn
	cmd  *exec.Cmd
}

// keyringOf starts one whose default collection is open, or locked. The home
// must be the test's own.
func keyringOf(t *testing.T, open bool) *daemon {
	t.Helper()
	if home := os.Getenv("HOME"); !strings.HasPrefix(home, os.TempDir()) || os.Getenv("DBUS_SESSION_BUS_ADDRESS") == "" {
		t.Fatalf("run build/scripts/keychain-test.sh: HOME is %q, which is not the test's own", home)
	}
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	d := &daemon{t: t, conn: conn}
	d.start(open)
	t.Cleanup(func() { d.stop(); _ = conn.Close() })
	return d
}

func (d *daemon) start(open bool) {
	d.t.Helper()
	args := []string{"--foreground", "--components=secrets", "--control-directory=" + filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "keyring")}
	d.cmd = exec.Command("gnome-keyring-daemon", args...)
	if open {
		d.cmd.Args = append(d.cmd.Args, "--unlock")
		d.cmd.Stdin = strings.NewReader("the test's own password")
	}
	if err := d.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.await("the keyring to answer", func() bool { return d.owned() })
	if open {
		d.await("its default collection", func() bool { return d.ask("ReadAlias", "default") != "/" })
	}
}

// stop ends it, and waits until its name on the bus is free.
func (d *daemon) stop() {
	if d.cmd == nil {
		return
	}
	_ = d.cmd.Process.Signal(syscall.SIGTERM)
	_ = d.cmd.Wait()
	d.cmd = nil
	d.await("the name to be free", func() bool { return !d.owned() })
}

func (d *daemon) restart(open bool) { d.t.Helper(); d.stop(); d.start(open) }

func (d *daemon) owned() bool {
	var has bool
	err := d.conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, bus).Store(&has)
	return err == nil && has
}

func (d *daemon) ask(method string, args ...any) (path dbus.ObjectPath) {
	call := d.conn.Object(bus, "/org/freedesktop/secrets").Call("org.freedesktop.Secret.Service."+method, 0, args...)
	if err := call.Store(&path); err != nil {
		return "/"
	}
	return path
}

// lock locks the default collection, as a screen lock or a person does.
func (d *daemon) lock() {
	d.t.Helper()
	var locked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	all := []dbus.ObjectPath{d.ask("ReadAlias", "default")}
	err := d.conn.Object(bus, "/org/freedesktop/secrets").Call("org.freedesktop.Secret.Service.Lock", 0, all).Store(&locked, &prompt)
	if err != nil || len(locked) != 1 {
		d.t.Fatalf("locked %v, %v", locked, err)
	}
}

func (d *daemon) await(what string, is func() bool) {
	d.t.Helper()
	await(d.t, what, is)
}

// await waits for what another process does; nothing tells when it is done.
func await(t *testing.T, what string, is func() bool) {
	t.Helper()
	for over := time.After(60 * time.Second); !is(); {
		select {
		case <-over:
			t.Fatalf("%s: not within a minute", what)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// room opens the secrets of a folder in the keychain that a person would have.
func room(t *testing.T, dir string) *secret.Room {
	t.Helper()
	keychain, why := secret.Choose(os.Getenv)
	if keychain == nil {
		t.Fatalf("no keychain was chosen: %s", why)
	}
	r, err := secret.Open(t.Context(), secret.Options{Dir: dir, Keychain: keychain})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// items are the names in the keychain of what the folder's book lists.
func items(t *testing.T, dir string) (users []string) {
	t.Helper()
	var book struct {
		Room    string
		Secrets map[string]struct{ In string }
	}
	if err := json.Unmarshal(file(t, dir), &book); err != nil {
		t.Fatal(err)
	}
	for ref, e := range book.Secrets {
		if e.In == string(hook.InKeychain) {
			users = append(users, book.Room+"/"+ref)
		}
	}
	return users
}

func file(t *testing.T, dir string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "secrets.json"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const treasure = "whsec_in_a_real_keychain_ü"

// A secret goes into the keychain and nowhere else, is there after both sides
// were started anew, and is gone from it when it is forgotten.
func TestKeychainKeepsReadsAndForgets(t *testing.T) {
	d, dir := keyringOf(t, true), t.TempDir()
	r := room(t, dir)
	ref, err := r.Keep(t.Context(), treasure)
	if err != nil {
		t.Fatal(err)
	}
	if p := r.Where(ref); p.Place != hook.InKeychain || p.Why != "" {
		t.Fatalf("kept in %+v", p)
	}
	if bytes.Contains(file(t, dir), []byte(treasure)) {
		t.Error("the file holds it, too")
	}
	d.restart(true)
	again := room(t, dir)
	if got, err := again.Read(ref); got != treasure || err != nil {
		t.Errorf("after a restart: %q, %v", got, err)
	}
	keychain, _ := secret.Choose(os.Getenv)
	user := items(t, dir)[0]
	if got, err := keychain.Get("Creel", user); got != treasure || err != nil {
		t.Errorf("the item: %q, %v", got, err)
	}
	if err := again.Forget(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	if got, err := keychain.Get("Creel", user); !errors.Is(err, secret.ErrNone) {
		t.Errorf("after it was forgotten: %q, %v", got, err)
	}
	if got := items(t, dir); len(got) != 0 {
		t.Errorf("still listed: %v", got)
	}
}

// A locked keychain gives nothing and takes nothing: what is kept meanwhile is
// in the file, said so; what was in the keychain is there when it opens.
func TestKeychainLocked(t *testing.T) {
	d, dir := keyringOf(t, true), t.TempDir()
	ref, err := room(t, dir).Keep(t.Context(), treasure)
	if err != nil {
		t.Fatal(err)
	}
	d.lock()
	r := room(t, dir)
	if got, err := r.Read(ref); hook.KindOf(err) != hook.Unavailable || got != "" {
		t.Errorf("while it is locked: %q, %v", got, err)
	}
	second, err := r.Keep(t.Context(), "second")
	if err != nil {
		t.Fatal(err)
	}
	if p := r.Where(second); p.Place != hook.InFile || p.Why == "" {
		t.Errorf("kept while locked in %+v", p)
	}
	if info, err := os.Stat(filepath.Join(dir, "secrets.json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", info, err)
	}
	d.restart(true)
	await(t, "the secret to be read after all", func() bool {
		r.Retry(t.Context())
		got, err := r.Read(ref)
		return err == nil && got == treasure
	})
	if got, err := r.Read(second); got != "second" || err != nil {
		t.Errorf("the one in the file: %q, %v", got, err)
	}
}

// creel is the real program.
type creel struct {
	t         *testing.T
	cmd       *exec.Cmd
	UI, Token string
	Catch     string
}

func serve(t *testing.T, dir string) *creel {
	t.Helper()
	c := &creel{t: t, cmd: exec.Command(os.Getenv("CREEL_BIN"), "serve", "--data", dir, "--catch", "127.0.0.1:0", "--ui", "127.0.0.1:0", "--ready-json")}
	c.cmd.Stderr = os.Stderr
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.end(syscall.SIGKILL) })
	if err := json.NewDecoder(out).Decode(c); err != nil {
		t.Fatalf("it did not say that it is ready: %v", err)
	}
	return c
}

func (c *creel) end(sig syscall.Signal) {
	if c.cmd.ProcessState == nil {
		_ = c.cmd.Process.Signal(sig)
		_ = c.cmd.Wait()
	}
}

func (c *creel) call(method, path, body string, into any) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, c.UI+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.Token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		c.t.Fatalf("%s %s: %s %s, %v", method, path, resp.Status, text, err)
	}
	if into != nil {
		if err := json.Unmarshal(text, into); err != nil {
			c.t.Fatal(err)
		}
	}
}

type told struct {
	Valid       bool
	Reason      string
	SecretPlace struct{ Place string }
}

func (c *creel) verdict(seq int) (v told) {
	c.t.Helper()
	c.call("GET", fmt.Sprintf("/requests/%d/verdict", seq), "", &v)
	return v
}

// push sends what GitLab would, with the secret as its token.
func (c *creel) push() {
	c.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), "POST", c.Catch+"/inbox", strings.NewReader("{}"))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("X-Gitlab-Event", "Push Hook")
	req.Header.Set("X-Gitlab-Token", "in-a-real-keychain")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	_ = resp.Body.Close()
}

// The whole program: set, read after a kill, locked, unlocked, deleted.
func TestKeychainServesTheProgram(t *testing.T) {
	d, dir := keyringOf(t, true), t.TempDir()
	c := serve(t, dir)
	c.call("PATCH", "/endpoints/inbox", `{"provider":"gitlab","secret":"in-a-real-keychain"}`, nil)
	c.push()
	if v := c.verdict(1); !v.Valid || v.SecretPlace.Place != "keychain" {
		t.Fatalf("with the secret: %+v", v)
	}
	if bytes.Contains(file(t, dir), []byte("in-a-real-keychain")) {
		t.Error("the file holds it, too")
	}
	user := items(t, dir)[0]
	c.end(syscall.SIGKILL)
	c = serve(t, dir)
	if v := c.verdict(1); !v.Valid {
		t.Errorf("after a kill: %+v", v)
	}
	c.end(syscall.SIGTERM)

	d.lock()
	c = serve(t, dir)
	c.push()
	if v := c.verdict(2); v.Valid || v.Reason != "secret_unreadable" {
		t.Errorf("locked: %+v", v)
	}
	d.restart(true) // which unlocks it
	await(t, "the secret to be read after all", func() bool { return c.verdict(2).Valid })
	var row struct{ Sig string }
	await(t, "the row to say so", func() bool { c.call("GET", "/requests/2", "", &row); return row.Sig == "valid" })

	c.call("PATCH", "/endpoints/inbox", `{"secret":null}`, nil)
	keychain, _ := secret.Choose(os.Getenv)
	if got, err := keychain.Get("Creel", user); !errors.Is(err, secret.ErrNone) {
		t.Errorf("after it was removed: %q, %v", got, err)
	}
	c.end(syscall.SIGTERM)
}
