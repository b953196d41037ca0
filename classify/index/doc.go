// Package index remembers scans in the state directory: as tables that are read back at the speed of the disk, and as Parquet files for other tools.
//
// The index is a convenience and never the truth: when it is gone or damaged
// the spool is read again. Changes to a spool do not depend on it.
package index
