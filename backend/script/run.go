package script

import (
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/grafana/sobek"
	"github.com/grafana/sobek/file"
	"github.com/grafana/sobek/parser"

	"creel/backend/hook"
)

//go:embed prelude.js
var preludeSource string

// Check refuses a source that cannot be run: one that is too long, has a
// syntax error, fails before anything is called, or has no function transform.
// For spent see Run.
func Check(source string, spent func() time.Duration) *Error {
	out := Output{}
	r, err := newRun(source, Input{Method: "POST", URL: "http://localhost/"}, &out, spent)
	if err != nil {
		return err
	}
	defer r.stop()
	if _, err := r.function(); err != nil {
		return r.errorOf(err)
	}
	return nil
}

// Run gives in to the transform. It never fails: what went wrong is in the
// Output. A run that is broken off after TimeLimit may take a while longer
// when it is in a native call; it must not run where that, or its memory, does
// harm.
//
// spent says how long this process has worked so far; nil is the clock.
func Run(source string, in Input, spent func() time.Duration) Output {
	var out Output
	if len(in.Body) > MaxBody {
		out.Err = &Error{Text: fmt.Sprintf("the body has %d bytes, and a transform gets at most %d MiB; send this request without it", len(in.Body), MaxBody>>20)}
		return out
	}
	r, err := newRun(source, in, &out, spent)
	if err != nil {
		out.Err = err
		return out
	}
	defer r.stop()
	began := time.Now()
	if err := r.transform(); err != nil {
		out.Messages, out.Err = nil, r.errorOf(err)
	}
	out.Took = time.Since(began)
	return out
}

// run is one run of one transform.
type run struct {
	unit
	in    Input
	out   *Output
	vm    *sobek.Runtime
	timer *time.Timer
	// late says that time was up.
	late  atomic.Bool
	bytes int // of Messages
	logs  int // bytes of Logs

	request                     sobek.Value
	read, describe, show, trace sobek.Callable
}

func newRun(source string, in Input, out *Output, spent func() time.Duration) (*run, *Error) {
	u, bad := compile(source)
	if bad != nil {
		return nil, bad
	}
	r := &run{unit: u, in: in, out: out, vm: sobek.New()}
	r.vm.SetMaxCallStackSize(maxDepth)
	// The default loader of source maps reads files.
	r.vm.SetParserOptions(parser.WithDisableSourceMaps)
	r.limit(spent)
	if err := r.prepare(); err != nil {
		defer r.stop()
		return nil, r.errorOf(err)
	}
	return r, nil
}

func (r *run) stop() { r.timer.Stop() }

// prepare makes the globals and the request, before any code of the transform.
func (r *run) prepare() error {
	console := r.vm.NewObject()
	for _, name := range []string{"log", "info", "debug", "warn", "error"} {
		if err := console.Set(name, r.log); err != nil {
			return err
		}
	}
	for name, value := range map[string]any{"console": console, "atob": r.atob, "btoa": r.btoa} {
		if err := r.vm.Set(name, value); err != nil {
			return err
		}
	}
	made, err := r.vm.RunScript("prelude.js", preludeSource)
	if err != nil {
		return err
	}
	given, err := r.given()
	if err != nil {
		return err
	}
	text := sobek.Null()
	if utf8.Valid(r.in.Body) {
		text = r.vm.ToValue(string(r.in.Body))
	}
	begin, _ := sobek.AssertFunction(made)
	ways, err := begin(sobek.Undefined(), r.vm.ToValue(given), text, r.vm.ToValue(r.base64), r.vm.ToValue(r.emit))
	if err != nil {
		return err
	}
	o := ways.ToObject(r.vm)
	r.request = o.Get("request")
	r.read, _ = sobek.AssertFunction(o.Get("read"))
	r.describe, _ = sobek.AssertFunction(o.Get("describe"))
	r.show, _ = sobek.AssertFunction(o.Get("show"))
	r.trace, _ = sobek.AssertFunction(o.Get("trace"))
	return nil
}

// given is what the prelude makes the request of, as JSON.
func (r *run) given() (string, error) {
	path, query := splitURL(r.in.URL)
	facts := map[string]any{
		"endpoint": r.in.Endpoint, "target": r.in.Target, "seq": r.in.Seq,
		"receivedAt": r.in.ReceivedAt.UTC().Format(time.RFC3339Nano),
		"provider":   orNil(r.in.Provider), "event": orNil(latin(r.in.Event)),
	}
	given := map[string]any{
		"method": r.in.Method, "url": r.in.URL, "path": path, "query": query,
		"headers": pairsOf(r.in.Headers), "facts": facts,
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(given)
	return b.String(), err
}

// transform runs the source and its function, and reads what it returned.
func (r *run) transform() error {
	f, err := r.function()
	if err != nil {
		return err
	}
	result, err := f(sobek.Undefined(), r.request)
	if err != nil {
		return err
	}
	if result, err = settled(result); err != nil {
		return err
	}
	_, err = r.read(sobek.Undefined(), result)
	return err
}

// function runs what stands outside of functions and finds the transform.
func (r *run) function() (sobek.Callable, error) {
	var found sobek.Value
	if r.module != nil {
		promise := r.vm.CyclicModuleRecordEvaluate(r.module, noImports)
		if _, err := settled(r.vm.ToValue(promise)); err != nil {
			return nil, err
		}
		found = r.vm.NamespaceObjectFor(r.module).Get("default")
	} else {
		if _, err := r.vm.RunProgram(r.script); err != nil {
			return nil, err
		}
		// A const is no property of the global object.
		value, err := r.vm.RunString(`typeof transform === "function" ? transform : undefined`)
		if err != nil {
			return nil, err
		}
		found = value
	}
	f, ok := sobek.AssertFunction(found)
	if !ok {
		return nil, errMissing
	}
	return f, nil
}

// settled is what a promise came to; what is none is returned as it is. There
// are no timers, so a promise that is still open stays so.
func settled(v sobek.Value) (sobek.Value, error) {
	// Exporting anything else would run its getters.
	if _, is := v.(*sobek.Object); !is || v.ExportType() != reflect.TypeFor[*sobek.Promise]() {
		return v, nil
	}
	p, ok := v.Export().(*sobek.Promise)
	if !ok {
		return v, nil
	}
	switch p.State() {
	case sobek.PromiseStateFulfilled:
		return p.Result(), nil
	case sobek.PromiseStateRejected:
		return nil, &rejection{p.Result()}
	}
	return nil, errors.New("transform returned a promise that never ends: there are no timers and nothing to wait for")
}

// rejection is what a promise was rejected with.
type rejection struct{ with sobek.Value }

func (*rejection) Error() string { return "rejected" }

// limit interrupts the run when its time is up.
func (r *run) limit(spent func() time.Duration) {
	began := time.Now()
	if spent == nil {
		spent = func() time.Duration { return time.Since(began) }
	}
	before := spent()
	r.timer = time.AfterFunc(time.Hour, func() {
		if left := TimeLimit - (spent() - before); left > 0 && time.Since(began) < WallLimit {
			r.timer.Reset(max(left, time.Millisecond))
			return
		}
		r.late.Store(true)
		r.vm.Interrupt("time is up")
	})
	r.timer.Reset(TimeLimit) // the function may look at the timer only now
}

// errorOf tells what ended a run.
func (r *run) errorOf(err error) *Error {
	var interrupted *sobek.InterruptedError
	var deep *sobek.StackOverflowError
	var thrown *sobek.Exception
	var rejected *rejection
	switch {
	case errors.As(err, &interrupted) || r.late.Load():
		e := &Error{Text: fmt.Sprintf("transform took longer than %d ms and was stopped; look for a loop that does not end", TimeLimit.Milliseconds())}
		if interrupted != nil {
			return r.place(e, interrupted.Stack())
		}
		return e
	case errors.As(err, &deep):
		return r.place(&Error{Text: fmt.Sprintf("transform called itself more than %d deep; look for a recursion that does not end", maxDepth)}, deep.Stack())
	case errors.As(err, &thrown):
		return r.place(&Error{Text: r.words(thrown.Value())}, thrown.Stack())
	case errors.As(err, &rejected):
		e := &Error{Text: r.words(rejected.with)}
		return r.placeByTrace(e, rejected.with)
	}
	return &Error{Text: clip(err.Error(), maxErrorText)}
}

// words describes what was thrown.
func (r *run) words(v sobek.Value) string {
	text, err := r.describe(sobek.Undefined(), v)
	if err != nil || r.late.Load() {
		return "transform threw something that cannot be shown"
	}
	// In plain words what the engine does not say so.
	said := strings.ReplaceAll(text.String(), "Value is not object coercible", "a value to take parts of is undefined or null")
	return clip(said, maxErrorText)
}

// place gives e the innermost frame that is the transform's.
func (r *run) place(e *Error, frames []sobek.StackFrame) *Error {
	for _, f := range frames {
		if f.SrcName() == sourceName {
			if p := f.Position(); p.Line > 0 {
				return r.at(e.Text, p)
			}
		}
	}
	return e
}

// frame is a place in a stack trace as text.
var frame = regexp.MustCompile(regexp.QuoteMeta(sourceName) + `:(\d+):(\d+)`)

// placeByTrace is place for an error that came without frames.
func (r *run) placeByTrace(e *Error, thrown sobek.Value) *Error {
	text, err := r.trace(sobek.Undefined(), thrown)
	if err != nil || r.late.Load() {
		return e
	}
	m := frame.FindStringSubmatch(text.String())
	if m == nil {
		return e
	}
	line, _ := strconv.Atoi(m[1])
	column, _ := strconv.Atoi(m[2])
	return r.at(e.Text, file.Position{Line: line, Column: column})
}

// latin makes text of header values, which may be any bytes: what is no
// UTF-8 is read as Latin-1.
func latin(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

func pairsOf(hs hook.Headers) [][2]string {
	pairs := make([][2]string, len(hs))
	for i, h := range hs {
		pairs[i] = [2]string{latin(h.Name), latin(h.Value)}
	}
	return pairs
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (r *run) base64() string { return base64.StdEncoding.EncodeToString(r.in.Body) }
