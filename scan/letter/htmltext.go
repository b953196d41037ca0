package letter

import (
	"encoding/binary"
	"math/bits"
)

// stripper turns HTML into the text that a person sees: tags, comments,
// styles, scripts and what is hidden go; inline elements join words, blocks
// part them by a line end and cells by a blank; white space counts as in a
// browser. Lines that another mail program quoted begin with ">", as in
// plain text, so that visible treats both alike.
//
// Hidden is only what every reader of mail hides. Rules of a style sheet are
// not looked at, nor is "mso-hide", which hides from one program only: what is
// hidden here is lost to all that comes after.
type stripper struct {
	bare bool // show hidden text as well

	lex    lexer
	out    []byte
	limit  int
	sep    separator // what must come before the next word
	unseen int       // bytes of text that were hidden
	value  []byte    // an attribute without entities
	hrefs  []href
	openElements
}

// separator says what parts two words, the strongest last.
type separator uint8

const (
	joined separator = iota
	spaced
	broken
)

// href is a link that was found when out was at bytes long.
type href struct {
	at    int
	url   string
	image bool
}

// strip leaves src's text in out and what it links to in hrefs, the URLs in
// the set's store.
func (s *stripper) strip(src []byte, links *linkSet, limit int) {
	s.lex = lexer{src: src}
	s.limit, s.sep, s.unseen = limit, joined, 0
	s.out, s.hrefs = s.out[:0], s.hrefs[:0]
	s.openElements.reset()
	for {
		switch s.lex.next() {
		case textToken:
			s.text(s.lex.text, true)
		case rawToken:
			s.text(s.lex.text, false)
		case startToken:
			t, key := tags.find(s.lex.name)
			s.start(t, key, links)
		case closeToken:
			s.end(tags.find(s.lex.name))
		case endToken:
			return
		}
	}
}

// start opens an element and reads its attributes.
func (s *stripper) start(t *tag, key uint64, links *linkSet) {
	var l look
	s.attributes(t, &l)
	s.imply(t.id, t.is)
	hard := s.hard > 0 || l.hard
	if t.is&(breaks|cell) != 0 && !hard && l.display != displayInline {
		s.part(t.is)
	}
	if t.is&verbatim != 0 {
		s.lex.raw = t
		return
	}
	if t.is&void == 0 {
		s.push(t, key, &l)
	}
	if len(l.url) > 0 && !hard && !s.veiled() && s.cites == 0 {
		s.link(links, &l)
	}
}

// veiled tells whether pictures and links at this place are invisible.
func (s *stripper) veiled() bool { return s.top() != nil && s.top().veiled }

// end closes the element that an end tag means.
func (s *stripper) end(t *tag, key uint64) {
	if t.id == idBR || t.id == idP && s.count[idP] == 0 {
		if s.shown() {
			s.sep = broken // an end tag without an element makes one
		}
		return
	}
	s.sep = max(s.sep, s.openElements.close(t, key))
}

// imply closes what the start of an element closes.
func (s *stripper) imply(id uint8, is tagBits) { s.sep = max(s.sep, s.openElements.imply(id, is)) }

func (s *stripper) part(is tagBits) {
	if is&breaks != 0 {
		s.sep = broken
	} else {
		s.sep = max(s.sep, spaced)
	}
}

// link notes where the reader of the text can go from here.
func (s *stripper) link(links *linkSet, l *look) {
	if len(s.hrefs) >= maxLinks {
		return
	}
	if url := links.clean(l.url); url != "" {
		s.hrefs = append(s.hrefs, href{at: len(s.out), url: url, image: l.image})
	}
}

// follow adds the links that stand in front of a place in out.
func (s *stripper) follow(links *linkSet, end int) {
	for _, h := range s.hrefs {
		if h.at < end || end == len(s.out) {
			links.add(h.url, h.image)
		}
	}
}

// text adds a piece of text, with or without entities in it.
func (s *stripper) text(b []byte, entities bool) {
	if in := s.lex.in; in != nil && in.is&dropped != 0 {
		return
	}
	if !s.shown() && !s.bare {
		s.unseen += len(trim(b))
		return
	}
	for i := 0; i < len(b) && len(s.out) < s.limit; {
		switch kind := textBytes[b[i]]; {
		case kind == wordByte || kind == entityByte && !entities:
			n := wordsLen(b[i:])
			s.word(b[i : i+n])
			i += n
		case kind == entityByte:
			i += s.entity(b[i:])
		default:
			s.white(b[i])
			i++
		}
	}
}

// wordsLen is how much of b is words with one blank between each two. The first
// byte counts as one of a word. Eight bytes at a time are passed over in which
// nothing can be the end; what looks like it is looked at by itself.
func wordsLen(b []byte) int {
	i := 1
	for ; len(b)-i >= 8; i += 7 { // two blanks may lie across two words
		v := binary.LittleEndian.Uint64(b[i:])
		blank := v ^ ' '*eachByte
		if end := below(v, ' ') | is(v, '&') | below(blank|blank>>8|0xff<<56, 1); end != 0 {
			if i += bits.TrailingZeros64(end) / 8; b[i-1] == ' ' {
				i--
			}
			break
		}
	}
	for i < len(b) && (textBytes[b[i]] == wordByte || b[i] == ' ' && i+1 < len(b) && textBytes[b[i+1]] == wordByte) {
		i++
	}
	return i
}

// white notes white space: it parts words, and lines where lines count.
func (s *stripper) white(c byte) {
	if (s.pres > 0 || s.lex.in != nil) && (c == '\n' || c == '\r') {
		s.sep = broken
		return
	}
	s.sep = max(s.sep, spaced)
}

// word adds words, after what must come before them.
func (s *stripper) word(b []byte) {
	if s.sep != joined || s.cites > 0 && len(s.out) == 0 {
		s.space()
	}
	s.out = append(s.out, b...)
}

// space writes the separator. Quotes get their ">" at each line's start.
func (s *stripper) space() {
	switch {
	case s.sep == broken || len(s.out) == 0:
		if len(s.out) > 0 {
			s.out = append(s.out, '\n')
		}
		if s.cites > 0 {
			s.out = append(s.out, "> "...)
		}
	case s.sep == spaced:
		s.out = append(s.out, ' ')
	}
	s.sep = joined
}

// entity adds what the entity at the start of b stands for, and says how long
// it is.
func (s *stripper) entity(b []byte) int {
	var buf [maxEntityText]byte
	text, n := entity(buf[:0], b, false)
	switch {
	case len(text) == 1 && space(text[0]), string(text) == "\u00a0":
		s.white(text[0])
	default:
		s.word(text)
	}
	return n
}

const (
	wordByte uint8 = iota
	spaceByte
	entityByte
)

// textBytes tells what a byte does in text.
var textBytes = func() (t [256]uint8) {
	for _, c := range " \t\r\n\f" {
		t[c] = spaceByte
	}
	t['&'] = entityByte
	return t
}()
