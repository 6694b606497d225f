package sample_test

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"

	"creel/backend/hook"
	"creel/backend/sample"

	"pgregory.net/rapid"
)

const (
	jsonType = "application/json; charset=utf-8"
	formType = "application/x-www-form-urlencoded"
)

func TestSet(t *testing.T) {
	for _, c := range []struct{ kind, body, path, value, want string }{
		{jsonType, `{"b": 1,  "a":{"x":2}}`, "a.x", "3", `{"b": 1,  "a":{"x":3}}`},
		{jsonType, `{"a":"1"}`, "a", "2", `{"a":"2"}`},
		{jsonType, `{"a":"1"}`, "a", `"2"`, `{"a":"2"}`},
		{jsonType, `{"a":"1"}`, "a", `{"b":2}`, `{"a":{"b":2}}`},
		{jsonType, `{"a":1}`, "a", "two", `{"a":"two"}`},
		{jsonType, `{"a":1}`, "a", "null", `{"a":null}`},
		{jsonType, `{"a":1}`, "a", `say "hi"`, `{"a":"say \"hi\""}`},
		{jsonType, `{"a":[{"s":"x"},{"s":"y"}]}`, "a[1].s", "z", `{"a":[{"s":"x"},{"s":"z"}]}`},
		{jsonType, `{"a":[1]}`, "a.1", "2", `{"a":[1,2]}`},
		{jsonType, `[{"a":1}]`, "[0].a", "2", `[{"a":2}]`},
		{jsonType, `{"a.b":1,"a":{"b":2}}`, `a\.b`, "3", `{"a.b":3,"a":{"b":2}}`},
		{jsonType, `{"a":1}`, "b.c", "true", `{"a":1,"b":{"c":true}}`},
		{jsonType, `{"a":null}`, "a.b", "1", `{"a":{"b":1}}`},
		{"text/plain", `{"a":1}`, "a", "2", `{"a":2}`}, // SNS says text
		{formType, "a=1&b=2", "a", "x y&z", "a=x+y%26z&b=2"},
		{formType, "a%5Bb%5D=1&a=2", "a[b]", "3", "a%5Bb%5D=3&a=2"},
		{formType, "a=1", "c", "3", "a=1&c=3"},
		{formType, "", "c", "3", "c=3"},
	} {
		got, err := sample.Set([]byte(c.body), c.kind, sample.Field{Path: c.path, Value: c.value})
		if err != nil || string(got) != c.want {
			t.Errorf("%s with %s=%s is %s, want %s: %v", c.body, c.path, c.value, got, c.want, err)
		}
	}
}

func TestSetFaults(t *testing.T) {
	for _, c := range []struct{ kind, body, path, text string }{
		{jsonType, `{"a":1}`, "", "name one value"},
		{jsonType, `{"a":1}`, "a.*", "name one value"},
		{jsonType, `{"a":[1]}`, "a.#", "name one value"},
		{jsonType, `{"a":[1]}`, "a.7", "has 1 elements"},
		{jsonType, `{"a":[1]}`, "a.-1", "has 1 elements"},
		{jsonType, `{"a":[1]}`, "a.x", "has 1 elements"},
		{jsonType, `{"a":[1]}`, "a[0x]", "name one value"},
		{jsonType, `{"a":{}}`, "a.b[]", "name one value"},
		{jsonType, `{"a":"text"}`, "a.b", "no object"},
		{jsonType, `not json`, "a", "neither JSON nor a form"},
		{"application/xml", `<a/>`, "a", "neither JSON nor a form"},
		{formType, "a=1", "", "name the field"},
	} {
		_, err := sample.Set([]byte(c.body), c.kind, sample.Field{Path: c.path, Value: "1"})
		var f *hook.Fault
		if !errors.As(err, &f) || f.Kind != hook.Invalid || f.Field != "set" || !strings.Contains(f.Text, c.text) {
			t.Errorf("%s with %q: %v", c.body, c.path, err)
		}
	}
}

// What was set is there, what was not is as before, whatever the names.
func TestSetChangesOneValueOnly(t *testing.T) {
	name := rapid.StringMatching(`[a-zé_ -]{1,6}`)
	rapid.Check(t, func(t *rapid.T) {
		before := rapid.MapOfN(name, rapid.String(), 1, 6).Draw(t, "before")
		key, value := name.Draw(t, "key"), rapid.StringMatching(`[a-z "\\é]*`).Draw(t, "value")
		body, err := json.Marshal(map[string]any{"in": before})
		if err != nil {
			t.Fatal(err)
		}
		got, err := sample.Set(body, jsonType, sample.Field{Path: "in." + key, Value: "x" + value})
		if err != nil {
			t.Fatal(err)
		}
		var after struct{ In map[string]string }
		if err := json.Unmarshal(got, &after); err != nil || after.In[key] != "x"+value {
			t.Fatalf("%q in %s: %v", key, got, err)
		}
		before[key] = "x" + value
		if len(after.In) != len(before) {
			t.Fatalf("%s from %s", got, body)
		}
		for k, v := range before {
			if after.In[k] != strings.ToValidUTF8(v, "\uFFFD") {
				t.Fatalf("%q of %q in %s", after.In[k], k, got)
			}
		}
	})
}

func FuzzSet(f *testing.F) {
	for _, s := range []string{"a", "a.b", "a[0].b", `a\.b`, "a.-1", "..", "[", "a.00"} {
		f.Add(jsonType, `{"a":[{"b":"1"}]}`, s, "2")
		f.Add(formType, "a=1&b=%", s, "2")
	}
	f.Fuzz(func(t *testing.T, kind, body, path, value string) {
		got, err := sample.Set([]byte(body), kind, sample.Field{Path: path, Value: value})
		switch {
		case err != nil:
			if hook.KindOf(err) != hook.Invalid {
				t.Fatalf("%v", err)
			}
		case kind == formType:
			if v, err := url.ParseQuery(string(got)); err == nil && v.Get(path) != value {
				t.Fatalf("%q in %s", v.Get(path), got)
			}
		case !json.Valid(got):
			t.Fatalf("%s is not JSON", got)
		}
	})
}
