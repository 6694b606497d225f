package api

import (
	"bytes"
	"crypto/rand"
	"io/fs"
	"net/http"
)

// noncePlace is where index.html wants the nonce of its load.
const noncePlace = "__CSP_NONCE__"

// policy lets the page run its own files and call the door, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" + noncePlace + "'; " +
	"img-src 'self' data: blob:; font-src 'self'; " +
	"connect-src 'self' http://127.0.0.1:* ws://127.0.0.1:* http://localhost:* ws://localhost:*; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Page serves the built page, in a browser and in the window alike, with its
// Content-Security-Policy. Every load gets a nonce of its own for styles.
func Page(dist fs.FS) http.Handler {
	files := http.FileServerFS(dist)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		nonce := rand.Text()
		h := w.Header()
		h.Set("Content-Security-Policy", string(bytes.ReplaceAll([]byte(policy), []byte(noncePlace), []byte(nonce))))
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		if r.URL.Path != "/" && r.URL.Path != "/index.html" {
			// A 304 hangs WebView2, so nothing may be asked for conditionally.
			r = r.Clone(r.Context())
			r.Header.Del("If-Modified-Since")
			r.Header.Del("If-None-Match")
			files.ServeHTTP(w, r)
			return
		}
		index, err := fs.ReadFile(dist, "index.html")
		if err != nil {
			http.Error(w, "the page was not built into this program: run `make page`, then build again", http.StatusNotFound)
			return
		}
		h.Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(bytes.ReplaceAll(index, []byte(noncePlace), []byte(nonce)))
	})
}
