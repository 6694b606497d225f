package sign

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// Bodies larger than these are not parsed, and not written in every dialect.
const (
	mostParsed   = 8 << 20
	mostDialects = 512 << 10
)

// byBody tries what the body may have been before it was changed on the way.
func (s *search) byBody() (found *finding) {
	if !s.bodyCounts() {
		return nil
	}
	tried := s.eachBody(func(m Message, what string) bool {
		if s.try(s.spec, m, s.ring) {
			found = &finding{reason: BodyChanged, hint: what}
		}
		return found == nil
	})
	if found == nil {
		s.tried = append(s.tried, tried...)
	}
	return found
}

// bodyCounts says that a change of the body as a whole can be why a signature
// differs.
func (s *search) bodyCounts() bool {
	return s.spec.alg != tokenOnly && !s.spec.inBody && s.spec.coverage().Body
}

// eachBody calls try with the message, its body as it may have been, and what
// that tells, the likeliest first, until try is content and says false. It
// returns in words what there was.
func (s *search) eachBody(try func(m Message, what string) bool) (tried []string) {
	for _, kind := range []func(func([]byte, string) bool) string{s.lineForms, s.encodedForms, s.charsetForms, s.jsonForms, s.formForms} {
		content := false
		name := kind(func(body []byte, what string) bool {
			if !content && !bytes.Equal(body, s.m.Body) {
				m := s.m
				m.Body = body
				content = !try(m, what)
			}
			return !content
		})
		if content {
			return tried
		}
		if name != "" {
			tried = append(tried, name)
		}
	}
	return tried
}

const rawBody = " Read the raw body before anything parses, decodes or trims it, and verify those bytes."

// lineForms change the ends of the body and of its lines.
func (s *search) lineForms(try func([]byte, string) bool) string {
	b := s.m.Body
	large := len(b) > mostParsed // then only what is likeliest
	added := func(end, name string) bool {
		return try(slices.Concat(b, []byte(end)), "The signature matches when "+name+" is added at the end of the body: it was trimmed on the way."+rawBody)
	}
	cut := func(body []byte, name string) bool {
		return try(body, "The signature matches when "+name+" of the body is left out: it was added on the way."+rawBody)
	}
	_ = added("\n", "a line end") && (large || added("\r\n", "a line end (CR LF)")) &&
		cut(bytes.TrimSuffix(bytes.TrimSuffix(b, []byte("\n")), []byte("\r")), "the line end at the end") &&
		cut(bytes.TrimRight(b, "\r\n"), "every line end at the end") &&
		cut(bytes.TrimSpace(b), "the blank space around all") &&
		cut(bytes.TrimPrefix(b, []byte("\ufeff")), "the byte order mark at the beginning") &&
		(large || try(slices.Concat([]byte("\ufeff"), b), "The signature matches with a byte order mark (BOM) before the body: it was dropped on the way."+rawBody)) &&
		s.newlines(b, try) &&
		try(nil, "The signature matches for an empty body: the sender signed none, or signed before it put the body in.")
	return "line ends, a byte order mark"
}

func (s *search) newlines(b []byte, try func([]byte, string) bool) bool {
	lines := bytes.Count(b, []byte("\n"))
	if lines == 0 || !s.pay(2*len(b)+32*lines) {
		return true
	}
	lf := bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
	crlf := bytes.ReplaceAll(lf, []byte("\n"), []byte("\r\n"))
	toLF := "The signature matches when the lines of the body end with LF: LF was changed to CR LF on the way."
	toCRLF := "The signature matches when the lines of the body end with CR LF: CR LF was changed to LF on the way."
	if !try(lf, toLF+rawBody) || !try(crlf, toCRLF+rawBody) || len(b) > mostParsed {
		return true // a match is seen by who asked
	}
	return try(append(slices.Clip(lf), '\n'), toLF+" A line end at the end was lost, too."+rawBody) &&
		try(append(slices.Clip(crlf), "\r\n"...), toCRLF+" A line end at the end was lost, too."+rawBody)
}

// encodedForms undo encodings of the whole body.
func (s *search) encodedForms(try func([]byte, string) bool) string {
	b := s.m.Body
	name := "decoding the body"
	coding := strings.ToLower(strings.TrimSpace(s.m.Headers.Get("Content-Encoding")))
	if plain, what := s.decompress(coding); plain != nil &&
		!try(plain, "The signature matches for the body after decoding "+what+": the sender signs before it compresses. Decode the body first, then verify.") {
		return name
	}
	if coding == "gzip" && len(b) > 0 && !bytes.HasPrefix(b, []byte("\x1f\x8b")) {
		s.notes = append(s.notes, "Content-Encoding says gzip, but the body is not compressed: something on the way decoded it and left the header. If the sender signs the compressed bytes, they are lost.")
	}
	if len(b) > mostParsed {
		return name
	}
	if raw, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(b))); err == nil && len(b) > 0 &&
		!try(raw, "The signature matches for the body decoded from base64: a gateway encoded it (AWS API Gateway does, and says isBase64Encoded). Decode it before verifying.") {
		return name
	}
	if t := bytes.TrimSpace(b); len(t) > 1 && t[0] == '"' {
		var inner string
		if json.Unmarshal(t, &inner) == nil &&
			!try([]byte(inner), "The signature matches for what is inside the quotes: the body was written as a JSON string once more on the way."+rawBody) {
			return name
		}
	}
	if quoted, err := json.Marshal(string(b)); err == nil && s.pay(8*len(b)) {
		try(quoted, "The signature matches for the body written as a JSON string: the sender signs it encoded twice.")
	}
	return name
}

// decompress undoes the content coding, within the bounds of what may be
// worked on.
func (s *search) decompress(coding string) (plain []byte, what string) {
	b := s.m.Body
	var r io.Reader
	var err error
	switch {
	case bytes.HasPrefix(b, []byte("\x1f\x8b")):
		r, err = gzip.NewReader(bytes.NewReader(b))
		what = "gzip"
	case coding == "deflate":
		if r, err = zlib.NewReader(bytes.NewReader(b)); err != nil {
			r, err = flate.NewReader(bytes.NewReader(b)), nil
		}
		what = "deflate"
	case coding != "" && coding != "identity" && coding != "gzip" && s.o.Decode != nil:
		plain, err = s.o.Decode(coding, b)
		if err != nil || !s.pay(4*len(plain)) {
			return nil, ""
		}
		return plain, coding
	}
	if err != nil || r == nil {
		return nil, ""
	}
	most := min(32<<20, s.left/4)
	plain, err = io.ReadAll(io.LimitReader(r, int64(most)+1))
	if err != nil || len(plain) > most || !s.pay(3*len(plain)) {
		s.short = s.short || len(plain) > most
		return nil, ""
	}
	return plain, what
}

// charsetForms undo readings of the body in a wrong character set.
func (s *search) charsetForms(try func([]byte, string) bool) string {
	b := s.m.Body
	if len(b) > mostParsed || !slices.ContainsFunc(b, func(c byte) bool { return c >= 0x80 }) || !s.pay(10*len(b)) {
		return ""
	}
	if latin, ok := toLatin1(b); ok &&
		!try(latin, "The signature matches for the body in Latin-1 (ISO 8859-1): it was read as Latin-1 and written as UTF-8 on the way."+rawBody) {
		return ""
	}
	wide := make([]byte, 0, len(b)*2)
	for _, c := range b {
		wide = utf8.AppendRune(wide, rune(c))
	}
	try(wide, "The signature matches for the body in UTF-8: it was written as Latin-1 (ISO 8859-1) on the way."+rawBody)
	return "Latin-1 and UTF-8"
}

func toLatin1(b []byte) ([]byte, bool) {
	if !utf8.Valid(b) {
		return nil, false
	}
	out := make([]byte, 0, len(b))
	for _, r := range string(b) {
		if r > 0xff {
			return nil, false
		}
		out = append(out, byte(r))
	}
	return out, true
}

// jsonForms write JSON anew, as libraries write it.
func (s *search) jsonForms(try func([]byte, string) bool) string {
	b := bytes.TrimSpace(s.m.Body)
	if len(b) == 0 || (b[0] != '{' && b[0] != '[') {
		return ""
	}
	if len(b) > mostParsed || !s.pay(12*len(b)) || !json.Valid(b) || !utf8.Valid(b) {
		s.short = s.short || len(b) > mostParsed
		return ""
	}
	root, _ := parseNode(b, 0)
	ds := dialects()
	if len(b) > mostDialects {
		ds = ds[:5]
	}
	for _, d := range ds {
		if !s.pay(4 * len(b)) {
			return "JSON written anew"
		}
		text := d.write(make([]byte, 0, len(b)+len(b)/4), root, 0)
		hint := "The signature matches when the JSON is written " + d.name + ": something on the way parsed the body and wrote it anew." + rawBody
		if !try(text, hint) || !try(append(text, '\n'), hint+" The body also ended with a line end.") {
			return ""
		}
	}
	if !s.escapeForms(b, try) {
		return ""
	}
	return fmt.Sprintf("JSON written anew in %d ways", len(ds))
}

// escapeForms change only how characters are escaped, and keep the blanks.
func (s *search) escapeForms(b []byte, try func([]byte, string) bool) bool {
	if len(b) > mostDialects || !s.pay(16*len(b)) {
		return true
	}
	for _, d := range []dialect{
		{name: "with \\u escapes", ascii: true}, {name: "without \\u escapes"},
		{name: "with \\/ for /", slash: true}, {name: "with \\u escapes and \\/ for /", ascii: true, slash: true}, {name: "with \\u003c for <", html: true},
	} {
		out := make([]byte, 0, len(b)+16)
		for i := 0; i < len(b); {
			if b[i] != '"' {
				out = append(out, b[i])
				i++
				continue
			}
			end := skipValue(b, i)
			out = d.writeText(out, decodeText(b[i:end]))
			i = end
		}
		hint := "The signature matches when the texts in the JSON are written " + d.name + ": something on the way parsed the body and wrote it anew." + rawBody
		if !try(out, hint) || !try(append(out, s.m.Body[len(bytes.TrimRight(s.m.Body, " \r\n\t")):]...), hint) {
			return false
		}
	}
	return true
}

// formForms write a form anew.
func (s *search) formForms(try func([]byte, string) bool) string {
	b := s.m.Body
	if len(b) > mostDialects || !bytes.Contains(b, []byte("=")) || bytes.ContainsAny(b, "\n{<") || !s.pay(12*len(b)) {
		return ""
	}
	ps := pairsOf(string(b))
	join := func(ps []pair, escape func(string) string) []byte {
		parts := make([]string, len(ps))
		for i, p := range ps {
			parts[i] = escape(p.name) + "=" + escape(p.value)
		}
		return []byte(strings.Join(parts, "&"))
	}
	percented := func(t string) string { return strings.ReplaceAll(url.QueryEscape(t), "+", "%20") }
	browser := func(t string) string { return strings.ReplaceAll(percent(t, "-_.* "), " ", "+") }
	lower := func(t string) string { return lowerEscapes(url.QueryEscape(t)) }
	const why = ": something on the way parsed the form and wrote it anew." + rawBody
	sorted := slices.Clone(ps)
	slices.SortStableFunc(sorted, func(a, b pair) int { return strings.Compare(a.name, b.name) })
	_ = try(join(ps, url.QueryEscape), "The signature matches when the form is escaped with + for blanks"+why) &&
		try(join(ps, percented), "The signature matches when the form is escaped with %20 for blanks"+why) &&
		try(join(ps, browser), "The signature matches when the form is escaped as browsers do"+why) &&
		try(join(ps, lower), "The signature matches when the form is escaped in small hex digits"+why) &&
		try(bytes.ReplaceAll(b, []byte("+"), []byte("%20")), "The signature matches with %20 in place of +"+why) &&
		try(bytes.ReplaceAll(b, []byte("%20"), []byte("+")), "The signature matches with + in place of %20"+why) &&
		try(join(sorted, url.QueryEscape), "The signature matches when the form's fields are sorted by name"+why) &&
		try(join(sorted, percented), "The signature matches when the form's fields are sorted by name, with %20 for blanks"+why) &&
		try(join(ps, func(t string) string { return t }), "The signature matches when the form is not escaped: the sender signs the decoded text, or it was escaped on the way.")
	return "the form escaped and ordered anew"
}

func lowerEscapes(text string) string {
	b := []byte(text)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:], bytes.ToLower(b[i+1:i+3]))
		}
	}
	return string(b)
}
