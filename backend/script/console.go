package script

import (
	"encoding/base64"
	"strings"

	"github.com/grafana/sobek"
)

// log is console.log and its like: one line each, as far as there is room.
func (r *run) log(call sobek.FunctionCall) sobek.Value {
	if len(r.out.Logs) > MaxLogLines || r.logs > MaxLogBytes {
		return sobek.Undefined()
	}
	words := make([]string, 0, len(call.Arguments))
	for _, v := range call.Arguments {
		text, err := r.show(sobek.Undefined(), v)
		if err != nil {
			panic(err) // the runtime's own errors pass on as they are
		}
		words = append(words, clip(text.String(), maxLogLine))
	}
	line := clip(strings.Join(words, " "), maxLogLine)
	r.logs += len(line)
	switch {
	case len(r.out.Logs) == MaxLogLines || r.logs > MaxLogBytes:
		line = "… more was logged than is shown"
		r.logs = MaxLogBytes + 1
	}
	r.out.Logs = append(r.out.Logs, line)
	return sobek.Undefined()
}

// atob decodes base64 to a string of bytes, one character each, as in browsers.
func (r *run) atob(call sobek.FunctionCall) sobek.Value {
	b, err := decode64(call.Argument(0).String())
	if err != nil {
		panic(r.vm.NewTypeError("atob: this is no base64"))
	}
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return r.vm.ToValue(string(runes))
}

// btoa encodes a string of bytes, one character each, as in browsers.
func (r *run) btoa(call sobek.FunctionCall) sobek.Value {
	text := call.Argument(0).String()
	b := make([]byte, 0, len(text))
	for _, c := range text {
		if c > 0xff {
			panic(r.vm.NewTypeError("btoa: a character is above 255; encode the text as UTF-8 first"))
		}
		b = append(b, byte(c))
	}
	return r.vm.ToValue(base64.StdEncoding.EncodeToString(b))
}
