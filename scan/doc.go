// Package scan reads every message of a spool, in parallel and in bounded memory, and never writes into it.
//
// It is the one place where messages are read in parallel: everything above it
// sees one stream, and shares only work that comes to the same with any number
// of workers (classify/cluster). A file that vanishes, cannot be read or breaks
// a parser is one error in that stream and never its end, since a queue changes
// while it is read.
package scan
