//go:build !windows

package sandbox

import "os/exec"

func hide(*exec.Cmd) {}
