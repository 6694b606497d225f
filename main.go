// Creel catches, keeps, inspects, compares, replays and forwards webhooks.
//
// This file holds the commands and the wiring; it is the only one that builds
// everything.
package main

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"creel/backend/api"
	"creel/backend/catch"
	"creel/backend/cli"
	"creel/backend/desk"
	"creel/backend/folder"
	"creel/backend/forward"
	"creel/backend/hook"
	"creel/backend/sandbox"
	"creel/backend/secret"
	"creel/backend/store"
	"creel/backend/trust"

	"github.com/spf13/cobra"
)

// version is set by the linker in releases.
var version = "dev"

//go:embed all:frontend/dist
var dist embed.FS

const (
	// serveUI is where serve opens the door; the window takes any free port.
	serveUI = "127.0.0.1:4291"
	// shutWithin is how long what is in flight may take once asked to stop. The
	// rest of the 5 s promised is for closing the history.
	shutWithin = 4500 * time.Millisecond
	// ballastBytes are never touched, so they take no memory, but they count as
	// live: without them a heap as small as this one is collected ninety times
	// a second under load, which took a tenth of the time of catching.
	ballastBytes = 16 << 20
)

func main() {
	if sandbox.Asked() {
		os.Exit(sandbox.Work())
	}
	if err := root().Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "creel: "+err.Error())
		os.Exit(1)
	}
}

// flags are those of every command that opens the data folder.
type flags struct {
	data, catch, ui string
	catchTLS        string // "" is what is remembered
	catchTLSHost    string
	readyJSON       bool
	verbose         bool
}

func root() *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:           "creel",
		Short:         "Catch, keep, inspect, compare, replay and forward webhooks",
		Long:          "Creel without a command opens the window. `creel serve` is the same in a browser.",
		Version:       version,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return openWindow(cmd.Context(), f) },
	}
	cmd.PersistentFlags().StringVar(&f.data, "data", "", "data `FOLDER` (default $CREEL_DATA, else the system's place for programs' data)")
	cmd.PersistentFlags().BoolVarP(&f.verbose, "verbose", "v", false, "log what happens to standard error")
	cmd.Flags().StringVar(&f.catch, "catch", "", "catch `HOST:PORT` for this run (default: the one in the settings)")
	secureFlags(cmd, &f)
	cmd.SetFlagErrorFunc(cli.FlagError)
	cmd.AddCommand(serveCommand(&f), cli.Seed(&f.data, openSeed), cli.Sample(func() (cli.Door, error) {
		s, err := folder.Running(f.data)
		return cli.Door{URL: s.UI, Token: s.Token, PID: s.PID}, err
	}))
	return cmd
}

func secureFlags(cmd *cobra.Command, f *flags) {
	cmd.Flags().StringVar(&f.catchTLS, "catch-tls", "", "catch over HTTPS, too, on `HOST:PORT` for this run (default: the one in the settings)")
	cmd.Flags().StringVar(&f.catchTLSHost, "catch-tls-host", "", "private `NAME` or address to sign for besides localhost")
}

func serveCommand(f *flags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run without a window; the page opens in a browser",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return serve(cmd.Context(), *f, cmd.OutOrStdout()) },
	}
	cmd.Flags().StringVar(&f.catch, "catch", "", "catch `HOST:PORT`; port 0 picks one (default: the one in the settings, 127.0.0.1:4290)")
	secureFlags(cmd, f)
	cmd.Flags().StringVar(&f.ui, "ui", serveUI, "door `HOST:PORT` for the page and the API; port 0 picks one")
	cmd.Flags().BoolVar(&f.readyJSON, "ready-json", false, "print one line of JSON when both ports accept")
	return cmd
}

// program is everything that runs behind the window or the browser.
type program struct {
	ballast []byte
	held    *folder.Held
	store   *store.Store
	desk    *desk.Desk
	door    *api.Server
	sender  *forward.Sender
	sandbox *sandbox.Sandbox
	token   string
	started time.Time
	window  bool
}

// open takes the data folder and starts everything on it. front brings the
// window to the front; nil when there is none.
func open(ctx context.Context, f flags, front func()) (_ *program, err error) {
	p := &program{token: rand.Text(), started: time.Now(), window: front != nil, ballast: make([]byte, ballastBytes)}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close())
		}
	}()
	if os.Getenv("GOMAXPROCS") == "" {
		// Whoever writes the history waits for the disk most of the time, and
		// then should not queue behind the connections to go on.
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	}
	p.sandbox = sandbox.New()
	log := logger(f.verbose)
	dir, err := dataDir(f)
	if err != nil {
		return nil, err
	}
	if p.held, err = folder.Hold(dir); err != nil {
		return nil, err
	}
	// The store is there before the desk; nobody listens for changes until then.
	var behind atomic.Pointer[desk.Desk]
	p.store, err = openHistory(ctx, store.Options{Dir: dir, Log: log, OnChange: func(c hook.Change) {
		if d := behind.Load(); d != nil {
			d.Changed(c)
		}
	}})
	if err != nil {
		return nil, err
	}
	secrets, err := openSecrets(ctx, dir, log, func() {
		if d := behind.Load(); d != nil {
			d.SecretsRead()
		}
	})
	if err != nil {
		return nil, err
	}
	d, err := desk.New(ctx, desk.Options{Secrets: secrets, TestKeys: secret.NewTestKeys(dir), Store: p.store, Roads: forward.Roads{}, Log: log, DataDir: dir, Version: version, Transforms: p.sandbox,
		Authority: func(hosts ...string) (desk.Authority, error) { return trust.Open(dir, time.Now, hosts...) }})
	if err != nil {
		return nil, err
	}
	behind.Store(d)
	catcher := catch.New(d, catch.Options{MaxBody: d.MaxBody, Log: log})
	own := func(addr string) bool {
		return forward.Reaches(catcher.Addr(), addr) || forward.Reaches(catcher.TLSAddr(), addr) || forward.Reaches(p.door.Addr(), addr)
	}
	p.sender = forward.New(forward.Options{Own: own})
	outbox := forward.NewOutbox(d, p.sender, forward.OutboxOptions{Log: log})
	options := api.Options{Desk: d, Token: p.token, Front: front, PID: os.Getpid(), Log: log}
	if err := p.openDoor(f.ui, options); err != nil {
		return nil, err
	}
	p.desk = d
	if err := d.Start(ctx, catcher, outbox, f.catch); err != nil {
		return p, err
	}
	if err := d.StartSecure(ctx, f.catchTLS, f.catchTLSHost); err != nil {
		log.Warn("catch port for https not open", "err", err)
	}
	return p, nil
}

// openDoor opens the door at that address, with the page behind it.
func (p *program) openDoor(addr string, o api.Options) (err error) {
	if o.Page, err = fs.Sub(dist, "frontend/dist"); err != nil {
		return err
	}
	if p.window {
		o.Origins = []string{"wails://wails", "wails://wails.localhost", "http://wails.localhost"}
	}
	p.door, err = api.Open(addr, o)
	return err
}

// openHistory opens the history. A damaged one is set aside, whole, and a new
// one begun, so that catching goes on; the status tells of it.
func openHistory(ctx context.Context, o store.Options) (*store.Store, error) {
	s, err := store.Open(ctx, o)
	if hook.KindOf(err) != hook.Damaged {
		return s, err
	}
	name, aside := store.SetAside(o.Dir, time.Now())
	if aside != nil {
		return nil, errors.Join(err, aside)
	}
	o.Log.Error("history damaged: it was set aside and a new one begun", "aside", name, "err", err)
	return store.Open(ctx, o)
}

// openSecrets opens where secrets are kept; late is called when the keychain
// gave them after all.
func openSecrets(ctx context.Context, dir string, log *slog.Logger, late func()) (*secret.Room, error) {
	keychain, why := secret.Choose(os.Getenv)
	return secret.Open(ctx, secret.Options{Dir: dir, Keychain: keychain, Why: why, Late: late, Log: log})
}

// tell writes how other programs reach this one.
func (p *program) tell() error {
	return p.held.Tell(p.session())
}

func (p *program) session() folder.Session {
	s := folder.Session{
		PID: os.Getpid(), UI: "http://" + p.door.Addr(), Token: p.token, Version: version,
		Window: p.window, StartedAt: p.started.UTC(),
	}
	if l := p.desk.Listening(); l.Open {
		s.Catch = "http://" + l.Addr
	}
	return s
}

// close stops catching, then sending, then the door, and only then lets go of
// the history and the folder. What was never opened is left out.
func (p *program) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), shutWithin)
	defer cancel()
	var errs []error
	if p.desk != nil {
		errs = append(errs, p.desk.Shut(ctx))
	}
	if p.sender != nil {
		p.sender.Close()
	}
	if p.sandbox != nil {
		p.sandbox.Close()
	}
	if p.door != nil {
		errs = append(errs, p.door.Shut(ctx))
	}
	if p.store != nil {
		errs = append(errs, p.store.Close())
	}
	if p.held != nil {
		errs = append(errs, p.held.Release())
	}
	return errors.Join(errs...)
}

// serve runs without a window until a signal.
func serve(ctx context.Context, f flags, out io.Writer) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	p, err := open(ctx, f, nil)
	if err != nil {
		return err
	}
	if l := p.desk.Listening(); !l.Open {
		return errors.Join(l.Err, p.close())
	}
	if l := p.desk.Secure(); f.catchTLS != "" && !l.Open {
		return errors.Join(l.Err, p.close())
	}
	if err := errors.Join(p.tell(), announce(out, p.session(), p.desk.Secure(), f.readyJSON)); err != nil {
		return errors.Join(err, p.close())
	}
	<-ctx.Done()
	stop() // a second signal ends the program at once
	if err := p.close(); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

func announce(out io.Writer, s folder.Session, secure desk.Secure, asJSON bool) error {
	also := ""
	if secure.Open {
		also = "https://" + secure.Addr
	}
	if asJSON {
		return json.NewEncoder(out).Encode(struct {
			Catch    string `json:"catch"`
			CatchTLS string `json:"catchTls,omitempty"`
			UI       string `json:"ui"`
			Token    string `json:"token"`
			PID      int    `json:"pid"`
			Version  string `json:"version"`
		}{s.Catch, also, s.UI, s.Token, s.PID, s.Version})
	}
	if also != "" {
		also = "\n        and  " + also
	}
	_, err := fmt.Fprintf(out, "Catching on  %s%s\nOpen         %s/#token=%s\nStop with Ctrl+C.\n", s.Catch, also, s.UI, s.Token)
	return err
}

// openWindow shows the window, or brings the one that holds the folder to the
// front.
func openWindow(ctx context.Context, f flags) error {
	f.ui = "127.0.0.1:0"
	w := &windowFront{}
	p, err := open(ctx, f, w.bring)
	var other *folder.HeldByOther
	if errors.As(err, &other) && other.Session != nil && other.Session.Window {
		ctx, cancel := context.WithTimeout(ctx, shutWithin)
		defer cancel()
		return other.Session.BringToFront(ctx)
	}
	if err != nil {
		return err
	}
	err = p.tell()
	page, perr := fs.Sub(dist, "frontend/dist")
	if err = errors.Join(err, perr); err == nil {
		err = runWindow(windowDeps{
			Assets:  page,
			Session: func() (string, string) { return "http://" + p.door.Addr(), p.token },
			Get:     func(key string) (string, error) { return p.desk.Value(context.Background(), key) },
			Put:     func(key, value string) error { return p.desk.PutValue(context.Background(), key, value) },
			OnReady: w.ready,
			OnQuit:  func() {},
		})
	}
	return errors.Join(err, p.close())
}

// windowFront brings the window to the front once there is one. A window that
// is still opening comes to the front anyway.
type windowFront struct{ front atomic.Pointer[func()] }

func (w *windowFront) ready(front func()) { w.front.Store(&front) }

func (w *windowFront) bring() {
	if front := w.front.Load(); front != nil {
		(*front)()
	}
}

func dataDir(f flags) (string, error) {
	if f.data != "" {
		return f.data, nil
	}
	return folder.Default()
}

// openSeed opens the history of a data folder for seeding, and nothing else.
func openSeed(ctx context.Context, dir string) (cli.Seeder, func() error, error) {
	held, err := folder.Hold(dir)
	if err != nil {
		return nil, nil, err
	}
	st, err := store.Open(ctx, store.Options{Dir: dir, Log: logger(false)})
	if err != nil {
		return nil, nil, errors.Join(err, held.Release())
	}
	return st, func() error { return errors.Join(st.Close(), held.Release()) }, nil
}

func logger(verbose bool) *slog.Logger {
	level := slog.LevelWarn
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}
