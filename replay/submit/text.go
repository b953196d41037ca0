package submit

import (
	"bufio"
	"io"
)

// lines gives a text with LF at the end of each line, whatever it had. A CR
// that ends no line becomes a blank, as Postfix does it
// (cleanup_replace_stray_cr_lf): servers differ in what they take for the end
// of a text, and "CR . CR" must not end it anywhere, or what follows is read as
// commands.
type lines struct {
	from *bufio.Reader
	err  error // of reading, so that it can be told from that of writing
}

func newLines(r io.Reader) *lines { return &lines{from: bufio.NewReaderSize(r, 16<<10)} }

// Read never gives a CR.
func (l *lines) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		c, err := l.from.ReadByte()
		if err != nil {
			if err != io.EOF {
				l.err = err
			}
			if n > 0 && err == io.EOF {
				return n, nil
			}
			return n, err
		}
		if c == '\r' {
			if next, _ := l.from.Peek(1); len(next) == 1 && next[0] == '\n' {
				continue
			}
			c = ' '
		}
		p[n] = c
		if n++; l.from.Buffered() == 0 {
			return n, nil
		}
	}
	return n, nil
}
