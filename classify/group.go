package classify

import (
	"cmp"
	"slices"
	"strings"
)

// Key is one way to group messages besides campaigns.
type Key struct {
	Name string // as --by takes it
	Help string
	Of   func(*Record) []string // a message counts once under each value
}

// Keys lists them in the order of help.
func Keys() []Key {
	one := func(f func(*Record) string) func(*Record) []string {
		return func(r *Record) []string { return []string{f(r)} }
	}
	return []Key{
		{"sender", "envelope sender", one((*Record).Sender)},
		{"domain", "domain of the envelope sender", one(func(r *Record) string {
			if r.Null {
				return "<>"
			}
			return Domain(r.From)
		})},
		{"rcpt-domain", "domain of a recipient", func(r *Record) []string { return Domains(r.To) }},
		{"size", "size in buckets, the quick way to split a flood", one(func(r *Record) string { return sizeBucket(r.Size) })},
		{"subject", "decoded subject, without Re: and Fwd:", one(func(r *Record) string { return plainSubject(r.Subject) })},
		{"kind", "mail, bounce, report …", one(func(r *Record) string { return r.Kind.String() })},
		{"queue", "queue", one(func(r *Record) string { return r.Queue })},
		{"source-ip", "client that handed it in", one(func(r *Record) string { return r.SourceIP })},
		{"verdict", "what the messages are doing in the queue", one(func(r *Record) string { return r.Call.String() })},
		{"auth-user", "login that handed it in", one(func(r *Record) string { return r.AuthUser })},
	}
}

// Row is one group of a grouping by key.
type Row struct {
	Label string
	Summary
}

// GroupBy sums up the records under each value of a key, largest first. A
// value that is not known comes under "".
func GroupBy(records []Record, key Key) []Row {
	members := map[string][]int32{}
	for i := range records {
		for _, label := range key.Of(&records[i]) {
			members[label] = append(members[label], int32(i))
		}
	}
	rows := make([]Row, 0, len(members))
	for label, m := range members {
		rows = append(rows, Row{Label: label, Summary: Summarize(records, m)})
	}
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Label, b.Label))
	})
	return rows
}

// The buckets double: copies of one text differ by a few bytes of names and
// padding, so that a flood stands out as one or two full buckets.
var sizeBuckets = []struct {
	below int64
	name  string
}{
	{1, "empty"}, {1 << 10, "under 1k"}, {2 << 10, "1k..2k"}, {4 << 10, "2k..4k"}, {8 << 10, "4k..8k"},
	{16 << 10, "8k..16k"}, {32 << 10, "16k..32k"}, {64 << 10, "32k..64k"}, {256 << 10, "64k..256k"},
	{1 << 20, "256k..1M"}, {10 << 20, "1M..10M"},
}

func sizeBucket(n int64) string {
	for _, b := range sizeBuckets {
		if n < b.below {
			return b.name
		}
	}
	return "over 10M"
}

// plainSubject takes reply and forward marks off, and folds white space.
func plainSubject(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	for {
		mark, rest, ok := strings.Cut(s, ":")
		if !ok || len(mark) > 5 {
			return s
		}
		switch strings.ToLower(mark) {
		case "re", "fw", "fwd", "aw", "wg", "sv", "vs", "rv", "tr", "antw":
			s = strings.TrimSpace(rest)
		default:
			return s
		}
	}
}
