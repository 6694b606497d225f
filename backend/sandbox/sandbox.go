// Package sandbox runs JavaScript transforms in processes of their own. What
// a transform does cannot slow, grow or end the program: a worker that takes
// too long or holds too much ends itself, is ended from outside if it does not,
// and the next transform gets a new one.
package sandbox

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"

	"creel/backend/hook"
	"creel/backend/script"
)

const (
	// workerFlag is the only argument of a worker.
	workerFlag = "--transform-worker"
	// workers run at once; transforms are short.
	workers = 2
	// idleFor is how long a worker waits for the next transform.
	idleFor = time.Minute
	// startWithin is how long a worker may take to start.
	startWithin = 20 * time.Second
	// graceHere is how long after its time limit a worker is waited for; it
	// ends itself sooner.
	graceHere = 2 * time.Second
)

// job is what a worker is given.
type job struct {
	Source string
	Input  *script.Input // nil only checks the source
}

// Sandbox runs transforms. Its methods may be called from many goroutines.
type Sandbox struct {
	slots chan struct{}

	mu     sync.Mutex
	idle   []*worker
	closed bool
}

// New makes a Sandbox; it starts a process when the first transform is run.
// The program must call Asked before anything else.
func New() *Sandbox { return &Sandbox{slots: make(chan struct{}, workers)} }

// Run gives in to the transform. What the transform did wrong, running out of
// time and memory too, is in the Output; an error is that it could not be run.
func (s *Sandbox) Run(ctx context.Context, source string, in script.Input) (script.Output, error) {
	return s.do(ctx, job{Source: source, Input: &in})
}

// Check refuses a source that cannot be run; nil is that it can.
func (s *Sandbox) Check(ctx context.Context, source string) (*script.Error, error) {
	out, err := s.do(ctx, job{Source: source})
	return out.Err, err
}

// Close ends the workers; one that is at work, when it has come to its end.
func (s *Sandbox) Close() {
	s.mu.Lock()
	idle := s.idle
	s.idle, s.closed = nil, true
	s.mu.Unlock()
	for _, w := range idle {
		w.end()
	}
}

func (s *Sandbox) do(ctx context.Context, j job) (script.Output, error) {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return script.Output{}, ctx.Err()
	}
	w, err := s.worker(ctx)
	if err != nil {
		return script.Output{}, err
	}
	out, err := w.do(ctx, j)
	if err != nil {
		return w.buried(ctx)
	}
	s.keep(w)
	return out, nil
}

// worker takes one that waits, or starts one.
func (s *Sandbox) worker(ctx context.Context) (*worker, error) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, hook.Faultf(hook.Unavailable, "run transform: creel is closing")
	}
	for len(s.idle) > 0 {
		w := s.idle[len(s.idle)-1]
		s.idle = s.idle[:len(s.idle)-1]
		if w.rest.Stop() {
			s.mu.Unlock()
			return w, nil
		}
	}
	s.mu.Unlock()
	return start(ctx)
}

// keep lets a worker wait for the next transform.
func (s *Sandbox) keep(w *worker) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		go w.end()
		return
	}
	w.rest = time.AfterFunc(idleFor, func() {
		s.mu.Lock()
		for i, other := range s.idle {
			if other == w {
				s.idle = append(s.idle[:i:i], s.idle[i+1:]...)
				break
			}
		}
		s.mu.Unlock()
		w.end()
	})
	s.idle = append(s.idle, w)
}

// worker is a process that runs one transform at a time.
type worker struct {
	cmd  *exec.Cmd
	in   *gob.Encoder
	out  *gob.Decoder
	stop func() error // closes what it reads from
	rest *time.Timer  // ends it when it has waited too long
}

// program is this one, even when its file has been replaced since.
func program() (string, error) {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe", nil
	}
	return os.Executable()
}

func start(ctx context.Context) (*worker, error) {
	path, err := program()
	if err != nil {
		return nil, notStarted(err)
	}
	// The process outlives this transform.
	cmd := exec.CommandContext(context.WithoutCancel(ctx), path, workerFlag)
	cmd.Env = []string{"GOMAXPROCS=2", "SYSTEMROOT=" + os.Getenv("SYSTEMROOT")}
	hide(cmd)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, notStarted(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, notStarted(err)
	}
	if err := cmd.Start(); err != nil {
		return nil, notStarted(err)
	}
	w := &worker{cmd: cmd, in: gob.NewEncoder(in), out: gob.NewDecoder(out), stop: in.Close}
	var ready bool
	if err := w.within(ctx, startWithin, func() error { return w.out.Decode(&ready) }); err != nil {
		w.kill()
		return nil, notStarted(errors.Join(err, ctx.Err()))
	}
	return w, nil
}

func notStarted(err error) error {
	return &hook.Fault{Kind: hook.Unavailable, Err: err,
		Text: "run transform: its process did not start; try again, and start creel anew if that does not help"}
}

// do gives one job to the process. After an error it is of no more use.
func (w *worker) do(ctx context.Context, j job) (out script.Output, err error) {
	err = w.within(ctx, script.WallLimit+graceHere, func() error {
		if err := w.in.Encode(j); err != nil {
			return err
		}
		return w.out.Decode(&out)
	})
	return out, err
}

// within lets the process work for a while. One that goes on, or is no longer
// wanted, is killed, which ends what is read from it.
func (w *worker) within(ctx context.Context, limit time.Duration, work func() error) error {
	within, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	forget := context.AfterFunc(within, func() { _ = w.cmd.Process.Kill() })
	err := work()
	if !forget() && err == nil {
		err = within.Err() // killed as it answered
	}
	return err
}

// buried tells what ended a process.
func (w *worker) buried(ctx context.Context) (script.Output, error) {
	w.kill()
	if ctx.Err() != nil {
		return script.Output{}, ctx.Err()
	}
	return script.Output{Err: &script.Error{Text: obituary(w.cmd.ProcessState.ExitCode())}}, nil
}

// The ways in which a worker ends itself.
const (
	exitMemory = 30
	exitTime   = 31
	exitAlone  = 32 // whoever started it is gone: nobody reads this
)

func obituary(code int) string {
	switch code {
	case exitMemory:
		return fmt.Sprintf("transform held more than %d MiB of memory and was stopped; keep less at once", script.MemoryLimit>>20)
	case exitTime, -1: // -1: killed from here
		return fmt.Sprintf("transform took longer than %d ms and was stopped; look for a regular expression or a single step that takes long", script.TimeLimit.Milliseconds())
	}
	return "transform went too deep or asked for too much memory at once and was stopped; look for data nested thousands of levels deep"
}

func (w *worker) kill() {
	_ = w.cmd.Process.Kill()
	_ = w.stop()
	_ = w.cmd.Wait()
}

// end lets a process that waits go: nothing more to read.
func (w *worker) end() {
	w.rest.Stop()
	_ = w.stop()
	_ = w.cmd.Wait()
}
