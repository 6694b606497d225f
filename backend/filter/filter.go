// Package filter is a stand-in until the parser lands.
package filter

// Expr is a parsed filter.
type Expr struct{}
