package api_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"creel/backend/api"
)

// document is the copy that the page's types are generated from.
const document = "../../frontend/openapi.json"

// The document is what the page and other programs are built on, so a change
// of the door shows in review: run `go test ./backend/api -update`, then
// `npm run types` in frontend.
func TestOpenAPIHasNotDrifted(t *testing.T) {
	got, err := api.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile(document, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Fatal("the door has changed and frontend/openapi.json has not; run: go test ./backend/api -update && (cd frontend && npm run types)")
	}
}

var update = flag.Bool("update", false, "write frontend/openapi.json anew")
