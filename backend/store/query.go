package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
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
	c := &compiler{slugs: s.slugs.Load(), leaves: &s.leaves}
	q.release = c.drop
	if f, ok := expr.Root.(filter.Field); ok && f.Name == "endpoint" {
		q.endpoints, q.tallied = c.slugs.ids(f.Holds), true
	}
	var err error
	if q.where, err = c.node(expr.Root); err != nil {
		c.drop()
		return nil, err
	}
	q.args = c.args
	return q, nil
}

type compiler struct {
	slugs   *slugbook
	leaves  *leaves
	args    []any
	handles []int64
}

func (c *compiler) drop() {
	for _, h := range c.handles {
		c.leaves.nodes.Delete(h)
	}
}

// leaf registers a term for the functions and returns its parameter.
func (c *compiler) leaf(n filter.Node) int64 {
	h := c.leaves.last.Add(1)
	c.leaves.nodes.Store(h, n)
	c.handles = append(c.handles, h)
	return h
}

// inPieces looks into what follows the first MiB of a body, piece by piece:
// what stands across the seam of two is not found.
const inPieces = `(r.body_bytes > 1048576 AND EXISTS (SELECT 1 FROM pieces p
	WHERE p.id > r.seq << 16 AND p.id < (r.seq + 1) << 16 AND creel_holds(?, p.bytes)))`

func (c *compiler) node(n filter.Node) (string, error) {
	switch n := n.(type) {
	case filter.And:
		return c.join(n.Terms, " AND ")
	case filter.Or:
		return c.join(n.Terms, " OR ")
	case filter.Not:
		inner, err := c.node(n.Term)
		return "NOT " + inner, err
	case filter.Word:
		h := c.leaf(n)
		c.args = append(c.args, h, h, h, h)
		return `(creel_holds(?, r.target) OR EXISTS (SELECT 1 FROM raws w WHERE w.seq = r.seq
			AND (creel_lines(?, w.head) OR creel_holds(?, w.body))) OR ` + inPieces + ")", nil
	case filter.Field:
		return c.field(n)
	}
	return "", fmt.Errorf("compile filter: %T is unknown", n)
}

// join puts the terms that need no bytes first: SQLite asks from left to right.
func (c *compiler) join(terms []filter.Node, glue string) (string, error) {
	var parts []string
	for _, bytes := range []bool{false, true} {
		for _, t := range terms {
			if (&filter.Expr{Root: t}).NeedsRaw() != bytes {
				continue
			}
			part, err := c.node(t)
			if err != nil {
				return "", err
			}
			parts = append(parts, part)
		}
	}
	return "(" + strings.Join(parts, glue) + ")", nil
}

func (c *compiler) field(f filter.Field) (string, error) {
	switch f.Name {
	case "status":
		return c.number("r.status", f)
	case "size":
		return c.number("r.body_bytes", f)
	case "seq":
		return c.number("r.seq", f)
	case "after", "before":
		return c.moment(f)
	case "endpoint":
		return c.endpoint(f), nil
	case "is", "has":
		return flagSQL(f)
	case "header", "body":
		h := c.leaf(f)
		c.args = append(c.args, h)
		if f.Name == "header" {
			return "creel_holds(?, (SELECT w.head FROM raws w WHERE w.seq = r.seq))", nil
		}
		c.args = append(c.args, h)
		return "(creel_holds(?, (SELECT w.body FROM raws w WHERE w.seq = r.seq)) OR " + inPieces + ")", nil
	}
	column, ok := map[string]string{
		"method": "r.method", "path": "r.target", "query": "r.target", "provider": "r.provider",
		"event": "r.event", "tag": "r.tags", "note": "r.note",
	}[f.Name]
	if !ok {
		return "", hook.Faultf(hook.Invalid, "search history: the field %s is not available here", f.Name)
	}
	c.args = append(c.args, c.leaf(f))
	return "creel_holds(?, " + column + ")", nil
}

func (c *compiler) number(column string, f filter.Field) (string, error) {
	if f.Op == filter.Range {
		lo, err1 := strconv.ParseInt(f.Lo, 10, 64)
		hi, err2 := strconv.ParseInt(f.Hi, 10, 64)
		c.args = append(c.args, lo, hi)
		if err1 != nil || err2 != nil {
			return "", hook.Faultf(hook.Invalid, "search history: %s:%s..%s is not a range", f.Name, f.Lo, f.Hi)
		}
		return "(" + column + " BETWEEN ? AND ?)", nil
	}
	sign, ok := map[filter.Op]string{filter.Equal: "=", filter.Greater: ">", filter.AtLeast: ">=",
		filter.Less: "<", filter.AtMost: "<="}[f.Op]
	v, err := strconv.ParseInt(f.Value, 10, 64)
	if !ok || err != nil {
		return "", hook.Faultf(hook.Invalid, "search history: %s:%s is not a number", f.Name, f.Value)
	}
	c.args = append(c.args, v)
	return "(" + column + " " + sign + " ?)", nil
}

func (c *compiler) moment(f filter.Field) (string, error) {
	at, err := time.Parse(filter.TimeLayout, f.Value)
	if err != nil {
		return "", hook.Faultf(hook.Invalid, "search history: %s:%s is not a time", f.Name, f.Value)
	}
	c.args = append(c.args, at.UnixMicro())
	if f.Op == filter.AtLeast {
		return "(r.received_at >= ?)", nil
	}
	return "(r.received_at < ?)", nil
}

func (c *compiler) endpoint(f filter.Field) string {
	ids := c.slugs.ids(f.Holds)
	if len(ids) == 1 {
		c.args = append(c.args, ids[0])
		return "(r.endpoint = ?)"
	}
	c.args = append(c.args, seqList(ids))
	return "(r.endpoint IN (SELECT value FROM json_each(?)))"
}

func flagSQL(f filter.Field) (string, error) {
	switch f.Name + ":" + f.Value {
	case "is:pinned":
		return "(r.pinned = 1)", nil
	case "is:unread":
		return "(r.read = 0)", nil
	case "is:cut":
		return fmt.Sprintf("(r.flags & 15 = %d)", slices.Index(stateCodes[:], hook.Cut)), nil
	case "is:refused":
		return fmt.Sprintf("(r.flags & 15 = %d)", slices.Index(stateCodes[:], hook.Refused)), nil
	case "is:forwarded":
		return "(r.d_waiting + r.d_delivered + r.d_failed > 0)", nil
	case "is:failed":
		return "(r.d_failed > 0)", nil
	case "has:note":
		return "(r.note IS NOT NULL)", nil
	case "has:tag":
		return "(r.tags IS NOT NULL)", nil
	case "has:attempt":
		return "(r.last_id IS NOT NULL)", nil
	}
	return "", hook.Faultf(hook.Invalid, "search history: %s:%s is not available here", f.Name, f.Value)
}

// leaves are the terms of the filters in use, by number: the functions get the
// number as a parameter.
type leaves struct {
	last  atomic.Int64
	nodes sync.Map // int64 → filter.Node
}

// register adds the functions to a driver. They read SQLite's own memory, so
// nothing of a value may outlive the call.
func (l *leaves) register(drv *sqlite.Driver) {
	for name, f := range map[string]func(filter.Node, string) bool{"creel_holds": holds, "creel_lines": holdsLines} {
		drv.MustRegisterFunction(name, &sqlite.FunctionImpl{
			NArgs: 2, Deterministic: true, VolatileArgs: true,
			Scalar: func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
				h, _ := args[0].(int64)
				n, ok := l.nodes.Load(h)
				if !ok {
					return nil, fmt.Errorf("search history: no term %d", h)
				}
				if f(n.(filter.Node), view(args[1])) {
					return int64(1), nil
				}
				return int64(0), nil
			},
		})
	}
}

// view reads a value as text without copying it.
func view(v driver.Value) string {
	switch v := v.(type) {
	case string:
		return v
	case []byte:
		return unsafe.String(unsafe.SliceData(v), len(v))
	}
	return ""
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
	if f.Op == filter.Equal && f.Value == "" {
		return len(tags) == 0
	}
	return slices.ContainsFunc(tags, f.Holds)
}

func holdsLines(n filter.Node, head string) bool { return holds(n, lines(head)) }

// lines are the header lines of a head: all but the request line.
func lines(head string) string {
	_, rest, _ := strings.Cut(head, "\n")
	return rest
}
