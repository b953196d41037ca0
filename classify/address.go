package classify

import (
	"strings"
	"unicode/utf8"
)

// Domain gives the domain of an address in lower case, "" when it has none.
// The last @ decides, since a quoted local part may hold others (RFC 5321 section 4.1.2).
func Domain(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return ""
	}
	return strings.ToLower(strings.TrimRight(address[at+1:], ". "))
}

// Domains gives the domains of several addresses, each once, in order.
func Domains(addresses []string) []string {
	out := make([]string, 0, len(addresses))
	for _, a := range addresses {
		d := Domain(a)
		known := false
		for _, o := range out {
			known = known || o == d
		}
		if d != "" && !known {
			out = append(out, d)
		}
	}
	return out
}

// keep copies a string out of a scan's buffer, in valid UTF-8 and of bounded length.
func keep(s string) string {
	if len(s) > maxKeptString {
		s = s[:maxKeptString]
		for len(s) > 0 && !utf8.RuneStart(s[len(s)-1]) {
			s = s[:len(s)-1]
		}
		if r, n := utf8.DecodeLastRuneInString(s); r == utf8.RuneError && n <= 1 && len(s) > 0 {
			s = s[:len(s)-1]
		}
	}
	return strings.Clone(strings.ToValidUTF8(s, "\uFFFD"))
}

// keepAll copies the first n of a list.
func keepAll(list []string, n int) []string {
	out := make([]string, 0, min(n, len(list)))
	for _, s := range list[:min(n, len(list))] {
		out = append(out, keep(s))
	}
	return out
}
