package forward_test

import (
	"errors"
	"strings"
	"testing"

	"creel/backend/forward"
	"creel/backend/hook"
	"creel/backend/testkit"
)

func TestTheSignerHasTheLastWord(t *testing.T) {
	target := testkit.NewTarget(t)
	s := newSender(t, forward.Options{})
	var seen hook.Draft
	a := s.Send(t.Context(), forward.Outbound{
		Delivery: hook.Delivery{ID: "d1", URL: target.URL() + "/x?y=1"},
		N:        1,
		Request:  hook.Request{Method: "POST"},
		Raw:      hook.Raw{Head: []byte("POST /in HTTP/1.1\r\nHost: a\r\nX-Sig:  old \r\nX-Time: 1\r\nx-odd:kept\r\nContent-Length: 2\r\n\r\n"), Body: []byte("{}")},
		Target:   &hook.Target{Name: "t", HeaderRules: []hook.HeaderRule{{Op: "set", Name: "X-Time", Value: "rule"}}},
		Sign: func(m hook.Draft) (hook.Signed, error) {
			seen = m
			return hook.Signed{
				Remove: []string{"x-time"}, Body: []byte("signed"),
				Set: hook.Headers{{Name: "X-Sig", Value: "new"}, {Name: "X-Id", Value: "7"}},
			}, nil
		},
	})
	if a.Err != nil || a.Status != 200 {
		t.Fatalf("%+v %+v", a, a.Err)
	}
	if seen.Method != "POST" || seen.URL != target.URL()+"/x?y=1" || string(seen.Body) != "{}" {
		t.Errorf("the signer saw %+v", seen)
	}
	want := hook.Headers{
		{Name: "Host", Value: target.Addr()}, {Name: "X-Sig", Value: "old"}, {Name: "X-Time", Value: "rule"},
		{Name: "x-odd", Value: "kept"}, {Name: "Content-Length", Value: "2"}, {Name: "Creel-Delivery", Value: "d1"},
	}
	if len(seen.Headers) != len(want) {
		t.Fatalf("the signer saw %+v", seen.Headers)
	}
	for i := range want {
		if seen.Headers[i] != want[i] {
			t.Errorf("line %d: the signer saw %+v, want %+v", i, seen.Headers[i], want[i])
		}
	}
	got := target.Await(1)[0]
	lines := strings.Join(got.Lines()[1:], "\n")
	if wantLines := "Host: " + target.Addr() + "\nX-Sig: new\nx-odd:kept\nContent-Length: 6\nCreel-Delivery: d1\nX-Id: 7"; lines != wantLines {
		t.Errorf("sent\n%s\nwant\n%s", lines, wantLines)
	}
	if string(got.Body) != "signed" || string(a.SentBody) != "signed" {
		t.Errorf("sent body %q, recorded %q", got.Body, a.SentBody)
	}
}

func TestASignerThatFailsSendsNothing(t *testing.T) {
	target := testkit.NewTarget(t)
	s := newSender(t, forward.Options{})
	for name, sign := range map[string]hook.Signer{
		"an error": func(hook.Draft) (hook.Signed, error) { return hook.Signed{}, errors.New("no secret is set") },
		"a line feed": func(hook.Draft) (hook.Signed, error) {
			return hook.Signed{Set: hook.Headers{{Name: "A", Value: "b\nc"}}}, nil
		},
	} {
		a := s.Send(t.Context(), forward.Outbound{
			Delivery: hook.Delivery{ID: "d", URL: target.URL()}, Request: hook.Request{Method: "POST"}, Sign: sign,
		})
		if a.Err == nil || a.Err.Kind != hook.ErrSign || a.SentHead != nil {
			t.Errorf("%s: %+v, sent %q", name, a.Err, a.SentHead)
		}
	}
	if n := len(target.Seen()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestWhatIsRefusedIsNotSent(t *testing.T) {
	for kind, want := range map[hook.ErrorClass]hook.DeliveryState{
		hook.ErrTransform: hook.Failed, hook.ErrDropped: hook.Dropped,
	} {
		target := testkit.NewTarget(t)
		l := newLedger()
		l.refused = &hook.AttemptError{Kind: kind, Text: "why"}
		ids := l.add("a", target.URL(), 1)
		_, stop := runOutbox(t, l, forward.OutboxOptions{})
		l.await(ids, want)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		tries := l.tries(ids[0])
		if len(tries) != 1 || *tries[0].Err != *l.refused {
			t.Errorf("%s: attempts %+v", kind, tries)
		}
		if n := len(target.Seen()); n != 0 {
			t.Errorf("%s: %d requests were sent", kind, n)
		}
	}
}
