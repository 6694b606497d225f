// Package api is the door: the one way in for the page, the CLI and other
// programs. It speaks HTTP and WebSocket on loopback, turns the desk's types
// into the shapes of the contract and back, and lets nobody in without the
// token, from a foreign page, or under a foreign name.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"creel/backend/desk"
	"creel/backend/hook"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Limits of the door.
const (
	maxHeaderBytes = 64 << 10
	maxSmallBody   = 4 << 20
	maxLargeBody   = 400 << 20 // a 256 MiB body as base64 in a draft
)

// Options are what a door is made of.
type Options struct {
	Desk  *desk.Desk
	Token string
	Page  fs.FS // the built page; nil serves none
	// Origins may call the door besides its own page: the window's.
	Origins []string
	// Front brings the window to the front; nil when there is none.
	Front func()
	PID   int
	Log   *slog.Logger
}

// Server is the door.
type Server struct {
	http *http.Server
	addr string
	done chan struct{}
	stop context.CancelFunc
}

type server struct {
	desk    *desk.Desk
	token   string
	origins map[string]bool
	front   func()
	pid     int
	log     *slog.Logger
	bound   net.Addr
	closing context.Context
}

// Open listens on addr (port 0 picks one) and serves until Shut. A taken
// port is hook.Busy.
func Open(addr string, o Options) (*Server, error) {
	ln, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", addr)
	if err != nil {
		text := "open the door on " + addr + ": this cannot be listened on; give --ui a host:port of this machine, as 127.0.0.1:4291"
		if errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, wsaAddrInUse) {
			text = "open the door on " + addr + ": another program listens there; choose another port with --ui"
		}
		return nil, &hook.Fault{Kind: hook.Busy, Text: text, Err: err}
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &server{
		desk: o.Desk, token: o.Token, origins: map[string]bool{}, front: o.Front, pid: o.PID,
		log: o.Log, bound: ln.Addr(), closing: ctx,
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	for _, origin := range o.Origins {
		s.origins[origin] = true
	}
	srv := &Server{
		addr: ln.Addr().String(), done: make(chan struct{}), stop: stop,
		http: &http.Server{
			Handler: s.handler(o.Page), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
			MaxHeaderBytes: maxHeaderBytes, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
		},
	}
	go func() {
		defer close(srv.done)
		if err := srv.http.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("door closed", "err", err)
		}
	}()
	return srv, nil
}

// wsaAddrInUse is EADDRINUSE of Windows Sockets, which its syscall package does
// not map to the usual name. No other system uses a number that high.
const wsaAddrInUse = syscall.Errno(10048)

// Addr is the host:port the door is on.
func (s *Server) Addr() string { return s.addr }

// Shut closes the door and waits for what is in flight until ctx ends.
func (s *Server) Shut(ctx context.Context) error {
	s.stop()
	err := s.http.Shutdown(ctx)
	if err != nil {
		_ = s.http.Close()
	}
	<-s.done
	return err
}

// handler composes the door: the API behind the token, the page and the two
// open routes behind Host and Origin alone.
func (s *server) handler(page fs.FS) http.Handler {
	inner := http.NewServeMux()
	s.routes(inner)
	inner.HandleFunc("GET /api/v1/live", s.live)
	inner.HandleFunc(anyRoute, func(w http.ResponseWriter, r *http.Request) { noRoute(w, r, inner) })

	mux := http.NewServeMux()
	mux.Handle("/api/", s.needToken(inner))
	mux.Handle("/openapi.json", s.needToken(inner))
	mux.HandleFunc("/healthz", healthz)
	mux.HandleFunc("/api/v1/healthz", healthz)
	if page != nil {
		mux.Handle("/", Page(page))
	}
	return s.guard(mux)
}

// anyRoute matches what no other route does.
const anyRoute = "/"

// noRoute is the answer where the door has nothing, or nothing by that method.
func noRoute(w http.ResponseWriter, r *http.Request, routes *http.ServeMux) {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		other := *r
		other.Method = method
		if _, pattern := routes.Handler(&other); pattern != anyRoute {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) > 0 {
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		refuse(w, http.StatusMethodNotAllowed, string(hook.Invalid), "there is no "+r.Method+" here, only "+strings.Join(allowed, ", "))
		return
	}
	refuse(w, http.StatusNotFound, string(hook.NotFound), "there is no "+r.URL.Path+" here; GET /openapi.json lists what there is")
}

// healthz says only that the door is open.
func healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"status":"ok"}` + "\n"))
}

// routes registers every typed route and the document that describes them.
func (s *server) routes(mux *http.ServeMux) huma.API {
	cfg := huma.DefaultConfig("Creel", "1")
	cfg.Info.Description = "The door of Creel: everything the window does, for programs on this machine."
	cfg.CreateHooks = nil // no $schema links in answers
	cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath = "", "", ""
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}}
	cfg.Security = []map[string][]string{{"token": {}}}
	api := humago.New(mux, cfg)
	v1 := huma.NewGroup(api, "/api/v1")
	s.requestRoutes(v1)
	s.filterRoutes(v1)
	s.byteRoutes(v1)
	s.sendRoutes(v1)
	s.batchRoutes(v1)
	s.setupRoutes(v1)
	s.verifyRoutes(v1)
	s.replyRoutes(v1)
	s.transformRoutes(v1)
	s.tlsRoutes(v1)
	document := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		_ = enc.Encode(api.OpenAPI())
	}
	mux.HandleFunc("GET /openapi.json", document)
	mux.HandleFunc("GET /api/v1/openapi.json", document)
	return api
}

// OpenAPI returns the document that describes the door, as indented JSON.
func OpenAPI() ([]byte, error) {
	s := &server{}
	return json.MarshalIndent(s.routes(http.NewServeMux()).OpenAPI(), "", "  ")
}
