package desk_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"creel/backend/desk"
	"creel/backend/hook"
	"creel/backend/testkit"
)

// wrong is an order that does not hold and takes long to explain.
func wrong(bytes int) desk.VerifyOrder {
	return desk.VerifyOrder{
		Scheme: "github-sha256", Secret: "s3cret", Body: []byte(strings.Repeat("x", bytes)),
		Headers: hook.Headers{{Name: "X-Hub-Signature-256", Value: "sha256=00"}},
	}
}

// Who has gone gets no verdict, large or small, and his place is free again.
func TestExplainingEndsWithItsCaller(t *testing.T) {
	rig := testkit.NewRig(t)
	for _, bytes := range []int{10, 1 << 20} {
		gone, leave := context.WithCancel(t.Context())
		leave()
		for range 20 { // more than there are places
			if v, err := rig.Desk.Verify(gone, wrong(bytes)); !errors.Is(err, context.Canceled) || v.Valid {
				t.Fatalf("%d bytes: %+v, %v", bytes, v, err)
			}
		}
		if v, err := rig.Desk.Verify(t.Context(), wrong(bytes)); err != nil || v.Reason != "signature_differs" {
			t.Errorf("%d bytes: %+v, %v", bytes, v, err)
		}
	}
}
