package sandbox

import (
	"os/exec"
	"syscall"
)

// hide starts a process without a console window of its own.
func hide(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{HideWindow: true} }
