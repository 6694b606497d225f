package store

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"strings"

	"creel/backend/filter"
	"creel/backend/hook"
)

// Redrive makes up to r.Most deliveries wait again that ended without success,
// in the order of their creation, and says how many that r picks are left
// behind the last of them.
func (s *Store) Redrive(ctx context.Context, expr *filter.Expr, r hook.Redrive) (out hook.Redriven, err error) {
	q, err := s.compile(expr)
	if err != nil {
		return out, err
	}
	defer q.release()
	from, args, err := redriven(q, r)
	if err != nil {
		return out, err
	}
	rows, err := s.pool.QueryContext(ctx, "SELECT d.n"+from+" ORDER BY d.n LIMIT ?", append(args, r.Most)...)
	if err != nil {
		return out, faultOf("look for deliveries", err)
	}
	defer rows.Close()
	var ns []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return out, faultOf("look for deliveries", err)
		}
		ns = append(ns, n)
	}
	if err := rows.Err(); err != nil {
		return out, faultOf("look for deliveries", err)
	}
	out.After = r.After
	if len(ns) == 0 {
		return out, nil
	}
	out.After = ns[len(ns)-1]
	if err := s.again(ctx, ns, &out); err != nil || len(ns) < r.Most {
		return out, err
	}
	r.After = out.After
	if from, args, err = redriven(q, r); err == nil {
		err = s.pool.QueryRowContext(ctx, "SELECT count(*)"+from, args...).Scan(&out.Left)
	}
	return out, faultOf("count deliveries", err)
}

// redriven is the FROM and WHERE of what r picks.
func redriven(q *query, r hook.Redrive) (string, []any, error) {
	states := r.States
	if len(states) == 0 {
		states = []hook.DeliveryState{hook.Dead, hook.Failed}
	}
	in := make([]string, len(states))
	args := make([]any, 0, len(states)+len(q.args)+4)
	for i, state := range states {
		in[i] = "?"
		args = append(args, string(state))
	}
	where := []string{"d.state IN (" + strings.Join(in, ", ") + ")", "r.trash IS NULL", "d.n > ?"}
	args = append(args, r.After)
	if r.Target != "" {
		where, args = append(where, "d.target = ?"), append(args, r.Target)
	}
	if r.IDs != nil {
		b, err := json.Marshal(r.IDs)
		if err != nil {
			return "", nil, err
		}
		where, args = append(where, "d.id IN (SELECT value FROM json_each(?))"), append(args, string(b))
	}
	if q.where != "" {
		where, args = append(where, "("+q.where+")"), append(args, q.args...)
	}
	return " FROM deliveries d JOIN requests r ON r.seq = d.request WHERE " + strings.Join(where, " AND "), args, nil
}

// again makes deliveries wait, as far as they still stand where they ended.
func (s *Store) again(ctx context.Context, ns []int64, out *hook.Redriven) error {
	return s.write(ctx, "send deliveries again", func(t *tx) error {
		out.Moved = 0
		for _, n := range ns {
			var request int64
			var was hook.DeliveryState
			err := t.query("SELECT request, state FROM deliveries WHERE n = ?", func(row []driver.Value) error {
				request, was = integer(row[0]), hook.DeliveryState(text(row[1]))
				return nil
			}, n)
			if err != nil {
				return err
			}
			if was != hook.Dead && was != hook.Failed && was != hook.Cancelled {
				continue
			}
			if err := t.settle(n, request, was, hook.Waiting); err != nil {
				return err
			}
			out.Moved++
		}
		return nil
	})
}

// Ended counts, by target ("" is pasted URLs), the deliveries that are dead and
// those that failed, of requests that are not in the trash.
func (s *Store) Ended(ctx context.Context) (dead, failed map[string]int64, err error) {
	dead, failed = map[string]int64{}, map[string]int64{}
	rows, err := s.pool.QueryContext(ctx, `SELECT d.state, d.target, count(*) FROM deliveries d JOIN requests r ON r.seq = d.request
		WHERE d.state IN ('failed', 'dead') AND r.trash IS NULL GROUP BY d.state, d.target`)
	if err != nil {
		return nil, nil, faultOf("count deliveries", err)
	}
	defer rows.Close()
	for rows.Next() {
		var state, target string
		var n int64
		if err := rows.Scan(&state, &target, &n); err != nil {
			return nil, nil, faultOf("count deliveries", err)
		}
		if state == string(hook.Dead) {
			dead[target] = n
		} else {
			failed[target] = n
		}
	}
	return dead, failed, faultOf("count deliveries", rows.Err())
}

// Queues counts, by target ("" is pasted URLs), the deliveries that wait or are
// being sent.
func (s *Store) Queues(ctx context.Context) (map[string]int64, error) {
	out := map[string]int64{}
	rows, err := s.pool.QueryContext(ctx, `SELECT lane, count(*) FROM deliveries WHERE state = 'waiting' GROUP BY lane
		UNION ALL SELECT lane, count(*) FROM deliveries WHERE state = 'sending' GROUP BY lane`)
	if err != nil {
		return nil, faultOf("count deliveries", err)
	}
	defer rows.Close()
	for rows.Next() {
		var lane string
		var n int64
		if err := rows.Scan(&lane, &n); err != nil {
			return nil, faultOf("count deliveries", err)
		}
		name := strings.TrimPrefix(lane, byHand)
		if strings.HasPrefix(lane, "url:") {
			name = ""
		}
		out[name] += n
	}
	return out, faultOf("count deliveries", rows.Err())
}

const breakersKey = "breakers"

// Breakers returns what KeepBreakers was given last.
func (s *Store) Breakers(ctx context.Context) (map[string]hook.Breaker, error) {
	out := map[string]hook.Breaker{}
	text, err := s.meta(ctx, breakersKey)
	if err == nil && text != "" {
		err = json.Unmarshal([]byte(text), &out)
	}
	return out, faultOf("read breakers", err)
}

// KeepBreakers writes down which targets rest. Whoever watches the history is
// told that the setup changed.
func (s *Store) KeepBreakers(ctx context.Context, breakers map[string]hook.Breaker) error {
	b, err := json.Marshal(breakers)
	if err != nil {
		return err
	}
	return s.write(ctx, "save breakers", func(t *tx) error {
		t.setup = true
		return t.putMeta(breakersKey, string(b))
	})
}
