package journal

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
)

// Reader reads a journal from its beginning.
type Reader struct {
	in     *bufio.Reader
	at     Position
	marked bool // the last good line was the last before a sync
}

// NewReader reads from the first byte of a journal.
func NewReader(r io.Reader) *Reader { return &Reader{in: bufio.NewReaderSize(r, 64<<10)} }

// Lines yields the lines up to the torn end, if there is one, and last an
// error if the journal is damaged or cannot be read: then nothing that was
// yielded may be relied upon.
func (r *Reader) Lines() iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		for {
			text, err := r.line()
			if errors.Is(err, io.EOF) && text == "" {
				return
			}
			if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, errBadLine) {
				yield(Line{}, err)
				return
			}
			n, bad := r.check(text, err)
			if bad != nil {
				if err := r.torn(text, bad); err != nil {
					yield(Line{}, err)
				}
				return
			}
			r.take(n, len(text))
			if n.Kind != mark && !yield(n.Line, nil) {
				return
			}
		}
	}
}

// End is where the good lines end, once Lines has come to its end.
func (r *Reader) End() Position { return r.at }

// errBadLine is a line that cannot be one: without end, or too long.
var errBadLine = errors.New("line without end")

// line reads up to a line end. It gives what is there with io.EOF at the end
// of the file, and what fits with errBadLine when the line is too long.
func (r *Reader) line() (string, error) {
	var long []byte
	for {
		part, err := r.in.ReadSlice('\n')
		if err == nil && long == nil {
			return string(part[:len(part)-1]), nil
		}
		long = append(long, part...)
		switch {
		case err == nil && len(long) <= MaxLine:
			return string(long[:len(long)-1]), nil
		case errors.Is(err, io.EOF):
			return string(long), io.EOF
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return "", fmt.Errorf("read journal: %w", err)
		case len(long) > MaxLine:
			return string(long), errBadLine
		}
	}
}

// check tells whether this is the line that has to come next.
func (r *Reader) check(text string, end error) (numbered, error) {
	if end != nil {
		return numbered{}, errBadLine
	}
	n, err := parseLine(text)
	switch {
	case err != nil:
		return n, err
	case n.number != r.at.Lines+1:
		return n, fmt.Errorf("number %d, expected %d", n.number, r.at.Lines+1)
	case n.syncs != r.at.Syncs:
		return n, fmt.Errorf("after %d syncs, expected %d", n.syncs, r.at.Syncs)
	case r.at.Offset+int64(len(text))+1 > MaxSize:
		return n, ErrTooLong
	}
	return n, nil
}

func (r *Reader) take(n numbered, size int) {
	r.at.Lines = n.number
	r.at.Offset += int64(size) + 1
	r.marked = n.Kind == mark
	if r.marked {
		r.at.Syncs++
	}
}

// torn looks through what follows a bad line. A good line that was written
// after a later sync than the bad one proves that the bad one was whole once.
func (r *Reader) torn(text string, bad error) error {
	r.at.Torn = true
	damaged := fmt.Errorf("%w: line %d: %w", ErrDamaged, r.at.Lines+1, bad)
	if r.at.Lines == 0 && len(text) > 0 && text[0] != 0 && !looksLikeSum(text) {
		return damaged // was never a journal: nobody's torn end
	}
	var seen int64
	for {
		if n, err := parseLine(afterHole(text)); err == nil && n.syncs != r.at.Syncs {
			return damaged
		}
		if seen += int64(len(text)) + 1; seen > maxTorn {
			return damaged
		}
		var err error
		text, err = r.line()
		if errors.Is(err, io.EOF) && text == "" {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, errBadLine) {
			return err
		}
	}
}

// afterHole gives what follows the zeros that a lost page leaves: they have
// no line end of their own.
func afterHole(text string) string { return text[strings.LastIndexByte(text, 0)+1:] }

// looksLikeSum tells whether a text could be the beginning of a line.
func looksLikeSum(text string) bool {
	for i := range min(len(text), sumLen) {
		if c := text[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
