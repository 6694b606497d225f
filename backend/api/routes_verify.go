package api

import (
	"context"
	"encoding/base64"
	"math"
	"time"

	"creel/backend/desk"
	"creel/backend/hook"

	"github.com/danielgtaylor/huma/v2"
)

// maxSignedShown is how much of the signed bytes a verdict carries.
const maxSignedShown = 1 << 20

func (s *server) verifyRoutes(api huma.API) {
	verify := op("verify", "POST", "/verify", "Verify the signature of any message, and explain")
	verify.MaxBodyBytes, verify.DefaultStatus = maxLargeBody, 200
	huma.Register(api, verify, s.verify)
	huma.Register(api, op("get-verdict", "GET", "/requests/{seq}/verdict", "Verify a request by its endpoint's secret, and explain"),
		func(ctx context.Context, in *seqInput) (*struct{ Body RequestVerdict }, error) {
			v, err := s.desk.Verdict(ctx, in.Seq, nil)
			return answer(ctx, s, v, err, requestVerdictOf)
		})
	huma.Register(api, op("try-verdict", "POST", "/requests/{seq}/verdict", "Verify a request by another secret or scheme, without keeping it"),
		func(ctx context.Context, in *struct {
			Seq  int64 `path:"seq" minimum:"1"`
			Body VerdictTry
		}) (*struct{ Body RequestVerdict }, error) {
			v, err := s.desk.Verdict(ctx, in.Seq, in.Body.apply)
			return answer(ctx, s, v, err, requestVerdictOf)
		})
	huma.Register(api, op("list-signatures", "GET", "/signatures", "Providers and schemes whose signatures are known"),
		func(context.Context, *struct{}) (*struct{ Body Signatures }, error) {
			return &struct{ Body Signatures }{s.signatures()}, nil
		})
}

func (s *server) verify(ctx context.Context, in *struct{ Body VerifyRequest }) (*struct{ Body Verdict }, error) {
	b := in.Body
	body, err := base64.StdEncoding.DecodeString(b.BodyBase64)
	if err != nil {
		return nil, s.problem(ctx, &hook.Fault{Kind: hook.Invalid, Field: "bodyBase64", Text: "bodyBase64 is not base64", Err: err})
	}
	order := desk.VerifyOrder{
		Method: b.Method, URL: b.URL, Headers: headersOf(b.Headers), Body: body, Provider: b.Provider, Scheme: b.Scheme,
		Secret: filledText(b.Secret), PublicKey: filledText(b.PublicKey), SignatureHeader: filledText(b.SignatureHeader),
	}
	if b.ToleranceSeconds != nil {
		t := seconds(*b.ToleranceSeconds)
		order.Tolerance = &t
	}
	if b.Now != nil {
		whole, part := math.Modf(*b.Now)
		order.Now = time.Unix(int64(whole), int64(part*1e9)).UTC()
	}
	v, err := s.desk.Verify(ctx, order)
	return answer(ctx, s, v, err, verdictOf)
}

// seconds makes a span of a number from outside, however large.
func seconds(n float64) time.Duration {
	const most = 1e9 // some thirty years
	return time.Duration(math.Max(-1, math.Min(n, most)) * float64(time.Second))
}

func verdictOf(v desk.Verdict) Verdict {
	out := Verdict{
		Valid: v.Valid, Reason: v.Reason, AlsoReason: v.Also, Scheme: v.Scheme, Provider: v.Provider, SignedBytes: len(v.Signed),
		Expected: text(v.Expected), Received: text(v.Received), Hints: v.Hints,
	}
	if out.Hints == nil {
		out.Hints = []string{}
	}
	if v.Signed != nil {
		shown := base64.StdEncoding.EncodeToString(v.Signed[:min(len(v.Signed), maxSignedShown)])
		out.SignedBase64 = &shown
	}
	if !v.Timestamp.IsZero() {
		out.Timestamp = stamp(v.Timestamp)
	}
	if !v.JudgedAt.IsZero() {
		out.JudgedAt = stamp(v.JudgedAt)
	}
	out.ToleranceSeconds = spanOf(v.Tolerance)
	return out
}

func spanOf(d *time.Duration) *float64 {
	if d == nil {
		return nil
	}
	n := d.Seconds()
	return &n
}

func requestVerdictOf(v desk.Verdict) RequestVerdict {
	return RequestVerdict{
		Verdict: verdictOf(v), Endpoint: v.Endpoint, SecretSet: v.SecretSet, SecretPlace: placeOf(v.SecretPlace),
		Resign: Resignable(v.Resign),
	}
}

func placeOf(p hook.SecretPlace) *SecretPlace {
	if p.Place == "" {
		return nil
	}
	return &SecretPlace{Place: string(p.Place), Why: p.Why}
}

func (s *server) signingOf(e hook.Endpoint) SigningInfo {
	return SigningInfo{
		SecretSet: e.SecretRef != "", SecretPlace: placeOf(s.desk.SecretAt(e.SecretRef)), Scheme: e.Scheme,
		PublicKey: e.PublicKey, PublicURL: e.PublicURL, SignatureHeader: e.SignatureHeader, ToleranceSeconds: e.ToleranceSeconds,
	}
}

func (s *server) signatures() Signatures {
	out := Signatures{Place: placeOf(s.desk.SecretPlace()), Providers: []SigningProvider{}, Schemes: []SigningScheme{}}
	for _, p := range s.desk.Signers() {
		out.Providers = append(out.Providers, SigningProvider{
			ID: p.ID, Name: p.Name, Schemes: append([]string{}, p.Schemes...),
			SignatureHeader: p.SignatureHeader, SecretHint: p.SecretHint,
		})
	}
	for _, k := range s.desk.Schemes() {
		scheme := SigningScheme{
			ID: k.ID, Name: k.Name, Algorithm: k.Algorithm, Headers: append([]string{}, k.Headers...), Signs: k.Signs,
			SecretShape: k.SecretShape, NeedsSecret: k.NeedsSecret, NeedsPublicKey: k.NeedsPublicKey,
			NeedsURL: k.NeedsURL, NeedsHeader: k.NeedsHeader, Resign: string(k.Resign),
		}
		if k.Tolerance > 0 {
			scheme.ToleranceSeconds = spanOf(&k.Tolerance)
		}
		out.Schemes = append(out.Schemes, scheme)
	}
	return out
}
