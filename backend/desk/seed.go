package desk

import (
	"bytes"
	cryptorand "crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"time"

	"creel/backend/hook"
	"creel/backend/sample"
	"creel/backend/sign"

	"github.com/google/uuid"
)

const (
	seedDays    = 90
	seedMaxBody = 64 << 10
)

// Seeder makes varied, realistic captures for filling a history: every
// sample, other methods and paths, bodies from 0 B to 64 KiB, mostly under
// 2 KiB, and times spread over the 90 days before Now. The same Rand makes
// the same captures but for the ids and signatures in the samples.
type Seeder struct {
	Now  time.Time
	Rand *rand.Rand

	templates []seedTemplate
}

type seedTemplate struct {
	info    sample.Info
	path    string
	message SampleMade
}

// Capture makes the i-th of n captures, older ones first.
func (s *Seeder) Capture(i, n int) (hook.Capture, error) {
	if s.templates == nil {
		if err := s.build(); err != nil {
			return hook.Capture{}, err
		}
	}
	span := seedDays * 24 * time.Hour
	at := s.Now.Add(-span + time.Duration(float64(span)*(float64(i)+s.Rand.Float64())/float64(n)))
	if s.Rand.IntN(8) == 0 {
		return s.plain(at), nil
	}
	t := s.templates[s.Rand.IntN(len(s.templates))]
	body := t.message.Body
	slug := t.info.Provider
	if s.Rand.IntN(5) == 0 {
		slug = hook.Inbox
	}
	c := s.capture(at, t.message.Method, "/"+slug+t.path, t.message.Headers, body)
	c.Endpoint, c.Provider, c.Event = slug, t.info.Provider, t.info.Event
	return c, nil
}

func (s *Seeder) build() error {
	test, err := sign.NewTestKeys(cryptorand.Reader)
	if err != nil {
		return fmt.Errorf("make test keys: %w", err)
	}
	by := sign.SignOptions{Now: s.Now, Rand: seedBytes{s.Rand}, TestKeys: test}
	for _, info := range sample.All() {
		m, err := sample.Build(info.ID, s.Now, seedBytes{s.Rand})
		if err != nil {
			return fmt.Errorf("build sample %s: %w", info.ID, err)
		}
		made := SampleMade{Method: m.Method, URL: "http://127.0.0.1:4290/" + info.Provider + m.Path, Headers: m.Headers, Body: m.Body}
		if err := made.sign(info, hook.Endpoint{}, SampleOrder{}, by); err != nil {
			return fmt.Errorf("sign sample %s: %w", info.ID, err)
		}
		s.templates = append(s.templates, seedTemplate{info, m.Path, made})
	}
	return nil
}

// plain makes a request of no provider: probes, health checks, home-made
// hooks and, now and then, a large body.
func (s *Seeder) plain(at time.Time) hook.Capture {
	methods := []string{"GET", "POST", "POST", "POST", "PUT", "DELETE", "PATCH", "HEAD"}
	paths := []string{"/health", "/inbox", "/hooks/order", "/api/v2/callback?state=%s", "/deploy/done", "/orders/%s", "/inbox/build?run=%s"}
	method := methods[s.Rand.IntN(len(methods))]
	target := paths[s.Rand.IntN(len(paths))]
	if bytes.Contains([]byte(target), []byte("%s")) {
		target = fmt.Sprintf(target, s.word())
	}
	var body []byte
	headers := hook.Headers{{Name: "User-Agent", Value: "curl/8.9.1"}, {Name: "Accept", Value: "*/*"}}
	if method != "GET" && method != "HEAD" {
		body = s.json()
		headers = append(headers, hook.Header{Name: "Content-Type", Value: "application/json"})
	}
	c := s.capture(at, method, target, headers, body)
	c.Endpoint = hook.Inbox
	return c
}

// json makes a body whose size follows a long tail: half under 400 B, one in
// a hundred over 16 KiB.
func (s *Seeder) json() []byte {
	size := min(int(150*math.Exp(1.6*math.Abs(s.Rand.NormFloat64()))), seedMaxBody-200)
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"id":"%s","amount":%d,"items":[`, s.word(), s.Rand.IntN(100_000))
	for first := true; b.Len() < size; first = false {
		if !first {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"sku":"%s","qty":%d,"note":"%s %s"}`, s.word(), 1+s.Rand.IntN(9), s.word(), s.word())
	}
	b.WriteString("]}")
	return b.Bytes()
}

func (s *Seeder) word() string {
	b := make([]byte, 4+s.Rand.IntN(8))
	for i := range b {
		b[i] = "abcdefghijklmnopqrstuvwxyz0123456789"[s.Rand.IntN(36)]
	}
	return string(b)
}

func (s *Seeder) capture(at time.Time, method, target string, headers hook.Headers, body []byte) hook.Capture {
	var head bytes.Buffer
	fmt.Fprintf(&head, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:4290\r\n", method, target)
	for _, h := range headers {
		fmt.Fprintf(&head, "%s: %s\r\n", h.Name, h.Value)
	}
	if len(body) > 0 {
		fmt.Fprintf(&head, "Content-Length: %d\r\n", len(body))
	}
	head.WriteString("\r\n")
	id, _ := uuid.NewRandomFromReader(seedBytes{s.Rand}) // its reader never fails
	return hook.Capture{
		Request: hook.Request{
			UID: id, Endpoint: hook.Inbox, ReceivedAt: at.UTC(), Method: method, Target: target,
			Host: "127.0.0.1:4290", Protocol: "HTTP/1.1", RemoteAddr: "127.0.0.1:50000", Via: hook.ViaImport,
			ContentType: headers.Get("Content-Type"), BodyBytes: int64(len(body)), SHA256: sha256.Sum256(body),
			State: hook.Kept, Status: 200, Sig: "none", ReadTime: time.Duration(50+s.Rand.IntN(4000)) * time.Microsecond,
			KeepAlive: true,
		},
		Raw: hook.Raw{Head: head.Bytes(), Body: body},
	}
}

// seedBytes reads bytes from a seeded source.
type seedBytes struct{ r *rand.Rand }

var _ io.Reader = seedBytes{}

func (s seedBytes) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(s.r.Uint32())
	}
	return len(p), nil
}
