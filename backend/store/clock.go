package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"time"
)

// The machine's clock may be set while Creel runs, or be wrong at its start.
// Order goes by seq and does not mind. What follows keeps what was written
// with another clock from being due in a year, or gone at once.
const (
	// farthest is beyond the longest wait that there is between two tries.
	farthest = 25 * time.Hour
	// leap is how far ahead the clock may be of the last round of retention and
	// still be believed at once: longer than a machine is usually off.
	leap = 7 * 24 * time.Hour
	// doubtRounds is for how many rounds (of half a minute) such a leap is not
	// believed: a clock that was wrong at the start has been set by then.
	doubtRounds = 20
)

// clamp makes due what waits for longer than anything ever waits: it was
// written while the clock was ahead.
func (t *tx) clamp(now time.Time) error {
	return t.query(`UPDATE deliveries SET due_at = ?1, next_at = NULL WHERE state = 'waiting' AND due_at > ?2 RETURNING request`,
		func(row []driver.Value) error {
			t.touch(integer(row[0]))
			return nil
		}, now.UnixMicro(), now.Add(farthest).UnixMicro())
}

// setBack follows a clock that is behind where it was when it was last asked:
// what was to wait so long by the old clock waits so long by the new one, and
// what was due by the old one does not become undue.
func (s *Store) setBack(ctx context.Context, now time.Time) error {
	was := s.asked.Swap(now.UnixMicro())
	if now.UnixMicro() >= was-time.Minute.Microseconds() {
		return nil
	}
	return s.write(ctx, "follow the clock", func(t *tx) error {
		err := t.query(`UPDATE deliveries SET due_at = max(?1, due_at - (?2 - ?1)), next_at = next_at - (?2 - ?1)
			WHERE state = 'waiting' AND due_at > ?1 RETURNING request`,
			func(row []driver.Value) error {
				t.touch(integer(row[0]))
				return nil
			}, now.UnixMicro(), was)
		if err != nil {
			return err
		}
		return t.clamp(now)
	})
}

// believed reports whether the clock may be used for removing requests by
// their age. One that has leapt ahead is not believed for a while: all of
// history would be too old for it.
func (s *Store) believed(ctx context.Context, now time.Time) (bool, error) {
	var last int64
	err := s.pool.QueryRowContext(ctx, "SELECT ifnull((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'clock'), 0)").Scan(&last)
	if err != nil {
		return false, err
	}
	since := now.Sub(time.UnixMicro(last))
	if last > 0 && since > leap && s.doubts.Add(1) <= doubtRounds {
		s.opt.Log.Warn("the clock has leapt ahead: nothing is removed by age for now", "by", since)
		return false, nil
	}
	s.doubts.Store(0)
	if last > 0 && since >= 0 && since < time.Hour {
		return true, nil
	}
	return true, s.write(ctx, "prune history", func(t *tx) error {
		_, err := t.exec("INSERT OR REPLACE INTO meta (key, value) VALUES ('clock', ?)", fmt.Sprint(now.UnixMicro()))
		return err
	})
}
