package desk

import (
	"context"

	"creel/backend/sign"
)

// Explaining a small message takes a few milliseconds, a large one up to a
// second of one core. So that neither holds up the other, nor catching, only
// so many of each kind are explained at once; the next wait their turn for as
// long as their callers do.
const (
	largeToExplain = 64 << 10
	smallAtOnce    = 4
	largeAtOnce    = 1
)

// explainers are the places to explain at.
type explainers struct{ small, large chan struct{} }

func newExplainers() explainers {
	return explainers{make(chan struct{}, smallAtOnce), make(chan struct{}, largeAtOnce)}
}

// enter waits for a place for a body of that many bytes; leave gives it back.
// The error is that of
// ctx.
func (e explainers) enter(ctx context.Context, bytes int64) (leave func(), err error) {
	places := e.small
	if bytes > largeToExplain {
		places = e.large
	}
	select {
	case places <- struct{}{}:
		return func() { <-places }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// explained verifies and explains a message whose turn it is. The error is that
// of ctx.
func explained(ctx context.Context, m sign.Message, key sign.Key, o sign.Options) (Verdict, error) {
	v, err := sign.Explain(ctx, m, key, o)
	return verdictOf(v, o), err
}
