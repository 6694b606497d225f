package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"slices"
	"time"

	"creel/backend/filter"
	"creel/backend/hook"
)

// When what an endpoint's requests are verified by changes, all its rows are
// verified anew, the newest first, so that the list and the filter sig: are
// true for the whole history. It is done behind everything else, in steps with
// rests between; how far it came is written down, so that the next run goes on
// after a kill.
const (
	againRows = 250
	// Progress is written down after so many steps; a step done twice does no
	// harm.
	againNoted = 8
	// While requests come in it rests so many times as long as it works.
	againYields = 9
	againRetry  = 5 * time.Second // after a failure, such as a full disk
)

// fromTop is before every row.
const fromTop = math.MaxInt64

// proven says by what the rows of an endpoint have been verified.
type proven struct {
	// By tells one way of verifying from another; "" is that there is nothing to
	// verify by.
	By string
	// Before: the rows with lower seqs are still to be verified, but those below
	// Down; 0 is that all is done.
	Before int64 `json:",omitempty"`
	Down   int64 `json:",omitempty"`
}

// provenKey is the value under which the history keeps them, by slug.
const provenKey = "verified"

// byOf is proven.By for an endpoint as it is.
func byOf(ep *hook.Endpoint) string {
	if ep.SecretRef == "" && ep.PublicKey == "" {
		return ""
	}
	text, err := json.Marshal(struct {
		Provider string
		hook.Signing
	}{ep.Provider, ep.Signing})
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:12])
}

// locked says that the secret of an endpoint cannot be read just now.
func locked(ep *hook.Endpoint) bool { return ep.SecretRef != "" && ep.Secret == "" }

// keepVerifying verifies rows anew until ctx ends.
func (d *Desk) keepVerifying(ctx context.Context) {
	known := map[string]proven{}
	text, err := d.store.Value(ctx, provenKey)
	if err == nil && text != "" {
		err = json.Unmarshal([]byte(text), &known)
	}
	if err != nil {
		d.log.Warn("how far rows were verified is not known; all are verified anew", "err", err)
		known = map[string]proven{}
	}
	for ctx.Err() == nil {
		renamed, rows := d.again.take()
		for was, slug := range renamed {
			if p, ok := known[was]; ok {
				known[slug] = p
				delete(known, was)
			}
		}
		err := d.verifyRows(ctx, rows)
		was := maps.Clone(known)
		slug, found := d.provable(known)
		if !maps.Equal(known, was) || len(renamed) > 0 {
			err = errors.Join(err, d.noteProven(ctx, known))
		}
		if found {
			err = errors.Join(err, d.verifyAgain(ctx, slug, known))
		}
		if err != nil && ctx.Err() == nil {
			d.log.Warn("rows not verified anew; the verdict of each request is right all the same", "endpoint", slug, "err", err)
		}
		var retry <-chan time.Time
		if err != nil {
			retry = d.after(againRetry)
		} else if found {
			continue
		}
		select {
		case <-d.again.wake:
		case <-retry:
		case <-ctx.Done():
		}
	}
}

// provable brings known in line with the endpoints and picks one that has rows
// to be verified.
func (d *Desk) provable(known map[string]proven) (slug string, found bool) {
	s := d.setup.Load()
	for i := range s.endpoints {
		ep := &s.endpoints[i]
		p := known[ep.Slug]
		switch by := byOf(ep); {
		case p.By != by:
			known[ep.Slug] = proven{By: by, Before: fromTop}
		case locked(ep) && p.Before == 0:
			// Nothing caught in this run can be verified as it comes.
			known[ep.Slug] = proven{By: by, Before: fromTop, Down: d.began + 1}
		case locked(ep):
			known[ep.Slug] = proven{By: by, Before: fromTop, Down: p.Down}
		}
		if known[ep.Slug] == (proven{}) {
			delete(known, ep.Slug)
		}
	}
	for slug, p := range known {
		if _, there := s.bySlug[slug]; !there && p.By != "" {
			known[slug] = proven{Before: fromTop}
		}
	}
	for slug, p := range known {
		if ep := d.keeperOf(slug); p.Before > 0 && !locked(&ep) {
			return slug, true
		}
	}
	return "", false
}

// verifyAgain goes through the rows of an endpoint that are still to be
// verified, until that is done or the endpoint changes.
func (d *Desk) verifyAgain(ctx context.Context, slug string, known map[string]proven) error {
	expr, err := filter.Parse(`endpoint:"` + slug + `"`)
	if err != nil {
		return err
	}
	for step := 0; ; step++ {
		p, ep := known[slug], d.keeperOf(slug)
		if step > 0 && step%againNoted == 0 || p.Before == 0 {
			if p == (proven{}) {
				delete(known, slug)
			}
			if err := d.noteProven(ctx, known); err != nil {
				return err
			}
		}
		if p.Before == 0 || byOf(&ep) != p.By || locked(&ep) || d.again.waiting() {
			return nil
		}
		began, caught := time.Now(), d.store.Change().LastSeq
		cursor := hook.Cursor{Limit: againRows}
		if p.Before < fromTop {
			cursor.Before = p.Before
		}
		page, err := d.store.List(ctx, expr, cursor)
		if err != nil {
			return err
		}
		rows := slices.DeleteFunc(page.Rows, func(r hook.Row) bool { return r.Seq < p.Down })
		if err := d.judgeRows(ctx, &ep, rows); err != nil {
			return err
		}
		p.Before = 0
		if len(rows) == againRows {
			p.Before = rows[len(rows)-1].Seq
		} else {
			p.Down = 0
		}
		known[slug] = p
		rest := time.Since(began)
		if d.store.Change().LastSeq != caught {
			rest *= againYields
		}
		select {
		case <-d.after(rest):
		case <-ctx.Done():
			return errors.Join(ctx.Err(), d.noteProven(context.WithoutCancel(ctx), known))
		}
	}
}

// noteProven writes down how far verifying came.
func (d *Desk) noteProven(ctx context.Context, known map[string]proven) error {
	if len(known) == 0 {
		return d.store.PutValue(ctx, provenKey, "")
	}
	text, err := json.Marshal(known)
	if err != nil {
		return err
	}
	return d.store.PutValue(ctx, provenKey, string(text))
}

// judgeRows verifies rows by their endpoint and notes what that finds.
func (d *Desk) judgeRows(ctx context.Context, ep *hook.Endpoint, rows []hook.Row) error {
	sigs := make(map[int64]string, len(rows))
	var small []int64
	for _, row := range rows {
		sigs[row.Seq] = sigNone
		if byOf(ep) != "" {
			small = append(small, row.Seq)
		}
	}
	raws, err := d.store.Raws(ctx, small)
	if err != nil {
		return err
	}
	for i := range rows {
		row := &rows[i]
		if byOf(ep) == "" || row.State != hook.Kept {
			continue
		}
		raw, read := raws[row.Seq]
		if !read {
			raw, err = d.store.Raw(ctx, row.Seq)
			if kind := hook.KindOf(err); kind == hook.NotFound || kind == hook.Damaged {
				delete(sigs, row.Seq) // it says so itself
				continue
			}
			if err != nil {
				return err
			}
		}
		_, headers := hook.ParseHead(raw.Head)
		sigs[row.Seq] = d.sigOf(ep, &row.Request, headers, raw.Body)
	}
	return d.store.SetSigs(ctx, sigs)
}

// verifyRows verifies single rows by their endpoints as they are now.
func (d *Desk) verifyRows(ctx context.Context, seqs []int64) error {
	rows, err := d.store.Rows(ctx, seqs)
	for i := range rows {
		if ep := d.keeperOf(rows[i].Endpoint); !locked(&ep) {
			err = errors.Join(err, d.judgeRows(ctx, &ep, rows[i:i+1]))
		}
	}
	return err
}
