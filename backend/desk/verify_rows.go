package desk

import (
	"context"
	"errors"
	"slices"
	"sync"

	"creel/backend/filter"
	"creel/backend/hook"
	"creel/backend/sign"
)

// What the rows in the list say of a signature.
const (
	sigNone    = "none" // not verified: there is nothing to verify by
	sigValid   = "valid"
	sigInvalid = "invalid"
)

// sigOf verifies a request as it is caught: a hash or two over the body, which
// is in memory.
func sigOf(ep *hook.Endpoint, r *hook.Request, headers hook.Headers, body []byte) string {
	if r.State != hook.Kept || ep.Secret == "" && ep.PublicKey == "" {
		return sigNone
	}
	c := newChecking(ep, r, headers, body)
	if _, told := c.cannot(); told {
		return sigNone
	}
	v := sign.Verify(c.message, c.key, c.options)
	switch {
	case v.Valid:
		return sigValid
	case slices.Contains([]sign.Reason{
		sign.NoSecret, sign.NoPublicKey, sign.KeyMalformed, sign.NoScheme, sign.UnknownScheme, sign.NoURL,
	}, v.Reason):
		return sigNone
	}
	return sigInvalid
}

// When the secret of an endpoint changes, its newest rows are verified anew,
// so that the list tells the truth. Older ones keep what was found when they
// came; their verdict, when asked for, is always of the secret of now.
const (
	againRows  = 1000
	againBytes = 256 << 20 // of bodies read for it
	againPage  = 100
)

// again verifies rows anew, behind everything else.
type again struct {
	mu    sync.Mutex
	slugs []string
	wake  chan struct{}
}

func newAgain() *again { return &again{wake: make(chan struct{}, 1)} }

// ask wants the rows of an endpoint verified anew. It never blocks.
func (a *again) ask(slugs ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, slug := range slugs {
		if !slices.Contains(a.slugs, slug) {
			a.slugs = append(a.slugs, slug)
		}
	}
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// next takes one that is wanted.
func (a *again) next() (slug string, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.slugs) == 0 {
		return "", false
	}
	slug, a.slugs = a.slugs[0], a.slugs[1:]
	return slug, true
}

func (d *Desk) keepVerifying(ctx context.Context) {
	for {
		slug, ok := d.again.next()
		if !ok {
			select {
			case <-d.again.wake:
				continue
			case <-ctx.Done():
				return
			}
		}
		if err := d.verifyAgain(ctx, slug); err != nil && ctx.Err() == nil {
			d.log.Warn("rows not verified anew; the verdict of each request is right all the same", "endpoint", slug, "err", err)
		}
		if ctx.Err() != nil {
			return
		}
	}
}

// verifyAgain goes through the newest rows of an endpoint, a page at a time.
func (d *Desk) verifyAgain(ctx context.Context, slug string) error {
	expr, err := filter.Parse(`endpoint:"` + slug + `"`)
	if err != nil {
		return err
	}
	left := int64(againBytes)
	before := int64(0)
	for done := 0; done < againRows && left > 0; done += againPage {
		page, err := d.store.List(ctx, expr, hook.Cursor{Before: before, Limit: againPage})
		if err != nil || len(page.Rows) == 0 {
			return err
		}
		before = page.Rows[len(page.Rows)-1].Seq
		sigs, err := d.sigsOf(ctx, slug, page.Rows, &left)
		if err = errors.Join(err, d.store.SetSigs(ctx, sigs)); err != nil {
			return err
		}
	}
	return nil
}

// sigsOf verifies some rows by the endpoint as it is now; left is how many
// bytes of bodies may still be read.
func (d *Desk) sigsOf(ctx context.Context, slug string, rows []hook.Row, left *int64) (map[int64]string, error) {
	sigs := map[int64]string{}
	for _, row := range rows {
		ep := d.keeperOf(slug)
		if ep.SecretRef != "" && ep.Secret == "" {
			return sigs, nil // they stay as they are until the secret can be read
		}
		if ep.Secret == "" && ep.PublicKey == "" {
			sigs[row.Seq] = sigNone
			continue
		}
		if *left -= row.BodyBytes; *left < 0 {
			return sigs, nil
		}
		raw, err := d.store.Raw(ctx, row.Seq)
		if hook.KindOf(err) == hook.NotFound {
			continue
		}
		if err != nil {
			return sigs, err
		}
		_, headers := hook.ParseHead(raw.Head)
		sigs[row.Seq] = sigOf(&ep, &row.Request, headers, raw.Body)
	}
	return sigs, nil
}
