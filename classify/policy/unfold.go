package policy

import "bytes"

// place is a position in the file as it was written, both from 1.
type place struct{ line, column int }

// layout tells where each line of the unfolded text stood in the file.
type layout []place

// at gives the place in the file of a place in the unfolded text.
func (l layout) at(line, column int) place {
	if line < 1 || line > len(l) {
		return place{line, column}
	}
	return place{l[line-1].line, l[line-1].column + column - 1}
}

// unfold breaks lines that hold more than one thing: TOML wants each header and
// each key on a line of its own, and rules are easier to compare when each
// stands on one. Text that is TOML already comes out as it is.
func unfold(src []byte) ([]byte, layout) {
	u := &unfolder{src: src, lines: layout{{1, 1}}, line: 1}
	for u.at < len(u.src) {
		u.blank()
		switch c := u.peek(); {
		case c == 0, c == '\n', c == '\r', c == '#':
			u.rest()
			continue
		case c == '[':
			u.header()
		default:
			u.pair()
		}
		u.blank()
		if c := u.peek(); c != 0 && c != '\n' && c != '\r' && c != '#' && u.whole {
			u.out = append(u.out, '\n')
			u.lines = append(u.lines, place{u.line, u.at - u.begin + 1})
			continue
		}
		u.rest()
	}
	return u.out, u.lines
}

type unfolder struct {
	src, out []byte
	lines    layout
	at       int  // in src
	line     int  // of src, from 1
	begin    int  // of that line
	whole    bool // the last header or pair was complete
}

func (u *unfolder) peek() byte {
	if u.at >= len(u.src) {
		return 0
	}
	return u.src[u.at]
}

// take copies bytes, and keeps count of the lines.
func (u *unfolder) take(n int) {
	for range min(n, len(u.src)-u.at) {
		c := u.src[u.at]
		u.out = append(u.out, c)
		u.at++
		if c == '\n' {
			u.line, u.begin = u.line+1, u.at
			u.lines = append(u.lines, place{u.line, 1})
		}
	}
}

func (u *unfolder) blank() {
	for c := u.peek(); c == ' ' || c == '\t'; c = u.peek() {
		u.take(1)
	}
}

// rest takes what is left of the line.
func (u *unfolder) rest() {
	n := bytes.IndexByte(u.src[u.at:], '\n')
	if n < 0 {
		n = len(u.src) - u.at - 1
	}
	u.take(n + 1)
}

// header takes [a] or [[a]].
func (u *unfolder) header() {
	u.whole = u.brackets()
}

// pair takes a key and its value.
func (u *unfolder) pair() {
	u.whole = false
	for c := u.peek(); c != '='; c = u.peek() {
		if c == 0 || c == '\n' || !u.piece() {
			return
		}
	}
	u.take(1)
	u.blank()
	switch c := u.peek(); c {
	case '[', '{':
		u.whole = u.brackets()
	case '"', '\'':
		u.whole = u.piece()
	default:
		for c := u.peek(); c > ' ' && c != '#'; c = u.peek() {
			u.take(1)
		}
		u.whole = true
	}
}

// brackets takes all up to where they are closed again.
func (u *unfolder) brackets() bool {
	for depth := 0; ; {
		switch c := u.peek(); c {
		case 0:
			return false
		case '[', '{':
			depth++
			u.take(1)
		case ']', '}':
			depth--
			u.take(1)
		case '#':
			u.rest()
		default:
			if !u.piece() {
				return false
			}
		}
		if depth == 0 {
			return true
		}
	}
}

// piece takes one byte, or a string as a whole; false when the string has no end.
func (u *unfolder) piece() bool {
	quote := u.peek()
	if quote != '"' && quote != '\'' {
		u.take(1)
		return true
	}
	end := []byte{quote}
	if bytes.HasPrefix(u.src[u.at:], []byte{quote, quote, quote}) {
		end = []byte{quote, quote, quote}
	}
	u.take(len(end))
	for u.at < len(u.src) {
		switch {
		case quote == '"' && u.peek() == '\\':
			u.take(2)
		case bytes.HasPrefix(u.src[u.at:], end):
			u.take(len(end))
			return true
		case len(end) == 1 && u.peek() == '\n':
			return false
		default:
			u.take(1)
		}
	}
	return false
}
