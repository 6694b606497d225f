package api

import (
	"encoding/hex"
	"errors"
	"math"
	"strings"
	"time"

	"creel/backend/desk"
	"creel/backend/hook"

	"github.com/google/uuid"
)

const timeFormat = "2006-01-02T15:04:05.000000Z07:00"

func stamp(t time.Time) string { return t.UTC().Format(timeFormat) }

// ms gives milliseconds with microseconds behind the point.
func ms(d time.Duration) float64 { return math.Round(float64(d)/1e3) / 1e3 }

func rowOf(r hook.Row) Row {
	row := Row{
		Seq: r.Seq, UID: uuid.UUID(r.UID).String(), Endpoint: r.Endpoint, ReceivedAt: stamp(r.ReceivedAt),
		Method: text(r.Method), Target: text(r.Request.Target), Host: text(r.Host), ContentType: text(r.ContentType),
		BodyBytes: r.BodyBytes, State: string(r.State), Reason: r.Reason, Status: r.Status, Told: r.Told,
		Provider: r.Provider, Event: text(r.Event), Sig: r.Sig, Via: string(r.Via), CrossSite: r.CrossSite,
		Deliveries: Tally{Waiting: r.Waiting, Delivered: r.Delivered, Failed: r.Failed},
		Note:       r.Note, Tags: r.Tags, Pinned: r.Pinned, Read: r.Read,
	}
	if row.Sig == "" {
		row.Sig = "none"
	}
	if row.Tags == nil {
		row.Tags = []string{}
	}
	if r.Last != nil {
		row.Last = &Last{Attempt: r.Last.AttemptID, Status: r.Last.Status, ErrorKind: r.Last.ErrorKind, Changes: changes(r.Last.Changes)}
	}
	return row
}

// text makes bytes of a request fit for JSON: what is not UTF-8 is shown as
// Latin-1, the reading RFC 9110 gives such header bytes. The exact bytes are
// had from /head.
func text(s string) string {
	if strings.ToValidUTF8(s, "") == s {
		return s
	}
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

func changes(n int) *int {
	if n < 0 {
		return nil
	}
	return &n
}

func rowsOf(rows []hook.Row) []Row {
	out := make([]Row, len(rows))
	for i, r := range rows {
		out[i] = rowOf(r)
	}
	return out
}

func detailOf(r hook.Row, raw hook.Raw) Detail {
	line, headers := hook.ParseHead(raw.Head)
	_, trailers := hook.ParseHead(append([]byte("\r\n"), raw.Trailer...))
	return Detail{
		Row: rowOf(r), Protocol: r.Protocol, Secure: r.Secure, RemoteAddr: r.RemoteAddr,
		Headers: pairsOf(headers), Trailers: pairsOf(trailers), Query: desk.ParseQuery(desk.QueryOf(line)),
		SHA256: hex.EncodeToString(r.SHA256[:]), ReadMs: ms(r.ReadTime), KeepAlive: r.KeepAlive,
		HeadBytes: int64(len(raw.Head)),
	}
}

func pairsOf(hs hook.Headers) [][2]string {
	pairs := make([][2]string, len(hs))
	for i, h := range hs {
		pairs[i] = [2]string{text(h.Name), text(h.Value)}
	}
	return pairs
}

func headersOf(pairs [][2]string) hook.Headers {
	hs := make(hook.Headers, len(pairs))
	for i, p := range pairs {
		hs[i] = hook.Header{Name: p[0], Value: p[1]}
	}
	return hs
}

func deliveryOf(d hook.Delivery) Delivery {
	out := Delivery{
		ID: d.ID, Request: d.Request, Target: d.Target, URL: d.URL, Kind: string(d.Kind), State: string(d.State),
		Edited:      d.Draft != nil && (!d.Draft.Transformed || d.Draft.Edited),
		Transformed: d.Draft != nil && d.Draft.Transformed,
		Resigned:    d.Resign != nil,
		Logs:        d.Logs,
		CreatedAt:   stamp(d.CreatedAt), Attempts: make([]Attempt, len(d.Attempts)),
	}
	if !d.NextAt.IsZero() {
		out.NextAt = stamp(d.NextAt)
	}
	for i, a := range d.Attempts {
		out.Attempts[i] = attemptOf(a)
	}
	return out
}

func attemptOf(a hook.Attempt) Attempt {
	out := Attempt{
		ID: a.ID, Delivery: a.Delivery, N: a.N, StartedAt: stamp(a.StartedAt), Method: a.Method, URL: a.URL,
		Status: a.Status, AnswerBytes: a.AnswerBytes, AnswerTruncated: a.AnswerTruncated,
		PhasesMs: Phases{
			DNS: ms(a.Phases.DNS), Connect: ms(a.Phases.Connect), TLS: ms(a.Phases.TLS),
			FirstByte: ms(a.Phases.FirstByte), Total: ms(a.Phases.Total),
		},
		Changes: changes(a.Changes), Against: a.Against, Unverified: a.Unverified,
	}
	for _, h := range a.Hops {
		out.Hops = append(out.Hops, Hop(h))
	}
	if a.Err != nil {
		out.Error = &AttemptError{Kind: string(a.Err.Kind), Text: a.Err.Text}
	}
	return out
}

func attemptDetailOf(a hook.Attempt, seq int64) AttemptDetail {
	sentLine, sent := hook.ParseHead(a.SentHead)
	answerLine, answer := hook.ParseHead(a.AnswerHead)
	return AttemptDetail{
		Attempt: attemptOf(a), Request: seq,
		SentLine: text(sentLine), SentHeaders: pairsOf(sent), SentBodyBytes: int64(len(a.SentBody)),
		AnswerLine: text(answerLine), AnswerHeaders: pairsOf(answer),
	}
}

func comparisonOf(c desk.Comparison) Comparison {
	out := Comparison{Same: c.Same, Count: c.Count, Sections: make([]Section, len(c.Sections))}
	for i, s := range c.Sections {
		section := Section{
			Name: s.Name, Kind: s.Kind, Changes: make([]ChangeOfPart, len(s.Changes)), Count: s.Count,
			Truncated: s.Truncated, LeftBytes: s.LeftBytes, RightBytes: s.RightBytes, Note: s.Note,
		}
		for j, ch := range s.Changes {
			section.Changes[j] = ChangeOfPart{
				Op: string(ch.Op), Path: ch.Path, To: ch.To, Left: ch.Left, Right: ch.Right, Faint: ch.Faint,
				LeftLine: ch.LeftLine, RightLine: ch.RightLine,
			}
		}
		out.Sections[i] = section
	}
	if c.Sides != nil {
		out.Sides = sidesOf(c)
	}
	return out
}

func (s *server) endpointOf(e hook.Endpoint, u hook.Usage) Endpoint {
	used := u.Endpoints[e.Slug]
	return Endpoint{
		Slug: e.Slug, Name: e.Name, Provider: e.Provider, SigningInfo: s.signingOf(e),
		Reply:   replyTo(e.Reply),
		Targets: e.Targets, Filter: e.Filter, URL: s.desk.CatchURL(e.Slug),
		Requests: used.Requests, Unread: used.Unread,
	}
}

func targetOf(t hook.Target) Target {
	mark := !t.NoMark
	out := Target{Name: t.Name, URL: t.URL, PathMode: t.PathMode, TimeoutMs: t.TimeoutMs, Mark: &mark, HeaderRules: []HeaderRule{},
		Path: t.Path, DropQuery: t.DropQuery, Filter: t.Filter, Policy: policyOf(t.Policy), Connection: connectionOf(t.Connection), Transform: t.Transform}
	for _, r := range t.HeaderRules {
		out.HeaderRules = append(out.HeaderRules, HeaderRule(r))
	}
	return out
}

func rulesOf(rules []HeaderRule) []hook.HeaderRule {
	out := make([]hook.HeaderRule, len(rules))
	for i, r := range rules {
		out[i] = hook.HeaderRule(r)
	}
	return out
}

func problemOf(err error) *Problem {
	if err == nil {
		return nil
	}
	var f *hook.Fault
	if errors.As(err, &f) {
		return &Problem{Kind: string(f.Kind), Text: f.Text}
	}
	return &Problem{Kind: "internal", Text: err.Error()}
}

func sidesOf(c desk.Comparison) *Sides {
	out := &Sides{Kind: c.Sides.Kind, Rows: make([]SideRow, len(c.Sides.Rows)), Truncated: c.Sides.Truncated}
	for i, r := range c.Sides.Rows {
		out.Rows[i] = SideRow{
			Op: string(r.Op), LeftNo: r.LeftNo, Left: text(r.Left), LeftMarks: r.LeftRanges,
			RightNo: r.RightNo, Right: text(r.Right), RightMarks: r.RightRanges,
			Change: changes(r.Change), Faint: r.Faint, Skipped: r.Skipped,
		}
	}
	return out
}
