// Package report writes a survey of a spool: as text for people, and as JSON and CSV for programs.
package report
