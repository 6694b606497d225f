// Package secret keeps secrets: in the keychain of the operating system, one
// item each, or, where there is none that answers, in a file of the data
// folder that only its owner can read.
//
// A secret is kept under a ref of its own and never changed in place: whoever
// names it (an endpoint) is given a new ref first and lets go of the old one
// last, so that a crash in between loses nothing. What nobody names any more
// is swept at the next start.
package secret

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"creel/backend/hook"
)

// Keychain is the operating system's. Its methods may block for as long as a
// person takes to unlock it; they return ErrNone for an item that is not there.
type Keychain interface {
	Set(service, user, secret string) error
	Get(service, user string) (string, error)
	Delete(service, user string) error
}

// ErrNone says that the keychain has no such item.
var ErrNone = errors.New("no such item")

// service is the name under which items show in the keychain.
const service = "Creel"

// Options are what a Room is made of.
type Options struct {
	Dir string // the data folder
	// Keychain is nil where there is none; Why then says so in words.
	Keychain Keychain
	Why      string
	// Patience is how long a keychain may take to answer; 0 is 2 s. One that
	// waits for its owner to unlock it goes on in the background.
	Patience time.Duration
	// Opening is the same for Open and Sweep, which a start waits for; 0 is
	// 250 ms.
	Opening time.Duration
	// After is the clock behind Patience; nil is time.After.
	After func(time.Duration) <-chan time.Time
	// Late is called, once for each time, when secrets that could not be read
	// at first have been read after all.
	Late func()
	Log  *slog.Logger
}

// Room holds the secrets of one data folder. Its methods may be called from
// many goroutines; reading never waits for the keychain.
type Room struct {
	o     Options
	clerk *clerk

	writing sync.Mutex // one change at a time

	mu     sync.Mutex
	book   book
	values map[string]string // by ref: what could be read
	why    string            // why the keychain did not serve when last asked; ""
}

// Open reads the secrets of a data folder. It waits for the keychain only as
// long as Opening, and only when it has a secret of this folder. A damaged
// file is set aside: that is logged and told by Place.
func Open(ctx context.Context, o Options) (*Room, error) {
	if o.Patience == 0 {
		o.Patience = 2 * time.Second
	}
	if o.Opening == 0 {
		o.Opening = 250 * time.Millisecond
	}
	if o.After == nil {
		o.After = time.After
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Late == nil {
		o.Late = func() {}
	}
	if o.Keychain == nil && o.Why == "" {
		o.Why = "no keychain is used"
	}
	b, err := readBook(o.Dir, o.Log)
	if err != nil {
		return nil, err
	}
	r := &Room{o: o, clerk: newClerk(o), book: b, values: map[string]string{}}
	for ref, e := range b.Secrets {
		if e.In == hook.InFile {
			r.values[ref] = e.Secret
		}
	}
	r.retry(ctx, o.Opening)
	return r, nil
}

// Read returns a secret. It is a Fault of kind Unavailable when it is in a
// keychain that does not answer or is locked, NotFound when there is none.
func (r *Room) Read(ref string) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if v, ok := r.values[ref]; ok {
		return v, nil
	}
	if _, ok := r.book.Secrets[ref]; !ok {
		return "", hook.Faultf(hook.NotFound, "read secret: it is not kept here any more; set it again")
	}
	why := r.why
	if why == "" {
		why = "it has not answered yet"
	}
	return "", hook.Faultf(hook.Unavailable, "read secret from the system's keychain: %s; unlock the keychain, or set the secret again", why)
}

// Where says where a secret is; the zero SecretPlace when there is none.
func (r *Room) Where(ref string) hook.SecretPlace {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.book.Secrets[ref]
	switch {
	case !ok:
		return hook.SecretPlace{}
	case e.In == hook.InFile:
		return hook.SecretPlace{Place: hook.InFile, Why: e.Why}
	}
	return hook.SecretPlace{Place: hook.InKeychain}
}

// Place says where the next secret is tried to be kept.
func (r *Room) Place() hook.SecretPlace {
	if r.o.Keychain == nil {
		return hook.SecretPlace{Place: hook.InFile, Why: r.o.Why}
	}
	return hook.SecretPlace{Place: hook.InKeychain}
}

// Keep keeps a secret under a new ref. When it returns without an error the
// secret is on disk, synced, or in the keychain.
func (r *Room) Keep(ctx context.Context, secret string) (ref string, err error) {
	ref = rand.Text()
	return ref, r.KeepAs(ctx, ref, secret)
}

// KeepAs is Keep under a ref that is chosen. An older secret of that ref is
// replaced.
func (r *Room) KeepAs(_ context.Context, ref, secret string) error {
	r.writing.Lock()
	defer r.writing.Unlock()
	why := r.o.Why
	if r.o.Keychain != nil {
		// The book has the ref before the keychain has the item, so that none
		// is left behind unknown.
		if err := r.write(func(b *book) { b.Secrets[ref] = entry{In: hook.InKeychain} }); err != nil {
			return err
		}
		if why = r.clerk.set(r.o.Patience, r.user(ref), secret); why == "" {
			r.learn(ref, secret)
			return nil
		}
		r.o.Log.Warn("secret kept in a file: the keychain did not take it", "why", why)
	}
	if err := r.write(func(b *book) { b.Secrets[ref] = entry{In: hook.InFile, Secret: secret, Why: why} }); err != nil {
		return err
	}
	r.learn(ref, secret)
	return nil
}

func (r *Room) learn(ref, secret string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.values[ref] = secret
}

// Forget removes secrets. What the keychain does not let go of just now is
// swept at a later start. Unknown refs do no harm.
func (r *Room) Forget(_ context.Context, refs ...string) error {
	return r.forget(r.o.Patience, refs)
}

func (r *Room) forget(patience time.Duration, refs []string) error {
	r.writing.Lock()
	defer r.writing.Unlock()
	var gone []string
	r.mu.Lock()
	known := r.book.Secrets
	for _, ref := range refs {
		delete(r.values, ref)
	}
	r.mu.Unlock()
	asleep := false
	for _, ref := range refs {
		e, ok := known[ref]
		if !ok {
			continue
		}
		if e.In == hook.InKeychain {
			if asleep || r.o.Keychain == nil {
				continue // it stays in the book, to be swept
			}
			if why := r.clerk.delete(patience, r.user(ref)); why != "" {
				asleep = why == silent // once is enough to wait for it
				continue
			}
		}
		gone = append(gone, ref)
	}
	if len(gone) == 0 {
		return nil
	}
	return r.write(func(b *book) {
		for _, ref := range gone {
			delete(b.Secrets, ref)
		}
	})
}

// Sweep forgets every secret that named does not name: what a crash, or a
// keychain that was locked, left behind.
func (r *Room) Sweep(_ context.Context, named []string) error {
	r.mu.Lock()
	var stray []string
	for ref := range r.book.Secrets {
		if !slices.Contains(named, ref) {
			stray = append(stray, ref)
		}
	}
	r.mu.Unlock()
	return r.forget(r.o.Opening, stray)
}

// Retry asks the keychain for the secrets that could not be read so far, and
// waits for it as long as Patience.
func (r *Room) Retry(ctx context.Context) { r.retry(ctx, r.o.Patience) }

func (r *Room) retry(ctx context.Context, patience time.Duration) {
	missing := r.missing()
	if len(missing) == 0 || r.o.Keychain == nil {
		if len(missing) > 0 {
			r.failed(r.o.Why)
		}
		return
	}
	r.clerk.read(ctx, patience, r.users(missing), func(values map[string]string, why string, late bool) {
		r.mu.Lock()
		for _, ref := range missing {
			if v, ok := values[r.userLocked(ref)]; ok {
				r.values[ref] = v
			}
		}
		r.why = why
		r.mu.Unlock()
		if late && len(values) > 0 {
			r.o.Late()
		}
	}, r.failed)
}

func (r *Room) failed(why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.why = why
}

func (r *Room) missing() (refs []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for ref := range r.book.Secrets {
		if _, ok := r.values[ref]; !ok {
			refs = append(refs, ref)
		}
	}
	slices.Sort(refs)
	return refs
}

func (r *Room) users(refs []string) []string {
	users := make([]string, len(refs))
	for i, ref := range refs {
		users[i] = r.user(ref)
	}
	return users
}

// user names an item in the keychain: secrets of several data folders lie
// there side by side.
func (r *Room) user(ref string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.userLocked(ref)
}

func (r *Room) userLocked(ref string) string { return r.book.Room + "/" + ref }

// write changes the book on disk, then in memory. The caller holds writing.
func (r *Room) write(change func(*book)) error {
	r.mu.Lock()
	next := book{Version: r.book.Version, Room: r.book.Room, Secrets: maps.Clone(r.book.Secrets)}
	r.mu.Unlock()
	change(&next)
	if err := next.save(r.o.Dir); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.book = next
	return nil
}
