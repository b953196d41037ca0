package postfix

import "strings"

// Records hold addresses without the quotes that RFC 5321 wants around an odd
// local part ("a b"@example.org). Envelopes have them as they go over the wire.

// quote is the wire form of an address (quote_822_local.c).
func quote(addr string) string {
	at := strings.LastIndexByte(addr, '@')
	if at < 0 {
		at = len(addr)
	}
	local := addr[:at]
	if local == "" || isDotString(local) {
		return addr
	}
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(local); i++ {
		if c := local[i]; c == '"' || c == '\\' || c == '\r' {
			b.WriteByte('\\')
		}
		b.WriteByte(local[i])
	}
	b.WriteByte('"')
	return b.String() + addr[at:]
}

// isDotString is RFC 5321's Dot-string, with any 8-bit bytes.
func isDotString(s string) bool {
	if s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r == 0x7f || strings.ContainsRune(`"(),:;<>@[\]`, r)
	})
}

// unquote is the form of an address in a record (quote_822_local.c).
func unquote(addr string) string {
	if !strings.HasPrefix(addr, `"`) {
		return addr
	}
	var b strings.Builder
	for i := 1; i < len(addr); i++ {
		switch c := addr[i]; {
		case c == '"':
			return b.String() + addr[i+1:]
		case c == '\\' && i+1 < len(addr):
			i++
			b.WriteByte(addr[i])
		default:
			b.WriteByte(c)
		}
	}
	return addr // the quote never closes: it is a part of the name
}
