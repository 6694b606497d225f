package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"creel/backend/hook"
	"creel/backend/store"

	"github.com/google/go-cmp/cmp"
)

var ctx = context.Background()

// capture is a small request; edits change it.
func capture(edits ...func(*hook.Capture)) *hook.Capture {
	c := &hook.Capture{
		Request: hook.Request{Endpoint: "shop", ReceivedAt: time.Date(2026, 11, 23, 9, 0, 0, 123456000, time.UTC),
			Method: "POST", Target: "/shop/orders?id=7", Host: "127.0.0.1:4290", Protocol: "HTTP/1.1", Secure: true,
			RemoteAddr: "127.0.0.1:50000", Via: hook.ViaDirect, ContentType: "application/json",
			State: hook.Kept, Status: 200, Provider: "shopify", Event: "orders/create", Sig: "none",
			ReadTime: 1500 * time.Microsecond, KeepAlive: true},
		Raw: hook.Raw{Head: []byte("POST /shop/orders?id=7 HTTP/1.1\r\nHost: 127.0.0.1:4290\r\nX-Shopify-Topic: orders/create\r\n\r\n"),
			Body: []byte(`{"id":7,"name":"Änne"}`)},
	}
	for _, f := range edits {
		f(c)
	}
	c.BodyBytes = int64(len(c.Body))
	return c
}

func keep(tb testing.TB, s *store.Store, c *hook.Capture, owed ...hook.Delivery) int64 {
	tb.Helper()
	seq, err := s.Keep(ctx, c, owed)
	if err != nil {
		tb.Fatalf("keep: %v", err)
	}
	return seq
}

func keepN(tb testing.TB, s *store.Store, n int, edits ...func(*hook.Capture)) {
	tb.Helper()
	cs := make([]hook.Capture, n)
	for i := range cs {
		cs[i] = *capture(edits...)
		cs[i].Body = fmt.Appendf(nil, `{"n":%d}`, i)
	}
	if err := s.KeepMany(ctx, cs); err != nil {
		tb.Fatalf("keep many: %v", err)
	}
}

func TestKeepGivesBackEveryByteAndField(t *testing.T) {
	s := openTemp(t)
	c := capture()
	c.Trailer = []byte("X-Sum: 1\r\n")
	seq := keep(t, s, c)
	if seq != 1 || c.Seq != 1 {
		t.Fatalf("first seq is %d (and %d in the capture)", seq, c.Seq)
	}
	row, err := s.Row(ctx, seq)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(hook.Row{Request: c.Request, Marks: hook.Marks{Tags: []string{}}}, row); d != "" {
		t.Errorf("row differs (-kept +read):\n%s", d)
	}
	raw, err := s.Raw(ctx, seq)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(c.Raw, raw); d != "" {
		t.Errorf("bytes differ (-kept +read):\n%s", d)
	}
	if row.SHA256 == [32]byte{} || row.UID == [16]byte{} {
		t.Error("sha256 and uid are not filled in")
	}
}

func TestKeepCommitsOwedDeliveriesWithTheRequest(t *testing.T) {
	s := openTemp(t)
	owed := []hook.Delivery{{Target: "app", URL: "http://127.0.0.1:3000/", Kind: hook.Forward}}
	seq := keep(t, s, capture(), owed...)
	if owed[0].Request != seq || owed[0].ID == "" {
		t.Errorf("owed delivery is %+v", owed[0])
	}
	row, err := s.Row(ctx, seq)
	if err != nil || row.Waiting != 1 {
		t.Errorf("row waits for %d deliveries (%v), want 1", row.Waiting, err)
	}
}

func TestKeepFromManyGoroutines(t *testing.T) {
	s := openTemp(t)
	const goroutines, each = 32, 25
	var wg sync.WaitGroup
	var mu sync.Mutex
	seen := map[int64]bool{}
	for g := range goroutines {
		wg.Go(func() {
			for i := range each {
				seq, err := s.Keep(ctx, capture(func(c *hook.Capture) { c.Body = fmt.Appendf(nil, "%d/%d", g, i) }), nil)
				if err != nil {
					t.Errorf("keep: %v", err)
					return
				}
				raw, err := s.Raw(ctx, seq)
				if err != nil || string(raw.Body) != fmt.Sprintf("%d/%d", g, i) {
					t.Errorf("request %d has body %q (%v)", seq, raw.Body, err)
				}
				mu.Lock()
				seen[seq] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(seen) != goroutines*each || s.Change().LastSeq != goroutines*each {
		t.Errorf("%d different seqs up to %d, want %d", len(seen), s.Change().LastSeq, goroutines*each)
	}
}

func TestReopenFindsEverythingAndGoesOn(t *testing.T) {
	dir := t.TempDir()
	open := func() *store.Store {
		s, err := store.Open(ctx, store.Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open()
	keepN(t, s, 3000)
	before, usage := s.Change(), mustUsage(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open()
	defer s.Close()
	if got := mustUsage(t, s); !cmp.Equal(got, usage) {
		t.Errorf("usage is %+v after reopening, was %+v", got, usage)
	}
	if after := s.Change(); after.LastSeq != 3000 || after.Epoch == before.Epoch {
		t.Errorf("change is %+v after reopening, was %+v", after, before)
	}
	if seq := keep(t, s, capture()); seq != 3001 {
		t.Errorf("next seq is %d, want 3001", seq)
	}
}

func mustUsage(tb testing.TB, s *store.Store) hook.Usage {
	tb.Helper()
	u, err := s.Usage(ctx)
	if err != nil {
		tb.Fatal(err)
	}
	return u
}

func timeoutNow() (context.Context, context.CancelFunc) {
	return context.WithDeadline(ctx, time.Now().Add(-time.Second))
}
