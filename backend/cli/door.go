package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// Door is how to reach the door of a Creel that runs.
type Door struct {
	URL   string // http://host:port
	Token string
	PID   int
}

// FindDoor tells how to reach the Creel that holds the data folder of this
// run. Its error says what to do when none does.
type FindDoor func() (Door, error)

// ask calls the door with in as JSON, nil for none, and reads its answer into
// out. What the door says of a fault is the error's text.
func (d Door) ask(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, d.URL+"/api/v1"+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+d.Token)
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		if cause := new(url.Error); errors.As(err, &cause) {
			err = cause.Err // without the URL, which is told
		}
		return fmt.Errorf("reach the Creel with process id %d at %s: %w; start Creel again if it was killed", d.PID, d.URL, err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 8<<20))
	if err != nil {
		return fmt.Errorf("read the answer of Creel: %w", err)
	}
	if resp.StatusCode >= 300 {
		return refusal(resp.Status, text)
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("read the answer of Creel: %w; is it of another version?", err)
	}
	return nil
}

// refusal makes an error of a problem as RFC 9457 describes it.
func refusal(status string, text []byte) error {
	var p struct {
		Detail string `json:"detail"`
		Errors []struct {
			Message  string `json:"message"`
			Location string `json:"location"`
		} `json:"errors"`
	}
	if json.Unmarshal(text, &p) != nil || p.Detail == "" {
		return fmt.Errorf("creel answered %s", status)
	}
	for _, e := range p.Errors {
		p.Detail += "; " + e.Location + ": " + e.Message
	}
	return fmt.Errorf("%s", p.Detail)
}
