package ui

import (
	"time"

	"github.com/dustin/go-humanize"
)

// Bytes writes a size for people: 12 MiB.
func Bytes(n int64) string { return humanize.IBytes(uint64(max(n, 0))) }

// Number writes a count for people: 12,345.
func Number[T int | int32 | int64](n T) string { return humanize.Comma(int64(n)) }

// Ago writes a moment for people, seen from now: "2 hours ago".
func Ago(t, now time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return humanize.RelTime(t, now, "ago", "from now")
}

// Stamp writes a moment for programs (RFC 3339, UTC), "" when not known.
func Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// Plural writes a count with its noun: "1 message", "2 messages".
func Plural[T int | int32 | int64](n T, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Number(n) + " " + noun + "s"
}

// Day writes a day, "–" when not known.
func Day(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.UTC().Format(time.DateOnly)
}
