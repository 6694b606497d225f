package store_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"creel/backend/filter"
	"creel/backend/hook"
	"creel/backend/store"
)

// Bodies around the size of a piece come back byte for byte, are found by
// what stands in any of their pieces, and leave nothing behind when pruned.
func TestLargeBodiesAreKeptInPieces(t *testing.T) {
	const mib = 1 << 20
	dir := filepath.Join(t.TempDir(), "data")
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	random := rand.NewChaCha8([32]byte{1})
	var bodies [][]byte
	for i, size := range []int{0, 1, mib - 1, mib, mib + 1, 2*mib - 1, 2 * mib, 2*mib + 1, 5*mib + 70} {
		body := make([]byte, size)
		_, _ = random.Read(body)
		copy(body[max(0, size-10):], fmt.Sprintf("needle%04d", i))
		c := &hook.Capture{Request: hook.Request{Method: "POST", Target: "/", Status: 200, State: hook.Kept,
			Via: hook.ViaDirect, Sig: "none", BodyBytes: int64(size), ReceivedAt: time.Unix(1_700_000_000+int64(i), 0)},
			Raw: hook.Raw{Head: []byte("POST / HTTP/1.1\r\n\r\n"), Body: body, Trailer: []byte("X: 1\r\n")}}
		bodies = append(bodies, bytes.Clone(body))
		if seq, err := s.Keep(ctx, c, nil); err != nil || seq != int64(i+1) {
			t.Fatal(seq, err)
		}
	}
	for i, want := range bodies {
		raw, err := s.Raw(ctx, int64(i+1))
		if err != nil || !bytes.Equal(raw.Body, want) || string(raw.Trailer) != "X: 1\r\n" {
			t.Errorf("%d: %d bytes of %d, %v", i+1, len(raw.Body), len(want), err)
		}
	}
	for _, text := range []string{"needle0008", "body:needle0008"} {
		expr, err := filter.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		page, err := s.List(ctx, expr, hook.Cursor{Limit: 10})
		if err != nil || len(page.Rows) != 1 || page.Rows[0].Seq != 9 {
			t.Errorf("%s: %+v, %v", text, page, err)
		}
	}
	if _, err := s.Prune(ctx, hook.Retention{Count: 1}); err != nil {
		t.Fatal(err)
	}
	if raw, err := s.Raw(ctx, 9); err != nil || !bytes.Equal(raw.Body, bodies[8]) {
		t.Error("the newest was harmed", err)
	}
	if n, err := s.Pieces(ctx); err != nil || n != 5 {
		t.Errorf("%d pieces are left, want the newest's 5; %v", n, err)
	}
}
