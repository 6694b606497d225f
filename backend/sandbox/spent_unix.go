//go:build unix

package sandbox

import (
	"syscall"
	"time"
)

// spent is the processor time of this process so far.
func spent() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0 // the limit of the clock holds all the same
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
