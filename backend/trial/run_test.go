//go:build linux

package trial

import (
	"fmt"
	"testing"
)

type runState struct {
	ID                                        int64
	State                                     string
	Total, Sent, Delivered, Failed, Cancelled int64
}

// Killed in the middle of a run of many requests: what was in the outbox is
// sent and counted after the start, nothing else by itself, and the rest when
// the person goes on. Each request comes at least once, under one id only, and
// twice at most as often as something was in flight.
func TestKilledInTheMiddleOfARun(t *testing.T) {
	t.Parallel()
	const many = 400
	target, l := newReceiver(t), newLedger()
	dir := t.TempDir()
	c := start(t, launch{dir: dir})
	for range many {
		l.must(c, l.body(500))
	}
	var run runState
	c.ask("POST", "/runs", map[string]any{"filter": "", "url": target.URL, "mode": "parallel", "parallel": 16}, &run)
	await(t, "some to be sent", func() bool { return target.n.Load() >= many/8 })
	c.kill()
	flying := sending(t, dir)
	came := target.n.Load()

	c = start(t, launch{dir: dir})
	at := fmt.Sprintf("/runs/%d", run.ID)
	await(t, "what was in the outbox to be counted", func() bool {
		c.ask("GET", at, nil, &run)
		return run.Delivered == run.Sent && c.status().History.Waiting == 0
	})
	if run.State != "interrupted" || run.Total != many || run.Sent == many || run.Failed+run.Cancelled > 0 {
		t.Errorf("after the kill the run is %+v", run)
	}
	if came < many && target.n.Load() > came+2*16 {
		t.Errorf("%d came by themselves after the start, at most %d were in the outbox", target.n.Load()-came, 2*16)
	}
	await(t, "the run to be gone on with", func() bool {
		status, _ := c.call("POST", at+"/resume", nil, nil)
		return status == 200
	})
	await(t, "the run to end", func() bool {
		c.ask("GET", at, nil, &run)
		return run.State == "done"
	})
	if run.Sent != many || run.Delivered != many {
		t.Errorf("the run ended as %+v", run)
	}
	if again := target.twice(t, l); again > flying {
		t.Errorf("%d came twice, %d were in flight", again, flying)
	}
	c.stop()
	l.check(t, dir, nil)
}
