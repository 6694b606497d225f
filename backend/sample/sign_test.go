package sample_test

import (
	"bytes"
	cryptorand "crypto/rand"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"creel/backend/hook"
	"creel/backend/sample"
	"creel/backend/sign"

	"pgregory.net/rapid"
)

const address = "http://127.0.0.1:4290/inbox"

var testKeys = sync.OnceValue(func() *sign.TestKeys {
	keys, err := sign.NewTestKeys(cryptorand.Reader)
	if err != nil {
		panic(err)
	}
	return keys
})

// signed signs a sample as the desk does, with its test secret or the test
// key pair, and returns what verifies it.
func signed(t testing.TB, info sample.Info, m sample.Message, now time.Time, rnd io.Reader) (sign.Message, sign.Key) {
	t.Helper()
	out := sign.Message{Method: m.Method, URL: address + m.Path, Headers: m.Headers, Body: m.Body}
	key := sign.Key{Secret: info.Secret}
	for _, scheme := range []string{info.Also, info.Scheme} {
		if scheme == "" {
			continue
		}
		next, note, err := sign.Sign(out, key, sign.SignOptions{Scheme: scheme, Provider: info.Provider, Now: now, Rand: rnd, KeepID: true, TestKeys: testKeys()})
		if err != nil {
			t.Fatalf("sign %s by %s: %v", info.ID, scheme, err)
		}
		key.PublicKey = note.PublicKey
		out = next
	}
	return out, key
}

// Every signed sample verifies, whenever it is made and whatever its ids are;
// none does with another secret or, where the body is signed, another body.
func TestEverySignedSampleVerifies(t *testing.T) {
	schemes := map[string]sign.Scheme{}
	for _, s := range sign.Schemes() {
		schemes[s.ID] = s
	}
	infos := sample.All()
	rapid.Check(t, func(r *rapid.T) {
		info := rapid.SampledFrom(infos).Draw(r, "sample")
		now := time.Unix(rapid.Int64Range(1_600_000_000, 2_500_000_000).Draw(r, "now"), rapid.Int64Range(0, 1e9-1).Draw(r, "ns")).UTC()
		verifies(t, schemes, info, now, byte(rapid.IntRange(0, 255).Draw(r, "seed")))
	})
	for _, info := range infos {
		verifies(t, schemes, info, at, 1)
	}
}

func verifies(t *testing.T, schemes map[string]sign.Scheme, info sample.Info, now time.Time, seed byte) {
	t.Helper()
	rnd := dice(seed)
	m, err := sample.Build(info.ID, now, rnd)
	if err != nil {
		t.Fatal(err)
	}
	if info.Scheme == "" {
		if info.Secret != "" || info.Also != "" {
			t.Fatalf("%s has a secret and no scheme", info.ID)
		}
		return
	}
	scheme, known := schemes[info.Scheme]
	if !known || scheme.NeedsSecret == (info.Secret == "") {
		t.Fatalf("%s: scheme %q (%v) with secret %q", info.ID, info.Scheme, known, info.Secret)
	}
	msg, key := signed(t, info, m, now, rnd)
	tolerance := time.Minute
	for _, s := range []string{info.Also, info.Scheme} {
		if s == "" {
			continue
		}
		o := sign.Options{Scheme: s, Provider: info.Provider, Now: now, Tolerance: &tolerance}
		if v := sign.Verify(msg, key, o); !v.Valid {
			t.Fatalf("%s at %v with seed %d: %s %v\n%v\n%s", info.ID, now, seed, v.Reason, v.Hints, msg.Headers, msg.Body)
		}
		mustNotVerify(t, info, scheme, msg, key, o)
	}
	// What a receiver recognises by itself is the same scheme and sender.
	if v := sign.Verify(msg, key, sign.Options{Now: now, Tolerance: &tolerance}); !v.Valid && v.Reason != sign.NoScheme {
		t.Errorf("%s by itself: %s as %s %s %v", info.ID, v.Reason, v.Provider, v.Scheme, v.Hints)
	}
}

func mustNotVerify(t *testing.T, info sample.Info, scheme sign.Scheme, msg sign.Message, key sign.Key, o sign.Options) {
	t.Helper()
	other := key
	if scheme.NeedsSecret {
		other.Secret = "whsec_b3RoZXItc2VjcmV0LW90aGVyLXNlY3JldC1vdGhlcg=="
		if info.Scheme == "adyen-item" {
			other.Secret = strings.Repeat("0F", 32)
		}
	} else {
		other.PublicKey = ""
	}
	if v := sign.Verify(msg, other, o); v.Valid {
		t.Fatalf("%s verifies with another secret", info.ID)
	}
	if scheme.Covers.Body && !scheme.InBody {
		changed := msg
		changed.Body = append(slices.Clone(msg.Body), ' ')
		if v := sign.Verify(changed, key, o); v.Valid {
			t.Fatalf("%s verifies with another body", info.ID)
		}
	}
}

// Signing fills the lines that are there, in their place, and adds none.
func TestSigningFillsWhatWasLeftEmpty(t *testing.T) {
	for _, info := range sample.All() {
		m := build(t, info.ID, 4)
		empty := slices.ContainsFunc(m.Headers, func(h hook.Header) bool { return h.Value == "" })
		msg, _ := signed(t, info, m, at, dice(5))
		if names(m.Headers) != names(msg.Headers) {
			t.Errorf("%s: signing changed the lines from %s to %s", info.ID, names(m.Headers), names(msg.Headers))
		}
		if info.Scheme != "" && !empty && bytes.Equal(m.Body, msg.Body) {
			t.Errorf("%s has no place for its signature", info.ID)
		}
		if info.Scheme == "" && empty {
			t.Errorf("%s has an empty line and no scheme", info.ID)
		}
		for _, h := range msg.Headers {
			if h.Value == "" {
				t.Errorf("%s: %s is still empty", info.ID, h.Name)
			}
		}
	}
}

func names(hs hook.Headers) string {
	all := make([]string, len(hs))
	for i, h := range hs {
		all[i] = h.Name
	}
	return strings.Join(all, " ")
}
