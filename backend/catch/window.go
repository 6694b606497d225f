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

// count adds one and returns how many there were in this minute. It reads the
// clock itself: of two times read before the lock, the earlier one could come
// second and pass for a clock set back.
func (w *window) count(clock func() time.Time) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := clock()
	if d := now.Sub(w.start); d >= time.Minute || d < 0 {
		w.start, w.n = now, 0
	}
	w.n++
	return w.n
}
