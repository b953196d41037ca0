package letter

import (
	"bytes"
	"unicode/utf8"
)

// What Text is: the lines that the sender of this message wrote for its
// reader. Left out and counted in Quoted are
//
//   - lines that begin with ">", and HTML's quotes, which html.go marks so;
//   - all that follows a mark under which programs put the message that they
//     forward, answer or return: see marks.go;
//   - blocks of PGP armour.
//
// Greetings, signatures and disclaimers stay: they are what a person sees, and
// whoever groups messages must weigh them anyway.

// sight is the state of one text part while its lines are looked at.
type sight struct {
	r       *Reader
	src     []byte
	raw     bool // src is a piece of the message as it came
	cut     int  // where in src the first mark stands
	aside   bool // after a mark
	armour  bool // in a block of PGP armour
	blank   bool // the line before was empty: one such line in a row is enough
	written bool // something of this part is in Text
}

// visible adds the lines of a part to Text or to Aside. It gives the place of
// the first mark, or the length of src.
func (r *Reader) visible(src []byte, raw bool) (cut int) {
	s := sight{r: r, src: src, raw: raw, cut: len(src), blank: true}
	if len(r.text) > 0 {
		s.keep(nil) // parts stand apart
	}
	eol := byte('\n')
	if bytes.IndexByte(src, '\n') < 0 && bytes.IndexByte(src, '\r') >= 0 {
		eol = '\r'
	}
	for at := 0; at < len(src); {
		end := len(src)
		if i := bytes.IndexByte(src[at:], eol); i >= 0 {
			end = at + i
		}
		s.line(trimCR(src[at:end]), at, min(end+1, len(src)))
		at = end + 1
	}
	return s.cut
}

// line decides over one line, which begins at src[at]; the next begins at src[next].
func (s *sight) line(line []byte, at, next int) {
	first := 0
	for first < len(line) && blank(line[first]) {
		first++
	}
	if first == len(line) {
		s.empty()
		return
	}
	rest := line[first:]
	if s.armour && s.inArmour(rest) {
		return
	}
	switch {
	case rest[0] == '>':
		if !bytes.HasPrefix(line, []byte(">From ")) { // quoted by an mbox, not by a person
			s.leave(line)
			return
		}
		line = line[1:]
	case mayMark(rest) && s.mark(rest, at, next):
		return
	}
	if s.aside {
		s.leave(line)
		return
	}
	s.keep(line)
}

func (s *sight) empty() {
	if s.aside || s.blank {
		return
	}
	s.blank = true
	s.keep(nil)
}

// mark reports whether a line that may be a mark is one, and does what it says.
func (s *sight) mark(line []byte, at, next int) bool {
	if bytes.HasPrefix(line, []byte("-----BEGIN ")) {
		s.armour = true
		s.r.msg.Quoted += len(line)
		return true
	}
	switch markOf(line) {
	case noMark:
		if s.aside || !s.written || !headBlock(line, s.src[next:]) {
			return false
		}
	case endMark:
		s.aside = false
		return true
	}
	if !s.aside {
		s.aside = true
		s.cut = min(s.cut, at)
		s.original(s.src[next:])
	}
	s.leave(line)
	return true
}

// original remembers the text after a mark as what was forwarded or returned.
func (s *sight) original(text []byte) {
	r := s.r
	if r.returnedRank != noOriginal {
		return
	}
	for range maxMarkLines { // Exim and others write more than one line
		line := text
		if i := bytes.IndexByte(text, '\n'); i >= 0 {
			line = text[:i]
		}
		if t := trim(line); len(line) == len(text) || len(t) > 0 && t[0] != '-' {
			break
		}
		text = text[len(line)+1:]
	}
	if len(trim(text)) == 0 {
		return
	}
	if !s.raw {
		r.returned = append(r.returned[:0], text[:min(len(text), maxReturned)]...)
		text = r.returned
	}
	r.msg.Returned, r.returnedRank = text, markedText
}

const (
	maxMarkLines = 8
	maxReturned  = 256 << 10 // of an original that had to be decoded
)

// inArmour takes a line of a PGP block (RFC 9580 section 6.2): "Name: value",
// base64, and the end. Any other line ends it: an armour that does not hold
// hides nothing. Signed text follows its head as it is.
func (s *sight) inArmour(line []byte) bool {
	if bytes.HasPrefix(line, []byte("-----END ")) {
		s.armour = false
		s.r.msg.Quoted += len(line)
		return true
	}
	line = trim(line)
	head := bytes.HasPrefix(line, []byte("Version: ")) || bytes.HasPrefix(line, []byte("Comment: ")) ||
		bytes.HasPrefix(line, []byte("Hash: ")) || bytes.HasPrefix(line, []byte("Charset: ")) || bytes.HasPrefix(line, []byte("MessageID: "))
	if !head && !armoured(line) {
		s.armour = false
		return false
	}
	s.r.msg.Quoted += len(line)
	return true
}

// armoured tells a line of base64 from a line of words.
func armoured(line []byte) bool {
	if len(line) == 0 || len(line) > 96 {
		return false
	}
	for _, c := range line {
		if v := base64Values[c]; v >= 64 && v != padChar {
			return false
		}
	}
	return len(line) >= 40 || line[0] == '=' || line[len(line)-1] == '=' || bytes.ContainsAny(line, "+/0123456789")
}

// keep adds a line to Text.
func (s *sight) keep(line []byte) {
	r := s.r
	room := r.limits.Text - len(r.text)
	if len(line) >= longLine {
		line = s.r.narrow(line)
	}
	if len(line)+1 > room {
		r.msg.Defects |= TextCut
		line = whole(line[:min(len(line), max(room-1, 0))])
		if room <= 0 {
			return
		}
	}
	if len(line) > 0 {
		s.blank, s.written = false, true
	}
	r.text = append(append(r.text, line...), '\n')
}

// leave adds a line to Aside.
func (s *sight) leave(line []byte) {
	r := s.r
	r.msg.Quoted += len(line) + 1
	if room := maxAside - len(r.aside); room > 1 {
		r.aside = append(append(r.aside, whole(line[:min(len(line), room-1)])...), '\n')
	}
}

const (
	maxAside = 64 << 10
	longLine = 512 // from here on blanks are counted
)

// narrow makes one blank of many in a long line: 64 KB of blanks in front of a
// text would push it out of what is kept.
func (r *Reader) narrow(line []byte) []byte {
	r.squeezed = r.squeezed[:0]
	was := false
	for _, c := range line {
		is := blank(c)
		if !is || !was {
			r.squeezed = append(r.squeezed, c)
		}
		was = is
	}
	return r.squeezed
}

// whole takes a character off the end that was cut in two.
func whole(b []byte) []byte {
	for i := len(b) - 1; i >= 0 && i >= len(b)-utf8.UTFMax; i-- {
		if utf8.RuneStart(b[i]) {
			if utf8.FullRune(b[i:]) {
				return b
			}
			return b[:i]
		}
	}
	return b
}
