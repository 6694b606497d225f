package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"net"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Subprotocols of the live socket: the version it speaks, and the token,
// which a browser can send in no other way.
const (
	liveProtocol  = "creel.v1"
	tokenProtocol = "token."
)

// guard stands before every route: it refuses names that are not this
// machine's (DNS rebinding) and pages that are not Creel's, and answers the
// window's preflights.
func (s *server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.hostAllowed(r.Host) {
			refuse(w, http.StatusMisdirectedRequest, "host", "open Creel as 127.0.0.1 or localhost: it does not answer to the name "+r.Host)
			return
		}
		origin := r.Header.Get("Origin")
		foreign := origin != "" && !s.originAllowed(origin, r.Host)
		if foreign || (origin == "" && r.Header.Get("Sec-Fetch-Site") == "cross-site" && r.Header.Get("Sec-Fetch-Mode") != "navigate") {
			refuse(w, http.StatusForbidden, "origin", "this page may not call Creel")
			return
		}
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		if s.origins[origin] {
			h.Set("Access-Control-Allow-Origin", origin)
			h.Set("Vary", "Origin")
			if r.Method == http.MethodOptions {
				h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
				h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
				h.Set("Access-Control-Max-Age", "600")
				w.WriteHeader(http.StatusNoContent)
				return
			}
		} else {
			h.Set("Cross-Origin-Resource-Policy", "same-origin")
		}
		next.ServeHTTP(w, r)
	})
}

// hostAllowed accepts loopback names, and when the door was opened on another
// interface on purpose any address in digits: a rebound name is never one.
func (s *server) hostAllowed(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.TrimSuffix(strings.TrimPrefix(hostport, "["), "]")
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	if ip == nil {
		return false
	}
	if bound, ok := s.bound.(*net.TCPAddr); ok && !bound.IP.IsLoopback() {
		return true
	}
	return ip.IsLoopback()
}

func (s *server) originAllowed(origin, host string) bool {
	return s.origins[origin] || strings.EqualFold(origin, "http://"+host)
}

// needToken lets only those in who know the token.
func (s *server) needToken(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.tokenIs(tokenOf(r)) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="creel"`)
			refuse(w, http.StatusUnauthorized, "token", "the token is missing or wrong: send \"Authorization: Bearer TOKEN\" with the one in session.json in the data folder, or in the line that serve prints")
			return
		}
		next.ServeHTTP(w, r)
	})
}

func tokenOf(r *http.Request) string {
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(token)
	}
	for protocol := range strings.SplitSeq(r.Header.Get("Sec-WebSocket-Protocol"), ",") {
		if token, ok := strings.CutPrefix(strings.TrimSpace(protocol), tokenProtocol); ok {
			return token
		}
	}
	return ""
}

// tokenIs compares in constant time, whatever the lengths.
func (s *server) tokenIs(token string) bool {
	a, b := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(s.token))
	return s.token != "" && subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

func refuse(w http.ResponseWriter, status int, kind, text string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(FaultProblem{
		ErrorModel: huma.ErrorModel{Title: http.StatusText(status), Status: status, Detail: text}, Kind: kind,
	})
}
