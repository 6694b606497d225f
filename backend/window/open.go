package window

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// Opener is the command that opens an http or https URL in the person's
// browser on that operating system. Other URLs are refused: "file:" and the
// like would run things. No shell sees the URL.
func Opener(goos, rawURL string) ([]string, error) {
	u, err := url.Parse(rawURL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, errors.New("open link: only http and https links are opened")
	}
	switch goos {
	case "darwin":
		return []string{"open", u.String()}, nil
	case "windows":
		return []string{"rundll32", "url.dll,FileProtocolHandler", u.String()}, nil
	default:
		return []string{"xdg-open", u.String()}, nil
	}
}

// OpenURL opens an http or https URL in the person's browser. Wails' own
// opener is not used because it drops honest URLs, any with "(", "!" or "~",
// without saying so.
func OpenURL(rawURL string) error {
	command, err := Opener(runtime.GOOS, rawURL)
	if err != nil {
		return err
	}
	// Without a deadline: it may be the browser itself that runs.
	cmd := exec.CommandContext(context.Background(), command[0], command[1:]...)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("open link: %w", err)
	}
	go func() { _ = cmd.Wait() }() // reap it
	return nil
}

// HasGPU says whether a Linux render node opens. Without one WebKit must be
// told to render in software: it spins on a missing GPU.
func HasGPU() bool {
	nodes, _ := filepath.Glob("/dev/dri/renderD*")
	for _, node := range nodes {
		if f, err := os.OpenFile(node, os.O_RDWR, 0); err == nil {
			_ = f.Close()
			return true
		}
	}
	return false
}

// AvoidBlank turns off the WebKit renderer that leaves windows blank with
// NVIDIA's driver, unless the person chose. Call it before the window.
func AvoidBlank() error {
	const name = "WEBKIT_DISABLE_DMABUF_RENDERER"
	_, err := os.Stat("/sys/module/nvidia")
	if nvidia := err == nil; nvidia && os.Getenv(name) == "" {
		return os.Setenv(name, "1")
	}
	return nil
}
