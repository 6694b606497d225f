package desk

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/textproto"
	"strings"
	"testing"

	"creel/backend/hook"

	"pgregory.net/rapid"
)

func head(contentType string) []byte {
	return []byte("POST / HTTP/1.1\r\nContent-Type: " + contentType + "\r\n\r\n")
}

func TestPartsOfOddBodies(t *testing.T) {
	cases := []struct{ name, contentType, body, want string }{
		{"plain", "multipart/form-data; boundary=b", "--b\r\nA: 1\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n", "one|two"},
		{"bare line feeds", "multipart/mixed; boundary=b", "--b\nA: 1\n\none\n--b--", "one"},
		{"quoted boundary", `Multipart/Mixed; charset=x; BOUNDARY="a \"b;c"`, "--a \"b;c\r\n\r\none\r\n--a \"b;c--", "one"},
		{"preamble and epilogue", "multipart/mixed; boundary=b", "hello\r\n--b\r\n\r\none\r\n--b--\r\nbye", "one"},
		{"blanks after the boundary", "multipart/mixed; boundary=b", "--b \t\r\n\r\none\r\n--b--", "one"},
		{"boundary inside a line", "multipart/mixed; boundary=b", "--b\r\n\r\nx--b\r\ny\r\n--b--", "x--b\r\ny"},
		{"no end", "multipart/mixed; boundary=b", "--b\r\n\r\none\r\n", "one\r\n"},
		{"empty part", "multipart/mixed; boundary=b", "--b\r\n\r\n\r\n--b--", ""},
		{"head without an end", "multipart/mixed; boundary=b", "--b\r\nA: 1\r\n--b--", ""},
		{"hostile name", "multipart/form-data; boundary=b",
			"--b\r\nContent-Disposition: form-data; name=\"../../etc\"; filename=\"/etc/passwd\\0\"\r\n\r\nroot\r\n--b--", "root"},
	}
	for _, c := range cases {
		for i, want := range strings.Split(c.want, "|") {
			got, err := partOf(head(c.contentType), []byte(c.body), i, false)
			if err != nil || string(got) != want {
				t.Errorf("%s, part %d: %q, %v; want %q", c.name, i, got, err, want)
			}
		}
		if _, err := partOf(head(c.contentType), []byte(c.body), strings.Count(c.want, "|")+1, false); hook.KindOf(err) != hook.NotFound {
			t.Errorf("%s: a part too many: %v", c.name, err)
		}
	}
	for _, none := range []string{"", "text/plain; boundary=b", "multipart/mixed", "multipart/mixed; boundary=", "multipart/mixed; boundary=other"} {
		if b, err := partOf(head(none), []byte("--b\r\n\r\none\r\n--b--"), 0, false); hook.KindOf(err) != hook.NotFound {
			t.Errorf("%q: %q, %v", none, b, err)
		}
	}
}

// What the standard library writes as parts comes back, whatever is in it.
func TestPartsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bodies := rapid.SliceOfN(rapid.SliceOfN(rapid.SampledFrom([]byte("\r\n-- bx\x00\xff")), 0, 40), 0, 6).Draw(t, "bodies")
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for i, body := range bodies {
			part, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf(`form-data; name="p%d"`, i)}})
			if err != nil {
				t.Fatal(err)
			}
			_, _ = part.Write(body)
		}
		_ = w.Close()
		for i, want := range bodies {
			got, err := partOf(head(w.FormDataContentType()), b.Bytes(), i, false)
			if err != nil || !bytes.Equal(got, want) {
				t.Fatalf("part %d: %q, %v; want %q", i, got, err, want)
			}
		}
		if _, err := partOf(head(w.FormDataContentType()), b.Bytes(), len(bodies), false); err == nil {
			t.Fatal("there is a part too many")
		}
	})
}

func FuzzParts(f *testing.F) {
	f.Add("multipart/form-data; boundary=b", []byte("--b\r\nA: 1\r\n\r\none\r\n--b--"))
	f.Add(`multipart/x; boundary="`, []byte("--"))
	f.Add(`multipart/x; boundary="\`, []byte("--\n\n--\n"))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		boundary := boundaryOf(hook.Headers{{Name: "Content-Type", Value: contentType}})
		parts := splitParts(body, boundary)
		if len(parts) > maxParts {
			t.Fatalf("%d parts", len(parts))
		}
		total := 0
		for _, part := range parts {
			total += len(part)
			if !bytes.Contains(body, part) {
				t.Fatalf("part %q is not in %q", part, body)
			}
		}
		if total > len(body) {
			t.Fatalf("parts of %d bytes in a body of %d", total, len(body))
		}
	})
}
