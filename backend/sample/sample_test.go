package sample_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"math/rand/v2"
	"mime"
	"mime/multipart"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"creel/backend/hook"
	"creel/backend/sample"
)

var at = time.Date(2026, 11, 23, 9, 30, 15, 250e6, time.UTC)

// dice is a source that gives the same bytes for the same seed.
func dice(seed byte) io.Reader { return rand.NewChaCha8([32]byte{seed}) }

func build(t *testing.T, id string, seed byte) sample.Message {
	t.Helper()
	m, err := sample.Build(id, at, dice(seed))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestEverySampleIsWhatItSays(t *testing.T) {
	for _, info := range sample.All() {
		t.Run(info.ID, func(t *testing.T) {
			m := build(t, info.ID, 1)
			for _, s := range []string{info.Provider, info.ProviderName, info.Event, info.Title, info.Description, info.ContentType} {
				if s == "" {
					t.Errorf("%+v lacks something", info)
				}
			}
			if m.Method != "POST" || m.Method != info.Method || len(m.Body) < 40 || len(m.Body) > 16<<10 {
				t.Errorf("%s with %d bytes", m.Method, len(m.Body))
			}
			valid(t, info, m)
			for _, h := range m.Headers {
				if slices.Contains([]string{"host", "content-length", "connection", "transfer-encoding"}, strings.ToLower(h.Name)) {
					t.Errorf("%s is the connection's line, not the sample's", h.Name)
				}
				if h.Value != strings.TrimSpace(h.Value) || strings.ContainsAny(h.Value, "\r\n{}<") {
					t.Errorf("header %s: %q", h.Name, h.Value)
				}
			}
			if bytes.Contains(m.Body, []byte("<no value>")) || bytes.Contains(m.Body, []byte("{{")) || bytes.Contains(m.Body, []byte("%!")) {
				t.Errorf("a placeholder was not filled: %s", m.Body)
			}
		})
	}
}

// valid parses the body as what its content type says.
func valid(t *testing.T, info sample.Info, m sample.Message) {
	t.Helper()
	ct, params, err := mime.ParseMediaType(m.Headers.Get("Content-Type"))
	if err != nil || ct != info.ContentType {
		t.Fatalf("content type %q, want %s: %v", m.Headers.Get("Content-Type"), info.ContentType, err)
	}
	switch ct {
	case "application/json", "application/cloudevents+json", "text/plain": // SNS says text
		var v any
		err = json.Unmarshal(m.Body, &v)
	case "application/x-www-form-urlencoded":
		var v url.Values
		if v, err = url.ParseQuery(string(m.Body)); len(v) < 8 && !v.Has("payload") && !v.Has("bt_payload") {
			t.Errorf("only %d fields", len(v))
		}
	case "application/xml":
		var v struct {
			XMLName xml.Name
			Lines   []struct{} `xml:"order>lines>line"`
		}
		if err = xml.Unmarshal(m.Body, &v); len(v.Lines) != 2 {
			t.Errorf("%d lines", len(v.Lines))
		}
	case "multipart/form-data":
		upload(t, m.Body, params["boundary"])
	default:
		t.Fatalf("nobody checks %s", ct)
	}
	if err != nil {
		t.Fatalf("%v in %s", err, m.Body)
	}
}

func upload(t *testing.T, body []byte, boundary string) {
	t.Helper()
	form, err := multipart.NewReader(bytes.NewReader(body), boundary).ReadForm(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	if len(form.Value["reference"]) != 1 || len(form.File["photo"]) != 1 || len(form.File["log"]) != 1 {
		t.Fatalf("parts %v %v", form.Value, form.File)
	}
	f, err := form.File["photo"][0].Open()
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(f)
	if err != nil || img.Bounds().Dx() != 48 {
		t.Fatalf("picture: %v", err)
	}
	if rest, err := io.ReadAll(f); err != nil || len(rest) > 0 {
		t.Errorf("%d bytes behind the picture: %v", len(rest), err)
	}
}

func TestSamplesAreManyAndTheUsualOnesFirst(t *testing.T) {
	var ids, providers []string
	for _, i := range sample.All() {
		ids, providers = append(ids, i.ID), append(providers, i.Provider)
	}
	together := slices.Compact(providers)
	if len(ids) < 100 || len(together) < 50 || ids[0] != "stripe.payment_intent.succeeded" || together[len(together)-1] != sample.Generic {
		t.Errorf("samples %q", ids)
	}
	if want := []string{"stripe", "github", "shopify", "slack"}; !slices.Equal(together[:4], want) {
		t.Errorf("the first providers are %q, want %q", together[:4], want)
	}
	if n := len(slices.Compact(slices.Sorted(slices.Values(together)))); n != len(together) {
		t.Errorf("a provider stands in two places of %q", together)
	}
	if n := len(slices.Compact(slices.Sorted(slices.Values(ids)))); n != len(ids) {
		t.Errorf("an id stands twice in %q", ids)
	}
}

func TestBuildIsFreshAndRepeatable(t *testing.T) {
	for _, info := range sample.All() {
		one, same, other := build(t, info.ID, 1), build(t, info.ID, 1), build(t, info.ID, 2)
		if !bytes.Equal(one.Body, same.Body) || !slices.Equal(one.Headers, same.Headers) {
			t.Errorf("%s differs for the same bytes", info.ID)
		}
		if bytes.Equal(one.Body, other.Body) {
			t.Errorf("%s has the same ids twice", info.ID)
		}
		// All that a person would see as text is made by us or by the clock;
		// a time of another day would be one copied from somewhere.
		if timeless := []string{"twilio.message.received", "dropbox.list_folder"}; slices.Contains(timeless, info.ID) {
			continue // as their providers send them, but for the signature
		}
		if later, err := sample.Build(info.ID, at.AddDate(0, 0, 2), dice(1)); err != nil || bytes.Equal(later.Body, one.Body) && slices.Equal(later.Headers, one.Headers) {
			t.Errorf("%s does not tell the time: %v", info.ID, err)
		}
	}
}

func TestBuildFaults(t *testing.T) {
	if _, err := sample.Build("nobody.nothing", at, dice(1)); hook.KindOf(err) != hook.NotFound {
		t.Errorf("unknown sample: %v", err)
	}
	broken := errors.New("no more randomness")
	for _, info := range sample.All() {
		if _, err := sample.Build(info.ID, at, iotestErr{broken}); !errors.Is(err, broken) {
			t.Errorf("%s without randomness: %v", info.ID, err)
		}
	}
}

type iotestErr struct{ err error }

func (r iotestErr) Read([]byte) (int, error) { return 0, r.err }

// Values that providers repeat in a message are the same everywhere in it.
func TestSamplesHoldTogether(t *testing.T) {
	var ping struct {
		HookID int64 `json:"hook_id"`
		Hook   struct{ ID int64 }
	}
	m := build(t, "github.ping", 3)
	if err := json.Unmarshal(m.Body, &ping); err != nil || ping.HookID != ping.Hook.ID || fmt.Sprint(ping.HookID) != m.Headers.Get("X-GitHub-Hook-ID") {
		t.Errorf("hook id of %+v and %q: %v", ping, m.Headers.Get("X-GitHub-Hook-ID"), err)
	}
	var push struct {
		After, Compare string
		Commits        []struct{ ID string }
		Head           struct{ ID string } `json:"head_commit"`
	}
	if err := json.Unmarshal(build(t, "github.push", 3).Body, &push); err != nil || push.After != push.Head.ID ||
		push.After != push.Commits[1].ID || !strings.HasSuffix(push.Compare, push.After[:12]) {
		t.Errorf("push %+v: %v", push, err)
	}
	form, err := url.ParseQuery(string(build(t, "slack.slash_command", 3).Body))
	if err != nil || !strings.Contains(form.Get("response_url"), form.Get("team_id")) {
		t.Errorf("slash command %v: %v", form, err)
	}
}
