package forward

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"creel/backend/hook"
)

func answered(status int, lines ...string) hook.Attempt {
	head := fmt.Sprintf("HTTP/1.1 %d X\r\n%s\r\n", status, strings.Join(append(lines, ""), "\r\n"))
	if len(lines) == 0 {
		head = fmt.Sprintf("HTTP/1.1 %d X\r\n\r\n", status)
	}
	return hook.Attempt{Status: status, URL: "http://app.test/", AnswerHead: []byte(head)}
}

func broken(kind hook.ErrorClass) hook.Attempt {
	return hook.Attempt{URL: "http://app.test/", Err: &hook.AttemptError{Kind: kind, Text: "x"}}
}

// after decides about the nth try of a forward, with no jitter.
func after(n int, a hook.Attempt, p hook.Policy) (hook.DeliveryState, time.Duration) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	s := schedule{now: func() time.Time { return now }, random: func() float64 { return 0.5 }}
	d := hook.Delivery{Kind: hook.Forward, Target: "app", Attempts: make([]hook.Attempt, n-1)}
	to, at := s.after(d, a, &hook.Target{Name: "app", Policy: p})
	if to != hook.Waiting {
		if !at.IsZero() {
			return to, -1
		}
		return to, 0
	}
	return to, at.Sub(now)
}

// Fault 65: each status, and what Retry-After may say.
func TestWhatAnAnswerLeavesItsDeliveryIn(t *testing.T) {
	const tomorrow = "Tue, 24 Nov 2026 00:00:00 GMT" // in 12 h
	for name, c := range map[string]struct {
		n    int
		a    hook.Attempt
		p    hook.Policy
		to   hook.DeliveryState
		wait time.Duration
	}{
		"200":                       {1, answered(200), hook.Policy{}, hook.Delivered, 0},
		"204":                       {1, answered(204), hook.Policy{}, hook.Delivered, 0},
		"299":                       {3, answered(299), hook.Policy{}, hook.Delivered, 0},
		"301 is no success":         {1, answered(301), hook.Policy{}, hook.Waiting, 5 * time.Second},
		"400":                       {1, answered(400), hook.Policy{}, hook.Waiting, 5 * time.Second},
		"404, the second time":      {2, answered(404), hook.Policy{}, hook.Waiting, 30 * time.Second},
		"410 stops":                 {1, answered(410), hook.Policy{}, hook.Dead, 0},
		"410 as success":            {1, answered(410), hook.Policy{Success: "200-299, 410"}, hook.Delivered, 0},
		"429":                       {1, answered(429), hook.Policy{}, hook.Waiting, 5 * time.Second},
		"500, the ninth time":       {9, answered(500), hook.Policy{}, hook.Waiting, 10 * time.Hour},
		"500, the tenth time":       {10, answered(500), hook.Policy{}, hook.Dead, 0},
		"503 asks for a minute":     {1, answered(503, "Retry-After: 60"), hook.Policy{}, hook.Waiting, time.Minute},
		"asks for less than waited": {3, answered(503, "Retry-After: 1"), hook.Policy{}, hook.Waiting, 2 * time.Minute},
		"asks for a date":           {1, answered(503, "retry-after: "+tomorrow), hook.Policy{}, hook.Waiting, 12 * time.Hour},
		"asks for a date gone by":   {1, answered(503, "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT"), hook.Policy{}, hook.Waiting, 5 * time.Second},
		"asks for -5":               {1, answered(503, "Retry-After: -5"), hook.Policy{}, hook.Waiting, 5 * time.Second},
		"asks for 10^12":            {1, answered(429, "Retry-After: 1000000000000"), hook.Policy{}, hook.Waiting, 24 * time.Hour},
		"asks for 10^30":            {1, answered(429, "Retry-After: 1"+strings.Repeat("0", 30)), hook.Policy{}, hook.Waiting, 24 * time.Hour},
		"asks for the year 9999":    {1, answered(429, "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT"), hook.Policy{}, hook.Waiting, 24 * time.Hour},
		"asks for junk":             {1, answered(503, "Retry-After: soon"), hook.Policy{}, hook.Waiting, 5 * time.Second},
		"its own schedule":          {2, answered(500), hook.Policy{WaitsMs: []int64{0, 100, 700}}, hook.Waiting, 700 * time.Millisecond},
		"its own schedule used up":  {3, answered(500), hook.Policy{WaitsMs: []int64{0, 100, 700}}, hook.Dead, 0},
		"the last wait repeats":     {5, answered(500), hook.Policy{WaitsMs: []int64{0, 100}, Attempts: 9}, hook.Waiting, 100 * time.Millisecond},
		"fewer tries than waits":    {2, answered(500), hook.Policy{Attempts: 2}, hook.Dead, 0},
		"refused":                   {1, broken(hook.ErrRefused), hook.Policy{}, hook.Waiting, 5 * time.Second},
		"timeout":                   {1, broken(hook.ErrTimeout), hook.Policy{}, hook.Waiting, 5 * time.Second},
		"no such name":              {1, broken(hook.ErrDNS), hook.Policy{}, hook.Waiting, 5 * time.Second},
		"a name flipped, blocked":   {1, broken(hook.ErrBlocked), hook.Policy{}, hook.Waiting, 5 * time.Second},
		"an address blocked":        {1, hook.Attempt{URL: "http://169.254.169.254/", Err: &hook.AttemptError{Kind: hook.ErrBlocked}}, hook.Policy{}, hook.Failed, 0},
		"loop":                      {1, broken(hook.ErrLoop), hook.Policy{}, hook.Failed, 0},
		"bad url":                   {1, broken(hook.ErrBadURL), hook.Policy{}, hook.Failed, 0},
		"a 200 that was cut off":    {1, hook.Attempt{Status: 200, URL: "http://a/", Err: &hook.AttemptError{Kind: hook.ErrReset}}, hook.Policy{}, hook.Waiting, 5 * time.Second},
	} {
		if to, wait := after(c.n, c.a, c.p); to != c.to || wait != c.wait {
			t.Errorf("%s: %s after %v, want %s after %v", name, to, wait, c.to, c.wait)
		}
	}
}

// By hand is one try, unless it was asked to follow the target's policy.
func TestAReplayIsOneTryUnlessAsked(t *testing.T) {
	s := schedule{now: time.Now, random: func() float64 { return 0 }}
	target := &hook.Target{Name: "app"}
	for name, c := range map[string]struct {
		d    hook.Delivery
		t    *hook.Target
		want hook.DeliveryState
	}{
		"to a target":             {hook.Delivery{Kind: hook.Replay, Target: "app"}, target, hook.Failed},
		"to a target, with retry": {hook.Delivery{Kind: hook.Replay, Target: "app", Retry: true}, target, hook.Waiting},
		"to a pasted URL":         {hook.Delivery{Kind: hook.Replay}, nil, hook.Failed},
	} {
		if to, _ := s.after(c.d, answered(500), c.t); to != c.want {
			t.Errorf("%s: %s, want %s", name, to, c.want)
		}
	}
}

// A delivery that was sent again by a person has its whole schedule again, and
// what Creel broke off itself is no try of it.
func TestTriesCountSinceTheScheduleBegan(t *testing.T) {
	attempts := []hook.Attempt{answered(500), answered(500), broken(hook.ErrCancelled), broken(hook.ErrTimeout), answered(500)}
	for base, want := range []int{4, 3, 2, 2, 1, 0} {
		if n := tries(hook.Delivery{Attempts: attempts, Base: base}); n != want {
			t.Errorf("from %d: %d tries, want %d", base, n, want)
		}
	}
}

func TestWaitsAreVariedByAFifth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		s := schedule{now: func() time.Time { return now }, random: func() float64 { return rapid.Float64Range(0, 0.999999).Draw(t, "random") }}
		p := hook.Policy{Attempts: rapid.IntRange(0, 20).Draw(t, "attempts")}
		for range rapid.IntRange(0, 12).Draw(t, "waits") {
			p.WaitsMs = append(p.WaitsMs, rapid.Int64Range(0, longestWait.Milliseconds()).Draw(t, "wait"))
		}
		if CheckPolicy(p) != nil {
			t.Fatalf("refused: %+v", p)
		}
		waits := waitsOf(p)
		for tried := 1; ; tried++ {
			d := hook.Delivery{Kind: hook.Forward, Attempts: make([]hook.Attempt, tried-1)}
			to, at := s.after(d, answered(500), &hook.Target{Policy: p})
			if tried >= Attempts(p) {
				if to != hook.Dead || !at.IsZero() {
					t.Fatalf("try %d of %d leaves it %s", tried, Attempts(p), to)
				}
				return
			}
			usual, got := waits[min(tried, len(waits)-1)], at.Sub(now)
			lo, hi := time.Duration(float64(usual)*0.8)-1, min(time.Duration(float64(usual)*1.2)+1, longestWait)
			if to != hook.Waiting || got < lo || got > hi {
				t.Fatalf("try %d: %s after %v, want %v ± 20 %%", tried, to, got, usual)
			}
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, s := range []string{"", "0", "120", "-1", "99999999999999999999", "1.5", " 3", now.Add(time.Hour).Format(http.TimeFormat), "Sunday, 06-Nov-94 08:49:37 GMT"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d := parseRetryAfter(s, now); d < 0 || d > longestWait {
			t.Errorf("%q asks for %v", s, d)
		}
	})
}

func FuzzStatuses(f *testing.F) {
	for _, s := range []string{"", "200", "200-299", "200-204, 304", "299-200", "1-9", "200-", ",", "20０"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ranges, err := parseStatuses(s)
		if (err == nil) == (len(ranges) == 0) {
			t.Errorf("%q: %v, %v", s, ranges, err)
		}
		for _, r := range ranges {
			if r.from < 100 || r.to > 599 || r.from > r.to {
				t.Errorf("%q: %v", s, r)
			}
		}
	})
}

func FuzzTemplate(f *testing.F) {
	f.Add("/hooks/{path}", "/a/b", "x=1&y=%2F")
	f.Add("/{endpoint}/{1}/{query.x}", "/../b", "x=../..")
	f.Add("/{2}{1}?k={query.y}", "", "")
	f.Fuzz(func(t *testing.T, template, path, query string) {
		if CheckPath(template) != nil {
			return
		}
		u, err := URLFor(hook.Target{URL: "http://app.test:3000/base?b=1", PathMode: hook.PathTemplate, Path: template}, "in", "/in"+path+"?"+query)
		if err != nil {
			return
		}
		if !strings.HasPrefix(u, "http://app.test:3000/") || CheckURL(u) != nil {
			t.Errorf("%q of %q?%q leads to %q", template, path, query, u)
		}
	})
}

func TestPathTemplates(t *testing.T) {
	for _, c := range []struct {
		template, in string
		drop         bool
		want         string // "" is refused
	}{
		{"/hooks/{path}", "/shop/orders/new?x=1", false, "http://a.test/hooks/orders/new?x=1"},
		{"/hooks/{path}", "/shop/orders/new?x=1", true, "http://a.test/hooks/orders/new"},
		{"/{endpoint}-in/{2}/{1}", "/shop/orders/new", false, "http://a.test/shop-in/new/orders"},
		{"/x/{9}", "/shop/orders", false, "http://a.test/x/"},
		{"/by/{query.kind}", "/shop?kind=a%20b/c&kind=2", true, "http://a.test/by/a%20b%2Fc"},
		{"/all?from=creel", "/shop?x=1", false, "http://a.test/all?from=creel&x=1"},
		{"/x/{path}", "/shop/../../admin", false, ""},
		{"/x/{2}", "/shop/a/..", false, ""},
		{"/x/{query.p}", "/shop?p=..", false, ""},
		{"/x/{query.p}", "/shop?p=%2e%2e", false, ""},
	} {
		u, err := URLFor(hook.Target{URL: "http://a.test/unused", PathMode: hook.PathTemplate, Path: c.template, DropQuery: c.drop}, "shop", c.in)
		if u != c.want || (err == nil) == (c.want == "") {
			t.Errorf("%s of %s is %q (%v), want %q", c.template, c.in, u, err, c.want)
		}
	}
	for _, bad := range []string{"", "hooks", "/{", "/}", "/{nope}", "/{0}", "/{query.}", "/a b"} {
		if CheckPath(bad) == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	if u, err := URLFor(hook.Target{URL: "http://a.test/in?k=1", DropQuery: true}, "shop", "/shop/x?y=2"); err != nil || u != "http://a.test/in/x?k=1" {
		t.Errorf("without the query: %q (%v)", u, err)
	}
}
