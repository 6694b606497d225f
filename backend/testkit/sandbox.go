package testkit

import (
	"os"

	"creel/backend/sandbox"
)

// Transforms run in processes of this program, which in a test is the test.
func init() {
	if sandbox.Asked() {
		os.Exit(sandbox.Work())
	}
}
