package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"creel/backend/filter"
	"creel/backend/hook"
)

// compiler makes SQL of a filter, term by term.
type compiler struct {
	slugs   *slugbook
	leaves  *leaves
	now     time.Time // what ages count from
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

// with adds parameters and returns the SQL that takes them.
func (c *compiler) with(sql string, args ...any) string {
	c.args = append(c.args, args...)
	return sql
}

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
		return c.words(n)
	case filter.Field:
		return c.field(n)
	}
	return "", fmt.Errorf("compile filter: %T is unknown", n)
}

// words compiles a text search: a bare word or a phrase.
func (c *compiler) words(n filter.Word) (string, error) {
	target := c.with("creel_holds(?, r.target)", c.leaf(n))
	return "(" + target + " OR " + c.bytes(n) + ")", nil
}

// bytes compiles a term about the body. A body kept in pieces is read whole,
// by another connection: what is looked for may stand across a seam, and the
// encoding of a body is undone from its start.
func (c *compiler) bytes(n filter.Node) string {
	h := c.leaf(n)
	return c.with(`(CASE WHEN r.body_bytes > 1048576 THEN creel_deep(?, r.seq)
		ELSE EXISTS (SELECT 1 FROM raws w WHERE w.seq = r.seq AND creel_raw(?, w.head, w.body)) END)`, h, h)
}

// join puts the cheap terms first: SQLite asks from left to right.
func (c *compiler) join(terms []filter.Node, glue string) (string, error) {
	terms = slices.Clone(terms)
	slices.SortStableFunc(terms, func(a, b filter.Node) int { return filter.Cost(a) - filter.Cost(b) })
	var parts []string
	for _, t := range terms {
		part, err := c.node(t)
		if err != nil {
			return "", err
		}
		parts = append(parts, part)
	}
	return "(" + strings.Join(parts, glue) + ")", nil
}

// sentOn says that there is a delivery, without looking for one.
const sentOn = "r.d_waiting + r.d_delivered + r.d_failed > 0"

func (c *compiler) field(f filter.Field) (string, error) {
	switch f.Name {
	case "status":
		return c.number("r.status", f)
	case "size":
		return c.number("r.body_bytes", f)
	case "seq":
		return c.number("r.seq", f)
	case "age":
		return c.number(c.with("? - r.received_at", c.now.UnixMicro()), f)
	case "after", "before":
		return c.moment(f)
	case "endpoint":
		return c.endpoint(f), nil
	case "sig":
		return c.sig(f), nil
	case "is", "has":
		return flagSQL(f)
	case "target":
		return c.with("("+sentOn+` AND EXISTS (SELECT 1 FROM deliveries d WHERE d.request = r.seq
			AND creel_target(?, d.target, d.url)))`, c.leaf(f)), nil
	case "attempt":
		return c.attempt(f)
	case "header":
		return c.with("creel_holds(?, (SELECT w.head FROM raws w WHERE w.seq = r.seq))", c.leaf(f)), nil
	case "body":
		return c.bytes(f), nil
	}
	column, ok := map[string]string{
		"method": "r.method", "path": "r.target", "query": "r.target", "provider": "r.provider",
		"event": "r.event", "tag": "r.tags", "note": "r.note",
	}[f.Name]
	if !ok {
		return "", hook.Faultf(hook.Invalid, "search history: the field %s is not available here", f.Name)
	}
	return c.with("creel_holds(?, "+column+")", c.leaf(f)), nil
}

func (c *compiler) number(column string, f filter.Field) (string, error) {
	if f.Op == filter.Range {
		lo, err1 := strconv.ParseInt(f.Lo, 10, 64)
		hi, err2 := strconv.ParseInt(f.Hi, 10, 64)
		if err1 != nil || err2 != nil {
			return "", hook.Faultf(hook.Invalid, "search history: %s:%s..%s is not a range", f.Name, f.Lo, f.Hi)
		}
		return c.with("("+column+" BETWEEN ? AND ?)", lo, hi), nil
	}
	sign, ok := map[filter.Op]string{filter.Equal: "=", filter.Greater: ">", filter.AtLeast: ">=",
		filter.Less: "<", filter.AtMost: "<="}[f.Op]
	v, err := strconv.ParseInt(f.Value, 10, 64)
	if !ok || err != nil {
		return "", hook.Faultf(hook.Invalid, "search history: %s:%s is not a number", f.Name, f.Value)
	}
	return c.with("("+column+" "+sign+" ?)", v), nil
}

func (c *compiler) moment(f filter.Field) (string, error) {
	at, err := time.Parse(filter.TimeLayout, f.Value)
	if err != nil {
		return "", hook.Faultf(hook.Invalid, "search history: %s:%s is not a time", f.Name, f.Value)
	}
	if f.Op == filter.AtLeast {
		return c.with("(r.received_at >= ?)", at.UnixMicro()), nil
	}
	return c.with("(r.received_at < ?)", at.UnixMicro()), nil
}

func (c *compiler) endpoint(f filter.Field) string {
	ids := c.slugs.ids(f.Holds)
	if len(ids) == 1 {
		return c.with("(r.endpoint = ?)", ids[0])
	}
	return c.with("(r.endpoint IN (SELECT value FROM json_each(?)))", seqList(ids))
}

func (c *compiler) sig(f filter.Field) string {
	var codes []int64
	for code, sig := range sigCodes {
		if f.Holds(sig) {
			codes = append(codes, int64(code))
		}
	}
	return c.with(fmt.Sprintf("(r.flags >> %d & 3 IN (SELECT value FROM json_each(?)))", sigShift), seqList(codes))
}

func (c *compiler) attempt(f filter.Field) (string, error) {
	outcome, err := c.outcome(f)
	return `(r.last_id IS NOT NULL AND EXISTS (SELECT 1 FROM deliveries d JOIN attempts a ON a.delivery = d.n
		WHERE d.request = r.seq AND ` + outcome + "))", err
}

// outcome is a condition on an attempt a.
func (c *compiler) outcome(f filter.Field) (string, error) {
	switch {
	case f.Op == filter.Flag && f.Value == filter.AnyError:
		return c.with("(a.error_kind IS NOT NULL AND a.error_kind <> ?)", string(hook.ErrDropped)), nil
	case f.Op == filter.Flag:
		return c.with("a.error_kind = ?", f.Value), nil
	}
	status, err := c.number("a.status", f)
	return "(a.status > 0 AND " + status + ")", err
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
	case "is:replayed":
		return "(" + sentOn + " AND EXISTS (SELECT 1 FROM deliveries d WHERE d.request = r.seq AND d.kind = 'replay'))", nil
	case "is:forwarded":
		return "(" + sentOn + ")", nil
	case "is:failed":
		return "(r.d_failed > 0)", nil
	case "is:dead":
		return "(r.d_failed > 0 AND EXISTS (SELECT 1 FROM deliveries d WHERE d.request = r.seq AND d.state = 'dead'))", nil
	case "has:note":
		return "(r.note IS NOT NULL)", nil
	case "has:tag":
		return "(r.tags IS NOT NULL)", nil
	case "has:attempt":
		return "(r.last_id IS NOT NULL)", nil
	}
	return "", hook.Faultf(hook.Invalid, "search history: %s:%s is not available here", f.Name, f.Value)
}
