package imcdata

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzAddresses holds the short ways through lists of addresses and Received
// fields against the long ones, which look at each byte.
func FuzzAddresses(f *testing.F) {
	for _, s := range []string{
		"", "a@x.example", "A B <a@x.example>", "A: a@x.example, <@r:b@y.example>; \"c,d\" <c@z.example>", "a@[192.0.2.1]",
		"from x (y (z)) by w for <a@x.example>; date", "from x by y\r\n\tfo\r\nr(c) <a@x.example> (for b) ; d", "for for a@x.example",
		"from \"(\" for a@x.example (\\", "from x for\u00a0a@x.example for\u00e9 b@x.example", "for a@\u2003x.example for", "(((((", "\"\\\"", "a@x.example\x00",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 4096 {
			return
		}
		if got, want := forPath(nil, []byte(s)), slowForPath(unfold(nil, []byte(s))); got != want {
			t.Errorf("%q is for %q, want %q", s, got, want)
		}
		var want []string
		for rest := s; rest != ""; {
			var item string
			item, rest = slowItem(rest)
			if a := slowAddress(item); a != "" {
				want = append(want, a)
			}
		}
		if diff := cmp.Diff(want, slices.Collect(addresses(s))); diff != "" {
			t.Errorf("%q (-want +got):\n%s", s, diff)
		}
	})
}

func slowItem(list string) (item, rest string) {
	begin := 0
	var s lexer
	for i := 0; i < len(list); i++ {
		if !s.plain(list[i]) {
			continue
		}
		switch c := list[i]; {
		case c == ',' && !s.angle, c == ';' && !s.angle:
			return list[begin:i], list[i+1:]
		case c == ':' && !s.angle:
			begin = i + 1
		}
	}
	return list[begin:], ""
}

func slowAddress(item string) string {
	item = withoutComments(item)
	if open := outsideQuotes(item, '<'); open >= 0 {
		item = item[open+1:]
		if end := outsideQuotes(item, '>'); end >= 0 {
			item = item[:end]
		}
	}
	item = strings.TrimSpace(item)
	if colon := strings.IndexByte(item, ':'); strings.HasPrefix(item, "@") && colon >= 0 {
		item = item[colon+1:]
	}
	if len(item) > maxAddress || !strings.Contains(item, "@") || outsideQuotes(item, ' ') >= 0 || hasControl(item) || !closed(item) {
		return ""
	}
	return item
}

func slowForPath(received string) string {
	received = withoutComments(received)
	if semicolon := strings.LastIndexByte(received, ';'); semicolon >= 0 {
		received = received[:semicolon]
	}
	before, path := "", ""
	for word := range strings.FieldsSeq(received) {
		if fold(before, "for") {
			path = word
		}
		before = word
	}
	if a := pathOf(path); strings.Contains(a, "@") && !hasControl(a) {
		return a
	}
	return ""
}
