package letter

import (
	"bytes"
	"iter"
)

// The defaults of Limits.
const (
	defaultHeader = 256 << 10
	defaultFields = 2000
	defaultParts  = 1000
	defaultDepth  = 8
	defaultText   = 64 << 10
)

// badRun is how many lines in a row may be no field before the rest is taken
// for a body without a blank line in front of it.
const badRun = 16

// Get is the value of the first field of that name, "" without one. The
// name's case does not matter.
func (h Header) Get(name string) string {
	for i := range h {
		if equalNames(h[i].Name, name) {
			return h[i].Value
		}
	}
	return ""
}

// Has tells whether there is a field of that name.
func (h Header) Has(name string) bool {
	for i := range h {
		if equalNames(h[i].Name, name) {
			return true
		}
	}
	return false
}

// All gives the values of all fields of that name, the uppermost first.
func (h Header) All(name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range h {
			if equalNames(h[i].Name, name) && !yield(h[i].Value) {
				return
			}
		}
	}
}

func equalNames(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	if a == b {
		return true
	}
	for i := 0; i < len(a); i++ {
		if a[i] != b[i] && lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

// headerScan reads one header block (RFC 5322 section 2.2), line by line.
//
// It forgives what mail programs forgive: any line end, blanks in front of the
// colon, lines that are no field. Such a line is skipped when a field follows;
// when none does, the body began there without a blank line, which is where
// sendmail (collect.c) and Postfix (cleanup_message.c) put one.
type headerScan struct {
	text  []byte
	limit int  // fields begin in text[:limit]
	eol   byte // '\n', or '\r' for a text that knows no other
	pos   int
	arena *arena

	bad   int // where the current run of bad lines began
	run   int // its length
	flaws Defect
}

// fields appends the fields to into, most of them, and says where the body begins.
func (s *headerScan) fields(into []Field, most int) ([]Field, int) {
	first := len(into)
	s.eol = '\n'
	if head := s.text[:s.limit]; bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head, '\r') >= 0 {
		s.eol = '\r'
	}
	for s.pos < s.limit {
		start, end := s.pos, s.lineEnd(s.pos)
		line := trimCR(s.text[start:end])
		if len(line) == 0 && s.ended(end) {
			return into, s.close(min(end+1, len(s.text)), len(into) > first)
		}
		if len(into)-first >= most {
			return into, s.skip()
		}
		s.pos = min(end+1, len(s.text))
		colon := nameEnd(line)
		if colon < 0 {
			if s.run++; s.run == 1 {
				s.bad = start
			}
			if s.run >= badRun {
				break
			}
			continue
		}
		s.good()
		f := Field{Name: view(trim(line[:colon]))}
		if s.pos < s.limit && blank(s.text[s.pos]) {
			f.Value = s.unfold(line[colon+1:])
		} else {
			f.Value = view(trim(line[colon+1:]))
		}
		into = append(into, f)
		if s.limit < len(s.text) && !s.ended(s.pos-1) {
			return into, s.skip()
		}
	}
	if s.run > 0 {
		return into, s.close(s.bad, len(into) > first)
	}
	if s.limit < len(s.text) {
		return into, s.skip()
	}
	s.flaws |= NoBlankLine
	return into, len(s.text)
}

// lineEnd is where the line's end character stands, or the limit.
func (s *headerScan) lineEnd(from int) int {
	if i := bytes.IndexByte(s.text[from:s.limit], s.eol); i >= 0 {
		return from + i
	}
	return s.limit
}

// ended tells whether a line ends at that place, by its end or the text's.
func (s *headerScan) ended(at int) bool { return at >= len(s.text) || s.text[at] == s.eol }

// good ends a run of bad lines.
func (s *headerScan) good() {
	if s.run > 0 {
		s.flaws |= BadField
		s.run = 0
	}
}

// close settles a blank line, or too many bad lines: those in front of it are body.
func (s *headerScan) close(after int, any bool) int {
	if !any {
		s.flaws |= NoHeader
	}
	if s.run > 0 {
		if any {
			s.flaws |= NoBlankLine
		}
		return s.bad
	}
	return after
}

// unfold joins a field's lines: the line ends go, the white space after them stays.
func (s *headerScan) unfold(first []byte) string {
	mark := len(s.arena.buf)
	s.arena.buf = append(s.arena.buf, first...)
	for s.pos < s.limit && blank(s.text[s.pos]) {
		end := s.lineEnd(s.pos)
		s.arena.buf = append(s.arena.buf, trimCR(s.text[s.pos:end])...)
		s.pos = min(end+1, len(s.text))
		if !s.ended(end) {
			break
		}
	}
	return trim(s.arena.since(mark))
}

// skip finds the body of a header that is too long to read.
func (s *headerScan) skip() int {
	s.flaws |= HeaderCut
	at := min(s.pos, s.limit)
	if at == 0 || s.text[at-1] != s.eol {
		at = s.following(at) // in the middle of a line
	}
	for at < len(s.text) {
		next := s.following(at)
		if next-at <= 3 && len(trimCR(bytes.TrimSuffix(s.text[at:next], []byte{s.eol}))) == 0 {
			return next
		}
		at = next
	}
	s.flaws |= NoBlankLine
	return len(s.text)
}

// following is where the line after the one at a place begins.
func (s *headerScan) following(at int) int {
	if i := bytes.IndexByte(s.text[at:], s.eol); i >= 0 {
		return at + i + 1
	}
	return len(s.text)
}

// nameEnd is the place of the colon after a field name, -1 for a line that is
// no field: a name is printable ASCII (RFC 5322 section 3.6.8), and old
// programs put blanks after it (section 4.5).
func nameEnd(line []byte) int {
	for i, c := range line {
		switch {
		case c == ':':
			if i == 0 {
				return -1
			}
			return i
		case c > ' ' && c < 0x7f:
		case blank(c) && i > 0 && onlyBlanks(line[i:]):
			return i + bytes.IndexByte(line[i:], ':')
		default:
			return -1
		}
	}
	return -1
}

// onlyBlanks reports whether nothing else stands before a colon.
func onlyBlanks(b []byte) bool {
	for _, c := range b {
		if !blank(c) {
			return c == ':'
		}
	}
	return false
}

func trimCR(line []byte) []byte {
	for len(line) > 0 && line[len(line)-1] == '\r' {
		line = line[:len(line)-1]
	}
	return line
}
