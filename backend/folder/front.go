package folder

import (
	"context"
	"fmt"
	"net/http"
)

// BringToFront asks the program to show its window.
func (s Session) BringToFront(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.UI+"/api/v1/window/front", nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+s.Token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("bring the open window (process %d) to the front: %w", s.PID, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode >= 300 {
		return fmt.Errorf("bring the open window (process %d) to the front: it answered %s", s.PID, resp.Status)
	}
	return nil
}
