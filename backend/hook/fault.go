package hook

import (
	"errors"
	"fmt"
)

// Kind of a Fault. Kinds are compared, texts are for people.
type FaultKind string

// The kinds of fault.
const (
	NotFound    FaultKind = "not-found"
	Invalid     FaultKind = "invalid"     // what was asked for makes no sense as given
	Conflict    FaultKind = "conflict"    // it exists already, or is in use
	TooLarge    FaultKind = "too-large"   // over a limit
	DiskFull    FaultKind = "disk-full"   // history cannot grow
	Unavailable FaultKind = "unavailable" // history cannot be written or read just now
	Newer       FaultKind = "newer"       // the database was made by a newer Creel
	Damaged     FaultKind = "damaged"     // the database is not one, or is corrupt
	Busy        FaultKind = "busy"        // somebody else holds the folder or the port
)

// Fault is an error with a kind, a sentence that a person can act on (what
// happened, why, what to do) and the cause, if any.
type Fault struct {
	Kind FaultKind
	Text string
	// Field names the input at fault in the door's spelling ("url",
	// "reply.status"), or "".
	Field string
	// Line and Column are where in Field's text the fault is, from 1. Column is
	// 0 when it is all of it, Line when the text has but one line.
	Line, Column int
	Err          error
}

// Error joins the sentence and the cause.
func (f *Fault) Error() string {
	if f.Err != nil {
		return f.Text + ": " + f.Err.Error()
	}
	return f.Text
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Err }

// Faultf makes a Fault of that kind.
func Faultf(kind FaultKind, format string, args ...any) *Fault {
	return &Fault{Kind: kind, Text: fmt.Sprintf(format, args...)}
}

// KindOf returns the kind of the first Fault in err's chain, or "".
func KindOf(err error) FaultKind {
	var f *Fault
	if errors.As(err, &f) {
		return f.Kind
	}
	return ""
}
