//go:build !unix

package store

import "io/fs"

// Windows keeps the data folder under the user's profile, where the inherited
// access list already shuts others out.
func ownedByUs(fs.FileInfo) bool { return true }

func writableByOthers(fs.FileInfo) bool { return false }

func syncFolder(string) error { return nil }
