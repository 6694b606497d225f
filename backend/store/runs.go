package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"creel/backend/filter"
	"creel/backend/hook"
)

// keptRuns is how many runs are remembered; the oldest go as new ones come.
const keptRuns = 200

// Seqs returns the seqs of what matches expr (nil is all), oldest first, and
// no more than most of them: the newest, when there are more.
func (s *Store) Seqs(ctx context.Context, expr *filter.Expr, most int) ([]int64, error) {
	var all []int64
	enough := errors.New("enough")
	err := s.eachChunk(ctx, expr, 0, func(seqs []int64) error {
		all = append(all, seqs[:min(len(seqs), most-len(all))]...)
		if len(all) >= most {
			return enough
		}
		return nil
	})
	if err != nil && !errors.Is(err, enough) {
		return nil, faultOf("find requests", err)
	}
	for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	return all, nil
}

// AddRun records a run that has no items yet and returns it with its ID. The
// oldest runs that have ended make room.
func (s *Store) AddRun(ctx context.Context, r hook.Run) (hook.Run, error) {
	plan, err := json.Marshal(r.Order)
	if err != nil {
		return r, err
	}
	r.CreatedAt = micros(s.opt.Now().UnixMicro())
	err = s.write(ctx, "start run", func(t *tx) error {
		t.revised = true
		r.ID, err = t.number("INSERT INTO runs (created_at, state, plan) VALUES (?, ?, ?) RETURNING id",
			r.CreatedAt.UnixMicro(), string(r.State), string(plan))
		return err
	})
	if err != nil {
		return r, err
	}
	return r, s.forgetRuns(ctx)
}

// forgetRuns removes the runs beyond keptRuns, a chunk of items at a time.
func (s *Store) forgetRuns(ctx context.Context) error {
	old, err := s.seqs(ctx, `SELECT id FROM runs WHERE state NOT IN ('planning', 'running')
		ORDER BY id DESC LIMIT -1 OFFSET ?`, keptRuns)
	for _, id := range old {
		if err == nil {
			err = s.DeleteRun(ctx, id)
		}
	}
	return faultOf("forget runs", err)
}

// DeleteRun forgets a run and its items; the deliveries stay. One that is not
// there is no error.
func (s *Store) DeleteRun(ctx context.Context, id int64) error {
	for more := true; more; {
		err := s.write(ctx, "forget run", func(t *tx) error {
			t.revised = true
			n, err := t.exec("DELETE FROM run_items WHERE run = ? AND n IN (SELECT n FROM run_items WHERE run = ? LIMIT ?)", id, id, chunk)
			if more = n > 0; err != nil || more {
				return err
			}
			_, err = t.exec("DELETE FROM runs WHERE id = ?", id)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// SetRun changes the state of a run.
func (s *Store) SetRun(ctx context.Context, id int64, state hook.RunState, reason string) error {
	return s.write(ctx, "change run", func(t *tx) error {
		t.revised = true
		ended := any(s.opt.Now().UnixMicro())
		if state == hook.RunRunning || state == hook.RunPlanning {
			ended = nil
		}
		n, err := t.exec("UPDATE runs SET state = ?, reason = ?, ended_at = ? WHERE id = ?", string(state), orNull(reason), ended, id)
		if err == nil && n == 0 {
			err = noRun(id)
		}
		return err
	})
}

func noRun(id int64) error {
	return hook.Faultf(hook.NotFound, "find run %d: it is not kept any more, or never was", id)
}

const runColumns = `id, created_at, ended_at, state, reason, plan, total, sent, delivered, failed, cancelled, changed, same, firsts, alike, unlike, other_status, other_body`

func runOf(scan func(...any) error) (r hook.Run, err error) {
	var created int64
	var ended sql.NullInt64
	var plan string
	err = scan(&r.ID, &created, &ended, &r.State, nullText{&r.Reason}, &plan,
		&r.Total, &r.Sent, &r.Delivered, &r.Failed, &r.Cancelled, &r.Changed, &r.Same,
		&r.Repeats.Firsts, &r.Repeats.Same, &r.Repeats.Unlike, &r.Repeats.OtherStatus, &r.Repeats.OtherBody)
	if err != nil {
		return r, err
	}
	r.CreatedAt = micros(created)
	if ended.Valid {
		r.EndedAt = micros(ended.Int64)
	}
	return r, json.Unmarshal([]byte(plan), &r.Order)
}

// Run returns one run as it stands.
func (s *Store) Run(ctx context.Context, id int64) (hook.Run, error) {
	r, err := runOf(s.pool.QueryRowContext(ctx, "SELECT "+runColumns+" FROM runs WHERE id = ?", id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return r, noRun(id)
	}
	return r, faultOf("read run", err)
}

// Runs returns the newest runs, newest first.
func (s *Store) Runs(ctx context.Context, most int) ([]hook.Run, error) {
	rows, err := s.pool.QueryContext(ctx, "SELECT "+runColumns+" FROM runs ORDER BY id DESC LIMIT ?", most)
	if err != nil {
		return nil, faultOf("read runs", err)
	}
	defer rows.Close()
	out := []hook.Run{}
	for rows.Next() {
		r, err := runOf(rows.Scan)
		if err != nil {
			return nil, faultOf("read runs", err)
		}
		out = append(out, r)
	}
	return out, faultOf("read runs", rows.Err())
}

// InterruptRuns ends the runs that an earlier start of Creel left working, and
// forgets those whose items were not all listed. It returns the interrupted
// ones that have items in the outbox.
func (s *Store) InterruptRuns(ctx context.Context, reason string) ([]int64, error) {
	half, err := s.seqs(ctx, "SELECT id FROM runs WHERE state = 'planning'")
	for _, id := range half {
		if err == nil {
			err = s.DeleteRun(ctx, id)
		}
	}
	var working []int64
	if err == nil {
		working, err = s.seqs(ctx, "SELECT id FROM runs WHERE state = 'running'")
	}
	for _, id := range working {
		if err == nil {
			err = s.SetRun(ctx, id, hook.RunInterrupted, reason)
		}
	}
	if err != nil {
		return nil, faultOf("find runs", err)
	}
	open, err := s.seqs(ctx, "SELECT id FROM runs WHERE sent > delivered + failed + cancelled")
	return open, faultOf("find runs", err)
}

// LastPlace is where a request was last sent; hook.NotFound when nowhere.
func (s *Store) LastPlace(ctx context.Context, seq int64) (hook.Place, error) {
	var p hook.Place
	err := s.pool.QueryRowContext(ctx, "SELECT target, url FROM deliveries WHERE request = ? ORDER BY n DESC LIMIT 1", seq).
		Scan(&p.Target, &p.URL)
	if errors.Is(err, sql.ErrNoRows) {
		return p, hook.Faultf(hook.NotFound, "find where request %d was sent: it was not sent anywhere yet", seq)
	}
	return p, faultOf("read deliveries", err)
}
