package sample

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/url"
	"path"
	"slices"
	"strings"
	"text/template"
	"time"

	"creel/backend/hook"
)

// events/order.json lists the providers as people look for them. Each has a
// folder with index.json (a sender), the bodies and, where several share
// something, parts.tmpl.
//
//go:embed events
var files embed.FS

// sender is a provider as its index.json describes it.
type sender struct {
	Name    string      `json:"name"` // for people
	Scheme  string      `json:"scheme"`
	Also    string      `json:"also"`
	Secret  string      `json:"secret"`
	Wire    string      `json:"wire"`    // of events that name none
	Headers [][2]string `json:"headers"` // values are templates
	Events  []*entry    `json:"events"`
}

// entry is one sample as an index.json describes it.
type entry struct {
	ID    string `json:"id"`    // behind the provider's
	Event string `json:"event"` // "" is ID
	Title string `json:"title"`
	About string `json:"about"` // one sentence
	Path  string `json:"path"`
	Body  string `json:"body"` // file beside the index, a template; "" is ID.json
	// Scheme and Secret are those of events that are signed in another way
	// than their provider's others; "-" is not at all.
	Scheme string `json:"scheme"`
	Secret string `json:"secret"`
	// Wire is what becomes of the readable body file: "compact" or "pretty"
	// JSON, "form" (a name=value a line), "braintree" (a form with the file in
	// base64), "crlf" line ends, "as is", or "" for what the file's name says.
	Wire string `json:"wire"`
	// Headers are put in place of the provider's of the same name, behind
	// them when there are none, and instead of them when the value is "".
	Headers [][2]string `json:"headers"`

	provider, name, also string

	body    *template.Template
	headers []*template.Template
}

// library reads all samples. They are part of the program, so one that cannot
// be read is a mistake that the tests find.
func library() []*entry {
	var order []string
	readJSON("events/order.json", &order)
	var es []*entry
	for _, provider := range order {
		es = append(es, eventsOf(provider)...)
	}
	return es
}

// lookUp returns the sample with that id, nil when there is none. It reads one
// provider only.
func lookUp(id string) *entry {
	provider, _, _ := strings.Cut(id, ".")
	if _, err := fs.Stat(files, path.Join("events", provider, "index.json")); err != nil {
		return nil
	}
	for _, e := range eventsOf(provider) {
		if e.ID == id {
			return e
		}
	}
	return nil
}

func readJSON(file string, into any) {
	b, err := files.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(b, into)
	}
	if err != nil {
		panic("read embedded samples: " + err.Error())
	}
}

func eventsOf(provider string) []*entry {
	var s sender
	readJSON(path.Join("events", provider, "index.json"), &s)
	for _, e := range s.Events {
		e.provider, e.name, e.also = provider, s.Name, s.Also
		e.Event = cmp.Or(e.Event, e.ID)
		e.Body = path.Join("events", provider, cmp.Or(e.Body, e.ID+".json"))
		e.ID = provider + "." + e.ID
		e.Scheme, e.Secret = cmp.Or(e.Scheme, s.Scheme), cmp.Or(e.Secret, s.Secret)
		if e.Scheme == "-" {
			e.Scheme, e.Secret = "", ""
		}
		e.Wire = cmp.Or(e.Wire, s.Wire, wireOf(e.Body))
		e.Headers = merged(s.Headers, e.Headers)
	}
	return s.Events
}

func wireOf(file string) string {
	switch path.Ext(file) {
	case ".json":
		return "compact"
	case ".form":
		return "form"
	}
	return "as is"
}

func merged(all, own [][2]string) [][2]string {
	all = slices.Clone(all)
	for _, h := range own {
		at := slices.IndexFunc(all, func(o [2]string) bool { return strings.EqualFold(o[0], h[0]) })
		switch {
		case at < 0:
			all = append(all, h)
		case h[1] == "":
			all = slices.Delete(all, at, at+1)
		default:
			all[at] = h
		}
	}
	return all
}

// prepare reads the body and parses the templates.
func (e *entry) prepare() error {
	text, err := files.ReadFile(e.Body)
	if err != nil {
		return err
	}
	body := strings.TrimSuffix(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	if e.Wire == "crlf" {
		// Before the template runs: what it inserts may be binary.
		body = strings.ReplaceAll(body, "\n", "\r\n") + "\r\n"
	}
	set := template.New(e.provider).Funcs((&maker{}).funcs())
	parts, err := files.ReadFile(path.Join(path.Dir(e.Body), "parts.tmpl"))
	if err == nil {
		_, err = set.Parse(string(parts))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if e.body, err = set.New(e.Body).Parse(body); err != nil {
		return err
	}
	for _, h := range e.Headers {
		t, err := set.New(h[0]).Parse(h[1])
		if err != nil {
			return err
		}
		e.headers = append(e.headers, t)
	}
	return nil
}

func (e *entry) info() Info {
	i := Info{
		ID: e.ID, Provider: e.provider, ProviderName: e.name, Event: e.Event, Title: e.Title,
		Description: e.About, Method: "POST", Scheme: e.Scheme, Also: e.also, Secret: e.Secret,
	}
	for _, h := range e.Headers {
		if strings.EqualFold(h[0], "Content-Type") {
			i.ContentType, _, _ = mime.ParseMediaType(h[1])
			i.ContentType = cmp.Or(i.ContentType, strings.TrimSpace(strings.Split(h[1], ";")[0]))
		}
	}
	return i
}

func (e *entry) build(now time.Time, rnd io.Reader) (Message, error) {
	if err := e.prepare(); err != nil {
		return Message{}, fmt.Errorf("read sample %s: %w", e.ID, err)
	}
	m := &maker{entry: e, now: now.UTC(), rnd: rnd, kept: map[string]string{}}
	body, err := m.render(e.body)
	if err == nil {
		body, err = e.wired(body)
	}
	if err != nil {
		return Message{}, fmt.Errorf("build sample %s: %w", e.ID, err)
	}
	msg := Message{Method: "POST", Path: e.Path, Body: body}
	for i, h := range e.Headers {
		value, err := m.render(e.headers[i])
		if err != nil {
			return Message{}, fmt.Errorf("build sample %s: %w", e.ID, err)
		}
		msg.Headers = append(msg.Headers, hook.Header{Name: h[0], Value: string(value)})
	}
	return msg, nil
}

// wired turns the readable body into what goes over the wire.
func (e *entry) wired(body []byte) ([]byte, error) {
	var out bytes.Buffer
	switch e.Wire {
	case "compact":
		err := json.Compact(&out, body)
		return out.Bytes(), err
	case "pretty":
		err := json.Indent(&out, body, "", "  ")
		return out.Bytes(), err
	case "braintree":
		// As Braintree's library makes it: 60 characters a line.
		text := base64.StdEncoding.EncodeToString(body)
		for len(text) > 0 {
			n := min(60, len(text))
			out.WriteString(text[:n] + "\n")
			text = text[n:]
		}
		return []byte("bt_signature=&bt_payload=" + url.QueryEscape(out.String())), nil
	case "form":
		var pairs []string
		for line := range strings.SplitSeq(string(body), "\n") {
			name, value, _ := strings.Cut(line, "=")
			pairs = append(pairs, url.QueryEscape(name)+"="+url.QueryEscape(value))
		}
		return []byte(strings.Join(pairs, "&")), nil
	}
	return body, nil
}
