package sandbox_test

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"creel/backend/sandbox"
	"creel/backend/script"
)

// attempt is a transform that must come to one of these ends, and sends
// nothing.
type attempt struct{ name, source string }

const late, memory, sunk = "longer than 250 ms", "held more than 64 MiB", "too deep or asked for too much memory"

func stopped(t *testing.T, ends []string, attempts []attempt) {
	t.Helper()
	s := open(t)
	for _, a := range attempts {
		out := run(t, s, a.source, `{"a":[1,2,3]}`)
		found := false
		for _, end := range ends {
			found = found || out.Err != nil && strings.Contains(out.Err.Text, end)
		}
		if !found || len(out.Messages) > 0 {
			t.Errorf("%s: %v, %d messages; want one of %q", a.name, out.Err, len(out.Messages), ends)
		}
		works(t, s)
	}
}

func TestExhaustionIsStopped(t *testing.T) {
	t.Parallel()
	stopped(t, []string{late, memory, sunk, "deep", "RangeError", "SyntaxError", "cannot be shown", "larger than 16 MiB"}, []attempt{
		{"a generator without end", "function* g() { for (;;) yield 1 } function transform() { return [...g()] }"},
		{"an iterator without end", "function transform() { return Array.from({ [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 'x' }) }) }) }"},
		{"Symbol.species", "class A extends Array { static get [Symbol.species]() { for (;;); } } function transform() { return A.from([1, 2]).map((x) => x) }"},
		{"jobs that make jobs", "function transform() { const f = () => Promise.resolve().then(f); return f() }"},
		{"a thenable without end", "async function transform() { return { then(resolve) { for (;;); } } }"},
		{"a thenable of thenables", "async function transform() { const t = { then(resolve) { resolve(t) } }; return t }"},
		{"JSON that doubles", "function transform(r) { let o = ['x'.repeat(1000)]; for (let i = 0; i < 40; i++) o = [o, o]; return { json: o } }"},
		{"JSON that doubles, logged", "function transform(r) { let o = ['x'.repeat(1000)]; for (let i = 0; i < 40; i++) o = [o, o]; console.log(o) }"},
		{"JSON nested deep", "function transform() { let o = []; for (let i = 0; i < 1e6; i++) o = [o]; return { json: o } }"},
		{"a list in itself, flattened", "function transform() { const a = []; a[0] = a; return a.flat(Infinity) }"},
		{"lists nested deep, as text", "function transform() { let a = []; for (let i = 0; i < 1e6; i++) a = [a]; return { body: String(a) } }"},
		{"proxies of proxies", "function transform() { let p = {}; for (let i = 0; i < 1e6; i++) p = new Proxy(p, {}); return p }"},
		{"functions bound to functions", "function transform() { let f = () => 1; for (let i = 0; i < 1e6; i++) f = f.bind(null); return f() }"},
		{"a regular expression nested deep", "function transform() { return new RegExp('('.repeat(1e6) + ')'.repeat(1e6)) }"},
		{"a source nested deep", "function transform() { return new Function('return ' + '['.repeat(1e6))() }"},
		{"eval in eval", "function transform() { const s = 'eval(s)'; return eval(s) }"},
		{"a length that lies", "function transform() { return [].concat({ length: 2 ** 53 - 1, [Symbol.isConcatSpreadable]: true }) }"},
		{"a sort that never ends", "function transform() { return Array.from({ length: 3e5 }, (_, i) => i).sort(() => { for (let i = 0; i < 1e4; i++); return Math.random() - 0.5 }) }"},
		{"replacing that doubles", "function transform() { let s = 'x'; for (;;) s = s.replace(/x/g, 'xx') }"},
		{"a map that grows", "function transform() { const m = new Map(); for (let i = 0; ; i++) m.set(i, new Float64Array(1000)) }"},
		{"symbols and closures", "function transform() { const all = []; for (;;) { const s = Symbol('x'.repeat(1000) + all.length); all.push(() => s) } }"},
		{"an error that asks for its text", "function transform() { throw { get message() { for (;;); } } }"},
		{"tricks with instanceof", "function transform() { Object.defineProperty(Error, Symbol.hasInstance, { value() { for (;;); } }); console.log({}) }"},
		{"header lines of 20 MiB", "function transform() { const h = ['a', 'x'.repeat(2 ** 20)]; return { headers: Array(20).fill(h) } }"},
		{"a header line that never ends", "function transform() { return { headers: new Proxy([], { get(t, k) { return k === 'length' ? 1e9 : ['a', 'b'] } }) } }"},
		{"catching the end", "function transform() { for (;;) { try { for (;;); } catch { } finally { continue } } }"},
	})
}

func TestWhatCannotBeSentIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		want     string
		attempts []attempt
	}{
		{"more than 100 requests", []attempt{
			{"a thousand", "function transform(r) { return Array(1e3).fill(r) }"},
			{"a list that lies", "function transform(r) { return new Proxy([], { get: (_, k) => k === 'length' ? 1e15 : r }) }"},
		}},
		{"circular", []attempt{
			{"a body in itself", "function transform() { const o = {}; o.o = o; return { json: o } }"},
			{"a body as object in itself", "function transform() { const o = {}; o.o = o; return { body: o } }"},
			{"logged", "function transform() { const o = {}; o.o = o; console.log(o) }"},
		}},
		{"is a list", []attempt{{"a list in itself", "function transform() { const a = []; a[0] = a; return a }"}}},
		{"but must be", []attempt{
			{"a body without text", "function transform() { return { body: { toJSON() { return undefined } } } }"},
			{"a method that is none", "function transform() { return { method: { toString: () => 'POST' } } }"},
			{"a name that is none", "function transform() { return { headers: [[{ toString: () => 'A' }, 'b']] } }"},
			{"a value that is none", "function transform() { return { headers: { A: { toString: () => 'b\\r\\nc: d' } } } }"},
		}},
		{"cannot be sent", []attempt{
			{"a line break in a value", "function transform() { return { headers: { A: 'b\\r\\nC: d' } } }"},
			{"a line feed alone", "function transform() { return { headers: { A: 'b\\nC: d' } } }"},
			{"NUL", "function transform() { return { headers: { A: 'b\\0' } } }"},
			{"a line break in a name", "function transform() { return { headers: { 'A: b\\r\\nC': 'd' } } }"},
		}},
		{"the method", []attempt{{"a request line in the method", "function transform() { return { method: 'GET / HTTP/1.1\\r\\nX: 1\\r\\n\\r\\nPOST' } }"}}},
		{"is not on http://localhost:3000", []attempt{
			{"another site", "function transform() { return { url: 'http://evil.example/' } }"},
			{"a user before it", "function transform() { return { url: 'http://localhost:3000@evil.example/' } }"},
			{"a backslash", "function transform() { return { url: 'http://localhost:3000\\\\@evil.example/' } }"},
			{"a longer name", "function transform() { return { url: 'http://localhost:3000.evil.example/' } }"},
			{"another port", "function transform() { return { url: 'http://localhost:30001/' } }"},
			{"another scheme", "function transform() { return { url: 'file:///etc/passwd' } }"},
			{"a line break in the host", "function transform() { return { url: 'http://localhost:3000\\r\\nX: 1/' } }"},
			{"no site", "function transform() { return { url: '//evil.example/' } }"},
			{"empty", "function transform() { return { url: '' } }"},
		}},
		{"TypeError", []attempt{{"bytes that are none", "function transform() { return { body: Object.setPrototypeOf({ buffer: { slice: () => 5 } }, Uint8Array.prototype) } }"}}},
		{"never ends", []attempt{{"a promise that is never kept", "function transform() { return new Promise(() => {}) }"}}},
	} {
		stopped(t, []string{c.want}, c.attempts)
	}
}

// What a transform changes of the language changes neither how its result is
// read nor what it could not do before.
func TestTheLanguageChangedIsStillBounded(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, spoil := range []string{
		"Object.defineProperty(Array.prototype, 0, { set() {}, get() { return 'http://evil.example/' } })",
		"Object.defineProperty(Object.prototype, 'url', { get() { return 'http://evil.example/' }, set() {} })",
		"Array.prototype[Symbol.iterator] = function* () { for (;;) yield 'x' }",
		"Array.isArray = () => true; Object.keys = () => ['x']; JSON.stringify = () => '[[\"A\",\"b\\r\\nc: d\"]]'; String = () => 'http://evil.example/'",
		"String.prototype.toString = Symbol.prototype.toString = () => 'http://evil.example/'",
		"globalThis.TypeError = function () { return {} }; globalThis.Uint8Array = globalThis.ArrayBuffer = class {}",
		"Function.prototype.call = Function.prototype.apply = () => { throw 1 }",
	} {
		for _, returned := range []string{"r", "{ ...r, headers: { A: 'b\\r\\nc: d' } }", "{ url: 'http://evil.example/' }"} {
			out := run(t, s, spoil+"; function transform(r) { return "+returned+" }", "{}")
			for _, m := range out.Messages {
				if !strings.HasPrefix(m.URL, "http://localhost:3000/") || strings.ContainsAny(m.URL, "\r\n") {
					t.Errorf("%s, %s: goes to %q", spoil, returned, m.URL)
				}
				for _, h := range m.Headers {
					if strings.ContainsAny(h.Name+h.Value, "\r\n\x00") {
						t.Errorf("%s, %s: line %q", spoil, returned, h)
					}
				}
			}
			works(t, s)
		}
	}
}

// No constructor leads out, and nothing of the program is there to be found.
func TestNothingIsThereToReach(t *testing.T) {
	out := run(t, open(t), `function transform(r) {
		const found = [];
		const seen = new Set();
		const walk = (o, path) => {
			if ((typeof o !== "object" && typeof o !== "function") || o === null || seen.has(o)) return;
			seen.add(o);
			for (const k of Reflect.ownKeys(o)) {
				const d = Reflect.getOwnPropertyDescriptor(o, k);
				for (const v of [d.value, d.get, d.set]) walk(v, path + "." + String(k));
				if (/^(require|process|fetch|open|exec|spawn|import|load|Deno|Go|native|os|fs|net)$/i.test(String(k))) found.push(path + "." + String(k));
			}
			walk(Reflect.getPrototypeOf(o), path + ".__proto__");
		};
		walk(globalThis, "");
		walk(r, "r");
		const outside = (function () { return this }).constructor("return typeof process + typeof require + typeof module")();
		return { body: found.join() + "|" + outside };
	}`, "{}")
	if out.Err != nil || string(out.Messages[0].Body) != "|undefinedundefinedundefined" {
		// exec is the method of regular expressions.
		if out.Err != nil || string(out.Messages[0].Body) != ".RegExp.prototype.exec|undefinedundefinedundefined" {
			t.Errorf("%v %+v", out.Err, out.Messages)
		}
	}
}

// A worker whose parent is gone ends at once, even while a transform runs wild.
func TestAWorkerDoesNotOutliveItsParent(t *testing.T) {
	for _, source := range []string{"function transform() { for (;;); }", "function transform() { return /(a+)+$(?=x)/.test('a'.repeat(60) + 'b') }"} {
		cmd := exec.Command(os.Args[0], sandbox.WorkerFlag)
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if err := sandbox.Give(in, source, given("{}")); err != nil {
			t.Fatal(err)
		}
		_ = in.Close() // as the system does when the parent is killed
		_, _ = io.Copy(io.Discard, out)
		var ended *exec.ExitError
		if err := cmd.Wait(); !errors.As(err, &ended) || ended.ExitCode() != sandbox.ExitAlone {
			t.Errorf("%s: %v", source, err)
		}
	}
}

// However many transforms are asked for at once, no more processes run than
// there are workers.
func TestFewProcessesForManyTransforms(t *testing.T) {
	s := open(t)
	var all sync.WaitGroup
	var mu sync.Mutex
	most := 0
	for range 40 {
		all.Go(func() {
			out, err := s.Run(t.Context(), "function transform(r) { for (let i = 0; i < 1e5; i++); return r }", script.Input{Method: "POST", URL: "http://localhost:3000/"})
			if err != nil || out.Err != nil {
				t.Errorf("%v %v", out.Err, err)
			}
			n := children(t)
			mu.Lock()
			most = max(most, n)
			mu.Unlock()
		})
	}
	all.Wait()
	if most > sandbox.Workers {
		t.Errorf("%d processes at once, want at most %d", most, sandbox.Workers)
	}
}
