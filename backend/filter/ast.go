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
//	status size seq   numbers; size in bytes, with k M G (thousands) or Ki Mi
//	                  Gi (1024s); status also as 4xx
//	after before      a date or time: from then on, and up to but not then
//	is                pinned unread cut refused forwarded failed
//	has               note tag attempt
//
// An unquoted * in text stands for any characters, and the pattern is then
// held against the whole value (in a body, anywhere). Quotes make * and a
// leading > or / plain text; \" and \\ are escapes inside them. An empty pair
// of quotes means that the value is empty. Several values (tags, repeated
// header lines or query names) match when one of them does.
//
// Numbers also take >N >=N <N <=N and N..M (both ends included). Text fields
// also take /regexp/ (RE2, case-sensitive unless it begins with (?i), found
// anywhere), with \/ for a slash; on path it may hold no blank.
//
// Text is compared after simple Unicode case folding, rune by rune: "ß" is
// not "SS". Bytes that are not UTF-8 are compared as bytes.
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
	// without case; else "".
	Key string
	Op  Op
	// Value is plain text, a pattern (Glob), RE2 source (Regexp), a decimal
	// number (size always in bytes), a time as TimeLayout in UTC, or the name
	// of a flag in lower case.
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
	Flag     Op = "flag"  // is:Value, has:Value
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
