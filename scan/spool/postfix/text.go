package postfix

import (
	"errors"
	"io"
)

// queueFile reads one queue file in the order in which Postfix would: the
// envelope, the text, and then what cleanup extracted from it, where the
// recipients of `sendmail -t` stand.
type queueFile struct {
	reader
	message
	line record // what is left of the record that is being given as text
	off  int64
	lf   bool
	over bool // the text has ended
}

// open makes f read another file.
func (f *queueFile) open(src io.ReaderAt, size int64) {
	f.reader.reset(src, size)
	*f = queueFile{reader: f.reader, message: message{lend: f.lend}}
}

// hold makes f read a file of which all, n bytes, was put into its room.
func (f *queueFile) hold(n int) {
	f.open(nil, int64(n))
	f.window = f.buf[:n]
}

// envelope reads up to the text. io.EOF means that there is none.
func (f *queueFile) envelope() error {
	for {
		rec, err := f.next()
		switch {
		case err != nil:
			return err
		case rec.kind == recMessage:
			f.textAt = f.pos
			return nil
		case rec.kind == recEnd:
			return io.EOF
		}
		f.take(rec)
	}
}

// Read gives the text: N is a line whose end was taken off, L a piece of a
// longer line. Line ends are LF, as Postfix keeps them nowhere.
func (f *queueFile) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if f.off < f.line.size {
			b, err := f.piece(f.line, f.off)
			if err != nil {
				return n, err
			}
			if len(b) == 0 {
				return n, errBeyond // it has shrunk under us
			}
			c := copy(p[n:], b)
			n, f.off = n+c, f.off+int64(c)
			continue
		}
		if f.lf {
			p[n], f.lf, n = '\n', false, n+1
			continue
		}
		if c := f.plainLines(p[n:]); c > 0 {
			n += c
			continue
		}
		if err := f.nextLine(); err != nil {
			return n, err
		}
	}
	return n, nil
}

// plainLines is Read for the lines ahead, as long as each is whole, fits, and
// follows the one before: so nearly all of the text goes, a copy for each line.
func (f *queueFile) plainLines(p []byte) (n int) {
	if f.src != nil || f.over {
		return 0
	}
	w, at := f.window, int(f.pos)
	for at >= 0 && at+2 < len(w) && w[at] == recLine {
		size, data := int(w[at+1]), at+2
		if size > 0x7f {
			if w[at+2] > 0x7f {
				break // longer than Postfix writes them
			}
			size, data = size&0x7f|int(w[at+2])<<7, at+3
		}
		end := data + size
		if end > len(w) || n+size >= len(p) || f.spent+int64(end-at) > f.size {
			break
		}
		n += copy(p[n:], w[data:end])
		p[n] = '\n'
		n++
		f.spent += int64(end - at)
		at = end
	}
	if n > 0 {
		f.pos = int64(at)
	}
	return n
}

// nextLine goes to the next record of the text; io.EOF at its end.
func (f *queueFile) nextLine() error {
	for !f.over {
		rec, err := f.next()
		if err != nil {
			return err
		}
		switch rec.kind {
		case recLine, recPiece:
			f.line, f.off, f.lf = rec, 0, rec.kind == recLine
			return nil
		case recExtracted:
			f.over = true
		case recEnd:
			return errNoExtracted
		}
	}
	return io.EOF
}

// errNoExtracted is a text that runs into the end record.
var errNoExtracted = errors.New("text without end")

// skip leaves the rest of the text unread. The C record says where it ends;
// where that does not hold, as in a file whose parts are linked by pointers,
// all records are gone through.
func (f *queueFile) skip() error {
	if end := f.sizes.contentAt + f.sizes.content; !f.over && !f.jumped && f.sizes.content > 0 && end > f.pos && end < f.size-1 {
		if b, err := f.at(end, 2); err == nil && len(b) == 2 && b[0] == recExtracted && b[1] == 0 {
			f.pos = end
		}
	}
	for !f.over {
		if err := f.nextLine(); err != nil && err != io.EOF {
			return err
		}
	}
	return nil
}

// extracted reads what follows the text, and settles the envelope.
func (f *queueFile) extracted() error {
	for {
		rec, err := f.next()
		if err != nil {
			return err
		}
		if rec.kind == recEnd {
			return nil
		}
		f.take(rec)
	}
}

// load reads the whole file, and of the text what fits into buf. n is the
// bytes in buf; cut tells that there is more. The error is a flaw (see flaw)
// or trouble with reading.
func (f *queueFile) load(buf []byte) (n int, cut bool, err error) {
	defer f.settle()
	if err = f.envelope(); err != nil {
		if err == io.EOF { // complete, and without a text
			err = nil
		}
		return 0, false, err
	}
	n, err = f.Read(buf)
	if err == nil {
		cut, err = f.more()
	}
	if err != nil && err != io.EOF {
		return n, cut, err
	}
	if err = f.skip(); err != nil {
		return n, cut, err
	}
	return n, cut, f.extracted()
}

// more tells whether there is text left.
func (f *queueFile) more() (bool, error) {
	for f.off == f.line.size && !f.lf {
		switch err := f.nextLine(); err {
		case nil:
		case io.EOF:
			return false, nil
		default:
			return false, err
		}
	}
	return true, nil
}

// flaw gives the word for what is wrong with the file, "" when err is another trouble.
func flaw(err error) string {
	for _, f := range []error{errNoEnd, errLength, errBeyond, errPointer, errLoop, errNoExtracted} {
		if errors.Is(err, f) {
			return f.Error()
		}
	}
	return ""
}
