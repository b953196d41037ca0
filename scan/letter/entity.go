package letter

import (
	"html"
	"unicode/utf8"
)

// maxEntity is the length of the longest entity, "&CounterClockwiseContourIntegral;";
// maxEntityText that of the longest text that one stands for, and of any that
// is given back as it was written.
const (
	maxEntity     = 33
	maxEntityText = 40
)

// entity appends what the "&" at the start of b means, and says how much of b
// it took (HTML standard, section 13.2.5.72). In an attribute, an entity
// without its semicolon in front of "=" or a letter is none: it is a
// parameter of an address.
func entity(dst, b []byte, attribute bool) ([]byte, int) {
	if len(b) > 1 && b[1] == '#' {
		return numericEntity(dst, b)
	}
	n := 1
	for n < len(b) && n < maxEntity-1 && (letter(b[n]) || '0' <= b[n] && b[n] <= '9') {
		n++
	}
	ended := n < len(b) && b[n] == ';'
	if n == 1 || attribute && !ended && n < len(b) && b[n] == '=' {
		return append(dst, '&'), 1
	}
	if ended {
		n++
	}
	if r := commonEntity(b[1:n]); r != 0 {
		return utf8.AppendRune(dst, r), n
	}
	text := html.UnescapeString(view(b[:n]))
	if attribute && !exactly(text, ended) {
		return append(dst, '&'), 1 // "&copyright=": only its beginning is a name
	}
	if text == view(b[:n]) {
		return append(dst, '&'), 1
	}
	return append(dst, text...), n
}

// exactly reports whether all of a name was understood and not its beginning
// only: what was left over would stand at the end of the text. Names that need
// no semicolon mean one character.
func exactly(text string, ended bool) bool {
	if ended {
		return text == ";" || text[len(text)-1] != ';'
	}
	return utf8.RuneCountInString(text) == 1
}

// commonEntity spares the ones of which mail is full a look into the table.
func commonEntity(name []byte) rune {
	switch string(name) {
	case "nbsp;":
		return '\u00a0'
	case "amp;":
		return '&'
	case "lt;":
		return '<'
	case "gt;":
		return '>'
	case "quot;":
		return '"'
	case "zwnj;":
		return '\u200c'
	case "rsquo;":
		return '’'
	}
	return 0
}

// numericEntity reads "&#123;" and "&#x7b;". The semicolon may be missing. The
// numbers 128 to 159 mean windows-1252; what is no character is U+FFFD.
func numericEntity(dst, b []byte) ([]byte, int) {
	n, base := 2, 10
	if n < len(b) && b[n]|0x20 == 'x' {
		n, base = 3, 16
	}
	first, value := n, 0
	for ; n < len(b); n++ {
		v := hex(b[n])
		if v < 0 || v >= base {
			break
		}
		if value <= utf8.MaxRune {
			value = value*base + v
		}
	}
	if n == first {
		return append(dst, '&'), 1
	}
	if n < len(b) && b[n] == ';' {
		n++
	}
	if 0x80 <= value && value < 0xa0 {
		return latin1.append(dst, []byte{byte(value)}), n
	}
	if value == 0 || value > utf8.MaxRune {
		value = utf8.RuneError
	}
	return utf8.AppendRune(dst, rune(value)), n // a surrogate becomes U+FFFD as well
}

// unescaped appends an attribute's value with its entities decoded.
func unescaped(dst, b []byte) []byte {
	for i := 0; i < len(b); {
		n := 1
		if b[i] == '&' {
			dst, n = entity(dst, b[i:], true)
		} else {
			dst = append(dst, b[i])
		}
		i += n
	}
	return dst
}
