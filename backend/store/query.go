package store

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"creel/backend/filter"
	"creel/backend/hook"

	"modernc.org/sqlite"
)

// query is a filter as SQL: a condition on requests r with its parameters.
// Values never become part of the text.
type query struct {
	where string // "" is all
	args  []any
	// endpoints are the endpoint numbers that the filter boils down to when
	// tallied is true: then no row needs to be looked at to count. nil is all.
	endpoints []int64
	tallied   bool
	sieve     *sieve // nil when it would let everything through
	release   func()
}

// compile makes SQL of expr; nil is all. Comparisons of text are done by the
// filter itself, through functions that SQLite calls, so both agree on case,
// patterns and what a header is. release must be called after the last use.
func (s *Store) compile(expr *filter.Expr) (*query, error) {
	q := &query{release: func() {}}
	if expr == nil || expr.Root == nil {
		q.tallied = true
		return q, nil
	}
	c := &compiler{slugs: s.slugs.Load(), leaves: &s.leaves, now: s.opt.Now()}
	q.release = c.drop
	if f, ok := expr.Root.(filter.Field); ok && f.Name == "endpoint" {
		q.endpoints, q.tallied = c.slugs.ids(f.Holds), true
	}
	var err error
	if q.where, err = c.node(expr.Root); err != nil {
		c.drop()
		return nil, err
	}
	q.args, q.sieve = c.args, s.newSieve(expr, c)
	return q, nil
}

// leaves are the terms of the filters in use, by number: the functions get the
// number as a parameter.
type leaves struct {
	last  atomic.Int64
	nodes sync.Map // int64 → filter.Node
	// raw reads a request by a connection that no search holds: a search that
	// waited for one of its own kind could wait for ever.
	raw func(seq int64) (hook.Raw, error)
}

// register adds the functions to a driver. They read SQLite's own memory, so
// nothing of a value may outlive the call.
func (l *leaves) register(drv *sqlite.Driver) {
	for name, f := range map[string]struct {
		args int32
		call func(n filter.Node, args []driver.Value) (bool, error)
	}{
		"creel_holds":  {1, func(n filter.Node, args []driver.Value) (bool, error) { return holds(n, view(args[0])), nil }},
		"creel_target": {2, holdsTarget},
		"creel_raw":    {2, holdsRaw},
		"creel_deep":   {1, l.holdsDeep},
	} {
		drv.MustRegisterFunction(name, &sqlite.FunctionImpl{
			NArgs: f.args + 1, Deterministic: true, VolatileArgs: true,
			Scalar: func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
				h, _ := args[0].(int64)
				n, ok := l.nodes.Load(h)
				if !ok {
					return nil, fmt.Errorf("search history: no term %d", h)
				}
				yes, err := f.call(n.(filter.Node), args[1:])
				if yes {
					return int64(1), err
				}
				return int64(0), err
			},
		})
	}
}

// view reads a value as text without copying it.
func view(v driver.Value) string {
	if s, ok := v.(string); ok {
		return s
	}
	b := blob(v)
	return unsafe.String(unsafe.SliceData(b), len(b))
}

// blob reads a value as bytes without copying it. They must not be changed.
func blob(v driver.Value) []byte {
	switch v := v.(type) {
	case string:
		return unsafe.Slice(unsafe.StringData(v), len(v))
	case []byte:
		return v
	}
	return nil
}

func holds(n filter.Node, v string) bool {
	switch n := n.(type) {
	case filter.Word:
		return n.In(v)
	case filter.Field:
		switch n.Name {
		case "path":
			return n.Holds(filter.PathOf(v))
		case "query":
			return slices.ContainsFunc(filter.QueryValues(v, n.Key), n.Holds)
		case "header":
			return slices.ContainsFunc(filter.HeaderValues(lines(v), n.Key), n.Holds)
		case "tag":
			return holdsTag(n, v)
		}
		return n.Holds(v)
	}
	return false
}

func holdsTag(f filter.Field, v string) bool {
	var tags []string
	if v != "" && json.Unmarshal([]byte(v), &tags) != nil {
		return false
	}
	return f.HoldsTags(tags)
}

func holdsTarget(n filter.Node, args []driver.Value) (bool, error) {
	f, ok := n.(filter.Field)
	return ok && f.HoldsTarget(view(args[0]), view(args[1])), nil
}

// holdsRaw compares head and body.
func holdsRaw(n filter.Node, args []driver.Value) (bool, error) {
	return inBytes(n, view(args[0]), blob(args[1])), nil
}

func inBytes(n filter.Node, head string, body []byte) bool {
	lines := lines(head)
	switch n := n.(type) {
	case filter.Word:
		return n.In(lines) || n.In(view(filter.BodyText(lines, body)))
	case filter.Field:
		return n.HoldsBody(filter.BodyText(lines, body))
	}
	return false
}

// holdsDeep compares the bytes of the request with that seq.
func (l *leaves) holdsDeep(n filter.Node, args []driver.Value) (bool, error) {
	seq, _ := args[0].(int64)
	raw, err := l.raw(seq)
	if hook.KindOf(err) == hook.NotFound {
		return false, nil // removed while the search went on
	}
	return err == nil && inBytes(n, view(raw.Head), raw.Body), err
}

// lines are the header lines of a head: all but the request line.
func lines(head string) string {
	_, rest, _ := strings.Cut(head, "\n")
	return rest
}

// newDeep opens no connection before it is wanted, and never more than one.
func newDeep(c *connector) *sql.DB {
	db := sql.OpenDB(c)
	db.SetMaxOpenConns(1)
	db.SetConnMaxIdleTime(time.Minute)
	return db
}
