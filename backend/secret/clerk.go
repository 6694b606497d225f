package secret

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// silent is what is said of a keychain that does not answer.
const silent = "it is locked, or does not answer"

// clerk goes to the keychain for the room: one errand at a time, and nobody
// waits for one longer than his patience. An errand that takes longer goes on
// alone; the next ones find the clerk away and fail at once.
type clerk struct {
	keychain Keychain
	after    func(time.Duration) <-chan time.Time
	away     chan struct{} // holds one token while an errand is under way
}

func newClerk(o Options) *clerk {
	return &clerk{keychain: o.Keychain, after: o.After, away: make(chan struct{}, 1)}
}

// do runs an errand, for as long as patience. It returns "" or, in words, why it was not done. late is
// run when the errand ends after all.
func (c *clerk) do(ctx context.Context, patience time.Duration, errand func() error, late func(error)) (why string) {
	waited := c.after(patience)
	select {
	case c.away <- struct{}{}:
	default:
		select {
		case c.away <- struct{}{}:
		case <-waited:
			return silent
		}
	}
	var given atomic.Bool // nobody waits any more
	done := make(chan error, 1)
	go func() {
		err := safely(errand)
		if !given.CompareAndSwap(false, true) {
			late(err)
		} else {
			done <- err
		}
		<-c.away
	}()
	stop := func() string {
		if given.CompareAndSwap(false, true) {
			return silent
		}
		return words(<-done)
	}
	select {
	case err := <-done:
		return words(err)
	case <-waited:
		return stop()
	case <-ctx.Done():
		return stop()
	}
}

// safely turns a panic of a keychain's library into an error.
func safely(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the keychain failed: %v", p)
		}
	}()
	return f()
}

func words(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// set stores an item. One that was stored after all, when it had been given
// up, is taken out again: the secret is elsewhere by then.
func (c *clerk) set(patience time.Duration, user, secret string) (why string) {
	return c.do(context.Background(), patience,
		func() error { return c.keychain.Set(service, user, secret) },
		func(error) { _ = safely(func() error { return c.keychain.Delete(service, user) }) })
}

func (c *clerk) delete(patience time.Duration, user string) (why string) {
	return c.do(context.Background(), patience, func() error {
		if err := c.keychain.Delete(service, user); !errors.Is(err, ErrNone) {
			return err
		}
		return nil
	}, func(error) {})
}

// read gets items. found is called with what was read and why the rest was
// not, now or late; gaveUp when nobody waits any more, before a late found.
func (c *clerk) read(ctx context.Context, patience time.Duration, users []string, found func(values map[string]string, why string, late bool), gaveUp func(why string)) {
	values, problem := map[string]string{}, ""
	errand := func() error {
		for _, user := range users {
			v, err := c.keychain.Get(service, user)
			switch {
			case errors.Is(err, ErrNone):
				problem = "it does not have this secret any more"
			case err != nil:
				return err
			default:
				values[user] = v
			}
		}
		return nil
	}
	late := func(err error) {
		if err != nil {
			problem = err.Error()
		}
		found(values, problem, true)
	}
	switch why := c.do(ctx, patience, errand, late); why {
	case "":
		found(values, problem, false)
	case silent:
		gaveUp(why)
	default:
		found(values, why, false)
	}
}
