// Package index remembers scans in the state directory, as Parquet files that any analytical tool reads as they are.
//
// The index is a convenience and never the truth: when it is gone or damaged
// the spool is read again. Changes to a spool do not depend on it.
package index
