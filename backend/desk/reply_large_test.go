package desk_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"

	"creel/backend/hook"
	"creel/backend/testkit"
)

// noise is n bytes that are nowhere alike.
func noise(n int) []byte {
	b := make([]byte, n)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// An answer is passed on whole up to the bound, however much of it is kept, and
// one that is longer is seen as cut.
func TestALargeAnswerIsPassedOn(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	body := noise(hook.MaxPassed + 1)
	passing(t, rig, app.URL(), 30_000)
	for i, n := range []int{hook.MaxAnswer, hook.MaxAnswer + 1, 3*hook.MaxAnswer + 7, hook.MaxPassed} {
		app.Script(testkit.Step{Status: 201, Body: body[:n]})
		resp, got := send(t, rig, "/inbox", "x")
		if resp.StatusCode != 201 || resp.ContentLength != int64(n) || got != string(body[:n]) {
			t.Errorf("%s, %d bytes of %d, announced as %d", resp.Status, len(got), n, resp.ContentLength)
		}
		told(t, rig, int64(i+1), 201, "target:local, app")
	}
	app.Script(testkit.Step{Body: body})
	resp, err := http.Post(rig.CatchURL()+"/inbox", "text/plain", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	if !errors.Is(err, io.ErrUnexpectedEOF) || resp.ContentLength != hook.MaxPassed+1 || !bytes.Equal(got, body[:hook.MaxPassed]) {
		t.Errorf("%d bytes of %d (%v), want the answer cut at %d", len(got), resp.ContentLength, err, hook.MaxPassed)
	}
	told(t, rig, 5, 200, "cut:26214400,target:local, app")
	ds := done(t, rig, 5)
	a, _, err := rig.Desk.Attempt(t.Context(), ds[0].Attempts[0].ID)
	if err != nil || ds[0].State != hook.Delivered || a.AnswerBytes != hook.MaxPassed+1 || !bytes.Equal(a.AnswerBody, body[:hook.MaxAnswer]) || !a.AnswerTruncated {
		t.Errorf("%s, %d bytes of which %d are kept (%v)", ds[0].State, a.AnswerBytes, len(a.AnswerBody), err)
	}
}

// An answer in chunks has no length of its own; the sender gets it all the same.
func TestALargeAnswerInChunksIsPassedOn(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	body := noise(2 * hook.MaxAnswer)
	var wire bytes.Buffer
	wire.WriteString("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n200000\r\n")
	wire.Write(body)
	wire.WriteString("\r\n0\r\n\r\n")
	app.Script(testkit.Step{Raw: wire.Bytes()})
	passing(t, rig, app.URL(), 30_000)
	if resp, got := send(t, rig, "/inbox", "x"); resp.StatusCode != 200 || got != string(body) {
		t.Errorf("%s, %d bytes", resp.Status, len(got))
	}
}

// An answer that breaks off on its way is no answer: half of it is not passed
// on as if it were whole.
func TestALargeAnswerThatBreaksOff(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	app.Script(testkit.Step{Headers: [][2]string{{"Content-Length", "9000000"}}, Body: noise(2 * hook.MaxAnswer), Close: true})
	passing(t, rig, app.URL(), 30_000)
	if resp, body := send(t, rig, "/inbox", "x"); resp.StatusCode != 502 || !strings.HasPrefix(body, "kept, but without an answer") {
		t.Errorf("%s %.100s", resp.Status, body)
	}
	told(t, rig, 1, 502, "fallback:reset")
}

// However many senders wait for large answers, the memory for them is bounded
// and comes back; what has no room is seen as cut.
func TestLargeAnswersShareABoundedMemory(t *testing.T) {
	rig := testkit.NewRig(t)
	app := testkit.NewTarget(t)
	body := noise(hook.MaxPassed)
	app.Usual(testkit.Step{Body: body})
	passing(t, rig, app.URL(), 30_000)
	before := heap()
	var all sync.WaitGroup
	var mu sync.Mutex
	whole, cut := 0, 0
	for range 12 {
		all.Go(func() {
			resp, err := http.Post(rig.CatchURL()+"/inbox", "text/plain", strings.NewReader("x"))
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = resp.Body.Close() }()
			got, err := io.ReadAll(resp.Body)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil && bytes.Equal(got, body):
				whole++
			case errors.Is(err, io.ErrUnexpectedEOF) && bytes.HasPrefix(body, got):
				cut++
			default:
				t.Errorf("%s, %d bytes (%v)", resp.Status, len(got), err)
			}
		})
	}
	all.Wait()
	if whole+cut != 12 || whole == 0 {
		t.Errorf("%d whole, %d cut", whole, cut)
	}
	if after := heap(); after > before+(40<<20) {
		t.Errorf("%d MiB are held after the last answer, %d before the first", after>>20, before>>20)
	}
	// There is room for one again.
	if resp, got := send(t, rig, "/inbox", "x"); got != string(body) {
		t.Errorf("the next one: %s, %d bytes", resp.Status, len(got))
	}
}

// heap is how many bytes are in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
