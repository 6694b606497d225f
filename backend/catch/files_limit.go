//go:build linux || darwin

package catch

import "syscall"

// openFiles is how many files the process may have open; 0 when unknown.
func openFiles() uint64 {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return 0
	}
	return limit.Cur
}
