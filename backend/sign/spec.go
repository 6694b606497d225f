package sign

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
)

// spec is one row of the table of schemes: what Scheme tells of it, and the
// pieces that make it work. Most rows are pieces alone; where a scheme does
// something of its own, one of the functions says so.
type spec struct {
	id, name  string
	alg       algorithm
	enc       encoding
	keying    keying
	format    format
	sets      []lineSet // tried in turn; none when the provider names the header
	also      string    // another line with signatures of the same kind
	fixed     []fixedLine
	signs     string // template of what is signed
	unit      Unit
	tolerance time.Duration
	oldOnly   bool
	notFuture bool
	fresh     freshID
	shape     string // of the secret, in words
	covers    Covers // where the template does not tell
	inBody    bool
	needsURL  bool // where the template does not tell
	resign    Resign

	// claim reads what the message says about its signature; nil: by format.
	claim func(s *spec, m Message, w where) (claims, *problem)
	// compose makes the payloads to try, the first being the usual one; nil:
	// by the template.
	compose func(s *spec, m Message, c claims, secret []byte) ([]payload, *problem)
	// after looks at what a matching signature does not cover by itself.
	after func(s *spec, m Message, c claims) *problem
	// judge replaces all of these.
	judge func(s *spec, m Message, w where, ring keyring) outcome
	// write replaces signing by format.
	write func(s *spec, m Message, k signer) (Message, error)
}

// lineSet names the header lines that belong together.
type lineSet struct{ signature, id, stamp string }

// fixedLine is a header line that says how the message is signed and must say
// what this scheme expects.
type fixedLine struct {
	name, value string
	required    bool
	reason      Reason // when it says something else
}

// freshID is how a new id looks.
type freshID int

const (
	noID freshID = iota
	messageID
	uuidID
	nonceID
)

func (f freshID) draw(rnd io.Reader) (string, error) {
	const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	if rnd == nil {
		return "", errors.New("make a fresh id: no randomness was given")
	}
	b := make([]byte, 27)
	if _, err := io.ReadFull(rnd, b); err != nil {
		return "", err
	}
	switch f {
	case uuidID:
		return uuidText(b[:16]), nil
	case nonceID:
		n := uint64(0)
		for _, c := range b[:8] {
			n = n<<8 | uint64(c)
		}
		return strconv.FormatUint(n, 10), nil
	}
	for i, c := range b {
		b[i] = letters[int(c)%len(letters)]
	}
	return "msg_" + string(b), nil
}

func uuidText(b []byte) string {
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	s := hexText.encode(b)
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// where says in which header the signature stands, when that is not the
// scheme's own choice, and which public key it names.
type where struct{ header, keyName string }

// problem is why a message cannot be judged, or fails.
type problem struct {
	reason Reason
	hint   string
}

// claims are what a message says about its own signature.
type claims struct {
	alg      algorithm // "" for the scheme's
	sigs     []signature
	received string // as it stood, of several the first
	id       string
	stamp    string // as it is signed
	payload  payload
	// A JWT's: when it begins and ceases to hold.
	notBefore, expires time.Time
}

// signature is one candidate.
type signature struct {
	text  string
	bytes []byte
}

// format is how the signature stands in its header line.
type format struct {
	kind formatKind
	// prefix stands before the signature ("sha256="); may be absent where
	// prefixOptional.
	prefix         string
	prefixOptional bool
	// For pairs and entries: the name of the timestamp ("t"), of the signature
	// ("v1"), and what stands between them when written.
	stamp, version, between string
}

type formatKind int

const (
	bare    formatKind = iota // one signature a line
	method                    // "sha256=…", the algorithm named before it
	pairs                     // "t=…,v1=…"
	entries                   // "v1,… v1,…", blanks between
	jws                       // a token that carries what it signs
)

// outcome is what judging found, the clock aside.
type outcome struct {
	reason             Reason
	hint               string
	claims             claims
	signed             payload
	expected, received string
}

func (p *problem) outcome(c claims) outcome {
	return outcome{reason: p.reason, hint: p.hint, claims: c, received: c.received}
}

// cost is what judging a message takes, counted in bytes of body that are
// hashed: parsing and sorting are dearer.
func (s *spec) cost(m Message) int {
	times := 1
	switch {
	case s.alg == edwards:
		times = 4
	case s.inBody || s.id == "linear" || s.id == "twilio" || s.id == "plivo-v3":
		times = 24
	}
	return times*len(m.Body) + 1024
}

// header is the name of the line with the signature, for people and for
// writing; "" when there is none.
func (s *spec) header(w where) string {
	if w.header != "" {
		return w.header
	}
	if len(s.sets) > 0 {
		return s.sets[0].signature
	}
	return ""
}

func (s *spec) needsSecret() bool {
	return !s.alg.asymmetric() || strings.Contains(s.signs, "{secret}")
}

// coverage tells what a signature stands for.
func (s *spec) coverage() Covers {
	if s.covers != (Covers{}) {
		return s.covers
	}
	return Covers{
		Body:      strings.Contains(s.signs, "{body}") || strings.Contains(s.signs, "{crc32}"),
		URL:       strings.Contains(s.signs, "{url}"),
		Method:    strings.Contains(s.signs, "{method}"),
		Timestamp: strings.Contains(s.signs, "{timestamp}"),
		ID:        strings.Contains(s.signs, "{id}"),
	}
}

func (s *spec) wantsURL() bool { return s.needsURL || strings.Contains(s.signs, "{url}") }

// public is what the world is told of the scheme.
func (s *spec) public() Scheme {
	d := Scheme{
		ID: s.id, Name: s.name, Algorithm: string(s.alg), InBody: s.inBody, Covers: s.coverage(),
		NeedsSecret: s.needsSecret(), NeedsPublicKey: s.alg.asymmetric(),
		NeedsURL:      s.wantsURL(),
		NeedsHeader:   len(s.sets) == 0 && !s.inBody,
		TimestampUnit: s.unit, Tolerance: s.tolerance, OldOnly: s.oldOnly, NotFuture: s.notFuture,
		Resign: s.resign, SecretShape: s.shape, Signs: s.signs,
	}
	for _, set := range s.sets[:min(1, len(s.sets))] {
		for _, name := range []string{set.signature, set.id, set.stamp} {
			if name != "" {
				d.Headers = append(d.Headers, name)
			}
		}
	}
	for _, f := range s.fixed {
		d.Headers = append(d.Headers, f.name)
	}
	if d.Resign == "" {
		d.Resign = s.defaultResign(d)
	}
	return d
}

func (s *spec) defaultResign(d Scheme) Resign {
	switch {
	case s.alg.asymmetric():
		return ResignKey
	case d.InBody:
		return ResignBody
	case s.alg == tokenOnly:
		return ResignToken
	case d.NeedsURL:
		return ResignURL
	case s.unit != NoTime:
		return ResignFresh
	}
	return ResignNothing
}
