package desk

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"time"

	"creel/backend/hook"
	"creel/backend/sample"
	"creel/backend/sign"
)

// Who signs a sample.
const (
	SignedByNobody   = "nobody"   // its provider does not sign, or the order said so
	SignedByEndpoint = "endpoint" // the endpoint's own secret
	SignedByTest     = "test"     // the sample's test secret
	SignedByTestKey  = "testKey"  // a local test key pair, for the provider keeps the private key
)

// SampleField is a value to put into a sample's body.
type SampleField = sample.Field

// SampleOrder says which sample is wanted and what is to be otherwise in it.
type SampleOrder struct {
	ID       string
	Endpoint string // slug
	// Seed makes the same ids and times as the message that it came with; ""
	// makes new ones.
	Seed string
	// Headers and Body take the place of the sample's own; nil keeps those. The
	// lines of the signature are written over.
	Headers hook.Headers
	Body    []byte
	// Set changes fields of the body, by itself or on top of Body.
	Set []SampleField
	// Unsigned leaves headers and body as they are: a signature that stands in
	// them may then be wrong on purpose.
	Unsigned bool
	// again: not the first of several, so that ids in Headers are to be new.
	again bool
}

// SampleMade is a sample as it is sent.
type SampleMade struct {
	Method  string
	URL     string // where it is sent
	Headers hook.Headers
	Body    []byte
	Seed    string
	Signing SampleSigning
}

// SampleSigning tells how a sample was signed.
type SampleSigning struct {
	By     string // one of SignedBy…
	Scheme string // "" for nobody
	Text   string // what was signed and with what, for people
	// Secret is the test secret, never the endpoint's.
	Secret string
	// PublicKey belongs to the test key pair.
	PublicKey string
	// Lines are the names of the headers that signing wrote, in wire order.
	Lines []string
}

// MakeSample builds a sample as it would be sent now: with ids of its own, and
// signed for the endpoint's URL. It is a Fault with Field "endpoint", "id",
// "seed", "set", "headers" or "body" when the order makes no sense.
func (d *Desk) MakeSample(o SampleOrder) (SampleMade, error) {
	e, err := d.Endpoint(o.Endpoint)
	if err != nil {
		return SampleMade{}, err
	}
	info, found := sample.Find(o.ID)
	if !found {
		return SampleMade{}, &hook.Fault{Kind: hook.NotFound, Field: "id", Text: fmt.Sprintf("there is no sample %q", o.ID)}
	}
	seed, err := d.sampleSeed(o.Seed)
	if err != nil {
		return SampleMade{}, err
	}
	m, err := sample.Build(o.ID, seed.at, seed.rand(0))
	if err != nil {
		return SampleMade{}, err
	}
	base := d.CatchURL(e.Slug)
	made := SampleMade{Method: m.Method, URL: base + m.Path, Headers: m.Headers, Body: m.Body, Seed: seed.text}
	if err := made.edit(o); err != nil {
		return SampleMade{}, err
	}
	test, err := d.tests.keysFor(info.Scheme)
	if err != nil {
		return SampleMade{}, err
	}
	by := sign.SignOptions{Now: d.now(), Rand: seed.rand(1), TestKeys: test}
	if err := made.sign(info, e, o, by); err != nil {
		return SampleMade{}, err
	}
	return made, nil
}

// edit puts what the order says in place of the sample's own.
func (s *SampleMade) edit(o SampleOrder) error {
	if o.Headers != nil {
		for i, h := range o.Headers {
			if err := checkLine(h); err != nil {
				return &hook.Fault{Kind: hook.Invalid, Field: "headers", Text: fmt.Sprintf("header line %d: %s", i+1, err)}
			}
		}
		// What the connection writes itself would stand there twice.
		s.Headers = slices.DeleteFunc(slices.Clone(o.Headers), func(h hook.Header) bool {
			return slices.Contains([]string{"host", "content-length", "connection", "transfer-encoding"}, strings.ToLower(h.Name))
		})
	}
	if o.Body != nil {
		s.Body = o.Body
	}
	for _, f := range o.Set {
		body, err := sample.Set(s.Body, s.Headers.Get("Content-Type"), f)
		if err != nil {
			return err
		}
		s.Body = body
	}
	return nil
}

// checkLine says what is wrong with a header line.
func checkLine(h hook.Header) error {
	if h.Name == "" || strings.ContainsFunc(h.Name, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	}) {
		return fmt.Errorf("%q is no name of a header; use letters, digits and hyphens", h.Name)
	}
	if strings.ContainsAny(h.Value, "\r\n\x00") {
		return fmt.Errorf("the value of %s has a line break or a zero byte in it; take it out", h.Name)
	}
	return nil
}

// sign signs with the endpoint's secret when its provider is the sample's, else
// with what Creel brings along for trying. with says when it is signed, and by
// which test keys.
func (s *SampleMade) sign(info sample.Info, e hook.Endpoint, o SampleOrder, with sign.SignOptions) error {
	s.Signing = SampleSigning{By: SignedByNobody}
	if info.Scheme == "" || o.Unsigned {
		return nil
	}
	key := sign.Key{Secret: info.Secret}
	by := SignedByTest
	if e.Secret != "" && info.Secret != "" && fits(e.Provider, info.Provider) {
		key.Secret, by = e.Secret, SignedByEndpoint
	}
	unsigned := sign.Message{Method: s.Method, URL: s.URL, Headers: s.Headers, Body: s.Body}
	with.KeepID = !o.again
	m, note, err := signAll(unsigned, key, info, with)
	if err != nil {
		return signFault(err, by, e.Slug)
	}
	// Once more for another time: what differs then is written by signing, too.
	with.KeepID, with.Now = true, with.Now.Add(time.Hour)
	later, _, err := signAll(unsigned, key, info, with)
	if err != nil {
		return signFault(err, by, e.Slug)
	}
	s.Signing = SampleSigning{By: by, Scheme: note.Scheme, Text: note.Text, PublicKey: note.PublicKey}
	if note.TestKey {
		s.Signing.By = SignedByTestKey
	}
	if by == SignedByTest {
		s.Signing.Secret = info.Secret
	}
	s.URL, s.Headers, s.Body = m.URL, m.Headers, m.Body
	s.Signing.Lines = writtenLines(m.Headers, unsigned.Headers, later.Headers)
	return nil
}

// signAll signs by the sample's schemes, the older one first, so that the note
// is of the one that counts.
func signAll(m sign.Message, key sign.Key, info sample.Info, o sign.SignOptions) (sign.Message, sign.Note, error) {
	var note sign.Note
	for _, scheme := range []string{info.Also, info.Scheme} {
		if scheme == "" {
			continue
		}
		o.Scheme, o.Provider = scheme, info.Provider
		var err error
		if m, note, err = sign.Sign(m, key, o); err != nil {
			return m, note, err
		}
	}
	return m, note, nil
}

// signFault names the input of the order that signing stumbled over.
func signFault(err error, by, slug string) error {
	f := &hook.Fault{Kind: hook.Invalid, Text: "sign sample", Field: "body"}
	if by == SignedByEndpoint {
		f.Text += " with the secret of the endpoint " + slug
	}
	if why := new(hook.Fault); errors.As(err, &why) {
		f.Text, f.Kind = f.Text+": "+why.Text, why.Kind
	} else {
		f.Err = err
	}
	return f
}

// fits says whether an endpoint of that provider verifies the sample: it is the
// same, or the family whose signature the sample's provider uses.
func fits(endpoint, provider string) bool {
	switch endpoint {
	case provider:
		return true
	case "svix":
		return provider == "clerk" || provider == "resend"
	case "standard-webhooks":
		return provider == "openai"
	}
	return false
}

// writtenLines names the lines that are not in both of the others as they are.
func writtenLines(hs, unsigned, later hook.Headers) []string {
	var names []string
	for _, h := range hs {
		if !slices.Contains(unsigned, h) || !slices.Contains(later, h) {
			names = append(names, h.Name)
		}
	}
	return names
}

// seed is what the ids and times of a sample come from.
type seed struct {
	text string // as the door shows it
	raw  []byte
	at   time.Time
}

const seedBytesLen = 16 + 8 // of chance, and unix milliseconds

// sampleSeed reads a seed, or makes one for now.
func (d *Desk) sampleSeed(text string) (seed, error) {
	if text == "" {
		raw := make([]byte, seedBytesLen)
		if _, err := rand.Read(raw[:16]); err != nil {
			return seed{}, fmt.Errorf("make sample: %w", err)
		}
		binary.BigEndian.PutUint64(raw[16:], uint64(d.now().UnixMilli()))
		text = base64.RawURLEncoding.EncodeToString(raw)
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) != seedBytesLen {
		return seed{}, &hook.Fault{Kind: hook.Invalid, Field: "seed", Text: "read seed: it is not one; leave it out, or give back the one that came with a preview"}
	}
	at := time.UnixMilli(int64(binary.BigEndian.Uint64(raw[16:]))).UTC()
	if at.Year() < 1970 || at.Year() > 9999 {
		return seed{}, &hook.Fault{Kind: hook.Invalid, Field: "seed", Text: "read seed: it is of no year that can be written; leave it out, or give back the one that came with a preview"}
	}
	return seed{text, raw, at}, nil
}

// rand is a source of its own for each use: what signing draws does not move
// what the body drew.
func (s seed) rand(use byte) io.Reader {
	return mathrand.NewChaCha8(sha256.Sum256(append(slices.Clone(s.raw), use)))
}
