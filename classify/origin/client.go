package origin

import (
	"net/netip"
	"strings"
)

// client reads what follows "from": a name or address, then comments.
//
// The word in front is what the client said in HELO, but Exim, MDaemon and
// qmail put the reverse name there and HELO into the comment. The address is
// taken from brackets in a comment, else from a bare comment, else from the
// word itself: nothing that the client said is believed where the server
// wrote an address of its own.
func (h *Hop) client(v string) {
	first := word(v)
	rest := strings.TrimLeft(v, " \t")[len(first):]
	helo, name := first, ""
	for n := 0; n < maxComments; n++ {
		comment, after, ok := nextComment(rest)
		if !ok {
			break
		}
		rest = after
		h.comment(comment, &helo, &name, first)
	}
	own, literal := address(first)
	if h.IP == "" && literal {
		h.IP = own
	}
	if name == "" && !literal && helo != first && first != "unknown" {
		name = first
	}
	if name != "unknown" {
		h.Name = name
	}
	if helo != "unknown" {
		h.Helo = helo
	}
}

const maxComments = 8

// comment reads one comment of the "from" clause.
func (h *Hop) comment(c string, helo, name *string, first string) {
	switch {
	case hasFold(c, "helo "):
		*helo = word(c[len("helo "):])
	case hasFold(c, "ehlo "):
		*helo = word(c[len("ehlo "):])
	}
	for part := range strings.FieldsSeq(c) {
		if v, ok := cutPair(part, "helo="); ok {
			*helo = v
			continue
		}
		if h.IP == "" {
			part = strings.TrimPrefix(part, "port=")
			if i := strings.LastIndexByte(part, '@'); i >= 0 { // qmail: login@address or ident@address
				if ip, ok := address(part[i+1:]); ok {
					h.IP = ip
					continue
				}
			}
			if ip, ok := address(part); ok {
				h.IP = ip
				continue
			}
		}
		if *name == "" && hostname(part) && !strings.EqualFold(part, *helo) || *name == "" && hostname(part) && part == first {
			*name = strings.TrimRight(part, ".")
		}
	}
}

// address reads an IP address as MTAs write it: bare, in brackets, with
// "IPv6:" (RFC 5321 section 4.1.3), with a port behind it.
func address(s string) (string, bool) {
	for s != "" && around(s[0]) {
		s = s[1:]
	}
	for s != "" && around(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	if strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s, ']')
		if end < 0 {
			return "", false
		}
		s = s[1:end]
	}
	if len(s) < 2 || len(s) > 64 {
		return "", false
	}
	if hasFold(s, "ipv6:") {
		s = s[len("ipv6:"):]
	}
	host, _, colon := strings.Cut(s, ":")
	if dotted(host) {
		return host, true
	}
	if !colon || !numeric(s) {
		return "", false
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return "", false
	}
	if a.Is4In6() || a.Zone() != "" {
		return a.Unmap().WithZone("").String(), true
	}
	return s, true
}

// around tells the signs that may stand around a word.
func around(c byte) bool { return c == ',' || c == ';' || c == '.' }

// dotted tells an address of IPv4: what netip.ParseAddr takes for one, without
// the error that it makes of all others.
func dotted(s string) bool {
	if len(s) < len("1.1.1.1") || len(s) > len("255.255.255.255") {
		return false
	}
	fields, value, digits := 1, 0, 0
	for i := range len(s) {
		c := s[i]
		switch {
		case c == '.' && digits > 0:
			fields, value, digits = fields+1, 0, 0
		case '0' <= c && c <= '9' && (digits == 0 || value > 0): // no number begins with a zero
			if value, digits = 10*value+int(c-'0'), digits+1; value > 255 {
				return false
			}
		default:
			return false
		}
	}
	return fields == 4 && digits > 0
}

// numeric tells whether all of a word, or what stands in front of its first
// colon, may be an IP address. Most words are names, and to be told so by
// netip.ParseAddr costs a piece of memory.
func numeric(s string) bool {
	host, _, colon := strings.Cut(s, ":")
	if host != "" && strings.Trim(host, "0123456789.") == "" {
		return true
	}
	zone := strings.IndexByte(s, '%')
	if zone >= 0 {
		s = s[:zone]
	}
	return colon && strings.Trim(s, "0123456789abcdefABCDEF:.") == ""
}

// hostname tells a name with a dot, as reverse names are.
func hostname(s string) bool {
	dot := false
	for i := range len(s) {
		switch c := s[i]; {
		case c == '.':
			dot = i > 0
		case c == '-' || c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z':
		default:
			return false
		}
	}
	return dot && len(s) <= 255
}

// nextComment gives the next comment without its parentheses. Comments nest.
func nextComment(v string) (comment, after string, ok bool) {
	open := strings.IndexByte(v, '(')
	if open < 0 {
		return "", "", false
	}
	depth := 0
	for i := open; i < len(v); i++ {
		switch v[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return v[open+1 : i], v[i+1:], true
			}
		}
	}
	return v[open+1:], "", true
}

// hasFold is foldIs for the beginning of s.
func hasFold(s, prefix string) bool {
	if len(s) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		if c := s[i]; c != prefix[i] && ('A' > c || c > 'Z' || c|0x20 != prefix[i]) {
			return false
		}
	}
	return true
}

func cutPair(s, prefix string) (string, bool) {
	if !hasFold(s, prefix) {
		return "", false
	}
	return s[len(prefix):], true
}
