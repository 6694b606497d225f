package store

import (
	"errors"
	"time"

	"creel/backend/failpoint"
	"creel/backend/hook"
)

// Senders that were answered together come back together. Whoever commits
// the first of them alone pays a sync for one request and has all others
// wait for it; so a group waits for as many as the last one had, if they were
// a crowd and it is no longer ago than recent, for at most linger.
const (
	linger = time.Millisecond
	recent = 5 * time.Millisecond
	crowd  = 8
)

// commit does the whole group in one transaction and answers every member.
// What is queued while the group is written joins it, since a larger group
// costs hardly more to sync.
func (w *writer) commit(group []*work) {
	err := w.try(&group, true)
	if err != nil && len(group) > 1 {
		err = nil
		for _, wk := range group {
			wk.err = nil
			// A disk that refuses everything is not asked once for each.
			if !(isSick(err) && hook.KindOf(err) == hook.Unavailable) {
				err = w.try(&[]*work{wk}, false)
			}
			wk.err = orElse(wk.err, err)
		}
	} else if err != nil {
		group[0].err = err
	}
	failpoint.At(failpoint.AfterCommit)
	w.answered = 0
	for _, wk := range group {
		if wk.capture != nil {
			w.answered++
		}
		wk.done <- struct{}{}
	}
	w.ended = time.Now()
	w.afterCommit()
}

func orElse(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// try runs the group, and who joins it, in a transaction. On error nothing of
// it is kept; a do that failed by itself has its own err and does not fail the
// group.
func (w *writer) try(group *[]*work, open bool) error {
	t := &tx{conn: w.c, s: w.s, slugs: w.s.slugs.Load(), seq: w.s.change.Load().LastSeq}
	err := w.transact(t, group, open)
	if err != nil {
		err = faultOf("write history", err)
		if _, back := w.c.exec("ROLLBACK"); back != nil {
			// SQLite ends the transaction itself after some errors.
			w.s.opt.Log.Debug("roll back", "err", back)
		}
		if isSick(err) {
			w.fallSick(err)
		}
		return err
	}
	t.publish()
	if err := w.files.look(); err != nil {
		w.mind() // it is committed to files that nobody will find again
		return err
	}
	w.well()
	return nil
}

func (w *writer) transact(t *tx, group *[]*work, open bool) error {
	if _, err := w.c.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	began := time.Now()
	for todo := *group; len(todo) > 0; {
		if err := w.put(t, todo); err != nil {
			return err
		}
		todo = nil
		for open && len(todo) == 0 {
			todo = w.joining(*group)
			*group = append(*group, todo...)
			if len(todo) == 0 && !w.await(*group, began) {
				break
			}
		}
	}
	if err := t.flush(); err != nil {
		return err
	}
	failpoint.At(failpoint.BeforeCommit)
	_, err := w.c.exec("COMMIT")
	return err
}

// await waits until something is queued, and reports false when the group
// need not wait for it, or not any longer.
func (w *writer) await(group []*work, began time.Time) bool {
	left := linger - time.Since(began)
	if w.answered < crowd || len(group) >= w.answered || sizeOf(group) >= maxGroupBytes ||
		left <= 0 || began.Sub(w.ended) > recent {
		return false
	}
	w.late.Reset(left)
	defer w.late.Stop()
	select {
	case <-w.wake:
		return true
	case <-w.late.C:
		return false
	}
}

// joining takes what was queued meanwhile, as far as the group has room.
func (w *writer) joining(group []*work) []*work {
	size := sizeOf(group)
	if size >= maxGroupBytes {
		return nil
	}
	more, _ := w.take(maxGroup-len(group), maxGroupBytes-size)
	return more
}

func sizeOf(group []*work) (size int) {
	for _, wk := range group {
		size += wk.size
	}
	return size
}

// put does the works in their order, but for captures, which are inserted many
// at a time, ahead of what is sure. A sure work runs without a savepoint: when
// it fails the whole group does, and each of it is done alone; but it may say
// hook.NotFound as long as it has written nothing.
func (w *writer) put(t *tx, todo []*work) error {
	run, sure := make([]*capture, 0, len(todo)), []*work(nil)
	flush := func() error {
		if err := t.keep(run); err != nil {
			return err
		}
		for _, wk := range sure {
			// What is not found was looked for before anything was written.
			if wk.err = wk.do(t); wk.err != nil && hook.KindOf(wk.err) != hook.NotFound {
				return wk.err
			}
		}
		run, sure = run[:0], sure[:0]
		return nil
	}
	for _, wk := range todo {
		switch {
		case wk.capture != nil:
			run = append(run, wk.capture)
			continue
		case wk.sure:
			sure = append(sure, wk)
			continue
		}
		if err := flush(); err != nil {
			return err
		}
		if err := w.aside(t, wk); err != nil {
			return err
		}
	}
	return flush()
}

// aside runs a do so that its failure undoes only what it did itself.
func (w *writer) aside(t *tx, wk *work) error {
	if _, err := w.c.exec("SAVEPOINT aside"); err != nil {
		return err
	}
	part := &tx{conn: t.conn, s: t.s, slugs: t.slugs, seq: t.seq}
	if wk.err = wk.do(part); wk.err == nil {
		t.merge(part)
		_, err := w.c.exec("RELEASE aside")
		return err
	}
	if isSick(faultOf("write history", wk.err)) {
		return wk.err
	}
	if _, err := w.c.exec("ROLLBACK TO aside"); err != nil {
		return errors.Join(wk.err, err)
	}
	_, err := w.c.exec("RELEASE aside")
	return err
}
