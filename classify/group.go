package classify

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Key is one way to group messages besides campaigns.
type Key struct {
	Name string // as --by takes it
	Help string
	Of   func(Message) []string // a message counts once under each value
}

// Keys lists them in the order of help.
func Keys() []Key {
	one := func(f func(Message) string) func(Message) []string {
		return func(m Message) []string { return []string{f(m)} }
	}
	return []Key{
		{"sender", "envelope sender", one(Message.Sender)},
		{"domain", "domain of the envelope sender", one(func(m Message) string {
			if m.Null() {
				return "<>"
			}
			return m.text(m.r.fromDomain)
		})},
		{"rcpt-domain", "domain of a recipient", Message.recipientDomains},
		{"size", "size in buckets, the quick way to split a flood", one(func(m Message) string { return sizeBucket(m.Size()) })},
		{"subject", "decoded subject, without Re: and Fwd:", one(func(m Message) string { return plainSubject(m.Subject()) })},
		{"kind", "mail, bounce, report …", one(func(m Message) string { return m.Kind().String() })},
		{"queue", "queue", one(Message.Queue)},
		{"source-ip", "client that handed it in", one(Message.SourceIP)},
		{"verdict", "what the messages are doing in the queue", one(func(m Message) string { return m.Call().String() })},
		{"auth-user", "login that handed it in", one(Message.AuthUser)},
	}
}

// Row is one group of a grouping by key.
type Row struct {
	Label string
	Summary
}

// GroupBy sums up the messages under each value of a key, largest first. A
// value that is not known comes under "".
func GroupBy(t *Table, key Key) []Row {
	members := map[string][]int32{}
	for i := range t.Len() {
		for _, label := range key.Of(t.At(i)) {
			members[label] = append(members[label], int32(i))
		}
	}
	labels := slices.Collect(maps.Keys(members))
	rows := make([]Row, len(labels))
	each(t.Workers, len(labels), func() func(int) {
		var s summing
		return func(i int) { rows[i] = Row{Label: labels[i], Summary: s.sum(t, members[labels[i]])} }
	})
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
