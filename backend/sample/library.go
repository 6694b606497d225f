package sample

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/url"
	"strings"
	"text/template"
	"time"

	"creel/backend/hook"
)

//go:embed events
var files embed.FS

// entry is one sample as events/index.json describes it.
type entry struct {
	ID           string      `json:"id"`
	Provider     string      `json:"provider"`
	ProviderName string      `json:"providerName"`
	Event        string      `json:"event"`
	Title        string      `json:"title"`
	Description  string      `json:"description"`
	Method       string      `json:"method"` // "" is POST
	Path         string      `json:"path"`
	Secret       string      `json:"secret"`
	Scheme       string      `json:"scheme"`
	Headers      [][2]string `json:"headers"` // values are templates
	Body         string      `json:"body"`    // file beside the index, a template
	// Wire is what becomes of the readable body file: "compact" JSON, "form"
	// (a name=value a line), "crlf" line ends, or "" for as it is.
	Wire string `json:"wire"`

	body    *template.Template
	headers []*template.Template
}

// library reads the index. It and all that it names are part of the program,
// so one that cannot be read is a mistake that the tests find.
func library() []*entry {
	index, err := files.ReadFile("events/index.json")
	var es []*entry
	if err == nil {
		err = json.Unmarshal(index, &es)
	}
	if err != nil {
		panic("read embedded samples: " + err.Error())
	}
	return es
}

// prepare reads the body and parses the templates.
func (e *entry) prepare() error {
	text, err := files.ReadFile("events/" + e.Body)
	if err != nil {
		return err
	}
	body := strings.TrimSuffix(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	if e.Wire == "crlf" {
		// Before the template runs: what it inserts may be binary.
		body = strings.ReplaceAll(body, "\n", "\r\n") + "\r\n"
	}
	names := (&maker{}).funcs()
	if e.body, err = template.New(e.Body).Funcs(names).Parse(body); err != nil {
		return err
	}
	for _, h := range e.Headers {
		t, err := template.New(h[0]).Funcs(names).Parse(h[1])
		if err != nil {
			return err
		}
		e.headers = append(e.headers, t)
	}
	return nil
}

func (e *entry) info() Info {
	i := Info{
		ID: e.ID, Provider: e.Provider, ProviderName: e.ProviderName, Event: e.Event, Title: e.Title,
		Description: e.Description, Method: e.method(), Secret: e.Secret, Scheme: e.Scheme,
	}
	for _, h := range e.Headers {
		if strings.EqualFold(h[0], "Content-Type") {
			i.ContentType, _, _ = mime.ParseMediaType(h[1])
			i.ContentType = cmp.Or(i.ContentType, strings.TrimSpace(strings.Split(h[1], ";")[0]))
		}
	}
	switch e.Scheme {
	case "discord-ed25519":
		i.PublicKey = discordPublicKey()
	case "sendgrid-ecdsa":
		i.PublicKey = sendgridPublicKey()
	}
	return i
}

func (e *entry) method() string { return cmp.Or(e.Method, "POST") }

func (e *entry) build(target string, now time.Time, rnd io.Reader) (Message, error) {
	if err := e.prepare(); err != nil {
		return Message{}, fmt.Errorf("read sample %s: %w", e.ID, err)
	}
	m := &maker{entry: e, url: target + e.Path, now: now.UTC(), rnd: rnd, kept: map[string]string{}}
	body, err := m.render(e.body)
	if err == nil {
		m.body, err = e.wired(body)
	}
	if err != nil {
		return Message{}, fmt.Errorf("build sample %s: %w", e.ID, err)
	}
	msg := Message{Method: e.method(), Path: e.Path, Body: m.body}
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
	switch e.Wire {
	case "compact":
		var out bytes.Buffer
		err := json.Compact(&out, body)
		return out.Bytes(), err
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
