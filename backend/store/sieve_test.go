package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"creel/backend/filter"
	"creel/backend/hook"
	"creel/backend/store"

	"pgregory.net/rapid"
)

// crowd fills several blocks with requests whose columns have few and many
// values, with gaps, trash, marks and deliveries.
func crowd(t *testing.T, s *store.Store, n int) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	cs := make([]hook.Capture, n)
	for i := range cs {
		cs[i] = *capture(func(c *hook.Capture) {
			c.Endpoint, c.Method = pick("shop", "inbox", "a", "Shop"), pick("GET", "POST", "POST", "post", "PUT")
			c.Target = "/" + pick("shop", "order") + fmt.Sprintf("/%d?a=%s", r.IntN(400), pick("x", "Order", "é"))
			c.Provider, c.Event = pick("", "", "stripe", "Order"), fmt.Sprintf("order.%d", r.IntN(700))
			c.Status, c.BodyBytes = []int{200, 202, 404, 503}[r.IntN(4)], int64(r.IntN(3000))
			c.State, c.Sig = []hook.State{hook.Kept, hook.Kept, hook.Kept, hook.Cut, hook.Refused}[r.IntN(5)], pick("none", "valid", "invalid")
			c.ReceivedAt = time.UnixMicro(firstMoment + int64(i) - int64(r.IntN(50))).UTC()
			c.Body = []byte(pick(`{"a":12}`, "order", `{"b":[1]}`, `{"status":{"name":"shipped out"}}`,
				`{"\u0073tatus":{"name":"\u0053hipped out"}}`, `{"status":{"name":"\u212aept shipped out"}}`, `{"status":{"name":"\u017fhipped out"}}`))
		})
		if i == n/2 {
			cs[i].Method, cs[i].Status = "RARE", 599
			cs[i].Head = []byte("RARE / HTTP/1.1\r\nX-Rare: 1\r\n\r\n")
		}
	}
	must(t, s.KeepMany(ctx, cs))
	must(t, s.Seal(ctx))
	s.WaitIndexed(ctx)
	for range 40 {
		seq := 1 + r.Int64N(int64(n))
		note, tags, yes := pick("", "order", "é"), []string{pick("a", "order")}, true
		_, err := s.Mark(ctx, []int64{seq}, hook.MarksPatch{Note: &note, Tags: &tags, Pinned: &yes, Read: &yes})
		must(t, err)
		d := hook.Delivery{ID: id(), Request: seq, Kind: hook.Kind(pick("forward", "replay")), Target: pick("", "Order", "shop"), URL: "http://order/x"}
		must(t, s.AddDeliveries(ctx, []hook.Delivery{d}))
		a := hook.Attempt{ID: id(), Delivery: d.ID, URL: d.URL, Status: []int{0, 200, 404, 503}[r.IntN(4)]}
		if a.Status == 0 {
			a.Err = &hook.AttemptError{Kind: hook.ErrTimeout}
		}
		must(t, s.Finish(ctx, a, hook.DeliveryState(pick("delivered", "failed", "dead", "waiting")), time.Time{}))
	}
}

func must(t interface {
	Helper()
	Fatal(...any)
}, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// everything returns all requests, newest first.
func everything(t *testing.T, s *store.Store, now time.Time) (all []filter.Subject) {
	t.Helper()
	for {
		cur := hook.Cursor{Limit: 1000}
		if len(all) > 0 {
			cur.Before = all[len(all)-1].Row.Seq
		}
		page, err := s.List(ctx, nil, cur)
		must(t, err)
		for _, row := range page.Rows {
			raw, err := s.Raw(ctx, row.Seq)
			must(t, err)
			ds, err := s.Deliveries(ctx, row.Seq)
			must(t, err)
			all = append(all, filter.Subject{Row: row, Now: now, Raw: func() hook.Raw { return raw },
				Deliveries: func() []hook.Delivery { return ds }})
		}
		if len(page.Rows) == 0 {
			return all
		}
	}
}

// TestSievedSearchIsTheFilter holds searches that skip whole blocks against
// the matcher.
func TestSievedSearchIsTheFilter(t *testing.T) {
	t.Parallel()
	const n = 4*1024 + 300
	clock := &clock{t: time.UnixMicro(firstMoment + n)}
	s := openTemp(t, func(o *store.Options) { o.CountBudget, o.Now = time.Hour, clock.now })
	crowd(t, s, n)
	if got, err := s.Number(ctx, "SELECT count(*) FROM sheets WHERE id < 1 << 40"); err != nil || got != 4 {
		t.Fatalf("%d blocks have sheets (%v), want 4", got, err)
	}
	// One block with rows in the trash, one that lost rows, one that is damaged,
	// one whose rows changed.
	trash := func(src string) { _, err := s.Trash(ctx, parse(t, src), 0); must(t, err) }
	trash("seq:100..180")
	trash("seq:3300..3310 is:unread")
	clock.add(time.Hour)
	_, err := s.Prune(ctx, hook.Retention{})
	must(t, err)
	trash("seq:2100..2150")
	must(t, s.Exec(ctx, "UPDATE sheets SET data = x'ff0102' WHERE id & 0xffffffff = 3"))
	must(t, s.Exec(ctx, "UPDATE requests SET status = 404 WHERE seq BETWEEN 1100 AND 1300"))
	if got, err := s.Number(ctx, "SELECT count(*) FROM sheets WHERE id = 1"); err != nil || got != 0 {
		t.Fatalf("the sheet of changed rows is still there (%v)", err)
	}
	all := everything(t, s, clock.now())
	rapid.Check(t, func(t *rapid.T) {
		src := expression(t)
		if rapid.IntRange(0, 2).Draw(t, "rare") == 0 {
			src = rapid.SampledFrom([]string{"method:RARE", "status:599", "-method:RARE", "event:order.7", "seq:<2000", "size:>2990",
				"path:/order/39*", "query.a:order", "method:post", "is:unread", "-is:pinned", "method:POST OR body.status.name:shipped*", "seq:1023..1025", "age:>3ms",
				`body.status.name:"shipped out"`, "body.status.name:*shipped*", `body.*.name:"kept shipped out"`, "body.status.name:/out$/",
				"before:" + time.UnixMicro(firstMoment+3000).UTC().Format(time.RFC3339Nano)}).Draw(t, "term") +
				rapid.SampledFrom([]string{" ", " OR "}).Draw(t, "glue") + src
		}
		checkSieved(t, s, all, src)
	})
}

func checkSieved(t *rapid.T, s *store.Store, all []filter.Subject, src string) {
	e, err := filter.Parse(src)
	must(t, err)
	want := []int64{}
	for _, one := range all {
		if e.Holds(one) {
			want = append(want, one.Row.Seq)
		}
	}
	limit := rapid.SampledFrom([]int{1, 50, 1000}).Draw(t, "limit")
	cut := func(from int) []int64 { return want[min(from, len(want)):min(from+limit, len(want))] }
	page, err := s.List(ctx, e, hook.Cursor{Limit: limit})
	must(t, err)
	if got := seqsOf(page); !slices.Equal(got, cut(0)) || page.Total != int64(len(want)) || !page.Exact {
		t.Fatalf("%s: history finds %v (total %d), the filter means %v (%d)", src, brief(got), page.Total, brief(cut(0)), len(want))
	}
	if len(want) == 0 {
		return
	}
	offset := rapid.IntRange(0, len(want)).Draw(t, "offset")
	page, err = s.List(ctx, e, hook.Cursor{Limit: limit, Offset: offset})
	must(t, err)
	if got := seqsOf(page); !slices.Equal(got, cut(offset)) {
		t.Fatalf("%s after %d: history finds %v, the filter means %v", src, offset, brief(got), brief(cut(offset)))
	}
	page, err = s.List(ctx, e, hook.Cursor{Limit: limit, Before: want[min(offset, len(want)-1)]})
	must(t, err)
	if got := seqsOf(page); !slices.Equal(got, cut(min(offset, len(want)-1)+1)) || page.Total != int64(len(want)) {
		t.Fatalf("%s below %d: history finds %v (total %d)", src, want[min(offset, len(want)-1)], brief(got), page.Total)
	}
}

func brief(seqs []int64) string {
	s := fmt.Sprint(seqs[:min(len(seqs), 20)])
	return strings.TrimSuffix(s, "]") + fmt.Sprintf(" … %d]", len(seqs))
}

func TestSheetsFollowTheHistory(t *testing.T) {
	clock := newClock()
	s := openTemp(t, func(o *store.Options) { o.Now = clock.now })
	sheets := func() int64 { n, err := s.Number(ctx, "SELECT count(*) FROM sheets"); must(t, err); return n }
	keepN(t, s, 1022)
	must(t, s.Seal(ctx))
	if n := sheets(); n != 0 {
		t.Fatalf("%d sheets of a block that is not full", n)
	}
	keepN(t, s, 1)
	must(t, s.Seal(ctx))
	full := sheets()
	if full == 0 {
		t.Fatal("no sheets of a full block")
	}
	if _, err := s.Trash(ctx, nil, 0); err != nil {
		t.Fatal(err)
	}
	must(t, s.Seal(ctx))
	if n := sheets(); n != 0 {
		t.Errorf("%d sheets of a block without requests", n)
	}
	if _, err := s.Restore(ctx, 1); err != nil {
		t.Fatal(err)
	}
	must(t, s.Seal(ctx))
	if n := sheets(); n != full {
		t.Errorf("%d sheets after restoring, want %d", n, full)
	}
}

// What a new secret changes in full blocks is searched by sheets again soon,
// though no request comes that would fill another block.
func TestSheetsAreMadeAnewAfterVerifying(t *testing.T) {
	s := openTemp(t)
	keepN(t, s, 2047)
	must(t, s.Seal(ctx))
	blocks := func() int64 {
		n, err := s.Number(ctx, "SELECT count(*) FROM sheets WHERE id < 1024")
		must(t, err)
		return n
	}
	if n := blocks(); n != 2 {
		t.Fatalf("%d blocks have sheets, want 2", n)
	}
	must(t, s.SetSigs(ctx, map[int64]string{1: "valid", 2047: "invalid"}))
	checkFound(t, s, "sig:valid", 1)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(30 * time.Second); blocks() != 2; <-tick.C {
		if time.Now().After(deadline) {
			t.Fatal("the sheets are not made anew")
		}
	}
	checkFound(t, s, "sig:invalid", 2047)
	checkFound(t, s, "sig:valid", 1)
}

func checkFound(t *testing.T, s *store.Store, src string, want ...int64) {
	t.Helper()
	page, err := s.List(ctx, parse(t, src), hook.Cursor{Limit: 10})
	must(t, err)
	if got := seqsOf(page); !slices.Equal(got, want) {
		t.Errorf("%s finds %v, want %v", src, got, want)
	}
}

func TestCountGoesOnWhereItStopped(t *testing.T) {
	s := openTemp(t, func(o *store.Options) { o.CountBudget = time.Hour })
	crowd(t, s, 5*1024+77)
	for _, src := range []string{"", "method:POST", "endpoint:shop", "body:order", "method:RARE", "is:pinned OR body.a:12", "note:order"} {
		e := parse(t, src)
		page, err := s.List(ctx, e, hook.Cursor{Limit: 1})
		must(t, err)
		var sum, scanned, of int64
		steps := 0
		for before := int64(0); steps == 0 || before > 0; steps++ {
			c, err := s.Count(ctx, e, before, 0)
			must(t, err)
			if steps == 0 {
				of = c.Of
			}
			sum, scanned, before = sum+c.Counted, scanned+c.Scanned, c.Next
			if c.Scanned > c.Of || steps > 100 {
				t.Fatalf("%s: %+v after %d steps", src, c, steps)
			}
		}
		if sum != page.Total || scanned != of || of != 5*1024+77 {
			t.Errorf("%s: counted %d of %d, %d scanned of %d", src, sum, page.Total, scanned, of)
		}
		if all, err := s.Count(ctx, e, 0, time.Hour); err != nil || all.Counted != sum || all.Next != 0 || all.Scanned != all.Of {
			t.Errorf("%s in one go: %+v, %v", src, all, err)
		}
		if src == "body:order" && steps < 2 {
			t.Errorf("%s took one step without a budget", src)
		}
	}
}

func TestValuesAreThoseOfTheHistory(t *testing.T) {
	s := openTemp(t)
	crowd(t, s, 2*1024+300)
	must(t, s.PutTarget(ctx, "", hook.Target{Name: "unused", URL: "http://a/"}))
	all := everything(t, s, time.Time{})
	for field, of := range map[string]func(hook.Row) []string{
		"event":    func(r hook.Row) []string { return []string{r.Event} },
		"provider": func(r hook.Row) []string { return []string{r.Provider} },
		"method":   func(r hook.Row) []string { return []string{r.Method} },
		"status":   func(r hook.Row) []string { return []string{fmt.Sprint(r.Status)} },
		"endpoint": func(r hook.Row) []string { return []string{r.Endpoint} },
		"tag":      func(r hook.Row) []string { return r.Tags },
	} {
		want := map[string]int64{}
		for _, one := range all {
			for _, v := range of(one.Row) {
				want[v]++
			}
		}
		delete(want, "")
		vs, err := s.Values(ctx, field, "", 1000)
		must(t, err)
		if len(vs) != min(len(want), 200) {
			t.Errorf("%s: %d values, want %d", field, len(vs), len(want))
		}
		for i, v := range vs {
			if v.Count != want[v.Text] || i > 0 && vs[i-1].Count < v.Count {
				t.Errorf("%s: %q is there %d times, not %d", field, v.Text, want[v.Text], v.Count)
			}
		}
	}
	texts := func(field, prefix string) (out []string) {
		vs, err := s.Values(ctx, field, prefix, 0)
		must(t, err)
		for _, v := range vs {
			out = append(out, v.Text)
		}
		slices.Sort(out)
		return out
	}
	for _, c := range []struct{ field, prefix, want string }{
		{"method", "po", "[POST post]"}, {"header", "", "[host x-rare x-shopify-topic]"}, {"header", "X-", "[x-rare x-shopify-topic]"},
		{"target", "", "[Order shop unused]"},
		{"provider", "nothing", "[]"},
	} {
		if got := fmt.Sprint(texts(c.field, c.prefix)); got != c.want {
			t.Errorf("%s %q: %s, want %s", c.field, c.prefix, got, c.want)
		}
	}
	// The sheets tell, not the rows.
	must(t, s.Exec(ctx, "DELETE FROM requests WHERE seq < 2000"))
	if vs, err := s.Values(ctx, "method", "RARE", 0); err != nil || len(vs) != 1 || vs[0].Count != 1 {
		t.Errorf("methods by sheet: %v, %v", vs, err)
	}
	if _, err := s.Values(ctx, "body", "", 0); hook.KindOf(err) != hook.Invalid {
		t.Errorf("values of bodies: %v", err)
	}
}

func TestPagesWithinABudgetGoOn(t *testing.T) {
	s := openTemp(t)
	crowd(t, s, 3*1024)
	for _, src := range []string{"body:order", "method:RARE", "body.a:12 method:POST", "nowhere", "is:unread"} {
		e := parse(t, src)
		var want, got []int64
		for before := int64(0); ; {
			page, err := s.List(ctx, e, hook.Cursor{Before: before, Limit: 1000})
			must(t, err)
			want = append(want, seqsOf(page)...)
			if len(page.Rows) < 1000 {
				break
			}
			before = page.Rows[999].Seq
		}
		steps := 0
		for before := int64(0); ; steps++ {
			page, err := s.List(ctx, e, hook.Cursor{Before: before, Limit: 1000, Budget: 1})
			must(t, err)
			got = append(got, seqsOf(page)...)
			if before = page.Next; before == 0 && len(page.Rows) == 1000 {
				before = page.Rows[999].Seq
			}
			if before == 0 || steps > 1000 {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %s in %d steps, want %s", src, brief(got), steps, brief(want))
		}
	}
}
