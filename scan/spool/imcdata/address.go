package imcdata

import (
	"bytes"
	"iter"
	"strings"
	"unicode/utf8"

	"qclean/scan/spool"
)

// addresses gives the addresses of a list (RFC 5322 section 3.4) in order,
// with comments, names, groups and routes taken off. It is linear, and takes
// what it can of a broken list.
func addresses(list string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for list != "" {
			var item string
			item, list = nextItem(list)
			if a := address(item); a != "" && !yield(a) {
				return
			}
		}
	}
}

// nextItem cuts a list at the next comma or end of a group, and the name of a
// group off.
func nextItem(list string) (item, rest string) {
	if strings.IndexByte(list, ',') < 0 && strings.IndexByte(list, ':') < 0 && strings.IndexByte(list, ';') < 0 {
		return list, "" // as most: one address
	}
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

// lexer follows quoted strings, comments and angle brackets.
type lexer struct {
	quoted, escaped, angle bool
	depth                  int // of comments
}

// plain takes the next character and tells whether it is outside of quoted strings and comments.
func (s *lexer) plain(c byte) bool {
	switch {
	case s.escaped:
		s.escaped = false
		return false
	case c == '\\' && (s.quoted || s.depth > 0):
		s.escaped = true
		return false
	case s.depth > 0:
		switch c {
		case '(':
			s.depth++
		case ')':
			s.depth--
		}
		return false
	case c == '"':
		s.quoted = !s.quoted
		return false
	case s.quoted:
		return false
	}
	switch c {
	case '(':
		s.depth++
		return false
	case '<':
		s.angle = true
	case '>':
		s.angle = false
	}
	return true
}

// address takes the address out of one item: what is in brackets, else all of it.
func address(item string) string {
	item = withoutComments(item)
	if open := outsideQuotes(item, '<'); open >= 0 {
		item = item[open+1:]
		if end := outsideQuotes(item, '>'); end >= 0 {
			item = item[:end]
		}
	}
	item = strings.TrimSpace(item)
	if isPlain(item) {
		return item
	}
	if colon := strings.IndexByte(item, ':'); strings.HasPrefix(item, "@") && colon >= 0 {
		item = item[colon+1:] // a route (RFC 5322 section 4.4)
	}
	if len(item) > maxAddress || !strings.Contains(item, "@") || outsideQuotes(item, ' ') >= 0 || hasControl(item) || !closed(item) {
		return ""
	}
	return item
}

// isPlain tells an address, of no forbidden length, that has nothing in it which
// could be anything else: no quotes, blanks, brackets or colons.
func isPlain(s string) bool {
	if len(s) > maxAddress || strings.IndexByte(s, '@') < 0 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if !plainBytes[s[i]] {
			return false
		}
	}
	return true
}

var plainBytes = func() (t [256]bool) {
	for c := range t {
		t[c] = hostBytes[c] && c != ':' && c != '[' && c != ']' || c == '@' || c == '+' || c == '='
	}
	return t
}()

// closed tells whether every quoted string has its end.
func closed(s string) bool {
	var l lexer
	for i := 0; i < len(s); i++ {
		l.plain(s[i])
	}
	return !l.quoted
}

func withoutComments(s string) string {
	if strings.IndexByte(s, '(') < 0 {
		return s
	}
	var out strings.Builder
	out.Grow(len(s))
	var l lexer
	for i := 0; i < len(s); i++ {
		was := l.depth
		l.plain(s[i])
		if was == 0 && l.depth == 0 {
			out.WriteByte(s[i])
		}
	}
	return out.String()
}

// hasControl tells whether a line end, a NUL or the like is in a string.
func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// forPath is the recipient of a Received field, "" when it names none
// (RFC 5321 section 4.4): the last "for" before the date, since what stands
// earlier is what the client said.
func forPath(l *spool.Lender, received []byte) string {
	var room [512]byte // longer than most
	said := appendSaid(room[:0], received)
	if semicolon := bytes.LastIndexByte(said, ';'); semicolon >= 0 {
		said = said[:semicolon]
	}
	if a := pathOf(l.String(afterFor(said))); strings.Contains(a, "@") && !hasControl(a) {
		return a
	}
	return ""
}

// appendSaid appends a field's value, its lines joined, without comments. What
// is neither of them, nor their beginning, goes by the piece.
func appendSaid(out, value []byte) []byte {
	var l lexer
	for len(value) > 0 {
		if l == (lexer{}) {
			n := 0
			for n < len(value) && !turnsLexer[value[n]] {
				n++
			}
			out, value = append(out, value[:n]...), value[n:]
			if n > 0 {
				continue
			}
		}
		c := value[0]
		value = value[1:]
		if c == '\r' || c == '\n' {
			continue
		}
		was := l.depth
		l.plain(c)
		l.angle = false // of no meaning here
		if was == 0 && l.depth == 0 {
			out = append(out, c)
		}
	}
	return out
}

// turnsLexer are the bytes outside of strings and comments that are more than
// themselves.
var turnsLexer = [256]bool{'"': true, '(': true, '\r': true, '\n': true}

// afterFor is the word behind the last "for" that has one.
func afterFor(text []byte) []byte {
	next := []byte(nil)
	for end := len(text); end > 0; {
		if text[end-1] >= utf8.RuneSelf {
			return []byte(afterForUnicode(string(text)))
		}
		if isBlank(text[end-1]) {
			end--
			continue
		}
		at := end - 1
		for at > 0 && !isBlank(text[at-1]) && text[at-1] < utf8.RuneSelf {
			at--
		}
		if at > 0 && text[at-1] >= utf8.RuneSelf {
			return []byte(afterForUnicode(string(text)))
		}
		word := text[at:end]
		if next != nil && isName(word, "for") {
			return next
		}
		next, end = word, at
	}
	return nil
}

// afterForUnicode is afterFor where there may be blanks of other alphabets.
func afterForUnicode(text string) (path string) {
	before := ""
	for word := range strings.FieldsSeq(text) {
		if fold(before, "for") {
			path = word
		}
		before = word
	}
	return path
}

// isBlank tells a blank of ASCII.
func isBlank(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
