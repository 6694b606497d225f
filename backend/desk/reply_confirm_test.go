package desk_test

import (
	"context"
	"testing"

	"creel/backend/desk"
	"creel/backend/forward"
	"creel/backend/hook"
	"creel/backend/store"
)

// deaf listens nowhere, and idle sends nothing: what would be sent stays in the
// outbox.
type deaf struct{}

func (deaf) Open(string) error          { return nil }
func (deaf) Addr() string               { return "" }
func (deaf) Shut(context.Context) error { return nil }

type idle struct{ desk.Outbox }

func (idle) Run(ctx context.Context) error { <-ctx.Done(); return nil }
func (idle) Wake()                         {}

// A click makes one delivery: a GET of the address that SNS named, nothing of
// the request with it.
func TestConfirmingIsADelivery(t *testing.T) {
	s, err := store.Open(t.Context(), store.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	d, err := desk.New(t.Context(), desk.Options{Store: s, Roads: forward.Roads{}})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Start(t.Context(), deaf{}, idle{}, ""); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := d.Shut(context.Background()); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	const url = "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=2336"
	a := d.Keep(t.Context(), &hook.Capture{
		Request: hook.Request{Method: "POST", Target: "/inbox", State: hook.Kept, Via: hook.ViaDirect},
		Raw: hook.Raw{
			Head: []byte("POST /inbox HTTP/1.1\r\nHost: h\r\nAuthorization: secret\r\nx-amz-sns-message-type: SubscriptionConfirmation\r\n\r\n"),
			Body: []byte(`{"Type":"SubscriptionConfirmation","SubscribeURL":"` + url + `"}`),
		},
	})
	if a.Status != 200 {
		t.Fatalf("%+v", a)
	}
	if _, err := d.Confirm(t.Context(), a.Seq); err != nil {
		t.Fatal(err)
	}
	ds, err := d.Deliveries(t.Context(), a.Seq)
	if err != nil || len(ds) != 1 {
		t.Fatalf("%+v, %v", ds, err)
	}
	got := ds[0]
	if got.URL != url || got.Draft == nil || got.Draft.Method != "GET" || len(got.Draft.Body) != 0 || got.Draft.Headers.Get("Authorization") != "" {
		t.Errorf("%+v %+v", got, got.Draft)
	}
}
