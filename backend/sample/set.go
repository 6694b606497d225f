package sample

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/url"
	"regexp"
	"strings"

	"creel/backend/hook"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"
)

// Field is a value to put into a body.
type Field struct {
	// Path is where: "data.object.amount" or "items[0].sku" in JSON (a dot in a
	// name is written \.), the field's name in a form.
	Path string
	// Value is written as what stands there now: a text stays a text, and
	// anything else becomes the JSON that Value is, or a text when it is none.
	Value string
}

// places turns items[0] into items.0.
var places = regexp.MustCompile(`\[(\d+)\]`)

// Set puts a value into a body and leaves the rest of it as it is, order and
// spacing included. What is not there yet is added. It is a Fault of kind
// Invalid, Field "set", when the path leads nowhere or the body has no fields.
func Set(body []byte, contentType string, f Field) ([]byte, error) {
	kind, _, err := mime.ParseMediaType(contentType)
	switch {
	case err == nil && kind == "application/x-www-form-urlencoded":
		return setForm(body, f)
	case json.Valid(body):
		return setJSON(body, f)
	}
	return nil, setFault("set %q: the body is neither JSON nor a form; give the whole body instead", f.Path)
}

func setFault(text string, args ...any) error {
	return &hook.Fault{Kind: hook.Invalid, Field: "set", Text: fmt.Sprintf(text, args...)}
}

func setJSON(body []byte, f Field) ([]byte, error) {
	path := strings.TrimPrefix(places.ReplaceAllString(f.Path, ".$1"), ".")
	// What the library would search with is no place of one value.
	if path == "" || strings.ContainsAny(path, "*?#|@!{}[]()=<>%~:") {
		return nil, setFault("set %q: name one value, such as data.object.amount or items[0].sku", f.Path)
	}
	if err := checkPlaces(body, path, f.Path); err != nil {
		return nil, err
	}
	now := gjson.GetBytes(body, path)
	raw := []byte(f.Value)
	var as any
	isText := json.Unmarshal(raw, &as) != nil
	if !isText && now.Type == gjson.String {
		// 12 in place of "11" is "12": providers write many a number as text.
		_, quoted := as.(string)
		isText = !quoted && !strings.HasPrefix(f.Value, "{") && !strings.HasPrefix(f.Value, "[")
	}
	var err error
	if isText {
		if raw, err = json.Marshal(f.Value); err != nil {
			return nil, setFault("set %q: %v", f.Path, err)
		}
	}
	out, err := sjson.SetRawBytes(body, path, raw)
	if err != nil || !json.Valid(out) {
		return nil, setFault("set %q: nothing can stand there; look at the body for its names", f.Path)
	}
	return out, nil
}

// checkPlaces refuses to add far behind the end of a list, where the library
// would fill what is between with null, and to turn a value into an object.
func checkPlaces(body []byte, path, shown string) error {
	parts := strings.Split(strings.ReplaceAll(path, `\.`, "\x00"), ".")
	at := gjson.ParseBytes(body)
	for i, part := range parts {
		part = strings.ReplaceAll(part, "\x00", `\.`)
		switch {
		case at.IsArray():
			if n := len(at.Array()); !isPlace(part, n) {
				return setFault("set %q: the list before %q has %d elements, counted from 0", shown, strings.Join(parts[i:], "."), n)
			}
		case at.IsObject():
		case at.Exists() && at.Type != gjson.Null:
			return setFault("set %q: what stands before %q is no object and no list", shown, strings.Join(parts[i:], "."))
		}
		at = at.Get(part)
	}
	return nil
}

// isPlace says whether text is a place in a list of n, or the one behind it.
func isPlace(text string, n int) bool {
	for i := range n + 1 {
		if text == fmt.Sprint(i) {
			return true
		}
	}
	return false
}

func setForm(body []byte, f Field) ([]byte, error) {
	if f.Path == "" {
		return nil, setFault("set %q: name the field of the form", f.Path)
	}
	set := url.QueryEscape(f.Path) + "=" + url.QueryEscape(f.Value)
	if len(body) == 0 {
		return []byte(set), nil
	}
	pairs := strings.Split(string(body), "&")
	for i, pair := range pairs {
		name, _, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); err == nil && plain == f.Path {
			pairs[i] = set
			return []byte(strings.Join(pairs, "&")), nil
		}
	}
	return []byte(strings.Join(append(pairs, set), "&")), nil
}
