package window

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Save writes what the door answers to a GET of doorPath, such as
// "/api/v1/requests/7/body", to the file to, which only this person can read.
// The file appears whole or not at all.
func Save(ctx context.Context, address, token, doorPath, to string) error {
	u, err := url.Parse(doorPath)
	if err != nil || u.Host != "" || path.Clean(u.Path) != u.Path || !strings.HasPrefix(u.Path, "/api/v1/") {
		return errors.New("save file: not a path of the door")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address+u.RequestURI(), nil)
	if err != nil {
		return fmt.Errorf("save file: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	// A transport of its own: no proxy from the environment sees the token.
	transport := &http.Transport{DisableKeepAlives: true}
	res, err := transport.RoundTrip(req)
	if err != nil {
		return fmt.Errorf("save file: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("save file: the door answered %s", res.Status)
	}
	return writeWhole(to, res.Body)
}

func writeWhole(to string, from io.Reader) error {
	part, err := os.CreateTemp(filepath.Dir(to), ".creel-*") // made 0600
	if err != nil {
		return fmt.Errorf("save file: %w", err)
	}
	_, err = io.Copy(part, from)
	if err = errors.Join(err, part.Close()); err == nil {
		err = os.Rename(part.Name(), to)
	}
	if err != nil {
		return fmt.Errorf("save file: %w", errors.Join(err, os.Remove(part.Name())))
	}
	return nil
}

// FileName makes a suggested file name safe to offer on any system: one path
// element without control characters, "body" when nothing is left.
func FileName(suggested string) string {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, suggested)
	clean = strings.Trim(clean, ". ")
	if clean == "" {
		return "body"
	}
	return clean
}
