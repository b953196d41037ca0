package exim

import (
	"bytes"
	"errors"
	"io"
)

// bodyReader gives the text of a -D file: all behind its first line, which
// repeats the file's name. In wire format (spool_wireformat) the lines end in
// CRLF, of which the CR is left out.
type bodyReader struct {
	src  io.ReaderAt
	off  int64
	wire bool
	cr   bool // a CR is held back until it is known what follows
	over bool // the file has ended
}

func (b *bodyReader) reset(src io.ReaderAt, id string, wire bool) {
	*b = bodyReader{src: src, off: int64(firstLine(id)), wire: wire}
}

// firstLine is how long the line is that repeats the file's name.
func firstLine(id string) int { return len(id) + len("-D\n") }

// Read reads on, io.EOF at the end.
func (b *bodyReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if b.over {
		return 0, io.EOF
	}
	if !b.wire {
		n, err := b.src.ReadAt(p, b.off)
		b.off += int64(n)
		if n > 0 && err == io.EOF {
			b.over, err = true, nil
		}
		return n, err
	}
	return b.readWire(p)
}

// readWire works in place: what it leaves out only makes the text shorter.
func (b *bodyReader) readWire(p []byte) (int, error) {
	for {
		keep := 0
		if b.cr {
			if len(p) == 1 {
				return b.single(p)
			}
			keep, p[0] = 1, '\r'
		}
		n, err := b.src.ReadAt(p[keep:], b.off)
		b.off += int64(n)
		got := p[:keep+n]
		if b.cr = len(got) > 0 && got[len(got)-1] == '\r' && err == nil; b.cr {
			got = got[:len(got)-1]
		}
		out := p[:0]
		for len(got) > 0 {
			i := bytes.Index(got, []byte("\r\n"))
			if i < 0 {
				i = len(got)
			}
			out = append(out, got[:i]...)
			got = bytes.TrimPrefix(got[i:], []byte("\r"))
			if len(got) > 0 {
				out = append(out, '\n')
				got = got[1:]
			}
		}
		if len(out) > 0 {
			if errors.Is(err, io.EOF) {
				b.over, err = true, nil
			}
			return len(out), err
		}
		if err != nil {
			return 0, err
		}
	}
}

// single gives one byte while a CR is held back: with no room for a look at
// what follows, that is read by itself.
func (b *bodyReader) single(p []byte) (int, error) {
	var next [1]byte
	n, err := b.src.ReadAt(next[:], b.off)
	switch {
	case n == 1 && next[0] == '\n':
		b.off++
		p[0], b.cr = '\n', false
	case n == 1 || err == io.EOF:
		p[0], b.cr = '\r', false
	default:
		return 0, err
	}
	return 1, nil
}

// fill reads as much as fits, and tells whether that was all.
func (b *bodyReader) fill(p []byte) (n int, whole bool, err error) {
	n, err = io.ReadFull(b, p)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return n, true, nil
	}
	if err != nil {
		return n, false, err
	}
	var next [1]byte
	c, err := b.Read(next[:])
	if err == io.EOF {
		err = nil
	}
	return n, c == 0, err
}
