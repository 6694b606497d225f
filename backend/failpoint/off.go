//go:build !failpoint

package failpoint

// At does nothing in this build.
func At(string) {}

// OneThread does nothing in this build.
func OneThread() {}
