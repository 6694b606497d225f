package store

import (
	"context"
	"database/sql/driver"
	"encoding/json"

	"creel/backend/hook"
)

// Targets returns them all, by name.
func (s *Store) Targets(ctx context.Context) ([]hook.Target, error) {
	ts, err := documents[hook.Target](ctx, s.pool, "SELECT settings FROM targets ORDER BY name")
	return ts, faultOf("read targets", err)
}

// PutTarget creates or replaces; with was != "" and != t.Name it renames, and
// endpoints and live deliveries follow.
func (s *Store) PutTarget(ctx context.Context, was string, target hook.Target) error {
	if target.Name == "" {
		return &hook.Fault{Kind: hook.Invalid, Field: "name", Text: "save target: it has no name"}
	}
	b, err := json.Marshal(target)
	if err != nil {
		return err
	}
	return s.write(ctx, "save target", func(t *tx) error {
		t.setup = true
		if was == "" || was == target.Name {
			_, err := t.exec("INSERT OR REPLACE INTO targets (name, settings) VALUES (?, ?)", target.Name, string(b))
			return err
		}
		n, err := t.exec("UPDATE targets SET name = ?, settings = ? WHERE name = ?", target.Name, string(b), was)
		switch {
		case isConstraint(err):
			return &hook.Fault{Kind: hook.Conflict, Field: "name", Text: "rename target: there is one called " + target.Name}
		case err != nil:
			return err
		case n == 0:
			return hook.Faultf(hook.NotFound, "rename target: there is none called %s", was)
		}
		if err := t.retarget(was, target.Name); err != nil {
			return err
		}
		return t.moveLanes(was, target.Name)
	})
}

// moveLanes has what is not over, or may be sent again, follow a target's new
// name.
func (t *tx) moveLanes(was, name string) error {
	for _, single := range []bool{false, true} {
		for _, state := range []string{"waiting", "sending"} {
			_, err := t.exec(`UPDATE deliveries SET target = ?, lane = ?
				WHERE state = '`+state+`' AND lane = ?`, name, laneOf(name, "", single), laneOf(was, "", single))
			if err != nil {
				return err
			}
		}
	}
	for _, state := range []string{"failed", "dead"} {
		_, err := t.exec(`UPDATE deliveries SET target = ?1, lane = iif(kind = 'replay' AND NOT retry, char(1), '') || ?1
			WHERE state = '`+state+`' AND target = ?2`, name, was)
		if err != nil {
			return err
		}
	}
	return nil
}

// DeleteTarget also takes it out of every endpoint and cancels its waiting
// deliveries.
func (s *Store) DeleteTarget(ctx context.Context, name string) error {
	err := s.write(ctx, "delete target", func(t *tx) error {
		t.setup = true
		n, err := t.exec("DELETE FROM targets WHERE name = ?", name)
		if err == nil && n == 0 {
			err = hook.Faultf(hook.NotFound, "delete target: there is none called %s", name)
		}
		if err != nil {
			return err
		}
		return t.retarget(name, "")
	})
	for _, single := range []bool{false, true} {
		for more := true; err == nil && more; {
			err = s.write(ctx, "cancel deliveries", func(t *tx) error {
				n, err := t.cancelLane(laneOf(name, "", single), chunk)
				more = n > 0
				return err
			})
		}
	}
	return err
}

// cancelLane cancels up to most waiting deliveries of a lane.
func (t *tx) cancelLane(lane string, most int) (int, error) {
	var ns, requests []int64
	err := t.query("SELECT n, request FROM deliveries WHERE state = 'waiting' AND lane = ? LIMIT ?",
		func(row []driver.Value) error {
			ns, requests = append(ns, integer(row[0])), append(requests, integer(row[1]))
			return nil
		}, lane, most)
	for i := range ns {
		if err != nil {
			return 0, err
		}
		err = t.settle(ns[i], requests[i], hook.Waiting, hook.Cancelled)
	}
	return len(ns), err
}

func (t *tx) endpoints() ([]hook.Endpoint, error) {
	var es []hook.Endpoint
	err := t.query("SELECT settings FROM endpoints", func(row []driver.Value) error {
		var e hook.Endpoint
		err := json.Unmarshal([]byte(text(row[0])), &e)
		es = append(es, e)
		return err
	})
	return es, err
}
