//go:build !linux

package store

import "os"

// sameFile reports whether the file that fi describes is still at path.
func sameFile(path string, fi os.FileInfo) bool { return lstatSame(path, fi) }
