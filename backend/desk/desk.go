// Package desk holds the use cases: what a person, the door or the catcher
// asks for, composed from the rooms that keep, send, compare and recognise.
// It declares the small interfaces it needs and knows none of the rooms that
// implement them.
package desk

import (
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"creel/backend/filter"
	"creel/backend/hook"
)

// Listener is the catch port.
type Listener interface {
	// Open listens on host:port. A taken port is hook.Busy.
	Open(addr string) error
	// Addr is the host:port bound, "" while not listening.
	Addr() string
	Shut(ctx context.Context) error
}

// Outbox sends waiting deliveries.
type Outbox interface {
	// Run works until ctx ends, then waits a short while for what is in flight.
	Run(ctx context.Context) error
	// Wake says that there may be new deliveries. It never blocks.
	Wake()
	// Cancel aborts a delivery that is being sent and says whether it was.
	Cancel(delivery string) bool
	// Holds says whether a delivery was taken to be sent and what came of it is
	// not written down.
	Holds(delivery string) bool
	// Breaker is that of a target; TryNow lets the next delivery to it through
	// and says whether it was open; Rename follows a target ("" forgets it).
	Breaker(target string) hook.Breaker
	TryNow(target string) bool
	Rename(was, target string)
}

// Roads works out where requests are sent.
type Roads interface {
	// URLFor is the URL that a request caught for that slug goes to.
	URLFor(t hook.Target, slug, requestTarget string) (string, error)
	// Clean adds a missing http:// and refuses, as hook.Invalid, what cannot
	// be sent to.
	Clean(url string) (string, error)
	// CheckRule refuses, as hook.Invalid, a header rule that cannot be applied.
	CheckRule(r hook.HeaderRule) error
	// CheckTarget refuses, as hook.Invalid, path, policy or connection of a
	// target that make no sense.
	CheckTarget(t hook.Target) error
	// Attempts is how often a delivery is tried by itself under a policy, and
	// Tried how many attempts of d count towards it.
	Attempts(p hook.Policy) int
	Tried(d hook.Delivery) int
}

// Options are what a Desk is made of.
type Options struct {
	Store   Store
	Roads   Roads
	Now     func() time.Time
	Log     *slog.Logger
	DataDir string
	Version string
	// Secrets keeps the secrets of endpoints; nil is no place for them.
	Secrets Secrets
	// TestKeys keeps the keys that sign where a provider's private key would be
	// needed; nil keeps them for this run only.
	TestKeys TestKeyFile
	// Roots are the authorities that the certificates of senders must lead to;
	// nil is those of the system.
	Roots func() (*x509.CertPool, error)
	// Authority finds or makes what signs for HTTPS on the catch port; nil is
	// no HTTPS.
	Authority func(hosts ...string) (Authority, error)
	// Chance draws a number from 0 up to 1 for faults on purpose; nil is
	// math/rand.
	Chance func() float64
	// Transforms runs the transforms of targets; nil is that there are none.
	Transforms Transforms
	// After is for tests of what waits: runs and simulations. Nil is time.After.
	After func(time.Duration) <-chan time.Time
}

// Desk runs the use cases. Its methods may be called from many goroutines.
type Desk struct {
	store   Store
	roads   Roads
	now     func() time.Time
	log     *slog.Logger
	dataDir string
	version string
	started time.Time

	catcher Listener
	outbox  Outbox

	setup   atomic.Pointer[setup]
	setupMu sync.Mutex // one change of endpoints, targets or settings at a time

	listenMu  sync.Mutex
	listenErr error  // why the catch port is not open
	wanted    string // the address it should have
	secure    secure

	secrets Secrets
	lent    *lentSecrets
	again   *again
	explain explainers
	tests   *testKeys
	roots   func() *x509.CertPool
	began   int64 // the highest seq before this run
	after   func(time.Duration) <-chan time.Time

	ahead   ahead
	changes *changeLog
	samples *sampleWaiters
	waiters *waiters
	chance  func() float64
	batches *batches
	scripts Transforms
	prune   chan struct{}
	done    sync.WaitGroup
	stop    context.CancelFunc
}

// setup is an immutable snapshot of what every capture needs to know.
type setup struct {
	endpoints []hook.Endpoint // inbox first, then by slug
	bySlug    map[string]int
	filters   map[string]*filter.Expr // by slug; absent is all
	talks     map[string]*talk        // by slug
	targets   []hook.Target           // by name
	byName    map[string]int
	onlyTo    map[string]*filter.Expr // filters of targets, by name; absent is all
	settings  hook.Settings
}

// New makes a Desk on an open store. Call Start before use.
func New(ctx context.Context, o Options) (*Desk, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Chance == nil {
		o.Chance = rand.Float64
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	d := &Desk{
		store: o.Store, roads: o.Roads, now: o.Now, log: o.Log,
		dataDir: o.DataDir, version: o.Version, started: o.Now(), secure: secure{open: o.Authority},
		changes: newChangeLog(), samples: newSampleWaiters(), waiters: newWaiters(), chance: o.Chance, scripts: o.Transforms, prune: make(chan struct{}, 1),
	}
	d.secrets, d.lent, d.again = o.Secrets, newLentSecrets(), newAgain()
	d.roots = rootsOf(o)
	d.explain, d.tests = newExplainers(), &testKeys{file: o.TestKeys}
	if err := d.adoptSecrets(ctx); err != nil {
		return nil, err
	}
	d.after = o.After
	if d.after == nil {
		d.after = time.After
	}
	d.batches = newBatches(o.After, &d.done)
	if err := d.reload(ctx); err != nil {
		return nil, err
	}
	d.wanted = d.setup.Load().settings.CatchAddr
	return d, nil
}

// Start puts deliveries of an earlier run back to waiting, starts sending and
// pruning, and opens the catch port on addr ("" is the one in the settings).
// A catch port that cannot be opened is no error of Start: Status tells, and
// Listen tries again.
func (d *Desk) Start(ctx context.Context, c Listener, o Outbox, addr string) error {
	d.catcher, d.outbox = c, o
	if _, err := d.store.Release(ctx); err != nil {
		return err
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	d.stop = stop
	if err := d.startRuns(ctx, run); err != nil {
		stop()
		return err
	}
	d.done.Add(2)
	go func() {
		defer d.done.Done()
		if err := o.Run(run); err != nil && !errors.Is(err, context.Canceled) {
			d.log.Error("outbox stopped", "err", err)
		}
	}()
	go func() {
		defer d.done.Done()
		d.keepPruning(run)
	}()
	d.began = d.store.Change().LastSeq
	d.readLateSecrets()
	d.done.Go(func() { d.keepVerifying(run) })
	if addr != "" {
		d.wanted = addr
	}
	if err := d.Listen(ctx, "", false); err != nil {
		d.log.Warn("catch port not open", "err", err)
	}
	return nil
}

// Shut stops catching, then sending, and waits for what is in flight until
// ctx ends. The store stays open: whoever opened it closes it.
func (d *Desk) Shut(ctx context.Context) error {
	err := d.catcher.Shut(ctx)
	d.stop()
	finished := make(chan struct{})
	go func() { d.done.Wait(); close(finished) }()
	select {
	case <-finished:
	case <-ctx.Done():
		err = errors.Join(err, ctx.Err())
	}
	return err
}

// reload reads the snapshot of endpoints, targets and settings anew.
func (d *Desk) reload(ctx context.Context) error {
	endpoints, err := d.store.Endpoints(ctx)
	if err != nil {
		return err
	}
	d.readSecrets(endpoints)
	targets, err := d.store.Targets(ctx)
	if err != nil {
		return err
	}
	settings, err := d.store.Settings(ctx)
	if err != nil {
		return err
	}
	s := &setup{
		endpoints: endpoints, bySlug: make(map[string]int, len(endpoints)), filters: map[string]*filter.Expr{},
		targets: targets, byName: make(map[string]int, len(targets)), settings: settings,
	}
	for i, e := range endpoints {
		s.bySlug[e.Slug] = i
		if e.Filter == "" {
			continue
		}
		expr, err := filter.Parse(e.Filter)
		if err != nil {
			return err
		}
		s.filters[e.Slug] = expr
	}
	s.talks = d.talksOf(endpoints)
	s.onlyTo = map[string]*filter.Expr{}
	for i, t := range targets {
		s.byName[t.Name] = i
		if t.Filter == "" {
			continue
		}
		if s.onlyTo[t.Name], err = filter.Parse(t.Filter); err != nil {
			return err
		}
	}
	d.setup.Store(s)
	return nil
}

// MaxBody is the largest body kept, in bytes, as set now.
func (d *Desk) MaxBody() int64 { return d.setup.Load().settings.MaxBodyBytes }

// Version is the program's.
func (d *Desk) Version() string { return d.version }
