package forward

import (
	"testing"
	"time"
)

// A fast target is done with all that was claimed before the next claim, and
// its lane is gone: for a moment it is remembered how far ahead it claimed.
func TestALaneIsRememberedForAMoment(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	b := NewOutbox(nil, nil, OutboxOptions{Now: func() time.Time { return now }})
	if n := b.aheadOf("app"); n != leastAhead {
		t.Errorf("a lane never seen claims %d ahead, want %d", n, leastAhead)
	}
	b.drop(&lane{name: "app", ahead: 256})
	now = now.Add(time.Second)
	if n := b.aheadOf("app"); n != 256 {
		t.Errorf("just dropped it claims %d ahead, want 256", n)
	}
	if n := b.aheadOf("other"); n != leastAhead {
		t.Errorf("another lane claims %d ahead, want %d", n, leastAhead)
	}
	now = now.Add(time.Millisecond)
	if n := b.aheadOf("app"); n != leastAhead {
		t.Errorf("a while later it claims %d ahead, want %d", n, leastAhead)
	}
	for i := range 3 * mostAhead {
		b.drop(&lane{name: string(rune(i)), ahead: leastAhead})
	}
	if n := len(b.rested); n > mostAhead+1 {
		t.Errorf("%d lanes are remembered", n)
	}
}
