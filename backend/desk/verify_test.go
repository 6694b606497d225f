package desk_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"creel/backend/desk"
	"creel/backend/hook"
	"creel/backend/secret"
	"creel/backend/testkit"
)

// locker is a keychain that can be locked: it then waits to be unlocked, as
// one does that asks its owner for a password.
type locker struct {
	mu     sync.Mutex
	items  map[string]string
	locked chan struct{}
}

func newLocker() *locker { return &locker{items: map[string]string{}} }

func (l *locker) lock() { l.mu.Lock(); defer l.mu.Unlock(); l.locked = make(chan struct{}) }

func (l *locker) unlock() { close(l.locked) }

func (l *locker) enter() {
	l.mu.Lock()
	wait := l.locked
	l.mu.Unlock()
	if wait != nil {
		<-wait
	}
}

func (l *locker) Set(_, user, value string) error {
	l.enter()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.items[user] = value
	return nil
}

func (l *locker) Get(_, user string) (string, error) {
	l.enter()
	l.mu.Lock()
	defer l.mu.Unlock()
	if v, ok := l.items[user]; ok {
		return v, nil
	}
	return "", secret.ErrNone
}

func (l *locker) Delete(_, user string) error {
	l.enter()
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.items[user]; !ok {
		return secret.ErrNone
	}
	delete(l.items, user)
	return nil
}

// impatient gives the keychain no time at all: what it has not at once, it has
// late.
func impatient(time.Duration) <-chan time.Time {
	over := make(chan time.Time)
	close(over)
	return over
}

// patient waits for it as long as it takes.
func patient(time.Duration) <-chan time.Time { return nil }

// rigWith is the program on dir with secrets in that keychain.
func rigWith(t *testing.T, dir string, l *locker, after func(time.Duration) <-chan time.Time) *testkit.Rig {
	t.Helper()
	var rig *testkit.Rig
	ready := make(chan struct{})
	room, err := secret.Open(t.Context(), secret.Options{Dir: dir, Keychain: l, After: after, Late: func() {
		<-ready
		rig.Desk.SecretsRead()
	}})
	if err != nil {
		t.Fatal(err)
	}
	rig = testkit.RigOn(t, dir, "127.0.0.1:0", func(o *desk.Options) { o.Secrets = room })
	close(ready)
	return rig
}

// github sends a push that is signed by a secret.
func github(t *testing.T, rig *testkit.Rig, path, key, body string) int64 {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "POST", rig.CatchURL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-GitHub-Event", "push")
	req.Header.Set("X-Hub-Signature-256", githubLine(key, body))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var seq int64
	if _, err := fmt.Sscan(resp.Header.Get("X-Creel-Seq"), &seq); err != nil {
		t.Fatal(err)
	}
	return seq
}

func setSecret(t *testing.T, rig *testkit.Rig, slug, provider, text string) {
	t.Helper()
	_, err := rig.Desk.ChangeEndpoint(t.Context(), slug, func(e *hook.Endpoint) {
		e.Provider, e.Secret, e.SecretRef = provider, text, ""
	})
	if err != nil {
		t.Fatal(err)
	}
}

func verdict(t *testing.T, rig *testkit.Rig, seq int64) desk.Verdict {
	t.Helper()
	v, err := rig.Desk.Verdict(t.Context(), seq, nil)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func sigOf(t *testing.T, rig *testkit.Rig, seq int64) string {
	t.Helper()
	row, err := rig.Desk.Row(t.Context(), seq)
	if err != nil {
		t.Fatal(err)
	}
	return row.Sig
}

func TestALockedKeychainIsSaidAndMadeUpFor(t *testing.T) {
	dir, l := t.TempDir(), newLocker()
	rig := rigWith(t, dir, l, patient)
	setSecret(t, rig, "inbox", "github", "s3cret")
	if p := rig.Desk.SecretAt(rig.Desk.Endpoints()[0].SecretRef); p.Place != hook.InKeychain {
		t.Fatalf("kept in %+v", p)
	}
	rig.Close()

	l.lock()
	rig = rigWith(t, dir, l, impatient)
	seq := github(t, rig, "/inbox", "s3cret", `{}`)
	if v := verdict(t, rig, seq); v.Valid || v.Reason != desk.SecretUnreadable || !v.SecretSet || v.Resign.Possible || len(v.Hints) == 0 {
		t.Errorf("while it is locked: %+v", v)
	}
	if got := sigOf(t, rig, seq); got != "none" {
		t.Errorf("while it is locked the row says %q", got)
	}
	l.unlock()
	rig.Await("the row to be verified after all", func() bool { return sigOf(t, rig, seq) == "valid" })
	if v := verdict(t, rig, seq); !v.Valid {
		t.Errorf("unlocked: %+v", v)
	}
}

func TestAnotherProvidersRequestIsNotCalledInvalid(t *testing.T) {
	rig := testkit.NewRig(t)
	setSecret(t, rig, "inbox", "stripe", "whsec_x")
	seq := github(t, rig, "/inbox", "s3cret", `{}`)
	v := verdict(t, rig, seq)
	if v.Reason != "no_secret" || v.Provider != "github" || !strings.Contains(v.Hints[0], "GitHub") || v.Resign.Possible {
		t.Errorf("verdict %+v", v)
	}
	if got := sigOf(t, rig, seq); got != "none" {
		t.Errorf("the row says %q", got)
	}
}

func githubLine(key, body string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(body))
	return "sha256=" + hex.EncodeToString(h.Sum(nil))
}

// capture is a push as the catcher would hand it over.
func capture(slug, line, body string) *hook.Capture {
	c := &hook.Capture{Request: hook.Request{
		Endpoint: slug, ReceivedAt: time.Now(), Method: "POST", Target: "/" + slug, Host: "127.0.0.1", Protocol: "HTTP/1.1",
		Via: hook.ViaDirect, State: hook.Kept, Status: 200, Provider: "github", Event: "push", BodyBytes: int64(len(body)),
	}}
	c.SHA256 = sha256.Sum256([]byte(body))
	c.Head = []byte("POST /" + slug + " HTTP/1.1\r\nHost: 127.0.0.1\r\nX-GitHub-Event: push\r\nX-Hub-Signature-256: " + line + "\r\n\r\n")
	c.Body = []byte(body)
	return c
}

// An earlier Creel kept secrets in the database. They are moved at the first
// start, and no trace of them is left.
func TestSecretsOfAnEarlierCreelLeaveTheDatabase(t *testing.T) {
	const old = "whsec_kept_by_an_earlier_creel"
	dir := t.TempDir()
	rig := testkit.RigOn(t, dir, "127.0.0.1:0")
	seq := github(t, rig, "/inbox", old, `{}`)
	rig.Close()
	path := filepath.Join(dir, "creel.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), `UPDATE endpoints SET settings = json_set(settings, '$.Secret', ?, '$.Provider', 'github') WHERE slug = 'inbox'`, old)
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(path); err != nil || !strings.Contains(string(b), old) {
		t.Fatalf("the database does not hold it to begin with: %v", err)
	}
	rig = testkit.RigOn(t, dir, "127.0.0.1:0")
	if v := verdict(t, rig, seq); !v.Valid {
		t.Errorf("after the move: %+v", v)
	}
	rig.Close()
	for _, name := range []string{"creel.db", "creel.db-wal"} {
		if b, err := os.ReadFile(filepath.Join(dir, name)); err == nil && strings.Contains(string(b), old) {
			t.Errorf("%s still holds it", name)
		}
	}
}

func TestASecretGivenWithAnOrderDoesNotOutliveTheRun(t *testing.T) {
	dir := t.TempDir()
	rig := testkit.RigOn(t, dir, "127.0.0.1:0")
	target := testkit.NewTarget(t)
	target.Usual(testkit.Step{Status: 500})
	seq := github(t, rig, "/inbox", "s3cret", `{}`)
	ds, err := rig.Desk.Replay(t.Context(), seq, desk.ReplayOrder{URL: target.URL(), Resign: &desk.ResignOrder{Secret: "lent"}})
	if err != nil {
		t.Fatal(err)
	}
	ended := func() (d hook.Delivery) {
		rig.Await("the try to end", func() bool {
			all, err := rig.Desk.Deliveries(context.Background(), seq)
			d = all[0]
			return err == nil && d.State == hook.Failed
		})
		return d
	}
	ended()
	rig.Close()
	rig = testkit.RigOn(t, dir, "127.0.0.1:0")
	if _, err := rig.Desk.Retry(t.Context(), ds[0].ID); err != nil {
		t.Fatal(err)
	}
	d := ended()
	last := d.Attempts[len(d.Attempts)-1]
	if last.Err == nil || last.Err.Kind != hook.ErrSign || !strings.Contains(last.Err.Text, "restart") {
		t.Errorf("the second try: %+v", last)
	}
	if n := len(target.Seen()); n != 1 {
		t.Errorf("%d requests were sent", n)
	}
}
