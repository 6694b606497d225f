package desk

import (
	"context"

	"creel/backend/compare"
	"creel/backend/hook"
)

// leaveOut counts the changes anew without the paths that the order ignores.
func (r *runner) leaveOut(ctx context.Context, o *hook.RunOutcome) {
	if len(r.run.Order.Ignore) == 0 || o.Against == "" || o.Changes <= 0 {
		return
	}
	before, _, err := r.d.store.Attempt(ctx, o.Against)
	if err != nil {
		return // pruned: the count without the paths stands
	}
	now, _, err := r.d.store.Attempt(ctx, o.Attempt)
	if err != nil {
		return
	}
	o.Changes = compare.Compare(messageOf(before.AnswerHead, before.AnswerBody), messageOf(now.AnswerHead, now.AnswerBody),
		compare.Options{Ignore: append(sameByNature(), r.run.Order.Ignore...)}).Count
}

// repeats compares the outcomes of a run that sends each request more than once
// with the first one of the same request and place. A nil one compares nothing.
type repeats struct {
	r     *runner
	times int // outcomes of each request and place
	of    map[repeated]*first
}

// repeated is what is sent more than once.
type repeated struct {
	request int64
	place   int
}

// first is the outcome that others are compared with.
type first struct {
	attempt string
	status  int
	// alike is the newest attempt that came out the same: what equals it equals
	// the first.
	alike string
	ended int
}

func newRepeats(r *runner) *repeats {
	times := max(1, r.run.Order.Times) * r.group()
	if times == 1 || r.run.Order.Simulate != "" {
		return nil
	}
	return &repeats{r: r, times: times, of: map[repeated]*first{}}
}

// adopt takes up what came of the items that have ended already.
func (p *repeats) adopt(ctx context.Context) error {
	if p == nil || p.r.run.Done() == 0 {
		return nil
	}
	const atOnce = 1000
	for after := int64(0); ; {
		items, err := p.r.d.store.Items(ctx, p.r.run.ID, hook.ItemCursor{After: after, Limit: atOnce})
		if err != nil {
			return err
		}
		for _, it := range items {
			after = it.N
			switch it.Alike {
			case hook.LikeFirst:
				p.set(it, it.RunOutcome)
			case "":
				continue
			}
			p.count(it)
		}
		if len(items) < atOnce {
			return nil
		}
	}
}

func (p *repeats) set(it hook.RunItem, o hook.RunOutcome) {
	key := repeated{it.Request, it.Place}
	known := p.of[key]
	if known == nil {
		known = &first{}
		p.of[key] = known
	}
	known.attempt, known.status, known.alike = o.Attempt, o.Status, o.Attempt
}

// count forgets a first when the last of its repeats has ended.
func (p *repeats) count(it hook.RunItem) {
	key := repeated{it.Request, it.Place}
	known := p.of[key]
	if known == nil { // it ended before its first was listed
		known = &first{}
		p.of[key] = known
	}
	if known.ended++; known.ended >= p.times {
		delete(p.of, key)
	}
}

// judge says how an outcome compares with the first.
func (p *repeats) judge(ctx context.Context, it hook.RunItem, s hook.SettledItem) hook.Likeness {
	if p == nil || s.State == hook.ItemCancelled || s.Attempt == "" {
		return "" // it was not tried
	}
	known := p.of[repeated{it.Request, it.Place}]
	if known == nil {
		p.set(it, s.RunOutcome)
		p.count(it)
		return hook.LikeFirst
	}
	like := p.compare(ctx, known, s.RunOutcome)
	if like != "" {
		p.count(it)
	}
	if like == hook.LikeSame {
		known.alike = s.Attempt
	}
	return like
}

// compare is "" when one of the two answers is not in the history any more.
func (p *repeats) compare(ctx context.Context, known *first, o hook.RunOutcome) hook.Likeness {
	sameStatus := known.status == o.Status
	switch {
	case known.status == 0 && o.Status == 0, sameStatus && o.Changes == 0 && o.Against != "" && o.Against == known.alike:
		return hook.LikeSame
	case known.status == 0 || o.Status == 0:
		return hook.UnlikeStatus
	}
	before, _, err := p.r.d.store.Attempt(ctx, known.attempt)
	if err != nil {
		return ""
	}
	now, _, err := p.r.d.store.Attempt(ctx, o.Attempt)
	if err != nil {
		return ""
	}
	sameBody := before.AnswerBytes == now.AnswerBytes || !before.AnswerTruncated && !now.AnswerTruncated
	for _, part := range compare.Compare(messageOf(before.AnswerHead, before.AnswerBody), messageOf(now.AnswerHead, now.AnswerBody),
		compare.Options{Ignore: p.r.run.Order.Ignore}).Sections {
		sameBody = sameBody && (part.Name != "body" || part.Count == 0)
	}
	switch {
	case sameStatus && sameBody:
		return hook.LikeSame
	case sameStatus:
		return hook.UnlikeBody
	case sameBody:
		return hook.UnlikeStatus
	}
	return hook.UnlikeBoth
}
