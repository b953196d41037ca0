package letter

import "strings"

// maxCharsetName bounds the name of a charset; the longest known has 45 letters.
const maxCharsetName = 64

// decoded is a header value for people: encoded words (RFC 2047) decoded, and
// bytes that are not UTF-8 taken for the fallback charset. Broken words are
// read as far as they go, where the library gives up on the whole value.
func (t *tools) decoded(v, fallback string) string {
	if strings.IndexByte(v, '=') < 0 && plain(lend(v)) {
		return v
	}
	mark := len(t.arena.buf)
	for v != "" {
		i := strings.Index(v, "=?")
		if i < 0 {
			t.raw(v, fallback)
			break
		}
		w, rest, ok := parseWord(v[i:])
		if !ok {
			t.raw(v[:i+2], fallback)
			v = v[i+2:]
			continue
		}
		t.raw(v[:i], fallback)
		v = t.words(w, rest)
	}
	return t.arena.since(mark)
}

// raw appends what stands outside of encoded words.
func (t *tools) raw(s, fallback string) {
	if fallback == "" || same(fallback, "utf-8") {
		fallback = "us-ascii" // what is not UTF-8 after all is windows-1252
	}
	t.arena.buf, _ = t.sets.appendLoose(t.arena.buf, lend(s), fallback)
}

// words appends an encoded word and those that follow it after nothing but
// blanks, which do not count (RFC 2047 section 6.2). The bytes of words in the
// same charset are joined before they are converted: many programs split a
// character between two words.
func (t *tools) words(w word, rest string) string {
	t.word = w.decode(t.word[:0])
	for {
		after := strings.TrimLeft(rest, " \t\r\n")
		if !strings.HasPrefix(after, "=?") {
			break
		}
		next, more, ok := parseWord(after)
		if !ok {
			break
		}
		if !equalNames(next.charset, w.charset) {
			t.arena.buf, _ = t.sets.append(t.arena.buf, t.word, w.charset)
			t.word = t.word[:0]
		}
		t.word = next.decode(t.word)
		w, rest = next, more
	}
	t.arena.buf, _ = t.sets.append(t.arena.buf, t.word, w.charset)
	return rest
}

// word is one encoded word.
type word struct {
	charset string
	base64  bool
	text    string
}

// parseWord reads =?charset*language?encoding?text?= at the start of s. Blanks
// in the text and a missing end are forgiven.
func parseWord(s string) (w word, rest string, ok bool) {
	s = s[2:]
	n := strings.IndexByte(s[:min(len(s), maxCharsetName)], '?')
	if n <= 0 || n+2 >= len(s) || s[n+2] != '?' {
		return w, "", false
	}
	w.charset, _, _ = strings.Cut(s[:n], "*") // RFC 2231 section 5
	if strings.IndexByte(w.charset, ' ') >= 0 {
		return w, "", false
	}
	switch s[n+1] {
	case 'b', 'B':
		w.base64 = true
	case 'q', 'Q':
	default:
		return w, "", false
	}
	w.text, rest, _ = strings.Cut(s[n+3:], "?=")
	return w, rest, true
}

// decode appends the word's bytes.
func (w word) decode(dst []byte) []byte {
	if w.base64 {
		dst, _ = unbase64(dst, lend(w.text), len(w.text))
		return dst
	}
	for i := 0; i < len(w.text); i++ {
		c := w.text[i]
		switch {
		case c == '_':
			c = ' '
		case c == '=' && i+2 < len(w.text) && hex(w.text[i+1]) >= 0 && hex(w.text[i+2]) >= 0:
			c = byte(hex(w.text[i+1])<<4 | hex(w.text[i+2]))
			i += 2
		}
		dst = append(dst, c)
	}
	return dst
}
