package api

import (
	"context"
	"net"
	"strings"
	"time"

	"creel/backend/desk"

	"github.com/danielgtaylor/huma/v2"
)

// TLSStatus is how HTTPS on the catch port is.
type TLSStatus struct {
	Listening   bool            `json:"listening"`
	Address     string          `json:"address" doc:"host:port as bound, or as wanted while not listening; empty when off"`
	URL         string          `json:"url" doc:"https:// and the address; empty when off"`
	Host        string          `json:"host" doc:"the name or address signed for besides localhost, 127.0.0.1 and ::1"`
	Error       *Problem        `json:"error,omitempty" doc:"why it does not listen"`
	Certificate *TLSCertificate `json:"certificate,omitempty" doc:"what senders are to trust; absent as long as HTTPS was never on"`
	Trust       []TLSTrust      `json:"trust" doc:"how systems and programs come to trust the downloaded creel-ca.pem"`
}

// TLSCertificate is the authority's certificate.
type TLSCertificate struct {
	Fingerprint string    `json:"fingerprint" doc:"SHA-256"`
	ExpiresAt   time.Time `json:"expiresAt"`
}

// TLSTrust is what to do on one system or for one program.
type TLSTrust struct {
	System string   `json:"system"`
	Do     []string `json:"do"`
	Undo   []string `json:"undo"`
}

// TLSRequest opens, moves or closes HTTPS on the catch port.
type TLSRequest struct {
	Address  string `json:"address" maxLength:"300" doc:"host:port, or a port alone on loopback; empty turns HTTPS off"`
	Host     string `json:"host,omitempty" maxLength:"253" doc:"a private name or address to sign for besides loopback"`
	Remember bool   `json:"remember,omitempty" doc:"from now on"`
}

func (s *server) tlsRoutes(api huma.API) {
	huma.Register(api, op("get-tls", "GET", "/tls", "HTTPS on the catch port, and how to trust it"),
		func(context.Context, *struct{}) (*struct{ Body TLSStatus }, error) {
			return &struct{ Body TLSStatus }{s.tlsOf(s.desk.Secure())}, nil
		})
	huma.Register(api, op("listen-tls", "POST", "/tls", "Turn HTTPS on the catch port on, elsewhere or off"),
		func(ctx context.Context, in *struct{ Body TLSRequest }) (*struct{ Body TLSStatus }, error) {
			err := s.desk.ListenSecure(ctx, in.Body.Address, in.Body.Host, in.Body.Remember)
			return answer(ctx, s, s.desk.Secure(), err, s.tlsOf)
		})
	huma.Register(api, rawOp("get-tls-certificate", "/tls/ca.pem", "The certificate that senders are to trust, PEM"),
		func(ctx context.Context, _ *struct{}) (*bytesOut, error) {
			authority, err := s.desk.CertificateAuthority()
			if err != nil {
				return nil, s.problem(ctx, err)
			}
			out := rawBytes(authority.PEM())
			out.Disposition = `attachment; filename="creel-ca.pem"`
			return out, nil
		})
}

func (s *server) tlsOf(st desk.Secure) TLSStatus {
	out := TLSStatus{Listening: st.Open, Address: st.Addr, Host: st.Host, Trust: []TLSTrust{}}
	port := "PORT"
	if st.Addr != "" {
		out.URL = "https://" + st.Addr
		if _, p, err := net.SplitHostPort(st.Addr); err == nil {
			port = p
		}
	}
	if st.Err != nil {
		out.Error = problemOf(st.Err)
	}
	if st.Authority != nil {
		out.Certificate = &TLSCertificate{Fingerprint: st.Authority.Fingerprint(), ExpiresAt: st.Authority.NotAfter().UTC()}
	}
	for _, t := range desk.HowToTrust() {
		do := make([]string, len(t.Do))
		for i, line := range t.Do {
			do[i] = strings.ReplaceAll(line, "PORT", port)
		}
		out.Trust = append(out.Trust, TLSTrust{System: t.System, Do: do, Undo: append([]string{}, t.Undo...)})
	}
	return out
}
