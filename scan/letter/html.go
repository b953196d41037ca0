package letter

import "bytes"

// lexer cuts HTML into text and tags as the WHATWG's tokenizer does (HTML
// standard, section 13.2.5), in one pass and without a copy. What a browser
// takes for a comment is passed over.
type lexer struct {
	src  []byte
	pos  int
	raw  *tag   // the element that was opened whose content holds no tags
	in   *tag   // the element that a text token is the whole content of, if it holds no tags
	text []byte // of a text token, entities still in it
	name []byte // of a tag
	open bool   // the tag's attributes have not been read to the end
	cut  bool   // the text ends in the tag
}

type token uint8

const (
	endToken token = iota
	textToken
	rawToken // text without entities
	startToken
	closeToken
)

// next moves to the next token. Attributes that nobody read are passed over.
func (l *lexer) next() token {
	l.in = nil
	if l.open {
		for _, _, ok := l.attr(); ok; _, _, ok = l.attr() {
		}
	}
	if l.raw != nil {
		if t := l.rawText(); t != endToken {
			return t
		}
	}
	for l.pos < len(l.src) {
		rest := l.src[l.pos:]
		if rest[0] != '<' {
			n := bytes.IndexByte(rest, '<')
			if n < 0 {
				n = len(rest)
			}
			l.text, l.pos = rest[:n], l.pos+n
			return textToken
		}
		if t := l.markup(rest); t != endToken {
			return t
		}
	}
	return endToken
}

// markup reads what begins with "<". It gives endToken for what nobody sees.
func (l *lexer) markup(rest []byte) token {
	if len(rest) > 1 && letter(rest[1]) {
		l.tagName(1)
		return startToken
	}
	switch {
	case len(rest) > 2 && rest[1] == '/' && letter(rest[2]):
		l.tagName(2)
		return closeToken
	case len(rest) > 1 && rest[1] == '!':
		l.pos += declaration(rest)
		return endToken
	case len(rest) > 1 && rest[1] == '?', len(rest) > 2 && rest[1] == '/':
		l.pos += upTo(rest, '>')
		return endToken
	}
	l.text = rest[:1]
	l.pos++
	return textToken
}

// tagName reads the name that begins skip bytes ahead.
func (l *lexer) tagName(skip int) {
	start := l.pos + skip
	i := start
	for i < len(l.src) && !endsTag[l.src[i]] {
		i++
	}
	l.name, l.pos, l.open = l.src[start:i], i, true
}

// attr reads the next attribute of the tag. Its value still holds entities.
func (l *lexer) attr() (name, value []byte, ok bool) {
	src, i := l.src, l.pos
	for i < len(src) && (tagSpace(src[i]) || src[i] == '/') {
		i++
	}
	if i >= len(src) || src[i] == '>' {
		l.pos, l.open, l.cut = min(i+1, len(src)), false, i >= len(src)
		return nil, nil, false
	}
	start := i
	for i++; i < len(src) && attrName[src[i]]; i++ {
	}
	name = src[start:i]
	for i < len(src) && tagSpace(src[i]) {
		i++
	}
	if i >= len(src) || src[i] != '=' {
		l.pos = i
		return name, nil, true
	}
	for i++; i < len(src) && tagSpace(src[i]); i++ {
	}
	value, l.pos = attrValue(src, i)
	return name, value, true
}

// attrValue reads a value at i, and says where what follows it begins.
func attrValue(src []byte, i int) (value []byte, after int) {
	if i >= len(src) || src[i] == '>' {
		return nil, i
	}
	if q := src[i]; q == '"' || q == '\'' {
		n := bytes.IndexByte(src[i+1:], q)
		if n < 0 {
			return nil, len(src) // no browser shows such a tag, nor what follows it
		}
		return src[i+1 : i+1+n], i + n + 2
	}
	start := i
	for i < len(src) && !tagSpace(src[i]) && src[i] != '>' {
		i++
	}
	return src[start:i], i
}

// tagSpace is HTML's white space, which has no vertical tab.
func tagSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }

// endsTag are the bytes that end a tag's name.
var endsTag = func() (t [256]bool) {
	for i := range t {
		t[i] = tagSpace(byte(i)) || i == '/' || i == '>'
	}
	return t
}()

// attrName are the bytes that may stand in an attribute's name.
var attrName = func() (t [256]bool) {
	for i := range t {
		t[i] = !tagSpace(byte(i)) && i != '=' && i != '>' && i != '/'
	}
	return t
}()

// rawText is the content of an element without tags, up to its own end tag.
func (l *lexer) rawText() token {
	t := l.raw
	l.raw = nil
	rest := l.src[l.pos:]
	n := len(rest)
	switch t.name {
	case "plaintext": // never ends
	case "script":
		n = scriptEnd(rest)
	default:
		n = rawEnd(rest, t.name)
	}
	l.text, l.pos = rest[:n], l.pos+n
	if n == 0 {
		return endToken
	}
	l.in = t
	if t.name == "textarea" || t.name == "title" {
		return textToken
	}
	return rawToken
}

// rawEnd is where "</name" stands, or the end.
func rawEnd(b []byte, name string) int {
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte("</"))
		if i < 0 {
			return len(b)
		}
		at += i
		if endsHere(b[at+2:], name) {
			return at
		}
		at += 2
	}
}

// endsHere reports whether b is name and the end of a tag's name.
func endsHere(b []byte, name string) bool {
	if !hasPrefix(b, name) || len(b) <= len(name) {
		return false
	}
	c := b[len(name)]
	return tagSpace(c) || c == '/' || c == '>'
}

// scriptEnd is rawEnd for scripts, where "<!--" and then "<script" hide one
// end tag (HTML standard, section 13.2.5.20 and after).
func scriptEnd(b []byte) int {
	var escaped, double bool
	for at := 0; at < len(b); {
		rest := b[at:]
		if escaped {
			i := bytes.IndexAny(rest, "<-")
			if i < 0 {
				return len(b)
			}
			at, rest = at+i, rest[i:]
			if rest[0] == '-' {
				n := 1
				for n < len(rest) && rest[n] == '-' {
					n++
				}
				if n >= 2 && n < len(rest) && rest[n] == '>' {
					escaped, double = false, false
				}
				at += n
				continue
			}
		} else {
			i := bytes.IndexByte(rest, '<')
			if i < 0 {
				return len(b)
			}
			at, rest = at+i, rest[i:]
		}
		at++
		switch {
		case rest[0] == '<' && len(rest) > 1 && rest[1] == '/' && endsHere(rest[2:], "script"):
			if !double {
				return at - 1
			}
			double = false
			at += len("/script>")
		case !escaped && bytes.HasPrefix(rest, []byte("<!--")):
			escaped = true
			at++ // the dashes may belong to "-->" as well
		case escaped && !double && endsHere(rest[1:], "script"):
			double = true
			at += len("script")
		}
	}
	return len(b)
}

// declaration is the length of a comment, a doctype or what a browser takes for one.
func declaration(b []byte) int {
	if !bytes.HasPrefix(b, []byte("<!--")) {
		return upTo(b, '>')
	}
	at := len("<!--")
	if rest := b[at:]; bytes.HasPrefix(rest, []byte(">")) {
		return at + 1
	} else if bytes.HasPrefix(rest, []byte("->")) {
		return at + 2
	}
	for {
		i := bytes.Index(b[at:], []byte("--"))
		if i < 0 {
			return len(b)
		}
		at += i + 2
		for at < len(b) && b[at] == '-' {
			at++
		}
		rest := b[at:]
		if bytes.HasPrefix(rest, []byte(">")) {
			return at + 1
		}
		if bytes.HasPrefix(rest, []byte("!>")) {
			return at + 2
		}
	}
}

// upTo is the length up to and with the next c, or of all.
func upTo(b []byte, c byte) int {
	if i := bytes.IndexByte(b, c); i >= 0 {
		return i + 1
	}
	return len(b)
}
