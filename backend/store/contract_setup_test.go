package store_test

import (
	"testing"

	"creel/backend/hook"

	"github.com/google/go-cmp/cmp"
)

func endpoints(t *testing.T, r *rig) {
	inbox := hook.Endpoint{Slug: "inbox", Name: "Inbox", Reply: hook.DefaultReply(), Targets: []string{}}
	es, err := r.Endpoints(ctx)
	r.must(err)
	if d := cmp.Diff([]hook.Endpoint{inbox}, es); d != "" {
		t.Errorf("a new history has (-want +got):\n%s", d)
	}
	r.wants(hook.Conflict, r.DeleteEndpoint(ctx, "inbox"))
	r.wants(hook.Conflict, r.PutEndpoint(ctx, "inbox", hook.Endpoint{Slug: "other"}))
	r.wants(hook.NotFound, r.DeleteEndpoint(ctx, "none"))

	r.must(r.PutTarget(ctx, "", hook.Target{Name: "app", URL: "http://127.0.0.1:3000"}))
	shop := hook.Endpoint{Slug: "shop", Name: "Shop", Provider: "shopify", Signing: hook.Signing{SecretRef: "R3F", Scheme: "shopify"}, Filter: "method:POST",
		Targets: []string{"app"}, Reply: hook.Reply{Mode: hook.ReplyFixed, Status: 202, Headers: hook.Headers{{Name: "A", Value: "1"}}, Body: "thanks", DelayMs: 10}}
	r.must(r.PutEndpoint(ctx, "", shop))
	r.wants(hook.NotFound, r.PutEndpoint(ctx, "", hook.Endpoint{Slug: "x", Targets: []string{"nobody"}}))
	r.reopen()
	es, err = r.Endpoints(ctx)
	r.must(err)
	if d := cmp.Diff([]hook.Endpoint{inbox, shop}, es); d != "" {
		t.Errorf("endpoints differ (-want +got):\n%s", d)
	}
	r.keep(on("shop"))
	r.must(r.DeleteEndpoint(ctx, "shop"))
	if got := r.row(1).Endpoint; got != "shop" {
		t.Errorf("request of a deleted endpoint shows under %q", got)
	}
	r.wantSeqs(r.list("endpoint:shop", hook.Cursor{Limit: 5}), 1)
}

func endpointRename(t *testing.T, r *rig) {
	r.must(r.PutEndpoint(ctx, "", hook.Endpoint{Slug: "old"}))
	r.must(r.PutEndpoint(ctx, "", hook.Endpoint{Slug: "taken"}))
	r.keep(on("old"))
	r.wants(hook.Conflict, r.PutEndpoint(ctx, "old", hook.Endpoint{Slug: "taken"}))
	r.wants(hook.NotFound, r.PutEndpoint(ctx, "ghost", hook.Endpoint{Slug: "spirit"}))
	r.must(r.PutEndpoint(ctx, "old", hook.Endpoint{Slug: "new"}))
	r.keep(on("new"))
	if got := r.row(1).Endpoint; got != "new" {
		t.Errorf("renamed request shows under %q", got)
	}
	r.wantSeqs(r.list("endpoint:new", hook.Cursor{Limit: 5}), 2, 1)

	// A slug that was deleted and then given to another keeps what it caught.
	r.must(r.DeleteEndpoint(ctx, "new"))
	r.must(r.PutEndpoint(ctx, "taken", hook.Endpoint{Slug: "new"}))
	r.keep(on("new"))
	r.reopen()
	r.keep(on("new"))
	p := r.list("endpoint:new", hook.Cursor{Limit: 5})
	r.wantSeqs(p, 4, 3, 2, 1)
	if p.Total != 4 {
		t.Errorf("total is %d, want 4", p.Total)
	}
}

func targets(t *testing.T, r *rig) {
	app := hook.Target{Name: "app", URL: "http://127.0.0.1:3000/hook", PathMode: hook.PathAppend, TimeoutMs: 5000,
		HeaderRules: []hook.HeaderRule{{Op: "set", Name: "X", Value: "1"}}, NoMark: true}
	r.must(r.PutTarget(ctx, "", app))
	r.must(r.PutTarget(ctx, "", hook.Target{Name: "other", URL: "http://127.0.0.1:4000"}))
	r.must(r.PutEndpoint(ctx, "", hook.Endpoint{Slug: "shop", Targets: []string{"app", "other"}}))
	r.keep()
	r.must(r.AddDeliveries(ctx, []hook.Delivery{{Request: 1, Target: "app", URL: app.URL, Kind: hook.Forward}}))

	r.wants(hook.Conflict, r.PutTarget(ctx, "app", hook.Target{Name: "other"}))
	r.wants(hook.NotFound, r.PutTarget(ctx, "ghost", hook.Target{Name: "spirit"}))
	app.Name = "backend"
	r.must(r.PutTarget(ctx, "app", app))
	ts, err := r.Targets(ctx)
	r.must(err)
	if len(ts) != 2 || !cmp.Equal(ts[0], app) {
		t.Errorf("targets are %+v", ts)
	}
	es, err := r.Endpoints(ctx)
	r.must(err)
	if !cmp.Equal(es[1].Targets, []string{"backend", "other"}) {
		t.Errorf("endpoint has targets %v after the rename", es[1].Targets)
	}
	ds, err := r.Deliveries(ctx, 1)
	r.must(err)
	if ds[0].Target != "backend" {
		t.Errorf("waiting delivery goes to %q after the rename", ds[0].Target)
	}

	r.must(r.DeleteTarget(ctx, "backend"))
	r.wants(hook.NotFound, r.DeleteTarget(ctx, "backend"))
	es, err = r.Endpoints(ctx)
	r.must(err)
	ds, err = r.Deliveries(ctx, 1)
	r.must(err)
	if row := r.row(1); !cmp.Equal(es[1].Targets, []string{"other"}) || ds[0].State != hook.Cancelled || row.Waiting != 0 || row.Failed != 1 {
		t.Errorf("after deleting the target: %v, %+v, %+v", es[1].Targets, ds[0], row.Tally)
	}
}

func settings(t *testing.T, r *rig) {
	set, err := r.Settings(ctx)
	r.must(err)
	if set != hook.DefaultSettings() {
		t.Errorf("new history has settings %+v", set)
	}
	set.Theme, set.Keep.Count = "dark", 7
	r.must(r.PutSettings(ctx, set))
	r.must(r.PutValue(ctx, "window", "800x600"))
	r.must(r.PutValue(ctx, "settings", "not those"))
	r.reopen()
	got, err := r.Settings(ctx)
	r.must(err)
	v, err := r.Value(ctx, "window")
	r.must(err)
	none, err := r.Value(ctx, "nothing")
	r.must(err)
	if got != set || v != "800x600" || none != "" {
		t.Errorf("read back %+v, %q, %q", got, v, none)
	}
}
