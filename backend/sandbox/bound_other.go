//go:build !linux

package sandbox

// bound does nothing here: the watch alone bounds what a transform holds.
func bound() {}
