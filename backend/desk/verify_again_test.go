package desk_test

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"creel/backend/desk"
	"creel/backend/hook"
	"creel/backend/testkit"
)

// reader counts the rows whose bytes are read to be verified.
type reader struct {
	desk.Store
	mu   sync.Mutex
	read map[int64]int
}

func (r *reader) Raws(ctx context.Context, seqs []int64) (map[int64]hook.Raw, error) {
	r.mu.Lock()
	for _, seq := range seqs {
		r.read[seq]++
	}
	r.mu.Unlock()
	return r.Store.Raws(ctx, seqs)
}

func (r *reader) seqs() []int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(maps.Keys(r.read))
}

// counted has the reads of a rig counted.
func counted(r *reader) func(*desk.Options) {
	return func(o *desk.Options) { r.Store, o.Store, r.read = o.Store, r, map[int64]int{} }
}

// fill keeps n pushes for a slug, signed by a secret.
func fill(t *testing.T, rig *testkit.Rig, slug, secret string, n int) (seqs []int64) {
	t.Helper()
	for i := range n {
		body := `{"n":` + strconv.Itoa(i) + `}`
		seq, err := rig.Store.Keep(t.Context(), capture(slug, githubLine(secret, body), body), nil)
		if err != nil {
			t.Fatal(err)
		}
		seqs = append(seqs, seq)
	}
	return seqs
}

func total(t *testing.T, rig *testkit.Rig, src string) int64 {
	t.Helper()
	page, err := rig.Desk.List(t.Context(), src, hook.Cursor{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	return page.Total
}

// awaitAll waits until the oldest of the rows, which is verified last, says want,
// and only then has them counted: counting while they change takes the time of
// verifying.
func awaitAll(t *testing.T, rig *testkit.Rig, oldest int64, want string, n int64) {
	t.Helper()
	rig.Await("all rows to say "+want, func() bool { return sigOf(t, rig, oldest) == want })
	rig.Await("the count to be made", func() bool { return total(t, rig, "sig:"+want) == n })
}

// A new secret brings all rows of its endpoint, and only those, in line; the
// sheets that searching reads are made anew with them.
func TestAllRowsOfTheEndpointAreVerifiedAnew(t *testing.T) {
	rig := testkit.NewRig(t)
	const n = 2300
	oldest := fill(t, rig, "inbox", "s3cret", n)[0]
	other := fill(t, rig, "elsewhere", "s3cret", 3)
	setSecret(t, rig, "inbox", "github", "s3cret")
	awaitAll(t, rig, oldest, "valid", n)
	for _, seq := range other {
		if got := sigOf(t, rig, seq); got != "none" {
			t.Errorf("request %d of another endpoint says %q", seq, got)
		}
	}
	setSecret(t, rig, "inbox", "github", "another")
	awaitAll(t, rig, oldest, "invalid", n)
	setSecret(t, rig, "inbox", "github", "")
	awaitAll(t, rig, oldest, "none", n+3)
}

// The next run goes on where the last one stopped, and a third has nothing to
// do.
func TestVerifyingAnewGoesOnAfterARestart(t *testing.T) {
	dir := t.TempDir()
	const n = 1200
	stuck := make(chan time.Time)
	rig := testkit.RigOn(t, dir, "127.0.0.1:0", func(o *desk.Options) {
		o.After = func(time.Duration) <-chan time.Time { return stuck }
	})
	seqs := fill(t, rig, "inbox", "s3cret", n)
	setSecret(t, rig, "inbox", "github", "s3cret")
	rig.Await("the first step", func() bool { return sigOf(t, rig, seqs[n-1]) == "valid" })
	rig.Close()

	r := &reader{}
	rig = testkit.RigOn(t, dir, "127.0.0.1:0", counted(r))
	awaitAll(t, rig, seqs[0], "valid", n)
	read := r.seqs()
	if len(read) == n || slices.Contains(read, seqs[n-1]) {
		t.Errorf("%d of %d rows were verified once more, the newest among them: %v", len(read), n, slices.Contains(read, seqs[n-1]))
	}
	awaitNoted(t, rig, false)
	rig.Close()

	r = &reader{}
	rig = testkit.RigOn(t, dir, "127.0.0.1:0", counted(r))
	setSecret(t, rig, "inbox", "github", "") // when that is done, so is all before
	awaitAll(t, rig, seqs[0], "none", n)
	if read := r.seqs(); len(read) > 0 {
		t.Errorf("verified although all was done: %d rows", len(read))
	}
	awaitNoted(t, rig, true)
}

// awaitNoted waits until it is written down that nothing is left to do; empty
// is that nothing is written down at all.
func awaitNoted(t *testing.T, rig *testkit.Rig, empty bool) {
	t.Helper()
	rig.Await("the progress to be written down", func() bool {
		text, err := rig.Store.Value(t.Context(), "verified")
		return err == nil && (text == "") == empty && !strings.Contains(text, "Before")
	})
}

// A secret that was set when nothing was written down, as by a kill in
// between, is noticed at the next start.
func TestAChangeThatWasNotWrittenDownIsNoticed(t *testing.T) {
	dir := t.TempDir()
	rig := testkit.RigOn(t, dir, "127.0.0.1:0")
	fill(t, rig, "inbox", "s3cret", 5)
	setSecret(t, rig, "inbox", "github", "another")
	rig.Await("invalid", func() bool { return total(t, rig, "sig:invalid") == 5 })
	awaitNoted(t, rig, false)
	before, err := rig.Store.Value(t.Context(), "verified")
	if err != nil {
		t.Fatal(err)
	}
	setSecret(t, rig, "inbox", "github", "s3cret")
	rig.Await("valid", func() bool { return total(t, rig, "sig:valid") == 5 })
	awaitNoted(t, rig, false)
	// As a kill leaves it: the endpoint is new, the rows and what is known are not.
	sigs := map[int64]string{}
	for seq := range int64(5) {
		sigs[seq+1] = "invalid"
	}
	if err := rig.Store.SetSigs(t.Context(), sigs); err != nil {
		t.Fatal(err)
	}
	if err := rig.Store.PutValue(t.Context(), "verified", before); err != nil {
		t.Fatal(err)
	}
	rig.Close()
	rig = testkit.RigOn(t, dir, "127.0.0.1:0")
	rig.Await("valid after all", func() bool { return total(t, rig, "sig:valid") == 5 })
}

// An endpoint's rows follow it to a new name unverified, and are nobody's when
// it goes.
func TestRowsFollowTheirEndpoint(t *testing.T) {
	r := &reader{}
	rig := testkit.RigOn(t, t.TempDir(), "127.0.0.1:0", counted(r))
	if _, err := rig.Desk.CreateEndpoint(t.Context(), hook.Endpoint{Slug: "pay", Provider: "github", Signing: hook.Signing{Secret: "s3cret"}}); err != nil {
		t.Fatal(err)
	}
	fill(t, rig, "pay", "s3cret", 3)
	setSecret(t, rig, "pay", "github", "s3cret")
	rig.Await("valid", func() bool { return total(t, rig, "sig:valid") == 3 })
	awaitNoted(t, rig, false)
	read := len(r.seqs())
	if _, err := rig.Desk.ChangeEndpoint(t.Context(), "pay", func(e *hook.Endpoint) { e.Slug = "paid" }); err != nil {
		t.Fatal(err)
	}
	if err := rig.Desk.DeleteEndpoint(t.Context(), "paid"); err != nil {
		t.Fatal(err)
	}
	rig.Await("none", func() bool { return total(t, rig, "sig:none") == 3 })
	awaitNoted(t, rig, true)
	if got := len(r.seqs()); got != read {
		t.Errorf("%d rows were read again for a new name", got-read)
	}
}

// What came while the keychain was locked is verified when it opens, and
// nothing of what was verified before, even over another locked start.
func TestOnlyWhatCameWhileLockedIsVerifiedLate(t *testing.T) {
	dir, l := t.TempDir(), newLocker()
	rig := rigWith(t, dir, l, patient)
	setSecret(t, rig, "inbox", "github", "s3cret")
	old := github(t, rig, "/inbox", "s3cret", `{}`)
	awaitNoted(t, rig, false)
	rig.Close()

	l.lock()
	rig = rigWith(t, dir, l, impatient)
	first := github(t, rig, "/inbox", "s3cret", `{}`)
	rig.Close()
	rig = rigWith(t, dir, l, impatient)
	second := github(t, rig, "/inbox", "s3cret", `{}`)
	if a, b, c := sigOf(t, rig, old), sigOf(t, rig, first), sigOf(t, rig, second); a != "valid" || b != "none" || c != "none" {
		t.Errorf("while it is locked: %s, %s, %s", a, b, c)
	}
	if err := rig.Store.SetSigs(t.Context(), map[int64]string{old: "invalid"}); err != nil { // to be seen not to be touched
		t.Fatal(err)
	}
	l.unlock()
	rig.Await("both to be verified after all", func() bool {
		return sigOf(t, rig, first) == "valid" && sigOf(t, rig, second) == "valid"
	})
	awaitNoted(t, rig, false)
	if got := sigOf(t, rig, old); got != "invalid" {
		t.Errorf("what was verified before was verified again: %s", got)
	}
}
