package letter

import (
	"iter"
	"strings"
)

// maxAddresses bounds what is read of one field: a spammer may give any number.
const maxAddresses = 1000

// Address is one mailbox of a From, To or similar field.
type Address struct {
	Name string // for people, decoded; "" without one
	Mail string // local-part@domain as written, without brackets and route; "" when there is only a name
}

// Domain is what follows the last "@", as written; "" without one.
func (a Address) Domain() string {
	if i := strings.LastIndexByte(a.Mail, '@'); i >= 0 {
		return a.Mail[i+1:]
	}
	return ""
}

// Local is what stands in front of the last "@"; all of an address without one.
func (a Address) Local() string {
	if i := strings.LastIndexByte(a.Mail, '@'); i >= 0 {
		return a.Mail[:i]
	}
	return a.Mail
}

// addresses reads the mailboxes of a field (RFC 5322 section 3.4). Whatever it
// holds, something comes of it: a quote or bracket that is never closed is
// taken for a plain character, blanks may stand where they must not, and a
// name may come without an address. Groups give their members.
func (t *tools) addresses(v, fallback string) iter.Seq[Address] {
	return func(yield func(Address) bool) {
		s := addressScan{rest: v}
		for n := 0; n < maxAddresses && s.next(); n++ {
			if a := t.address(&s, fallback); a != (Address{}) && !yield(a) {
				return
			}
		}
	}
}

// addressScan splits a field at its commas.
type addressScan struct {
	rest string
	deaf [256]bool // openers that are known never to be closed again
	seen int       // how many bytes inside looked at, for the tests

	phrase  string // what stands in front of the bracket, or all
	angle   string
	comment string
	bracket bool
}

// next reads up to the next comma that is in no quote, comment or bracket.
func (s *addressScan) next() bool {
	if s.rest == "" {
		return false
	}
	s.angle, s.comment, s.bracket = "", "", false
	start, end := 0, -1
	for i := 0; i < len(s.rest); i++ {
		switch c := s.rest[i]; c {
		case '"':
			i += s.inside(i, '"')
		case '(':
			n := s.inside(i, ')')
			if n > 0 {
				s.comment = s.rest[i+1 : i+n]
			}
			i += n
		case '<':
			n := s.inside(i, '>')
			if n > 0 {
				s.angle, s.bracket = s.rest[i+1:i+n], true
				if end < 0 {
					end = i
				}
			}
			i += n
		case ':':
			if !s.bracket && strings.IndexByte(s.rest[start:i], '@') < 0 {
				start = i + 1 // a group's name
			}
		case ',', ';':
			if end < 0 {
				end = i
			}
			s.phrase, s.rest = s.rest[start:end], s.rest[i+1:]
			return true
		}
	}
	if end < 0 {
		end = len(s.rest)
	}
	s.phrase, s.rest = s.rest[start:end], ""
	return true
}

// inside is the distance from the opener at i to its closing byte, 0 when it
// is never closed. Comments nest; a quoted string in a bracket hides its end.
func (s *addressScan) inside(i int, closing byte) int {
	opener := s.rest[i]
	if s.deaf[opener] {
		return 0
	}
	depth := 1
	for j := i + 1; j < len(s.rest); j++ {
		s.seen++
		switch c := s.rest[j]; {
		case c == '\\':
			j++
		case c == closing:
			if depth--; depth == 0 {
				return j - i
			}
		case c == opener && opener == '(':
			depth++
		case c == '"' && opener == '<':
			j += s.inside(j, '"')
		}
	}
	s.deaf[opener] = true
	return 0
}

// address makes a mailbox of what next found.
func (t *tools) address(s *addressScan, fallback string) Address {
	name := t.withoutComments(trim(s.phrase))
	if !s.bracket {
		mail := name
		if name, mail = splitBare(name); name == "" {
			name = s.comment
		}
		return Address{Name: t.name(name, fallback), Mail: t.tidy(mail)}
	}
	mail := trim(s.angle)
	if i := strings.LastIndexByte(mail, ':'); i >= 0 && mail[0] == '@' {
		mail = mail[i+1:] // a source route (RFC 5322 section 4.4)
	}
	if name == "" {
		name = s.comment
	}
	return Address{Name: t.name(name, fallback), Mail: t.tidy(mail)}
}

// splitBare divides what has no brackets: the last word with an "@" is the
// address, and a single word may be a local user.
func splitBare(s string) (name, mail string) {
	if !strings.ContainsAny(s, " \t") {
		return "", s
	}
	if s[0] == '"' {
		if q := strings.LastIndexByte(s, '"'); q > 0 && q+1 < len(s) && s[q+1] == '@' {
			return "", s // "quoted local part"@domain
		}
	}
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return s, ""
	}
	from := strings.LastIndexAny(strings.TrimRight(s[:at], " \t"), " \t") + 1
	to := len(s)
	after := at + 1
	for after < len(s) && blank(s[after]) {
		after++
	}
	if i := strings.IndexAny(s[after:], " \t"); i >= 0 {
		to = after + i
	}
	return trim(s[:from]), s[from:to]
}

// tidy takes out blanks about the "@", which RFC 5322 section 4.4 forgives.
func (t *tools) tidy(mail string) string {
	at := strings.LastIndexByte(mail, '@')
	if at < 0 || (at == 0 || !blank(mail[at-1])) && (at+1 == len(mail) || !blank(mail[at+1])) {
		return mail
	}
	mark := len(t.arena.buf)
	t.arena.buf = append(t.arena.buf, trim(mail[:at])...)
	t.arena.buf = append(t.arena.buf, '@')
	t.arena.buf = append(t.arena.buf, trim(mail[at+1:])...)
	return t.arena.since(mark)
}

// withoutComments takes comments out of a phrase.
func (t *tools) withoutComments(s string) string {
	if strings.IndexByte(s, '(') < 0 {
		return s
	}
	scan := addressScan{rest: s}
	mark := len(t.arena.buf)
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			n := scan.inside(i, '"')
			t.arena.buf = append(t.arena.buf, s[i:i+n]...)
			i += n
		case '(':
			if n := scan.inside(i, ')'); n > 0 {
				i += n
				continue
			}
		}
		t.arena.buf = append(t.arena.buf, s[i])
	}
	return trim(t.arena.since(mark))
}

// name takes the quotes off a display name and decodes it. Encoded words in
// quotes are against RFC 2047 section 5 and everywhere.
func (t *tools) name(s, fallback string) string {
	s = trim(s)
	if strings.IndexByte(s, '"') >= 0 {
		mark := len(t.arena.buf)
		for i := 0; i < len(s); i++ {
			switch {
			case s[i] == '"':
				continue
			case s[i] == '\\' && i+1 < len(s):
				i++
			}
			t.arena.buf = append(t.arena.buf, s[i])
		}
		s = trim(t.arena.since(mark))
	}
	return t.decoded(s, fallback)
}
