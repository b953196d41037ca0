// Package parquet writes tables that DuckDB, ClickHouse and Spark read as they are.
//
// It writes what a table of queued mail needs and no more: texts, numbers and
// flags, lists, and groups that may be missing; plain or by dictionary, not
// compressed, one page a column and row group. The general library took twice
// the processor time for it, more than reading the messages does. The tests hold
// what is written against that library's reader.
//
//	schema.go    what a file holds
//	column.go    the values of one column
//	bits.go      levels and places in a dictionary
//	writer.go    pages, row groups, the footer
//	thrift.go    the form of headers and footer
//
// The format: https://github.com/apache/parquet-format, parquet.thrift.
package parquet
