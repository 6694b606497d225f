//go:build linux

package trial

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The program as it is released, and with the marks of fault tests in it.
var plain, marked string

var ctx = context.Background()

// TestMain builds both once.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "creel-trial-")
	if err != nil {
		panic(err)
	}
	plain, marked = filepath.Join(dir, "creel"), filepath.Join(dir, "creel-marked")
	build := func(args ...string) {
		cmd := exec.Command("go", append([]string{"build", "-buildvcs=false", "-trimpath"}, args...)...)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build creel for the fault tests: %v\n%s", err, out)
			os.Exit(1)
		}
	}
	build("-o", plain, "creel")
	build("-tags", "failpoint", "-o", marked, "creel")
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}
