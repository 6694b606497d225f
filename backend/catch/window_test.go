package catch_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"creel/backend/catch"
)

// TestStubsAreBoundedAmongManySenders has a clock that everybody reads at
// once: that one sender read it before another is no clock set back.
func TestStubsAreBoundedAmongManySenders(t *testing.T) {
	var ticks atomic.Int64
	k := &recorder{}
	c := catch.New(k, catch.Options{StubsPerMinute: 5, Now: func() time.Time {
		return noon.Add(time.Duration(ticks.Add(1)))
	}})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				c.ServeConn(&memConn{in: strings.NewReader("nonsense\n")})
			}
		})
	}
	wg.Wait()
	if n := len(k.all()); n != 5 || c.Unshown() != 1595 {
		t.Errorf("%d stubs and %d unshown, want 5 and 1,595", n, c.Unshown())
	}
}
