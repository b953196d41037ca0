package letter

import (
	"strconv"
	"strings"
)

// maxSegments bounds the pieces of a continued parameter (RFC 2231 section 3).
const maxSegments = 32

// mediaType reads the type of a Content-Type value in lower case, and what
// follows it. A broken one counts as none (RFC 2045 section 5.2), but "text"
// alone is what RFC 1049 called text/plain.
func (t *tools) mediaType(v string) (typ, rest string) {
	v = trim(v)
	n := 0
	for n < len(v) && v[n] != ';' && !space(v[n]) && v[n] != '(' && v[n] != ',' {
		n++
	}
	typ, rest = v[:n], v[n:]
	major, minor, ok := strings.Cut(typ, "/")
	if same(typ, "text") {
		return "text/plain", rest
	}
	if !ok || !isToken(major) || !isToken(minor) {
		return "", rest
	}
	return t.lower(typ), rest
}

// isToken reports whether s may be half of a media type (RFC 2045 section 5.1).
func isToken(s string) bool {
	for i := 0; i < len(s); i++ {
		if !tokenBytes[s[i]] {
			return false
		}
	}
	return s != ""
}

// tokenBytes are the bytes of a token.
var tokenBytes = func() (t [256]bool) {
	for c := ' ' + 1; c < 0x7f; c++ {
		t[c] = !strings.ContainsRune(`()<>@,;:\"/[]?=`, c)
	}
	return t
}()

// lower is s in lower case, s itself when it already is.
func (t *tools) lower(s string) string {
	for i := 0; i < len(s); i++ {
		if 'A' <= s[i] && s[i] <= 'Z' {
			mark := len(t.arena.buf)
			t.arena.buf = lowered(t.arena.buf, s)
			return t.arena.since(mark)
		}
	}
	return s
}

// param finds one parameter in what follows a media type or a disposition, in
// the forms of RFC 2045 section 5.1 and RFC 2231, of which the extended comes
// before the plain (RFC 6266 section 4.3 says so for the same syntax). It may
// still hold encoded words.
func (t *tools) param(rest, want string) string {
	var plain string
	starred := false
	for at := rest; at != ""; {
		name, value, next := nextParam(at)
		at = next
		if !hasPrefix(name, want) {
			continue
		}
		switch suffix := name[len(want):]; {
		case suffix == "" && plain == "":
			plain = value
		case suffix != "" && suffix[0] == '*':
			starred = true
		}
	}
	if starred {
		if v, ok := t.starred(rest, want); ok {
			return v
		}
	}
	return t.unescape(plain)
}

// starred is the parameter in the form of RFC 2231, false when it has no
// beginning. Few messages have one, and the room for the pieces is large.
func (t *tools) starred(rest, want string) (string, bool) {
	var segments [maxSegments]segment
	top := 0
	for rest != "" {
		name, value, next := nextParam(rest)
		rest = next
		if !hasPrefix(name, want) || len(name) == len(want) || name[len(want)] != '*' {
			continue
		}
		if i, seg := parseSegment(name[len(want)+1:], value); i >= 0 && i < maxSegments && !segments[i].set {
			segments[i] = seg
			top = max(top, i)
		}
	}
	if !segments[0].set {
		return "", false
	}
	return t.extended(segments[:top+1]), true
}

// segment is one piece of an extended parameter.
type segment struct {
	value   string
	encoded bool // percent signs are escapes
	set     bool
}

// parseSegment reads what follows the name's first "*": nothing for a whole
// value, else a number, and a second "*" when it is encoded.
func parseSegment(suffix, value string) (int, segment) {
	if suffix == "" {
		return 0, segment{value: value, encoded: true, set: true}
	}
	number, encoded := strings.CutSuffix(suffix, "*")
	i, err := strconv.Atoi(number)
	if err != nil {
		return -1, segment{}
	}
	return i, segment{value: value, encoded: encoded, set: true}
}

// extended joins the pieces and turns charset'language'text into UTF-8.
func (t *tools) extended(segments []segment) string {
	charset := ""
	t.word = t.word[:0]
	for i, seg := range segments {
		if !seg.set {
			break
		}
		v := seg.value
		if i == 0 && seg.encoded {
			if name, after, ok := strings.Cut(v, "'"); ok {
				if _, text, ok := strings.Cut(after, "'"); ok {
					charset, v = name, text
				}
			}
		}
		if seg.encoded {
			t.word = unpercent(t.word, v)
		} else {
			t.word = append(t.word, v...)
		}
	}
	mark := len(t.arena.buf)
	t.arena.buf, _ = t.sets.append(t.arena.buf, t.word, charset)
	return t.arena.since(mark)
}

// unpercent appends s with its %XX decoded; a broken one stays as it is.
func unpercent(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if hi, lo := hex(s[i+1]), hex(s[i+2]); hi >= 0 && lo >= 0 {
				dst = append(dst, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		dst = append(dst, s[i])
	}
	return dst
}

// nextParam reads "name=value" or "name="value"" from s. The semicolon between
// two may be missing after a quote, and a value may hold blanks without being
// quoted: both are common.
func nextParam(s string) (name, value, rest string) {
	for s != "" && (space(s[0]) || s[0] == ';') {
		s = s[1:]
	}
	n := 0
	for n < len(s) && s[n] != '=' && s[n] != ';' {
		n++
	}
	name = trim(s[:n])
	if n == len(s) || s[n] == ';' {
		return name, "", s[n:]
	}
	s = s[n+1:]
	for s != "" && space(s[0]) {
		s = s[1:]
	}
	if s != "" && s[0] == '"' {
		value, rest = quoted(s)
		return name, value, rest
	}
	n = 0
	for n < len(s) && s[n] != ';' {
		n++
	}
	return name, trim(s[:n]), s[n:]
}

// quoted splits a quoted string from what follows it. Escapes stay in; a
// missing closing quote is at the end.
func quoted(s string) (value, rest string) {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return s[1:i], s[i+1:]
		}
	}
	return s[1:], ""
}

// unescape takes the backslashes out in front of quotes and backslashes. Others
// stay: Windows programs write paths as they are.
func (t *tools) unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	mark := len(t.arena.buf)
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\') {
			i++
		}
		t.arena.buf = append(t.arena.buf, s[i])
	}
	return t.arena.since(mark)
}
