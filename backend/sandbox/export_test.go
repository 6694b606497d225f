package sandbox

import (
	"encoding/gob"
	"io"

	"creel/backend/script"
)

// WorkerFlag starts a worker.
const WorkerFlag = workerFlag

// ExitAlone is how a worker ends whose parent is gone.
const ExitAlone = exitAlone

// Workers is how many run at once.
const Workers = workers

// Give writes a job for a worker.
func Give(w io.Writer, source string, in script.Input) error {
	return gob.NewEncoder(w).Encode(job{Source: source, Input: &in})
}
