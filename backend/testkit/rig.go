package testkit

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"creel/backend/api"
	"creel/backend/catch"
	"creel/backend/desk"
	"creel/backend/forward"
	"creel/backend/hook"
	"creel/backend/sandbox"
	"creel/backend/secret"
	"creel/backend/store"
)

// Rig is the whole program but its window, wired as main does it: real
// files, real sockets.
type Rig struct {
	Desk    *desk.Desk
	Store   *store.Store
	Catcher *catch.Catcher
	Door    string // http://host:port
	Token   string

	tb   testing.TB
	door *api.Server

	sandbox *sandbox.Sandbox
}

// WindowOrigin is the foreign origin that a Rig's door lets in.
const WindowOrigin = "wails://wails"

// NewRig starts one on an empty data folder. It is closed when the test ends.
func NewRig(tb testing.TB) *Rig {
	tb.Helper()
	return RigOn(tb, tb.TempDir(), "127.0.0.1:0")
}

// RigOn starts one on dir, catching on addr. Secrets are kept in a file, never
// in the keychain of whoever tests. Options change what the desk is made of.
func RigOn(tb testing.TB, dir, addr string, options ...func(*desk.Options)) *Rig {
	tb.Helper()
	ctx := tb.Context()
	r := &Rig{tb: tb, Token: "test-token"}
	var behind atomic.Pointer[desk.Desk]
	var err error
	r.Store, err = store.Open(ctx, store.Options{Dir: dir, Log: slog.New(slog.DiscardHandler), OnChange: func(c hook.Change) {
		if d := behind.Load(); d != nil {
			d.Changed(c)
		}
	}})
	r.must(err)
	r.sandbox = sandbox.New()
	secrets, err := secret.Open(ctx, secret.Options{Dir: dir})
	r.must(err)
	o := desk.Options{Store: r.Store, Roads: forward.Roads{}, DataDir: dir, Version: "test", Secrets: secrets, TestKeys: secret.NewTestKeys(dir), Transforms: r.sandbox}
	for _, change := range options {
		change(&o)
	}
	r.Desk, err = desk.New(ctx, o)
	r.must(err)
	behind.Store(r.Desk)
	r.Catcher = catch.New(r.Desk, catch.Options{MaxBody: r.Desk.MaxBody})
	sender := forward.New(forward.Options{Own: func(a string) bool {
		return forward.Reaches(r.Catcher.Addr(), a) || forward.Reaches(r.door.Addr(), a)
	}})
	r.door, err = api.Open("127.0.0.1:0", api.Options{
		Desk: r.Desk, Token: r.Token, Origins: []string{WindowOrigin},
		Page: fstest.MapFS{"index.html": {Data: []byte(`<!doctype html><meta name="csp-nonce" content="__CSP_NONCE__">`)}},
	})
	r.must(err)
	r.Door = "http://" + r.door.Addr()
	r.must(r.Desk.Start(ctx, r.Catcher, forward.NewOutbox(r.Desk, sender, forward.OutboxOptions{}), addr))
	tb.Cleanup(r.Close)
	return r
}

// Close shuts everything down. A second call does nothing.
func (r *Rig) Close() {
	if r.door == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	r.must(r.Desk.Shut(ctx))
	r.must(r.door.Shut(ctx))
	r.sandbox.Close()
	r.must(r.Store.Close())
	r.door = nil
}

func (r *Rig) must(err error) {
	r.tb.Helper()
	if err != nil {
		r.tb.Fatal(err)
	}
}

// CatchURL is where requests are caught.
func (r *Rig) CatchURL() string { return "http://" + r.Catcher.Addr() }

// Post sends a JSON body to the catch port and returns the seq it was kept
// under.
func (r *Rig) Post(path, body string) int64 {
	r.tb.Helper()
	resp, err := http.Post(r.CatchURL()+path, "application/json", bytes.NewBufferString(body))
	r.must(err)
	defer func() { _ = resp.Body.Close() }()
	var seq int64
	if _, err := fmt.Sscan(resp.Header.Get("X-Creel-Seq"), &seq); err != nil {
		r.tb.Fatalf("post %s: %s without a seq", path, resp.Status)
	}
	return seq
}

// Raw writes bytes to the catch port as they are and returns all that comes
// back until the catcher closes.
func (r *Rig) Raw(request string) string {
	r.tb.Helper()
	conn, err := net.Dial("tcp", r.Catcher.Addr())
	r.must(err)
	defer func() { _ = conn.Close() }()
	_, err = io.WriteString(conn, request)
	r.must(err)
	answer, err := io.ReadAll(conn)
	r.must(err)
	return string(answer)
}

// Call asks the door and decodes the JSON answer into out, which may be nil
// or *[]byte. It fails the test unless the answer has that status.
func (r *Rig) Call(method, path string, in, out any, status int) {
	r.tb.Helper()
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		r.must(err)
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(r.tb.Context(), method, r.Door+path, body)
	r.must(err)
	req.Header.Set("Authorization", "Bearer "+r.Token)
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	r.must(err)
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	r.must(err)
	if resp.StatusCode != status {
		r.tb.Fatalf("%s %s: %s, want %d: %s", method, path, resp.Status, status, answer)
	}
	switch out := out.(type) {
	case nil:
	case *[]byte:
		*out = answer
	default:
		if err := json.Unmarshal(answer, out); err != nil {
			r.tb.Fatalf("%s %s: %v in %s", method, path, err, answer)
		}
	}
}

// Await asks until ok is true of the answer, and fails the test when that
// takes absurdly long.
func (r *Rig) Await(what string, ok func() bool) {
	r.tb.Helper()
	news, stop := r.Desk.Subscribe()
	defer stop()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-news:
		case <-tick.C:
		case <-deadline:
			r.tb.Fatalf("%s: not within half a minute", what)
		}
	}
}
