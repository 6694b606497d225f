package sample

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"text/template"
	"time"
)

// maker fills one sample's placeholders.
type maker struct {
	entry *entry
	now   time.Time
	rnd   io.Reader
	kept  map[string]string // of {{keep}}
}

// funcs are the placeholders:
//
//	id PREFIX N     prefix and N letters and digits
//	digits N        N digits, the first not 0
//	hex N           N hex digits
//	upper N         N capitals and digits
//	base64 N        N bytes in base64
//	uuid            a version 4 UUID
//	between LO HI   a whole number, ends included
//	pick A B …      one of them
//	keep NAME V     V the first time, and that same value from then on
//	unix, unixms    now, plus seconds if given
//	time LAYOUT     now in UTC in that layout, plus seconds if given
//	iso, isoms      now as 2006-01-02T15:04:05Z, without and with milliseconds
//	ulid            a ULID of now
//	objectid        a MongoDB id of now
//	snowflake MS    an id that counts milliseconds since MS in its upper 42 bits
//	chars N SET     N characters of SET
//	lower TEXT      TEXT in small letters
//	money CENTS     CENTS as 12.34
//	add, mul A B    whole numbers
//	event           the sample's event
//	file NAME       the bytes of a file beside the index
//	sign            nothing: the signature comes here
func (m *maker) funcs() template.FuncMap {
	return template.FuncMap{
		"id": func(prefix string, n int) (string, error) {
			s, err := m.draw(n, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
			return prefix + s, err
		},
		"digits":  m.digits,
		"hex":     func(n int) (string, error) { return m.draw(n, "0123456789abcdef") },
		"upper":   func(n int) (string, error) { return m.draw(n, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") },
		"base64":  m.base64,
		"uuid":    m.uuid,
		"between": m.between,
		"pick": func(of ...string) (string, error) {
			i, err := m.between(0, len(of)-1)
			if err != nil {
				return "", err
			}
			return of[i], nil
		},
		"keep":   m.keep,
		"unix":   func(plus ...int) int64 { return m.at(plus).Unix() },
		"unixms": func(plus ...int) int64 { return m.at(plus).UnixMilli() },
		"time":   func(layout string, plus ...int) string { return m.at(plus).Format(layout) },
		"iso":    func(plus ...int) string { return m.at(plus).Format("2006-01-02T15:04:05Z") },
		"isoms":  func(plus ...int) string { return m.at(plus).Format("2006-01-02T15:04:05.000Z") },
		"ulid":   m.ulid,
		"objectid": func() (string, error) {
			rest, err := m.draw(16, "0123456789abcdef")
			return fmt.Sprintf("%08x", m.now.Unix()) + rest, err
		},
		"snowflake": m.snowflake,
		"chars":     m.draw,
		"lower":     strings.ToLower,
		"money":     func(cents int) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) },
		"add":       func(a, b int) int { return a + b },
		"mul":       func(a, b int) int { return a * b },
		"event":     func() string { return m.entry.Event },
		"file": func(name string) (string, error) {
			b, err := files.ReadFile(path.Join("events", m.entry.provider, name))
			return string(b), err
		},
		"sign": func() string { return "" },
	}
}

// render runs a template that prepare parsed with the names of funcs, with
// this maker's own.
func (m *maker) render(t *template.Template) ([]byte, error) {
	own, err := t.Clone()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = own.Funcs(m.funcs()).Execute(&out, nil)
	return out.Bytes(), err
}

func (m *maker) at(plus []int) time.Time {
	t := m.now
	for _, s := range plus {
		t = t.Add(time.Duration(s) * time.Second)
	}
	return t
}

func (m *maker) bytes(n int) ([]byte, error) {
	b := make([]byte, n)
	_, err := io.ReadFull(m.rnd, b)
	return b, err
}

// draw picks n characters. The slight bias of the remainder does not matter:
// nothing here is secret.
func (m *maker) draw(n int, of string) (string, error) {
	b, err := m.bytes(n)
	for i := range b {
		b[i] = of[int(b[i])%len(of)]
	}
	return string(b), err
}

func (m *maker) digits(n int) (string, error) {
	first, err := m.draw(1, "123456789")
	if err != nil {
		return "", err
	}
	rest, err := m.draw(n-1, "0123456789")
	return first + rest, err
}

func (m *maker) base64(n int) (string, error) {
	b, err := m.bytes(n)
	return base64.StdEncoding.EncodeToString(b), err
}

func (m *maker) uuid() (string, error) {
	b, err := m.bytes(16)
	if err != nil {
		return "", err
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	s := hex.EncodeToString(b)
	return fmt.Sprintf("%s-%s-%s-%s-%s", s[:8], s[8:12], s[12:16], s[16:20], s[20:]), nil
}

// ulid is 48 bits of time and 80 of chance in Crockford's base 32.
func (m *maker) ulid() (string, error) {
	const of = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	rest, err := m.draw(16, of)
	at := make([]byte, 10)
	for ms, i := m.now.UnixMilli(), len(at)-1; i >= 0; i-- {
		at[i] = of[ms&31]
		ms >>= 5
	}
	return string(at) + rest, err
}

// snowflake is Twitter's kind of id, as Discord and X give them.
func (m *maker) snowflake(epoch int64, plus ...int) (string, error) {
	low, err := m.between(0, 1<<22-1)
	return strconv.FormatInt((m.at(plus).UnixMilli()-epoch)<<22|int64(low), 10), err
}

func (m *maker) between(lo, hi int) (int, error) {
	b, err := m.bytes(4)
	if err != nil {
		return 0, err
	}
	n := int(b[0])<<24 | int(b[1])<<16 | int(b[2])<<8 | int(b[3])
	return lo + n%(hi-lo+1), nil
}

func (m *maker) keep(name string, value any) string {
	if v, ok := m.kept[name]; ok {
		return v
	}
	v := fmt.Sprint(value)
	m.kept[name] = v
	return v
}
