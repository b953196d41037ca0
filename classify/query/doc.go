// Package query is the one selector language that every command shares: flags for the usual, an expression for the rest.
//
// Flags are turned into the expression that --where takes, so there is one
// meaning, one thing to print back to the operator and one thing to write into
// the journal. Values of one flag are joined with OR, flags with AND.
package query
