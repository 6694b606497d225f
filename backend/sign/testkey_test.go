package sign_test

import (
	"crypto/rand"
	"sync"
	"testing"

	"creel/backend/hook"
	"creel/backend/sign"
)

// testKeys are those of an installation, made once: it takes long.
var testKeys = sync.OnceValue(func() *sign.TestKeys {
	keys, err := sign.NewTestKeys(rand.Reader)
	if err != nil {
		panic(err)
	}
	return keys
})

// pairOf is the test key pair of a scheme, as a person would give it.
func pairOf(scheme string) sign.Key {
	public, ok := testKeys().PublicKey(scheme)
	if !ok {
		return sign.Key{}
	}
	text, err := testKeys().Text()
	if err != nil {
		panic(err)
	}
	return sign.Key{PublicKey: public, PrivateKey: string(text)}
}

// Test keys survive being written down; every scheme that needs one has one,
// and the same at each asking.
func TestTestKeys(t *testing.T) {
	text, err := testKeys().Text()
	if err != nil {
		t.Fatal(err)
	}
	read, err := sign.ReadTestKeys(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sign.Schemes() {
		was, ok := testKeys().PublicKey(s.ID)
		again, _ := read.PublicKey(s.ID)
		if ok != s.NeedsPublicKey || was != again || ok && was == "" {
			t.Errorf("%s: %v %q, then %q", s.ID, ok, was, again)
		}
	}
	for _, bad := range [][]byte{nil, []byte("nonsense"), text[:len(text)/2], []byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")} {
		if _, err := sign.ReadTestKeys(bad); err == nil {
			t.Errorf("%.40q was taken", bad)
		}
	}
}

// What one installation signed, another's public key does not take.
func TestTestKeysAreOfOneInstallation(t *testing.T) {
	others, err := sign.NewTestKeys(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sign.Schemes() {
		if !s.NeedsPublicKey {
			continue
		}
		m := sign.Message{Method: "POST", Body: []byte(`{"Type":"Notification","Message":"x"}`)}
		done, note, err := sign.Sign(m, sign.Key{Secret: plain}, sign.SignOptions{Scheme: s.ID, Now: now(), Rand: random(), TestKeys: testKeys()})
		if err != nil || !note.TestKey {
			t.Fatal(s.ID, note, err)
		}
		public, _ := others.PublicKey(s.ID)
		if v := sign.Verify(done, sign.Key{Secret: plain, PublicKey: public}, sign.Options{Scheme: s.ID}); v.Valid {
			t.Errorf("%s: taken by another installation's public key", s.ID)
		}
		if v := sign.Verify(done, sign.Key{Secret: plain, PublicKey: note.PublicKey}, sign.Options{Scheme: s.ID}); !v.Valid {
			t.Errorf("%s: not taken by its own: %s %q", s.ID, v.Reason, v.Hints)
		}
	}
}

// Nobody's private key signs when none is given.
func TestNoKeyIsMadeUp(t *testing.T) {
	_, _, err := sign.Sign(sign.Message{Method: "POST"}, sign.Key{}, sign.SignOptions{Scheme: "discord-ed25519", Now: now()})
	if hook.KindOf(err) != hook.Invalid {
		t.Errorf("signed without a key: %v", err)
	}
}

func FuzzReadTestKeys(f *testing.F) {
	text, err := testKeys().Text()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if keys, err := sign.ReadTestKeys(text); err == nil {
			if _, err := keys.Text(); err != nil {
				t.Fatalf("what was read cannot be written: %v", err)
			}
		}
	})
}
