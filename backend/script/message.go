package script

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/grafana/sobek"

	"creel/backend/hook"
)

// emit takes one request from the prelude: method, url, path, query, headers,
// kind and value of the body, as prelude.js tells.
func (r *run) emit(call sobek.FunctionCall) sobek.Value {
	m, err := r.message(call.Arguments)
	if err == nil && len(r.out.Messages) == MaxRequests {
		err = fmt.Errorf("transform returned more than %d requests", MaxRequests)
	}
	if err == nil {
		r.bytes += len(m.Body) + len(m.URL)
		for _, h := range m.Headers {
			r.bytes += len(h.Name) + len(h.Value)
		}
		if m.SameBody {
			r.bytes += len(r.in.Body)
		}
		if r.bytes > MaxOutput {
			err = fmt.Errorf("what transform returned is larger than %d MiB in all", MaxOutput>>20)
		}
	}
	if err != nil {
		panic(r.vm.NewTypeError("%s", err.Error()))
	}
	r.out.Messages = append(r.out.Messages, m)
	return sobek.Undefined()
}

func (r *run) message(args []sobek.Value) (Message, error) {
	m := Message{Method: args[0].String(), URL: args[1].String()}
	if !hook.IsToken(m.Method) || len(m.Method) > 64 {
		return m, fmt.Errorf("the method %q is none: use letters and -, such as POST", clip(m.Method, 64))
	}
	path, query := optional(args[2]), optional(args[3])
	var err error
	if m.URL, err = r.goesTo(m.URL, path, query); err != nil {
		return m, err
	}
	if m.Headers, err = r.headers(optional(args[4])); err != nil {
		return m, err
	}
	m.SameHeaders = m.Headers == nil
	if m.Body, err = r.body(args[5], args[6]); err != nil {
		return m, err
	}
	m.SameBody = m.Body == nil
	return m, nil
}

// optional is nil for null, else the text.
func optional(v sobek.Value) *string {
	if sobek.IsNull(v) || sobek.IsUndefined(v) {
		return nil
	}
	s := v.String()
	return &s
}

// headers reads header lines; nil when they are those given. A line that was
// given keeps its bytes.
func (r *run) headers(text *string) (hook.Headers, error) {
	if text == nil {
		return nil, nil
	}
	pairs, err := pairsIn(*text)
	if err != nil {
		return nil, fmt.Errorf("headers: %w", err)
	}
	bytes := map[[2]string]hook.Header{}
	given := pairsOf(r.in.Headers)
	for i, p := range given {
		bytes[p] = r.in.Headers[i]
	}
	if slices.Equal(pairs, given) {
		return nil, nil
	}
	hs := make(hook.Headers, len(pairs))
	for i, p := range pairs {
		h, known := bytes[p]
		if !known {
			h = hook.Header{Name: p[0], Value: strings.Trim(p[1], " \t")}
		}
		if !known && (!hook.IsToken(h.Name) || !hook.IsLineSafe(h.Value)) {
			return nil, fmt.Errorf("the header line %q cannot be sent: a name has letters, digits and dashes, and neither part a line break", clip(h.Name, 80))
		}
		hs[i] = h
	}
	return hs, nil
}

// body reads a body; nil when it is the one given.
func (r *run) body(kind, value sobek.Value) ([]byte, error) {
	if sobek.IsNull(kind) {
		return nil, nil
	}
	switch kind.String() {
	case "bytes":
		if value.ExportType() != reflect.TypeFor[sobek.ArrayBuffer]() {
			return nil, errors.New("body is no bytes")
		}
		buffer, _ := value.Export().(sobek.ArrayBuffer)
		return append([]byte{}, buffer.Bytes()...), nil
	case "base64":
		b, err := decode64(value.String())
		if err != nil {
			return nil, fmt.Errorf("bodyBase64 is no base64: %w", err)
		}
		return append([]byte{}, b...), nil
	}
	return append([]byte{}, value.String()...), nil
}

func decode64(s string) ([]byte, error) {
	s = strings.TrimRight(strings.Map(func(c rune) rune {
		switch c {
		case ' ', '\t', '\n', '\r':
			return -1
		case '-':
			return '+'
		case '_':
			return '/'
		}
		return c
	}, s), "=")
	return base64.RawStdEncoding.DecodeString(s)
}

func pairsIn(text string) ([][2]string, error) {
	pairs := [][2]string{}
	if err := json.Unmarshal([]byte(text), &pairs); err != nil {
		return nil, errors.New("must be a list of [name, value]")
	}
	return pairs, nil
}

// splitURL gives the path and the decoded query of a URL.
func splitURL(u string) (path string, query [][2]string) {
	path, items := split(u)
	query = make([][2]string, len(items))
	for i, item := range items {
		query[i] = decoded(item)
	}
	return path, query
}

// split gives the path of a URL and the items of its query, as they stand.
func split(u string) (path string, items []string) {
	_, rest := origin(u)
	path, asked, _ := strings.Cut(rest, "?")
	if path == "" {
		path = "/"
	}
	for item := range strings.SplitSeq(asked, "&") {
		if item != "" {
			items = append(items, item)
		}
	}
	return path, items
}

// decoded reads name=value. What is not encoded properly stays as it is.
func decoded(item string) [2]string {
	name, value, _ := strings.Cut(item, "=")
	return [2]string{unescape(name), unescape(value)}
}

func unescape(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return latin(plain)
	}
	return latin(s)
}

// origin cuts an absolute URL into scheme and authority, and the rest without
// its fragment.
func origin(u string) (site, rest string) {
	u, _, _ = strings.Cut(u, "#")
	at := strings.Index(u, "://")
	if at < 0 {
		return "", u
	}
	at += len("://")
	if i := strings.IndexAny(u[at:], "/?"); i >= 0 {
		return u[:at+i], u[at+i:]
	}
	return u, ""
}

// goesTo is the URL of a message: asked, with path and query replaced when they
// are given. It stays on the site that the target names, since another one is
// not what the person chose to send to.
func (r *run) goesTo(asked string, path, query *string) (string, error) {
	site, rest := origin(asked)
	own, _ := origin(r.in.URL)
	if !strings.EqualFold(site, own) {
		return "", fmt.Errorf("the url %q is not on %s: a transform may change path and query only; make another target for another site", clip(asked, 80), own)
	}
	if asked == r.in.URL && path == nil && query == nil {
		return asked, nil
	}
	to, search, has := strings.Cut(rest, "?")
	if path != nil {
		to = *path
	}
	if !strings.HasPrefix(to, "/") {
		to = "/" + to
	}
	if query != nil {
		var err error
		if search, err = r.encodeQuery(*query); err != nil {
			return "", err
		}
		has = search != ""
	}
	to = escape(to, "?#")
	if has {
		to += "?" + escape(search, "#")
	}
	if len(to) > maxURL {
		return "", fmt.Errorf("the url is longer than %d KiB", maxURL>>10)
	}
	return own + to, nil
}

const maxURL = 64 << 10

// encodeQuery makes a query of pairs as JSON, or takes text as it is. A pair
// that was given keeps its spelling.
func (r *run) encodeQuery(text string) (string, error) {
	if !strings.HasPrefix(text, "[") {
		return strings.TrimPrefix(text, "?"), nil
	}
	pairs, err := pairsIn(text)
	if err != nil {
		return "", fmt.Errorf("query: %w", err)
	}
	spelling := map[[2]string]string{}
	_, given := split(r.in.URL)
	for _, item := range given {
		spelling[decoded(item)] = item
	}
	items := make([]string, len(pairs))
	for i, p := range pairs {
		item, known := spelling[p]
		if !known {
			item = url.QueryEscape(p[0]) + "=" + url.QueryEscape(p[1])
		}
		items[i] = item
	}
	return strings.Join(items, "&"), nil
}

// escape percent-encodes what cannot stand in a URL, and the bytes of more.
func escape(s, more string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(more, c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
