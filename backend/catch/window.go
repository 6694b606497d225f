package catch

import (
	"sync"
	"time"
)

// window counts what happens in one minute, then starts anew. A clock that is
// set back starts it anew, too.
type window struct {
	mu    sync.Mutex
	start time.Time
	n     int
}

// count adds one and returns how many there were in this minute.
func (w *window) count(now time.Time) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if d := now.Sub(w.start); d >= time.Minute || d < 0 {
		w.start, w.n = now, 0
	}
	w.n++
	return w.n
}
