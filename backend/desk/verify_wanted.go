package desk

import "sync"

// again tells the goroutine that verifies rows anew that there may be some.
type again struct {
	wake chan struct{}

	mu      sync.Mutex
	renamed map[string]string // the new slugs, by the old
	rows    []int64           // single rows
}

func newAgain() *again { return &again{wake: make(chan struct{}, 1)} }

// ask says that an endpoint changed. It never blocks, like the other two.
func (a *again) ask() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// follow says that the rows of an endpoint have another slug now.
func (a *again) follow(was, slug string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.renamed == nil {
		a.renamed = map[string]string{}
	}
	for old, now := range a.renamed {
		if now == was {
			delete(a.renamed, old)
			was = old
		}
	}
	a.renamed[was] = slug
	a.ask()
}

// row wants one row verified anew.
func (a *again) row(seq int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.rows = append(a.rows, seq)
	a.ask()
}

// waiting says that there is something to take.
func (a *again) waiting() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.renamed)+len(a.rows) > 0
}

// take hands over what there is.
func (a *again) take() (renamed map[string]string, rows []int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	renamed, rows, a.renamed, a.rows = a.renamed, a.rows, nil, nil
	return renamed, rows
}
