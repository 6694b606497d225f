package sandbox

import (
	"encoding/gob"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
	"time"

	"creel/backend/script"
)

const (
	// graceThere is how long after its time limit a transform may take to
	// notice; then the process ends.
	graceThere = 750 * time.Millisecond
	// stackLimit bounds recursion in native code: parsing what is nested deep.
	stackLimit = 48 << 20
	// looksEvery is how often the memory held is looked at.
	looksEvery = time.Millisecond
)

// Asked reports whether this process was started to run transforms. Then it
// must do nothing but Work, and end with the code that it returns.
func Asked() bool { return len(os.Args) == 2 && os.Args[1] == workerFlag }

// Work runs transforms that come on standard input until it ends.
func Work() int {
	debug.SetMaxStack(stackLimit)
	debug.SetGCPercent(50)
	bound()
	return serve(os.Stdin, os.Stdout)
}

func serve(r io.Reader, w io.Writer) int {
	out := gob.NewEncoder(w)
	if out.Encode(true) != nil {
		return 1
	}
	jobs := make(chan job)
	var busy atomic.Bool
	go listen(gob.NewDecoder(r), jobs, &busy)
	for j := range jobs {
		done := j.run()
		busy.Store(false)
		if out.Encode(done) != nil {
			return 0
		}
	}
	return 0
}

// listen passes jobs on, until whoever gives them is gone or needs no more. It
// listens on while one is run, and then ends the process: nobody is left to
// stop what runs wild.
func listen(in *gob.Decoder, jobs chan<- job, busy *atomic.Bool) {
	defer close(jobs)
	for {
		var j job
		if in.Decode(&j) != nil {
			if busy.Load() {
				os.Exit(exitAlone)
			}
			return
		}
		busy.Store(true)
		jobs <- j
	}
}

// run does a job under watch.
func (j job) run() script.Output {
	stop := watch()
	defer stop()
	if j.Input == nil {
		return script.Output{Err: script.Check(j.Source, spent)}
	}
	return script.Run(j.Source, *j.Input, spent)
}

// watch ends the process when it holds too much memory beyond what it holds
// now, or works too long.
func watch() (stop func()) {
	m := newMeter()
	if m.held() > 16<<20 {
		runtime.GC() // what the transform before left behind
	}
	base := m.held()
	// Close to the limit garbage is collected whatever it costs, so that what
	// counts is what is held.
	debug.SetMemoryLimit(m.total() + script.MemoryLimit*7/8)
	late := time.AfterFunc(script.WallLimit+graceThere, func() { os.Exit(exitTime) })
	before := spent()
	done := make(chan struct{})
	go func() {
		tick := time.NewTicker(looksEvery)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				switch {
				case m.held()-base > script.MemoryLimit:
					os.Exit(exitMemory)
				case spent()-before > script.TimeLimit+graceThere:
					os.Exit(exitTime)
				}
			}
		}
	}()
	return func() {
		late.Stop()
		close(done)
	}
}

// meter reads the memory of this process, in bytes.
type meter []metrics.Sample

func newMeter() meter {
	return meter{
		{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"},
		{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"},
	}
}

func (m meter) read(i int) int64 { return int64(min(m[i].Value.Uint64(), 1<<62)) }

// held is what objects and stacks take.
func (m meter) held() int64 {
	metrics.Read(m)
	return m.read(0) + m.read(1)
}

// total is what the memory limit of the runtime counts.
func (m meter) total() int64 {
	metrics.Read(m)
	return m.read(2) - m.read(3)
}
