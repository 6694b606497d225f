package filter

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"creel/backend/hook"
)

// What finding out takes, cheapest first.
const (
	costRow int = iota
	costDeliveries
	costHead
	costBody
	costJSON
	costs
)

// Cost says how dear it is to hold a request against n: 0 when the row alone
// decides, more for its deliveries, its head, its body, and its body read as
// JSON.
func Cost(n Node) int {
	dearest := costRow
	switch n := n.(type) {
	case And:
		for _, t := range n.Terms {
			dearest = max(dearest, Cost(t))
		}
	case Or:
		for _, t := range n.Terms {
			dearest = max(dearest, Cost(t))
		}
	case Not:
		return Cost(n.Term)
	case Word:
		return costBody
	case Field:
		return n.cost()
	}
	return dearest
}

func (f Field) cost() int {
	switch f.Name {
	case "header":
		return costHead
	case "body":
		if f.Key != "" {
			return costJSON
		}
		return costBody
	case "target", "attempt":
		return costDeliveries
	case "is":
		if f.Value == "replayed" || f.Value == "dead" {
			return costDeliveries
		}
	}
	return costRow
}

// NeedsRaw reports whether Match may ask for the bytes of a request.
func (e *Expr) NeedsRaw() bool { return e != nil && e.Root != nil && Cost(e.Root) >= costHead }

// Subject is a request to hold an expression against.
type Subject struct {
	Row hook.Row
	// Raw returns its bytes; nil stands for no bytes.
	Raw func() hook.Raw
	// Deliveries returns its deliveries with their attempts; nil stands for
	// none.
	Deliveries func() []hook.Delivery
	// Now is what ages count from; ReceivedAt when zero.
	Now time.Time
}

// Match reports whether a request is meant that has just arrived: its age is 0
// and it has no deliveries but those its row counts. raw is called at most
// once, and only when the row alone does not decide; nil stands for no bytes.
func (e *Expr) Match(row hook.Row, raw func() hook.Raw) bool {
	return e.Holds(Subject{Row: row, Raw: raw})
}

// Holds reports whether the request is meant. The functions of s are called at
// most once each, and only when what is cheaper does not decide.
func (e *Expr) Holds(s Subject) bool {
	if e == nil || e.Root == nil {
		return true
	}
	if s.Now.IsZero() {
		s.Now = s.Row.ReceivedAt
	}
	return (&subject{Subject: s, row: &s.Row}).holds(e.Root)
}

// subject remembers what was fetched.
type subject struct {
	Subject
	row        *hook.Row
	got, asked bool
	lines      string // header lines as sent
	sent       []byte // body as sent
	body       []byte // BodyText; nil until unpacked
	deliveries []hook.Delivery
}

func (s *subject) raw() {
	if s.got || s.Raw == nil {
		return
	}
	s.got = true
	raw := s.Raw()
	_, s.lines, _ = strings.Cut(view(raw.Head), "\n")
	s.sent = raw.Body
}

func (s *subject) text() []byte {
	s.raw()
	if s.body == nil {
		s.body = BodyText(s.lines, s.sent)
	}
	return s.body
}

func (s *subject) sentOn() []hook.Delivery {
	if !s.asked && s.Deliveries != nil {
		s.asked = true
		s.deliveries = s.Deliveries()
	}
	return s.deliveries
}

func (s *subject) holds(n Node) bool {
	switch n := n.(type) {
	case And:
		return !s.some(n.Terms, false)
	case Or:
		return s.some(n.Terms, true)
	case Not:
		return !s.holds(n.Term)
	case Word:
		return s.word(n)
	case Field:
		return s.field(n)
	}
	return false
}

// some reports whether a term comes out as want, asking the cheapest first.
func (s *subject) some(terms []Node, want bool) bool {
	for cost := range costs {
		for _, t := range terms {
			if Cost(t) == cost && s.holds(t) == want {
				return true
			}
		}
	}
	return false
}

func (s *subject) word(w Word) bool {
	if w.In(s.row.Request.Target) {
		return true
	}
	s.raw()
	return w.In(s.lines) || w.In(view(s.text()))
}

func (s *subject) field(f Field) bool {
	r := s.row
	switch f.Name {
	case "method":
		return f.holds(r.Method)
	case "path":
		return f.holds(PathOf(r.Request.Target))
	case "endpoint":
		return f.holds(r.Endpoint)
	case "provider":
		return f.holds(r.Provider)
	case "event":
		return f.holds(r.Event)
	case "note":
		return f.holds(r.Note)
	case "tag":
		return f.HoldsTags(r.Tags)
	case "sig":
		return f.holds(cmp.Or(r.Sig, "none"))
	case "status":
		return f.within(int64(r.Status))
	case "size":
		return f.within(r.BodyBytes)
	case "seq":
		return f.within(r.Seq)
	case "age":
		return f.within(s.Now.UnixMicro() - r.ReceivedAt.UnixMicro())
	case "after", "before":
		at := r.ReceivedAt.UTC().Format(TimeLayout)
		return (at >= f.Value) == (f.Op == AtLeast)
	case "query":
		return f.any(QueryValues(r.Request.Target, f.Key))
	case "header":
		s.raw()
		return f.any(HeaderValues(s.lines, f.Key))
	case "body":
		return f.HoldsBody(s.text())
	}
	return s.flag(f)
}

func (s *subject) flag(f Field) bool {
	r := s.row
	switch f.Name + ":" + f.Value {
	case "is:pinned":
		return r.Pinned
	case "is:unread":
		return !r.Read
	case "is:cut":
		return r.State == hook.Cut
	case "is:refused":
		return r.State == hook.Refused
	case "is:forwarded":
		return r.Waiting+r.Delivered+r.Failed > 0
	case "is:failed":
		return r.Failed > 0
	case "has:note":
		return r.Note != ""
	case "has:tag":
		return len(r.Tags) > 0
	case "has:attempt":
		return r.Last != nil
	}
	return slices.ContainsFunc(s.sentOn(), f.holdsDelivery)
}

// holdsDelivery is about one delivery and its attempts.
func (f Field) holdsDelivery(d hook.Delivery) bool {
	switch f.Name {
	case "target":
		return f.HoldsTarget(d.Target, d.URL)
	case "attempt":
		return slices.ContainsFunc(d.Attempts, func(a hook.Attempt) bool {
			if f.Op == Flag {
				return a.Err != nil && (f.Value == string(a.Err.Kind) || f.Value == AnyError && a.Err.Kind != hook.ErrDropped)
			}
			return a.Status > 0 && f.within(int64(a.Status))
		})
	}
	return f.Value == "replayed" && d.Kind == hook.Replay || f.Value == "dead" && d.State == hook.Dead
}

func (f Field) any(values []string) bool { return slices.ContainsFunc(values, f.holds) }

// holds compares a text value.
func (f Field) holds(v string) bool {
	p := f.ready()
	switch f.Op {
	case Equal:
		return foldPrefix(v, p.parts[0]) == len(v)
	case Prefix:
		return foldPrefix(v, p.parts[0]) >= 0
	case Contains:
		return p.look.in(v)
	case Glob:
		return globFold(v, p.parts)
	case Regexp:
		return p.re != nil && p.re.MatchString(v)
	}
	return false
}

// within compares a number.
func (f Field) within(v int64) bool {
	p := f.ready()
	switch f.Op {
	case Equal:
		return v == p.lo
	case Greater:
		return v > p.lo
	case AtLeast:
		return v >= p.lo
	case Less:
		return v < p.lo
	case AtMost:
		return v <= p.lo
	case Range:
		return p.lo <= v && v <= p.hi
	}
	return false
}

// PathOf returns what the field path is held against: the target before "?".
func PathOf(target string) string {
	path, _, _ := strings.Cut(target, "?")
	return path
}

// QueryValues returns the values of a query name, ignoring case, in the order
// of the target, decoded where they can be.
func QueryValues(target, name string) []string {
	_, query, _ := strings.Cut(target, "?")
	var vs []string
	for pair := range strings.SplitSeq(query, "&") {
		k, v, _ := strings.Cut(pair, "=")
		if pair != "" && strings.EqualFold(unescape(k), name) {
			vs = append(vs, unescape(v))
		}
	}
	return vs
}

func unescape(s string) string {
	if t, err := url.QueryUnescape(s); err == nil {
		return t
	}
	return s
}

// HeaderValues returns the values of the header lines of that name, ignoring
// case, in wire order and without blanks around them; continuation lines
// (obs-fold) belong to the value, as in hook.ParseHead. lines is the head of a
// request without the request line.
func HeaderValues(lines, name string) []string {
	var vs []string
	in := false
	for line := range strings.Lines(lines) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			if in {
				last := len(vs) - 1
				vs[last] = strings.Trim(vs[last]+line, " \t")
			}
			continue
		}
		if in = len(line) > len(name) && line[len(name)] == ':' && strings.EqualFold(line[:len(name)], name); in {
			vs = append(vs, strings.Trim(line[len(name)+1:], " \t"))
		}
	}
	return vs
}
