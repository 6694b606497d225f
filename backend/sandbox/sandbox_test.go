package sandbox_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"creel/backend/hook"
	"creel/backend/sandbox"
	"creel/backend/script"
)

func TestMain(m *testing.M) {
	if sandbox.Asked() {
		os.Exit(sandbox.Work())
	}
	os.Exit(m.Run())
}

func open(t *testing.T) *sandbox.Sandbox {
	t.Helper()
	s := sandbox.New()
	t.Cleanup(s.Close)
	return s
}

const identity = "function transform(r) { return r }"

func given(body string) script.Input {
	return script.Input{Method: "POST", URL: "http://localhost:3000/", Headers: hook.Headers{{Name: "A", Value: "\xff"}}, Body: []byte(body)}
}

// run gives body to source and fails the test when that could not be done.
func run(t *testing.T, s *sandbox.Sandbox, source, body string) script.Output {
	t.Helper()
	out, err := s.Run(t.Context(), source, given(body))
	if err != nil {
		t.Fatalf("%.80s: %v", source, err)
	}
	return out
}

func works(t *testing.T, s *sandbox.Sandbox) {
	t.Helper()
	if out := run(t, s, identity, "{}"); out.Err != nil || len(out.Messages) != 1 {
		t.Fatalf("the next transform: %+v", out)
	}
}

// What no code in the same process could stop ends the worker, in words, and
// the next transform is run as if nothing had been.
func TestHostileTransformsAreStopped(t *testing.T) {
	s := open(t)
	deep := strings.Repeat("[", script.MaxBody)
	const memory, late, sunk = "held more than 64 MiB", "longer than 250 ms", "too deep or asked for too much memory"
	call := func(expression string) string { return "function transform(r) { return " + expression + " }" }
	for _, c := range []struct {
		source, body string
		want         []string // any of these: what is reached first depends on the machine
	}{
		{call("String('x'.repeat(1e9))"), "", []string{memory, sunk}},
		{call("'a'.padEnd(2e9)"), "", []string{memory, sunk}},
		{"function transform() { let s = 'xy'; for (;;) s += s }", "", []string{memory, late}},
		{"function transform() { const a = []; for (;;) a.push(new Array(1000).fill(a.length)) }", "", []string{memory, late}},
		{call("new Uint8Array(2e9).fill(1)"), "", []string{memory, late, sunk}},
		{call("new ArrayBuffer(1e10)"), "", []string{memory, sunk, "RangeError"}},
		{call("String(2n ** 1000000000n)"), "", []string{memory, late}},
		{call("new Array(4e9).join('x')"), "", []string{memory, late}},
		{call("Array.from({ length: 1e9 })"), "", []string{memory, late}},
		{call("Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)"), "", []string{late}},
		{call("Math.max.apply(null, { length: 4e9 })"), "", []string{memory, late, sunk}},
		{call("/(a+)+$(?=x)/.test('a'.repeat(60) + 'b')"), "", []string{late}},
		{call("/^(?=(a+)+$)/.exec(r.body)"), strings.Repeat("a", 60) + "!", []string{late}},
		{call("r.json.length"), deep, []string{memory, late, sunk}},
		{call("JSON.parse('{\"a\":'.repeat(1e6))"), "", []string{memory, late, sunk}},
		{strings.Repeat("(", script.MaxSource), "", []string{"SyntaxError", memory, late, sunk}},
		{"function f() { [1].forEach(f) } function transform() { f() }", "", []string{late, "deep"}},
		{call("JSON.stringify({ toJSON() { return transform(r) } })"), "", []string{late, "deep"}},
		{call("({ get body() { for (;;); } })"), "", []string{late}},
		{call("new Proxy({}, { get() { for (;;); }, ownKeys() { for (;;); } })"), "", []string{late}},
		{"for (;;);", "", []string{late}},
		{"let s = 'xy'; for (;;) s += s", "", []string{memory, late}},
	} {
		out := run(t, s, c.source, c.body)
		found := false
		for _, want := range c.want {
			found = found || out.Err != nil && strings.Contains(out.Err.Text, want)
		}
		if !found || len(out.Messages) > 0 {
			t.Errorf("%.80s: %v, want one of %q", c.source, out.Err, c.want)
		}
		works(t, s)
	}
}

// A body as large as a transform may get passes, and so does working on one of
// an ordinary size.
func TestOrdinaryWorkFits(t *testing.T) {
	s := open(t)
	if out := run(t, s, identity, strings.Repeat("x", script.MaxBody)); out.Err != nil || !out.Messages[0].SameBody {
		t.Errorf("8 MiB unchanged: %v", out.Err)
	}
	items := "[" + strings.Repeat(`{"id":"evt_1","amount":1200,"currency":"eur"},`, 1000) + "{}]"
	out := run(t, s, "function transform(r) { return r.json.slice(0, 50).map((item, i) => ({ ...r, json: { ...item, i } })) }", items)
	if out.Err != nil || len(out.Messages) != 50 || !strings.HasPrefix(string(out.Messages[7].Body), `{"id":"evt_1"`) {
		t.Errorf("50 of a list of 1,001: %+v", out.Err)
	}
}

func TestCheckIsSandboxedToo(t *testing.T) {
	s := open(t)
	for source, want := range map[string]string{identity: "", "function transform(": "SyntaxError", "const a = 'x'.repeat(1e9) + 'y'; function transform() {}": "memory"} {
		err, fault := s.Check(t.Context(), source)
		if fault != nil || (err == nil) != (want == "") || err != nil && !strings.Contains(err.Text, want) {
			t.Errorf("%.60s: %v, %v", source, err, fault)
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	s := open(t)
	var all sync.WaitGroup
	for i := range 30 {
		all.Go(func() {
			source := identity
			if i%10 == 3 {
				source = "function transform() { let s = 'xy'; for (;;) s += s }"
			}
			out, err := s.Run(t.Context(), source, given("{}"))
			if err != nil || (out.Err == nil) != (source == identity) {
				t.Errorf("%d: %v, %v", i, out.Err, err)
			}
		})
	}
	all.Wait()
}

func TestWhoeverLeavesIsNotWaitedFor(t *testing.T) {
	s := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	_, err := s.Run(ctx, "function transform() { for (;;); }", given(""))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	works(t, s)
	s.Close()
	if _, err := s.Run(t.Context(), identity, given("")); hook.KindOf(err) != hook.Unavailable {
		t.Errorf("after closing: %v", err)
	}
}
