// Package filter is the filter language: text that says which requests are
// meant, used by the list, by rules, by the CLI and at the door.
//
//	stripe status:>=400              both must hold
//	method:POST OR path:/inbox       either
//	-is:pinned (push OR "pull req")  not, groups, phrases
//	event:invoice.* size:10k..2M header.user-agent:/^GitHub-/
//
// Terms side by side are joined by AND, which binds tighter than OR; the
// words AND, OR and NOT are operators only in capitals. A bare word or a
// "phrase" is looked for in the request-target, the header lines and the body.
//
// # Fields
//
//	method endpoint event provider tag query.NAME   text: the whole value
//	header.NAME note body                           text: anywhere in the value
//	path              the target before "?": anywhere, or from the start when
//	                  the text begins with "/"
//	body.PATH         a value in a body of JSON: numbers by value, else text
//	target            name of a target it is or was sent to, or part of the URL
//	attempt           status of any attempt, or why one has no answer
//	sig               none valid invalid
//	status size seq   numbers; size in bytes, with k M G (thousands) or Ki Mi
//	                  Gi (1024s), a B behind them or not; status also as 4xx
//	age               <2h >3d 30m..1h; ms s m h d w, also joined: 1h30m
//	after before      a date or time: from then on, and up to but not then
//	is                pinned unread cut refused replayed forwarded failed dead
//	has               note tag attempt
//
// An unquoted * in text stands for any characters, and the pattern is then
// held against the whole value (in a body, anywhere). Quotes make * and a
// leading > or / plain text; \" and \\ are escapes inside them. An empty pair
// of quotes means that the value is empty. Several values (tags, repeated
// header lines or query names, deliveries, members that a * in a path stands
// for) match when one of them does.
//
// Numbers also take >N >=N <N <=N and N..M (both ends included). Text fields
// also take /regexp/ (RE2, case-sensitive unless it begins with (?i), found
// anywhere), with \/ for a slash; on path it may hold no blank.
//
// # What is compared
//
// Text is compared after simple Unicode case folding, rune by rune: "ß" is
// not "SS". Bytes that are not UTF-8 are compared as bytes. Names of headers
// and of the query ignore case; names in JSON do not.
//
// Words, body and body.PATH look at the body with its Content-Encoding undone,
// up to 8 MiB or 100 times its size; where that is not possible, at the body
// as it was sent (BodyText). A header value has the blanks around it removed
// and its continuation lines joined; words see the lines as they were sent.
// Query values are decoded where they can be.
//
// A PATH leads from the root of the JSON through .name, [n] (from 0), [*] (all
// elements) and * (all members or elements); ["a b"] is a name that is not
// plain, and a name of digits also picks an element. Of a name that is there
// twice both count. Plain text that is spelled like a number compares by value
// with numbers and with strings that are spelled like one, exactly: 12 is 12.0,
// 1.2e1 and "12.00". So do > < and ranges. Quoted text compares with strings,
// and with numbers, true, false and null as they are spelled. Of objects and
// arrays only body.PATH:* holds, which says that there is a value. Only a body
// that is JSON from end to end, at most 8 MiB unpacked, has values at all.
//
// What is missing has no value, so no comparison holds, and its negation does:
// -header.x:1 also means the requests without X. provider:"" event:"" note:""
// mean the requests without, as tag:"" does; header.x:"" and query.x:"" mean
// that the name is there and empty.
//
// is:replayed means sent on by hand, is:forwarded sent on at all, by a rule or
// by hand; is:failed that a delivery ended without being delivered (failed,
// dead or cancelled), is:dead that one used up its tries; has:attempt that one
// attempt at least is finished. target and attempt look at all deliveries,
// whatever their state. attempt:timeout, and refused dns tls reset blocked
// protocol loop cancelled url network internal transform dropped sign, are why
// there was no answer, attempt:error any of them but dropped; statuses are
// those of answers. For a request that has only just arrived age is 0 and there
// are no deliveries.
//
// Ages count from the moment of asking, not from that of parsing.
package filter

import "strconv"

// Limits of an expression. More is a Fault of kind Invalid.
const (
	MaxSource = 4096 // bytes of text
	MaxDepth  = 50   // nested groups and negations
	MaxTerms  = 200  // words and fields
)

// Expr is a parsed filter. It is not changed after Parse and is safe for use
// by many goroutines. A nil *Expr matches everything.
type Expr struct {
	Root   Node   // nil matches everything
	Source string // as it was typed
}

// Node is one of And, Or, Not, Word and Field, all by value.
type Node interface{ node() }

// And holds when all its terms do. It has at least two, none of them an And.
type And struct{ Terms []Node }

// Or holds when one of its terms does. It has at least two, none of them an Or.
type Or struct{ Terms []Node }

// Not holds when its term does not.
type Not struct{ Term Node }

// Word holds when Text occurs in the request-target, in the header lines as
// sent (without the request line) or in the body as sent. Text is not empty
// and no character of it is special.
type Word struct {
	Text string
	look *needle // by Parse; nil in a Word made by hand
}

// Field holds when a property of the request is as Op and Value say.
type Field struct {
	// Name is the field in lower case: "method", "header", "is", …
	Name string
	// Key is NAME of header.NAME and query.NAME as typed, to be compared
	// without case, or PATH of body.PATH in its plainest spelling; else "".
	Key string
	Op  Op
	// Value is plain text, a pattern (Glob), RE2 source (Regexp), a decimal
	// number (size always in bytes, age in microseconds), a time as TimeLayout
	// in UTC, or the name of a flag in lower case.
	Value string
	// Lo and Hi are the ends of a Range, included; Value is then "".
	Lo, Hi string
	// Column is where the term begins in the source, in runes from 1.
	Column int
	prep   *prepared // by Parse; nil in a Field made by hand
}

// TimeLayout is how times stand in Field.Value: fixed width, so that text
// order is time order.
const TimeLayout = "2006-01-02T15:04:05.000000Z"

// Op is how a Field's value is compared. The parser has worked out what the
// field's rules make of the text, so an Op means the same for every field.
type Op string

// The operators. Text operators fold case; numbers and times are compared as
// such.
const (
	Equal    Op = "equal"    // the whole value; also numbers
	Contains Op = "contains" // anywhere in the value
	Prefix   Op = "prefix"   // at the start of the value
	Glob     Op = "glob"     // the whole value, each * being any run of characters
	Regexp   Op = "regexp"   // anywhere in the value, case kept
	Greater  Op = "gt"
	AtLeast  Op = "ge"
	Less     Op = "lt"
	AtMost   Op = "le"
	Range    Op = "range" // Lo ≤ value ≤ Hi
	Flag     Op = "flag"  // is:Value, has:Value, attempt:Value for an error
	// Number is a number in JSON by its value; the other comparisons are exact
	// decimals there too.
	Number Op = "number"
)

func (And) node()   {}
func (Or) node()    {}
func (Not) node()   {}
func (Word) node()  {}
func (Field) node() {}

// Seq is the filter that only the request with that seq matches.
func Seq(seq int64) *Expr {
	text := strconv.FormatInt(seq, 10)
	f := Field{Name: "seq", Op: Equal, Value: text, Column: 1}
	f.prep = f.prepare()
	return &Expr{Root: f, Source: "seq:" + text}
}
