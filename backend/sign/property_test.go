package sign_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"creel/backend/hook"
	"creel/backend/sign"
)

// now is when everything here is signed.
func now() time.Time { return time.Date(2026, 11, 23, 15, 30, 0, 0, time.UTC) }

// signed is a message signed by its scheme, and how to verify it.
type signed struct {
	sign.Message
	key  sign.Key
	o    sign.Options
	note sign.Note
}

func (s signed) verify() sign.Verdict { return sign.Verify(s.Message, s.key, s.o) }

func drawSigned(t *rapid.T, s sign.Scheme) signed {
	m, key, so := carrier(t, s)
	so.Now = now()
	seed := rapid.SliceOfN(rapid.Byte(), 64, 64).Draw(t, "random")
	so.Rand = bytes.NewReader(seed)
	before := sign.Message{Method: m.Method, URL: m.URL, Headers: slices.Clone(m.Headers), Body: bytes.Clone(m.Body)}
	done, note, err := sign.Sign(m, key, so)
	if err != nil {
		t.Fatalf("sign: %v", err)
	}
	if !reflect.DeepEqual(m, before) {
		t.Fatalf("signing wrote to the message it was given")
	}
	so.Rand = bytes.NewReader(seed)
	again, _, err := sign.Sign(m, key, so)
	if err != nil || !reflect.DeepEqual(again, done) {
		t.Fatalf("the same randomness and time made another message: %v", err)
	}
	tolerance := s.Tolerance
	o := sign.Options{Scheme: s.ID, SignatureHeader: so.SignatureHeader, Now: now(), Tolerance: &tolerance}
	return signed{done, key, o, note}
}

func wantInvalid(t *rapid.T, what string, v sign.Verdict, reasons ...sign.Reason) {
	t.Helper()
	if v.Valid || v.Reason == sign.OK {
		t.Fatalf("%s: still valid", what)
	}
	if len(v.Hints) == 0 || (len(reasons) > 0 && !slices.Contains(reasons, v.Reason)) {
		t.Fatalf("%s: reason %s with %q, want one of %v", what, v.Reason, v.Hints, reasons)
	}
}

func wantValid(t *rapid.T, what string, v sign.Verdict) {
	t.Helper()
	if !v.Valid || v.Reason != sign.OK {
		t.Fatalf("%s: %s %q", what, v.Reason, v.Hints)
	}
}

func TestWhatIsSignedVerifies(t *testing.T) {
	eachScheme(t, func(t *rapid.T, s sign.Scheme) {
		m := drawSigned(t, s)
		wantValid(t, "as signed", m.verify())
		if m.note.Text == "" || m.note.Scheme != s.ID || m.note.TestKey {
			t.Fatalf("note = %+v", m.note)
		}
		if e := explained(m.Message, m.key, m.o); !e.Valid || len(e.Hints) > 0 && s.ID != "paypal-cert" { // whose test certificate is signed by itself
			t.Fatalf("explain: %s %q", e.Reason, e.Hints)
		}
		// What is not covered does not matter.
		for i, h := range m.Headers {
			m.Headers[i].Name = strings.ToUpper(h.Name)
		}
		m.Headers = append(m.Headers, hook.Header{Name: "X-Unrelated", Value: "1"})
		wantValid(t, "header names in capitals", m.verify())
		if !s.Covers.Method {
			m.Method = "PATCH"
			wantValid(t, "another method", m.verify())
		}
		if !s.Covers.URL {
			m.URL = "http://elsewhere.example/x"
			wantValid(t, "another URL", m.verify())
		}
		if !s.Covers.Body && s.Algorithm != "token" && !s.InBody {
			m.Body = append(m.Body, 'x')
			wantValid(t, "another body", m.verify())
		}
	})
}

func TestAnotherKeyDoesNotVerify(t *testing.T) {
	eachScheme(t, func(t *rapid.T, s sign.Scheme) {
		m := drawSigned(t, s)
		if s.NeedsSecret {
			was := m.key.Secret
			m.key.Secret = changed(was, len(was)/2)
			wantInvalid(t, "another secret", m.verify(), sign.SignatureDiffers, sign.TokenDiffers)
			for _, none := range []string{"", " ", "\n"} {
				m.key.Secret = none
				wantInvalid(t, "no secret", m.verify(), sign.NoSecret)
			}
			m.key.Secret = was
			m.key.Secret = changed(was, len(was)/2) + "\n" + was + "\n"
			wantValid(t, "the second of two secrets", m.verify())
			m.key.Secret = was
		}
		if s.NeedsPublicKey {
			was := m.key.PublicKey
			m.key.PublicKey = ""
			wantInvalid(t, "no public key", m.verify(), sign.NoPublicKey)
			m.key.PublicKey = "nonsense"
			wantInvalid(t, "no key at all", m.verify(), sign.KeyMalformed)
			m.key.PublicKey = was
		}
	})
}

// changed alters a letter or digit so that it means something else in text,
// hex and base64 alike.
func changed(text string, at int) string {
	b := []byte(text)
	switch {
	case b[at] == '0':
		b[at] = '1'
	default:
		b[at] = '0'
	}
	return string(b)
}

func TestAChangedHeaderDoesNotVerify(t *testing.T) {
	eachScheme(t, func(t *rapid.T, s sign.Scheme) {
		m := drawSigned(t, s)
		names := slices.Clone(s.Headers)
		if s.NeedsHeader {
			names = []string{m.o.SignatureHeader}
		}
		for _, name := range names {
			i := slices.IndexFunc(m.Headers, func(h hook.Header) bool { return strings.EqualFold(h.Name, name) })
			if i < 0 {
				continue
			}
			was := m.Headers[i].Value
			at := rapid.IntRange(0, len(was)-1).Draw(t, "at")
			b := []byte(was)
			b[at] ^= 1
			m.Headers[i].Value = string(b)
			wantInvalid(t, name+" "+string(b)+" for "+was, m.verify())
			m.Headers[i].Value = was
		}
		if len(names) == 0 {
			return
		}
		m.Headers = slices.DeleteFunc(m.Headers, func(h hook.Header) bool { return strings.EqualFold(h.Name, names[0]) })
		wantInvalid(t, "no header", m.verify(), sign.HeaderMissing)
	})
}

func TestAChangedBodyDoesNotVerify(t *testing.T) {
	members := map[string][]string{
		"adyen-item":        {"pspReference", "merchantReference", "success", "eventCode", "value", "currency", "hmacSignature"},
		"mailgun-body":      {"token", "timestamp", "signature"},
		"braintree":         {"bt_payload", "bt_signature"},
		"aws-sns":           {"Message", "MessageId", "Timestamp", "TopicArn", "Type", "Signature", "SignatureVersion"},
		"graph-clientstate": {"clientState"},
	}
	eachScheme(t, func(t *rapid.T, s sign.Scheme) {
		m := drawSigned(t, s)
		if !s.InBody {
			if !s.Covers.Body {
				return
			}
			at := rapid.IntRange(0, len(m.Body)-1).Draw(t, "at")
			m.Body = bytes.Clone(m.Body)
			m.Body[at] ^= 1
			wantInvalid(t, "another body", m.verify(), sign.SignatureDiffers, sign.BodyChanged, sign.TimestampMissing, sign.TimestampMalformed)
			return
		}
		name := rapid.SampledFrom(members[s.ID]).Draw(t, "member")
		was := m.Body
		m.Body = alter(t, was, name)
		if bytes.Equal(was, m.Body) {
			t.Fatalf("%s: nothing to alter in %s", name, was)
		}
		wantInvalid(t, name, m.verify())
	})
}

// alter changes the value of each member or field of that name.
func alter(t *rapid.T, body []byte, name string) []byte {
	var v any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if d.Decode(&v) != nil {
		before, value, _ := strings.Cut(string(body), name+"=")
		at := 3
		if name == "bt_signature" {
			at = len(value) - 1 // behind the key's name
		}
		return []byte(before + name + "=" + changed(value, at))
	}
	return jsonBody(t, walk(v, name))
}

func walk(v any, name string) any {
	switch v := v.(type) {
	case map[string]any:
		for k, child := range v {
			switch child := child.(type) {
			case string:
				if k == name {
					v[k] = "x" + child
				}
			case json.Number:
				if k == name {
					v[k] = json.Number("9" + child.String())
				}
			default:
				v[k] = walk(child, name)
			}
		}
	case []any:
		for i := range v {
			v[i] = walk(v[i], name)
		}
	}
	return v
}

func TestAnotherURLDoesNotVerify(t *testing.T) {
	eachScheme(t, func(t *rapid.T, s sign.Scheme) {
		if !s.Covers.URL {
			return
		}
		m := drawSigned(t, s)
		was := m.URL
		m.URL = strings.Replace(was, ".example", ".example/in", 1)
		wantInvalid(t, "another path", m.verify(), sign.SignatureDiffers, sign.URLDiffers)
		m.o.URLs = []string{"http://nobody.example/", was}
		wantValid(t, "the right URL among others", m.verify())
		m.o.URLs = nil
		m.URL = ""
		wantInvalid(t, "no URL", m.verify(), sign.NoURL)
		if s.Covers.Method {
			m.URL, m.Method = was, "DELETE"
			wantInvalid(t, "another method", m.verify(), sign.SignatureDiffers)
		}
	})
}

func TestTheClock(t *testing.T) {
	eachScheme(t, func(t *rapid.T, s sign.Scheme) {
		if s.TimestampUnit == sign.NoTime || s.TimestampUnit == sign.JWTTime {
			return
		}
		m := drawSigned(t, s)
		tolerance := time.Duration(rapid.IntRange(1, 7200).Draw(t, "tolerance")) * time.Second
		m.o.Tolerance = &tolerance
		for _, at := range []time.Duration{0, tolerance, -tolerance} {
			m.o.Now = now().Add(at)
			if at < 0 && s.NotFuture {
				wantInvalid(t, "early", m.verify(), sign.TimestampInFuture)
				continue
			}
			wantValid(t, at.String(), m.verify())
		}
		m.o.Now = now().Add(tolerance + time.Second)
		late := m.verify()
		wantInvalid(t, "late", late, sign.TimestampTooOld)
		if !late.Timestamp.Equal(now()) {
			t.Fatalf("timestamp = %v", late.Timestamp)
		}
		m.o.Now = now().Add(-tolerance - time.Second)
		if s.OldOnly {
			wantValid(t, "early", m.verify())
		} else {
			wantInvalid(t, "early", m.verify(), sign.TimestampInFuture)
		}
		m.o.Tolerance = nil
		wantValid(t, "no tolerance", m.verify())
	})
}
