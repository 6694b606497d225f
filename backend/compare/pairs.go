package compare

import (
	"net/url"
	"strings"

	"creel/backend/hook"
)

// pair is one header line, query parameter or form field.
type pair struct {
	name  string // what pairs are told apart by: decoded, lower-case for headers
	value string // what is compared
	raw   string // all of it as written, to notice differences of spelling
	show  string // the value for people
}

func compareHeaders(l, r hook.Headers, rec *record) Section {
	a, b := headerPairs(l), headerPairs(r)
	comparePairs(a, b, rec)
	return rec.section(SectionHeaders, KindHeaders, headerBytes(l), headerBytes(r))
}

func headerBytes(hs hook.Headers) int {
	n := 0
	for _, h := range hs {
		n += len(h.Name) + len(": ") + len(h.Value) + len("\r\n")
	}
	return n
}

func headerPairs(hs hook.Headers) []pair {
	out := make([]pair, len(hs))
	for i, h := range hs {
		out[i] = pair{
			name: strings.ToLower(h.Name), value: squeeze(h.Value),
			raw: h.Name + ": " + h.Value, show: h.Value,
		}
	}
	return out
}

// squeeze takes the blanks out of a header value that mean nothing: those
// around commas and semicolons and all but one between words, but none inside
// quotes.
func squeeze(v string) string {
	if !strings.ContainsAny(v, " \t") {
		return v
	}
	out := make([]byte, 0, len(v))
	quoted, blank := false, false
	for i := 0; i < len(v); i++ {
		c := v[i]
		if !quoted && (c == ' ' || c == '\t') {
			blank = true
			continue
		}
		if blank {
			blank = false
			last := byte(',')
			if len(out) > 0 {
				last = out[len(out)-1]
			}
			if last != ',' && last != ';' && c != ',' && c != ';' {
				out = append(out, ' ')
			}
		}
		out = append(out, c)
		switch {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\' && i+1 < len(v):
			i++
			out = append(out, v[i])
		}
	}
	return string(out)
}

func compareQuery(l, r string, rec *record) Section {
	comparePairs(parseForm(l), parseForm(r), rec)
	return rec.section(SectionQuery, KindQuery, len(l), len(r))
}

// parseForm splits a query or an urlencoded form into decoded pairs. What
// cannot be decoded stays as it is.
func parseForm(s string) []pair {
	var out []pair
	for f := range strings.SplitSeq(s, "&") {
		if f == "" {
			continue
		}
		name, value, _ := strings.Cut(f, "=")
		p := pair{name: unquote(name), value: unquote(value), raw: f}
		p.show = p.value
		out = append(out, p)
	}
	return out
}

func unquote(s string) string {
	if d, err := url.QueryUnescape(s); err == nil {
		return d
	}
	return s
}

// pairRow is a line of two lists side by side.
type pairRow struct {
	l, r   int // places in the lists; -1 for none
	change int
	faint  bool
	op     RowOp
}

// pairs compares two lists of pairs.
type pairs struct {
	l, r []pair
	rec  *record
	rows []pairRow
	flip bool
	mate []int // right partner of each left pair, -1 for none
}

// comparePairs compares name by name; the values of one name are a list in
// order. The order of different names is faint.
func comparePairs(l, r []pair, rec *record) []pairRow {
	c := pairs{l: l, r: r, rec: rec, mate: make([]int, len(l)), flip: before(r, l)}
	type group struct{ ls, rs []int }
	groups := make(map[string]*group)
	var names []string
	at := func(name string) *group {
		g := groups[name]
		if g == nil {
			g = &group{}
			groups[name] = g
			names = append(names, name)
		}
		return g
	}
	for i, p := range l {
		c.mate[i] = -1
		g := at(p.name)
		g.ls = append(g.ls, i)
	}
	for i, p := range r {
		g := at(p.name)
		g.rs = append(g.rs, i)
	}
	for _, name := range names {
		c.group(name, groups[name].ls, groups[name].rs)
	}
	c.order()
	return c.rows
}

// before is a strict order of lists, to look at two lists the same way round
// however they are given.
func before(a, b []pair) bool {
	for i := range min(len(a), len(b)) {
		if a[i].raw != b[i].raw {
			return a[i].raw < b[i].raw
		}
	}
	return len(a) < len(b)
}

// group compares the values of one name.
func (c *pairs) group(name string, ls, rs []int) {
	if len(ls) == 1 && len(rs) == 1 {
		if c.l[ls[0]].value == c.r[rs[0]].value {
			c.alike(name, true, step{}, ls[0], rs[0])
		} else {
			c.differ(name, true, step{}, ls[0], rs[0])
		}
		return
	}
	ids := make(map[string]uint64)
	values := func(ps []pair, at []int) []uint64 {
		vs := make([]string, len(at))
		for i, p := range at {
			vs[i] = ps[p].value
		}
		return intern(ids, vs)
	}
	single := len(ls) <= 1 && len(rs) <= 1
	i, j := 0, 0
	ms := lcsFrom(values(c.l, ls), values(c.r, rs), c.flip)
	for _, m := range append(ms, match{int32(len(ls)), int32(len(rs))}) {
		for ; i < int(m.a) || j < int(m.b); i, j = i+1, j+1 {
			s := step{index: true, l: i, r: j}
			li, ri := -1, -1
			if i < int(m.a) {
				li = ls[i]
			} else {
				s.l, i = -1, i-1
			}
			if j < int(m.b) {
				ri = rs[j]
			} else {
				s.r, j = -1, j-1
			}
			c.differ(name, single, s, li, ri)
		}
		if i < len(ls) && j < len(rs) {
			c.alike(name, single, step{index: true, l: i, r: j}, ls[i], rs[j])
		}
		i, j = i+1, j+1
	}
}

// steps is the path of a value: its name, and its place when there are more.
func steps(name string, single bool, s step) []step {
	if single {
		return []step{{key: name}}
	}
	return []step{{key: name}, s}
}

func (c *pairs) differ(name string, single bool, s step, li, ri int) {
	path := steps(name, single, s)
	row := pairRow{l: li, r: ri, change: -1, op: RowReplace}
	ch := Change{Op: Replace, Path: renderPath(path, false), LeftLine: li + 1, RightLine: ri + 1}
	switch {
	case li < 0:
		ch.Op, row.op = Add, RowAdd
		ch.Path = renderPath(path, true)
	case ri < 0:
		ch.Op, row.op = Remove, RowRemove
	default:
		c.mate[li] = ri
		if to := renderPath(path, true); to != ch.Path {
			ch.To = to
		}
	}
	if li >= 0 {
		ch.Left = new(c.l[li].show)
	}
	if ri >= 0 {
		ch.Right = new(c.r[ri].show)
	}
	if c.rec.ignore.covers(path...) {
		row.faint = true
		if row.op == RowReplace {
			row.op = RowSame
		}
	} else {
		row.change = c.rec.add(ch)
	}
	c.rows = append(c.rows, row)
}

// alike notes two pairs of the same value, faintly when spelled differently.
func (c *pairs) alike(name string, single bool, s step, li, ri int) {
	c.mate[li] = ri
	row := pairRow{l: li, r: ri, change: -1, op: RowSame}
	path := steps(name, single, s)
	if l, r := c.l[li].raw, c.r[ri].raw; l != r && !c.rec.ignore.covers(path...) {
		row.faint = true
		row.change = c.rec.add(Change{
			Op: Replace, Path: renderPath(path, false), Left: &l, Right: &r, Faint: true,
			LeftLine: li + 1, RightLine: ri + 1,
		})
	}
	c.rows = append(c.rows, row)
}

// order notes faintly that the names common to both sides stand in another
// order.
func (c *pairs) order() {
	if c.rec.ignore.covered() {
		return
	}
	at := make([]int, len(c.r)) // left partner of each right pair, from 1
	var ls, rs []string
	last, turned := -1, false
	for i, m := range c.mate {
		if m < 0 {
			continue
		}
		turned = turned || m < last
		last = m
		at[m] = i + 1
		ls = append(ls, c.l[i].name)
	}
	if !turned {
		return
	}
	for _, i := range at {
		if i > 0 {
			rs = append(rs, c.l[i-1].name)
		}
	}
	l, r := strings.Join(ls, ", "), strings.Join(rs, ", ")
	if l != r {
		c.rec.add(Change{Op: Move, Left: &l, Right: &r, Faint: true})
	}
}

// compareForm compares urlencoded forms.
func compareForm(l, r string, rec *record, side bool) *rows {
	a, b := parseForm(l), parseForm(r)
	list := comparePairs(a, b, rec)
	if !side {
		return nil
	}
	as, bs := pairLines(a), pairLines(b)
	rs := newRows(len(list), func(right bool, ref lineRef, _ int) string {
		if right {
			return bs[ref.ref]
		}
		return as[ref.ref]
	})
	for _, p := range list {
		row := rowRef{op: p.op, change: p.change, faint: p.faint}
		if p.l >= 0 {
			row.l, row.lno = lineRef{ref: uint32(p.l), form: formWhole}, p.l+1
		}
		if p.r >= 0 {
			row.r, row.rno = lineRef{ref: uint32(p.r), form: formWhole}, p.r+1
		}
		rs.put(row)
	}
	return rs
}

func pairLines(ps []pair) []string {
	out := make([]string, len(ps))
	for i, p := range ps {
		out[i] = p.name + " = " + strings.NewReplacer("\r\n", "⏎", "\n", "⏎").Replace(p.show)
	}
	return out
}
