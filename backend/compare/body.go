package compare

import (
	"fmt"
	"mime"
	"strings"
	"unicode/utf8"
)

// compareBody compares the bodies by the kind that both have; the rows are
// for SideBySide.
func compareBody(left, right Message, rec *record, side bool) (Section, *rows) {
	l, r := string(left.Body), string(right.Body)
	done := func(kind, note string, rs *rows) (Section, *rows) {
		s := rec.section(SectionBody, kind, len(l), len(r))
		s.Note = note
		return s, rs
	}
	if l == "" && r == "" {
		return done(KindEmpty, "", newRows(0, nil))
	}
	h := newHasher()
	ld, lwhy := scanBody(l, left.ContentType, h)
	rd, rwhy := scanBody(r, right.ContentType, h)
	if ld != nil && rd != nil {
		return compareJSONBody(ld, rd, h, rec, side, done)
	}
	lk, rk := kindOf(l, ld, left.ContentType), kindOf(r, rd, right.ContentType)
	kind := KindBytes
	switch {
	case l == "":
		kind = rk
	case r == "":
		kind = lk
	case lk == rk:
		kind = lk
	case lk != KindBytes && rk != KindBytes:
		kind = KindText
	}
	if l == "" || r == "" {
		return done(kind, "", oneBody(l, r, ld, rd, kind, rec, side))
	}
	switch kind {
	case KindForm:
		return done(KindForm, "", compareForm(l, r, rec, side))
	case KindText:
		if lines(l) <= maxLines && lines(r) <= maxLines {
			return done(KindText, textNote(lwhy, rwhy), compareText(l, r, rec, side))
		}
		return done(KindBytes, "more lines than can be compared as text", compareBytes(l, r, rec, side))
	}
	return done(KindBytes, "", compareBytes(l, r, rec, side))
}

func compareJSONBody(ld, rd *doc, h hasher, rec *record, side bool, done func(string, string, *rows) (Section, *rows)) (Section, *rows) {
	var rs *rows
	if side {
		rs = jsonRows(ld, rd)
	}
	compareJSON(ld, rd, h, rec, rs)
	note := ""
	if rec.count == 0 && len(rec.ignore) == 0 && ld.src != rd.src {
		note = "the same values, written differently (spacing, key order, escapes or form of numbers)"
	}
	return done(KindJSON, note, rs)
}

// scanBody returns the scanned body when it is JSON. why is the reason when
// it was expected to be.
func scanBody(body, contentType string, h hasher) (d *doc, why string) {
	body = strings.TrimPrefix(body, "\uFEFF")
	first := strings.TrimLeft(body, " \t\r\n")
	if first == "" {
		return nil, ""
	}
	declared := isJSON(contentType)
	if !declared && first[0] != '{' && first[0] != '[' {
		return nil, ""
	}
	d, err := scan(body, h)
	if err != nil {
		return nil, strings.TrimPrefix(err.Error(), "scan json: ")
	}
	return d, ""
}

func textNote(lwhy, rwhy string) string {
	switch {
	case lwhy != "" && rwhy != "":
		return fmt.Sprintf("compared as text: left is %s, right is %s", lwhy, rwhy)
	case lwhy != "":
		return "compared as text: left is " + lwhy
	case rwhy != "":
		return "compared as text: right is " + rwhy
	}
	return ""
}

func mediaType(contentType string) string {
	t, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		t, _, _ = strings.Cut(contentType, ";")
	}
	return strings.ToLower(strings.TrimSpace(t))
}

func isJSON(contentType string) bool {
	t := mediaType(contentType)
	return strings.HasSuffix(t, "/json") || strings.HasSuffix(t, "+json")
}

func kindOf(body string, d *doc, contentType string) string {
	switch {
	case d != nil:
		return KindJSON
	case !isText(body):
		return KindBytes
	case mediaType(contentType) == "application/x-www-form-urlencoded":
		return KindForm
	}
	return KindText
}

// isText reports UTF-8 without control characters other than those of text
// files and terminals.
func isText(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1b {
			return false
		}
	}
	return true
}

// oneBody records that only one side has a body.
func oneBody(l, r string, ld, rd *doc, kind string, rec *record, side bool) *rows {
	op, text, d := Remove, l, ld
	if l == "" {
		op, text, d = Add, r, rd
	}
	change := -1
	if !rec.ignore.covered() {
		ch := Change{Op: op}
		show := text
		if kind == KindBytes {
			show = fmt.Sprintf("%d bytes", len(text))
		}
		if op == Add {
			ch.Right, ch.RightLine = &show, 1
		} else {
			ch.Left, ch.LeftLine = &show, 1
		}
		change = rec.add(ch)
	}
	if !side {
		return nil
	}
	return oneBodyRows(op, text, d, kind, change)
}

func oneBodyRows(op Op, text string, d *doc, kind string, change int) *rows {
	row := rowRef{op: RowRemove, change: change}
	if op == Add {
		row.op = RowAdd
	}
	if d != nil {
		w := walker{l: d, r: d, rows: jsonRows(d, d)}
		w.sideRows(op, 0, place{ll: 1, rl: 1}, row)
		return w.rows
	}
	var all []string
	switch kind {
	case KindBytes:
		all = hexLines(text, 0, maxHexRows)
	case KindForm:
		all = pairLines(parseForm(text))
	default:
		all = splitLines(text)
	}
	rs := newRows(len(all), func(_ bool, ref lineRef, _ int) string { return all[ref.ref] })
	for i := range all {
		ref := lineRef{ref: uint32(i), form: formWhole}
		if op == Add {
			row.r, row.rno = ref, i+1
		} else {
			row.l, row.lno = ref, i+1
		}
		rs.put(row)
	}
	return rs
}

// lines is how many lines s has.
func lines(s string) int {
	return strings.Count(s, "\n") + 1
}
